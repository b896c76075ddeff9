//! The table of exit codes, and which error leads to which. Printing errors is not done here.

use crate::runtime::RuntimeError;
use crate::runtime::event::{TurnEnd, TurnErrorKind, TurnStatus};

/// The exit code of a `turnwise` process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// The turn completed.
    Success = 0,
    /// The turn failed: the model, the network or Codex reported an error.
    Failed = 1,
    /// A flag, an input file, a config or policy file is wrong.
    Usage = 2,
    /// Codex is missing, too old, failed to start, or died.
    Codex = 3,
    /// Not logged in, or the credentials were refused.
    Unauthorized = 4,
    /// An approval was required and was cancelled, or nobody was available to answer.
    Approval = 5,
    /// The answer does not match the output schema.
    Schema = 6,
    /// Overloaded, rate limited, out of quota: try again later.
    Temporary = 75,
    /// The timeout was reached.
    Timeout = 124,
    /// Stopped by SIGHUP.
    Hangup = 129,
    /// Stopped by SIGINT.
    Interrupt = 130,
    /// Stopped by SIGTERM.
    Terminate = 143,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl From<&TurnEnd> for Exit {
    fn from(end: &TurnEnd) -> Self {
        match (&end.error, end.status) {
            (None, TurnStatus::Completed) => Self::Success,
            (None, TurnStatus::TimedOut) => Self::Timeout,
            (None, TurnStatus::Failed) => Self::Failed,
            (None, TurnStatus::Interrupted) => Self::Interrupt,
            (Some(error), _) => error.kind.into(),
        }
    }
}

impl From<TurnErrorKind> for Exit {
    fn from(kind: TurnErrorKind) -> Self {
        match kind {
            TurnErrorKind::Failed
            | TurnErrorKind::Blocked
            | TurnErrorKind::MaxTokens
            | TurnErrorKind::FrameTooLong
            | TurnErrorKind::Unknown => Self::Failed,
            TurnErrorKind::Unauthorized => Self::Unauthorized,
            TurnErrorKind::Unavailable => Self::Temporary,
            TurnErrorKind::Timeout | TurnErrorKind::IdleTimeout => Self::Timeout,
            TurnErrorKind::ApprovalRefused => Self::Approval,
            TurnErrorKind::Interrupted => Self::Interrupt,
            TurnErrorKind::ServerGone => Self::Codex,
            TurnErrorKind::SchemaMismatch => Self::Schema,
        }
    }
}

impl From<&RuntimeError> for Exit {
    fn from(error: &RuntimeError) -> Self {
        match error {
            RuntimeError::Codex(_)
            | RuntimeError::Spawn { .. }
            | RuntimeError::StartUp { .. }
            | RuntimeError::ServerGone { .. }
            | RuntimeError::Closed { .. }
            | RuntimeError::RequestTimeout { .. }
            | RuntimeError::Connect {
                unauthorized: false, ..
            } => Self::Codex,
            RuntimeError::NotLoggedIn
            | RuntimeError::Connect {
                unauthorized: true, ..
            } => Self::Unauthorized,
            RuntimeError::Privileged { .. }
            | RuntimeError::CodexConfig { .. }
            | RuntimeError::Params(_)
            | RuntimeError::InvalidInput { .. }
            | RuntimeError::SessionMissing { .. }
            | RuntimeError::SessionArchived { .. } => Self::Usage,
            RuntimeError::Overloaded { .. }
            | RuntimeError::SessionBusy { .. }
            | RuntimeError::TurnRunning { .. } => Self::Temporary,
            RuntimeError::Server { .. }
            | RuntimeError::Blocked { .. }
            | RuntimeError::MethodMissing { .. }
            | RuntimeError::NoTurn
            | RuntimeError::Panicked { .. }
            | RuntimeError::BadReply { .. } => Self::Failed,
            RuntimeError::Turn(failure) => failure.error.kind.into(),
        }
    }
}
