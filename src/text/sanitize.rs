//! The one place that makes foreign text safe for a terminal. Every path to a terminal passes here.
//!
//! A character passes if it shows a glyph: a letter, mark, number, punctuation or symbol, and the ASCII space. Anything
//! else becomes a visible mark. [`line`] and [`text`] are for commands, paths and names. They look at single characters
//! only. [`prose`] and [`prose_line`] are for text of people and models: there, joiners between letters or emoji are kept,
//! and unusual blanks become spaces.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_general_category::{GeneralCategory as Category, get_general_category};

use super::Prose;

/// For one line: newlines become marks as well, tabs become a space.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    clean(text, |character| match character {
        '\n' => Some(r"\n"),
        '\t' => Some(" "),
        _ => None,
    })
}

/// For text of several lines: `\n` stays, tabs become four spaces. Carriage returns are always marked, because they are
/// part of a command's name for a shell.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    clean(text, |character| match character {
        '\n' => Some("\n"),
        '\t' => Some("    "),
        _ => None,
    })
}

/// For one line of prose: as [`line`], with the joiners that belong to words and emoji.
pub(crate) fn prose_line(text: &str) -> Cow<'_, str> {
    written(text, Prose::line())
}

/// For prose: as [`text`], with the joiners that belong to words and emoji, and `\r\n` as `\n`.
pub(crate) fn prose(text: &str) -> Cow<'_, str> {
    written(text, Prose::text())
}

/// The start of a line of prose, limited to this many characters, without a joiner at its end.
pub(crate) fn excerpt(text: &str, characters: usize) -> String {
    let end = text
        .char_indices()
        .nth(characters)
        .map_or(text.len(), |(index, _)| index);
    let cut = if end < text.len() {
        text[..end].trim_end_matches(['\u{200c}', '\u{200d}'])
    } else {
        text
    };
    prose_line(cut).into_owned()
}

fn written(text: &str, mut prose: Prose) -> Cow<'_, str> {
    if !text.contains(is_dangerous) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    prose.push(text, &mut shown);
    prose.end(&mut shown);
    Cow::Owned(shown)
}

/// Replaces dangerous characters; `special` decides about those that depend on the place.
fn clean(text: &str, special: impl Fn(char) -> Option<&'static str>) -> Cow<'_, str> {
    let Some(first) = text.find(is_dangerous) else {
        return Cow::Borrowed(text);
    };
    let mut cleaned = String::with_capacity(text.len() + 16);
    cleaned.push_str(&text[..first]);
    for character in text[first..].chars() {
        match special(character) {
            Some(replacement) => cleaned.push_str(replacement),
            None if is_dangerous(character) => mark(character, &mut cleaned),
            None => cleaned.push(character),
        }
    }
    Cow::Owned(cleaned)
}

/// The visible mark of a character: `\x1b`, `\r`, `<U+202E>`.
pub(super) fn mark(character: char, out: &mut String) {
    // Writing to a String cannot fail.
    let _ = match character {
        '\r' => out.write_str(r"\r"),
        '\u{0}'..='\u{1f}' | '\u{7f}' => write!(out, r"\x{:02x}", u32::from(character)),
        _ => write!(out, "<U+{:04X}>", u32::from(character)),
    };
}

/// Whether a character does anything else than show a glyph in its cell, or shows nothing where text could hide.
///
/// These are control and format characters, private use, unassigned characters (their effect is unknown), all separators
/// except the ASCII space, and letters and marks without a glyph.
pub(crate) fn is_dangerous(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    let invisible = matches!(
        get_general_category(character),
        Category::Control
            | Category::Format
            | Category::PrivateUse
            | Category::Surrogate
            | Category::Unassigned
            | Category::LineSeparator
            | Category::ParagraphSeparator
            | Category::SpaceSeparator
    );
    invisible || is_glyphless(character)
}

/// Letters, marks and symbols that show nothing: those that Unicode calls default ignorable (fillers, vowels that are not
/// written, variation selectors), and three whose glyph is blank.
fn is_glyphless(character: char) -> bool {
    matches!(
        character,
        '\u{34f}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{ffa0}'
            | '\u{e0100}'..='\u{e01ef}'
    ) || BLANK.contains(&character)
}

/// The blank Braille pattern, the filler of the Khitan script, the null notehead. Unicode has no property for them.
const BLANK: [char; 3] = ['\u{2800}', '\u{16fe4}', '\u{1d159}'];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use regex_syntax::hir::{Class, HirKind};

    #[derive(serde::Deserialize)]
    struct Trick {
        name: String,
        text: String,
        seen: String,
    }

    /// The corpus that the tests of the command line use as well.
    fn corpus() -> Vec<Trick> {
        serde_json::from_str(include_str!("../../tests/corpus/tricks.json")).unwrap()
    }

    #[test]
    fn every_known_trick_becomes_visible() {
        for trick in corpus() {
            assert_eq!(line(&trick.text), trick.seen, "{}", trick.name);
            assert_eq!(text(&trick.text), trick.seen, "{}", trick.name);
        }
    }

    #[test]
    fn what_is_dangerous_is_what_unicode_says_has_no_glyph() {
        let properties = regex_syntax::parse(r"[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}--[ ]]").unwrap();
        let HirKind::Class(Class::Unicode(class)) = properties.kind() else {
            panic!("not a class: {properties:?}")
        };
        let mut told = class
            .iter()
            .flat_map(|range| range.start()..=range.end())
            .collect::<std::collections::HashSet<_>>();
        told.extend(BLANK);
        let wrong = ('\0'..=char::MAX)
            .filter(|character| is_dangerous(*character) != told.contains(character))
            .map(|character| format!("U+{:04X}", u32::from(character)))
            .collect::<Vec<_>>();
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn ordinary_text_is_borrowed_and_unchanged() {
        for plain in ["", "ls -la | grep x", "naïve Grüße 日本語 ✓ ❤", "{}[]\\x1b"] {
            for safe in [line(plain), text(plain), prose(plain), prose_line(plain)] {
                assert!(matches!(safe, Cow::Borrowed(same) if same == plain));
            }
        }
    }

    #[test]
    fn lines_stay_lines_in_text_and_become_marks_in_a_line() {
        assert_eq!(text("a\nb\tc\n"), "a\nb    c\n");
        assert_eq!(line("a\nb\tc"), r"a\nb c");
    }

    #[test]
    fn an_excerpt_ends_in_no_joiner() {
        assert_eq!(excerpt("👩\u{200d}💻 x", 2), "👩");
        assert_eq!(excerpt("👩\u{200d}💻 x", 9), "👩\u{200d}💻 x");
        assert_eq!(excerpt("ab\u{1b}c", 3), r"ab\x1b");
    }

    #[test]
    fn a_carriage_return_is_seen_also_before_a_newline() {
        assert_eq!(text("./build.sh\r\nls\r"), "./build.sh\\r\nls\\r");
    }

    proptest! {
        #[test]
        fn nothing_dangerous_survives_however_the_text_is_cut(text_in in "\\PC*|[\\x00-\\x1f\\u{7f}-\\u{9f}a-z]*|.*", cut in 0usize..40) {
            let cut = text_in.char_indices().nth(cut).map_or(text_in.len(), |(index, _)| index);
            let (head, tail) = text_in.split_at(cut);
            let pieces = format!("{}{}", line(head), line(tail));
            prop_assert_eq!(&pieces, &*line(&text_in));
            prop_assert!(!pieces.chars().any(is_dangerous));
            prop_assert!(!text(&text_in).chars().any(|c| c != '\n' && is_dangerous(c)));
        }
    }
}
