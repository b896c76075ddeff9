//! Errors as users see them: one type, one place to print them, one exit code each.

use std::fmt::Display;
use std::io::Write;

use crate::codex::CodexError;
use crate::exit::Exit;
use crate::render::output;
use crate::render::style::{Palette, Tone};
use crate::run::{RunEnd, RunError};
use crate::runtime::RuntimeError;
use crate::runtime::event::TurnError;
use crate::text::safe_json;
use crate::text::sanitize;
use serde::Serialize;

use crate::commands::remedy;
use crate::config::{ConfigError, KeyError};
use crate::input::InputError;

/// An error on its way to the user.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    /// A word for the kind, stable for scripts.
    pub(crate) kind: String,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    /// What the model's API answered, as it came; not for people.
    pub(crate) details: Option<String>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, kind: &str, message: impl Into<String>) -> Self {
        Self {
            exit,
            kind: kind.to_owned(),
            message: message.into(),
            hint: None,
            details: None,
        }
    }

    /// A wrong flag or input file.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, "usage", message)
    }

    /// The working directory was removed, or cannot be reached.
    pub(crate) fn current_directory() -> Self {
        Self::usage("the current directory does not exist any more")
            .hint("change to another directory, or name one with --cd")
    }

    /// A failure of the system, such as an unwritable file.
    pub(crate) fn system(what: impl Display, error: impl Display) -> Self {
        Self::new(Exit::Failed, "system", format!("{what}: {error}"))
    }

    /// An error of writing to stdout.
    pub(crate) fn stdout(error: impl Display) -> Self {
        Self::system("stdout", error)
    }

    /// The person changed their mind: there is nothing to say.
    pub(crate) fn cancelled() -> Self {
        Self::new(Exit::Interrupt, "cancelled", "")
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// As a report has it.
    pub(crate) fn reported(&self) -> RunError {
        let mut error = RunError::new(&self.kind, &self.message);
        error.hint.clone_from(&self.hint);
        error.details.clone_from(&self.details);
        error
    }

    /// The end of a run with this failure.
    pub(crate) fn end(&self) -> RunEnd {
        RunEnd::failed(self.exit, self.reported())
    }

    /// Prints it to stderr, with its hint.
    pub(crate) fn print(&self) {
        if self.message.is_empty() {
            return;
        }
        let mut err = output::stderr();
        // There is nowhere left to complain to.
        let palette = Palette::stderr();
        let label = palette.paint(Tone::Error, "error:");
        let _ = writeln!(err, "{label} {}", sanitize::text(self.message.trim_end()));
        if let Some(hint) = &self.hint {
            let label = palette.paint(Tone::Good, "hint:");
            let _ = writeln!(err, "  {label} {}", sanitize::text(hint));
        }
    }

    /// Prints it to stdout as an object.
    pub(crate) fn print_json(&self) {
        #[derive(Serialize)]
        struct Document<'a> {
            schema: &'static str,
            r#type: &'static str,
            exit_code: u8,
            kind: &'a str,
            message: &'a str,
            hint: Option<&'a str>,
        }
        let document = Document {
            schema: "turnwise.error/1",
            r#type: "error",
            exit_code: self.exit.code(),
            kind: &self.kind,
            message: &self.message,
            hint: self.hint.as_deref(),
        };
        let mut out = output::stdout();
        // A closed output changes nothing about the failure.
        let _ = safe_json::write(&mut out, &document).and_then(|()| writeln!(out));
    }

    /// Prints it, with `json` on stdout too, and returns the exit code.
    pub(crate) fn report(&self, json: bool) -> Exit {
        if json {
            self.print_json();
        }
        self.print();
        self.exit
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        match error {
            ConfigError::Read(error) => error.into(),
            error @ (ConfigError::Syntax { .. } | ConfigError::Hooks { .. } | ConfigError::Wrong { .. }) => {
                Self::usage(error.to_string()).hint("change it with `turnwise config edit`")
            }
            error => Self::usage(error.to_string()),
        }
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        let failure = Self::usage(error.to_string());
        match error {
            KeyError::Unknown { .. } => failure.hint("list all keys with `turnwise config list --all`"),
            KeyError::WrongType { .. } | KeyError::WrongValue { .. } => failure,
        }
    }
}

impl From<InputError> for Failure {
    fn from(error: InputError) -> Self {
        let failure = if error.timed_out {
            Self::new(Exit::Timeout, "timeout", error.message)
        } else {
            Self::usage(error.message)
        };
        Self {
            hint: error.hint,
            ..failure
        }
    }
}

impl From<anyhow::Error> for Failure {
    /// Something of the system around, with its chain of causes.
    fn from(error: anyhow::Error) -> Self {
        Self::new(Exit::Failed, "system", format!("{error:#}"))
    }
}

impl From<CodexError> for Failure {
    fn from(error: CodexError) -> Self {
        RuntimeError::from(error).into()
    }
}

impl From<RuntimeError> for Failure {
    fn from(error: RuntimeError) -> Self {
        Self::from_runtime(&error)
    }
}

impl Failure {
    /// From a borrowed error.
    pub(crate) fn from_runtime(error: &RuntimeError) -> Self {
        let reported = RunError::from(error);
        let hint = match error {
            RuntimeError::Turn(failure) => return Self::from_turn(&failure.error),
            error => error.remedy().as_ref().map(remedy::hint),
        };
        Self::from_run(error.into(), RunError { hint, ..reported })
    }

    /// From the end of a turn.
    pub(crate) fn from_turn(error: &TurnError) -> Self {
        let worded = error.remedy.as_ref().map(remedy::hint);
        let mut reported = RunError::from(error);
        reported.hint = worded.or(reported.hint);
        Self::from_run(error.kind.into(), reported)
    }

    /// From the error of a run and its exit code.
    pub(crate) fn from_run(exit: Exit, error: RunError) -> Self {
        let RunError {
            kind,
            message,
            hint,
            details,
            ..
        } = error;
        Self {
            exit,
            kind,
            message,
            hint,
            details,
        }
    }
}
