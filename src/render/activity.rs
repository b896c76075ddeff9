//! The agent's actions as lines for a person: commands, file changes, plans, tool calls.
//!
//! Used by the live display in full and by plain progress in brief. Agent messages are not here: they are the answer.

use std::collections::BTreeMap;

use super::style::{Palette, Tone};
use super::tool_failure::tool_failure;
use crate::runtime::ItemId;
use crate::runtime::event::{CommandExecution, Event, FileChange, Item, ItemDetails, ItemStatus, TodoItem};
use crate::text::command_line::unwrapped;
use crate::text::command_output::last_state;
use crate::text::sanitize;
use crate::text::words;
use crate::text::wrap::wrap;

/// How many rows of a command's output are shown, from its end.
const OUTPUT_ROWS: usize = 5;
/// How many lines of a tool's failure are shown.
const FAILURE_LINES: usize = 10;
/// How many rows of a change's diff are shown.
const DIFF_ROWS: usize = 60;

/// What is left out of long outputs and diffs, and where it can be seen.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cut<'a> {
    /// Nothing is left out.
    pub(crate) all: bool,
    /// The saved session that has it.
    pub(crate) session: Option<&'a str>,
}

impl Cut<'_> {
    /// The command that shows what was left out of an item.
    fn hint(self, item_id: &str) -> String {
        self.session.map_or_else(String::new, |session| {
            format!(" (turnwise session show {session} --item {item_id})")
        })
    }
}

/// How much is shown, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    pub(crate) palette: Palette,
    /// Columns of the terminal, or `None` for lines of any length.
    pub(crate) width: Option<usize>,
    /// Output of commands, diffs and reasoning, too.
    pub(crate) full: bool,
}

impl View {
    fn paint(self, tone: Tone, text: &str) -> String {
        self.palette.paint(tone, text)
    }

    /// A line with a bullet, wrapped below it.
    fn headline(self, tone: Tone, head: &str, rest: &str, tail: &str) -> Vec<String> {
        let bullet = self.paint(tone, "•");
        let tail = if tail.is_empty() {
            String::new()
        } else {
            self.paint(Tone::Faint, &format!(" ({tail})"))
        };
        let line = format!(
            "{bullet} {} {}{tail}",
            self.paint(Tone::Strong, &sanitize::line(head)),
            sanitize::line(rest)
        );
        self.wrap(&line, "  ")
    }

    /// A line, wrapped where there is a width.
    pub(crate) fn wrap(self, line: &str, indent: &str) -> Vec<String> {
        self.width
            .map_or_else(|| vec![line.to_owned()], |width| wrap(line, width, indent))
    }

    /// A line of a file or of a command's output.
    fn indented(self, tone: Tone, line: &str) -> Vec<String> {
        self.indented_safe(tone, &sanitize::line(line))
    }

    /// A line that the agent wrote for people.
    fn indented_prose(self, tone: Tone, line: &str) -> Vec<String> {
        self.indented_safe(tone, &sanitize::prose_line(line))
    }

    fn indented_safe(self, tone: Tone, line: &str) -> Vec<String> {
        let line = format!("  {line}");
        let lines = self
            .width
            .map_or_else(|| vec![line.clone()], |width| wrap(&line, width, "  "));
        lines.iter().map(|line| self.paint(tone, line)).collect()
    }
}

/// The lines of a completed item. Empty for messages, and for items that only the status line shows.
pub(crate) fn finished(item: &Item, view: View) -> Vec<String> {
    finished_cut(item, view, Cut::default())
}

/// The same, with a word about what is left out.
pub(crate) fn finished_cut(item: &Item, view: View, cut: Cut<'_>) -> Vec<String> {
    let hint = cut.hint(item.id.as_str());
    let limit = |rows| if cut.all { usize::MAX } else { rows };
    match &item.details {
        ItemDetails::CommandExecution(command) => command_lines(command, view, limit(OUTPUT_ROWS), &hint),
        ItemDetails::FileChange { changes, status } => changes
            .iter()
            .flat_map(|change| change_lines(change, *status, view, limit(DIFF_ROWS), &hint))
            .collect(),
        ItemDetails::TodoList { items, .. } => plan_lines(items, view),
        ItemDetails::Plan { text } => {
            let mut lines = view.headline(Tone::Strong, "Plan", "", "");
            lines.extend(
                sanitize::prose(text)
                    .lines()
                    .flat_map(|line| view.wrap(&format!("  {line}"), "  ")),
            );
            lines
        }
        ItemDetails::McpToolCall {
            server,
            tool,
            status,
            result,
            error,
            ..
        } => {
            let name = format!("{server}/{tool}");
            let mut lines = view.headline(tone_of(*status), "Called", &name, word_of(*status));
            if let Some(message) = tool_failure(result, error) {
                lines.extend(failure_lines(&message, view));
            }
            lines
        }
        ItemDetails::DynamicToolCall { tool, status, .. } => {
            view.headline(tone_of(*status), "Called", tool, word_of(*status))
        }
        ItemDetails::WebSearch { query, .. } => view.headline(Tone::Good, "Searched", query, ""),
        ItemDetails::CollabToolCall {
            tool,
            receiver_thread_ids,
            status,
        } => {
            let what = format!("{tool} {}", receiver_thread_ids.join(" "));
            view.headline(tone_of(*status), "Sub-agent", &what, word_of(*status))
        }
        ItemDetails::ContextCompaction {} => view.headline(Tone::Faint, "Compacted", "the context", ""),
        ItemDetails::Review { text } if view.full => text
            .lines()
            .flat_map(|line| view.indented_prose(Tone::Faint, line))
            .collect(),
        ItemDetails::Reasoning { text } if view.full && !text.trim().is_empty() => text
            .lines()
            .flat_map(|line| view.indented_prose(Tone::Faint, line.trim_matches('*')))
            .collect(),
        ItemDetails::Other { kind, .. } => view.headline(Tone::Faint, kind, "", ""),
        ItemDetails::UserMessage { .. }
        | ItemDetails::AgentMessage { .. }
        | ItemDetails::Reasoning { .. }
        | ItemDetails::Review { .. } => Vec::new(),
    }
}

/// The agent's current action, for the status line.
pub(crate) fn doing(item: &Item) -> Option<String> {
    Some(match &item.details {
        ItemDetails::CommandExecution(command) => {
            format!("running {}", sanitize::line(&unwrapped(&command.command)))
        }
        ItemDetails::FileChange { changes, .. } => {
            let paths = changes
                .iter()
                .map(|change| change.path.as_str())
                .collect::<Vec<_>>()
                .join(", ");
            format!("editing {}", sanitize::line(&paths))
        }
        ItemDetails::McpToolCall { server, tool, .. } => {
            format!("calling {}", sanitize::line(&format!("{server}/{tool}")))
        }
        ItemDetails::DynamicToolCall { tool, .. } => format!("calling {}", sanitize::line(tool)),
        ItemDetails::WebSearch { .. } => "searching the web".to_owned(),
        ItemDetails::AgentMessage { .. } => "writing".to_owned(),
        ItemDetails::Reasoning { .. } => "thinking".to_owned(),
        ItemDetails::ContextCompaction {} => "compacting the context".to_owned(),
        ItemDetails::CollabToolCall { .. } => "waiting for a sub-agent".to_owned(),
        ItemDetails::UserMessage { .. }
        | ItemDetails::TodoList { .. }
        | ItemDetails::Plan { .. }
        | ItemDetails::Review { .. }
        | ItemDetails::Other { .. } => return None,
    })
}

/// The commands that run, of the session itself and of its sub-agents.
#[derive(Default)]
pub(crate) struct OpenCommands {
    by_item: BTreeMap<ItemId, String>,
}

impl OpenCommands {
    /// Takes an event into account.
    pub(crate) fn observe(&mut self, event: &Event) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "only commands matter")]
        match event {
            Event::ItemStarted(event) => {
                if let ItemDetails::CommandExecution(command) = &event.item.details {
                    self.by_item
                        .insert(event.item.id.clone(), unwrapped(&command.command).into());
                }
            }
            Event::ItemCompleted(event) => {
                self.by_item.remove(&event.item.id);
            }
            _ => {}
        }
    }

    /// At the end of a turn: what to say of commands that were still running, which end with Codex.
    pub(crate) fn stopped(&mut self) -> Option<String> {
        let commands = std::mem::take(&mut self.by_item).into_values();
        let commands = commands.map(|command| format!("`{}`", sanitize::line(&command)));
        let commands = commands.collect::<Vec<_>>().join(", ");
        (!commands.is_empty()).then(|| format!("stopped {commands}: still running when the turn ended"))
    }
}

fn command_lines(command: &CommandExecution, view: View, limit: usize, hint: &str) -> Vec<String> {
    let mut result = match (command.exit_code, command.status) {
        (Some(code), _) => format!("exit {code}"),
        (None, status) => word_of(status).to_owned(),
    };
    if let Some(duration) = command.duration_ms.filter(|duration| *duration >= 100) {
        result.push_str(&format!(", {}", seconds(duration)));
    }
    let tone = tone_of(command.status);
    let command_line = unwrapped(&command.command);
    let (first, rest) = command_line
        .split_once('\n')
        .unwrap_or((command_line.as_ref(), ""));
    let mut lines = view.headline(tone, "Ran", first, &result);
    // Each line of the command on a line.
    lines.extend(rest.lines().flat_map(|line| {
        let line = format!("    {}", sanitize::line(line));
        view.wrap(&line, "      ")
    }));
    if view.full {
        lines.extend(output_rows(&command.aggregated_output, view, limit, hint));
    }
    lines
}

/// The last rows of an output, and before them how many lines are not shown, or not from their beginning.
fn output_rows(output: &str, view: View, limit: usize, hint: &str) -> Vec<String> {
    let output = output.trim_end();
    if output.is_empty() {
        return Vec::new();
    }
    let mut rows: Vec<String> = Vec::new();
    let mut left = output.split('\n').count();
    for line in output.rsplit('\n') {
        let mut of_line = view.indented_prose(Tone::Faint, &last_state(line));
        let room = limit - rows.len();
        let surplus = of_line.len().saturating_sub(room);
        rows.extend(of_line.drain(surplus..).rev());
        if surplus > 0 {
            break;
        }
        left -= 1;
        if rows.len() == limit {
            break;
        }
    }
    if left > 0 {
        let text = format!("… {}{hint}", words::count(left, "earlier line"));
        rows.extend(view.indented(Tone::Faint, &text).into_iter().rev());
    }
    rows.reverse();
    rows
}

/// Why a tool failed: one line of it in brief.
fn failure_lines(message: &str, view: View) -> Vec<String> {
    let all = message.trim().lines().collect::<Vec<_>>();
    let shown = all.len().min(if view.full { FAILURE_LINES } else { 1 });
    let lines = all[..shown].iter();
    let mut lines = lines
        .flat_map(|line| view.indented(Tone::Faint, line))
        .collect::<Vec<_>>();
    if view.full && shown < all.len() {
        let rest = format!("… {}", words::count(all.len() - shown, "more line"));
        lines.extend(view.indented(Tone::Faint, &rest));
    }
    lines
}

fn change_lines(
    change: &FileChange,
    status: ItemStatus,
    view: View,
    limit: usize,
    hint: &str,
) -> Vec<String> {
    let whole = |sign: char| {
        change
            .diff
            .lines()
            .map(move |line| format!("{sign}{line}"))
            .collect::<Vec<_>>()
    };
    let (verb, diff) = match change.kind.as_str() {
        "add" => ("Added", whole('+')),
        "delete" => ("Deleted", whole('-')),
        _ => ("Edited", change.diff.lines().map(str::to_owned).collect()),
    };
    let count = |sign| diff.iter().filter(|line| line.starts_with(sign)).count();
    let mut tail = format!("+{} −{}", count('+'), count('-'));
    if !matches!(status, ItemStatus::Completed | ItemStatus::InProgress) {
        tail = format!("{}, {tail}", word_of(status));
    }
    let path = match &change.move_path {
        Some(to) => format!("{} → {to}", change.path),
        None => change.path.clone(),
    };
    let mut lines = view.headline(tone_of(status), verb, &path, &tail);
    if view.full {
        let mut rows = Vec::new();
        let mut shown = 0;
        for line in &diff {
            let tone = match line.chars().next() {
                Some('+') => Tone::Good,
                Some('-') => Tone::Bad,
                _ => Tone::Faint,
            };
            let of_line = view.indented(tone, line);
            if rows.len() + of_line.len() > limit {
                break;
            }
            rows.extend(of_line);
            shown += 1;
        }
        if shown < diff.len() {
            let text = format!("… {}{hint}", words::count(diff.len() - shown, "more line"));
            rows.extend(view.indented(Tone::Faint, &text));
        }
        lines.extend(rows);
    }
    lines
}

fn plan_lines(items: &[TodoItem], view: View) -> Vec<String> {
    let mut lines = view.headline(Tone::Strong, "Plan", "", "");
    for item in items {
        let (sign, tone) = match (item.completed, item.in_progress) {
            (true, _) => ("✓", Tone::Faint),
            (false, true) => ("▸", Tone::Strong),
            (false, false) => ("○", Tone::Code),
        };
        lines.extend(view.indented_prose(tone, &format!("{sign} {}", item.text)));
    }
    lines
}

fn tone_of(status: ItemStatus) -> Tone {
    match status {
        ItemStatus::Completed => Tone::Good,
        ItemStatus::Failed => Tone::Bad,
        ItemStatus::Declined => Tone::Warn,
        ItemStatus::InProgress | ItemStatus::Unknown => Tone::Faint,
    }
}

fn word_of(status: ItemStatus) -> &'static str {
    match status {
        ItemStatus::Completed => "done",
        ItemStatus::Failed => "failed",
        ItemStatus::Declined => "declined",
        ItemStatus::InProgress => "not finished",
        ItemStatus::Unknown => "",
    }
}

/// `0.4s`, `12s`, `3m05s`.
pub(crate) fn seconds(milliseconds: u64) -> String {
    let (minutes, rest) = (milliseconds / 60_000, milliseconds % 60_000);
    if minutes > 0 {
        format!("{minutes}m{:02}s", rest / 1_000)
    } else if rest < 10_000 {
        format!("{}.{}s", rest / 1_000, rest % 1_000 / 100)
    } else {
        format!("{}s", rest / 1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{command, item};
    use super::*;
    use crate::runtime::event::Event;

    fn view() -> View {
        View {
            palette: Palette::new(false),
            width: Some(40),
            full: true,
        }
    }

    #[test]
    fn a_command_shows_its_exit_code_and_the_end_of_its_output() {
        let output = (1..=8)
            .map(|number| format!("line {number}\n"))
            .collect::<String>();
        let Event::ItemCompleted(event) = command("/bin/bash -lc 'make test'", &output, 2) else {
            panic!()
        };
        let lines = finished(&event.item, view());
        assert_eq!(
            lines[..3],
            [
                "• Ran make test (exit 2, 1.5s)",
                "  … 3 earlier lines",
                "  line 4"
            ]
        );
        assert_eq!(lines.len(), 7);
    }

    #[test]
    fn an_output_is_limited_by_rows_and_says_where_the_rest_is() {
        let wide = "word ".repeat(100);
        let output = format!("first\n10%\r\u{1b}[32m100%\u{1b}[0m\n{wide}\n");
        let Event::ItemCompleted(event) = command("x", &output, 0) else {
            panic!()
        };
        let cut = Cut {
            all: false,
            session: Some("01a1"),
        };
        let lines = finished_cut(&event.item, view(), cut);
        assert_eq!(
            lines[1..3],
            ["  … 3 earlier lines (turnwise session", "  show 01a1 --item c)"]
        );
        assert_eq!(lines.len(), 3 + OUTPUT_ROWS);
        let all = finished_cut(&event.item, view(), Cut { all: true, ..cut });
        assert_eq!(all[1..3], ["  first", "  100%"]);
        assert_eq!(all.concat().matches("word").count(), 100);
    }

    #[test]
    fn a_command_of_several_lines_keeps_them() {
        let Event::ItemCompleted(event) = command("cat <<EOF\n  one\nEOF", "", 0) else {
            panic!()
        };
        assert_eq!(
            finished(&event.item, view()),
            ["• Ran cat <<EOF (exit 0, 1.5s)", "      one", "    EOF"]
        );
    }

    #[test]
    fn an_emoji_in_an_output_is_whole() {
        let Event::ItemCompleted(event) = command("x", "👩\u{200d}💻 pass\u{200d}word", 0) else {
            panic!()
        };
        assert_eq!(
            finished(&event.item, view())[1],
            "  👩\u{200d}💻 pass<U+200D>word"
        );
    }

    #[test]
    fn a_hostile_command_cannot_leave_its_line() {
        let Event::ItemCompleted(event) = command("ls\n\u{1b}[2J\u{202e}x", "\u{1b}]0;t\u{7}\r", 0) else {
            panic!()
        };
        for line in finished(&event.item, view()) {
            assert!(!line.chars().any(sanitize::is_dangerous), "{line:?}");
        }
    }

    #[test]
    fn a_change_counts_its_lines() {
        let change = FileChange {
            path: "/a".into(),
            kind: "add".into(),
            move_path: None,
            diff: "x\ny\n".into(),
        };
        let details = ItemDetails::FileChange {
            changes: vec![change],
            status: ItemStatus::Completed,
        };
        assert_eq!(
            finished(&item("f", details).item, view()),
            ["• Added /a (+2 −0)", "  +x", "  +y"]
        );
    }

    #[test]
    fn durations_are_short() {
        assert_eq!([400, 12_300, 185_000].map(seconds), ["0.4s", "12s", "3m05s"]);
    }
}
