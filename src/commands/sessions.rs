//! Finds a saved session: by ID, name, start of an ID, the most recent one, or from a picker.

use std::collections::BTreeMap;
use std::path::Path;

use crate::runtime::rollout::{Home, SavedSession, SessionSummary, find, summaries};
use crate::text::sanitize;
use dialoguer::FuzzySelect;

use super::context::Context;
use super::failure::Failure;
use super::say;

/// Maximum number of sessions in the picker and in an error about an ambiguous word.
const OFFERED: usize = 20;

/// Maximum number of sessions to search for the most recent one of a directory.
const FARTHEST: usize = 5_000;

/// The saved sessions of this user.
pub(crate) struct Saved {
    pub(crate) home: Home,
    pub(crate) sessions: Vec<SavedSession>,
}

impl Saved {
    /// Reads the list of sessions.
    pub(crate) fn read(context: &Context) -> Result<Self, Failure> {
        let home = Home::new(context.codex_home());
        let sessions = home
            .sessions()
            .map_err(|error| Failure::system(home.path().display(), error))?;
        Ok(Self { home, sessions })
    }

    /// The session with this ID, start of an ID, or name.
    pub(crate) fn named(&self, word: &str) -> Result<SavedSession, Failure> {
        let names = self.home.names();
        match find(&self.sessions, &names, word)[..] {
            ref same @ [first, ..] if same.iter().all(|session| session.id == first.id) => Ok(one_of(same)),
            [] => Err(Failure::usage(format!(
                "session {word} not found in {}",
                self.home.path().display()
            ))
            .hint("list all sessions with `turnwise session list --all`")),
            ref several => {
                let several = several.iter().take(OFFERED).map(|session| (*session).clone());
                let listed = summaries(several.collect(), names)
                    .map(|summary| match summary {
                        Ok(summary) => line(&summary),
                        Err(problem) => format!("{}: {}", problem.path.display(), problem.reason),
                    })
                    .collect::<Vec<_>>();
                Err(Failure::usage(format!(
                    "`{word}` matches more than one session:\n  {}",
                    listed.join("\n  ")
                ))
                .hint("use more characters of the ID"))
            }
        }
    }

    /// Sessions to resume: not archived, not of sub-agents, of one directory or of all.
    pub(crate) fn of(&self, directory: Option<&Path>) -> impl Iterator<Item = SessionSummary> {
        let sessions = self
            .sessions
            .iter()
            .filter(|session| !session.archived)
            .take(FARTHEST)
            .cloned();
        let mut summaries = summaries(sessions.collect(), self.home.names());
        if let Some(directory) = directory {
            summaries = summaries.in_directory(directory);
        }
        summaries
            .filter_map(Result::ok)
            .filter(|summary| !summary.source.starts_with('{'))
    }

    /// The most recent session.
    pub(crate) fn last(&self, directory: Option<&Path>) -> Result<SavedSession, Failure> {
        let nothing = || match directory {
            Some(directory) => {
                Failure::usage(format!("--last: no saved sessions in {}", directory.display()))
                    .hint("--all includes all directories")
            }
            None => Failure::usage("--last: no saved sessions"),
        };
        let last = self.of(directory).next().ok_or_else(nothing)?;
        self.in_file(&last.path).ok_or_else(nothing)
    }

    /// Lets the person choose.
    pub(crate) fn picked(&self, directory: Option<&Path>) -> Result<SavedSession, Failure> {
        let offered = self.of(directory).take(OFFERED).collect::<Vec<_>>();
        if offered.is_empty() {
            return Err(
                Failure::usage("no saved sessions in this directory").hint("--all includes all directories")
            );
        }
        let lines = offered.iter().map(line).collect::<Vec<_>>();
        let chosen = FuzzySelect::new()
            .with_prompt("Which session?")
            .items(&lines)
            .default(0)
            .interact_opt()
            .map_err(|error| Failure::system("the terminal", error))?;
        let session = chosen.and_then(|index| self.in_file(&offered[index].path));
        session.ok_or_else(|| Failure::usage("no session chosen"))
    }

    fn in_file(&self, path: &Path) -> Option<SavedSession> {
        self.sessions.iter().find(|session| session.path == path).cloned()
    }
}

/// The file of a session that is in several: one that can be read, rather not archived, rather the
/// original than a copy, written to last. The others are
/// named, because they may hold something else.
fn one_of(same: &[&SavedSession]) -> SavedSession {
    let rank = |session: &&&SavedSession| {
        let readable = summaries(vec![(**session).clone()], BTreeMap::new()).all(|summary| summary.is_ok());
        (!readable, session.archived)
    };
    // Of equals the first: originals come before copies, then the file written last.
    let chosen = same.iter().min_by_key(rank).unwrap_or(&same[0]);
    for other in same.iter().filter(|other| other.path != chosen.path) {
        say(&format!(
            "warning: session {} is in two files: using {}, ignoring {}",
            chosen.id,
            chosen.path.display(),
            other.path.display()
        ));
    }
    (*chosen).clone()
}

/// A session on one line: ID, name or first prompt, directory.
pub(crate) fn line(summary: &SessionSummary) -> String {
    let what = summary.name.as_deref().unwrap_or(&summary.preview);
    format!(
        "{}  {}  ({})",
        sanitize::line(&summary.id),
        sanitize::excerpt(what, 60),
        sanitize::line(&summary.cwd.to_string_lossy())
    )
}
