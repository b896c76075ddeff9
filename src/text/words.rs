//! Wording helpers: counts with plurals, capital letters, decisions.

use std::fmt::Display;

/// `1 line`, `2 lines`. For nouns whose plural only adds an s.
pub(crate) fn count<N: Copy + Display + PartialEq + From<u8>>(number: N, noun: &str) -> String {
    let s = if number == N::from(1) { "" } else { "s" };
    format!("{number} {noun}{s}")
}

/// `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The same text with its first letter as a capital.
pub(crate) fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// A decision about an approval request in words: `approved` for `accept`.
pub(crate) fn decision(word: &str) -> String {
    match word {
        "accept" => "approved",
        "accept_for_session" => "approved for the session",
        "accept_always" => "always approved",
        "accept_with_rule" => "approved with a rule",
        "apply_network_rule" => "approved with a network rule",
        "decline" => "declined",
        "cancel" => "cancelled",
        "answer" => "answered",
        other => return other.replace('_', " "),
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_has_no_plural() {
        assert_eq!(count(1_u64, "line"), "1 line");
        assert_eq!(count(0_usize, "line"), "0 lines");
        assert_eq!(count(2_u64, "token"), "2 tokens");
    }

    #[test]
    fn digits_are_grouped_by_three() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn a_sentence_begins_with_a_capital() {
        assert_eq!(sentence("approved"), "Approved");
        assert_eq!(sentence(""), "");
    }
}
