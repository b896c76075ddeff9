//! `--format jsonl`: one event a line, as it happens.

use std::io::{self, BufWriter, Write};

use serde::Serialize;

use super::{Renderer, RunReport};
use crate::runtime::event::Event;
use crate::text::safe_json;

/// Writes each event as a line of JSON.
pub(crate) struct JsonlRenderer {
    out: BufWriter<Box<dyn Write + Send>>,
    ended: bool,
}

/// The last line of a run that failed without the end of a turn.
#[derive(Serialize)]
struct Failure<'a> {
    r#type: &'static str,
    message: &'a str,
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
    exit_code: u8,
    will_retry: bool,
}

impl JsonlRenderer {
    /// Writes to `out`.
    pub(crate) fn new(out: Box<dyn Write + Send>) -> Self {
        Self {
            out: BufWriter::with_capacity(64 * 1024, out),
            ended: false,
        }
    }

    fn line(&mut self, value: &impl Serialize) -> io::Result<()> {
        safe_json::write(&mut self.out, value)?;
        self.out.write_all(b"\n")
    }
}

impl Renderer for JsonlRenderer {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.ended = matches!(event, Event::TurnCompleted(_) | Event::TurnFailed(_));
        self.line(event)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn finish(&mut self, report: &RunReport) -> io::Result<()> {
        // An answer that does not match its schema comes after a turn that completed.
        let turn_said_it = self.ended && report.status != crate::runtime::event::TurnStatus::Completed;
        if let Some(error) = &report.error
            && !turn_said_it
        {
            self.line(&Failure {
                r#type: "error",
                message: &error.message,
                kind: &error.kind,
                hint: error.hint.as_deref(),
                exit_code: report.exit_code,
                will_retry: false,
            })?;
        }
        self.out.flush()
    }
}
