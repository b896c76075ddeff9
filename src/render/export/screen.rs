//! A saved session at a terminal: Markdown, diffs and outputs as lines with colours.
//!
//! Nothing is cut. Text from outside is sanitised where it becomes a line.

use std::io::{self, Write};

use super::patch;
use super::steps::{Step, Steps};
use super::{Approval, Head, output_parts, time};
use crate::render::diff;
use crate::render::style::{Palette, Tone};
use crate::render::terminal::markdown_lines;
use crate::runtime::rollout::{Entry, TimedEntry};
use crate::text::command_line::unwrapped;
use crate::text::sanitize;
use crate::text::words::grouped;
use crate::text::wrap::wrap;

/// How far the lines of an output are from the edge.
const INDENT: &str = "  ";

/// A terminal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    /// Its colours.
    pub(crate) palette: Palette,
    /// Its columns.
    pub(crate) width: usize,
}

/// Writes a session as lines.
pub(crate) fn write_screen(
    screen: Screen,
    head: &Head,
    entries: impl Iterator<Item = TimedEntry>,
    approvals: &[Approval],
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut writer = Writer { screen, out };
    writer.head(head)?;
    let mut usage = None;
    for step in Steps::new(entries) {
        if let Entry::Usage {
            input_tokens,
            output_tokens,
        } = step.entry
        {
            usage = Some((input_tokens, output_tokens));
        }
        writer.step(&step)?;
    }
    if !approvals.is_empty() {
        writer.title(Tone::Strong, "Approvals", "")?;
    }
    for approval in approvals {
        let line = format!(
            "{}  {}: {} ({})",
            time::local(&approval.requested_at).unwrap_or_else(|| approval.requested_at.clone()),
            approval.kind.replace('_', " "),
            approval.summary,
            approval.outcome()
        );
        writer.line(None, &sanitize::line(&line), INDENT)?;
    }
    if let Some((input, output)) = usage {
        writeln!(writer.out)?;
        let line = format!("{} tokens in, {} out", grouped(input), grouped(output));
        writer.line(Some(Tone::Faint), &line, "")?;
    }
    Ok(())
}

struct Writer<'a> {
    screen: Screen,
    out: &'a mut dyn Write,
}

impl Writer<'_> {
    fn head(&mut self, head: &Head) -> io::Result<()> {
        self.line(Some(Tone::Strong), &sanitize::prose_line(&head.title()), "")?;
        let when = |at: &str| time::with_zone(at).unwrap_or_else(|| at.to_owned());
        let archived = if head.archived { ", archived" } else { "" };
        for line in [
            format!("session {}{archived}", head.id),
            format!("in {}", head.cwd),
            format!(
                "started {}, last used {}",
                when(&head.created_at),
                when(&head.updated_at)
            ),
        ] {
            self.line(Some(Tone::Faint), &sanitize::line(&line), INDENT)?;
        }
        Ok(())
    }

    fn step(&mut self, step: &Step) -> io::Result<()> {
        let at = time::local(&step.at).unwrap_or_default();
        match &step.entry {
            Entry::Turn { .. } | Entry::Usage { .. } => Ok(()),
            Entry::User { text } => {
                self.title(Tone::Strong, "You", &at)?;
                self.prose(text, None)
            }
            Entry::Agent { text } => {
                self.title(Tone::Strong, "Codex", &at)?;
                let lines = markdown_lines(text, self.screen.width, self.screen.palette);
                lines.iter().try_for_each(|line| writeln!(self.out, "{line}"))
            }
            Entry::Reasoning { text } => {
                writeln!(self.out)?;
                self.prose(text, Some(Tone::Italic))
            }
            Entry::Command {
                command,
                justification,
                ..
            } => {
                self.title(Tone::Strong, "Ran", "")?;
                self.block(None, &format!("$ {}", unwrapped(command)))?;
                if let Some(why) = justification {
                    let why = format!("Asked to leave the sandbox: {}", sanitize::prose_line(why));
                    self.line(None, &why, INDENT)?;
                }
                self.output(step.output.as_deref())
            }
            Entry::Output { text, .. } => {
                writeln!(self.out)?;
                self.output(Some(text))
            }
            Entry::Patch { patch, .. } => self.patch(patch),
            Entry::Plan { steps } => {
                self.title(Tone::Strong, "Plan", "")?;
                steps.iter().try_for_each(|(step, status)| {
                    let (tone, mark) = match status.as_str() {
                        "completed" => (Some(Tone::Faint), "☑"),
                        "in_progress" => (Some(Tone::Strong), "◐"),
                        _ => (None, "☐"),
                    };
                    self.line(
                        tone,
                        &format!("{INDENT}{mark} {}", sanitize::prose_line(step)),
                        "    ",
                    )
                })
            }
            Entry::Tool { name, arguments, .. } => {
                self.title(Tone::Strong, "Called", &sanitize::line(name))?;
                let arguments = serde_json::to_string_pretty(arguments).unwrap_or_default();
                self.block(Some(Tone::Faint), &arguments)?;
                self.output(step.output.as_deref())
            }
            Entry::Aborted { reason } => self.note(&format!("The turn ended early: {reason}.")),
            Entry::Compacted => self.note("The context was compacted."),
            Entry::Missing { id } => self.note(&format!(
                "The beginning is missing: this is a copy of {id}, which was not found."
            )),
            Entry::Damaged { line } => self.note(&format!("Line {line} of the file is damaged.")),
            Entry::Unknown { kind, .. } => self.note(&format!("Unknown entry: {kind}.")),
        }
    }

    /// A blank line and a title. Both texts are safe.
    fn title(&mut self, tone: Tone, title: &str, more: &str) -> io::Result<()> {
        let palette = self.screen.palette;
        let title = palette.paint(tone, title);
        let more = if more.is_empty() {
            String::new()
        } else {
            format!("  {}", palette.paint(Tone::Faint, more))
        };
        writeln!(self.out)?;
        self.line(None, &format!("{title}{more}"), INDENT)
    }

    fn note(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out)?;
        self.line(Some(Tone::Faint), &sanitize::line(text), "")
    }

    /// Text of people and models.
    fn prose(&mut self, text: &str, tone: Option<Tone>) -> io::Result<()> {
        let safe = sanitize::prose(text.trim_end());
        safe.lines().try_for_each(|line| self.line(tone, line, ""))
    }

    /// Lines of a command or of an output.
    fn block(&mut self, tone: Option<Tone>, text: &str) -> io::Result<()> {
        let safe = sanitize::text(text.trim_end());
        safe.lines()
            .try_for_each(|line| self.line(tone, &format!("{INDENT}{line}"), INDENT))
    }

    fn output(&mut self, text: Option<&str>) -> io::Result<()> {
        let Some(text) = text else { return Ok(()) };
        let (exit, body) = output_parts(text);
        self.block(Some(Tone::Faint), body)?;
        match exit {
            None | Some("0") => Ok(()),
            Some(exit) => self.line(
                Some(Tone::Bad),
                &sanitize::line(&format!("{INDENT}exit {exit}")),
                "",
            ),
        }
    }

    fn patch(&mut self, patch: &str) -> io::Result<()> {
        let changes = patch::changes(patch);
        if changes.is_empty() {
            self.title(Tone::Strong, "Changed", "")?;
            return self.diff(patch);
        }
        for change in &changes {
            let moved = change.moved_to.map(|to| format!(" → {to}")).unwrap_or_default();
            let (added, removed) = (change.count('+'), change.count('-'));
            let head = format!("{}{moved} (+{added} −{removed})", change.path);
            self.title(Tone::Strong, change.verb.as_str(), &sanitize::line(&head))?;
            self.diff(&change.lines.join("\n"))?;
        }
        Ok(())
    }

    fn diff(&mut self, diff: &str) -> io::Result<()> {
        let width = self.screen.width.saturating_sub(INDENT.len()).max(8);
        let lines = diff::lines(diff, self.screen.palette, Some(width));
        lines
            .iter()
            .try_for_each(|line| writeln!(self.out, "{INDENT}{line}"))
    }

    /// Safe text, wrapped.
    fn line(&mut self, tone: Option<Tone>, text: &str, indent: &str) -> io::Result<()> {
        for line in wrap(text, self.screen.width, indent) {
            match tone {
                Some(tone) => writeln!(self.out, "{}", self.screen.palette.paint(tone, &line))?,
                None => writeln!(self.out, "{line}")?,
            }
        }
        Ok(())
    }
}
