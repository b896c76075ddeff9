//! Finds a saved session: by ID, name, start of an ID, the most recent one, or from a picker.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Bound;
use std::path::Path;

use crate::runtime::rollout::{Home, SavedSession, SessionSummary, find, summaries};
use crate::text::sanitize;
use console::{Term, truncate_str};
use dialoguer::FuzzySelect;

use super::context::Context;
use super::failure::Failure;
use super::run::{Signals, runtime};
use super::say;

/// Maximum number of sessions in the picker and in an error about an ambiguous word.
const OFFERED: usize = 20;

/// The width of a terminal below which times are shorter, in columns.
pub(crate) const NARROW: usize = 60;

/// The width of the marks before a line of the picker.
const MARKER: usize = 3;

/// The length of a short ID, in characters: that of the examples.
const SHORTEST: usize = 8;

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

    /// Lets the person choose, newest first. Esc and Ctrl-C choose nothing.
    pub(crate) fn picked(&self, directory: Option<&Path>) -> Result<SavedSession, Failure> {
        let mut offered = self.of(directory).take(OFFERED).collect::<Vec<_>>();
        if offered.is_empty() {
            let nothing = match directory {
                Some(_) => Failure::usage("no saved sessions in this directory")
                    .hint("--all includes all directories"),
                None => Failure::usage("no saved sessions"),
            };
            return Err(nothing);
        }
        offered.sort_by_key(|summary| Reverse(summary.updated));
        let columns = usize::from(Term::stderr().size().1);
        let ids = self.short_ids();
        let lines = offered.iter().map(|summary| {
            let line = format!(
                "{}  {}  {}",
                updated(summary, columns < NARROW),
                ids.of(&summary.id),
                title(summary)
            );
            truncate_str(&line, columns.saturating_sub(MARKER).max(8), "…").into_owned()
        });
        let lines = lines.collect::<Vec<_>>();
        let failed = |error| Failure::system("the terminal", error);
        // Ctrl-C would end this process before the cursor is shown again.
        let runtime = runtime()?;
        let _signals = runtime.block_on(async { Signals::listen() }).map_err(failed)?;
        let chosen = FuzzySelect::new()
            .with_prompt("Which session?")
            .items(&lines)
            .default(0)
            .interact_opt();
        let chosen = match chosen {
            Ok(chosen) => chosen,
            Err(dialoguer::Error::IO(error)) => {
                Term::stderr().show_cursor().map_err(failed)?;
                if error.kind() != io::ErrorKind::Interrupted {
                    return Err(failed(error));
                }
                None
            }
        };
        let session = chosen.and_then(|index| self.in_file(&offered[index].path));
        session.ok_or_else(Failure::cancelled)
    }

    /// Warns when other sessions have a name that a session is about to get. `id` is that session's, if it is saved.
    pub(crate) fn warn_of_same_name(&self, name: &str, id: &str, context: &Context) {
        let names = self.home.names();
        let same = self
            .sessions
            .iter()
            .filter(|other| other.id != id && names.get(&other.id).is_some_and(|other| other == name));
        let ids = same.map(|other| other.id.as_str()).collect::<BTreeSet<_>>();
        let others = ids.into_iter().collect::<Vec<_>>().join(", ");
        if !others.is_empty() {
            context.note(&format!(
                "warning: another session is also named {name}: {others}; use IDs to tell them apart"
            ));
        }
    }

    /// The shortest IDs that mean one session each.
    pub(crate) fn short_ids(&self) -> ShortIds {
        ShortIds::of_all(self.sessions.iter().map(|session| session.id.to_string()))
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

/// IDs that are as short as they can be.
pub(crate) struct ShortIds(BTreeSet<String>);

impl ShortIds {
    /// Among these IDs.
    pub(crate) fn of_all(ids: impl Iterator<Item = String>) -> Self {
        Self(ids.collect())
    }

    /// The start of an ID that no other session's ID has; at least [`SHORTEST`] characters.
    pub(crate) fn of<'a>(&self, id: &'a str) -> Cow<'a, str> {
        let before = self
            .0
            .range::<str, _>((Bound::Unbounded, Bound::Excluded(id)))
            .next_back();
        let after = self
            .0
            .range::<str, _>((Bound::Excluded(id), Bound::Unbounded))
            .next();
        let common = |other: &String| {
            let same = other.bytes().zip(id.bytes()).take_while(|(a, b)| a == b);
            same.count()
        };
        let needed = before
            .into_iter()
            .chain(after)
            .map(common)
            .max()
            .unwrap_or_default()
            + 1;
        sanitize::line(id.get(..needed.max(SHORTEST)).unwrap_or(id))
    }
}

/// When a session was last used, in local time.
pub(crate) fn updated(summary: &SessionSummary, narrow: bool) -> String {
    let zone = jiff::tz::TimeZone::system();
    let time = jiff::Timestamp::try_from(summary.updated).map(|time| time.to_zoned(zone));
    let format = if narrow { "%d %b %H:%M" } else { "%Y-%m-%d %H:%M" };
    time.map(|time| time.strftime(format).to_string())
        .unwrap_or_default()
}

/// A session's name, otherwise its first prompt, on one line.
pub(crate) fn title(summary: &SessionSummary) -> String {
    let what = summary.name.as_deref().unwrap_or(&summary.preview);
    let what = what.split_whitespace().collect::<Vec<_>>().join(" ");
    sanitize::excerpt(&what, 200)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_id_means_one_session() {
        let ids = ["01a1fc41-0000", "01a1fc41-0001", "01a1fc42-0000", "x"].map(str::to_owned);
        let ids = ShortIds(BTreeSet::from(ids));
        for (id, short) in [
            ("01a1fc41-0000", "01a1fc41-0000"),
            ("01a1fc42-0000", "01a1fc42"),
            ("x", "x"),
            ("unheard of", "unheard "),
        ] {
            assert_eq!(ids.of(id), short);
        }
    }
}
