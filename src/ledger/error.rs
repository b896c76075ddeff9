//! What can be wrong with a ledger, and what to do about it.

use std::path::{Path, PathBuf};

use super::private::NotPrivate;

/// An error of the ledger.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The file was written by a later version.
    #[error("the ledger {} was written by a newer turnwise (version {found}, supported: {known}); not changed", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest known.
        known: i64,
    },
    /// The file is damaged, or no ledger at all.
    #[error("the ledger {} is damaged or not a ledger ({reason}); not changed", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the database says.
        reason: String,
    },
    /// Somebody else kept it locked for too long.
    #[error("the ledger {} is locked by another process", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// Others could read or replace it.
    #[error("cannot use the ledger: {0}")]
    NotPrivate(NotPrivate),
    /// It cannot be opened or written.
    #[error("the ledger {}: {reason}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

impl LedgerError {
    /// From what the system says of the ledger's file or directory.
    pub(crate) fn from_io(path: &Path, error: &std::io::Error) -> Self {
        match NotPrivate::of(error) {
            Some(reason) => Self::NotPrivate(reason.clone()),
            None => Self::Unusable {
                path: path.to_owned(),
                reason: error.to_string(),
            },
        }
    }

    /// What to do.
    pub fn hint(&self) -> String {
        match self {
            Self::Newer { .. } => "update turnwise, or set TURNWISE_HOME to another directory".to_owned(),
            Self::Damaged { path, .. } => {
                format!(
                    "move {} away; turnwise then creates a new one, without the history",
                    path.display()
                )
            }
            Self::Busy { .. } => "try again; if it persists, look for a hanging turnwise process".to_owned(),
            Self::NotPrivate(reason) => reason.hint(),
            Self::Unusable { .. } => "check the directory's permissions and the free disk space".to_owned(),
        }
    }
}
