//! A request at a terminal: all of it is shown, a page at a time; then the choices; then the answer is read.
//!
//! There is no default, and what was typed before the question could be read does not count, nor what was pasted. Ctrl-C,
//! and the end of the terminal, is a no that cancels the turn.

use std::io::{self, Write};

use super::cancel::CancelSignal;
use super::key_bytes::Key;
use super::keys::Keys;
use super::line::{Typed, Typist, Wanted};
use crate::approval::{CloseReason, Pairs};
use crate::render::activity::View;
use crate::render::output;
use crate::render::request::{choice_lines, lines};
use crate::render::style::{Palette, Tone};
use crate::render::terminal_size;
use crate::runtime::approval::{ChoiceAction, Decision, PendingRequest, RequestDetails};
use crate::text::sanitize;
use crate::text::words::count;

/// How many times a wrong answer is explained before the whole request is shown again.
const PATIENCE: usize = 8;

/// What came of asking.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answered {
    /// This was answered.
    With(Decision, Option<String>),
    /// The request was closed meanwhile.
    Closed,
    /// Ctrl-C, or the end of the terminal.
    Interrupted,
    /// The person wants to leave it for now. Only where that is offered.
    Later,
}

/// A prompt at the terminal: stderr to write to, the keyboard to read from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prompt {
    /// Colours or not.
    pub palette: Palette,
    /// Whether a request may be left for later: in the inbox, not in a run that waits.
    pub later: bool,
}

/// A prompt that has the keyboard.
struct Talk<'a> {
    prompt: Prompt,
    typist: Typist<'a>,
}

impl Prompt {
    fn view(self) -> View {
        let (columns, _) = terminal_size()();
        View {
            palette: self.palette,
            width: Some(columns.clamp(20, 400) - 1),
            full: true,
        }
    }

    /// Shows a request and reads the answer.
    ///
    /// # Errors
    /// When there is no terminal, or it cannot be written to.
    pub(crate) fn ask(
        self,
        asked: &PendingRequest,
        title: &str,
        cancel: &CancelSignal,
        closing: &CloseReason,
    ) -> io::Result<Answered> {
        let mut keys = Keys::take()?;
        let mut talk = Talk {
            prompt: self,
            typist: Typist {
                keys: &mut keys,
                cancel,
                out: output::stderr(),
            },
        };
        let answered = talk.converse(asked, title)?;
        if answered == Answered::Closed {
            let reason = format!("\n  {}", sanitize::line(closing.as_str()));
            writeln!(talk.typist.out, "{}", self.palette.paint(Tone::Warn, &reason))?;
        }
        talk.typist.out.flush()?;
        Ok(answered)
    }
}

impl Talk<'_> {
    fn converse(&mut self, asked: &PendingRequest, title: &str) -> io::Result<Answered> {
        let Prompt { palette, later } = self.prompt;
        let choices = asked.choices();
        loop {
            let view = self.prompt.view();
            let rule = "─".repeat(view.width.unwrap_or(40).min(60));
            writeln!(self.typist.out, "{}", palette.paint(Tone::Faint, &rule))?;
            if !title.is_empty() {
                writeln!(
                    self.typist.out,
                    "{}",
                    palette.paint(Tone::Faint, &sanitize::line(title))
                )?;
            }
            let shown = self.pages(&lines(asked, view))?;
            if let Some(answered) = shown {
                return Ok(answered);
            }
            writeln!(self.typist.out)?;
            for line in choice_lines(&choices, view) {
                writeln!(self.typist.out, "{line}")?;
            }
            if later {
                let key = palette.paint(Tone::Strong, "l");
                writeln!(self.typist.out, "  {key}  later")?;
            }
            let mut letters = choices
                .iter()
                .map(|choice| choice.key.to_string())
                .collect::<Vec<_>>();
            letters.extend(later.then(|| "l".to_owned()));
            let question = format!("Your answer [{}]: ", letters.join("/"));
            let mut early = self.typist.settle()?;
            for _ in 0..PATIENCE {
                let typed = match early.take() {
                    Some(over) => over,
                    None => self.typist.line(&question, Wanted::Choice)?,
                };
                let typed = match typed {
                    Typed::Closed => return Ok(Answered::Closed),
                    Typed::Cancel => return Ok(Answered::Interrupted),
                    Typed::Line(line) => line,
                };
                let typed = typed.trim().to_lowercase();
                if later && typed == "l" {
                    return Ok(Answered::Later);
                }
                let Some(choice) = choices.iter().find(|choice| choice.key.to_string() == typed) else {
                    writeln!(
                        self.typist.out,
                        "  Type one of {} and press Enter.",
                        letters.join(", ")
                    )?;
                    continue;
                };
                match &choice.action {
                    ChoiceAction::Decide(Decision::Decline)
                        if asked.request.turn_id.is_some() && asked.accepts_reason() =>
                    {
                        let question = "Reason for the agent (optional): ";
                        match self.typist.line(question, Wanted::Text)? {
                            Typed::Closed => return Ok(Answered::Closed),
                            Typed::Cancel => {}
                            Typed::Line(reason) => {
                                let reason =
                                    Some(reason.trim().to_owned()).filter(|reason| !reason.is_empty());
                                return Ok(Answered::With(Decision::Decline, reason));
                            }
                        }
                    }
                    ChoiceAction::Decide(decision) => return Ok(Answered::With(decision.clone(), None)),
                    ChoiceAction::FillIn => match self.fill_in(asked)? {
                        Filled::Done(decision) => return Ok(Answered::With(decision, None)),
                        Filled::Back => writeln!(self.typist.out, "  Not filled in; choose again.")?,
                        Filled::Closed => return Ok(Answered::Closed),
                    },
                }
            }
        }
    }

    /// Prints lines, stopping whenever the screen is full until the person has seen them.
    fn pages(&mut self, lines: &[String]) -> io::Result<Option<Answered>> {
        let mut rest = lines;
        loop {
            let (_, rows) = terminal_size()();
            let page = rows.saturating_sub(3).max(4);
            let (now, later) = rest.split_at(page.min(rest.len()));
            for line in now {
                writeln!(self.typist.out, "{line}")?;
            }
            if later.is_empty() {
                return Ok(None);
            }
            rest = later;
            let more = format!(
                "-- {}: Space for the next page --",
                count(rest.len(), "more line")
            );
            // Before it is asked: what is typed after that counts.
            self.typist.keys.forget(self.typist.cancel)?;
            write!(
                self.typist.out,
                "{}",
                self.prompt.palette.paint(Tone::Warn, &more)
            )?;
            self.typist.out.flush()?;
            loop {
                match self.typist.keys.next(self.typist.cancel)? {
                    Key::Char(' ') | Key::Enter => break,
                    Key::Closed => return Ok(Some(Answered::Closed)),
                    Key::Cancel if self.prompt.later => return Ok(Some(Answered::Interrupted)),
                    Key::Cancel => {
                        writeln!(self.typist.out)?;
                        return Ok(Some(Answered::Interrupted));
                    }
                    Key::Char(_) | Key::Backspace | Key::Clear | Key::Pasted(_) | Key::Other => {}
                }
            }
            write!(self.typist.out, "\r{}\r", " ".repeat(more.chars().count()))?;
        }
    }

    /// Reads the values of questions, of a form, or of something that nobody knows.
    fn fill_in(&mut self, asked: &PendingRequest) -> io::Result<Filled> {
        let mut pairs = Pairs::new();
        match asked.details() {
            RequestDetails::Questions(questions) => {
                for question in &questions {
                    let check = |typed: &str| question.parse(typed).map(|_| ());
                    let label = format!("{}: ", sanitize::line(question.label()));
                    match self.value(
                        &label,
                        if question.is_secret {
                            Wanted::Secret
                        } else {
                            Wanted::Text
                        },
                        &check,
                    )? {
                        Ok(typed) => pairs.push((question.id.clone(), typed)),
                        Err(filled) => return Ok(filled),
                    }
                }
            }
            RequestDetails::Form { fields, .. } => {
                for field in &fields {
                    let check = |typed: &str| field.parse(&given(typed)).map(|_| ());
                    let label = format!("{}: ", sanitize::line(&field.title));
                    match self.value(&label, Wanted::Text, &check)? {
                        Ok(typed) if typed.is_empty() => {}
                        Ok(typed) => pairs.push((field.name.clone(), typed)),
                        Err(filled) => return Ok(filled),
                    }
                }
            }
            RequestDetails::Tool { .. } => match self.value("Output: ", Wanted::Text, &|_: &str| Ok(()))? {
                Ok(typed) => pairs.push(("text".to_owned(), typed)),
                Err(filled) => return Ok(filled),
            },
            // Nothing else is filled in.
            RequestDetails::Unknown
            | RequestDetails::Command(_)
            | RequestDetails::FileChange { .. }
            | RequestDetails::Permissions(_)
            | RequestDetails::McpTool { .. }
            | RequestDetails::Link { .. } => {
                match self.value("Result (JSON): ", Wanted::Text, &|_: &str| Ok(()))? {
                    Ok(typed) => pairs.push(("result".to_owned(), typed)),
                    Err(filled) => return Ok(filled),
                }
            }
        }
        match asked.answer(&pairs) {
            Ok(decision) => Ok(Filled::Done(decision)),
            Err(why) => {
                writeln!(self.typist.out, "  {}", sanitize::line(&why))?;
                Ok(Filled::Back)
            }
        }
    }

    /// Asks for one value until it is right.
    fn value(
        &mut self,
        label: &str,
        wanted: Wanted,
        check: &dyn Fn(&str) -> Result<(), String>,
    ) -> io::Result<Result<String, Filled>> {
        loop {
            match self.typist.line(&format!("  {label}"), wanted)? {
                Typed::Closed => return Ok(Err(Filled::Closed)),
                Typed::Cancel => return Ok(Err(Filled::Back)),
                Typed::Line(typed) => match check(&typed) {
                    Ok(()) => return Ok(Ok(typed)),
                    Err(why) => writeln!(self.typist.out, "  {}", sanitize::line(&why))?,
                },
            }
        }
    }
}

enum Filled {
    Done(Decision),
    Back,
    Closed,
}

/// Nothing typed is nothing given.
fn given(typed: &str) -> Vec<&str> {
    if typed.is_empty() { Vec::new() } else { vec![typed] }
}
