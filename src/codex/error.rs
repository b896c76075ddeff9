//! Why the codex binary cannot be found, used or installed.

use std::error::Error;
use std::path::PathBuf;

use crate::protocol::brief;

/// An error of finding, installing or asking the codex binary. Its text says what happened;
/// [`RuntimeError::remedy`](crate::runtime::RuntimeError::remedy) says what to do.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum CodexError {
    /// No `codex` was found in any of the places looked at.
    #[error("Codex not found; searched {}", searched.join(", "))]
    NotFound {
        /// The places, in order.
        searched: Vec<String>,
    },
    /// A path was found or given, but it cannot be used.
    #[error("cannot use {} as codex: {reason}", path.display())]
    Unusable {
        /// The path.
        path: PathBuf,
        /// Why.
        reason: String,
        /// What caused it, if another error did.
        source: Option<Box<dyn Error + Send + Sync>>,
    },
    /// The codex is older than the oldest supported.
    #[error("codex {found} at {} is too old; {needed} or newer is required", path.display())]
    TooOld {
        /// Its version.
        found: String,
        /// The oldest version that works.
        needed: &'static str,
        /// Where it is.
        path: PathBuf,
    },
    /// The managed install needs npm, which is not on the `PATH`.
    #[error("cannot install codex {version}: npm not found on the PATH")]
    NpmMissing {
        /// The version asked for.
        version: String,
    },
    /// The managed install failed.
    #[error("cannot install codex {version}: {reason}")]
    Install {
        /// The version asked for.
        version: String,
        /// What went wrong.
        reason: String,
        /// What caused it, if another error did.
        source: Option<Box<dyn Error + Send + Sync>>,
    },
}

impl std::fmt::Debug for CodexError {
    /// Its text: what a `main` that returns it prints.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        brief::capped(formatter, |formatter| write!(formatter, "{self}"))
    }
}
