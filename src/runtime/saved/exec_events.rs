//! What `codex exec --json` wrote, read line by line: each line as the [`Event`] that it is, and unchanged beside it.
//!
//! Nothing is dropped: an item of an unknown kind is [`ItemDetails::Other`], an unknown event is [`Event::Unknown`], and a
//! line that is damaged is an error with its number, after which the next one is read.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde_json::{Value, json};

use crate::files::long_lines::LongLines;
use crate::protocol::brief;
use crate::runtime::event::{Event, Item, ItemDetails, ItemEvent, TurnStatus};

/// A line of `codex exec --json`.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ExecEvent {
    /// What happened.
    pub event: Event,
    /// The line as it was, with everything that the event has no place for.
    pub raw: Value,
}

impl std::fmt::Debug for ExecEvent {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        brief::json(formatter, "ExecEvent", &self.raw)
    }
}

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is damaged: {reason}")]
#[non_exhaustive]
pub struct DamagedLine {
    /// Its number; the first is 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// The events of a stream, as they are asked for.
///
/// ```
/// use turnwise::runtime::event::Event;
/// use turnwise::runtime::exec_events::ExecEvents;
///
/// let lines = "{\"type\":\"thread.started\",\"thread_id\":\"t1\"}\n{\"type\":\"brand.new\",\"x\":1}\n";
/// let events = ExecEvents::new(lines.as_bytes()).collect::<Result<Vec<_>, _>>()?;
/// assert!(matches!(&events[0].event, Event::ThreadStarted(thread) if thread.thread_id == "t1"));
/// assert_eq!(events[1].raw["x"], 1);
/// # Ok::<(), turnwise::runtime::exec_events::DamagedLine>(())
/// ```
#[derive(Debug)]
pub struct ExecEvents<R> {
    lines: LongLines<R>,
    /// The number of the last line.
    last: usize,
}

impl ExecEvents<BufReader<File>> {
    /// Opens a recording.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self::new(BufReader::new(File::open(path)?)))
    }
}

impl<R: BufRead> ExecEvents<R> {
    /// Reads from anything, such as the stdout of a `codex exec --json` that runs.
    pub fn new(reader: R) -> Self {
        Self {
            lines: LongLines::new(reader),
            last: 0,
        }
    }
}

impl<R: BufRead> Iterator for ExecEvents<R> {
    type Item = Result<ExecEvent, DamagedLine>;

    fn next(&mut self) -> Option<Self::Item> {
        let damaged = |line, reason: String| Some(Err(DamagedLine { line, reason }));
        let line = match self.lines.next() {
            Ok(line) => line?,
            Err(error) => return damaged(self.last + 1, error.to_string()),
        };
        self.last = line.number;
        let Some(bytes) = line.bytes else {
            return damaged(line.number, "too long".to_owned());
        };
        match serde_json::from_slice::<Value>(bytes) {
            Ok(raw) if raw["type"].is_string() => Some(Ok(ExecEvent {
                event: event(&raw),
                raw,
            })),
            Ok(_) => damaged(line.number, "no type".to_owned()),
            Err(error) => damaged(line.number, error.to_string()),
        }
    }
}

/// The event that a line is.
fn event(raw: &Value) -> Event {
    if let Some(message) = error_item(raw) {
        return Event::Warning { message };
    }
    let mut known = raw.clone();
    if raw["type"] == "error" && raw["will_retry"].is_null() {
        // Codex does not say either that it tries again.
        let message = raw["message"].as_str().unwrap_or_default();
        known["will_retry"] = json!(message.starts_with("Reconnecting..."));
    }
    if raw["type"] == "turn.failed" {
        // Codex says neither here; turnwise does.
        if known["status"].is_null() {
            known["status"] = json!(TurnStatus::Failed);
        }
        if known["error"].is_object() && known["error"]["kind"].is_null() {
            known["error"]["kind"] = json!("failed");
        }
    }
    serde_json::from_value(known)
        .ok()
        .or_else(|| item(raw))
        .unwrap_or_else(|| Event::Unknown {
            method: raw["type"].as_str().unwrap_or_default().to_owned(),
            params: raw.clone(),
        })
}

/// The message of an item that is an error which does not end the turn. The app-server sends it as a warning, and not as an item.
fn error_item(raw: &Value) -> Option<String> {
    let item = &raw["item"];
    let is_error = raw["type"] == "item.completed" && item["type"] == "error";
    is_error
        .then(|| item["message"].as_str().map(str::to_owned))
        .flatten()
}

/// An event about an item of an unknown kind.
fn item(raw: &Value) -> Option<Event> {
    let data = &raw["item"];
    let item = ItemEvent {
        item: Item {
            id: data["id"].as_str()?.into(),
            details: ItemDetails::Other {
                kind: data["type"].as_str()?.to_owned(),
                data: data.clone(),
            },
        },
        turn_id: None,
        thread_id: None,
    };
    match raw["type"].as_str()? {
        "item.started" => Some(Event::ItemStarted(item)),
        "item.updated" => Some(Event::ItemUpdated(item)),
        "item.completed" => Some(Event::ItemCompleted(item)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_warnings_retries_or_the_end() {
        let read = |line: &str| ExecEvents::new(line.as_bytes()).next().unwrap().unwrap().event;
        let item = "{\"type\":\"item.completed\",\"item\":{\"id\":\"i\",\"type\":\"error\",\"message\":\"fallback\"}}\n";
        assert!(matches!(read(item), Event::Warning { message } if message == "fallback"));
        for (message, retries) in [("Reconnecting... 1/5", true), ("no network", false)] {
            let line = format!("{{\"type\":\"error\",\"message\":\"{message}\"}}\n");
            assert!(matches!(read(&line), Event::Error(error) if error.will_retry == retries));
        }
    }

    #[test]
    fn what_is_not_known_is_kept_and_what_is_damaged_is_named() {
        let text = concat!(
            "{\"type\":\"turn.failed\",\"error\":{\"message\":\"no network\"}}\n",
            "\n",
            "{\"type\":\"item.completed\",\"item\":{\"id\":\"i\",\"type\":\"hologram\",\"size\":3}}\n",
            "{\"type\":\"item.completed\",\"item\":{\"id\":\"j\",\"type\":\"agent_message\",\"text\":\"hi\",\"new\":1}}\n",
            "{\"type\":\"turn.co",
        );
        let mut events = ExecEvents::new(text.as_bytes());
        let Event::TurnFailed(end) = events.next().unwrap().unwrap().event else {
            panic!("a failed turn");
        };
        assert_eq!(
            (end.status, end.error.unwrap().message.as_str()),
            (TurnStatus::Failed, "no network")
        );
        let Event::ItemCompleted(item) = events.next().unwrap().unwrap().event else {
            panic!("an item");
        };
        assert!(
            matches!(item.item.details, ItemDetails::Other { kind, data } if kind == "hologram" && data["size"] == 3)
        );
        assert_eq!(events.next().unwrap().unwrap().raw["item"]["new"], 1);
        assert_eq!(events.next().unwrap().unwrap_err().line, 5);
        assert!(events.next().is_none());
    }
}
