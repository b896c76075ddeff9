//! A renderer that shows nothing: its thread runs jobs with the terminal, one at a time.

use std::io;

use super::{Renderer, RunReport};
use crate::runtime::event::Event;

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Silent;

impl Renderer for Silent {
    fn event(&mut self, _event: &Event) -> io::Result<()> {
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self, _report: &RunReport) -> io::Result<()> {
        Ok(())
    }
}
