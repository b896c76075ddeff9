//! A saved session as one page: no script, nothing loaded from anywhere, readable on a phone and on paper.
//!
//! Text from outside is escaped in `escape` and `prose`. The page's policy (CSP) allows its own style sheet and nothing else,
//! so that a fault there could not run or load anything either.

mod body;
mod escape;
mod prose;

use std::io::{self, Write};

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use super::steps::Steps;
use super::{Approval, Head, time};
use crate::runtime::rollout::{Entry, TimedEntry};
use crate::text::sanitize;
use crate::text::words::grouped;
use body::Body;
use escape::{entities, escaped};

const STYLE: &str = include_str!("style.css");

pub(super) fn write(
    head: &Head,
    entries: impl Iterator<Item = TimedEntry>,
    approvals: &[Approval],
    out: &mut impl Write,
) -> io::Result<()> {
    begin(head, out)?;
    let mut usage = None;
    let mut body = Body::default();
    for step in Steps::new(entries) {
        if let Entry::Usage {
            input_tokens,
            output_tokens,
        } = step.entry
        {
            usage = Some((input_tokens, output_tokens));
        }
        body.step(&step, out)?;
    }
    out.write_all(b"</main>\n")?;
    write_approvals(approvals, out)?;
    let tokens = usage.map_or(String::new(), |(input, output)| {
        format!("{} tokens in, {} out · ", grouped(input), grouped(output))
    });
    writeln!(
        out,
        "<footer>{tokens}exported by turnwise {}</footer>\n</body>\n</html>",
        env!("CARGO_PKG_VERSION")
    )
}

fn begin(head: &Head, out: &mut impl Write) -> io::Result<()> {
    let title = entities(&sanitize::prose_line(&head.title()));
    let style = BASE64.encode(&Sha256::digest(STYLE));
    writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{style}'; \
         base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n<dl>"
    )?;
    let facts = [
        ("Session", Some(format!("<code>{}</code>", escaped(&head.id)))),
        ("Directory", Some(format!("<code>{}</code>", escaped(&head.cwd)))),
        ("Started", Some(zoned(&head.created_at))),
        ("Last used", Some(zoned(&head.updated_at))),
        ("Provider", head.model_provider.as_deref().map(escaped)),
        ("Codex", head.codex_version.as_deref().map(escaped)),
        ("Archived", head.archived.then(|| "yes".to_owned())),
    ];
    for (name, value) in facts {
        if let Some(value) = value {
            writeln!(out, "<dt>{name}</dt><dd>{value}</dd>")?;
        }
    }
    out.write_all(b"</dl>\n</header>\n<main>\n")
}

fn write_approvals(approvals: &[Approval], out: &mut impl Write) -> io::Result<()> {
    if approvals.is_empty() {
        return Ok(());
    }
    out.write_all(
        b"<section class=\"approvals\">\n<h2>Approvals</h2>\n<table>\n\
          <tr><th>Requested</th><th>Kind</th><th>Request</th><th>Outcome</th></tr>\n",
    )?;
    for approval in approvals {
        writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td class=\"wide\"><code>{}</code></td><td>{}</td></tr>",
            moment(&approval.requested_at),
            escaped(&approval.kind.replace('_', " ")),
            escaped(&approval.summary),
            escaped(&approval.outcome())
        )?;
    }
    out.write_all(b"</table>\n</section>\n")
}

/// A time for people, with its zone.
fn zoned(at: &str) -> String {
    element(at, time::with_zone(at))
}

/// A time for people.
fn moment(at: &str) -> String {
    element(at, time::local(at))
}

fn element(at: &str, local: Option<String>) -> String {
    match local {
        Some(local) => format!("<time datetime=\"{}\">{}</time>", escaped(at), escaped(&local)),
        None => escaped(at),
    }
}
