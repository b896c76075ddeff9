//! A message on its way to the screen: its finished blocks, and the settled rows of the block that still grows.
//!
//! What was printed of that block is counted in visible characters, so that it is not printed again when the window has
//! another width and all rows break elsewhere.

use super::blocks::{finished_length, lines};
use super::rows::{after, split, visible};
use super::settled::{Layout, layout};
use crate::render::style::Palette;

/// A block that grows longer than this while it streams is printed in parts: laying it out again and again would cost more
/// with every word.
const LONGEST_BLOCK: usize = 32 * 1024;

/// Rows to print.
#[derive(Debug, PartialEq)]
pub(super) struct Block {
    pub(super) rows: Vec<String>,
    /// Whether they begin a block.
    pub(super) apart: bool,
}

/// A message that streams.
pub(super) struct Message {
    pub(super) item_id: String,
    /// The bytes of it that came so far.
    pub(super) received: usize,
    /// The text of the blocks that are not printed, or not to their end.
    pending: String,
    /// How many visible characters of these blocks were printed.
    shown: usize,
    /// Whether the pending text continues a block.
    continues: bool,
}

impl Message {
    /// A message of which this many bytes were shown before.
    pub(super) fn new(item_id: &str, received: usize) -> Self {
        Self {
            item_id: item_id.to_owned(),
            received,
            pending: String::new(),
            shown: 0,
            continues: false,
        }
    }

    pub(super) fn push(&mut self, text: &str) {
        self.received += text.len();
        self.pending.push_str(text);
    }

    /// Whether the next row to print is the first of its block.
    pub(super) fn begins_block(&self) -> bool {
        !self.continues
    }

    /// The blocks that are finished, except the last one, which may still grow.
    pub(super) fn finished_blocks(&mut self, width: usize, palette: Palette) -> Vec<Block> {
        let length = finished_length(&self.pending);
        if self.pending[..length].trim().is_empty() {
            // What stands before the first block is no part of it.
            self.pending.drain(..length);
        } else {
            return self.cut(length, width, palette);
        }
        if self.pending.len() <= LONGEST_BLOCK {
            return Vec::new();
        }
        if let Some(fence) = self.fence() {
            // The rest is code, too.
            let length = self.pending.rfind('\n').map_or(0, |end| end + 1);
            let cut = self.cut(length, width, palette);
            self.shown = lines(&fence, width, palette).iter().map(|row| visible(row)).sum();
            self.continues = true;
            self.pending.insert_str(0, &fence);
            return cut;
        }
        let length = self.pending.rfind(['\n', ' ']).map_or(0, |index| index + 1);
        self.cut(length, width, palette)
    }

    /// The line that begins the pending block, if that is code.
    fn fence(&self) -> Option<String> {
        let line = self.pending.lines().next()?;
        (line.starts_with("```") || line.starts_with("~~~")).then(|| format!("{line}\n"))
    }

    fn cut(&mut self, length: usize, width: usize, palette: Palette) -> Vec<Block> {
        if length == 0 {
            return Vec::new();
        }
        let rest = self.pending.split_off(length);
        let finished = std::mem::replace(&mut self.pending, rest);
        let rows = lines(&finished, width, palette);
        let count = rows.iter().map(|row| visible(row)).sum::<usize>();
        let rows = after(rows, self.shown);
        // The beginning of the next block may have been shown, too.
        self.shown = self.shown.saturating_sub(count);
        let apart = !std::mem::replace(&mut self.continues, self.shown > 0);
        vec![Block { rows, apart }]
    }

    /// The rows of the growing block that are settled and not printed, and those that may still change. A row is settled when
    /// the next one has begun.
    pub(super) fn settled_rows(&mut self, width: usize, palette: Palette) -> (Option<Block>, Vec<String>) {
        let Layout { rows, settled } = layout(&self.pending, width, palette);
        let mut rows = after(rows, self.shown);
        let mut left = settled.saturating_sub(self.shown);
        let (mut count, mut shown) = (0, 0);
        for (index, row) in rows.iter().enumerate() {
            let characters = visible(row);
            if characters >= left {
                break;
            }
            left -= characters;
            if characters > 0 {
                count = index + 1;
                shown = self.shown + settled.saturating_sub(self.shown) - left;
            }
        }
        if count == 0 {
            return (None, rows);
        }
        let tail = rows.split_off(count);
        self.shown = shown;
        let apart = !std::mem::replace(&mut self.continues, true);
        (Some(Block { rows, apart }), tail)
    }

    /// All settled rows, the last one also if it is not full: something else comes between.
    pub(super) fn settle(&mut self, width: usize, palette: Palette) -> Vec<Block> {
        let mut blocks = self.finished_blocks(width, palette);
        let (block, _) = self.settled_rows(width, palette);
        blocks.extend(block);
        let Layout { rows, settled } = layout(&self.pending, width, palette);
        let left = settled.saturating_sub(self.shown);
        if left > 0
            && let Some(row) = after(rows, self.shown).into_iter().find(|row| visible(row) > 0)
        {
            let head = if visible(&row) > left {
                split(&row, left).0
            } else {
                row
            };
            self.shown += visible(&head);
            let apart = !std::mem::replace(&mut self.continues, true);
            let rows = vec![head.trim_end().to_owned()];
            blocks.push(Block { rows, apart });
        }
        blocks
    }

    /// Everything that is not printed yet.
    pub(super) fn rest(&mut self, width: usize, palette: Palette) -> Vec<Block> {
        self.cut(self.pending.len(), width, palette)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The words of a message that is printed at these widths, one after the other, with a stop behind each piece if `stops`.
    fn printed(pieces: &[&str], widths: &[usize], stops: bool) -> (Vec<String>, usize) {
        let palette = Palette::new(false);
        let mut message = Message::new("m", 0);
        let mut rows = Vec::new();
        let mut add = |blocks: Vec<Block>| {
            for block in blocks {
                if block.apart && !rows.is_empty() && !block.rows.is_empty() {
                    rows.push(String::new());
                }
                rows.extend(block.rows);
            }
        };
        for (index, piece) in pieces.iter().enumerate() {
            let width = widths[index % widths.len()];
            message.push(piece);
            add(message.finished_blocks(width, palette));
            add(message.settled_rows(width, palette).0.into_iter().collect());
            if stops {
                add(message.settle(width, palette));
            }
        }
        add(message.rest(widths[0], palette));
        (rows, message.received)
    }

    #[test]
    fn a_message_in_pieces_is_printed_as_in_one() {
        let text = "# Title\n\nA paragraph that is **longer than one row** of this narrow window.\n\n- one\n- two is longer than a \
                    row too, with `code`\n\n```rust\nlet x = 1;\nlet y = 2;\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nThe end.";
        let whole = lines(text, 30, Palette::new(false));
        for size in [1, 3, 7, 50] {
            let characters = text.chars().collect::<Vec<_>>();
            let pieces = characters
                .chunks(size)
                .map(|piece| piece.iter().collect::<String>())
                .collect::<Vec<_>>();
            let pieces = pieces.iter().map(String::as_str).collect::<Vec<_>>();
            assert_eq!(
                printed(&pieces, &[30], false),
                (whole.clone(), text.len()),
                "{size}"
            );
        }
    }

    #[test]
    fn long_code_stays_code_in_all_its_parts() {
        let code = "let x = \"*not bold*\";\n".repeat(4_000);
        let text = format!("```rust\n{code}```\n\nend");
        let (rows, _) = printed(&text.split_inclusive('\n').collect::<Vec<_>>(), &[80], false);
        assert_eq!(
            rows.iter()
                .filter(|row| *row == "  let x = \"*not bold*\";")
                .count(),
            4_000
        );
        assert_eq!(rows.len(), 4_003);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_printed_twice_when_widths_change_or_prompts_come(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "word ", "longer-word ", "some more words ", "\n", "\n\n", "- item ", "1. ", "**bold** ", "`code` ", "```\ncode\n```\n", "> ",
            ]), 1..40),
            widths in prop::collection::vec(20usize..70, 1..4),
            stops in any::<bool>(),
        ) {
            let text = pieces.concat();
            let words = |rows: Vec<String>| rows.concat().chars()
                .filter(|c| !c.is_whitespace() && !matches!(c, '│' | '─')).collect::<String>();
            let (rows, _) = printed(&pieces, &widths, stops);
            // Blocks are laid out one by one.
            prop_assert_eq!(words(rows), words(lines(&text, 40, Palette::new(false))));
        }
    }
}
