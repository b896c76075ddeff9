//! Lines that a person types at a prompt, each shown as it will be taken. What was pasted is no answer.

use std::io::{self, Write};

use super::cancel::{CancelSignal, cancel_pair};
use super::key_bytes::Key;
use super::keys::Keys;
use crate::render::output::{self, Output};
use crate::text::sanitize;

/// What is said when pasted text was left out.
const PASTED: &str = "  Pasted text is ignored; type the answer.";

/// What is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// One of the choices.
    Choice,
    /// Text, which may be pasted if it has no end of line.
    Text,
    /// Text that is not shown.
    Secret,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Typed {
    Line(String),
    Cancel,
    Closed,
}

/// A person who types.
pub(super) struct Typist<'a> {
    pub(super) keys: &'a mut Keys,
    pub(super) cancel: &'a CancelSignal,
    pub(super) out: Output,
}

impl Typist<'_> {
    /// Forgets what came before the person could read what is on the screen. Something only if the prompt is over.
    pub(super) fn settle(&mut self) -> io::Result<Option<Typed>> {
        match self.keys.settle(self.cancel)? {
            Some(Key::Cancel) => {
                writeln!(self.out)?;
                return Ok(Some(Typed::Cancel));
            }
            Some(Key::Closed) => return Ok(Some(Typed::Closed)),
            Some(_) => writeln!(self.out, "{PASTED}")?,
            None => {}
        }
        Ok(None)
    }

    /// Reads one line.
    pub(super) fn line(&mut self, question: &str, wanted: Wanted) -> io::Result<Typed> {
        let mut typed = String::new();
        let visible = wanted != Wanted::Secret;
        write!(self.out, "{question}")?;
        self.out.flush()?;
        loop {
            match self.keys.next(self.cancel)? {
                Key::Enter => {
                    writeln!(self.out)?;
                    return Ok(Typed::Line(typed));
                }
                Key::Cancel => {
                    writeln!(self.out)?;
                    return Ok(Typed::Cancel);
                }
                Key::Closed => return Ok(Typed::Closed),
                Key::Char(character) if !sanitize::is_dangerous(character) => {
                    typed.push(character);
                    if visible {
                        write!(self.out, "{character}")?;
                    }
                }
                Key::Pasted(text) if wanted != Wanted::Choice && !text.is_empty() => {
                    if visible {
                        write!(self.out, "{text}")?;
                    }
                    typed.push_str(&text);
                }
                Key::Pasted(_) => {
                    typed.clear();
                    write!(self.out, "\n{PASTED}\n{question}")?;
                }
                Key::Backspace => {
                    if let Some(gone) = typed.pop()
                        && visible
                    {
                        erase(&gone.to_string(), &mut self.out)?;
                    }
                }
                Key::Clear => {
                    if visible {
                        erase(&typed, &mut self.out)?;
                    }
                    typed.clear();
                }
                Key::Char(_) | Key::Other => {}
            }
            self.out.flush()?;
        }
    }
}

/// Takes characters back from the screen.
fn erase(text: &str, out: &mut impl Write) -> io::Result<()> {
    let width = console::measure_text_width(text);
    write!(out, "{}", "\u{1b}[D \u{1b}[D".repeat(width))
}

/// Asks for a yes at the terminal. Anything else is a no.
///
/// # Errors
/// When there is no terminal, or it cannot be used.
pub(crate) fn confirm(question: &str) -> io::Result<bool> {
    let mut keys = Keys::take()?;
    // Nobody closes it.
    let (_guard, cancel) = cancel_pair()?;
    let mut typist = Typist {
        keys: &mut keys,
        cancel: &cancel,
        out: output::stderr(),
    };
    writeln!(typist.out, "{}", sanitize::text(question))?;
    if typist.settle()?.is_some() {
        return Ok(false);
    }
    match typist.line("Your answer [y/N]: ", Wanted::Choice)? {
        Typed::Line(line) => Ok(matches!(line.trim().to_lowercase().as_str(), "y" | "yes")),
        Typed::Cancel | Typed::Closed => Ok(false),
    }
}
