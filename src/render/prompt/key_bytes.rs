//! Bytes of a keyboard to keys: characters, escape sequences, and text between the marks of a paste. Pure.

use std::collections::VecDeque;

use super::keys::Key;
use crate::text::sanitize::is_dangerous;

const PASTE_BEGINS: &[u8] = b"\x1b[200~";
const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// How much of a paste can be text for a line.
const LONGEST_PASTE: usize = 64 * 1024;

/// Makes keys of bytes that may be cut anywhere.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    /// What is not whole yet.
    rest: Vec<u8>,
    /// The text of a paste that has not ended.
    paste: Option<Vec<u8>>,
}

impl Decoder {
    /// Whether something has begun and not ended.
    pub(super) fn is_within(&self) -> bool {
        self.paste.is_some() || !self.rest.is_empty()
    }

    /// Nothing more will come: what has begun has ended.
    pub(super) fn stop(&mut self, keys: &mut VecDeque<Key>) {
        if self.is_within() {
            self.rest.clear();
            keys.push_back(match self.paste.take() {
                Some(_) => Key::Pasted(String::new()),
                None => Key::Other,
            });
        }
    }

    /// Adds the keys that these bytes complete.
    pub(super) fn decode(&mut self, bytes: &[u8], keys: &mut VecDeque<Key>) {
        self.rest.extend_from_slice(bytes);
        while !self.rest.is_empty() {
            let used = if self.paste.is_some() {
                self.pasted(keys)
            } else {
                self.typed(keys)
            };
            if used == 0 {
                return;
            }
            self.rest.drain(..used);
        }
    }

    /// How many bytes belong to the paste, or end it.
    fn pasted(&mut self, keys: &mut VecDeque<Key>) -> usize {
        let Some(paste) = &mut self.paste else { return 0 };
        let end = memchr::memmem::find(&self.rest, PASTE_ENDS);
        // The mark may have been cut.
        let text = end.unwrap_or_else(|| self.rest.len().saturating_sub(PASTE_ENDS.len() - 1));
        let room = (LONGEST_PASTE + 1).saturating_sub(paste.len());
        paste.extend_from_slice(&self.rest[..text.min(room)]);
        if end.is_none() {
            return text;
        }
        let paste = String::from_utf8(self.paste.take().unwrap_or_default()).unwrap_or_default();
        let fits = paste.len() <= LONGEST_PASTE && !paste.contains(is_dangerous);
        keys.push_back(Key::Pasted(if fits { paste } else { String::new() }));
        text + PASTE_ENDS.len()
    }

    /// How many bytes make the first key; none if it is not whole.
    fn typed(&mut self, keys: &mut VecDeque<Key>) -> usize {
        let rest = self.rest.as_slice();
        let (key, used) = match rest[0] {
            b'\r' | b'\n' => (Key::Enter, 1),
            0x03 | 0x04 => (Key::Cancel, 1),
            0x08 | 0x7f => (Key::Backspace, 1),
            0x15 | 0x17 => (Key::Clear, 1),
            0x1b if rest.starts_with(PASTE_BEGINS) => {
                self.paste = Some(Vec::new());
                return PASTE_BEGINS.len();
            }
            0x1b => match sequence(rest) {
                Some(used) => (Key::Other, used),
                None => return 0,
            },
            byte @ 0x20..=0x7e => (Key::Char(char::from(byte)), 1),
            first @ 0xc2..=0xf4 => {
                let length = match first {
                    0xc2..=0xdf => 2,
                    0xe0..=0xef => 3,
                    _ => 4,
                };
                let Some(bytes) = rest.get(..length) else { return 0 };
                let character = std::str::from_utf8(bytes)
                    .ok()
                    .and_then(|text| text.chars().next());
                (character.map_or(Key::Other, Key::Char), length)
            }
            _ => (Key::Other, 1),
        };
        keys.push_back(key);
        used
    }
}

/// How long an escape sequence is, if it is whole: `ESC [ … final`, `ESC O x`, `ESC x`.
fn sequence(bytes: &[u8]) -> Option<usize> {
    match bytes.get(1)? {
        b'[' => {
            let end = bytes[2..].iter().position(|byte| !(0x20..=0x3f).contains(byte))?;
            Some(2 + end + 1)
        }
        b'O' => bytes.get(2).map(|_| 3),
        _ => Some(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decoded(pieces: &[&[u8]]) -> Vec<Key> {
        let (mut decoder, mut keys) = (Decoder::default(), VecDeque::new());
        for piece in pieces {
            decoder.decode(piece, &mut keys);
        }
        decoder.stop(&mut keys);
        keys.into()
    }

    #[test]
    fn what_is_between_the_marks_is_pasted_and_not_typed() {
        assert_eq!(
            decoded(&[b"a\x1b[200~y\r\x03\x1b[201~\r"]),
            [Key::Char('a'), Key::Pasted(String::new()), Key::Enter]
        );
        assert_eq!(
            decoded(&[b"\x1b[200~token\x1b[201~"]),
            [Key::Pasted("token".to_owned())]
        );
        // One that does not end is no text.
        assert_eq!(decoded(&[b"\x1b[200~y\r"]), [Key::Pasted(String::new())]);
    }

    #[test]
    fn sequences_are_one_key_each() {
        assert_eq!(
            decoded(&["\u{1b}[A\u{1b}Oyé\u{1b}".as_bytes()]),
            [Key::Other, Key::Other, Key::Char('é'), Key::Other]
        );
    }

    proptest! {
        #[test]
        fn the_keys_are_the_same_however_the_bytes_are_cut(
            parts in proptest::collection::vec(
                prop_oneof![Just("y"), Just("\r"), Just("é"), Just("\u{1b}[A"), Just("\u{1b}[200~"), Just("\u{1b}[201~"), Just("\u{3}")],
                0..12,
            ),
            cut in 0usize..60,
        ) {
            let bytes = parts.concat().into_bytes();
            let (head, tail) = bytes.split_at(cut.min(bytes.len()));
            prop_assert_eq!(decoded(&[head, tail]), decoded(&[&bytes]));
        }
    }
}
