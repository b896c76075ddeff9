//! Which rollout files there are, and which one somebody means.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::lines::Lines;
use crate::files::{LARGEST, read_regular, without_bom};
use crate::protocol::surrogates::repaired;
use crate::runtime::id::ThreadId;

/// The length of a thread's id in a file's name.
const ID_LENGTH: usize = 36;

/// A `CODEX_HOME` whose saved sessions are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    path: PathBuf,
}

/// A rollout file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SavedSession {
    /// The thread's id, from the file's name.
    pub id: ThreadId,
    /// The file.
    pub path: PathBuf,
    /// Whether it was archived.
    pub archived: bool,
    /// When it was last written to.
    pub updated: SystemTime,
}

impl Home {
    /// A home.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Its directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All saved sessions, the one that was written to last first. A home without any has none.
    pub fn sessions(&self) -> io::Result<Vec<SavedSession>> {
        let mut found = Vec::new();
        collect(&self.path.join("sessions"), false, 3, &mut found)?;
        collect(&self.path.join("archived_sessions"), true, 3, &mut found)?;
        found.sort_by(|a, b| b.updated.cmp(&a.updated).then_with(|| b.path.cmp(&a.path)));
        originals_first(&mut found);
        Ok(found)
    }

    /// The names that sessions were given, by id; the last one counts.
    pub fn names(&self) -> BTreeMap<ThreadId, String> {
        let mut names = BTreeMap::new();
        let index = read_regular(&self.path.join("session_index.jsonl"), LARGEST).unwrap_or_default();
        for line in without_bom(&index).split(|byte| *byte == b'\n') {
            let Ok(entry) = serde_json::from_slice::<serde_json::Value>(&repaired(line)) else {
                continue;
            };
            if let (Some(id), Some(name)) = (entry["id"].as_str(), entry["thread_name"].as_str()) {
                names.insert(id.into(), name.to_owned());
            }
        }
        names
    }
}

/// Among files of the same session, sorts those first that are where Codex put them: it resumes those.
fn originals_first(found: &mut [SavedSession]) {
    let mut places = HashMap::<&str, Vec<usize>>::new();
    for (place, session) in found.iter().enumerate() {
        places.entry(&session.id).or_default().push(place);
    }
    let several = places.into_values().filter(|places| places.len() > 1);
    for places in several.collect::<Vec<_>>() {
        let mut same = places
            .iter()
            .map(|place| found[*place].clone())
            .collect::<Vec<_>>();
        same.sort_by_key(|session| !is_original(&session.path));
        for (place, session) in places.into_iter().zip(same) {
            found[place] = session;
        }
    }
}

/// Whether a file is in the directory of the day that its name says: `2026/11/21/rollout-2026-11-21T…`.
fn is_original(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str);
    let day = name.and_then(|name| name.strip_prefix("rollout-")?.get(..10));
    let (Some(day), Some(directory)) = (day, path.parent()) else {
        return false;
    };
    directory.ends_with(day.replace('-', "/"))
}

/// The rollout files below a directory.
fn collect(directory: &Path, archived: bool, depth: usize, found: &mut Vec<SavedSession>) -> io::Result<()> {
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        // Whatever has such a name counts, also what is no file: reading it says what it is.
        let Some(id) = name.to_str().and_then(id_of) else {
            if depth > 0 && entry.file_type()?.is_dir() {
                collect(&entry.path(), archived, depth - 1, found)?;
            }
            continue;
        };
        // One that is removed meanwhile is not there.
        if let Ok(updated) = entry.metadata().and_then(|metadata| metadata.modified()) {
            found.push(SavedSession {
                id: id.into(),
                path: entry.path(),
                archived,
                updated,
            });
        }
    }
    Ok(())
}

/// The id in `rollout-<time>-<id>.jsonl`.
fn id_of(name: &str) -> Option<&str> {
    let stem = name.strip_prefix("rollout-")?.strip_suffix(".jsonl")?;
    let start = stem.len().checked_sub(ID_LENGTH)?;
    stem.get(start..)
        .filter(|id| id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-'))
}

/// The sessions that a word may mean: the one with this id, otherwise those with this exact name, otherwise those whose id
/// begins so. `names` are those of [`Home::names`]. A session that is in several files is given once for each.
pub fn find<'a>(
    sessions: &'a [SavedSession],
    names: &BTreeMap<ThreadId, String>,
    word: &str,
) -> Vec<&'a SavedSession> {
    let by = |is_meant: &dyn Fn(&SavedSession) -> bool| {
        sessions
            .iter()
            .filter(|session| is_meant(session))
            .collect::<Vec<_>>()
    };
    let exact = by(&|session| session.id == word);
    if !exact.is_empty() {
        return exact;
    }
    let named = by(&|session| names.get(&session.id).is_some_and(|name| name == word));
    if !named.is_empty() {
        return named;
    }
    // A start of an id is written in its alphabet; a few characters at least, so that a slip finds nothing.
    let is_start = word.len() >= 4 && word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if is_start {
        by(&|session| session.id.starts_with(&word.to_ascii_lowercase()))
    } else {
        Vec::new()
    }
}

impl SavedSession {
    /// Its lines.
    pub fn lines(&self) -> io::Result<Lines> {
        Lines::open(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(id: &str) -> SavedSession {
        SavedSession {
            id: id.into(),
            path: PathBuf::from(id),
            archived: false,
            updated: SystemTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_session_is_meant_by_its_id_its_name_or_the_start_of_its_id() {
        let first = "01a1fc41-c86f-76c1-b076-a296305f6642";
        let second = "01a1fc41-ca52-7b23-90fb-397b9fdf4716";
        let sessions = [session(first), session(second)];
        let names = BTreeMap::from([(second.into(), "01a1fc41-c86f".to_owned())]);
        let ids = |word: &str| {
            find(&sessions, &names, word)
                .iter()
                .map(|found| found.id.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(ids(first), [first]);
        assert_eq!(
            ids("01a1fc41-c86f"),
            [second],
            "a name comes before the start of an id"
        );
        assert_eq!(ids("01A1FC41-CA"), [second]);
        assert_eq!(ids("01a1fc41"), [first, second]);
        assert!(ids("01").is_empty() && ids("other").is_empty());
    }

    #[test]
    fn the_id_is_the_end_of_the_files_name() {
        let name = "rollout-2026-11-20T23-28-08-01a1fb49-ec7a-7fb3-899f-f01567ca2d5a.jsonl";
        assert_eq!(id_of(name), Some("01a1fb49-ec7a-7fb3-899f-f01567ca2d5a"));
        assert_eq!(id_of("rollout-x.jsonl"), None);
        assert_eq!(id_of("notes.jsonl"), None);
    }
}
