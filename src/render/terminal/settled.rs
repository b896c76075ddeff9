//! How much of a block that still grows is settled: drawn the same whatever text follows.
//!
//! Settled rows are printed while the block streams and never changed. In doubt text is not settled: it is then shown in the
//! live area until the block is finished.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the parser's many kinds, most of which mean nothing here"
)]

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use super::blocks::{lines, options};
use super::rows::common_length;
use crate::render::style::Palette;

/// The rows of a growing block, and how many of their visible characters are settled.
pub(super) struct Layout {
    pub(super) rows: Vec<String>,
    pub(super) settled: usize,
}

/// Lays out a growing block.
pub(super) fn layout(markdown: &str, width: usize, palette: Palette) -> Layout {
    let rows = lines(markdown, width, palette);
    let length = settled_length(markdown);
    let settled = if length == 0 {
        0
    } else {
        common_length(&rows, &lines(&markdown[..length], width, palette))
    };
    Layout { rows, settled }
}

/// The length of the text from its beginning that means the same whatever follows.
fn settled_length(markdown: &str) -> usize {
    let last_line = markdown.rfind('\n').map_or(0, |end| end + 1);
    let mut settled = markdown.rfind(char::is_whitespace).map_or(0, |at| {
        at + markdown[at..].chars().next().map_or(1, char::len_utf8)
    });
    let line = &markdown[last_line..];
    // A line of one word may still become anything: a rule, a list, the end of code.
    if !line.trim().contains(char::is_whitespace) || line.contains("```") || line.contains("~~~") {
        settled = settled.min(last_line);
    }
    settled.min(table_start(markdown)).min(unsettled_start(markdown))
}

/// Where something begins that a table could be made of by the next line.
fn table_start(markdown: &str) -> usize {
    let complete = markdown.strip_suffix('\n').unwrap_or(markdown);
    let mut start = usize::MAX;
    let mut end = complete.len();
    for _ in 0..2 {
        let begin = complete[..end].rfind('\n').map_or(0, |at| at + 1);
        if complete[begin..end].contains('|') {
            start = begin;
        }
        if begin == 0 {
            break;
        }
        end = begin - 1;
    }
    start
}

/// Where the parser found something that more text can give another meaning.
fn unsettled_start(markdown: &str) -> usize {
    let parser = Parser::new_ext(markdown, options());
    // Definitions are drawn below the block, and give earlier text a meaning.
    if parser.reference_definitions().iter().next().is_some() {
        return 0;
    }
    let mut code = false;
    let mut inline: Vec<usize> = Vec::new();
    for (event, range) in parser.into_offset_iter() {
        match event {
            Event::Start(Tag::Table(_) | Tag::HtmlBlock) => return range.start,
            Event::Start(Tag::CodeBlock(kind)) => {
                code = true;
                let growing = range.end == markdown.len();
                if growing && let CodeBlockKind::Fenced(_) = kind {
                    // Only whole lines; the first is the fence.
                    let last_line = markdown.rfind('\n').map_or(0, |end| end + 1);
                    let fence = markdown[range.clone()].find('\n');
                    return match fence {
                        Some(fence) if range.start + fence < last_line => last_line,
                        _ => range.start,
                    };
                }
            }
            Event::End(TagEnd::CodeBlock) => code = false,
            Event::Start(
                Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. },
            ) => inline.push(range.start),
            Event::End(
                TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image,
            ) => {
                inline.pop();
            }
            Event::Text(text) if !code && *text == markdown[range.clone()] => {
                if let Some(open) = opener(markdown, range) {
                    return inline.first().copied().unwrap_or(open);
                }
            }
            _ => {}
        }
    }
    usize::MAX
}

/// The first character in a piece of plain text that could begin something with the text that follows.
fn opener(markdown: &str, range: Range<usize>) -> Option<usize> {
    let candidates = markdown[range.clone()].char_indices();
    candidates
        .map(|(at, character)| (range.start + at, character))
        .find(|(at, character)| opens(markdown, *at, *character))
        .map(|(at, character)| {
            // An image.
            let image = character == '[' && markdown[..at].ends_with('!');
            at - usize::from(image)
        })
}

fn opens(markdown: &str, at: usize, character: char) -> bool {
    let before = markdown[..at].chars().next_back();
    let after = markdown[at + character.len_utf8()..].chars().next();
    match character {
        '`' => true,
        // Before the end of a line it is a break.
        '\\' => after.is_none_or(|after| after == '\n'),
        '*' | '~' => !after.is_some_and(char::is_whitespace),
        '_' => {
            let in_word =
                before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric);
            !in_word && !after.is_some_and(char::is_whitespace)
        }
        '<' => after.is_none_or(|after| after.is_ascii_alphabetic() || matches!(after, '/' | '!' | '?')),
        '[' => !is_plain_bracket(&markdown[at..]),
        _ => false,
    }
}

/// Whether brackets are closed, and followed by nothing that makes a link of them.
fn is_plain_bracket(text: &str) -> bool {
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let next = text[at + 1..].chars().next();
            return next.is_some_and(|next| !matches!(next, '(' | '[' | ':'));
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::terminal::rows::{after, visible};
    use proptest::prelude::*;

    fn settled(markdown: &str) -> String {
        let layout = layout(markdown, 40, Palette::new(false));
        let rest = after(layout.rows.clone(), layout.settled);
        let count = rest.iter().map(|row| visible(row)).sum::<usize>();
        let all = layout
            .rows
            .concat()
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect::<String>();
        let length = all.chars().count().saturating_sub(count);
        all.chars().take(length).collect()
    }

    #[test]
    fn complete_words_are_settled_and_what_may_become_markup_is_not() {
        for (markdown, expected) in [
            ("one two thr", "onetwo"),
            ("one two ", "onetwo"),
            ("one **two thr", "one"),
            ("one **two** thr", "onetwo"),
            ("one [two](http", "one"),
            ("one [2] thr", "one[2]"),
            ("snake_case is x", "snake_caseis"),
            ("- one\n- tw", "•one"),
            ("| a | b |\n", ""),
            ("```\none\ntw", "one"),
            ("```\n", ""),
            ("one\n--", "one"),
        ] {
            assert_eq!(settled(markdown), expected, "{markdown:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn settled_text_is_the_beginning_of_the_whole(pieces in prop::collection::vec(prop::sample::select(vec![
            "word ", "word", "longer-word ", "\n", "\n\n", "- ", "1. ", "14. ", "# ", "> ", "*", "**", "_", "`", "```", "```\n", "~~",
            "[", "]", "](", ")", ": ", "|", "|---|\n", "---\n", "===\n", "<", "<b>", ">", "!", "\\", "&amp;", "  ", "    ", "x", "http://a ",
        ]), 1..24), cut in 0usize..24, width in 20usize..60) {
            let cut = cut.min(pieces.len());
            let whole = pieces.concat();
            let beginning = pieces[..cut].concat();
            // Finished blocks are drawn apart.
            let done = super::super::blocks::finished_length(&beginning);
            let (block, whole) = (&beginning[done..], &whole[done..]);
            let text = |rows: &[String]| rows.iter().flat_map(|row| row.chars())
                .filter(|c| !c.is_whitespace() && !matches!(c, '│' | '─' | '┼')).collect::<String>();
            let layout = layout(block, width, Palette::new(false));
            let now = text(&layout.rows).chars().take(layout.settled).collect::<String>();
            let later = text(&lines(whole, width, Palette::new(false)));
            prop_assert!(later.starts_with(&now), "{block:?} settles {now:?}, and {whole:?} is {later:?}");
        }
    }
}
