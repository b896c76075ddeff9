//! The one place that makes foreign text safe for a terminal. Every path to a terminal passes here.
//!
//! What could move the cursor, start an escape sequence, reorder, hide or fake text becomes a visible mark. It looks at
//! single characters only, so text that comes in pieces is as safe as text that comes whole.

use std::borrow::Cow;
use std::fmt::Write as _;

/// For one line: newlines become marks as well, tabs become a space.
pub fn line(text: &str) -> Cow<'_, str> {
    clean(text, |character| match character {
        '\n' => Some(r"\n".into()),
        '\t' => Some(" ".into()),
        _ => None,
    })
}

/// For text of several lines: `\n` stays, `\r\n` becomes `\n`, tabs become four spaces.
pub fn text(text: &str) -> Cow<'_, str> {
    let text = if text.contains("\r\n") {
        Cow::Owned(text.replace("\r\n", "\n"))
    } else {
        Cow::Borrowed(text)
    };
    let keep = |character| match character {
        '\n' => Some("\n".into()),
        '\t' => Some("    ".into()),
        _ => None,
    };
    match text {
        Cow::Borrowed(text) => clean(text, keep),
        Cow::Owned(text) => Cow::Owned(clean(&text, keep).into_owned()),
    }
}

/// Replaces what is dangerous; `special` says what becomes of characters that depend on the place.
fn clean(text: &str, special: impl Fn(char) -> Option<Cow<'static, str>>) -> Cow<'_, str> {
    let Some(first) = text.find(|character| special(character).is_some() || is_dangerous(character)) else {
        return Cow::Borrowed(text);
    };
    let mut cleaned = String::with_capacity(text.len() + 16);
    cleaned.push_str(&text[..first]);
    for character in text[first..].chars() {
        match special(character) {
            Some(replacement) => cleaned.push_str(&replacement),
            None if is_dangerous(character) => mark(character, &mut cleaned),
            None => cleaned.push(character),
        }
    }
    Cow::Owned(cleaned)
}

/// The visible mark of a character: `\x1b`, `\r`, `<U+202E>`.
fn mark(character: char, out: &mut String) {
    // Writing to a String cannot fail.
    let _ = match character {
        '\r' => out.write_str(r"\r"),
        '\u{0}'..='\u{1f}' | '\u{7f}' => write!(out, r"\x{:02x}", u32::from(character)),
        _ => write!(out, "<U+{:04X}>", u32::from(character)),
    };
}

/// Whether a character does anything else than show a glyph in its own cell, or shows nothing where text could hide.
#[expect(clippy::match_same_arms, reason = "grouped by what they do")]
pub fn is_dangerous(character: char) -> bool {
    match character {
        // C0, DEL and C1: cursor movement, escape sequences, their eight-bit forms.
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => true,
        ' '..='~' => false,
        // Spaces that are used as padding or that do not break where they seem to.
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => true,
        // Characters without a glyph: soft hyphen, joiners, Hangul and Khmer fillers, Mongolian selectors.
        '\u{ad}'
        | '\u{34f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' => true,
        '\u{3164}' | '\u{ffa0}' | '\u{2800}' => true,
        // Zero width, direction marks, line and paragraph separators, embeddings, isolates, invisible operators.
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        // The byte order mark, interlinear annotations, noncharacters. U+FE0F, which makes an emoji of a sign, stays.
        '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{fe00}'..='\u{fe0d}' => true,
        // Invisible musical and shorthand formatting; tags, supplementary selectors, the rest of plane 14.
        '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}' => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
    fn ordinary_text_is_borrowed_and_unchanged() {
        for plain in [
            "",
            "ls -la | grep x",
            "naïve Grüße 日本語 ✓ ❤\u{fe0f}",
            "{}[]\\x1b",
        ] {
            assert!(matches!(line(plain), Cow::Borrowed(same) if same == plain));
        }
    }

    #[test]
    fn lines_stay_lines_in_text_and_become_marks_in_a_line() {
        assert_eq!(text("a\r\nb\tc\n"), "a\nb    c\n");
        assert_eq!(line("a\nb\tc"), r"a\nb c");
    }

    proptest! {
        #[test]
        fn nothing_dangerous_survives_however_the_text_is_cut(text_in in "\\PC*|[\\x00-\\x1f\\u{7f}-\\u{9f}a-z]*", cut in 0usize..40) {
            let cut = text_in.char_indices().nth(cut).map_or(text_in.len(), |(index, _)| index);
            let (head, tail) = text_in.split_at(cut);
            let pieces = format!("{}{}", line(head), line(tail));
            prop_assert_eq!(&pieces, &*line(&text_in));
            prop_assert!(!pieces.chars().any(is_dangerous));
            prop_assert!(!text(&text_in).chars().any(|c| c != '\n' && is_dangerous(c)));
        }
    }
}
