//! The display at a terminal: the answer streamed as Markdown, the agent's actions, and a live status line.
//!
//! Finished text is printed once and never changed. Below it is a live region, drawn by indicatif: the part of the message
//! that may still change, and the status line.

mod blocks;

use std::io::{self, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::activity::{View, doing, finished, seconds};
use super::style::{Palette, Tone};
use super::{Renderer, RunReport, output, resolution, waiting_text};
use crate::runtime::event::{DeltaKind, Event, ItemDetails, ItemEvent, Usage};
use crate::runtime::provider_error::readable;
use crate::text::sanitize;
use crate::text::wrap::wrap;

/// Frames of the spinner, one a tick.
const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// A block that grows longer than this while it streams is printed in parts: drawing it again and again would cost more
/// with every word.
const LONGEST_TAIL: usize = 16 * 1024;

/// Where the answer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answers {
    /// To this terminal, as Markdown.
    Here,
    /// Elsewhere: this display shows only what the agent does.
    Elsewhere,
}

/// Draws on a terminal.
pub(crate) struct TerminalRenderer {
    out: Box<dyn Write + Send>,
    /// Where the last line goes: it is for the person, and no part of the answer.
    footer: Box<dyn Write + Send>,
    bar: ProgressBar,
    palette: Palette,
    width: Box<dyn Fn() -> (usize, usize) + Send>,
    answers: Answers,
    started: Instant,
    frame: usize,
    usage: Usage,
    /// The agent's current actions by item, newest last.
    activities: Vec<(String, String)>,
    retrying: Option<String>,
    /// The streaming message: its item, and its text not printed yet.
    message: Option<(String, String)>,
    /// How much of the message has been printed, in bytes.
    printed: usize,
    /// The message that something else came into, and how much of it had been printed.
    broken: Option<(String, usize)>,
    /// Whether prompts show the requests.
    prompts: bool,
    /// Whether something was printed, so that the next block is set apart.
    wrote: bool,
}

impl TerminalRenderer {
    /// Draws the answer on `out`, and the live region on the terminal's stderr. `size` gives columns and rows.
    pub(crate) fn new(
        out: Box<dyn Write + Send>,
        palette: Palette,
        size: Box<dyn Fn() -> (usize, usize) + Send>,
        answers: Answers,
    ) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(20));
        // The only placeholder is ours, so the template is always valid.
        if let Ok(style) = ProgressStyle::with_template("{msg}") {
            bar.set_style(style);
        }
        Self {
            out,
            footer: Box::new(output::stderr()),
            bar,
            palette,
            width: size,
            answers,
            started: Instant::now(),
            frame: 0,
            usage: Usage::default(),
            activities: Vec::new(),
            retrying: None,
            message: None,
            printed: 0,
            broken: None,
            prompts: false,
            wrote: false,
        }
    }

    /// Leaves requests for approval to prompts, which come through [`Renderer::with_terminal`].
    #[must_use]
    pub(crate) fn with_prompts(mut self, prompts: bool) -> Self {
        self.prompts = prompts;
        self
    }

    #[cfg(test)]
    pub(crate) fn with_footer(mut self, footer: Box<dyn Write + Send>) -> Self {
        self.footer = footer;
        self
    }

    fn columns(&self) -> usize {
        // One less, because some terminals wrap when the last column is filled.
        (self.width)().0.clamp(20, 400) - 1
    }

    /// Prints finished lines above the live region.
    fn print(&mut self, lines: &[String], apart: bool) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let mut text = String::new();
        if apart && self.wrote {
            text.push('\n');
        }
        for line in lines {
            text.push_str(line);
            text.push('\n');
        }
        self.wrote = true;
        let out = &mut self.out;
        self.bar
            .suspend(|| out.write_all(text.as_bytes()).and_then(|()| out.flush()))
    }

    fn print_item_lines(&mut self, lines: &[String]) -> io::Result<()> {
        if let Some((item_id, pending)) = &self.message {
            self.broken = Some((item_id.clone(), self.printed + pending.len()));
        }
        self.end_message()?;
        self.print(lines, false)
    }

    fn append(&mut self, item_id: &str, text: &str) -> io::Result<()> {
        if self.message.as_ref().is_some_and(|(open, _)| open != item_id) {
            self.end_message()?;
        }
        if self.message.is_none() {
            self.printed = self.shown_of(item_id);
        }
        let (_, pending) = self
            .message
            .get_or_insert_with(|| (item_id.to_owned(), String::new()));
        pending.push_str(text);
        Ok(())
    }

    /// How much of a message was shown before something else came into it.
    fn shown_of(&self, item_id: &str) -> usize {
        let broken = self.broken.as_ref().filter(|(broken, _)| broken == item_id);
        broken.map_or(0, |(_, shown)| *shown)
    }

    /// Prints the blocks of the message that can no longer change.
    fn print_finished_blocks(&mut self) -> io::Result<()> {
        let Some((_, pending)) = &self.message else {
            return Ok(());
        };
        let mut length = blocks::finished_length(pending);
        if length == 0 && pending.len() > LONGEST_TAIL {
            length = pending.rfind(['\n', ' ']).map_or(0, |index| index + 1);
        }
        self.print_block(length)
    }

    fn print_block(&mut self, length: usize) -> io::Result<()> {
        let columns = self.columns();
        let Some((_, pending)) = &mut self.message else {
            return Ok(());
        };
        if length == 0 {
            return Ok(());
        }
        let rest = pending.split_off(length);
        let block = std::mem::replace(pending, rest);
        self.printed += block.len();
        self.print(&blocks::lines(&block, columns, self.palette), true)
    }

    /// The message is over, completed or cut: all of it is printed.
    fn end_message(&mut self) -> io::Result<()> {
        let length = self.message.as_ref().map_or(0, |(_, pending)| pending.len());
        let outcome = self.print_block(length);
        self.message = None;
        self.printed = 0;
        outcome
    }

    /// A completed message is authoritative: what its deltas left out is added.
    fn complete_message(&mut self, item_id: &str, text: &str) -> io::Result<()> {
        let shown = match &self.message {
            Some((open, pending)) if open == item_id => self.printed + pending.len(),
            _ => self.shown_of(item_id),
        };
        if let Some(rest) = text.get(shown..) {
            self.append(item_id, rest)?;
        }
        self.end_message()
    }

    fn completed(&mut self, event: &ItemEvent) -> io::Result<()> {
        if let ItemDetails::AgentMessage { text, .. } = &event.item.details {
            let own = event.thread_id.is_none() && self.answers == Answers::Here;
            return if own {
                self.complete_message(&event.item.id, text)
            } else {
                Ok(())
            };
        }
        // A plan's last state was printed when it changed.
        if matches!(event.item.details, ItemDetails::TodoList { .. }) {
            return Ok(());
        }
        let mut lines = finished(&event.item, self.item_view());
        if event.thread_id.is_some() {
            for line in &mut lines {
                line.insert_str(0, "↳ ");
            }
        }
        self.print_item_lines(&lines)
    }

    fn status(&mut self) -> String {
        let elapsed = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let doing = match (&self.retrying, self.activities.last()) {
            (Some(retrying), _) => retrying.clone(),
            (None, Some((_, activity))) => activity.clone(),
            (None, None) => "waiting for the model".to_owned(),
        };
        let mut status = format!(
            "{} {}",
            SPINNER[self.frame % SPINNER.len()],
            seconds(elapsed / 1_000 * 1_000).replace(".0s", "s")
        );
        if self.usage.total() > 0 {
            status.push_str(&format!(" · {} tokens", thousands(self.usage.total())));
        }
        status.push_str(" · ");
        let room = self
            .columns()
            .saturating_sub(console::measure_text_width(&status));
        status.push_str(&console::truncate_str(&doing, room, "…"));
        self.palette.paint(Tone::Faint, &status)
    }

    /// Draws the live region: the end of the unfinished block, as far as it fits, and the status line.
    fn draw(&mut self) {
        let (columns, rows) = (self.columns(), (self.width)().1.max(6));
        let mut region = match &self.message {
            Some((_, pending)) => blocks::lines(pending, columns, self.palette),
            None => Vec::new(),
        };
        let surplus = region.len().saturating_sub(rows - 4);
        region.drain(..surplus);
        if !region.is_empty() && self.wrote {
            region.insert(0, String::new());
        }
        region.push(self.status());
        self.bar.set_message(region.join("\n"));
        self.bar.tick();
    }

    fn item_view(&self) -> View {
        View {
            palette: self.palette,
            width: Some(self.columns()),
            full: true,
        }
    }

    fn notice(&mut self, tone: Tone, label: &str, text: &str) -> io::Result<()> {
        let columns = self.columns();
        let line = format!(
            "{}: {}",
            self.palette.paint(tone, label),
            sanitize::text(text.trim_end())
        );
        let lines = line
            .lines()
            .flat_map(|line| wrap(line, columns, "  "))
            .collect::<Vec<_>>();
        self.print_item_lines(&lines)
    }

    fn sentence(&mut self, tone: Tone, text: &str) -> io::Result<()> {
        let line = self.palette.paint(tone, &sanitize::line(text));
        let lines = wrap(&line, self.columns(), "  ");
        self.print_item_lines(&lines)
    }
}

impl Renderer for TerminalRenderer {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::ItemDelta(delta) => {
                self.retrying = None;
                let own = delta.thread_id.is_none() && self.answers == Answers::Here;
                if own && delta.kind == DeltaKind::AgentMessage {
                    self.append(&delta.item_id, &delta.delta)?;
                    return self.print_finished_blocks();
                }
                Ok(())
            }
            Event::ItemStarted(event) => {
                self.retrying = None;
                if let Some(activity) = doing(&event.item) {
                    self.activities.push((event.item.id.to_string(), activity));
                }
                if matches!(event.item.details, ItemDetails::TodoList { .. }) {
                    return self.print_item_lines(&finished(&event.item, self.item_view()));
                }
                Ok(())
            }
            Event::ItemUpdated(event) => self.print_item_lines(&finished(&event.item, self.item_view())),
            Event::ItemCompleted(event) => {
                self.activities.retain(|(id, _)| *id != event.item.id);
                self.completed(event)
            }
            Event::UsageUpdated { usage, .. } => {
                self.usage = *usage;
                Ok(())
            }
            Event::Warning { message } => self.notice(Tone::Warn, "warning", message),
            Event::Error(error) => {
                if error.will_retry {
                    let details = readable(error.details.as_deref().unwrap_or_default());
                    self.retrying =
                        Some(sanitize::line(&format!("{} {details}", error.message)).into_owned());
                }
                Ok(())
            }
            // The prompt shows the whole of it.
            Event::ApprovalRequested { .. } if self.prompts => Ok(()),
            Event::ApprovalRequested { approval } => {
                let activity = "waiting for approval".to_owned();
                self.activities.push((waits(&approval.id), activity));
                let what = approval
                    .command
                    .as_deref()
                    .or(approval.reason.as_deref())
                    .unwrap_or(&approval.method);
                self.notice(Tone::Warn, "approval requested", &sanitize::line(what))
            }
            Event::ApprovalWaiting(waiting) => {
                let activity = format!("waiting for approval {}", waiting.approval_id);
                self.activities.push((waits(&waiting.id), activity));
                self.sentence(Tone::Warn, &waiting_text(waiting))
            }
            Event::ApprovalResolved(resolution) => {
                self.activities.retain(|(id, _)| *id != waits(&resolution.id));
                self.sentence(Tone::Warn, &resolution::line(resolution))
            }
            Event::TurnCompleted(_) | Event::TurnFailed(_) => self.end_message(),
            Event::ThreadStarted(_)
            | Event::TurnStarted { .. }
            | Event::DiffUpdated { .. }
            | Event::SubagentCompleted { .. }
            | Event::Unknown { .. } => Ok(()),
        }
    }

    fn with_terminal(&mut self, job: Box<dyn FnOnce() + Send>) -> io::Result<()> {
        // Hides the live region, and draws it again afterwards.
        self.bar.suspend(job);
        Ok(())
    }

    fn tick(&mut self) -> io::Result<()> {
        self.frame += 1;
        self.draw();
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    #[cfg(test)]
    fn live(&self) -> Option<String> {
        Some(self.bar.message())
    }

    fn finish(&mut self, report: &RunReport) -> io::Result<()> {
        let outcome = self.end_message();
        self.bar.finish_and_clear();
        outcome?;
        let mut end = format!(
            "{} · {} tokens",
            seconds(report.duration_ms),
            thousands(report.usage.total())
        );
        if let Some(session) = &report.session_id {
            end.push_str(&format!(" · session {session}"));
        }
        let columns = self.columns();
        let lines = wrap(
            &self.palette.paint(Tone::Faint, &sanitize::line(&end)),
            columns,
            "",
        );
        lines.iter().try_for_each(|line| writeln!(self.footer, "{line}"))
    }
}

impl Drop for TerminalRenderer {
    fn drop(&mut self) {
        // Whatever ended the run, the live region goes and the cursor stays visible.
        self.bar.finish_and_clear();
    }
}

/// The key of a waiting approval among the activities.
fn waits(approval: &str) -> String {
    format!("approval {approval}")
}

/// `950`, `1.2k`, `3.4M`.
fn thousands(count: u64) -> String {
    let tenths = |unit: u64| format!("{}.{}", count / unit, count % unit / (unit / 10));
    match count {
        0..1_000 => count.to_string(),
        1_000..1_000_000 => format!("{}k", tenths(1_000)),
        _ => format!("{}M", tenths(1_000_000)),
    }
}

/// How often the display is redrawn.
pub(crate) const TICK: Duration = Duration::from_millis(100);
