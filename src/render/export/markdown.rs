//! A saved session as Markdown.

use std::io::{self, Write};

use super::steps::Steps;
use super::{Approval, Head, output_parts, time};
use crate::render::markdown_text::{block, code, contained, words};
use crate::runtime::rollout::{Entry, TimedEntry};
use crate::text::command_line::unwrapped;
use crate::text::sanitize;

pub(super) fn write(
    head: &Head,
    entries: impl Iterator<Item = TimedEntry>,
    approvals: &[Approval],
    out: &mut impl Write,
) -> io::Result<()> {
    writeln!(out, "# {}\n", words(&sanitize::prose_line(&head.title())))?;
    writeln!(out, "- session {}", code(&sanitize::line(&head.id)))?;
    writeln!(out, "- in {}", code(&sanitize::line(&head.cwd)))?;
    writeln!(
        out,
        "- started {}, last used {}",
        moment(&head.created_at),
        moment(&head.updated_at)
    )?;
    let mut usage = None;
    for step in Steps::new(entries) {
        if let Entry::Usage {
            input_tokens,
            output_tokens,
        } = step.entry
        {
            usage = Some((input_tokens, output_tokens));
        }
        one(&step.entry, out)?;
        if let Some(text) = &step.output {
            output(text, out)?;
        }
    }
    if !approvals.is_empty() {
        writeln!(out, "\n## Approvals\n")?;
    }
    for approval in approvals {
        writeln!(
            out,
            "- {} {}: {} ({})",
            moment(&approval.requested_at),
            plain(&approval.kind.replace('_', " ")),
            code(&sanitize::line(&approval.summary)),
            plain(&approval.outcome())
        )?;
    }
    if let Some((input, output)) = usage {
        writeln!(out, "\n*{input} tokens in, {output} out*")?;
    }
    Ok(())
}

fn one(entry: &Entry, out: &mut impl Write) -> io::Result<()> {
    match entry {
        Entry::User { text } => writeln!(out, "\n## You\n\n{}", contained(&sanitize::prose(text))),
        Entry::Agent { text } => writeln!(out, "\n## Codex\n\n{}", contained(&sanitize::prose(text))),
        Entry::Reasoning { text } => {
            writeln!(out)?;
            contained(&sanitize::prose(text))
                .lines()
                .try_for_each(|line| writeln!(out, "> {line}"))
        }
        Entry::Command {
            command,
            justification,
            ..
        } => {
            writeln!(out, "\n**Ran**")?;
            fenced(&unwrapped(command), "sh", out)?;
            match justification {
                Some(why) => writeln!(
                    out,
                    "\nAsked to leave the sandbox: {}",
                    words(&sanitize::prose_line(why))
                ),
                None => Ok(()),
            }
        }
        Entry::Output { text, .. } => output(text, out),
        Entry::Patch { patch, .. } => {
            writeln!(out, "\n**Changed**")?;
            fenced(patch, "diff", out)
        }
        Entry::Plan { steps } => {
            writeln!(out, "\n**Plan**\n")?;
            steps.iter().try_for_each(|(step, status)| {
                let mark = if status == "completed" { "x" } else { " " };
                writeln!(out, "- [{mark}] {}", words(&sanitize::prose_line(step)))
            })
        }
        Entry::Tool { name, arguments, .. } => {
            writeln!(out, "\n**Called** {}", code(&sanitize::line(name)))?;
            fenced(
                &serde_json::to_string_pretty(arguments).unwrap_or_default(),
                "json",
                out,
            )
        }
        Entry::Aborted { reason } => writeln!(
            out,
            "\n*The turn ended early: {}.*",
            words(&sanitize::prose_line(reason))
        ),
        Entry::Compacted => writeln!(out, "\n*The context was compacted.*"),
        Entry::Missing { id } => writeln!(
            out,
            "\n*The beginning is missing: this is a copy of {}, which was not found.*",
            code(&sanitize::line(id))
        ),
        Entry::Damaged { line } => writeln!(out, "\n*Line {line} of the file is damaged.*"),
        Entry::Unknown { kind, .. } => writeln!(out, "\n*Unknown entry: {}.*", code(&sanitize::line(kind))),
        Entry::Turn { .. } | Entry::Usage { .. } => Ok(()),
    }
}

fn output(text: &str, out: &mut impl Write) -> io::Result<()> {
    let (exit, body) = output_parts(text);
    if let Some(exit) = exit {
        writeln!(out, "\nexit {}", plain(exit))?;
    }
    if body.trim().is_empty() {
        Ok(())
    } else {
        writeln!(out, "\n{}", block("text", &sanitize::prose(body)))
    }
}

/// A time for people.
fn moment(at: &str) -> String {
    plain(&time::with_zone(at).unwrap_or_else(|| at.to_owned()))
}

/// A word of a machine's.
fn plain(text: &str) -> String {
    words(&sanitize::line(text))
}

fn fenced(text: &str, language: &str, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\n{}", block(language, &sanitize::text(text)))
}
