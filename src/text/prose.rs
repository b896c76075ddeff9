//! What people and models write, made safe for a screen piece by piece.
//!
//! Joiners and selectors are part of how words and emoji are written: Persian and Hindi words, a family of emoji. They
//! pass where they join something visible, and are marked everywhere else.

use unicode_general_category::{GeneralCategory as Category, get_general_category};

use super::sanitize::{is_dangerous, mark};

/// Text on its way to a screen. The pieces may be cut anywhere: the outcome is that of the whole.
#[derive(Debug, Clone)]
pub(crate) struct Prose {
    lines: bool,
    /// The character before, if something can join it.
    before: Option<char>,
    /// Characters whose display depends on the next one.
    held: Option<Held>,
}

#[derive(Debug, Clone, Copy)]
enum Held {
    /// A joiner, and whether it may end a word.
    Joiner {
        character: char,
        after_mark: bool,
    },
    /// A selector after a digit, `#` or `*`.
    Selector(char),
    CarriageReturn,
}

impl Prose {
    /// Text of several lines.
    pub(crate) fn text() -> Self {
        Self {
            lines: true,
            before: None,
            held: None,
        }
    }

    /// Text for one line, in which newlines are marked.
    pub(super) fn line() -> Self {
        Self {
            lines: false,
            ..Self::text()
        }
    }

    /// Adds the visible form of a piece. The last character may wait for the next piece.
    pub(crate) fn push(&mut self, piece: &str, out: &mut String) {
        for character in piece.chars() {
            self.release(Some(character), out);
            self.character(character, out);
        }
    }

    /// Adds the characters that waited for another piece.
    pub(crate) fn end(&mut self, out: &mut String) {
        self.release(None, out);
        self.before = None;
    }

    fn release(&mut self, next: Option<char>, out: &mut String) {
        match self.held.take() {
            Some(Held::Joiner {
                character,
                after_mark,
            }) => {
                if after_mark || next.is_some_and(is_joined) {
                    out.push(character);
                } else {
                    mark(character, out);
                }
            }
            // Only as a key of a keypad, such as 1️⃣.
            Some(Held::Selector(character)) if next == Some('\u{20e3}') => out.push(character),
            Some(Held::Selector(character)) => mark(character, out),
            // Before a newline it is half of a line's end.
            Some(Held::CarriageReturn) if self.lines && next == Some('\n') => {}
            Some(Held::CarriageReturn) => mark('\r', out),
            None => {}
        }
    }

    fn character(&mut self, character: char, out: &mut String) {
        let before = self.before.take();
        match (character, before) {
            ('\u{200c}' | '\u{200d}', Some(joined)) if joined == SELECTED || is_joined(joined) => {
                self.held = Some(Held::Joiner {
                    character,
                    after_mark: may_end_a_word(joined),
                });
            }
            ('\u{fe0e}' | '\u{fe0f}', Some('#' | '*' | '0'..='9')) => {
                self.held = Some(Held::Selector(character));
            }
            ('\u{fe0e}' | '\u{fe0f}', Some(sign)) if takes_selector(sign) => {
                out.push(character);
                self.before = Some(SELECTED);
            }
            ('\r', _) => self.held = Some(Held::CarriageReturn),
            ('\n', _) => out.push_str(if self.lines { "\n" } else { r"\n" }),
            ('\t', _) => out.push_str(if self.lines { "    " } else { " " }),
            // As wide as an ideograph.
            ('\u{3000}', _) => out.push_str("  "),
            (blank, _) if get_general_category(blank) == Category::SpaceSeparator => out.push(' '),
            (dangerous, _) if is_dangerous(dangerous) => mark(dangerous, out),
            (visible, _) => {
                out.push(visible);
                self.before = (is_joined(visible) || takes_selector(visible)).then_some(visible);
            }
        }
    }
}

/// Stands for a sign with its selector: it can be joined, and takes no second selector.
const SELECTED: char = '\u{fe0f}';

/// Whether a joiner can stand beside it: letters and marks of scripts other than ASCII's, and emoji.
fn is_joined(character: char) -> bool {
    !character.is_ascii()
        && !is_dangerous(character)
        && (character.is_alphabetic() || is_mark(character) || is_sign(character))
}

/// Whether a joiner after it may end a word: after the sign that silences a vowel in the scripts of India and its
/// neighbours.
fn may_end_a_word(character: char) -> bool {
    matches!(character, '\u{900}'..='\u{1aaf}') && is_mark(character)
}

fn is_mark(character: char) -> bool {
    !is_dangerous(character)
        && matches!(
            get_general_category(character),
            Category::NonspacingMark | Category::SpacingMark | Category::EnclosingMark
        )
}

fn is_sign(character: char) -> bool {
    matches!(
        get_general_category(character),
        Category::OtherSymbol | Category::MathSymbol | Category::ModifierSymbol
    )
}

/// Whether it may be followed by a selector that makes it an emoji, or a plain sign.
fn takes_selector(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_digit() || matches!(character, '#' | '*');
    }
    is_sign(character) || matches!(character, 'ℹ' | '‼' | '⁉' | '〰' | '㊗' | '㊙')
}

#[cfg(test)]
mod tests {
    use super::super::sanitize::{line, prose, prose_line};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn joiners_in_words_and_emoji_are_text_in_prose_and_marked_in_commands() {
        for written in [
            "می‌خواهم",
            "क्‍ष",
            "ක්‍රි",
            "👩‍💻",
            "👨‍👩‍👧‍👦",
            "👩🏽‍💻",
            "🏳️‍🌈",
            "❤️‍🔥",
            "🙂‍↔️",
            "1️⃣",
            "അവന്‍ വന്നു",
        ] {
            assert_eq!(prose(written), written);
            assert_eq!(prose_line(written), written);
            assert!(line(written).contains("<U+"), "{written}");
        }
    }

    #[test]
    fn joiners_that_join_nothing_are_marked() {
        for (hidden, seen) in [
            ("pass\u{200d}word", "pass<U+200D>word"),
            ("\u{200d}👩", "<U+200D>👩"),
            ("👩\u{200d}", "👩<U+200D>"),
            ("👩\u{200d} x", "👩<U+200D> x"),
            ("ب\u{200c}\u{200c}ب", "ب<U+200C><U+200C>ب"),
            ("a\u{fe0f}", "a<U+FE0F>"),
            ("1\u{fe0f}", "1<U+FE0F>"),
            ("1\u{fe0f} \u{20e3}", "1<U+FE0F> \u{20e3}"),
            ("❤\u{fe0f}\u{fe0f}", "❤\u{fe0f}<U+FE0F>"),
            ("ب\u{200b}ب", "ب<U+200B>ب"),
        ] {
            assert_eq!(prose(hidden), seen);
        }
    }

    #[test]
    fn unusual_blanks_are_spaces_in_prose() {
        assert_eq!(
            prose("a\u{a0}!\u{3000}b\u{202f}c\r\nd\te\r"),
            "a !  b c\nd    e\\r"
        );
        assert_eq!(prose_line("a\r\nb"), r"a\r\nb");
    }

    proptest! {
        #[test]
        fn the_outcome_is_the_same_however_the_text_is_cut(
            text in "([a-c بक्❤👩💻\u{200c}\u{200d}\u{fe0f}\u{1b}\u{202e}\r\n\t]|\\PC){0,30}",
            cuts in proptest::collection::vec(0usize..40, 0..4),
        ) {
            let mut pieces = Prose::text();
            let mut shown = String::new();
            let characters = text.chars().collect::<Vec<_>>();
            let mut cuts = cuts;
            cuts.sort_unstable();
            let mut from = 0;
            for cut in cuts.into_iter().chain([characters.len()]) {
                let to = cut.clamp(from, characters.len());
                pieces.push(&characters[from..to].iter().collect::<String>(), &mut shown);
                from = to;
            }
            pieces.end(&mut shown);
            prop_assert_eq!(&shown, &*prose(&text));
            let joiner = |c: char| matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}');
            prop_assert!(!shown.chars().any(|c| c != '\n' && is_dangerous(c) && !joiner(c)), "{:?}", shown);
        }
    }
}
