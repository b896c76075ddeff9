//! A saved session as Markdown.

use std::io::{self, Write};

use super::{Approval, Head, output_parts};
use crate::runtime::rollout::Entry;
use crate::text::sanitize;

pub(super) fn write(
    head: &Head,
    entries: impl Iterator<Item = Entry>,
    approvals: &[Approval],
    out: &mut impl Write,
) -> io::Result<()> {
    writeln!(out, "# {}\n", sanitize::line(head.title()))?;
    writeln!(out, "- session `{}`", sanitize::line(&head.id))?;
    writeln!(out, "- in `{}`", sanitize::line(&head.cwd))?;
    writeln!(
        out,
        "- begun {}, last used {}",
        sanitize::line(&head.created_at),
        head.updated_at
    )?;
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
        writeln!(out, "\n## Approvals\n")?;
    }
    for approval in approvals {
        writeln!(
            out,
            "- {} {}: {} ({})",
            approval.requested_at,
            sanitize::line(&approval.kind),
            sanitize::line(&approval.summary),
            sanitize::line(&approval.outcome())
        )?;
    }
    if let Some((input, output)) = usage {
        writeln!(out, "\n*{input} tokens in, {output} out*")?;
    }
    Ok(())
}

fn one(entry: &Entry, out: &mut impl Write) -> io::Result<()> {
    match entry {
        Entry::User { text } => writeln!(out, "\n## You\n\n{}", sanitize::text(text)),
        Entry::Agent { text } => writeln!(out, "\n## Codex\n\n{}", sanitize::text(text)),
        Entry::Reasoning { text } => {
            writeln!(out)?;
            sanitize::text(text)
                .lines()
                .try_for_each(|line| writeln!(out, "> {line}"))
        }
        Entry::Command {
            command,
            justification,
            ..
        } => {
            writeln!(out, "\n**Ran**")?;
            fenced(command, "sh", out)?;
            match justification {
                Some(why) => writeln!(out, "\nIt asked to leave the sandbox: {}", sanitize::line(why)),
                None => Ok(()),
            }
        }
        Entry::Output { text, .. } => {
            let (code, body) = output_parts(text);
            if let Some(code) = code {
                writeln!(out, "\nexit {}", sanitize::line(code))?;
            }
            if body.trim().is_empty() {
                Ok(())
            } else {
                fenced(body, "text", out)
            }
        }
        Entry::Patch { patch, .. } => {
            writeln!(out, "\n**Changed**")?;
            fenced(patch, "diff", out)
        }
        Entry::Plan { steps } => {
            writeln!(out, "\n**Plan**\n")?;
            steps.iter().try_for_each(|(step, status)| {
                let mark = if status == "completed" { "x" } else { " " };
                writeln!(out, "- [{mark}] {}", sanitize::line(step))
            })
        }
        Entry::Tool { name, arguments, .. } => {
            writeln!(out, "\n**Called** {}", sanitize::line(name))?;
            fenced(
                &serde_json::to_string_pretty(arguments).unwrap_or_default(),
                "json",
                out,
            )
        }
        Entry::Aborted { reason } => writeln!(out, "\n*The turn ended early: {}.*", sanitize::line(reason)),
        Entry::Compacted => writeln!(out, "\n*The context was compacted.*"),
        Entry::Missing { id } => writeln!(
            out,
            "\n*The beginning is not shown: this is a copy of {}, which is gone.*",
            sanitize::line(id)
        ),
        Entry::Damaged { line } => writeln!(out, "\n*Line {line} of the file is damaged.*"),
        Entry::Unknown { kind, .. } => writeln!(out, "\n*Something else: {}.*", sanitize::line(kind)),
        Entry::Turn { .. } | Entry::Usage { .. } => Ok(()),
    }
}

/// A code block whose fence is longer than any in the text.
fn fenced(text: &str, language: &str, out: &mut impl Write) -> io::Result<()> {
    let text = sanitize::text(text);
    let longest = text
        .split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat((longest + 1).max(3));
    writeln!(
        out,
        "\n{fence}{language}\n{}\n{fence}",
        text.trim_end_matches('\n')
    )
}
