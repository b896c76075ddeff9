//! A saved session as one page: no script, nothing loaded from anywhere, readable on a phone and on paper.

use std::io::{self, Write};

use super::{Approval, Head, output_parts};
use crate::runtime::rollout::Entry;
use crate::text::sanitize;
use crate::text::words::count;

const STYLE: &str = ":root{color-scheme:light dark;--line:#8884;--soft:#8882;--good:#1a7f37;--bad:#cf222e}\
@media(prefers-color-scheme:dark){:root{--good:#4ac26b;--bad:#ff7b72}}\
body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere}\
h1{font-size:1.4rem}dl{display:grid;grid-template-columns:auto 1fr;gap:.1rem 1rem;color:GrayText}dd{margin:0}\
section{border-left:3px solid var(--line);padding:.1rem 0 .1rem 1rem;margin:1rem 0}\
section.user{border-color:LinkText}section h2{font-size:.8rem;margin:0;color:GrayText;text-transform:uppercase}\
pre{background:var(--soft);padding:.6rem;border-radius:.4rem;white-space:pre-wrap;font:13px/1.45 ui-monospace,monospace;margin:.4rem 0}\
.words{white-space:pre-wrap}.thought{font-style:italic;color:GrayText;white-space:pre-wrap}\
.add{color:var(--good)}.del{color:var(--bad)}summary{cursor:pointer;color:GrayText}.note{color:GrayText}\
@media print{details>pre{display:block}section{break-inside:avoid-page}}";

pub(super) fn write(
    head: &Head,
    entries: impl Iterator<Item = Entry>,
    approvals: &[Approval],
    out: &mut impl Write,
) -> io::Result<()> {
    let title = prose(head.title());
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<dl>"
    )?;
    let archived = head.archived.then(|| "yes".to_owned());
    for (name, value) in [
        ("session", Some(head.id.clone())),
        ("directory", Some(head.cwd.clone())),
        ("begun", Some(head.created_at.clone())),
        ("last used", Some(head.updated_at.clone())),
        ("provider", head.model_provider.clone()),
        ("codex", head.codex_version.clone()),
        ("archived", archived),
    ] {
        if let Some(value) = value {
            write!(out, "<dt>{name}</dt><dd>{}</dd>", escaped(&value))?;
        }
    }
    out.write_all(b"</dl>\n")?;
    let mut usage = None;
    for entry in entries {
        if let Entry::Usage {
            input_tokens,
            output_tokens,
        } = entry
        {
            usage = Some((input_tokens, output_tokens));
        }
        one(&entry, out)?;
    }
    if !approvals.is_empty() {
        let line = |approval: &Approval| {
            format!(
                "<li>{} {}: <code>{}</code> ({})</li>",
                escaped(&approval.requested_at),
                escaped(&approval.kind),
                escaped(&approval.summary),
                escaped(&approval.outcome())
            )
        };
        let lines: String = approvals.iter().map(line).collect();
        section("approvals", "Approvals", &format!("<ul>{lines}</ul>"), out)?;
    }
    if let Some((input, output)) = usage {
        writeln!(out, "<p class=\"note\">{input} tokens in, {output} out</p>")?;
    }
    out.write_all(b"</body>\n</html>\n")
}

fn one(entry: &Entry, out: &mut impl Write) -> io::Result<()> {
    match entry {
        Entry::Turn {
            model,
            sandbox,
            approval,
            ..
        } => {
            let words = [model, sandbox, approval]
                .into_iter()
                .flatten()
                .map(|word| escaped(word));
            let words = words.collect::<Vec<_>>().join(" · ");
            writeln!(out, "<p class=\"note\">{words}</p>")
        }
        Entry::User { text } => section(
            "user",
            "You",
            &format!("<div class=\"words\">{}</div>", prose(text)),
            out,
        ),
        Entry::Agent { text } => section(
            "agent",
            "Codex",
            &format!("<div class=\"words\">{}</div>", prose(text)),
            out,
        ),
        Entry::Reasoning { text } => writeln!(out, "<p class=\"thought\">{}</p>", prose(text)),
        Entry::Command {
            command,
            justification,
            ..
        } => {
            let mut body = format!("<pre>{}</pre>", escaped(command));
            if let Some(why) = justification {
                body.push_str(&format!(
                    "<p class=\"note\">Asked to leave the sandbox: {}</p>",
                    prose(why)
                ));
            }
            section("command", "Ran", &body, out)
        }
        Entry::Output { text, .. } => {
            let (code, body) = output_parts(text);
            let code = code
                .map(|code| format!(", exit {}", escaped(code)))
                .unwrap_or_default();
            if body.trim().is_empty() {
                return writeln!(out, "<p class=\"note\">no output{code}</p>");
            }
            writeln!(
                out,
                "<details><summary>output, {}{code}</summary><pre>{}</pre></details>",
                count(body.lines().count(), "line"),
                prose(body)
            )
        }
        Entry::Patch { patch, .. } => section(
            "patch",
            "Changed",
            &format!("<pre>{}</pre>", coloured(patch)),
            out,
        ),
        Entry::Plan { steps } => {
            let steps = steps.iter().map(|(step, status)| {
                let mark = if status == "completed" { "☑" } else { "☐" };
                format!("{mark} {}\n", prose(step))
            });
            section(
                "plan",
                "Plan",
                &format!("<div class=\"words\">{}</div>", steps.collect::<String>()),
                out,
            )
        }
        Entry::Tool { name, arguments, .. } => {
            let arguments = serde_json::to_string_pretty(arguments).unwrap_or_default();
            let body = format!("{}<pre>{}</pre>", escaped(name), escaped(&arguments));
            section("tool", "Called", &body, out)
        }
        Entry::Aborted { reason } => writeln!(
            out,
            "<p class=\"note\">The turn ended early: {}.</p>",
            prose(reason)
        ),
        Entry::Compacted => writeln!(out, "<p class=\"note\">The context was compacted.</p>"),
        Entry::Missing { id } => writeln!(
            out,
            "<p class=\"note\">The beginning is missing: this is a copy of {}, which was not found.</p>",
            escaped(id)
        ),
        Entry::Damaged { line } => writeln!(out, "<p class=\"note\">Line {line} of the file is damaged.</p>"),
        Entry::Unknown { kind, .. } => {
            writeln!(out, "<p class=\"note\">Unknown entry: {}.</p>", escaped(kind))
        }
        Entry::Usage { .. } => Ok(()),
    }
}

/// `body` is markup already.
fn section(class: &str, title: &str, body: &str, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "<section class=\"{class}\"><h2>{title}</h2>{body}</section>")
}

fn coloured(patch: &str) -> String {
    let line = |line: &str| {
        let class = match line.chars().next() {
            Some('+') => "add",
            Some('-') => "del",
            _ => return format!("{}\n", escaped(line)),
        };
        format!("<span class=\"{class}\">{}</span>\n", escaped(line))
    };
    patch.lines().map(line).collect()
}

/// Escaped text of commands and outputs.
fn escaped(text: &str) -> String {
    entities(&sanitize::text(text))
}

/// Escaped text of people and models.
fn prose(text: &str) -> String {
    entities(&sanitize::prose(text))
}

fn entities(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
