//! What a user sees when something goes wrong: one shape, one place that prints it, one exit code.

use std::fmt::Display;
use std::io::Write;

use crate::codex::CodexError;
use crate::exit::Exit;
use crate::render::output;
use crate::render::report::ReportedError;
use crate::render::safe_json;
use crate::runtime::RuntimeError;
use crate::text::sanitize;
use serde::Serialize;

use crate::commands::remedy;
use crate::config::ConfigError;
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

    /// Something of the system around that did not work, such as a file that cannot be written.
    pub(crate) fn system(what: impl Display, error: impl Display) -> Self {
        Self::new(Exit::Failed, "system", format!("{what}: {error}"))
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn reported(&self) -> ReportedError {
        ReportedError {
            kind: self.kind.clone(),
            message: self.message.clone(),
            hint: self.hint.clone(),
            details: self.details.clone(),
        }
    }

    /// Prints it to stderr: what happened, and what to do.
    pub(crate) fn print(&self) {
        let mut err = output::stderr();
        // There is nowhere left to complain to.
        let _ = writeln!(err, "error: {}", sanitize::text(self.message.trim_end()));
        if let Some(hint) = &self.hint {
            let _ = writeln!(err, "  hint: {}", sanitize::text(hint));
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

    /// Prints it in every form that was asked for, and gives the exit code.
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
            error => Self::usage(error.to_string()),
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
    /// From an error that somebody else keeps.
    pub(crate) fn from_runtime(error: &RuntimeError) -> Self {
        let kind = match error {
            RuntimeError::Codex(error) => match error {
                CodexError::NotFound { .. } => "codex_not_found",
                CodexError::Unusable { .. } => "codex_unusable",
                CodexError::TooOld { .. } => "codex_too_old",
                CodexError::NpmMissing { .. } | CodexError::Install { .. } => "install",
            },
            RuntimeError::Spawn { .. } | RuntimeError::StartUp { .. } => "codex_start",
            RuntimeError::ServerGone { .. } => "server_gone",
            RuntimeError::Connect { .. } => "no_connection",
            RuntimeError::RequestTimeout { .. } => "no_reply",
            RuntimeError::NotLoggedIn => "not_logged_in",
            RuntimeError::SessionMissing { .. } => "session_missing",
            RuntimeError::SessionArchived { .. } => "session_archived",
            RuntimeError::SessionBusy { .. } | RuntimeError::TurnRunning { .. } => "session_busy",
            RuntimeError::MethodMissing { .. } => "method_missing",
            RuntimeError::NoTurn => "no_turn",
            RuntimeError::Privileged { .. } | RuntimeError::InvalidInput { .. } | RuntimeError::Params(_) => {
                "usage"
            }
            RuntimeError::Overloaded { .. } => "overloaded",
            RuntimeError::Turn(failure) => return Self::from_turn(&failure.error),
            RuntimeError::Closed { .. } => "closed",
            _ => "codex_error",
        };
        let hint = error.remedy().as_ref().map(remedy::hint);
        Self {
            exit: error.into(),
            kind: kind.to_owned(),
            message: error.to_string(),
            hint,
            details: None,
        }
    }

    /// From the end of a turn.
    pub(crate) fn from_turn(error: &crate::runtime::event::TurnError) -> Self {
        let kind = serde_json::to_value(error.kind).unwrap_or_default();
        Self {
            exit: error.kind.into(),
            kind: kind.as_str().unwrap_or("failed").to_owned(),
            message: error.message.clone(),
            hint: error
                .remedy
                .as_ref()
                .map(remedy::hint)
                .or_else(|| error.hint.clone()),
            details: error.details.clone(),
        }
    }
}
