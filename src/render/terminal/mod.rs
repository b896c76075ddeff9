//! The display at a terminal: the answer streamed as Markdown, the agent's actions, and a live status line.
//!
//! Finished text is printed row by row and never changed. Below it is the live area (`live`): the rows of the message that
//! may still change, and the status line.

mod blocks;
mod code;
mod live;
mod message;
mod rows;
mod sequences;
mod settled;
mod table;

pub(super) use blocks::lines as markdown_lines;

use std::io::{self, Write};
use std::time::{Duration, Instant};

use super::activity::{Cut, OpenCommands, View, doing, finished, finished_cut, seconds};
use super::style::{Palette, Tone};
use super::{Renderer, RunReport, resolution, steered, tty, waiting_text};
use crate::runtime::event::{DeltaKind, Event, ItemDetails, ItemEvent, Usage};
use crate::runtime::provider_error::readable;
use crate::text::sanitize;
use crate::text::wrap::wrap;
use live::LiveArea;
use message::{Block, Message};

/// Frames of the spinner, one a tick.
const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// A message is laid out again at most this often while it streams. No slower than a person reads.
const PACE: Duration = Duration::from_millis(40);

/// Columns and rows of a terminal.
pub(crate) type Size = Box<dyn Fn() -> (usize, usize) + Send>;

/// What is shown here. The rest is shown elsewhere, or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shows {
    /// The agent's messages, as Markdown, and its actions.
    Everything,
    /// Its actions.
    Actions,
    /// Its messages.
    Messages,
}

/// Draws on a terminal.
pub(crate) struct TerminalRenderer {
    out: Box<dyn Write + Send>,
    /// What is for the person, and no part of the answer: the live area and the last line.
    live: Option<LiveArea>,
    footer: Option<Box<dyn Write + Send>>,
    palette: Palette,
    size: Size,
    shows: Shows,
    started: Instant,
    /// When the message was laid out last.
    laid_out: Option<Instant>,
    frame: usize,
    usage: Usage,
    /// The agent's current actions by item, newest last.
    activities: Vec<(String, String)>,
    commands: OpenCommands,
    retrying: Option<String>,
    /// The streaming message.
    message: Option<Message>,
    /// The rows of it that may still change.
    tail: Vec<String>,
    /// The message that something else came into, and how much of it had been received.
    broken: Option<(String, usize)>,
    /// Whether outputs and diffs are shown to their end.
    all: bool,
    /// Whether the session is saved, so that it can be shown later; and its id once it is known.
    saved: bool,
    session: Option<String>,
    /// Whether prompts show the requests.
    prompts: bool,
    /// Whether something was printed, so that the next block is set apart.
    wrote: bool,
}

impl TerminalRenderer {
    /// Prints on `out`, without a live area.
    pub(crate) fn new(out: Box<dyn Write + Send>, palette: Palette, size: Size, shows: Shows) -> Self {
        Self {
            out,
            live: None,
            footer: None,
            palette,
            size,
            shows,
            started: Instant::now(),
            laid_out: None,
            frame: 0,
            usage: Usage::default(),
            activities: Vec::new(),
            commands: OpenCommands::default(),
            retrying: None,
            message: None,
            tail: Vec::new(),
            broken: None,
            all: false,
            saved: false,
            session: None,
            prompts: false,
            wrote: false,
        }
    }

    /// Adds the live area and the last line.
    #[must_use]
    pub(crate) fn with_live_area(
        mut self,
        live: Box<dyn Write + Send>,
        footer: Box<dyn Write + Send>,
    ) -> Self {
        self.live = Some(LiveArea::new(live));
        self.footer = Some(footer);
        self
    }

    /// Leaves requests for approval to prompts, which come through [`Renderer::with_terminal`].
    #[must_use]
    pub(crate) fn with_prompts(mut self, prompts: bool) -> Self {
        self.prompts = prompts;
        self
    }

    /// Shows outputs and diffs to their end if `all`; otherwise says where the rest is, if the session is saved.
    #[must_use]
    pub(crate) fn with_outputs(mut self, all: bool, saved: bool) -> Self {
        self.all = all;
        self.saved = saved;
        self
    }

    fn shows_messages(&self) -> bool {
        self.shows != Shows::Actions
    }

    fn columns(&self) -> usize {
        width_of((self.size)().0)
    }

    /// Prints finished lines in place of the live area.
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
        if let Some(live) = &mut self.live {
            live.erase();
        }
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }

    fn print_blocks(&mut self, blocks: Vec<Block>) -> io::Result<()> {
        blocks
            .into_iter()
            .try_for_each(|block| self.print(&block.rows, block.apart))
    }

    fn print_item_lines(&mut self, lines: &[String]) -> io::Result<()> {
        if let Some(message) = &self.message {
            self.broken = Some((message.item_id.clone(), message.received));
        }
        self.end_message()?;
        self.print(lines, false)
    }

    fn append(&mut self, item_id: &str, text: &str) -> io::Result<()> {
        if self.message.as_ref().is_some_and(|open| open.item_id != item_id) {
            self.end_message()?;
        }
        let received = self.shown_of(item_id);
        let message = self
            .message
            .get_or_insert_with(|| Message::new(item_id, received));
        message.push(text);
        Ok(())
    }

    /// How much of a message was shown before something else came into it.
    fn shown_of(&self, item_id: &str) -> usize {
        let broken = self.broken.as_ref().filter(|(broken, _)| broken == item_id);
        broken.map_or(0, |(_, shown)| *shown)
    }

    /// Prints the rows of the message that can no longer change.
    fn advance(&mut self) -> io::Result<()> {
        self.laid_out = Some(Instant::now());
        let (columns, palette) = (self.columns(), self.palette);
        let Some(message) = &mut self.message else {
            return Ok(());
        };
        let mut blocks = message.finished_blocks(columns, palette);
        let (settled, tail) = message.settled_rows(columns, palette);
        blocks.extend(settled);
        self.tail = tail;
        self.print_blocks(blocks)
    }

    /// Lays the message out, unless that was done a moment ago and will be done by the next tick.
    fn advance_in_pace(&mut self) -> io::Result<()> {
        let early = self.laid_out.is_some_and(|last| last.elapsed() < PACE);
        if early && self.live.is_some() {
            return Ok(());
        }
        self.advance()?;
        self.draw();
        Ok(())
    }

    /// The message is over, completed or cut: all of it is printed.
    fn end_message(&mut self) -> io::Result<()> {
        self.tail.clear();
        let (columns, palette) = (self.columns(), self.palette);
        match self.message.take() {
            Some(mut message) => self.print_blocks(message.rest(columns, palette)),
            None => Ok(()),
        }
    }

    /// A completed message is authoritative: what its deltas left out is added.
    fn complete_message(&mut self, item_id: &str, text: &str) -> io::Result<()> {
        let received = match &self.message {
            Some(open) if open.item_id == item_id => open.received,
            _ => self.shown_of(item_id),
        };
        if let Some(rest) = text.get(received..) {
            self.append(item_id, rest)?;
        }
        self.end_message()
    }

    fn completed(&mut self, event: &ItemEvent) -> io::Result<()> {
        if let ItemDetails::AgentMessage { text, .. } = &event.item.details {
            return if event.thread_id.is_none() && self.shows_messages() {
                self.complete_message(&event.item.id, text)
            } else {
                Ok(())
            };
        }
        // A plan's last state was printed when it changed.
        if matches!(event.item.details, ItemDetails::TodoList { .. }) {
            return Ok(());
        }
        let cut = Cut {
            all: self.all,
            session: self.session.as_deref(),
        };
        let mut lines = finished_cut(&event.item, self.item_view(), cut);
        if event.thread_id.is_some() {
            for line in &mut lines {
                line.insert_str(0, "↳ ");
            }
        }
        self.print_item_lines(&lines)
    }

    fn status(&self) -> String {
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

    /// Draws the live area: the end of the unfinished block, as far as it fits, and the status line.
    fn draw(&mut self) {
        if self.live.is_none() {
            return;
        }
        let (columns, rows) = (self.columns(), (self.size)().1.max(6));
        let surplus = self.tail.len().saturating_sub(rows - 4);
        let tail = self.tail.iter().skip(surplus);
        let mut area = tail
            .map(|row| console::truncate_str(row, columns, "").into_owned())
            .collect::<Vec<_>>();
        let apart = self.message.as_ref().is_some_and(Message::begins_block);
        if !area.is_empty() && apart && self.wrote {
            area.insert(0, String::new());
        }
        area.push(self.status());
        let may_draw = tty::may_draw();
        if let Some(live) = &mut self.live
            && may_draw
        {
            live.draw(&area);
        }
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
        if self.shows == Shows::Messages && !is_message(event) {
            return Ok(());
        }
        self.commands.observe(event);
        match event {
            Event::ItemDelta(delta) => {
                self.retrying = None;
                let own = delta.thread_id.is_none() && self.shows_messages();
                if own && delta.kind == DeltaKind::AgentMessage {
                    self.append(&delta.item_id, &delta.delta)?;
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
            Event::TurnSteered { by, message } => self.sentence(Tone::Warn, &steered(by, message)),
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
            Event::TurnCompleted(_) | Event::TurnFailed(_) => {
                self.end_message()?;
                match self.commands.stopped() {
                    Some(text) if self.shows == Shows::Everything || self.shows == Shows::Actions => {
                        self.notice(Tone::Warn, "warning", &text)
                    }
                    _ => Ok(()),
                }
            }
            Event::ThreadStarted(info) => {
                self.session = self.saved.then(|| info.thread_id.to_string());
                Ok(())
            }
            Event::TurnStarted { .. }
            | Event::DiffUpdated { .. }
            | Event::SubagentCompleted { .. }
            | Event::Unknown { .. } => Ok(()),
        }
    }

    fn with_terminal(&mut self, job: Box<dyn FnOnce() + Send>) -> io::Result<()> {
        let (columns, palette) = (self.columns(), self.palette);
        if let Some(message) = &mut self.message {
            // What can be read stays on the screen meanwhile.
            let blocks = message.settle(columns, palette);
            self.print_blocks(blocks)?;
        }
        if let Some(live) = &mut self.live {
            live.leave();
        }
        job();
        self.advance()?;
        self.draw();
        Ok(())
    }

    fn tick(&mut self) -> io::Result<()> {
        self.frame += 1;
        self.advance()?;
        self.draw();
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.message.is_some() {
            self.advance_in_pace()?;
        }
        Ok(())
    }

    #[cfg(test)]
    fn live(&self) -> Option<String> {
        self.live.as_ref().map(|live| live.last.clone())
    }

    fn finish(&mut self, report: &RunReport) -> io::Result<()> {
        let outcome = self.end_message();
        if let Some(live) = &mut self.live {
            live.leave();
        }
        outcome?;
        let columns = self.columns();
        let Some(footer) = &mut self.footer else {
            return Ok(());
        };
        let end = last_line(report);
        let lines = wrap(
            &self.palette.paint(Tone::Faint, &sanitize::line(&end)),
            columns,
            "",
        );
        if !end.is_empty() {
            lines.iter().try_for_each(|line| writeln!(footer, "{line}"))?;
        }
        Ok(())
    }
}

/// The time, the tokens and the session of a run, as far as there are any: a run that did not begin has nothing to sum up.
fn last_line(report: &RunReport) -> String {
    let tokens = report.usage.total();
    if report.session_id.is_none() && report.turn_id.is_none() && tokens == 0 {
        return String::new();
    }
    let mut end = seconds(report.duration_ms);
    if tokens > 0 {
        end.push_str(&format!(" · {} tokens", thousands(tokens)));
    }
    if let Some(session) = &report.session_id {
        end.push_str(&format!(" · session {session}"));
    }
    end
}

/// A whole text of Markdown as rows for a terminal of this width.
pub(crate) fn markdown_rows(markdown: &str, columns: usize, palette: Palette) -> Vec<String> {
    blocks::lines(markdown, width_of(columns), palette)
}

/// The columns that rows may fill. One less than there are, because some terminals wrap when the last column is filled.
fn width_of(columns: usize) -> usize {
    columns.clamp(20, 400) - 1
}

/// Whether an event is part of a message of the agent, or its end.
fn is_message(event: &Event) -> bool {
    match event {
        Event::ItemDelta(_) | Event::TurnCompleted(_) | Event::TurnFailed(_) => true,
        Event::ItemCompleted(event) => matches!(event.item.details, ItemDetails::AgentMessage { .. }),
        Event::ThreadStarted(_)
        | Event::TurnStarted { .. }
        | Event::ItemStarted(_)
        | Event::ItemUpdated(_)
        | Event::DiffUpdated { .. }
        | Event::UsageUpdated { .. }
        | Event::Warning { .. }
        | Event::TurnSteered { .. }
        | Event::Error(_)
        | Event::ApprovalRequested { .. }
        | Event::ApprovalWaiting(_)
        | Event::ApprovalResolved(_)
        | Event::SubagentCompleted { .. }
        | Event::Unknown { .. } => false,
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
