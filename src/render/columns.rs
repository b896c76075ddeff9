//! Rows of text in columns that are as wide as their widest cell on the screen.

use std::borrow::Cow;
use std::io::{self, Write};

use console::measure_text_width;

use super::style::{Palette, Tone};

/// What stands between two columns.
const GAP: &str = "  ";

/// Text in a column. It must have been sanitised.
#[derive(Debug, Clone)]
pub(crate) struct Cell<'a> {
    text: Cow<'a, str>,
    tone: Option<Tone>,
}

/// Rows of cells. A row may end early; its last cell is not padded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns<'a> {
    rows: Vec<Vec<Cell<'a>>>,
    least: Vec<usize>,
}

impl<'a> Cell<'a> {
    /// Plain text.
    pub(crate) fn plain(text: impl Into<Cow<'a, str>>) -> Self {
        Self {
            text: text.into(),
            tone: None,
        }
    }

    /// Text in a tone.
    pub(crate) fn toned(tone: Tone, text: impl Into<Cow<'a, str>>) -> Self {
        Self {
            text: text.into(),
            tone: Some(tone),
        }
    }

    fn width(&self) -> usize {
        measure_text_width(&self.text)
    }
}

impl<'a> Columns<'a> {
    /// Columns that are at least this wide, so that short lists look alike.
    pub(crate) fn at_least(least: &[usize]) -> Self {
        Self {
            rows: Vec::new(),
            least: least.to_vec(),
        }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Adds a line without columns.
    pub(crate) fn line(&mut self, text: impl Into<Cow<'a, str>>) {
        self.rows.push(vec![Cell::plain(text)]);
    }

    /// Writes the rows, a line each.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub(crate) fn write(&self, palette: Palette, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        let widths = self.widths();
        for row in &self.rows {
            for (index, cell) in row.iter().enumerate() {
                let gap = if index == 0 { "" } else { GAP };
                let last = index + 1 == row.len();
                let padding = if last {
                    0
                } else {
                    widths[index].saturating_sub(cell.width())
                };
                let text = match cell.tone {
                    Some(tone) => palette.paint(tone, &cell.text),
                    None => cell.text.to_string(),
                };
                write!(out, "{gap}{text}{:padding$}", "")?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths = self.least.clone();
        // A single cell has nothing after it to align.
        for row in self.rows.iter().filter(|row| row.len() > 1) {
            widths.resize(widths.len().max(row.len()), 0);
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.width().max(*width);
            }
        }
        widths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(columns: &Columns<'_>, colours: bool) -> String {
        let mut out = Vec::new();
        columns.write(Palette::new(colours), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_are_aligned_by_what_is_seen_of_their_cells() {
        let mut columns = Columns::default();
        columns.row([Cell::plain("日本"), Cell::plain("a")]);
        columns.row([Cell::plain("e\u{301}tude"), Cell::plain("b")]);
        columns.row([Cell::plain("x")]);
        columns.line("a line that makes no column wider");
        assert_eq!(
            written(&columns, false),
            "日本   a\ne\u{301}tude  b\nx\na line that makes no column wider\n",
            "wide characters count twice, combining ones not at all"
        );
    }

    #[test]
    fn colours_take_no_room_and_nothing_trails() {
        let mut columns = Columns::at_least(&[4, 9]);
        columns.row([Cell::toned(Tone::Strong, "ab"), Cell::toned(Tone::Faint, "c")]);
        assert_eq!(written(&columns, false), "ab    c\n");
        assert_eq!(
            written(&columns, true),
            "\u{1b}[1mab\u{1b}[0m    \u{1b}[2mc\u{1b}[0m\n"
        );
    }
}
