//! JSON that is safe to look at: what could harm a terminal is escaped, which JSON readers undo.
//!
//! `serde_json` escapes control characters below U+0020 only; eight-bit controls, direction marks and invisible
//! characters would pass.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use crate::text::sanitize::is_dangerous;

/// Writes a value as one line, without the newline.
pub(crate) fn write(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    value
        .serialize(&mut Serializer::with_formatter(out, SafeFormatter))
        .map_err(io::Error::from)
}

/// Writes a value over several lines, indented, without a final newline.
pub(crate) fn write_pretty(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let formatter = SafePretty {
        pretty: PrettyFormatter::new(),
        safe: SafeFormatter,
    };
    value
        .serialize(&mut Serializer::with_formatter(out, formatter))
        .map_err(io::Error::from)
}

struct SafePretty {
    pretty: PrettyFormatter<'static>,
    safe: SafeFormatter,
}

macro_rules! pretty {
    ($($name:ident($($argument:ident: $kind:ty),*);)*) => {$(
        fn $name<W: ?Sized + Write>(&mut self, writer: &mut W $(, $argument: $kind)*) -> io::Result<()> {
            self.pretty.$name(writer $(, $argument)*)
        }
    )*};
}

impl Formatter for SafePretty {
    pretty! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        self.safe.write_string_fragment(writer, fragment)
    }
}

struct SafeFormatter;

impl Formatter for SafeFormatter {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if fragment.is_ascii() && !fragment.contains('\u{7f}') {
            return writer.write_all(fragment.as_bytes());
        }
        let mut written = 0;
        for (index, character) in fragment.char_indices() {
            if !is_dangerous(character) {
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

    fn written(value: &str) -> String {
        let mut out = Vec::new();
        write(&mut out, &value).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_could_harm_a_terminal_is_escaped() {
        assert_eq!(
            written("a\u{9b}\u{202e}\u{7f}\u{e0041}é日"),
            r#""a\u009b\u202e\u007f\udb40\udc41é日""#
        );
    }

    #[test]
    fn the_indented_form_is_as_safe() {
        let mut out = Vec::new();
        write_pretty(&mut out, &serde_json::json!({ "a\u{9b}": ["\u{202e}"] })).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\n  \"a\\u009b\": [\n    \"\\u202e\"\n  ]\n}"
        );
    }

    proptest! {
        #[test]
        fn the_value_stays_the_same(text in "(\\PC|[\\x00-\\x20#\\[\u{80}-\u{9f}\u{200b}-\u{202e}]){0,40}") {
            let json = written(&text);
            prop_assert!(!json.chars().any(is_dangerous), "{:?}", json);
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }
}
