//! Progress in plain lines on stderr, for logs: commands, changes, warnings. No cursor movement.

use std::io::{self, Write};

use super::activity::{OpenCommands, View, finished};
use super::style::{Palette, Tone};
use super::{Renderer, RunReport, resolution, steered, waiting_text};
use crate::runtime::event::Event;
use crate::runtime::provider_error::readable;
use crate::text::sanitize;

/// Writes lines for the agent's actions and for warnings.
pub(crate) struct ProgressRenderer {
    err: Box<dyn Write + Send>,
    palette: Palette,
    /// Only warnings and retries: the output itself has everything else.
    warnings_only: bool,
    commands: OpenCommands,
}

impl ProgressRenderer {
    /// Writes to `err`.
    pub(crate) fn new(err: Box<dyn Write + Send>, palette: Palette, warnings_only: bool) -> Self {
        Self {
            err,
            palette,
            warnings_only,
            commands: OpenCommands::default(),
        }
    }

    fn sentence(&mut self, tone: Tone, text: &str) -> io::Result<()> {
        writeln!(self.err, "{}", self.palette.paint(tone, &sanitize::line(text)))
    }

    fn labelled(&mut self, tone: Tone, label: &str, text: &str) -> io::Result<()> {
        writeln!(
            self.err,
            "{}: {}",
            self.palette.paint(tone, label),
            sanitize::text(text.trim_end())
        )
    }
}

impl Renderer for ProgressRenderer {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.commands.observe(event);
        match event {
            Event::Warning { message } => self.labelled(Tone::Warn, "warning", message),
            Event::TurnSteered { by, message } => self.sentence(Tone::Warn, &steered(by, message)),
            Event::ThreadStarted(info) if !self.warnings_only => {
                let model = info.model.as_deref().map(|model| format!(" · model {model}"));
                let session = format!("session {}{}", info.thread_id, model.unwrap_or_default());
                self.sentence(Tone::Faint, &session)
            }
            Event::TurnCompleted(_) | Event::TurnFailed(_) => match self.commands.stopped() {
                Some(text) => self.labelled(Tone::Warn, "warning", &text),
                None => Ok(()),
            },
            Event::Error(error) if error.will_retry => {
                let details = error
                    .details
                    .as_deref()
                    .map(|details| format!(" ({})", readable(details)))
                    .unwrap_or_default();
                self.labelled(Tone::Warn, "retrying", &format!("{}{details}", error.message))
            }
            Event::ApprovalRequested { approval } => {
                let kind = serde_json::to_value(approval.kind).unwrap_or_default();
                let what = approval
                    .command
                    .as_deref()
                    .or(approval.reason.as_deref())
                    .unwrap_or_default();
                let text = format!("{} {}", kind.as_str().unwrap_or_default(), sanitize::line(what));
                self.labelled(Tone::Warn, "approval requested", &text)
            }
            Event::ApprovalWaiting(waiting) => self.sentence(Tone::Warn, &waiting_text(waiting)),
            Event::ApprovalResolved(resolution) => self.sentence(Tone::Warn, &resolution::line(resolution)),
            Event::ItemCompleted(event) if !self.warnings_only => {
                let view = View {
                    palette: self.palette,
                    width: None,
                    full: false,
                };
                let prefix = if event.thread_id.is_some() { "↳ " } else { "" };
                for line in finished(&event.item, view) {
                    writeln!(self.err, "{prefix}{line}")?;
                }
                Ok(())
            }
            Event::ThreadStarted(_)
            | Event::TurnStarted { .. }
            | Event::ItemStarted(_)
            | Event::ItemUpdated(_)
            | Event::ItemCompleted(_)
            | Event::ItemDelta(_)
            | Event::DiffUpdated { .. }
            | Event::UsageUpdated { .. }
            | Event::Error(_)
            | Event::SubagentCompleted { .. }
            | Event::Unknown { .. } => Ok(()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.err.flush()
    }

    fn finish(&mut self, _report: &RunReport) -> io::Result<()> {
        self.err.flush()
    }
}
