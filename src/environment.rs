//! Variables of the environment. An empty one counts as unset, everywhere; nothing else reads them.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// A variable's value; `None` when it is unset or empty.
pub(crate) fn variable(name: impl AsRef<OsStr>) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Whether a variable is set, but to nothing.
pub(crate) fn is_empty(name: impl AsRef<OsStr>) -> bool {
    std::env::var_os(name).is_some_and(|value| value.is_empty())
}

#[cfg(feature = "cli")]
/// A variable's value as text; `None` when it is unset, empty, or not UTF-8.
pub(crate) fn text(name: impl AsRef<OsStr>) -> Option<String> {
    variable(name)?.into_string().ok()
}

/// The user's home directory: `HOME`, or the entry in the system's user database.
pub(crate) fn home() -> Option<PathBuf> {
    let listed = || std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    variable("HOME").map(PathBuf::from).or_else(listed)
}

/// The directory for temporary files: `TMPDIR`, or the system's own.
pub(crate) fn temp_dir() -> PathBuf {
    match variable("TMPDIR") {
        Some(directory) => directory.into(),
        // With an empty variable the standard library would take the working directory.
        None if is_empty("TMPDIR") => "/tmp".into(),
        None => std::env::temp_dir(),
    }
}
