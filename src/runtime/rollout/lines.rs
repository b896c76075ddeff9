//! A rollout file line by line, from its beginning.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

/// The longest line that is read; a longer one counts as damaged.
const LONGEST: usize = 64 << 20;

/// One line: its type, and everything in it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
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

/// The lines of a file. A damaged one is an `Err` with its number; the next is read all the same.
#[derive(Debug)]
pub struct Lines {
    reader: BufReader<File>,
    number: usize,
    buffer: Vec<u8>,
}

impl Lines {
    /// Opens a file.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            reader: BufReader::with_capacity(64 * 1024, File::open(path)?),
            number: 0,
            buffer: Vec::new(),
        })
    }

    /// Reads up to the end of a line; what is too long is skipped.
    fn read_line(&mut self) -> io::Result<Option<bool>> {
        self.buffer.clear();
        let mut any = false;
        let mut fits = true;
        loop {
            let chunk = self.reader.fill_buf()?;
            if chunk.is_empty() {
                return Ok(any.then_some(fits));
            }
            any = true;
            let end = memchr::memchr(b'\n', chunk);
            let length = end.map_or(chunk.len(), |end| end + 1);
            fits &= self.buffer.len() + length <= LONGEST;
            if fits {
                self.buffer.extend_from_slice(&chunk[..length]);
            }
            self.reader.consume(length);
            if end.is_some() {
                return Ok(Some(fits));
            }
        }
    }
}

impl Lines {
    /// The next line as it stands there, if it fits and is not blank. For readers that want little of it.
    pub(super) fn next_raw(&mut self) -> Option<&[u8]> {
        let fits = self.read_line().ok().flatten()?;
        self.number += 1;
        Some(if fits { &self.buffer } else { &[] })
    }
}

impl Iterator for Lines {
    /// The line, or the number of a damaged one (the first is 1).
    type Item = Result<Line, usize>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            // A file that can no longer be read ends here.
            let fits = self.read_line().ok().flatten()?;
            self.number += 1;
            if fits && self.buffer.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let line = fits.then(|| serde_json::from_slice(&self.buffer).ok()).flatten();
            return Some(line.ok_or(self.number));
        }
    }
}
