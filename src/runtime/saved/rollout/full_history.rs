//! A session with what it was copied from. Newer servers keep a copy as a reference: up to which line it goes with the
//! original, and what came after.

use std::collections::VecDeque;
use std::io;

use serde_json::{Value, json};

use super::files::SavedSession;
use super::lines::{Line, Lines};

/// How many copies of copies are followed.
const DEEPEST: usize = 64;

/// The kind of a line that stands for a session that is gone. Codex writes no such line.
pub(super) const MISSING: &str = "turnwise.missing_original";

/// All lines of a session: those that it has from the sessions that it was copied from, and its own.
pub struct FullHistory {
    parts: VecDeque<Part>,
}

impl std::fmt::Debug for FullHistory {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("FullHistory")
    }
}

enum Part {
    /// Lines up to this ordinal, which is not among them; or all.
    Lines(Lines, Option<u64>),
    /// The session that is gone.
    Missing(String),
}

/// The lines of a session; `all` is where the originals are looked for.
pub fn full_history(session: &SavedSession, all: &[SavedSession]) -> io::Result<FullHistory> {
    let mut parts = VecDeque::from([Part::Lines(session.lines()?, None)]);
    let mut original = original_of(session);
    while let Some((id, until)) = original.take() {
        let known = all.iter().find(|known| known.id == id);
        let Some((known, lines)) = known.and_then(|known| Some((known, known.lines().ok()?))) else {
            parts.push_front(Part::Missing(id));
            break;
        };
        parts.push_front(Part::Lines(lines, Some(until)));
        if parts.len() > DEEPEST {
            break;
        }
        original = original_of(known);
    }
    Ok(FullHistory { parts })
}

/// The session that this one was copied from, and up to which of its lines.
fn original_of(session: &SavedSession) -> Option<(String, u64)> {
    let first = session.lines().ok()?.next()?.ok()?;
    let head = &first.payload;
    // Without the number the copy holds everything itself.
    let until = head["forked_from_ordinal_exclusive"].as_u64()?;
    Some((head["forked_from_id"].as_str()?.to_owned(), until))
}

impl Iterator for FullHistory {
    type Item = Result<Line, usize>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.parts.front_mut()? {
                Part::Lines(lines, until) => {
                    let ends = |line: &Result<Line, usize>| match (line, until.as_ref()) {
                        (Ok(line), Some(until)) => line.ordinal.is_some_and(|ordinal| ordinal >= *until),
                        _ => false,
                    };
                    if let Some(line) = lines.next().filter(|line| !ends(line)) {
                        return Some(line);
                    }
                    self.parts.pop_front();
                }
                Part::Missing(id) => {
                    let line = missing(json!({ "id": id }));
                    self.parts.pop_front();
                    return Some(Ok(line));
                }
            }
        }
    }
}

fn missing(payload: Value) -> Line {
    Line {
        timestamp: String::new(),
        ordinal: None,
        kind: MISSING.to_owned(),
        payload,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::time::SystemTime;

    fn saved(directory: &Path, id: &str, lines: &[Value]) -> SavedSession {
        let path = directory.join(id);
        let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
        std::fs::write(&path, lines).unwrap();
        SavedSession {
            id: id.into(),
            path,
            archived: false,
            updated: SystemTime::UNIX_EPOCH,
        }
    }

    fn head(ordinal: u64, from: Option<(&str, u64)>) -> Value {
        let mut payload = json!({});
        if let Some((id, until)) = from {
            payload = json!({ "forked_from_id": id, "forked_from_ordinal_exclusive": until });
        }
        json!({ "type": "session_meta", "ordinal": ordinal, "payload": payload })
    }

    fn line(ordinal: u64) -> Value {
        json!({ "type": "event_msg", "ordinal": ordinal })
    }

    fn ordinals(whole: FullHistory) -> Vec<u64> {
        whole
            .filter_map(Result::ok)
            .filter(|line| line.kind == "event_msg")
            .filter_map(|line| line.ordinal)
            .collect()
    }

    #[test]
    fn a_copy_of_a_copy_begins_with_what_it_was_copied_from_and_no_more() {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        let all = [
            saved(at, "a", &[head(0, None), line(1), line(2), line(3)]),
            saved(at, "b", &[head(3, Some(("a", 3))), line(4), line(5)]),
            saved(at, "c", &[head(5, Some(("b", 5))), line(6)]),
        ];
        assert_eq!(ordinals(full_history(&all[1], &all).unwrap()), [1, 2, 4, 5]);
        assert_eq!(ordinals(full_history(&all[2], &all).unwrap()), [1, 2, 4, 6]);
    }

    #[test]
    fn an_original_that_is_gone_is_said_and_a_circle_ends() {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        let copy = saved(at, "b", &[head(3, Some(("gone", 3))), line(4)]);
        let lines = full_history(&copy, &[]).unwrap().filter_map(Result::ok);
        assert_eq!(
            lines.map(|line| line.kind).collect::<Vec<_>>(),
            [MISSING, "session_meta", "event_msg"]
        );
        let circle = saved(at, "c", &[head(3, Some(("c", 9))), line(4)]);
        let all = [circle];
        assert!(full_history(&all[0], &all).unwrap().count() < 200);
    }
}
