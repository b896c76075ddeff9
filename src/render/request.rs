//! A request for approval as lines for a person: all of it, wrapped and never cut, sanitised.
//!
//! Used by the prompt, `approve show` and `approve watch`. It draws the choices too; `approval::terminal` reads the answer.

use console::measure_text_width;
use serde_json::Value;

use super::activity::View;
use super::style::{Palette, Tone};
use crate::approval::{shell, shell_line};
use crate::runtime::approval::{
    Choice, CommandDetails, FieldKind, FormField, PendingRequest, PermissionsDetails, RequestDetails,
    UserQuestion,
};
use crate::runtime::event::FileChange;
use crate::text::command_line::unwrapped;
use crate::text::sanitize;

/// How far details are indented.
const INDENT: &str = "    ";
/// The prefix of a continued line.
const CONTINUED: &str = "  ↪ ";

/// The whole request, for an output that is so wide, or of any width.
pub(crate) fn page(asked: &PendingRequest, palette: Palette, width: Option<usize>) -> Vec<String> {
    let view = View {
        palette,
        width: width.map(|width| width.clamp(20, 400) - 1),
        full: true,
    };
    lines(asked, view)
}

/// Lines that are being put together.
struct Page {
    lines: Vec<String>,
    view: View,
}

impl Page {
    fn plain(&mut self, text: &str) {
        self.lines.push(text.to_owned());
    }

    /// A line of ours.
    fn head(&mut self, text: &str) {
        let line = self.view.palette.paint(Tone::Strong, &sanitize::line(text));
        self.lines.extend(self.view.wrap(&line, ""));
    }

    /// Foreign text, line by line, every character of it.
    fn verbatim(&mut self, text: &str, tone: Option<Tone>) {
        for line in sanitize::text(text).split('\n') {
            for piece in self.cut(line) {
                let piece = match tone {
                    Some(tone) => self.view.palette.paint(tone, &piece),
                    None => piece,
                };
                self.lines.push(piece);
            }
        }
    }

    /// Breaks a line where the terminal ends, and nowhere else: nothing is trimmed.
    fn cut(&self, line: &str) -> Vec<String> {
        let room = self.view.width.map_or(usize::MAX, |width| width.max(16)) - INDENT.len();
        let mut pieces = vec![INDENT.to_owned()];
        let mut used = 0;
        for character in line.chars() {
            let width = measure_text_width(character.encode_utf8(&mut [0; 4]));
            if used + width > room {
                pieces.push(CONTINUED.to_owned());
                used = 0;
            }
            used += width;
            if let Some(piece) = pieces.last_mut() {
                piece.push(character);
            }
        }
        pieces
    }

    fn detail(&mut self, label: &str, text: &str) {
        let label = self.view.palette.paint(Tone::Faint, &format!("{label:<9}"));
        let line = format!("  {label} {}", sanitize::line(text));
        self.lines.extend(self.view.wrap(&line, "            "));
    }

    fn words(&mut self, speaker: &str, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        let label = self.view.palette.paint(Tone::Faint, &format!("{speaker} says:"));
        self.lines.push(format!("  {label}"));
        self.verbatim(text.trim_end(), Some(Tone::Italic));
    }

    fn json(&mut self, value: &Value) {
        if value.is_null() {
            return;
        }
        self.verbatim(&serde_json::to_string_pretty(value).unwrap_or_default(), None);
    }
}

/// The whole request.
pub(crate) fn lines(asked: &PendingRequest, view: View) -> Vec<String> {
    let mut page = Page {
        lines: Vec::new(),
        view,
    };
    let reason = asked.request.reason.as_deref().unwrap_or_default();
    match asked.details() {
        RequestDetails::Command(command) => {
            command_page(&command, &mut page);
            page.detail("directory", &command.cwd);
            sandbox(asked, &mut page);
            page.words("The agent", reason);
        }
        RequestDetails::FileChange { changes, grant_root } => {
            page.head(match changes.len() {
                1 => "The agent wants to change a file",
                _ => "The agent wants to change files",
            });
            if changes.is_empty() {
                page.plain("  Codex did not say which files or how.");
            }
            for change in &changes {
                change_page(change, &mut page);
            }
            if let Some(root) = grant_root {
                page.detail("opens", &root);
            }
            sandbox(asked, &mut page);
            page.words("The agent", reason);
        }
        RequestDetails::Permissions(asked_for) => {
            permissions_page(&asked_for, &mut page);
            sandbox(asked, &mut page);
            page.words("The agent", reason);
        }
        RequestDetails::Questions(questions) => {
            page.head("The agent asks you a question");
            for question in &questions {
                question_page(question, &mut page);
            }
        }
        RequestDetails::McpTool {
            server,
            tool,
            arguments,
            ..
        } => {
            page.head("The agent wants to call a tool of an MCP server");
            page.verbatim(&format!("{server}/{tool}"), None);
            page.json(&arguments);
            page.words("The request", reason);
        }
        RequestDetails::Form { server, fields, .. } => {
            page.head(&format!("The MCP server {server} asks you a question"));
            page.words(&format!("The server {}", sanitize::line(&server)), reason);
            for field in &fields {
                field_page(field, &mut page);
            }
        }
        RequestDetails::Link { server, url } => {
            page.head(&format!("The MCP server {server} asks you to open a page"));
            page.verbatim(&url, None);
            page.words(&format!("The server {}", sanitize::line(&server)), reason);
        }
        RequestDetails::Tool { tool, arguments } => {
            page.head("The agent calls a tool of this client");
            page.verbatim(&tool, None);
            page.json(&arguments);
        }
        RequestDetails::Unknown => {
            page.head("Codex sent a request that this version of turnwise does not know");
            page.verbatim(&asked.request.method, None);
            page.json(&asked.request.params);
        }
    }
    if asked.is_from_subagent() {
        page.detail("from", "a sub-agent of the session");
    }
    page.lines
}

fn command_page(command: &CommandDetails, page: &mut Page) {
    let script = unwrapped(&command.line);
    if let Some((host, protocol)) = &command.network {
        page.head("A command wants to reach the network");
        page.verbatim(&format!("{protocol} {host}"), None);
        if command.line.is_empty() {
            return;
        }
        page.plain("  Command:");
    } else if command.typing {
        page.head("The agent wants to type into a running command");
    } else {
        page.head("The agent wants to run a command");
    }
    page.verbatim(&script, Some(Tone::Code));
    let through = if script == command.line {
        String::new()
    } else {
        command.line.splitn(3, ' ').take(2).collect::<Vec<_>>().join(" ")
    };
    let parts = shell::parts(&script);
    if parts.len() > 1 {
        page.plain(&format!("  It runs {} commands:", parts.len()));
        for (number, part) in parts.iter().enumerate() {
            page.verbatim(&format!("{}. {part}", number + 1), None);
        }
    }
    if let Some(why) = shell_line(command).opaque {
        page.detail("note", &format!("no rule can match it: {why}"));
    }
    if !through.is_empty() {
        page.detail("shell", &through);
    }
    if let Some(permissions) = &command.permissions {
        page.plain("  With these additional permissions:");
        page.json(permissions);
    }
}

fn sandbox(asked: &PendingRequest, page: &mut Page) {
    let when = match asked.context.approval.as_str() {
        "untrusted" => "; every command needs approval",
        "on-request" => "; this request leaves it",
        _ => "",
    };
    page.detail("sandbox", &format!("{}{when}", asked.context.sandbox));
}

fn change_page(change: &FileChange, page: &mut Page) {
    let (verb, tone) = match change.kind.as_str() {
        "add" => ("add", Tone::Good),
        "delete" => ("delete", Tone::Bad),
        _ => ("update", Tone::Strong),
    };
    let verb = page.view.palette.paint(tone, verb);
    let target = change
        .move_path
        .as_deref()
        .map_or(String::new(), |path| format!(" → {}", sanitize::line(path)));
    let line = format!("  {verb} {}{target}", sanitize::line(&change.path));
    page.lines.extend(page.view.wrap(&line, INDENT));
    for line in change.diff.trim_end_matches('\n').split('\n') {
        let (line, tone) = match (change.kind.as_str(), line.chars().next()) {
            ("add", _) => (format!("+{line}"), Some(Tone::Good)),
            ("delete", _) => (format!("-{line}"), Some(Tone::Bad)),
            (_, Some('+')) => (line.to_owned(), Some(Tone::Good)),
            (_, Some('-')) => (line.to_owned(), Some(Tone::Bad)),
            (_, Some('@')) => (line.to_owned(), Some(Tone::Code)),
            _ => (line.to_owned(), None),
        };
        page.verbatim(&line, tone);
    }
}

fn permissions_page(asked: &PermissionsDetails, page: &mut Page) {
    page.head("The agent wants permissions");
    if asked.network {
        page.plain("    use the network, any host");
    }
    for path in &asked.read {
        page.verbatim(&format!("read  {path}"), None);
    }
    for path in &asked.write {
        page.verbatim(&format!("write {path}"), None);
    }
    for other in &asked.other {
        page.verbatim(other, None);
    }
}

fn question_page(question: &UserQuestion, page: &mut Page) {
    page.words(
        &format!("Question {}", sanitize::line(&question.id)),
        &question.question,
    );
    for (number, option) in question.options.iter().flatten().enumerate() {
        let description = if option.description.is_empty() {
            String::new()
        } else {
            format!(": {}", option.description)
        };
        page.verbatim(&format!("{}. {}{description}", number + 1, option.label), None);
    }
    if question.is_secret {
        page.plain("    The answer is a secret; it is neither shown nor saved.");
    }
}

fn field_page(field: &FormField, page: &mut Page) {
    let kind = match &field.kind {
        FieldKind::Text => "text".to_owned(),
        FieldKind::Number { whole: true } => "a whole number".to_owned(),
        FieldKind::Number { whole: false } => "a number".to_owned(),
        FieldKind::Boolean => "yes or no".to_owned(),
        FieldKind::One(choices) => format!("one of {}", names(choices)),
        FieldKind::Several(choices) => format!("any of {}", names(choices)),
        FieldKind::Json => "JSON".to_owned(),
    };
    let required = if field.required { ", required" } else { "" };
    let default = field
        .default
        .as_ref()
        .map_or(String::new(), |default| format!(", default {default}"));
    page.verbatim(&format!("{}: {kind}{required}{default}", field.name), None);
    if field.title != field.name || !field.description.is_empty() {
        page.verbatim(
            &format!("  {} {}", field.title, field.description),
            Some(Tone::Faint),
        );
    }
}

fn names(choices: &[(String, String)]) -> String {
    let names = choices.iter().enumerate().map(|(index, (value, title))| {
        if value == title {
            format!("{} {value}", index + 1)
        } else {
            format!("{} {value} ({title})", index + 1)
        }
    });
    names.collect::<Vec<_>>().join(", ")
}

/// The choices with their effects.
pub(crate) fn choice_lines(choices: &[Choice], view: View) -> Vec<String> {
    let mut lines = Vec::new();
    for choice in choices {
        let key = view.palette.paint(Tone::Strong, &choice.key.to_string());
        lines.extend(view.wrap(&format!("  {key}  {}", sanitize::line(&choice.label)), "     "));
        for effect in &choice.effects {
            let effect = format!("     {}", sanitize::line(effect));
            let wrapped = view.wrap(&effect, "     ");
            lines.extend(wrapped.iter().map(|line| view.palette.paint(Tone::Warn, line)));
        }
    }
    lines
}
