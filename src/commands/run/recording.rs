//! A run's events in a file beside its normal output. On a thread of its own: an output that is closed or blocked does not cut
//! the recording off, and a full disk does not stop the run.

use crate::input::record::RecordFile;
use crate::render::jsonl::JsonlRenderer;
use crate::render::{RenderThread, RunReport};
use crate::runtime::event::Event;

use crate::commands::failure::Failure;

/// A recording that is being written.
pub(crate) struct Recording {
    thread: RenderThread,
    name: String,
}

impl Recording {
    /// Starts to write, if there is a file to write to.
    pub(crate) fn start(file: Option<&RecordFile>) -> Result<Option<Self>, Failure> {
        let Some(file) = file else {
            return Ok(None);
        };
        let name = format!("--record {}", file.path().display());
        let start = || RenderThread::start(Box::new(JsonlRenderer::new(Box::new(file.begin()?))));
        let thread = start().map_err(|error| Failure::system(&name, error))?;
        Ok(Some(Self { thread, name }))
    }

    /// Writes an event.
    pub(crate) fn push(&self, event: &Event) {
        self.thread.push(event.clone());
    }

    /// Gives a slow reader of a pipe a moment.
    pub(crate) async fn keep_pace(&self) {
        self.thread.keep_pace().await;
    }

    /// Writes the end. [`done`](Self::done) resolves when all is written.
    pub(crate) fn finish(&self, report: RunReport) {
        self.thread.finish(report);
    }

    /// Resolves when all is written, or could not be.
    pub(crate) async fn done(&mut self) -> Result<(), Failure> {
        let outcome = self.thread.done().await;
        outcome.map_err(|error| Failure::system(&self.name, error))
    }
}
