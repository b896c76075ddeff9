//! `session show --item`: one action of a saved session to its end: a command with its output, a patch, a tool call.

use std::io::{self, Write};

use crate::runtime::rollout::{Entry, TimedEntry};
use crate::text::command_line::unwrapped;
use crate::text::sanitize;

/// Writes the action; false if the session does not have it. A terminal gets text that cannot do anything to it.
pub(super) fn write(
    entries: impl Iterator<Item = TimedEntry>,
    id: &str,
    terminal: bool,
    out: &mut dyn Write,
) -> io::Result<bool> {
    let mut found = false;
    for entry in entries {
        let Some(text) = text_of(&entry.entry, id) else {
            continue;
        };
        found = true;
        let text = text.trim_end();
        if terminal {
            writeln!(out, "{}", sanitize::text(text))?;
        } else {
            writeln!(out, "{text}")?;
        }
    }
    Ok(found)
}

/// What an entry says of this action.
fn text_of(entry: &Entry, id: &str) -> Option<String> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "only actions have ids")]
    match entry {
        Entry::Command { call_id, command, .. } if call_id == id => Some(format!("$ {}", unwrapped(command))),
        Entry::Patch { call_id, patch } if call_id == id => Some(patch.clone()),
        Entry::Tool {
            call_id,
            name,
            arguments,
        } if call_id == id => Some(format!("{name} {arguments}")),
        Entry::Output { call_id, text } if call_id == id => Some(text.clone()),
        _ => None,
    }
}
