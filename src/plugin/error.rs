//! What can go wrong with a hook.

use std::time::Duration;

/// Why a hook gave no usable result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HookError {
    /// Its program cannot be started.
    #[error("cannot start {program}: {source}")]
    Start {
        /// The program.
        program: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// It did not end in time, and was killed with everything it started.
    #[error("no result within {} s", .0.as_secs_f32())]
    TimedOut(Duration),
    /// Its program ended with an error.
    #[error("it {0}")]
    Ended(String),
    /// Its output is longer than allowed.
    #[error("its output is longer than {0} bytes")]
    TooLong(usize),
    /// Its output is not a result.
    #[error("its output is not a result: {0}")]
    Unreadable(String),
    /// It gave a result that it may not give, or that does not fit the phase.
    #[error("{0}")]
    NotAllowed(String),
    /// Any other reason, in the hook's own words.
    #[error("{0}")]
    Other(String),
}

impl HookError {
    /// Any reason, in words.
    pub fn other(reason: impl Into<String>) -> Self {
        Self::Other(reason.into())
    }
}
