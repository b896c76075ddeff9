//! Tables as rows: aligned columns, whose cells are wrapped where the window is narrow. A window that is too narrow for columns
//! gets a list.

use console::measure_text_width;
use pulldown_cmark::Alignment;

use crate::render::style::{Palette, Tone};
use crate::text::wrap::wrap;

/// A column that had to be narrower than this is not readable.
const NARROWEST: usize = 8;

/// Between two columns.
const SEPARATOR: &str = " │ ";

/// A table whose cells are styled lines.
pub(super) struct Table {
    alignments: Vec<Alignment>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(alignments: Vec<Alignment>) -> Self {
        Self {
            alignments,
            rows: Vec::new(),
        }
    }

    pub(super) fn begin_row(&mut self) {
        self.rows.push(Vec::new());
    }

    pub(super) fn push_cell(&mut self, cell: &str) {
        if let Some(row) = self.rows.last_mut() {
            row.push(cell.to_owned());
        }
    }

    /// The rows in a window of this width.
    pub(super) fn rows(&self, room: usize, palette: Palette) -> Vec<String> {
        let Some(widths) = self.widths(room) else {
            return self.as_list(room);
        };
        let mut rows = Vec::new();
        for (index, row) in self.rows.iter().enumerate() {
            rows.extend(self.row(row, &widths, palette));
            if index == 0 {
                let rules = widths.iter().map(|width| "─".repeat(*width));
                let rule = rules.collect::<Vec<_>>().join("─┼─");
                rows.push(palette.paint(Tone::Faint, &rule));
            }
        }
        rows
    }

    /// The widths of the columns: as wide as their cells, or less for the widest of them. None if they do not fit.
    fn widths(&self, room: usize) -> Option<Vec<usize>> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let width_of = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells
                .map(|cell| measure_text_width(cell))
                .max()
                .unwrap_or_default()
        };
        let mut widths = (0..columns).map(width_of).collect::<Vec<_>>();
        let room = room.checked_sub(measure_text_width(SEPARATOR) * columns.saturating_sub(1))?;
        let mut surplus = widths.iter().sum::<usize>().saturating_sub(room);
        while surplus > 0 {
            let widest = widths.iter_mut().max()?;
            if *widest <= NARROWEST {
                return None;
            }
            *widest -= 1;
            surplus -= 1;
        }
        Some(widths)
    }

    /// One row of the table: as many lines as its longest cell needs.
    fn row(&self, cells: &[String], widths: &[usize], palette: Palette) -> Vec<String> {
        let wrapped = widths.iter().enumerate().map(|(column, width)| {
            let cell = cells.get(column).map_or("", String::as_str);
            if measure_text_width(cell) <= *width {
                vec![cell.to_owned()]
            } else {
                styled(wrap(cell, *width, ""), palette)
            }
        });
        let wrapped = wrapped.collect::<Vec<_>>();
        let height = wrapped.iter().map(Vec::len).max().unwrap_or_default();
        let line = |line: usize| {
            let parts = wrapped.iter().zip(widths).enumerate();
            let parts = parts.map(|(column, (cell, width))| {
                let text = cell.get(line).map_or("", String::as_str);
                self.aligned(column, text, *width)
            });
            parts.collect::<Vec<_>>().join(SEPARATOR).trim_end().to_owned()
        };
        (0..height).map(line).collect()
    }

    fn aligned(&self, column: usize, text: &str, width: usize) -> String {
        let missing = width.saturating_sub(measure_text_width(text));
        let (before, behind) = match self.alignments.get(column) {
            Some(Alignment::Right) => (missing, 0),
            Some(Alignment::Center) => (missing / 2, missing - missing / 2),
            _ => (0, missing),
        };
        format!("{}{text}{}", " ".repeat(before), " ".repeat(behind))
    }

    /// Each row as a list of `heading: cell`.
    fn as_list(&self, room: usize) -> Vec<String> {
        let Some((head, rows)) = self.rows.split_first() else {
            return Vec::new();
        };
        let mut list = Vec::new();
        for row in rows {
            for (heading, cell) in head.iter().zip(row) {
                list.extend(wrap(&format!("{heading}: {cell}"), room, "  "));
            }
            list.push(String::new());
        }
        list
    }
}

/// Lines of one styled text, each with its own colours.
fn styled(lines: Vec<String>, palette: Palette) -> Vec<String> {
    let mut open = String::new();
    let lines = lines.into_iter().map(|line| {
        let line = format!("{open}{line}");
        open = super::sequences::open_sequences(&line);
        let end = if open.is_empty() { "" } else { palette.end() };
        format!("{line}{end}")
    });
    lines.collect()
}
