//! The user's input of a run: prompts, files, schemas. Checked before anything is spent. No protocol.

pub(crate) mod attachments;
pub(crate) mod codex_config;
pub(crate) mod output;
pub(crate) mod params;
pub(crate) mod prompt;
pub(crate) mod record;
pub(crate) mod schema;
pub(crate) mod stdin;

use std::io;
use std::path::Path;
use std::time::Instant;

use crate::files::{self, Limits};
use tokio::sync::oneshot;

/// A wrong input: the problem and its remedy.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct InputError {
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    /// The deadline passed.
    pub(crate) timed_out: bool,
}

impl InputError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
            timed_out: false,
        }
    }

    /// An error about a file; `name` is the file and the option that named it.
    pub(crate) fn of(name: &str, error: &io::Error) -> Self {
        Self {
            timed_out: error.kind() == io::ErrorKind::TimedOut,
            ..Self::new(format!("{name}: {error}"))
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The text of a file that the user names. A pipe is read to its end, and waited for until the deadline.
pub(crate) fn text_of(name: &str, path: &Path, deadline: Option<Instant>) -> Result<String, InputError> {
    let limits = Limits {
        bytes: files::LARGEST,
        deadline,
    };
    files::read_text(path, limits).map_err(|error| InputError::of(name, &error))
}

/// Runs blocking work on a thread, which is abandoned when the caller gives up.
pub(crate) async fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let (sender, outcome) = oneshot::channel();
    std::thread::Builder::new()
        .name("turnwise-file".to_owned())
        .spawn(move || {
            // The receiver is gone when the caller gave up.
            let _ = sender.send(work());
        })?;
    outcome.await.map_err(io::Error::other)?
}
