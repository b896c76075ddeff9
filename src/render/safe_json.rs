//! JSON that is safe to look at: what could harm a terminal is escaped, which JSON readers undo.
//!
//! `serde_json` escapes control characters below U+0020 only; eight-bit controls, direction marks and invisible
//! characters would pass. In GitHub Actions, `##[` is escaped as well, so that no line is a workflow command.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use super::sanitize::is_dangerous;

/// Writes a value as one line, without the newline.
pub fn write(out: &mut impl Write, value: &impl Serialize, github: bool) -> io::Result<()> {
    value
        .serialize(&mut Serializer::with_formatter(out, SafeFormatter { github }))
        .map_err(io::Error::from)
}

struct SafeFormatter {
    github: bool,
}

impl Formatter for SafeFormatter {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let command = self.github && fragment.contains("##[");
        if fragment.is_ascii() && !command && !fragment.contains('\u{7f}') {
            return writer.write_all(fragment.as_bytes());
        }
        let mut written = 0;
        for (index, character) in fragment.char_indices() {
            let guarded = command && character == '#' && fragment[index..].starts_with("#[");
            if !guarded && (character == ' ' || !is_dangerous(character)) {
                continue;
            }
            writer.write_all(&fragment.as_bytes()[written..index])?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            written = index + character.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[written..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(value: &str, github: bool) -> String {
        let mut out = Vec::new();
        write(&mut out, &value, github).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_could_harm_a_terminal_is_escaped() {
        assert_eq!(
            written("a\u{9b}\u{202e}\u{7f}\u{e0041}é日", false),
            r#""a\u009b\u202e\u007f\udb40\udc41é日""#
        );
        assert_eq!(written("##[group]", true), r##""#\u0023[group]""##);
        assert_eq!(written("##[group]", false), r###""##[group]""###);
    }

    proptest! {
        #[test]
        fn the_value_stays_the_same(text in "(\\PC|[\\x00-\\x20#\\[\u{80}-\u{9f}\u{200b}-\u{202e}]){0,40}", github: bool) {
            let json = written(&text, github);
            prop_assert!(!json.chars().any(is_dangerous), "{:?}", json);
            prop_assert!(!github || !json.contains("##["));
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }
}
