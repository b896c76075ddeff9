//! What can be wrong with a ledger, and what to do about it. Said in terms of a store, which need not be a file.

use std::path::Path;

use super::private::NotPrivate;

/// An error of a ledger. `store` is what a person calls the store: the path of a file, the address of a database.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The store was written by a later version.
    #[error(
        "the ledger {store} was written by a newer turnwise (version {found}, supported: {known}); not changed"
    )]
    Newer {
        /// The store.
        store: String,
        /// Its version.
        found: i64,
        /// The newest known.
        known: i64,
    },
    /// The store is damaged, or no ledger at all.
    #[error("the ledger {store} is damaged or not a ledger ({reason}); not changed")]
    Damaged {
        /// The store.
        store: String,
        /// What the database says.
        reason: String,
    },
    /// Somebody else kept it locked for too long, or too many calls wait for it.
    #[error("the ledger {store} is locked by another process")]
    Busy {
        /// The store.
        store: String,
    },
    /// Other users could read or replace it.
    #[error("cannot use the ledger: {reason}")]
    Insecure {
        /// What is open to others.
        reason: String,
        /// What to do about it.
        hint: String,
    },
    /// It cannot be opened, read or written.
    #[error("the ledger {store}: {reason}")]
    Unavailable {
        /// The store.
        store: String,
        /// Why.
        reason: String,
    },
}

impl LedgerError {
    /// From what the system says of the store's file or directory.
    pub(crate) fn from_io(path: &Path, error: &std::io::Error) -> Self {
        match NotPrivate::of(error) {
            Some(reason) => Self::Insecure {
                reason: reason.to_string(),
                hint: reason.hint(),
            },
            None => Self::Unavailable {
                store: path.display().to_string(),
                reason: error.to_string(),
            },
        }
    }

    /// Whether the same call may succeed a little later.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Busy { .. })
    }

    /// What to do.
    pub fn hint(&self) -> String {
        match self {
            Self::Newer { .. } => "update turnwise, or set TURNWISE_HOME to another directory".to_owned(),
            Self::Damaged { store, .. } => {
                format!("move {store} away; a new one is made, without the history")
            }
            Self::Busy { .. } => "try again; if it persists, look for a hanging turnwise process".to_owned(),
            Self::Insecure { hint, .. } => hint.clone(),
            Self::Unavailable { .. } => {
                "check the directory's permissions and the free disk space".to_owned()
            }
        }
    }
}
