//! A saved session as a document: Markdown, one self-contained HTML page, or JSON. Written entry by entry.
//!
//! Untrusted text is escaped for the format, and sanitised.

mod html;
mod markdown;
mod patch;
mod screen;
mod steps;
mod time;

pub(crate) use screen::{Screen, write_screen};

use std::io::{self, Write};

use serde::Serialize;

use crate::ledger::ApprovalSummary;
use crate::runtime::rollout::{SessionSummary, TimedEntry};
use crate::text::safe_json;
use crate::text::words::decision as decided;

/// The length of a title that is the beginning of a prompt, in characters.
const TITLE: usize = 80;

/// Which document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Document {
    /// Markdown.
    Markdown,
    /// A page without scripts that needs nothing else.
    Html,
    /// `turnwise.session/1`.
    Json,
}

/// The head of a document.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Head {
    /// The thread's id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// The first prompt, which is the title of a session without a name.
    #[serde(skip)]
    pub preview: String,
    /// Its working directory.
    pub cwd: String,
    /// When it began, RFC 3339.
    pub created_at: String,
    /// When it was last written to, RFC 3339.
    pub updated_at: String,
    /// Whether it was archived.
    pub archived: bool,
    /// The provider of its model.
    pub model_provider: Option<String>,
    /// The version of Codex that began it.
    pub codex_version: Option<String>,
}

impl From<&SessionSummary> for Head {
    fn from(summary: &SessionSummary) -> Self {
        let updated = jiff::Timestamp::try_from(summary.updated);
        Self {
            id: summary.id.to_string(),
            name: summary.name.clone(),
            preview: summary.preview.clone(),
            cwd: summary.cwd.display().to_string(),
            created_at: summary.created_at.clone(),
            updated_at: updated.map(|time| time.to_string()).unwrap_or_default(),
            archived: summary.archived,
            model_provider: summary.model_provider.clone(),
            codex_version: summary.codex_version.clone(),
        }
    }
}

impl Head {
    /// The name, otherwise the beginning of the first prompt, otherwise the ID.
    fn title(&self) -> String {
        if let Some(name) = &self.name {
            return name.clone();
        }
        let first = self.preview.lines().map(str::trim).find(|line| !line.is_empty());
        let Some(first) = first else {
            return self.id.clone();
        };
        let end = first.char_indices().nth(TITLE).map(|(end, _)| end);
        end.map_or_else(|| first.to_owned(), |end| format!("{}…", first[..end].trim_end()))
    }
}

/// A request of the agent and its outcome.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Approval {
    /// What `turnwise approve` calls it.
    pub id: String,
    /// What kind of request.
    pub kind: String,
    /// A summary in one line.
    pub summary: String,
    /// When, RFC 3339.
    pub requested_at: String,
    /// `answered`, `closed`, `expired`, `abandoned` or `open`.
    pub state: &'static str,
    /// The decision, if there was one.
    pub decision: Option<String>,
    /// Who decided.
    pub by: Option<String>,
}

impl Approval {
    /// `approved by anna`, or the state of a request without an answer.
    fn outcome(&self) -> String {
        match (&self.decision, &self.by) {
            (Some(decision), Some(by)) => format!("{} by {by}", decided(decision)),
            _ => self.state.to_owned(),
        }
    }
}

impl From<&ApprovalSummary> for Approval {
    fn from(listed: &ApprovalSummary) -> Self {
        let at = jiff::Timestamp::from_millisecond(listed.requested_at);
        let answer = listed.answer.as_ref();
        Self {
            id: listed.id.clone(),
            kind: listed.kind.clone(),
            summary: listed.summary.clone(),
            requested_at: at.map(|at| at.to_string()).unwrap_or_default(),
            state: listed.state.as_str(),
            decision: answer.map(|answer| answer.decision.as_str().to_owned()),
            by: answer.map(|answer| answer.by.to_string()),
        }
    }
}

/// Writes a whole document.
pub(crate) fn write(
    document: Document,
    head: &Head,
    entries: impl Iterator<Item = TimedEntry>,
    approvals: &[Approval],
    out: &mut impl Write,
) -> io::Result<()> {
    match document {
        Document::Markdown => markdown::write(head, entries, approvals, out),
        Document::Html => html::write(head, entries, approvals, out),
        Document::Json => json(head, entries, approvals, out),
    }
}

fn json(
    head: &Head,
    entries: impl Iterator<Item = TimedEntry>,
    approvals: &[Approval],
    out: &mut impl Write,
) -> io::Result<()> {
    out.write_all(b"{\"schema\":\"turnwise.session/1\",\"session\":")?;
    safe_json::write(out, head)?;
    out.write_all(b",\"entries\":[")?;
    for (index, entry) in entries.enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        safe_json::write(out, &entry.entry)?;
    }
    out.write_all(b"],\"approvals\":")?;
    safe_json::write(out, &approvals)?;
    out.write_all(b"}\n")
}

/// The output without the lines that Codex adds before it, and its exit code.
fn output_parts(text: &str) -> (Option<&str>, &str) {
    let Some((head, body)) = text.split_once("\nOutput:\n") else {
        return (None, text);
    };
    let code = head.lines().find_map(|line| {
        line.strip_prefix("Process exited with code ")
            .or_else(|| line.strip_prefix("Exit code: "))
    });
    if code.is_some() {
        (code, body)
    } else {
        (None, text)
    }
}

#[cfg(test)]
mod tests;
