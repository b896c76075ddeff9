//! Markdown of the model as harmless HTML: its own HTML becomes text, images become links, links go to pages and mail only.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the parser's events, of which few matter"
)]

use pulldown_cmark::{
    Alignment, CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html,
};

use super::escape::{block, entities};
use crate::text::sanitize;

/// A text as HTML.
pub(super) fn prose(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut filter = Filter::default();
    for event in Parser::new_ext(markdown, options) {
        filter.event(event);
    }
    let mut page = String::with_capacity(markdown.len() * 2);
    html::push_html(&mut page, filter.events.into_iter());
    page
}

/// Makes events harmless. In its output, only this module's own markup is HTML.
#[derive(Default)]
struct Filter<'a> {
    events: Vec<Event<'a>>,
    /// The language and the text of a code block that is open.
    block: Option<(String, String)>,
    links: Vec<Link>,
}

/// What ends a link.
struct Link {
    end: String,
    /// Whether it is one for the browser.
    live: bool,
}

impl<'a> Filter<'a> {
    fn event(&mut self, event: Event<'a>) {
        if let Some((language, text)) = &mut self.block {
            match event {
                Event::Text(part) => text.push_str(&part),
                Event::End(TagEnd::CodeBlock) => {
                    let block = block(language, text);
                    self.block = None;
                    self.html(block);
                }
                _ => {}
            }
            return;
        }
        match event {
            Event::Text(text) => self.text(&text),
            // HTML is shown as it was written.
            Event::Html(html) | Event::InlineHtml(html) => self.text(&html),
            Event::Code(code) | Event::InlineMath(code) | Event::DisplayMath(code) => {
                let safe = sanitize::line(&code).into_owned();
                self.events.push(Event::Code(safe.into()));
            }
            Event::FootnoteReference(name) => self.text(&format!("[^{name}]")),
            // No element of a form.
            Event::TaskListMarker(done) => self.text(if done { "☑ " } else { "☐ " }),
            Event::SoftBreak | Event::HardBreak | Event::Rule => self.events.push(event),
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
        }
    }

    fn start(&mut self, tag: Tag<'a>) {
        match tag {
            Tag::CodeBlock(kind) => {
                let language = match kind {
                    CodeBlockKind::Fenced(info) => {
                        info.split([' ', ',']).next().unwrap_or_default().to_owned()
                    }
                    CodeBlockKind::Indented => String::new(),
                };
                self.block = Some((language, String::new()));
            }
            Tag::Heading { level, .. } => self.events.push(Event::Start(Tag::Heading {
                level: lower(level),
                id: None,
                classes: Vec::new(),
                attrs: Vec::new(),
            })),
            Tag::Link {
                link_type, dest_url, ..
            } => {
                let target = match link_type {
                    LinkType::Email => format!("mailto:{dest_url}"),
                    _ => dest_url.into_string(),
                };
                self.link(&target);
            }
            Tag::Image { dest_url, .. } => {
                // Nothing is loaded from elsewhere.
                self.link(&dest_url);
                self.text("image: ");
            }
            Tag::HtmlBlock => self.events.push(Event::Start(Tag::Paragraph)),
            Tag::Paragraph
            | Tag::BlockQuote(_)
            | Tag::List(_)
            | Tag::Item
            | Tag::Table(_)
            | Tag::TableHead
            | Tag::TableRow
            | Tag::TableCell
            | Tag::Emphasis
            | Tag::Strong
            | Tag::Strikethrough => self.events.push(Event::Start(plain(tag))),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => self.events.push(Event::End(TagEnd::Heading(lower(level)))),
            TagEnd::Link | TagEnd::Image => {
                let end = self.links.pop().map(|link| link.end).unwrap_or_default();
                self.html(end);
            }
            TagEnd::HtmlBlock => self.events.push(Event::End(TagEnd::Paragraph)),
            TagEnd::Paragraph
            | TagEnd::BlockQuote(_)
            | TagEnd::List(_)
            | TagEnd::Item
            | TagEnd::Table
            | TagEnd::TableHead
            | TagEnd::TableRow
            | TagEnd::TableCell
            | TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough => self.events.push(Event::End(tag)),
            _ => {}
        }
    }

    /// Starts a link. One that is not allowed, or in another, is its text and its target.
    fn link(&mut self, target: &str) {
        let shown = entities(&sanitize::line(target));
        if is_allowed(target) && !self.links.iter().any(|link| link.live) {
            self.html(format!(
                "<a href=\"{shown}\" rel=\"noopener noreferrer nofollow\">"
            ));
            self.links.push(Link {
                end: "</a>".to_owned(),
                live: true,
            });
        } else {
            self.links.push(Link {
                end: format!(" (<code>{shown}</code>)"),
                live: false,
            });
        }
    }

    fn text(&mut self, text: &str) {
        let safe = sanitize::prose(text).into_owned();
        self.events.push(Event::Text(safe.into()));
    }

    fn html(&mut self, html: String) {
        self.events.push(Event::InlineHtml(CowStr::from(html)));
    }
}

/// A block without a class or a style that its text chose.
fn plain(tag: Tag<'_>) -> Tag<'_> {
    match tag {
        Tag::BlockQuote(_) => Tag::BlockQuote(None),
        // The page's policy allows no style attributes.
        Tag::Table(columns) => Tag::Table(vec![Alignment::None; columns.len()]),
        tag => tag,
    }
}

/// The page's own headings are above those of a text.
fn lower(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H3,
        HeadingLevel::H2 => HeadingLevel::H4,
        HeadingLevel::H3 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    }
}

/// Links to pages and to mail. A path would lead to something else on another machine.
fn is_allowed(target: &str) -> bool {
    let scheme = target
        .split_once(':')
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    scheme.is_some_and(|scheme| matches!(scheme.as_str(), "http" | "https" | "mailto"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn markdown_becomes_a_page() {
        for (markdown, html) in [
            (
                "a *b* **c** `d<`",
                "<p>a <em>b</em> <strong>c</strong> <code>d&lt;</code></p>\n",
            ),
            ("# Title", "<h3>Title</h3>\n"),
            ("- [x] done\n- no", "<ul>\n<li>☑ done</li>\n<li>no</li>\n</ul>\n"),
            (
                "```rust\nlet a;\n```",
                "<pre><code><span class=\"keyword\">let</span> a;\n</code></pre>\n",
            ),
            (
                "[x](https://a.example/?a=1&b=2)",
                "<p><a href=\"https://a.example/?a=1&amp;b=2\" rel=\"noopener noreferrer nofollow\">x</a></p>\n",
            ),
            (
                "<me@a.example>",
                "<p><a href=\"mailto:me@a.example\" rel=\"noopener noreferrer nofollow\">me@a.example</a></p>\n",
            ),
        ] {
            assert_eq!(prose(markdown), html);
        }
    }

    #[test]
    fn nothing_that_could_run_or_be_loaded_passes() {
        for (markdown, html) in [
            ("a <b>x</b>", "<p>a &lt;b&gt;x&lt;/b&gt;</p>\n"),
            (
                "[x](javascript:alert(1))",
                "<p>x (<code>javascript:alert(1)</code>)</p>\n",
            ),
            ("[x](JAVASCRIPT:y)", "<p>x (<code>JAVASCRIPT:y</code>)</p>\n"),
            ("[x](java&#9;script:y)", "<p>x (<code>java script:y</code>)</p>\n"),
            (
                "[x](data:text/html,y)",
                "<p>x (<code>data:text/html,y</code>)</p>\n",
            ),
            ("[x](//e.example)", "<p>x (<code>//e.example</code>)</p>\n"),
            (
                "[x](file:///etc/passwd)",
                "<p>x (<code>file:///etc/passwd</code>)</p>\n",
            ),
            (
                "![x](http://e.example/pixel)",
                "<p><a href=\"http://e.example/pixel\" rel=\"noopener noreferrer nofollow\">image: x</a></p>\n",
            ),
            (
                "[![x](http://e.example/a)](http://e.example/b)",
                "<p><a href=\"http://e.example/b\" rel=\"noopener noreferrer nofollow\">image: x (<code>http://e.example/a</code>)</a></p>\n",
            ),
            ("&#x202e;&lt;script&gt;", "<p>&lt;U+202E&gt;&lt;script&gt;</p>\n"),
            (
                "> [!NOTE]\n> x",
                "<blockquote>\n<p>[!NOTE]\nx</p>\n</blockquote>\n",
            ),
        ] {
            assert_eq!(prose(markdown), html);
        }
        let attribute = prose("[x](http://e.example/%22%20onload=%22y '\" onload=\"z')");
        assert!(!attribute.contains("\" onload"), "{attribute}");
    }

    proptest! {
        #[test]
        fn only_the_elements_of_a_text_are_written(text in prop::collection::vec(prop::sample::select(vec![
            "# ", "\n", "\n\n", "===\n", "<!--", "-->", "<b>", "</b>", "<script>", "<img src=x onerror=y>", "<style>", "```", "~~~ x\"y\n", "`",
            "![a](http://b)", "[x]", "[x]: javascript:e\n", "(javascript:x)", "(http://a \"t\")", "> ", "- ", "1. ", "    ", "word", "|", "-|-:\n", "a | b\n", "*", "~~",
            "<?", "<![CDATA[", "&lt;", "&#x1b;", "\\", "<http://a\"b>", "<javascript:x>", "\u{202e}", "\u{1b}[2J", "- [ ] ",
        ]), 0..14)) {
            let html = prose(&text.concat());
            prop_assert!(!html.chars().any(|c| c != '\n' && sanitize::is_dangerous(c)), "{:?}", html);
            for (index, _) in html.match_indices('<') {
                let tag = &html[index + 1..];
                let name = tag.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap();
                prop_assert!([
                    "p", "h3", "h4", "h5", "h6", "em", "strong", "del", "code", "pre", "a", "ul", "ol", "li", "blockquote",
                    "table", "thead", "tbody", "tr", "th", "td", "br", "hr", "span",
                ].contains(&name), "{:?}: {}", name, html);
                let inside = &tag[..tag.find('>').unwrap()];
                let plain = inside.trim_start_matches('/').trim_end_matches('/').trim().chars().all(|c| c.is_ascii_alphanumeric());
                prop_assert!(
                    plain || inside.starts_with("a href=\"http") || inside.starts_with("a href=\"mailto:")
                        || inside.starts_with("span class=\"") || inside.starts_with("ol start=\""),
                    "{}", inside
                );
            }
        }
    }
}
