//! Events to bytes: the renderers, one a format, and the sanitiser that everything on its way to a terminal passes.
//!
//! A renderer knows no process and no protocol: it is given [`Event`]s, and at the end a [`RunReport`].

use std::io;

use crate::runtime::event::Event;

pub mod report;
pub use report::RunReport;

/// One way of showing a run.
///
/// Called on one thread, in order: any number of `event` and `tick`, then `finish` once.
pub trait Renderer: Send {
    /// Shows one event.
    fn event(&mut self, event: &Event) -> io::Result<()>;

    /// Time passed: redraws what moves. Called about ten times a second at a terminal, never elsewhere.
    fn tick(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Everything received so far has been given to `event`; nothing more will come for now. Buffers are flushed.
    fn flush(&mut self) -> io::Result<()>;

    /// The run is over. Shows what is shown at the end.
    fn finish(&mut self, report: &RunReport) -> io::Result<()>;
}
