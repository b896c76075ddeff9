//! Markdown to lines for a terminal: headings, lists, quotes, code, tables, links that say where they lead.
//!
//! Pure. Foreign text is sanitised here before it is styled, so the only sequences in a line are our own.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the parser's many kinds, most of which mean nothing here"
)]

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::super::style::{Palette, Tone};
use super::code;
use super::sequences::open_sequences;
use super::table::Table;
use crate::text::sanitize;
use crate::text::wrap::wrap_prose;
use console::measure_text_width;

/// The length of the finished part of a text: all top-level blocks except the last, which may still change.
///
/// Only whole lines count: `#` starts a heading until `#x` shows that it does not.
pub(crate) fn finished_length(markdown: &str) -> usize {
    let markdown = &markdown[..markdown.rfind('\n').map_or(0, |end| end + 1)];
    let mut depth = 0;
    let mut starts = Vec::new();
    for (event, range) in Parser::new_ext(markdown, options()).into_offset_iter() {
        match event {
            Event::Start(_) => {
                if depth == 0 {
                    starts.push(range.start);
                }
                depth += 1;
            }
            Event::End(_) => depth -= 1,
            Event::Rule if depth == 0 => starts.push(range.start),
            _ => {}
        }
    }
    starts.last().copied().unwrap_or_default()
}

pub(super) fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS
}

/// The lines of a text, blocks separated by blank lines. None is wider than `width` except for code and addresses: those are not
/// broken, so that they can be copied; the terminal wraps them.
pub(crate) fn lines(markdown: &str, width: usize, palette: Palette) -> Vec<String> {
    let mut writer = Writer {
        width: width.max(8),
        ..Writer::new(palette)
    };
    let parser = Parser::new_ext(markdown, options());
    // A definition shows nothing where it stands, and nothing may hide.
    let definitions = parser.reference_definitions().iter().map(|(label, definition)| {
        let title = definition
            .title
            .as_ref()
            .map(|title| format!(" \"{title}\""))
            .unwrap_or_default();
        (
            definition.span.start,
            format!("[{label}]: {}{title}", definition.dest),
        )
    });
    let mut definitions = definitions.collect::<Vec<_>>();
    definitions.sort();
    let mut verbatim = 0..0;
    for (event, range) in parser.into_offset_iter() {
        if range.start < verbatim.end && range.end <= verbatim.end {
            continue;
        }
        if matches!(event, Event::Start(Tag::Table(_))) && has_surplus_cells(&markdown[range.clone()]) {
            // The parser drops cells that have no heading.
            writer.verbatim(&markdown[range.clone()]);
            verbatim = range;
            continue;
        }
        writer.event(event);
    }
    writer.flush_inline();
    for (_, definition) in definitions {
        writer.verbatim(&definition);
    }
    writer.lines
}

/// Whether a row of a table has more cells than its heading.
fn has_surplus_cells(table: &str) -> bool {
    let bars = |line: &str| {
        line.trim()
            .trim_matches('|')
            .replace("\\|", "")
            .matches('|')
            .count()
    };
    let mut rows = table.lines().map(bars);
    let heading = rows.next().unwrap_or_default();
    rows.any(|row| row > heading)
}

struct Writer {
    lines: Vec<String>,
    width: usize,
    palette: Palette,
    /// The prefix of lines of the current block: list indents, quote bars.
    prefixes: Vec<Prefix>,
    /// The inline text of the current block, styled.
    inline: String,
    tones: Vec<Tone>,
    lists: Vec<Option<u64>>,
    links: Vec<(String, String, usize)>,
    /// The code block: its language and its text.
    code: Option<(String, String)>,
    table: Option<Table>,
    /// Whether a blank line is due before the next block.
    gap: bool,
}

struct Prefix {
    first: Option<String>,
    rest: String,
}

impl Writer {
    fn new(palette: Palette) -> Self {
        Self {
            lines: Vec::new(),
            width: 80,
            palette,
            prefixes: Vec::new(),
            inline: String::new(),
            tones: Vec::new(),
            lists: Vec::new(),
            links: Vec::new(),
            code: None,
            table: None,
            gap: false,
        }
    }

    /// Source as it is.
    fn verbatim(&mut self, source: &str) {
        self.block();
        for line in source.lines() {
            self.push_line(&sanitize::prose_line(line));
        }
        self.gap = true;
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some((_, code)) => code.push_str(&text),
                None => self.text(&text),
            },
            Event::Code(code) | Event::InlineMath(code) | Event::DisplayMath(code) => {
                self.begin(Tone::Code);
                // Code is copied and run.
                self.inline.push_str(&sanitize::line(&code));
                self.finish(Tone::Code);
            }
            // HTML has no effect here, so it is shown as text.
            Event::Html(html) | Event::InlineHtml(html) => self.text(html.trim_end_matches('\n')),
            Event::SoftBreak => self.inline.push(' '),
            Event::HardBreak => self.flush_inline(),
            Event::Rule => {
                self.block();
                let rule = "─".repeat(self.room().min(40));
                self.push_line(&self.palette.paint(Tone::Faint, &rule));
                self.gap = true;
            }
            Event::TaskListMarker(done) => {
                let mark = if done { "☑ " } else { "☐ " };
                // In place of the mark of the list.
                match self.prefixes.last_mut().and_then(|prefix| prefix.first.as_mut()) {
                    Some(first) if first == "• " => mark.clone_into(first),
                    _ => self.inline.push_str(mark),
                }
            }
            Event::FootnoteReference(name) => self.text(&format!("[^{name}]")),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.block(),
            Tag::Heading { level, .. } => {
                self.block();
                self.begin(tone_of(level));
            }
            Tag::BlockQuote(_) => {
                self.block();
                let bar = self.palette.paint(Tone::Faint, "│ ");
                self.prefixes.push(Prefix {
                    first: None,
                    rest: bar,
                });
            }
            Tag::CodeBlock(kind) => {
                self.block();
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.into_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                if !language.is_empty() {
                    let label = self.palette.paint(Tone::Faint, &sanitize::line(&language));
                    self.push_line(&format!("  {label}"));
                }
                self.code = Some((language, String::new()));
            }
            Tag::List(first) => {
                if self.lists.is_empty() {
                    self.block();
                } else {
                    self.flush_inline();
                }
                self.lists.push(first);
            }
            Tag::Item => {
                self.flush_inline();
                self.gap = false;
                let marker = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        let marker = format!("{number}. ");
                        *number += 1;
                        marker
                    }
                    _ => "• ".to_owned(),
                };
                let rest = " ".repeat(measure_text_width(&marker));
                self.prefixes.push(Prefix {
                    first: Some(marker),
                    rest,
                });
            }
            Tag::Emphasis => self.begin(Tone::Italic),
            Tag::Strong => self.begin(Tone::Strong),
            Tag::Strikethrough => self.begin(Tone::Strike),
            Tag::Link { dest_url, title, .. } | Tag::Image { dest_url, title, .. } => {
                self.begin(Tone::Link);
                self.links
                    .push((dest_url.into_string(), title.into_string(), self.inline.len()));
            }
            Tag::Table(alignments) => {
                self.block();
                self.table = Some(Table::new(alignments));
            }
            Tag::TableHead | Tag::TableRow => {
                if let Some(table) = &mut self.table {
                    table.begin_row();
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => {
                self.flush_inline();
                self.gap = true;
            }
            TagEnd::Heading(level) => {
                self.finish(tone_of(level));
                self.flush_inline();
                self.gap = true;
            }
            TagEnd::BlockQuote(_) => {
                self.flush_inline();
                self.prefixes.pop();
                self.gap = true;
            }
            TagEnd::CodeBlock => {
                let (language, code) = self.code.take().unwrap_or_default();
                for line in code::rows(&language, &sanitize::text(&code), self.palette) {
                    self.push_line(&format!("  {line}"));
                }
                self.gap = true;
            }
            TagEnd::List(_) => {
                self.lists.pop();
                self.gap = self.lists.is_empty();
            }
            TagEnd::Item => {
                self.flush_inline();
                self.prefixes.pop();
            }
            TagEnd::Emphasis => self.finish(Tone::Italic),
            TagEnd::Strong => self.finish(Tone::Strong),
            TagEnd::Strikethrough => self.finish(Tone::Strike),
            TagEnd::Link | TagEnd::Image => self.end_link(),
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.inline);
                if let Some(table) = &mut self.table {
                    table.push_cell(cell.trim());
                }
            }
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    self.push_table(&table);
                }
                self.gap = true;
            }
            _ => {}
        }
    }

    /// A link shows its target if its text is different, so that the text cannot mislead.
    fn end_link(&mut self) {
        self.finish(Tone::Link);
        let Some((target, title, start)) = self.links.pop() else {
            return;
        };
        let shown = console::strip_ansi_codes(self.inline.get(start..).unwrap_or_default()).into_owned();
        let target = sanitize::line(&target).into_owned();
        let (open, close) = self.palette.link(&target);
        if shown.trim() == target {
            self.inline.insert_str(start, &open);
            self.inline.push_str(close);
        } else if format!("mailto:{}", shown.trim()) != target {
            self.inline
                .push_str(&format!(" ({open}{}{close})", sanitize::prose_line(&target)));
        }
        if !title.is_empty() {
            self.text(&format!(" \"{title}\""));
        }
    }

    fn text(&mut self, text: &str) {
        self.inline.push_str(&sanitize::prose_line(text));
    }

    fn begin(&mut self, tone: Tone) {
        self.tones.push(tone);
        self.inline.push_str(self.palette.begin(tone));
    }

    /// Ends a tone and restarts the enclosing ones, because one sequence ends all.
    fn finish(&mut self, tone: Tone) {
        if let Some(index) = self.tones.iter().rposition(|open| *open == tone) {
            self.tones.remove(index);
        }
        self.inline.push_str(self.palette.end());
        for tone in &self.tones {
            self.inline.push_str(self.palette.begin(*tone));
        }
    }

    /// Starts a block: finishes the one before, with a blank line between them.
    fn block(&mut self) {
        self.flush_inline();
        if std::mem::take(&mut self.gap) && !self.lines.is_empty() {
            let prefix = self
                .prefixes
                .iter()
                .map(|prefix| prefix.rest.as_str())
                .collect::<String>();
            self.lines.push(prefix.trim_end().to_owned());
        }
    }

    fn room(&self) -> usize {
        let used = self
            .prefixes
            .iter()
            .map(|prefix| measure_text_width(&prefix.rest))
            .sum::<usize>();
        self.width.saturating_sub(used).max(8)
    }

    fn prefix(&mut self) -> String {
        self.prefixes
            .iter_mut()
            .map(|prefix| prefix.first.take().unwrap_or_else(|| prefix.rest.clone()))
            .collect()
    }

    fn push_line(&mut self, line: &str) {
        let prefix = self.prefix();
        self.lines.push(format!("{prefix}{line}"));
    }

    fn flush_inline(&mut self) {
        let inline = std::mem::take(&mut self.inline);
        if inline.is_empty() {
            return;
        }
        let mut open = String::new();
        for line in wrap_prose(inline.trim_start(), self.room(), "") {
            // Each line carries its own colours, so that a prefix or a scroll cannot pick them up.
            let styled = format!("{open}{line}");
            open = open_sequences(&styled);
            let end = if open.is_empty() { "" } else { self.palette.end() };
            self.push_line(&format!("{styled}{end}"));
        }
        self.inline.clear();
    }

    fn push_table(&mut self, table: &Table) {
        let rows = table.rows(self.room(), self.palette);
        for row in rows {
            self.push_line(&row);
        }
    }
}

/// Headings differ by their level.
fn tone_of(level: HeadingLevel) -> Tone {
    match level {
        HeadingLevel::H1 => Tone::Title,
        HeadingLevel::H2 => Tone::Strong,
        _ => Tone::Subtitle,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain(markdown: &str, width: usize) -> String {
        lines(markdown, width, Palette::new(false)).join("\n")
    }

    #[test]
    fn blocks_are_separated_and_lists_nest() {
        let text = "# Title\n\nSome *text* with `code`.\n\n- one\n- two\n  1. inner\n  2. more\n\n> quoted\n";
        let shown = "Title\n\nSome text with code.\n\n• one\n• two\n  1. inner\n  2. more\n\n│ quoted";
        assert_eq!(plain(text, 40), shown);
    }

    #[test]
    fn a_link_cannot_hide_where_it_leads() {
        assert_eq!(
            plain("[https://good.example](https://evil.example)", 80),
            "https://good.example (https://evil.example)"
        );
        assert_eq!(plain("<https://same.example>", 80), "https://same.example");
    }

    #[test]
    fn nothing_hides_in_titles_definitions_or_cells_without_a_heading() {
        assert_eq!(plain("[a](http://b \"secret\")", 80), "a (http://b) \"secret\"");
        assert!(plain("text\n\n[x]: http://y \"secret\"\n", 80).contains("[x]: http://y \"secret\""));
        assert!(plain("| a |\n|---|\n| 1 | secret |\n", 80).contains("secret"));
        assert!(
            plain("<!-- secret -->\n\n```lang secret\nx\n```\n&#x1b;[2J", 80)
                .matches("secret")
                .count()
                == 2
        );
    }

    #[test]
    fn code_and_addresses_keep_their_spaces_and_lines() {
        assert_eq!(plain("```rust\nfn  x() {}\n```", 20), "  rust\n  fn  x() {}");
        assert_eq!(plain("```\n0123456789\n```", 10), "  0123456789");
        assert_eq!(
            plain("see https://example.com/0123456789 there", 12),
            "see\nhttps://example.com/0123456789\nthere"
        );
    }

    #[test]
    fn a_table_is_aligned_where_it_fits_and_a_list_where_it_does_not() {
        let table = "| a | bbb |\n|--:|---|\n| 1 | 2 |\n";
        assert_eq!(plain(table, 20), "a │ bbb\n──┼────\n1 │ 2");
        let wide = "| first | second heading |\n|---|---|\n| 1 | two of them |\n| 3 | 4 |\n";
        assert_eq!(
            plain(wide, 20),
            "first │ second\n      │ heading\n──────┼─────────────\n1     │ two of them\n3     │ 4"
        );
        let narrow = "| first heading | second heading | third |\n|---|---|---|\n| 1 | 2 | 3 |\n";
        assert_eq!(
            plain(narrow, 20).trim_end(),
            "first heading: 1\nsecond heading: 2\nthird: 3"
        );
    }

    #[test]
    fn a_task_has_a_check_box_and_headings_differ_by_level() {
        assert_eq!(
            plain("- [x] done\n- [ ] open\n- none", 20),
            "☑ done\n☐ open\n• none"
        );
        let heading = |text: &str| lines(text, 20, Palette::new(true)).concat();
        let levels = ["# a", "## a", "### a"].map(heading);
        assert!(levels[0] != levels[1] && levels[1] != levels[2] && levels[0] != levels[2]);
    }

    #[test]
    fn a_link_leads_to_what_is_shown_and_only_to_pages() {
        let palette = Palette::new(true).with_links(true);
        let shown = |text: &str| lines(text, 80, palette).concat();
        let link = |target: &str| format!("\u{1b}]8;;{target}\u{1b}\\");
        for (text, target) in [
            ("<https://a.example>", "https://a.example"),
            ("[https://a.example](https://a.example)", "https://a.example"),
            (
                "[https://good.example](https://evil.example)",
                "https://evil.example",
            ),
        ] {
            let shown = shown(text);
            assert_eq!(shown.matches("\u{1b}]8;;h").count(), 1, "{shown:?}");
            let (_, behind) = shown.split_once(&link(target)).unwrap();
            assert!(
                behind.starts_with(target) && behind.contains(&link("")),
                "{shown:?}"
            );
        }
        for text in [
            "[x](file:///etc/passwd)",
            "[x](javascript:x)",
            "<me@a.example>",
            "[x](https://a.example/\u{e4})",
        ] {
            assert!(!shown(text).contains("]8;"), "{text}");
        }
        assert!(
            !lines("<https://a.example>", 80, Palette::new(true))
                .concat()
                .contains("]8;")
        );
    }

    #[test]
    fn code_is_coloured_by_its_language_and_diffs_by_their_signs() {
        let shown = lines(
            "```diff\n-old\n+new\n```\n\n```rust\nlet x = \"y\"; // z\n```",
            40,
            Palette::new(true),
        );
        assert!(
            shown.contains(&"  \u{1b}[31m-old\u{1b}[0m".to_owned()),
            "{shown:?}"
        );
        assert!(
            shown.contains(&"  \u{1b}[32m+new\u{1b}[0m".to_owned()),
            "{shown:?}"
        );
        let code = shown.last().unwrap();
        assert!(
            code.contains("let\u{1b}[0m")
                && code.contains("\"y\"\u{1b}[0m")
                && code.contains("// z\u{1b}[0m"),
            "{code:?}"
        );
        let colours = code.matches("\u{1b}[").collect::<Vec<_>>().len();
        assert!(colours >= 6, "{code:?}");
    }

    #[test]
    fn colours_end_with_their_line() {
        for line in lines("**bold text that goes on** plain", 12, Palette::new(true)) {
            assert!(open_sequences(&line).is_empty(), "{line:?}");
        }
    }

    #[test]
    fn only_the_last_block_is_unfinished() {
        assert_eq!(finished_length("one\n\ntwo\n"), 5);
        assert_eq!(finished_length("still one"), 0);
        assert_eq!(finished_length("a paragraph\n#"), 0);
        assert_eq!(finished_length("a\n\n```\ncode\n\nmore"), 3);
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_none_holds_foreign_controls(
            text in "[-#>*`_|\\[\\]()0-9a-z \n\u{1b}\u{202e}\t]{0,120}",
            width in 20usize..60,
        ) {
            for line in lines(&text, width, Palette::new(false)) {
                // Code and definitions are not broken.
                let broken = !["`", "    ", "|", "\t", "[", "~~~"].iter().any(|sign| text.contains(sign));
                // A marker nested deeper than the terminal is wide leaves the text its smallest room.
                prop_assert!(!broken || measure_text_width(&line) <= width.max(8) + 40, "{:?}", line);
                prop_assert!(!line.chars().any(sanitize::is_dangerous), "{:?}", line);
            }
        }
    }
}
