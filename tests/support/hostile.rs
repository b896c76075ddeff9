//! Text that would do something to a terminal, and what may reach one.

use serde::Deserialize;

/// A trick and its expected display.
#[derive(Debug, Deserialize)]
pub(crate) struct Trick {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) seen: String,
}

/// All known tricks.
pub(crate) fn corpus() -> Vec<Trick> {
    serde_json::from_str(include_str!("../corpus/tricks.json")).unwrap()
}

/// Whether a character does anything else than show a glyph, written down apart from the program's own rule.
fn is_trick(character: char) -> bool {
    let code = u32::from(character);
    character.is_control()
        || matches!(
            code,
            0xa0 | 0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x1680 | 0x17b4 | 0x17b5 | 0x180b..=0x180f
        )
        || matches!(code, 0x13430..=0x1343f | 0x16fe4 | 0x1d159 | 0xe000..=0xf8ff | 0xf_0000..=0x10_ffff)
        || (0xfdd0..=0xfdef).contains(&code)
        || code & 0xfffe == 0xfffe
        || matches!(code, 0x2000..=0x200f | 0x2028..=0x202f | 0x205f..=0x206f | 0x2800 | 0x3000 | 0x3164)
        || matches!(code, 0xfe00..=0xfe0d | 0xfeff | 0xffa0 | 0xfff0..=0xfffb)
        || matches!(code, 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff)
}

/// Checks text without turnwise's sequences. Carriage returns are line ends of the terminal, or redraw the live region.
#[track_caller]
pub(crate) fn assert_no_trick(plain: &str) {
    let found = plain
        .chars()
        .find(|character| is_trick(*character) && !matches!(character, '\n' | '\r'));
    assert_eq!(found, None, "{plain:?}");
}

/// Removes the sequences that turnwise's display uses: colours, and redrawing the live region. Any other is an error.
pub(crate) fn without_own_sequences(screen: &str) -> String {
    let mut rest = screen;
    let mut plain = String::new();
    while let Some(start) = rest.find('\u{1b}') {
        plain.push_str(&rest[..start]);
        let sequence = &rest[start..];
        let end = sequence[1..]
            .find(|c: char| c.is_ascii_alphabetic())
            .map_or(sequence.len(), |end| end + 2);
        let allowed = sequence[..end].strip_prefix("\u{1b}[").is_some_and(|body| {
            let (parameters, last) = body.split_at(body.len() - 1);
            matches!(last, "m" | "A" | "B" | "K" | "J" | "G")
                && parameters.chars().all(|c| c.is_ascii_digit() || c == ';')
                && !(last == "J" && parameters == "2")
        }) || matches!(
            &sequence[..end],
            "\u{1b}[?25l" | "\u{1b}[?7l" | "\u{1b}[?7h" | "\u{1b}[?25h" | "\u{1b}[?2004h" | "\u{1b}[?2004l"
        );
        assert!(
            allowed,
            "a foreign sequence reached the terminal: {:?}",
            &sequence[..end]
        );
        rest = &sequence[end..];
    }
    plain.push_str(rest);
    plain
}
