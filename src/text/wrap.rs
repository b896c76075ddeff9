//! Wraps text, which may hold turnwise's colour sequences, by its width on the screen.

use console::measure_text_width;
use unicode_width::UnicodeWidthChar;

/// Breaks a line at spaces so that no part is wider than `width`; parts after the first begin with `indent`.
///
/// A word wider than the line is broken where it has to be. Nothing is left out.
pub(crate) fn wrap(line: &str, width: usize, indent: &str) -> Vec<String> {
    wrap_words(line, width, indent, |_| false)
}

/// The same, with addresses in one piece even if they are wider than a row, so that they can be opened and copied.
pub(crate) fn wrap_prose(line: &str, width: usize, indent: &str) -> Vec<String> {
    wrap_words(line, width, indent, |word| word.contains("://"))
}

fn wrap_words(line: &str, width: usize, indent: &str, is_whole: impl Fn(&str) -> bool) -> Vec<String> {
    let width = width.max(8);
    if measure_text_width(line) <= width {
        return vec![line.to_owned()];
    }
    let mut lines = Vec::new();
    let mut current = String::new();
    let mut used = 0;
    for word in line.split_inclusive(' ') {
        let word_width = measure_text_width(word.trim_end_matches(' '));
        if used > 0 && used + word_width > width {
            lines.push(
                std::mem::replace(&mut current, indent.to_owned())
                    .trim_end()
                    .to_owned(),
            );
            used = measure_text_width(indent);
        }
        if used + word_width <= width {
            current.push_str(word);
            used += measure_text_width(word);
            continue;
        }
        if is_whole(word) {
            current.push_str(word);
            // The next word begins a row.
            used = width;
            continue;
        }
        for piece in pieces(word.trim_end_matches(' ')) {
            let piece_width = measure_text_width(piece);
            if used + piece_width > width {
                lines.push(std::mem::replace(&mut current, indent.to_owned()));
                used = measure_text_width(indent);
            }
            current.push_str(piece);
            used += piece_width;
        }
        if word.ends_with(' ') && used < width {
            current.push(' ');
            used += 1;
        }
    }
    lines.push(current.trim_end_matches(' ').to_owned());
    lines
}

/// Splits into characters together with following ones without width; a colour sequence is one piece.
fn pieces(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = if first == '\u{1b}' {
            rest.find('m').map_or(rest.len(), |end| end + 1)
        } else {
            let tail =
                rest[first.len_utf8()..].find(|next: char| next == '\u{1b}' || next.width() != Some(0));
            tail.map_or(rest.len(), |tail| first.len_utf8() + tail)
        };
        let (piece, tail) = rest.split_at(end);
        rest = tail;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_go_to_the_next_line_and_long_ones_are_broken() {
        assert_eq!(wrap("one two three", 9, "  "), ["one two", "  three"]);
        assert_eq!(wrap("abcdefghijkl", 8, ""), ["abcdefgh", "ijkl"]);
    }

    #[test]
    fn an_address_stays_in_one_piece() {
        let address = "https://example.com/a/long/path";
        let line = format!("see {address} for more");
        assert_eq!(
            wrap_prose(&line, 12, "  "),
            ["see", &format!("  {address}"), "  for more"]
        );
    }

    #[test]
    fn wide_characters_count_twice_and_colours_do_not_count() {
        assert_eq!(wrap("日本語日本", 8, ""), ["日本語日", "本"]);
        assert_eq!(
            wrap("\u{1b}[1mabcd\u{1b}[0m efgh", 9, ""),
            ["\u{1b}[1mabcd\u{1b}[0m efgh"]
        );
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_terminal(text in "[a-z 日\u{301}]{0,80}", width in 8usize..30) {
            let lines = wrap(&text, width, "  ");
            prop_assert!(lines.iter().all(|line| measure_text_width(line) <= width), "{:?}", lines);
            let squeeze = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(squeeze(&lines.concat()), squeeze(&text));
        }
    }
}
