//! `--format json`: one document at the end.

use std::io::{self, BufWriter, Write};

use super::{Renderer, RunReport, safe_json};
use crate::runtime::event::Event;

/// Writes the report as one line of JSON.
pub struct JsonRenderer {
    out: BufWriter<Box<dyn Write + Send>>,
    github: bool,
}

impl JsonRenderer {
    /// Writes to `out`; with `github`, so that no line is taken for a workflow command.
    pub fn new(out: Box<dyn Write + Send>, github: bool) -> Self {
        Self {
            out: BufWriter::new(out),
            github,
        }
    }
}

impl Renderer for JsonRenderer {
    fn event(&mut self, _event: &Event) -> io::Result<()> {
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self, report: &RunReport) -> io::Result<()> {
        safe_json::write(&mut self.out, report, self.github)?;
        self.out.write_all(b"\n")?;
        self.out.flush()
    }
}
