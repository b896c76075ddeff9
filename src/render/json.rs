//! `--format json`: one document at the end.

use std::io::{self, BufWriter, Write};

use super::{Renderer, RunReport};
use crate::runtime::event::Event;
use crate::text::safe_json;

/// Writes the report as one line of JSON.
pub(crate) struct JsonRenderer {
    out: BufWriter<Box<dyn Write + Send>>,
}

impl JsonRenderer {
    /// Writes to `out`.
    pub(crate) fn new(out: Box<dyn Write + Send>) -> Self {
        Self {
            out: BufWriter::new(out),
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
        safe_json::write(&mut self.out, report)?;
        self.out.write_all(b"\n")?;
        self.out.flush()
    }
}
