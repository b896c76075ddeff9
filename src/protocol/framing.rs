//! Bytes to lines: splits the server's output at newlines, with a cap on the length of a line. Pure; no JSON here.

use memchr::memchr;

/// Number of bytes kept at each end of an overlong line, to identify its thread or request.
const OVERSIZE_EXCERPT: usize = 8 * 1024;

/// Size of the buffer between reads, also after a long line.
const BUFFER: usize = 256 * 1024;

/// A line, or the ends of one that was too long.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame<'a> {
    /// A line without its newline (and without a carriage return before it); never empty.
    Line(&'a [u8]),
    /// A line longer than the limit. Its middle was thrown away.
    TooLong(Oversize),
}

/// The ends of a line that was too long.
#[derive(Default, Clone, PartialEq, Eq)]
pub(crate) struct Oversize {
    /// Its first bytes.
    pub head: Vec<u8>,
    /// Its last bytes.
    pub tail: Vec<u8>,
    /// Its length in bytes.
    pub length: usize,
}

/// Splits a stream of bytes into [`Frame`]s, independent of its chunks.
pub(crate) struct Framer {
    buffer: Vec<u8>,
    /// Start of the first line not returned yet.
    start: usize,
    /// Up to where `buffer` is known to hold no newline.
    scanned: usize,
    limit: usize,
    skipping: Option<Oversize>,
}

impl std::fmt::Debug for Framer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Framer({} bytes)", self.buffer.len())
    }
}

impl std::fmt::Debug for Oversize {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Oversize({} bytes)", self.length)
    }
}

impl Framer {
    /// A framer for lines of at most `limit` bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            buffer: Vec::with_capacity(BUFFER),
            start: 0,
            scanned: 0,
            limit,
            skipping: None,
        }
    }

    /// The buffer to append what was read to. It has room for a read.
    pub(crate) fn buffer(&mut self) -> &mut Vec<u8> {
        self.compact();
        if self.buffer.capacity() - self.buffer.len() < BUFFER / 4 {
            // Doubles, so that a long line is not copied once per read.
            self.buffer.reserve(self.buffer.len().max(BUFFER));
        }
        &mut self.buffer
    }

    /// Whether a part of a line is waiting for its rest.
    pub(crate) fn has_partial_line(&self) -> bool {
        self.skipping.is_some() || self.start < self.buffer.len()
    }

    /// The next complete line, if there is one. Blank lines are passed over.
    pub(crate) fn next_frame(&mut self) -> Option<Frame<'_>> {
        loop {
            let Some(offset) = memchr(b'\n', &self.buffer[self.scanned..]) else {
                self.scanned = self.buffer.len();
                self.skip_if_too_long();
                return None;
            };
            let (start, end) = (self.start, self.scanned + offset);
            self.start = end + 1;
            self.scanned = self.start;
            if let Some(mut oversize) = self.skipping.take() {
                oversize.extend(&self.buffer[start..end]);
                return Some(Frame::TooLong(oversize));
            }
            if end - start > self.limit {
                let mut oversize = Oversize::default();
                oversize.extend(&self.buffer[start..end]);
                return Some(Frame::TooLong(oversize));
            }
            if self.buffer[start..end].iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let end = if self.buffer[end - 1] == b'\r' {
                end - 1
            } else {
                end
            };
            return Some(Frame::Line(&self.buffer[start..end]));
        }
    }

    fn skip_if_too_long(&mut self) {
        let waiting = self.buffer.len() - self.start;
        if self.skipping.is_none() && waiting <= self.limit {
            return;
        }
        let mut oversize = self.skipping.take().unwrap_or_default();
        oversize.extend(&self.buffer[self.start..]);
        self.skipping = Some(oversize);
        self.buffer.clear();
        self.start = 0;
        self.scanned = 0;
    }

    /// Moves the unfinished line to the front and gives back the memory of a long one.
    fn compact(&mut self) {
        if self.start == 0 {
            return;
        }
        self.buffer.drain(..self.start);
        self.scanned -= self.start;
        self.start = 0;
        if self.buffer.capacity() > 4 * BUFFER && self.buffer.len() < BUFFER {
            self.buffer.shrink_to(BUFFER);
        }
    }
}

impl Oversize {
    fn extend(&mut self, bytes: &[u8]) {
        self.length += bytes.len();
        let room = OVERSIZE_EXCERPT.saturating_sub(self.head.len()).min(bytes.len());
        let (head, rest) = bytes.split_at(room);
        self.head.extend_from_slice(head);
        let kept = rest.len().min(OVERSIZE_EXCERPT);
        self.tail.extend_from_slice(&rest[rest.len() - kept..]);
        let surplus = self.tail.len().saturating_sub(OVERSIZE_EXCERPT);
        self.tail.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn owned(frame: &Frame<'_>) -> Result<Vec<u8>, usize> {
        match frame {
            Frame::Line(line) => Ok(line.to_vec()),
            Frame::TooLong(oversize) => Err(oversize.length),
        }
    }

    fn split(chunks: &[&[u8]], limit: usize) -> Vec<Result<Vec<u8>, usize>> {
        let mut framer = Framer::new(limit);
        let mut frames = Vec::new();
        for chunk in chunks {
            framer.buffer().extend_from_slice(chunk);
            while let Some(frame) = framer.next_frame() {
                frames.push(owned(&frame));
            }
        }
        frames
    }

    #[test]
    fn blank_lines_and_carriage_returns_disappear() {
        let frames = split(&[b"\n\r\n{}\r\n  \n[1]\n"], 100);
        assert_eq!(frames, [Ok(b"{}".to_vec()), Ok(b"[1]".to_vec())]);
    }

    #[test]
    fn a_line_over_the_limit_is_reported_and_the_next_one_is_whole() {
        let frames = split(&[b"0123456789", b"0123456789\nok\n"], 8);
        assert_eq!(frames, [Err(20), Ok(b"ok".to_vec())]);
    }

    #[test]
    fn an_overlong_line_keeps_both_of_its_ends() {
        let mut framer = Framer::new(10);
        let middle = vec![b'-'; 3 * OVERSIZE_EXCERPT];
        framer.buffer().extend_from_slice(b"head");
        assert!(framer.next_frame().is_none());
        framer.buffer().extend_from_slice(&middle);
        assert!(framer.next_frame().is_none());
        framer.buffer().extend_from_slice(b"tail\n");
        let Some(Frame::TooLong(oversize)) = framer.next_frame() else {
            panic!("not reported")
        };
        assert!(oversize.head.starts_with(b"head-"));
        assert!(oversize.tail.ends_with(b"-tail"));
        assert_eq!(oversize.length, middle.len() + 8);
        assert!(oversize.head.len() + oversize.tail.len() <= 2 * OVERSIZE_EXCERPT);
    }

    #[test]
    fn the_memory_of_a_long_line_is_given_back() {
        let mut framer = Framer::new(64 << 20);
        for _ in 0..40 {
            framer.buffer().extend_from_slice(&vec![b'x'; BUFFER]);
            assert!(framer.next_frame().is_none());
        }
        framer.buffer().extend_from_slice(b"\n");
        assert!(framer.next_frame().is_some());
        assert!(framer.buffer().capacity() <= 4 * BUFFER);
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_same_frames(
            lines in prop::collection::vec("[a-z\r ]{0,30}", 0..20),
            cuts in prop::collection::vec(0usize..400, 0..10),
        ) {
            let whole = lines.iter().flat_map(|line| [line.as_bytes(), b"\n"].concat()).collect::<Vec<u8>>();
            let mut cuts = cuts.into_iter().map(|cut| cut.min(whole.len())).collect::<Vec<_>>();
            cuts.extend([0, whole.len()]);
            cuts.sort_unstable();
            let chunks = cuts.windows(2).map(|pair| &whole[pair[0]..pair[1]]).collect::<Vec<_>>();
            prop_assert_eq!(split(&chunks, 20), split(&[&whole], 20));
        }
    }
}
