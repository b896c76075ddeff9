//! What a list says of a session, read from the beginning of its file only.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::SystemTime;

use serde_json::Value;

use super::files::SavedSession;

/// How many lines are looked at for what the user said first.
const HEAD: usize = 60;
/// How much of it is kept, in characters.
const PREVIEW: usize = 200;

/// A session in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSummary {
    /// The thread's id.
    pub id: String,
    /// The name that it was given.
    pub name: Option<String>,
    /// What the user said first.
    pub preview: String,
    /// Its working directory.
    pub cwd: PathBuf,
    /// When it began, RFC 3339.
    pub created_at: String,
    /// When it was last written to.
    pub updated: SystemTime,
    /// Whether it was archived.
    pub archived: bool,
    /// The provider of its model.
    pub model_provider: Option<String>,
    /// Who started it: `vscode` for the app-server, `exec`, `cli`, or something that is no word.
    pub source: String,
    /// The program that started it.
    pub originator: Option<String>,
    /// The version of Codex that started it.
    pub codex_version: Option<String>,
    /// The file.
    pub path: PathBuf,
}

/// A file that is no session, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

/// Reads sessions one by one as they are asked for, so that a first page needs no more than its files.
#[derive(Debug)]
pub struct Summaries {
    sessions: std::vec::IntoIter<SavedSession>,
    names: BTreeMap<String, String>,
}

/// The summaries of these sessions, in their order.
pub fn summaries(sessions: Vec<SavedSession>, names: BTreeMap<String, String>) -> Summaries {
    Summaries {
        sessions: sessions.into_iter(),
        names,
    }
}

impl Iterator for Summaries {
    type Item = Result<SessionSummary, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        let session = self.sessions.next()?;
        let name = self.names.get(&session.id).cloned();
        Some(summary(session, name))
    }
}

fn summary(session: SavedSession, name: Option<String>) -> Result<SessionSummary, Problem> {
    let problem = |reason: String| Problem {
        path: session.path.clone(),
        reason,
    };
    let mut lines = session.lines().map_err(|error| problem(error.to_string()))?;
    let first = match lines.next() {
        Some(Ok(line)) if line.kind == "session_meta" => line.payload,
        Some(_) => return Err(problem("its first line is no session's".to_owned())),
        None => return Err(problem("it is empty".to_owned())),
    };
    let word = |key: &str| first[key].as_str().map(str::to_owned);
    let preview = lines
        .take(HEAD)
        .filter_map(Result::ok)
        .find_map(|line| said_by_user(&line.kind, &line.payload))
        .or_else(|| Some(format!("copy of {}", word("forked_from_id")?)));
    Ok(SessionSummary {
        name,
        preview: preview.unwrap_or_default().chars().take(PREVIEW).collect(),
        cwd: PathBuf::from(word("cwd").unwrap_or_default()),
        created_at: word("timestamp").unwrap_or_default(),
        updated: session.updated,
        archived: session.archived,
        model_provider: word("model_provider"),
        source: word("source").unwrap_or_else(|| first["source"].to_string()),
        originator: word("originator"),
        codex_version: word("cli_version"),
        id: session.id,
        path: session.path,
    })
}

/// What the user said in a line, without what Codex says in the user's name.
pub(super) fn said_by_user(kind: &str, payload: &Value) -> Option<String> {
    let text = match (kind, payload["type"].as_str()) {
        ("event_msg", Some("user_message")) => payload["message"].as_str()?.to_owned(),
        ("response_item", Some("message")) if payload["role"] == "user" => {
            let parts = payload["content"].as_array()?;
            parts
                .iter()
                .filter_map(|part| part["text"].as_str())
                .collect::<String>()
        }
        _ => return None,
    };
    let text = text.trim();
    let injected = text.starts_with('<') || text.starts_with("# AGENTS.md instructions");
    (!text.is_empty() && !injected).then(|| text.to_owned())
}
