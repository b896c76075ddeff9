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
            match &mut self.read[index].entry {
                Entry::Output { call_id, text } if call_id == call => {
                    let text = std::mem::take(text);
                    self.read.remove(index);
                    return Some(text);
                }
                // The next turn: the call was never answered.
                Entry::User { .. } => return None,
                _ => {}
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
        let call = match &entry {
            Entry::Command { call_id, .. } | Entry::Patch { call_id, .. } | Entry::Tool { call_id, .. } => {
                Some(call_id.clone())
            }
            _ => None,
        };
        let output = call
            .filter(|call| !call.is_empty())
            .and_then(|call| self.output_of(&call));
        let entry = match &entry {
            Entry::Command {
                call_id,
                command,
                justification: None,
            } => match patch::of_command(&unwrapped(command)) {
                Some(patch) => Entry::Patch {
                    call_id: call_id.clone(),
                    patch: patch.to_owned(),
                },
                None => entry,
            },
            _ => entry,
        };
        Some(Step { entry, output, at })
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
