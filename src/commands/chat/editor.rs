//! The line editor of a chat: history that outlives it, several lines, completion of the chat's own commands.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::render::style::{Palette, Tone};
use crate::render::tty;
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::Validator;
use rustyline::{
    Cmd, CompletionType, ConditionalEventHandler, Config, Context, Editor, Event, EventContext, EventHandler,
    ExternalPrinter, Helper, KeyCode, KeyEvent, Modifiers, RepeatCount,
};

use super::slash::COMMANDS;

/// How many entries the history keeps.
const HISTORY: usize = 2_000;

/// What came of reading.
#[derive(Debug)]
pub(super) enum Said {
    /// This.
    Line(String),
    /// Ctrl-C: never mind.
    Nothing,
    /// Ctrl-D on an empty line, or the end of the terminal.
    End,
}

/// Reads what a person says.
pub(super) struct LineEditor {
    editor: Editor<Slashes, FileHistory>,
    history: Option<PathBuf>,
    palette: Palette,
    stopped: Stopped,
}

/// The line at which Ctrl-Z was pressed: before and behind the cursor.
type Stopped = Arc<Mutex<Option<(String, String)>>>;

impl LineEditor {
    /// An editor whose history is in this file.
    pub(super) fn new(history: Option<PathBuf>, palette: Palette) -> io::Result<Self> {
        let config = Config::builder()
            .max_history_size(HISTORY)
            .map_err(io::Error::other)?
            .history_ignore_dups(true)
            .map_err(io::Error::other)?
            .completion_type(CompletionType::List)
            .auto_add_history(false)
            .bracketed_paste(true)
            .build();
        let mut editor = Editor::with_config(config).map_err(io::Error::other)?;
        editor.set_helper(Some(Slashes));
        let newline = || EventHandler::Simple(Cmd::Newline);
        editor.bind_sequence(KeyEvent(KeyCode::Enter, Modifiers::ALT), newline());
        editor.bind_sequence(KeyEvent::ctrl('J'), newline());
        let stopped = Stopped::default();
        let stop = EventHandler::Conditional(Box::new(Stop(Arc::clone(&stopped))));
        editor.bind_sequence(KeyEvent::ctrl('Z'), stop);
        if let Some(path) = &history {
            match editor.load_history(path) {
                Err(ReadlineError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => tracing::warn!("the history {} is not read: {error}", path.display()),
                Ok(()) => {}
            }
        }
        Ok(Self {
            editor,
            history,
            palette,
            stopped,
        })
    }

    /// Something that prints above the line while it is being edited.
    pub(super) fn printer(&mut self) -> io::Result<Box<dyn FnMut(String) + Send>> {
        let mut printer = self.editor.create_external_printer().map_err(io::Error::other)?;
        Ok(Box::new(move |text| {
            if let Err(error) = printer.print(text) {
                tracing::debug!("a notice could not be shown: {error}");
            }
        }))
    }

    /// Reads what is said after this prompt.
    pub(super) fn read(&mut self, prompt: &str) -> io::Result<Said> {
        let styled = self.palette.paint(Tone::Strong, prompt);
        let mut initial = (String::new(), String::new());
        let outcome = loop {
            let initial_parts = (initial.0.as_str(), initial.1.as_str());
            let outcome = self
                .editor
                .readline_with_initial(&(prompt, &styled), initial_parts);
            let stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner).take();
            match stopped {
                Some(line) if matches!(outcome, Err(ReadlineError::Interrupted)) => {
                    tty::suspend();
                    initial = line;
                }
                _ => break outcome,
            }
        };
        match outcome {
            Ok(line) => {
                self.remember(&line);
                Ok(Said::Line(line))
            }
            Err(ReadlineError::Interrupted | ReadlineError::Signal(_)) => Ok(Said::Nothing),
            Err(ReadlineError::Eof) => Ok(Said::End),
            Err(ReadlineError::Io(error)) => Err(error),
            Err(error) => Err(io::Error::other(error)),
        }
    }

    fn remember(&mut self, line: &str) {
        if line.trim().is_empty() {
            return;
        }
        let added = self.editor.add_history_entry(line);
        let Some(path) = self.history.as_ref().filter(|_| matches!(added, Ok(true))) else {
            return;
        };
        // Appended at once, so that chats at the same time and a crash lose nothing.
        let written = path
            .parent()
            .map_or(Ok(()), std::fs::create_dir_all)
            .map_err(ReadlineError::Io)
            .and_then(|()| self.editor.append_history(path));
        if let Err(error) = written {
            tracing::warn!("the history {} is not written: {error}", path.display());
        }
    }

    /// How many entries there are.
    #[cfg(test)]
    fn entries(&self) -> usize {
        use rustyline::history::History as _;
        self.editor.history().len()
    }
}

/// Ends the line for a stop by Ctrl-Z, and keeps it. The editor's own stop needs the signal, which a live display handles.
struct Stop(Stopped);

impl ConditionalEventHandler for Stop {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        let (before, behind) = context.line().split_at(context.pos());
        let line = Some((before.to_owned(), behind.to_owned()));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = line;
        Some(Cmd::Interrupt)
    }
}

/// Completes the chat's own commands.
struct Slashes;

impl Completer for Slashes {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let typed = line.get(..pos).and_then(|typed| typed.strip_prefix('/'));
        let Some(typed) = typed else {
            return Ok((0, Vec::new()));
        };
        let fitting = COMMANDS.iter().filter(|(name, ..)| name.starts_with(typed));
        let pairs = fitting.map(|(name, takes, _)| Pair {
            display: format!("/{name} {takes}").trim_end().to_owned(),
            replacement: format!("/{name}{}", if takes.is_empty() { "" } else { " " }),
        });
        Ok((0, pairs.collect()))
    }
}

impl Hinter for Slashes {
    type Hint = String;
}
impl Highlighter for Slashes {}
impl Validator for Slashes {}
impl Helper for Slashes {}

#[cfg(test)]
mod tests {
    use super::*;
    use rustyline::history::History as _;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn what_was_said_is_there_again_at_the_next_start_lines_and_all() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state/chat-history");
        let open = || LineEditor::new(Some(path.clone()), Palette::new(false)).unwrap();
        let mut first = open();
        first.remember("one\nwith two lines \\ and a backslash");
        first.remember("   ");
        let mut second = open();
        second.remember("two");
        let third = open();
        assert_eq!(third.entries(), 2);
        let entry = third
            .editor
            .history()
            .get(0, rustyline::history::SearchDirection::Forward)
            .unwrap()
            .unwrap();
        assert_eq!(entry.entry, "one\nwith two lines \\ and a backslash");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "it is nobody else's business");
    }
}
