//! GitHub Actions: step outputs, the step summary, one annotation, and no workflow command from foreign text.
//!
//! The runner reads every line of a step's output. A line that begins with `::` is a command, and so is `##[` anywhere.

use std::hash::{BuildHasher, RandomState};

use unicode_width::UnicodeWidthChar;

use super::RunReport;
use super::markdown::summary;
use crate::text::sanitize::{self, is_dangerous};

/// Maximum size of a step summary; GitHub drops longer ones.
const SUMMARY_LIMIT: usize = 1 << 20;

/// Escapes a stream so that the runner takes no line for a workflow command: the second colon of `::` at the start of a line
/// becomes `\u003a`, and the bracket of `##[` becomes `\u005b`. In a string of JSON, both stand for the character itself.
///
/// The runner trims spaces before it compares with `::`, and ignores invisible characters. So characters without width and
/// turnwise's colours do not count.
#[derive(Debug, Clone)]
pub(super) struct Neutraliser {
    line: Line,
    /// How many number signs came last.
    signs: u8,
    /// How far an escape sequence has come.
    escape: Escape,
    /// The bytes of a character that is not whole yet.
    partial: [u8; 4],
    length: usize,
}

/// The visible part of a line so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Start,
    /// A colon at the start.
    Colon,
    Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Escape {
    None,
    Begun,
    Sequence,
}

impl Neutraliser {
    pub(super) const fn new() -> Self {
        Self {
            line: Line::Start,
            signs: 0,
            escape: Escape::None,
            partial: [0; 4],
            length: 0,
        }
    }

    /// Whether a line starts here.
    pub(super) fn is_at_start(&self) -> bool {
        self.line == Line::Start
    }

    /// A line starts here, because of another writer.
    pub(super) fn begin_line(&mut self) {
        self.line = Line::Start;
    }

    /// These bytes, after all before them. Nothing is held back.
    pub(super) fn neutralised(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut safe = Vec::with_capacity(bytes.len() + 16);
        for &byte in bytes {
            if byte.is_ascii() {
                self.length = 0;
                self.ascii(byte, &mut safe);
            } else {
                // Only ASCII is ever replaced, so the rest of a character may come later.
                safe.push(byte);
                self.continued(byte);
            }
        }
        safe
    }

    fn ascii(&mut self, byte: u8, safe: &mut Vec<u8>) {
        let in_sequence = self.escaped(byte);
        match byte {
            b'[' if self.signs >= 2 => {
                self.visible();
                self.escape = Escape::None;
                return safe.extend_from_slice(br"\u005b");
            }
            b':' if self.line == Line::Colon && !in_sequence => {
                self.visible();
                return safe.extend_from_slice(br"\u003a");
            }
            b'\n' | b'\r' => {
                self.line = Line::Start;
                self.signs = 0;
            }
            b'\t' | b' ' | 0x0b | 0x0c if !in_sequence => self.blank(matches!(byte, 0x0b | 0x0c)),
            0..=0x1f | 0x7f => {}
            b'#' => {
                self.signs = self.signs.saturating_add(1);
                if !in_sequence {
                    self.line = Line::Text;
                }
            }
            b':' if self.line == Line::Start && !in_sequence => {
                self.line = Line::Colon;
                self.signs = 0;
            }
            // Without colours, the text on both sides of one is adjacent.
            _ if in_sequence => {}
            _ => self.visible(),
        }
        safe.push(byte);
    }

    /// Whether a byte is part of an escape sequence that has begun, so that it is not seen at a terminal.
    fn escaped(&mut self, byte: u8) -> bool {
        let (next, within) = match (self.escape, byte) {
            (_, 0x1b) => (Escape::Begun, true),
            (Escape::Begun, b'[') | (Escape::Sequence, 0x20..=0x3f) => (Escape::Sequence, true),
            (Escape::Sequence, 0x40..=0x7e) => (Escape::None, true),
            _ => (Escape::None, false),
        };
        self.escape = next;
        within
    }

    /// A space. Some of them end a line for some readers, so the next character may be at the start of a line.
    fn blank(&mut self, ends_line: bool) {
        self.signs = 0;
        if ends_line && self.line == Line::Text {
            self.line = Line::Start;
        }
    }

    fn visible(&mut self) {
        self.line = Line::Text;
        self.signs = 0;
    }

    /// A byte of a character beyond ASCII.
    fn continued(&mut self, byte: u8) {
        self.escape = Escape::None;
        if self.length == self.partial.len() || byte >= 0xc0 {
            self.length = 0;
        }
        self.partial[self.length] = byte;
        self.length += 1;
        let character = match std::str::from_utf8(&self.partial[..self.length]) {
            Ok(whole) => whole.chars().next(),
            Err(error) if error.error_len().is_none() => return,
            // The runner sees a replacement character.
            Err(_) => None,
        };
        self.length = 0;
        self.beyond_ascii(character.unwrap_or(char::REPLACEMENT_CHARACTER));
    }

    fn beyond_ascii(&mut self, character: char) {
        match character {
            '\u{85}' | '\u{2028}' | '\u{2029}' => self.blank(true),
            blank if blank.is_whitespace() => self.blank(false),
            unseen if is_dangerous(unseen) || unseen.width() == Some(0) => {}
            _ => self.visible(),
        }
    }
}

/// The line that makes a failure an annotation.
pub(crate) fn annotation(message: &str) -> String {
    let data = sanitize::text(message)
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A");
    format!("::error title=turnwise::{data}")
}

/// The text to append to the file of `GITHUB_OUTPUT`.
pub(crate) fn outputs(report: &RunReport) -> String {
    let status = serde_json::to_value(report.status).unwrap_or_default();
    let values = [
        ("answer", report.text().unwrap_or_default()),
        ("status", status.as_str().unwrap_or_default()),
        ("exit_code", &report.exit_code.to_string()),
        ("session_id", report.session_id.as_deref().unwrap_or_default()),
    ];
    values.iter().map(|(name, value)| heredoc(name, value)).collect()
}

/// `NAME<<DELIMITER`, the value, the delimiter: a delimiter that cannot be guessed and is not in the value.
fn heredoc(name: &str, value: &str) -> String {
    let delimiter = loop {
        let delimiter = format!("turnwise_{:016x}", RandomState::new().hash_one(name));
        if !value.contains(&delimiter) {
            break delimiter;
        }
    };
    format!("{name}<<{delimiter}\n{value}\n{delimiter}\n")
}

/// The text to append to the file of `GITHUB_STEP_SUMMARY`, of which `used` bytes are taken.
pub(crate) fn step_summary(report: &RunReport, used: usize) -> String {
    let whole = summary(report);
    let room = SUMMARY_LIMIT.saturating_sub(used);
    if whole.len() <= room {
        return whole;
    }
    // Room for the note about the missing part.
    let mut cut = room.saturating_sub(100).min(whole.len());
    while !whole.is_char_boundary(cut) {
        cut -= 1;
    }
    let note = format!(
        "\n\n*{} more bytes did not fit into the step summary.*\n",
        whole.len() - cut
    );
    if note.len() > room {
        String::new()
    } else {
        format!("{}{note}", &whole[..cut])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Whether the runner may take a line for a command: `::` at the start after spaces, or `##[` anywhere, without the
    /// characters that have no width; also for readers that ignore colours.
    fn is_command(line: &str) -> bool {
        let command = |line: &str| {
            let line = line.replace(|c: char| c.is_control() && !c.is_whitespace(), "");
            let line = line.replace(['\u{200b}', '\u{feff}', '\u{ad}', '\u{301}'], "");
            line.trim_start().starts_with("::") || line.contains("##[")
        };
        command(line) || command(&line.replace("\u{1b}[0m", ""))
    }

    fn neutralised(text: &str) -> String {
        String::from_utf8(Neutraliser::new().neutralised(text.as_bytes())).unwrap()
    }

    #[test]
    fn commands_become_visible_text() {
        assert_eq!(
            neutralised("::add-mask::x\n  ::error::y"),
            ":\\u003aadd-mask::x\n  :\\u003aerror::y"
        );
        assert_eq!(
            neutralised("a ##[group]b ###[c]"),
            r"a ##\u005bgroup]b ###\u005bc]"
        );
        for plain in [
            "std::io: #1 ## [1.0.0] :",
            "#[derive] \u{1b}[1m##\u{1b}",
            "## \u{1b}[0m",
        ] {
            assert_eq!(neutralised(plain), plain);
        }
    }

    #[test]
    fn what_nobody_sees_does_not_hide_a_command() {
        let blanks = [
            "\u{a0}", "\u{3000}", "\u{2003}", "\u{85}", "\u{2028}", "\u{b}", "\u{c}", "\t", " ", "\u{1680}",
        ];
        let unseen = [
            "\u{feff}",
            "\u{200b}",
            "\u{ad}",
            "\0",
            "\u{e0001}",
            "\u{fe0f}",
            "\u{180e}",
            "\u{301}",
        ];
        for before in blanks.iter().chain(&unseen).chain(&["\u{1b}[33m"]) {
            for text in [
                format!("{before}::error::x"),
                format!("text\n {before} ::error::x\n"),
            ] {
                assert!(neutralised(&text).contains(r"\u003aerror"), "{text:?}");
            }
        }
        for between in unseen {
            for text in [
                format!(":{between}:error::x"),
                format!("a #{between}#[error]x"),
                format!("##{between}[error]x"),
            ] {
                let safe = neutralised(&text);
                assert!(
                    safe.contains(r"\u003aerror") || safe.contains(r"\u005berror"),
                    "{text:?}"
                );
            }
        }
        assert_eq!(neutralised("\u{1b}[##[group]"), "\u{1b}[##\\u005bgroup]");
        assert_eq!(neutralised("##\u{1b}[group]"), "##\u{1b}\\u005bgroup]");
    }

    #[test]
    fn json_stays_the_same_json() {
        let value = serde_json::json!({ "##[a": ["::", "##[group]", "x\n::y", "##\u{200b}[b"] });
        let text = serde_json::to_string_pretty(&value).unwrap();
        let safe = neutralised(&text);
        assert!(!safe.lines().any(is_command), "{safe}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).unwrap(), value);
    }

    #[test]
    fn an_annotation_is_one_line() {
        assert_eq!(annotation("50%\nno"), "::error title=turnwise::50%25%0Ano");
    }

    proptest! {
        #[test]
        fn no_text_is_a_command_however_it_is_cut(
            text in "([:#\\[ aé\n\r\u{200b}\u{a0}\u{301}\u{feff}\u{ad}\u{85}]|\u{1b}\\[0m|\u{1b}\\[){0,40}",
            cut in 0usize..80,
        ) {
            let mut stream = Neutraliser::new();
            let cut = cut.min(text.len());
            let mut out = stream.neutralised(&text.as_bytes()[..cut]);
            out.extend(stream.neutralised(&text.as_bytes()[cut..]));
            let out = String::from_utf8(out).unwrap();
            prop_assert!(!out.split(['\n', '\r']).any(is_command), "{:?}", out);
            prop_assert_eq!(out.replace("\\u003a", ":").replace("\\u005b", "["), text);
        }

        #[test]
        fn a_value_cannot_end_its_heredoc(value in "(turnwise_|[a-f0-9]|\n|<<){0,60}") {
            let output = heredoc("answer", &value);
            let (first, rest) = output.split_once('\n').unwrap();
            let delimiter = first.strip_prefix("answer<<").unwrap();
            let ending = format!("\n{delimiter}\n");
            prop_assert_eq!(rest.strip_suffix(&ending).unwrap(), &value);
            prop_assert!(!value.lines().any(|line| line == delimiter));
        }
    }
}
