//! Text from outside as HTML, escaped and sanitised.

use super::super::super::highlight::{Token, tokens};
use crate::text::sanitize;

/// Escaped text of commands and outputs.
pub(super) fn escaped(text: &str) -> String {
    entities(&sanitize::text(text))
}

/// Escaped text of people and models.
pub(super) fn plain(text: &str) -> String {
    entities(&sanitize::prose(text))
}

/// A block of code with its colours.
pub(super) fn block(language: &str, text: &str) -> String {
    if matches!(language, "diff" | "patch") {
        let lines = text.lines().map(|line| {
            let is_head = ["+++ ", "--- "].iter().any(|head| line.starts_with(head));
            if is_head {
                span("hunk", line)
            } else {
                diff_line(line)
            }
        });
        return format!(
            "<pre class=\"diff\"><code>{}</code></pre>\n",
            lines.collect::<String>()
        );
    }
    format!("<pre><code>{}</code></pre>\n", code(language, text))
}

/// Code with its colours.
pub(super) fn code(language: &str, text: &str) -> String {
    let text = sanitize::text(text);
    let piece = |(token, text): (Token, &str)| {
        let class = match token {
            Token::Plain => return entities(text),
            Token::Comment => "comment",
            Token::Text => "string",
            Token::Number => "number",
            Token::Keyword => "keyword",
        };
        format!("<span class=\"{class}\">{}</span>", entities(text))
    };
    tokens(language, &text).into_iter().map(piece).collect()
}

/// A line of a diff, by its sign. It is a block, so it ends without a newline.
pub(super) fn diff_line(line: &str) -> String {
    let class = match line.as_bytes() {
        [b'@', b'@', ..] => "hunk",
        [b'+', ..] => "added",
        [b'-', ..] => "removed",
        _ => "same",
    };
    span(class, line)
}

fn span(class: &str, line: &str) -> String {
    // An empty line has a height, too.
    let text = if line.is_empty() { " " } else { line };
    format!("<span class=\"{class}\">{}</span>", escaped(text))
}

/// HTML's special characters as entities.
pub(super) fn entities(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
