//! The entries of a session as a person sees them: outputs with their calls, and commands that apply a patch as the patch.

use std::collections::VecDeque;

use super::patch;
use crate::runtime::rollout::{Entry, TimedEntry};
use crate::text::command_line::unwrapped;

/// How many entries after a call its output is searched in.
const AHEAD: usize = 64;

/// An entry, with the output of its call.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) entry: Entry,
    /// The output of a command, a patch or a tool.
    pub(super) output: Option<String>,
    /// When it was written, RFC 3339; empty where the file does not say it.
    pub(super) at: String,
}

/// Joins outputs with their calls, and holds only the entries between them.
pub(super) struct Steps<Entries> {
    entries: Entries,
    read: VecDeque<TimedEntry>,
}

impl<Entries: Iterator<Item = TimedEntry>> Steps<Entries> {
    pub(super) fn new(entries: Entries) -> Self {
        Self {
            entries,
            read: VecDeque::new(),
        }
    }

    /// Takes the output of a call out of the entries that follow.
    fn output_of(&mut self, call: &str) -> Option<String> {
        for index in 0..AHEAD {
            if index == self.read.len() {
                self.read.push_back(self.entries.next()?);
            }
            let entry = &mut self.read[index].entry;
            if let Entry::Output { call_id, text } = entry
                && call_id == call
            {
                let text = std::mem::take(text);
                self.read.remove(index);
                return Some(text);
            }
            if matches!(entry, Entry::User { .. }) {
                // The next turn: the call has no output.
                return None;
            }
        }
        None
    }
}

impl<Entries: Iterator<Item = TimedEntry>> Iterator for Steps<Entries> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let TimedEntry { at, entry } = loop {
            let next = match self.read.pop_front() {
                Some(entry) => entry,
                None => self.entries.next()?,
            };
            // What Codex says to the model about a plan, which is shown.
            if !matches!(&next.entry, Entry::Output { text, .. } if text == "Plan updated") {
                break next;
            }
        };
        let call = call_of(&entry).filter(|call| !call.is_empty()).map(str::to_owned);
        let output = call.and_then(|call| self.output_of(&call));
        let entry = as_patch(&entry).unwrap_or(entry);
        Some(Step { entry, output, at })
    }
}

/// The call of an entry that can have an output.
fn call_of(entry: &Entry) -> Option<&str> {
    if let Entry::Command { call_id, .. } | Entry::Patch { call_id, .. } | Entry::Tool { call_id, .. } = entry
    {
        Some(call_id)
    } else {
        None
    }
}

/// The patch of a command that does nothing but apply one.
fn as_patch(entry: &Entry) -> Option<Entry> {
    if let Entry::Command {
        call_id,
        command,
        justification: None,
    } = entry
    {
        let patch = patch::of_command(&unwrapped(command))?.to_owned();
        let call_id = call_id.clone();
        Some(Entry::Patch { call_id, patch })
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(call: &str) -> Entry {
        Entry::Command {
            call_id: call.to_owned(),
            command: call.to_owned(),
            justification: None,
        }
    }

    fn output(call: &str) -> Entry {
        Entry::Output {
            call_id: call.to_owned(),
            text: format!("of {call}"),
        }
    }

    fn user() -> Entry {
        Entry::User { text: "x".to_owned() }
    }

    fn steps(entries: Vec<Entry>) -> Vec<(Entry, Option<String>)> {
        let timed = entries.into_iter().map(|entry| TimedEntry {
            at: String::new(),
            entry,
        });
        Steps::new(timed).map(|step| (step.entry, step.output)).collect()
    }

    #[test]
    fn outputs_are_with_their_commands_and_nothing_else_moves() {
        let entries = vec![command("a"), command("b"), user(), output("b"), output("lost")];
        let mut parallel = vec![command("a"), command("b"), output("b"), output("a"), user()];
        assert_eq!(
            steps(parallel.clone()),
            [
                (command("a"), Some("of a".to_owned())),
                (command("b"), Some("of b".to_owned())),
                (user(), None),
            ]
        );
        assert_eq!(
            steps(entries),
            [
                (command("a"), None),
                (command("b"), None),
                (user(), None),
                (output("b"), None),
                (output("lost"), None),
            ],
            "an output that comes after the next prompt stays where it is"
        );
        parallel.truncate(2);
        assert_eq!(steps(parallel).len(), 2);
    }
}
