//! Lines of a file or a stream, one at a time and none without a bound: one that is too long is passed over.
//! Lines are JSON: halves of surrogate pairs, which no reader takes, are replaced.

use std::borrow::Cow;
use std::io::{self, BufRead};

use crate::files::without_bom;
use crate::protocol::surrogates::repaired;

/// The longest line that is read, in bytes.
pub(crate) const LONGEST: usize = 64 << 20;

/// Reads lines.
pub(crate) struct LongLines<R> {
    reader: R,
    number: usize,
    buffer: Vec<u8>,
}

/// A line.
#[derive(Debug)]
pub(crate) struct LongLine<'a> {
    /// Its number; the first is 1.
    pub number: usize,
    /// Its content; none if too long.
    pub bytes: Option<&'a [u8]>,
}

impl<R> std::fmt::Debug for LongLines<R> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("LongLines")
    }
}

impl<R: BufRead> LongLines<R> {
    /// Of a reader, from its beginning.
    pub(crate) fn new(reader: R) -> Self {
        Self {
            reader,
            number: 0,
            buffer: Vec::new(),
        }
    }

    /// The next line that is not blank, without a byte order mark before the first; `None` at the end.
    ///
    /// # Errors
    /// The reader's.
    pub(crate) fn next(&mut self) -> io::Result<Option<LongLine<'_>>> {
        loop {
            let Some(fits) = self.read()? else {
                return Ok(None);
            };
            self.number += 1;
            if let Cow::Owned(repaired) = repaired(&self.buffer) {
                self.buffer = repaired;
            }
            if self.number == 1 {
                let mark = self.buffer.len() - without_bom(&self.buffer).len();
                self.buffer.drain(..mark);
            }
            if !fits || !self.buffer.iter().all(u8::is_ascii_whitespace) {
                return Ok(Some(LongLine {
                    number: self.number,
                    bytes: fits.then_some(&self.buffer),
                }));
            }
        }
    }

    /// Reads to the end of a line; returns whether all of it was kept.
    fn read(&mut self) -> io::Result<Option<bool>> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufReader, Read};

    #[test]
    fn a_line_that_is_too_long_is_passed_over_and_the_next_is_read() {
        let long = io::repeat(b'x').take(LONGEST as u64 + 1);
        let text = b"one\n\n".chain(long).chain(&b"\nthree"[..]);
        let mut lines = LongLines::new(BufReader::new(text));
        let mut seen = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            seen.push((line.number, line.bytes.map(<[u8]>::to_vec)));
        }
        assert_eq!(
            seen,
            [
                (1, Some(b"one\n".to_vec())),
                (3, None),
                (4, Some(b"three".to_vec()))
            ]
        );
    }
}
