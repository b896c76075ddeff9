//! `--format json`: one document at the end.

use std::io::{self, BufWriter, Write};

use super::github::GithubSafe;
use super::{Renderer, RunReport};
use crate::runtime::event::Event;

/// Writes the report as one line of JSON, or indented for a person.
pub struct JsonRenderer {
    out: BufWriter<GithubSafe<Box<dyn Write + Send>>>,
    pretty: bool,
}

impl JsonRenderer {
    /// Writes to `out`; with `github`, so that no line is taken for a workflow command.
    pub fn new(out: Box<dyn Write + Send>, pretty: bool, github: bool) -> Self {
        Self {
            out: BufWriter::new(GithubSafe::json(out, github)),
            pretty,
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
        if self.pretty {
            serde_json::to_writer_pretty(&mut self.out, report)?;
        } else {
            serde_json::to_writer(&mut self.out, report)?;
        }
        self.out.write_all(b"\n")?;
        self.out.flush()
    }
}
