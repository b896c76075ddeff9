//! A rollout file line by line, from its beginning.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::files::long_lines::LongLines;
use crate::files::open_regular;
use crate::protocol::brief;

/// One line: its type, and everything in it.
#[derive(Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Line {
    /// When it was written, RFC 3339.
    #[serde(default)]
    pub timestamp: String,
    /// Its place in the session, counted on from what the session was copied from; older servers do not say it.
    #[serde(default)]
    pub ordinal: Option<u64>,
    /// `session_meta`, `turn_context`, `response_item`, `event_msg`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// What it holds, unchanged.
    #[serde(default)]
    pub payload: Value,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        brief::json(formatter, &self.kind, &self.payload)
    }
}

/// The lines of a file. A damaged one is an `Err` with its number; the next is read all the same.
#[derive(Debug)]
pub struct Lines {
    lines: LongLines<BufReader<File>>,
}

impl Lines {
    /// Opens a file, which has to be a regular one.
    pub fn open(path: &Path) -> io::Result<Self> {
        let reader = BufReader::with_capacity(64 * 1024, open_regular(path)?);
        Ok(Self {
            lines: LongLines::new(reader),
        })
    }

    /// The next line as it stands there; nothing of one that is too long. For readers that want little of it.
    pub(super) fn next_raw(&mut self) -> Option<&[u8]> {
        // A file that can no longer be read ends here.
        let line = self.lines.next().ok().flatten()?;
        Some(line.bytes.unwrap_or_default())
    }
}

impl Iterator for Lines {
    /// The line, or the number of a damaged one (the first is 1).
    type Item = Result<Line, usize>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.lines.next().ok().flatten()?;
        let read = line.bytes.and_then(|bytes| serde_json::from_slice(bytes).ok());
        Some(read.ok_or(line.number))
    }
}
