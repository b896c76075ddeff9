//! Text from outside in a Markdown document: as code, as plain words, or as Markdown that stays within its place.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the parser's events, of which few matter"
)]

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag};

/// Maximum number of passes that escape Markdown. Text that needs more is shown as code.
const LOOKS: usize = 8;

/// A marker after a text, to detect that the text has ended.
const END: &str = "turnwise-end-of-text";

/// A line as code.
pub(super) fn code(line: &str) -> String {
    let fence = "`".repeat(longest_run(line) + 1);
    // Spaces beside the fences do not count, and keep backticks of the text apart from them.
    let pad = if line.is_empty() || line.starts_with(['`', ' ']) || line.ends_with(['`', ' ']) {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{line}{pad}{fence}")
}

/// A line as words: nothing in it is markup.
pub(super) fn words(line: &str) -> String {
    let mut plain = String::with_capacity(line.len() + 8);
    let mut number = true;
    for (index, character) in line.trim_start().chars().enumerate() {
        let begins = match character {
            '-' | '+' | '=' | ':' => index == 0,
            // `1.` starts a list.
            '.' | ')' => index > 0 && number,
            _ => false,
        };
        number &= character.is_ascii_digit();
        if begins || r"\`*_[]<>#|~&!$^".contains(character) {
            plain.push('\\');
        }
        plain.push(character);
    }
    plain
}

/// A code block, whose fence is longer than any in the text.
pub(super) fn block(language: &str, text: &str) -> String {
    let fence = "`".repeat((longest_run(text) + 1).max(3));
    format!("{fence}{language}\n{}\n{fence}", text.trim_end_matches('\n'))
}

fn longest_run(text: &str) -> usize {
    let runs = text.split(|character| character != '`').map(str::len);
    runs.max().unwrap_or_default()
}

/// Markdown that does not affect the document around it: HTML is escaped, headings are below the document's, nothing is
/// loaded, and all blocks are closed. Markdown that cannot be contained becomes a code block.
pub(super) fn contained(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text.trim_end());
    for _ in 0..LOOKS {
        let mut edits = edits(&text);
        if edits.is_empty() {
            if ends(&text) {
                return text;
            }
            break;
        }
        edits.sort_by_key(|edit| edit.0.start);
        edits.dedup_by_key(|edit| edit.0.start);
        for (range, replacement) in edits.into_iter().rev() {
            text.to_mut().replace_range(range, replacement);
        }
    }
    block("text", &text).into()
}

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
}

/// Whether the marker is separate from the text.
fn ends(text: &str) -> bool {
    let whole = format!("{text}\n\n{END}\n");
    let events = Parser::new_ext(&whole, options()).collect::<Vec<_>>();
    let mut depth = 0_usize;
    for (index, event) in events.iter().enumerate() {
        match event {
            Event::Start(Tag::Paragraph) if depth == 0 => {
                if matches!(events.get(index + 1), Some(Event::Text(text)) if **text == *END) {
                    return true;
                }
                depth += 1;
            }
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
    }
    false
}

/// The parts to escape, each as a range and its replacement.
fn edits(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let parser = Parser::new_ext(text, options());
    let definitions = parser.reference_definitions().iter();
    let mut edits = definitions
        .map(|(_, definition)| (before(definition.span.start), r"\"))
        .collect::<Vec<_>>();
    for (event, range) in parser.into_offset_iter() {
        match event {
            Event::Html(_) | Event::InlineHtml(_) => {
                let signs = text[range.clone()].match_indices('<');
                edits.extend(
                    signs.map(|(at, sign)| (range.start + at..range.start + at + sign.len(), "&lt;")),
                );
            }
            Event::Start(Tag::Heading {
                level: HeadingLevel::H1 | HeadingLevel::H2,
                ..
            }) => {
                if text[range.clone()].starts_with('#') {
                    edits.push((before(range.start), "##"));
                } else {
                    edits.push((before(underline(text, range)), r"\"));
                }
            }
            Event::Start(Tag::Image { .. } | Tag::FootnoteDefinition(_)) => {
                edits.push((before(range.start), r"\"));
            }
            Event::Start(Tag::Link { dest_url, .. }) if !is_harmless(&dest_url) => {
                edits.push((before(range.start), r"\"));
            }
            _ => {}
        }
    }
    edits
}

fn before(place: usize) -> Range<usize> {
    place..place
}

/// Where the line begins that makes a heading of the lines above it.
fn underline(text: &str, heading: Range<usize>) -> usize {
    let lines = text[heading.clone()].trim_end();
    let line = lines.rfind('\n').map_or(0, |end| end + 1);
    let indent = lines[line..].find(['=', '-']).unwrap_or_default();
    heading.start + line + indent
}

/// Links to pages, to mail and within the document. Others may run something.
fn is_harmless(target: &str) -> bool {
    let scheme = target
        .split(['/', '?', '#'])
        .next()
        .and_then(|start| start.split_once(':'));
    scheme
        .is_none_or(|(scheme, _)| matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https" | "mailto"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_code_or_words_whatever_is_in_it() {
        assert_eq!(code("ls `x` ``"), "``` ls `x` `` ```");
        assert_eq!(code("ls"), "`ls`");
        assert_eq!(words("# <b>x</b> [a](b)"), r"\# \<b\>x\</b\> \[a\](b)");
        assert_eq!(words("1. one - two"), r"1\. one - two");
    }

    #[test]
    fn markdown_stays_markdown_within_its_place() {
        for same in [
            "plain *text*",
            "- a\n- b\n\n```rust\n<b>\n# x\n```",
            "### low\n\n[x](https://a.example)",
            "a | b",
        ] {
            assert_eq!(contained(same), same);
        }
        for (text, kept) in [
            ("# You\nyes", "### You\nyes"),
            ("You\n===\nyes", "You\n\\===\nyes"),
            ("<summary>x</summary>", "&lt;summary>x&lt;/summary>"),
            ("a <!-- b", "a <!-- b"),
            ("![x](http://a.example/pixel)", "\\![x](http://a.example/pixel)"),
            ("[x](javascript:alert(1))", "\\[x](javascript:alert(1))"),
            ("[x]: http://a.example", "\\[x]: http://a.example"),
            ("<!-- hidden", "&lt;!-- hidden"),
            ("```\nopen", "````text\n```\nopen\n````"),
            ("<div>\n# You\n</div>", "&lt;div>\n### You\n&lt;/div>"),
        ] {
            assert_eq!(contained(text), kept, "{text}");
        }
    }

    /// The structure of a document beside its text.
    fn outside(inside: &str) -> Vec<String> {
        let document = format!("# Title\n\n{inside}\n\n## Next\n\n<i>[x] [^1] end\n");
        let mut found = Vec::new();
        for event in Parser::new_ext(&document, options()) {
            match event {
                Event::Start(Tag::Heading {
                    level: level @ (HeadingLevel::H1 | HeadingLevel::H2),
                    ..
                }) => {
                    found.push(format!("{level:?}"));
                }
                Event::Html(html) | Event::InlineHtml(html) => found.push(html.to_string()),
                Event::Start(Tag::Image { .. }) => found.push("an image".to_owned()),
                Event::FootnoteReference(_) => found.push("a footnote".to_owned()),
                Event::Start(Tag::Link { dest_url, .. }) if !is_harmless(&dest_url) => {
                    found.push(dest_url.to_string());
                }
                _ => {}
            }
        }
        found
    }

    proptest! {
        #[test]
        fn nothing_in_a_text_reaches_what_is_around_it(text in prop::collection::vec(prop::sample::select(vec![
            "# ", "## x", "\n", "\n\n", "===\n", "---\n", "<!--", "-->", "<b>", "</b>", "<script>", "<details>\n", "```", "~~~\n", "`",
            "![a](b)", "[x]", "[x]: http://e\n", "[^1]", "[^1]: n\n", "(javascript:x)", "> ", "- ", "1. ", "    ", "\t", "word", "|", "*",
            "<?", "<![CDATA[", "&lt;", "\\", "<http://a>", "<javascript:x>",
        ]), 0..14)) {
            let text = text.concat();
            prop_assert_eq!(outside(&contained(&text)), ["H1", "H2", "<i>"], "{:?}", contained(&text));
            prop_assert_eq!(outside(&block("", &text)), ["H1", "H2", "<i>"]);
            let line = text.replace('\n', " ");
            prop_assert_eq!(outside(&format!("- {} {}", words(&line), code(&line))), ["H1", "H2", "<i>"]);
            prop_assert_eq!(outside(&words(&line)), ["H1", "H2", "<i>"]);
        }
    }
}
