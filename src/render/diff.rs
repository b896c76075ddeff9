//! A diff as coloured lines. Knows nothing of where it comes from.

use super::activity::View;
use super::style::{Palette, Tone};
use crate::text::sanitize;

/// The lines of a diff (git style), made safe, wrapped at a width if there is one.
pub(crate) fn lines(diff: &str, palette: Palette, width: Option<usize>) -> Vec<String> {
    let view = View {
        palette,
        width,
        full: true,
    };
    let line = |line: &str| {
        let tone = match line.as_bytes() {
            [b'd', b'i', b'f', b'f', b' ', ..] | [b'@', b'@', ..] => Some(Tone::Strong),
            [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] | [b'i', b'n', b'd', b'e', b'x', b' ', ..] => {
                Some(Tone::Faint)
            }
            [b'+', ..] => Some(Tone::Good),
            [b'-', ..] => Some(Tone::Bad),
            _ => None,
        };
        let safe = sanitize::line(line);
        let wrapped = view.wrap(&safe, "  ");
        let painted = wrapped.into_iter().map(|line| match tone {
            Some(tone) => palette.paint(tone, &line),
            None => line,
        });
        painted.collect::<Vec<_>>()
    };
    diff.lines().flat_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_and_removed_is_told_apart_and_nothing_escapes() {
        let diff = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\u{1b}[2J\n";
        let plain = lines(diff, Palette::new(false), Some(40));
        assert_eq!(plain.len(), 6);
        assert_eq!(plain[5], "+new\\x1b[2J");
        let coloured = lines(diff, Palette::new(true), None);
        assert!(coloured[4].starts_with("\u{1b}[31m") && coloured[5].starts_with("\u{1b}[32m"));
    }
}
