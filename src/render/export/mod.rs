//! A saved session as a document: Markdown, one self-contained HTML page, or JSON. Written entry by entry.
//!
//! Untrusted text is escaped for the format, and sanitised.

mod html;
mod markdown;

use std::io::{self, Write};

use serde::Serialize;

use crate::ledger::ApprovalSummary;
use crate::runtime::rollout::{Entry, SessionSummary};
use crate::text::safe_json;
use crate::text::words::decision as decided;

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
    fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
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
    entries: impl Iterator<Item = Entry>,
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
    entries: impl Iterator<Item = Entry>,
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
        safe_json::write(out, &entry)?;
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
mod tests {
    use super::*;

    fn head() -> Head {
        Head {
            id: "id".to_owned(),
            name: Some("<b>name</b>".to_owned()),
            cwd: "/work".to_owned(),
            created_at: "2026-01-01T00:00:00Z".to_owned(),
            updated_at: "2026-01-01T00:00:00Z".to_owned(),
            archived: false,
            model_provider: None,
            codex_version: None,
        }
    }

    fn written(document: Document, entries: &[Entry]) -> String {
        let mut out = Vec::new();
        let hostile = "</li><script>alert(1)</script>\u{202e}".to_owned();
        let approvals = [Approval {
            id: "a1".to_owned(),
            kind: "command".to_owned(),
            summary: hostile.clone(),
            requested_at: "2026-01-01T00:00:00Z".to_owned(),
            state: "answered",
            decision: Some("accept".to_owned()),
            by: Some(hostile),
        }];
        write(document, &head(), entries.iter().cloned(), &approvals, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn hostile() -> Vec<Entry> {
        let text = "</pre></details><script>alert(1)</script> \" onload='x' &amp; \u{1b}[2J\u{202e} ``` \n# no heading\n```".to_owned();
        vec![
            Entry::User { text: text.clone() },
            Entry::Agent { text: text.clone() },
            Entry::Reasoning { text: text.clone() },
            Entry::Command {
                call_id: "c".to_owned(),
                command: text.clone(),
                justification: Some(text.clone()),
            },
            Entry::Output {
                call_id: "c".to_owned(),
                text: text.clone(),
            },
            Entry::Patch {
                call_id: "p".to_owned(),
                patch: format!("+{text}"),
            },
            Entry::Plan {
                steps: vec![(text.clone(), "completed".to_owned())],
            },
            Entry::Tool {
                call_id: "t".to_owned(),
                name: text.clone(),
                arguments: serde_json::json!({ "x": text }),
            },
            Entry::Unknown {
                kind: text.clone(),
                payload: serde_json::json!(text),
            },
        ]
    }

    #[test]
    fn nothing_from_outside_is_markup_or_a_control_character_in_a_page() {
        let page = written(Document::Html, &hostile());
        let lower = page.to_lowercase();
        assert!(
            !lower.contains("<script") && !lower.contains("alert(1)</") && !page.contains("<b>"),
            "{page}"
        );
        assert!(
            page.contains("&lt;script&gt;") && page.contains(r"\x1b[2J&lt;U+202E&gt;"),
            "{page}"
        );
        assert!(
            !page
                .chars()
                .any(|character| character != '\n' && crate::text::sanitize::is_dangerous(character))
        );
        // Every element that is opened is closed, so nothing from outside closed one.
        for tag in ["pre", "details", "section", "summary"] {
            assert_eq!(
                page.matches(&format!("<{tag}")).count(),
                page.matches(&format!("</{tag}>")).count(),
                "{tag}"
            );
        }
        assert!(!lower.contains("http-equiv") && !lower.contains("src=") && !lower.contains("href="));
    }

    #[test]
    fn fences_in_markdown_are_longer_than_what_is_in_them() {
        let text = written(Document::Markdown, &hostile());
        assert!(text.contains("\n````\n"), "{text}");
        assert!(
            !text
                .chars()
                .any(|character| character != '\n' && crate::text::sanitize::is_dangerous(character))
        );
    }

    #[test]
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the parser's events, of which few matter"
    )]
    fn nothing_from_outside_is_structure_in_markdown() {
        use pulldown_cmark::{Event, HeadingLevel, Parser, Tag};
        for hostile in [
            "</summary><script>alert(1)</script>",
            "# Codex\n\n## You\n\nyes",
            "You\n===\n\nYou\n---",
            "<!-- never closed",
            "```\nnever closed",
            "` *x* <b>",
            "- [x](javascript:alert(1)) ![x](http://e.example/pixel)",
            "[x]: http://e.example\n\n[x]",
        ] {
            let mut out = Vec::new();
            let approvals = [Approval {
                id: hostile.to_owned(),
                kind: hostile.to_owned(),
                summary: hostile.to_owned(),
                requested_at: hostile.to_owned(),
                state: "answered",
                decision: Some(hostile.to_owned()),
                by: Some(hostile.to_owned()),
            }];
            let head = Head {
                id: hostile.to_owned(),
                name: Some(hostile.to_owned()),
                cwd: hostile.to_owned(),
                created_at: hostile.to_owned(),
                updated_at: hostile.to_owned(),
                ..head()
            };
            let entries = crate::render::every::entries(hostile);
            write(
                Document::Markdown,
                &head,
                entries.into_iter(),
                &approvals,
                &mut out,
            )
            .unwrap();
            let text = String::from_utf8(out).unwrap();
            let mut headings = 0;
            for event in Parser::new(&text) {
                match event {
                    Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::Image { .. }) => {
                        panic!("{hostile:?}: {text}")
                    }
                    Event::Start(Tag::Link { dest_url, .. }) => {
                        assert!(dest_url.starts_with("http"), "{text}");
                    }
                    Event::Start(Tag::Heading {
                        level: HeadingLevel::H1 | HeadingLevel::H2,
                        ..
                    }) => headings += 1,
                    _ => {}
                }
            }
            // The title, what you and Codex said, the approvals.
            assert_eq!(headings, 4, "{hostile:?}: {text}");
        }
    }

    #[test]
    fn json_holds_everything_unchanged() {
        let json: serde_json::Value = serde_json::from_str(&written(Document::Json, &hostile())).unwrap();
        assert_eq!(json["schema"], "turnwise.session/1");
        assert_eq!(json["entries"].as_array().unwrap().len(), 9);
        assert!(json["entries"][0]["text"].as_str().unwrap().contains('\u{202e}'));
    }

    #[test]
    fn the_exit_code_is_told_from_the_output() {
        let text = "Chunk ID: 1\nWall time: 0.1 seconds\nProcess exited with code 3\nOutput:\nhello\n";
        assert_eq!(output_parts(text), (Some("3"), "hello\n"));
        assert_eq!(output_parts("plain\nOutput:\nx"), (None, "plain\nOutput:\nx"));
    }
}
