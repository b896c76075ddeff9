//! Rows of styled text, counted by their visible characters: the place in a text that does not depend on the width.
//!
//! Blanks do not count, nor do the bars and rules that every row of a block repeats.

use console::{AnsiCodeIterator, measure_text_width};

/// Whether a character counts.
fn counts(character: char) -> bool {
    !character.is_whitespace() && !matches!(character, '│' | '─' | '┼')
}

fn characters(row: &str) -> impl Iterator<Item = char> {
    let text = AnsiCodeIterator::new(row).filter(|(_, is_sequence)| !is_sequence);
    text.flat_map(|(text, _)| text.chars())
        .filter(|character| counts(*character))
}

/// The number of visible characters of a row.
pub(super) fn visible(row: &str) -> usize {
    characters(row).count()
}

/// How many visible characters two texts have in common at their beginning.
pub(super) fn common_length(rows: &[String], others: &[String]) -> usize {
    let all =
        |rows| -> Vec<char> { Iterator::flat_map(<[String]>::iter(rows), |row| characters(row)).collect() };
    let (rows, others) = (all(rows), all(others));
    rows.iter()
        .zip(&others)
        .take_while(|(one, other)| one == other)
        .count()
}

/// The rows behind this many visible characters. A row that is cut there begins anew, indented as its text was.
pub(super) fn after(rows: Vec<String>, mut shown: usize) -> Vec<String> {
    if shown == 0 {
        return rows;
    }
    let mut rest = Vec::new();
    for row in rows {
        if shown == 0 {
            rest.push(row);
            continue;
        }
        let count = visible(&row);
        if count > shown {
            rest.push(split(&row, shown).1);
        }
        shown = shown.saturating_sub(count);
    }
    rest
}

/// Splits a row behind this many visible characters; both parts have their colours.
pub(super) fn split(row: &str, shown: usize) -> (String, String) {
    let (mut head, mut tail) = (String::new(), String::new());
    let mut open = String::new();
    let mut left = shown;
    for (text, is_sequence) in AnsiCodeIterator::new(row) {
        if is_sequence {
            if left > 0 {
                head.push_str(text);
                note(&mut open, text);
            } else {
                tail.push_str(text);
            }
            continue;
        }
        for character in text.chars() {
            if left > 0 {
                head.push(character);
                left -= usize::from(counts(character));
            } else {
                tail.push(character);
            }
        }
    }
    let end = if open.is_empty() { "" } else { "\u{1b}[0m" };
    let hang = " ".repeat(hang(row));
    let rest = format!("{hang}{open}{}", tail.trim_start());
    (format!("{head}{end}"), rest)
}

/// Keeps the colours that are in force behind a sequence.
pub(super) fn note(open: &mut String, sequence: &str) {
    if sequence == "\u{1b}[0m" {
        open.clear();
    } else if sequence.starts_with("\u{1b}[") {
        open.push_str(sequence);
    }
}

/// The width of what stands before the text of a row: blanks, and the mark of a list.
fn hang(row: &str) -> usize {
    let plain = console::strip_ansi_codes(row);
    let indent = plain.len() - plain.trim_start_matches(' ').len();
    let rest = &plain[indent..];
    let mark = rest.split_inclusive(' ').next().unwrap_or_default();
    let number = mark.strip_suffix(". ");
    let is_mark = matches!(mark, "• " | "☑ " | "☐ ")
        || number
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
    indent + if is_mark { measure_text_width(mark) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[&str]) -> Vec<String> {
        rows.iter().map(|row| (*row).to_owned()).collect()
    }

    #[test]
    fn what_was_shown_is_left_out_wherever_the_rows_break() {
        let narrow = rows(&["• one two", "  three", "", "• four"]);
        assert_eq!(after(narrow.clone(), 0), narrow);
        assert_eq!(after(narrow.clone(), 7), narrow[1..]);
        assert_eq!(after(narrow.clone(), 12), narrow[2..]);
        assert_eq!(after(narrow, 4), rows(&["  two", "  three", "", "• four"]));
        assert_eq!(after(rows(&["• one two three"]), 7), rows(&["  three"]));
    }

    #[test]
    fn both_parts_of_a_row_have_their_colours() {
        let row = "a \u{1b}[1mbold text\u{1b}[0m end";
        assert_eq!(
            split(row, 5),
            (
                "a \u{1b}[1mbold\u{1b}[0m".to_owned(),
                "\u{1b}[1mtext\u{1b}[0m end".to_owned()
            )
        );
    }
}
