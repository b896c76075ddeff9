//! Events to bytes: the renderers, one a format.
//!
//! A renderer knows no process and no protocol: it is given [`Event`]s, and at the end a [`RunReport`].

// A new event must break every renderer that forgot it.
#![deny(clippy::wildcard_enum_match_arm)]

use std::io::{self, Write};

pub(crate) use crate::run::RunReport;
use crate::runtime::event::Event;

pub(crate) mod activity;
pub(crate) mod columns;
pub(crate) mod diff;
#[cfg(test)]
pub(crate) mod every;
pub(crate) mod export;
pub(crate) mod github;
mod highlight;
pub(crate) mod json;
pub(crate) mod jsonl;
pub(crate) mod markdown;
mod markdown_text;
pub(crate) mod output;
pub(crate) mod pager;
pub(crate) mod printer;
pub(crate) mod progress;
pub(crate) mod prompt;
mod render_thread;
mod rendered;
pub(crate) mod request;
pub(crate) mod resolution;
#[cfg(test)]
mod screens;
pub(crate) mod silent;
pub(crate) mod style;
pub(crate) mod terminal;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod text;
mod tool_failure;
pub(crate) mod tty;

pub(crate) use render_thread::{RenderHandle, RenderThread};
use style::{Palette, terminal_has_links};
use terminal::Shows;

/// One way of showing a run.
///
/// Called on one thread, in order: any number of `event` and `tick`, then `finish` once.
pub(crate) trait Renderer: Send {
    /// Shows one event.
    fn event(&mut self, event: &Event) -> io::Result<()>;

    /// Time passed: redraws what moves. Called about ten times a second at a terminal, never elsewhere.
    fn tick(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Lets a job use the terminal; the live display is cleared meanwhile and drawn again afterwards.
    fn with_terminal(&mut self, job: Box<dyn FnOnce() + Send>) -> io::Result<()> {
        self.flush()?;
        job();
        Ok(())
    }

    /// All events received so far were passed to `event`. Flushes buffers.
    fn flush(&mut self) -> io::Result<()>;

    /// For tests: what moves, as it was drawn last.
    #[cfg(test)]
    fn live(&self) -> Option<String> {
        None
    }

    /// The run is over. Shows the final lines.
    fn finish(&mut self, report: &RunReport) -> io::Result<()>;
}

/// The output on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// The answer.
    Text,
    /// The turn as a Markdown document.
    Markdown,
    /// One JSON document at the end.
    Json,
    /// One JSON event a line.
    Jsonl,
}

/// One of the two outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Surface {
    /// Whether it is a terminal.
    pub terminal: bool,
    /// Whether lines on it can be drawn again: a terminal that understands cursor movements.
    pub interactive: bool,
    /// Whether it gets colours.
    pub color: bool,
}

/// What to build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RenderOptions {
    /// The output on stdout.
    pub format: Format,
    /// Messages as they come, into a pipe too.
    pub stream: bool,
    /// No progress and no warnings.
    pub quiet: bool,
    /// Requests for approval are shown by prompts.
    pub prompts: bool,
    /// Outputs of commands and diffs are shown to their end.
    pub all: bool,
    /// The session is saved: what is left out can be shown later.
    pub saved: bool,
    /// Markdown is rendered although stdout is not a terminal: for a pager.
    pub rendered: bool,
    /// The standard output.
    pub stdout: Surface,
    /// The standard error.
    pub stderr: Surface,
}

/// The renderer for these outputs.
pub(crate) fn build(options: RenderOptions) -> Box<dyn Renderer> {
    let RenderOptions {
        format,
        stream,
        quiet,
        prompts,
        all,
        saved,
        rendered,
        stdout,
        stderr,
    } = options;
    let out = || -> Box<dyn Write + Send> { Box::new(output::stdout()) };
    let err = || -> Box<dyn Write + Send> { Box::new(output::stderr()) };
    let live = stderr.interactive && !quiet;
    let palette = Palette::new(stdout.color).with_links(stdout.terminal && terminal_has_links());
    let on_terminal = |shows| terminal::TerminalRenderer::new(out(), palette, terminal_size(), shows);
    let answer: Box<dyn Renderer> = match format {
        Format::Text if stdout.terminal && live => {
            let renderer = on_terminal(Shows::Everything).with_live_area(err(), err());
            return Box::new(renderer.with_prompts(prompts).with_outputs(all, saved));
        }
        Format::Text if stdout.terminal || (rendered && stream) => Box::new(on_terminal(Shows::Messages)),
        Format::Text if rendered => {
            Box::new(rendered::RenderedRenderer::new(out(), palette, terminal_size()))
        }
        Format::Text => Box::new(text::TextRenderer::new(out(), stream)),
        Format::Markdown => Box::new(markdown::MarkdownRenderer::new(out(), stdout.terminal)),
        Format::Json => Box::new(json::JsonRenderer::new(out())),
        Format::Jsonl => Box::new(jsonl::JsonlRenderer::new(out())),
    };
    if quiet {
        return answer;
    }
    let palette = Palette::new(stderr.color);
    // Two moving things on one terminal would draw over each other.
    let progress: Box<dyn Renderer> = if live && !stdout.terminal {
        Box::new(
            terminal::TerminalRenderer::new(err(), palette, terminal_size(), Shows::Actions)
                .with_live_area(err(), err())
                .with_prompts(prompts)
                .with_outputs(all, saved),
        )
    } else {
        let machine = matches!(format, Format::Json | Format::Jsonl);
        Box::new(progress::ProgressRenderer::new(err(), palette, machine))
    };
    Box::new(Both { answer, progress })
}

/// Columns and rows of the terminal, asked anew each time because it may be resized.
pub(crate) fn terminal_size() -> Box<dyn Fn() -> (usize, usize) + Send> {
    Box::new(|| {
        let (rows, columns) = [console::Term::stderr(), console::Term::stdout()]
            .iter()
            .find_map(console::Term::size_checked)
            .unwrap_or((24, 80));
        (usize::from(columns), usize::from(rows))
    })
}

/// Where a request waits, and how to answer it.
fn waiting_text(waiting: &crate::runtime::event::ApprovalWaiting) -> String {
    format!(
        "Waiting for approval {}; answer with `turnwise approve`",
        waiting.approval_id
    )
}

/// A message that came from another process.
fn steered(by: &str, message: &str) -> String {
    format!("Steered by {by}: {message}")
}

/// The answer on stdout and the progress on stderr.
struct Both {
    answer: Box<dyn Renderer>,
    progress: Box<dyn Renderer>,
}

/// Progress is a courtesy: a stderr that is closed does not stop a run.
fn courtesy(outcome: io::Result<()>) {
    if let Err(error) = outcome {
        tracing::debug!("progress could not be shown: {error}");
    }
}

impl Renderer for Both {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        courtesy(self.progress.event(event));
        self.answer.event(event)
    }

    fn tick(&mut self) -> io::Result<()> {
        courtesy(self.progress.tick());
        self.answer.tick()
    }

    fn with_terminal(&mut self, job: Box<dyn FnOnce() + Send>) -> io::Result<()> {
        self.answer.flush()?;
        courtesy(self.progress.with_terminal(job));
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        courtesy(self.progress.flush());
        self.answer.flush()
    }

    fn finish(&mut self, report: &RunReport) -> io::Result<()> {
        courtesy(self.progress.finish(report));
        self.answer.finish(report)
    }
}
