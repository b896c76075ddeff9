//! Paths as the protocol carries them: text, so a name that is not UTF-8 cannot be sent.

use std::path::Path;

use crate::runtime::error::RuntimeError;

/// Refuses a path that the protocol cannot carry; `what` says what it is.
pub(crate) fn check(what: &str, path: &Path) -> Result<(), RuntimeError> {
    if path.to_str().is_some() {
        return Ok(());
    }
    Err(RuntimeError::invalid(format!(
        "{what} {}: the name is not UTF-8, which Codex requires",
        path.display()
    )))
}
