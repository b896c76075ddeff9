//! What a list says of a session, read from the beginning of its file only.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::Deserialize;
use serde_json::Value;

use super::files::SavedSession;
use crate::runtime::id::ThreadId;

/// How many lines are looked at for what the user said first.
const HEAD: usize = 60;
/// How much of it is kept, in characters.
const PREVIEW: usize = 200;

/// A session in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionSummary {
    /// The thread's id.
    pub id: ThreadId,
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

/// A file that is skipped, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

/// Reads sessions one by one as they are asked for, so that a first page needs no more than its files. Of several files with
/// the same session the first counts, and the others are problems.
#[derive(Debug)]
pub struct Summaries {
    sessions: std::vec::IntoIter<SavedSession>,
    names: BTreeMap<ThreadId, String>,
    directory: Option<PathBuf>,
    /// The files of the sessions that were given, by id.
    given: HashMap<ThreadId, PathBuf>,
}

/// The first line of a file, as far as a list needs it. Most of it is instructions, which are passed over.
#[derive(Deserialize)]
struct First {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    payload: Meta,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Meta {
    cwd: PathBuf,
    timestamp: String,
    model_provider: Option<String>,
    source: Value,
    originator: Option<String>,
    cli_version: Option<String>,
    forked_from_id: Option<String>,
}

/// The summaries of these sessions, in their order.
pub fn summaries(sessions: Vec<SavedSession>, names: BTreeMap<ThreadId, String>) -> Summaries {
    Summaries {
        sessions: sessions.into_iter(),
        names,
        directory: None,
        given: HashMap::new(),
    }
}

impl Summaries {
    /// Only those that were begun in this directory.
    #[must_use]
    pub fn in_directory(mut self, directory: &Path) -> Self {
        self.directory = Some(directory.canonicalize().unwrap_or_else(|_| directory.to_owned()));
        self
    }
}

/// Whether a session's directory is this one, by whatever way it was named.
fn is_same(cwd: &Path, directory: &Path) -> bool {
    // Another name can only be the same directory by a link: of this name, or above it.
    cwd == directory
        || (cwd.file_name() == directory.file_name() || cwd.is_symlink())
            && cwd.canonicalize().is_ok_and(|cwd| cwd == directory)
}

impl Iterator for Summaries {
    type Item = Result<SessionSummary, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let session = self.sessions.next()?;
            let name = self.names.get(&session.id).cloned();
            let summary = match summary(session, name, self.directory.as_deref()) {
                Ok(Some(summary)) => summary,
                Ok(None) => continue,
                Err(problem) => return Some(Err(problem)),
            };
            if let Some(first) = self.given.get(&summary.id) {
                let reason = format!("the same session is in {}, which is used", first.display());
                return Some(Err(Problem {
                    path: summary.path,
                    reason,
                }));
            }
            self.given.insert(summary.id.clone(), summary.path.clone());
            return Some(Ok(summary));
        }
    }
}

/// The summary of a session; `None` if it is another directory's.
fn summary(
    session: SavedSession,
    name: Option<String>,
    directory: Option<&Path>,
) -> Result<Option<SessionSummary>, Problem> {
    let problem = |reason: String| Problem {
        path: session.path.clone(),
        reason,
    };
    let mut lines = session.lines().map_err(|error| problem(error.to_string()))?;
    let first = lines.next_raw().ok_or_else(|| problem("empty file".to_owned()))?;
    let meta = match serde_json::from_slice(first) {
        Ok(First { kind, payload }) if kind == "session_meta" => payload,
        _ => return Err(problem("the first line is not a session's".to_owned())),
    };
    if directory.is_some_and(|directory| !is_same(&meta.cwd, directory)) {
        return Ok(None);
    }
    let preview = lines
        .take(HEAD)
        .filter_map(Result::ok)
        .find_map(|line| said_by_user(&line.kind, &line.payload))
        .or_else(|| Some(format!("copy of {}", meta.forked_from_id.as_ref()?)));
    Ok(Some(SessionSummary {
        name,
        preview: preview.unwrap_or_default().chars().take(PREVIEW).collect(),
        cwd: meta.cwd,
        created_at: meta.timestamp,
        updated: session.updated,
        archived: session.archived,
        model_provider: meta.model_provider,
        source: match meta.source {
            Value::String(word) => word,
            other => other.to_string(),
        },
        originator: meta.originator,
        codex_version: meta.cli_version,
        id: session.id,
        path: session.path,
    }))
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
