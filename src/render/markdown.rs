//! `--format markdown`: the turn as a document; and the short form of it for a step summary.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::activity::seconds;
use super::markdown_text::{block, code as code_span, words};
use super::tool_failure::tool_failure;
use super::{Renderer, RunReport};
use crate::runtime::event::{CommandExecution, Event, FileChange, Item, ItemDetails, ItemStatus};
use crate::text::command_line::unwrapped;
use crate::text::sanitize;

/// Writes the document at the end.
pub(crate) struct MarkdownRenderer {
    out: Box<dyn Write + Send>,
    terminal: bool,
}

impl MarkdownRenderer {
    /// Writes to `out`; sanitised if that is a terminal.
    pub(crate) fn new(out: Box<dyn Write + Send>, terminal: bool) -> Self {
        Self { out, terminal }
    }
}

impl Renderer for MarkdownRenderer {
    fn event(&mut self, _event: &Event) -> io::Result<()> {
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self, report: &RunReport) -> io::Result<()> {
        let document = document(report);
        let safe = if self.terminal {
            sanitize::prose(&document)
        } else {
            document.into()
        };
        self.out.write_all(safe.as_bytes())?;
        self.out.flush()
    }
}

/// The whole turn: messages, commands with their output, changes, the plan, and how it ended.
pub(crate) fn document(report: &RunReport) -> String {
    let mut out = String::new();
    for item in report.items() {
        push_item(&mut out, item);
    }
    push_end(&mut out, report);
    out
}

/// The answer and how the turn ended, without what happened on the way.
pub(crate) fn summary(report: &RunReport) -> String {
    let mut out = String::from("### turnwise\n\n");
    if let Some(text) = report.text() {
        paragraph(&mut out, text);
    }
    push_end(&mut out, report);
    out
}

fn push_item(out: &mut String, item: &Item) {
    match &item.details {
        ItemDetails::UserMessage { text } => {
            let quoted = text.lines().map(|line| format!("> {line}\n")).collect::<String>();
            paragraph(out, &quoted);
        }
        ItemDetails::AgentMessage { text, .. }
        | ItemDetails::Plan { text }
        | ItemDetails::Review { text } => {
            paragraph(out, text);
        }
        ItemDetails::CommandExecution(command) => push_command(out, command),
        ItemDetails::FileChange { changes, status } => {
            for change in changes {
                push_change(out, change, *status);
            }
        }
        ItemDetails::TodoList { items, .. } => {
            let list = items
                .iter()
                .map(|item| {
                    format!(
                        "- [{}] {}\n",
                        if item.completed { 'x' } else { ' ' },
                        words(&sanitize::prose_line(&item.text))
                    )
                })
                .collect::<String>();
            paragraph(out, &list);
        }
        ItemDetails::McpToolCall {
            server,
            tool,
            status,
            result,
            error,
            ..
        } => {
            paragraph(
                out,
                &format!(
                    "Called {} ({})",
                    code_span(&format!("{server}/{tool}")),
                    word(*status)
                ),
            );
            if let Some(message) = tool_failure(result, error) {
                push_fenced(out, "", message.trim());
            }
        }
        ItemDetails::DynamicToolCall { tool, status, .. } => {
            paragraph(out, &format!("Called {} ({})", code_span(tool), word(*status)));
        }
        ItemDetails::WebSearch { query, .. } => {
            paragraph(out, &format!("Searched the web for {}", code_span(query)));
        }
        ItemDetails::Reasoning { .. }
        | ItemDetails::CollabToolCall { .. }
        | ItemDetails::ContextCompaction {}
        | ItemDetails::Other { .. } => {}
    }
}

fn paragraph(out: &mut String, text: &str) {
    out.push_str(text.trim_end());
    out.push_str("\n\n");
}

fn push_command(out: &mut String, command: &CommandExecution) {
    let output = command.aggregated_output.trim_end();
    let line = unwrapped(&command.command);
    let body = if output.is_empty() {
        format!("$ {line}")
    } else {
        format!("$ {line}\n{output}")
    };
    push_fenced(out, "console", &body);
    match command.exit_code {
        Some(0) => {}
        Some(code) => paragraph(out, &format!("Exit code {code}.")),
        None => paragraph(out, &format!("The command was {}.", word(command.status))),
    }
}

fn push_change(out: &mut String, change: &FileChange, status: ItemStatus) {
    let verb = match change.kind.as_str() {
        "add" => "Added",
        "delete" => "Deleted",
        _ => "Edited",
    };
    let note = if status == ItemStatus::Completed {
        String::new()
    } else {
        format!(" ({})", word(status))
    };
    let moved = change
        .move_path
        .as_deref()
        .map(|to| format!(", moved to {}", code_span(to)))
        .unwrap_or_default();
    paragraph(out, &format!("{verb} {}{moved}{note}", code_span(&change.path)));
    let sign = match change.kind.as_str() {
        "add" => "+",
        "delete" => "-",
        _ => "",
    };
    let diff = change
        .diff
        .lines()
        .map(|line| format!("{sign}{line}\n"))
        .collect::<String>();
    push_fenced(out, "diff", diff.trim_end());
}

fn push_fenced(out: &mut String, language: &str, body: &str) {
    paragraph(out, &block(language, body));
}

fn push_end(out: &mut String, report: &RunReport) {
    let status = serde_json::to_value(report.status).unwrap_or_default();
    let status = status.as_str().unwrap_or_default().replace('_', " ");
    let _ = write!(out, "---\n\n*{status}");
    if let Some(error) = &report.error {
        let _ = write!(out, ": {}", words(&sanitize::line(&error.message)));
    }
    let usage = &report.usage;
    if usage.total() > 0 {
        let _ = write!(
            out,
            "; {} tokens in, {} out",
            usage.input_tokens, usage.output_tokens
        );
    }
    let _ = writeln!(out, "; {}*", seconds(report.duration_ms));
}

fn word(status: ItemStatus) -> &'static str {
    match status {
        ItemStatus::InProgress => "not finished",
        ItemStatus::Completed => "done",
        ItemStatus::Failed => "failed",
        ItemStatus::Declined => "declined",
        ItemStatus::Unknown => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{command, completed, report};
    use super::*;

    fn items(events: &[Event]) -> Vec<Item> {
        events
            .iter()
            .filter_map(|event| {
                if let Event::ItemCompleted(event) = event {
                    Some(event.item.clone())
                } else {
                    None
                }
            })
            .collect()
    }

    #[test]
    fn the_document_holds_messages_and_commands_in_order() {
        let items = items(&[
            command("/bin/bash -lc ls", "a ``` b\n", 1),
            completed("m", "# Answer\n"),
        ]);
        let report = report("# Answer").with_content("# Answer", items);
        assert_eq!(
            document(&report),
            "````console\n$ ls\na ``` b\n````\n\nExit code 1.\n\n# Answer\n\n---\n\n\
             *completed; 10 tokens in, 5 out; 2.5s*\n"
        );
    }
}
