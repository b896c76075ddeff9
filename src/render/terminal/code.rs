//! Code blocks as rows: coloured by their language, diffs by their signs. Rows are not broken, so that code can be copied.

use crate::render::diff;
use crate::render::highlight::{Token, tokens};
use crate::render::style::{Palette, Tone};

/// The rows of a code block. The text has been sanitised.
pub(super) fn rows(language: &str, code: &str, palette: Palette) -> Vec<String> {
    let language = language.split([' ', ',', '{']).next().unwrap_or_default();
    if matches!(language, "diff" | "patch") {
        return diff::lines(code, palette, None);
    }
    let mut rows = vec![String::new()];
    for (token, text) in tokens(language, code) {
        // A token of several lines ends its colour with each of them.
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                rows.push(String::new());
            }
            if let Some(row) = rows.last_mut()
                && !line.is_empty()
            {
                row.push_str(&palette.paint(tone_of(token), line));
            }
        }
    }
    if code.ends_with('\n') || code.is_empty() {
        rows.pop();
    }
    rows
}

fn tone_of(token: Token) -> Tone {
    match token {
        Token::Plain => Tone::Code,
        Token::Comment => Tone::Faint,
        Token::Text => Tone::Good,
        Token::Number => Tone::Warn,
        Token::Keyword => Tone::Strong,
    }
}
