//! `--format text --color always` into a pipe, for a pager: the answer at the end, as a terminal would show it.

use std::io::{self, Write};

use super::style::Palette;
use super::terminal::{Size, markdown_rows};
use super::{Renderer, RunReport};
use crate::runtime::event::Event;

/// Writes the rendered answer.
pub(crate) struct RenderedRenderer {
    out: Box<dyn Write + Send>,
    palette: Palette,
    size: Size,
}

impl RenderedRenderer {
    /// Writes to `out`, in rows for a terminal of this size.
    pub(crate) fn new(out: Box<dyn Write + Send>, palette: Palette, size: Size) -> Self {
        Self { out, palette, size }
    }
}

impl Renderer for RenderedRenderer {
    fn event(&mut self, _event: &Event) -> io::Result<()> {
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self, report: &RunReport) -> io::Result<()> {
        let text = report.text().unwrap_or_default();
        for row in markdown_rows(text, (self.size)().0, self.palette) {
            writeln!(self.out, "{row}")?;
        }
        self.out.flush()
    }
}
