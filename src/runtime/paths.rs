//! Paths that a caller gives: made absolute, and checked where the server sees the same files. Nothing that could block is
//! opened.

use std::error::Error;
use std::path::{Path, PathBuf};

use crate::files::check_image;
use crate::runtime::error::RuntimeError;

/// Where relative paths begin, and whether what is there can be looked at from here.
#[derive(Clone, Copy)]
pub(in crate::runtime) struct Base<'a> {
    pub(in crate::runtime) directory: &'a Path,
    /// The server may run elsewhere and have other files.
    pub(in crate::runtime) remote: bool,
}

impl Base<'_> {
    /// An existing file or directory. `what` is named in the error.
    pub(in crate::runtime) fn existing(self, path: &Path, what: &str) -> Result<PathBuf, RuntimeError> {
        let absolute = self.directory.join(path);
        if absolute.to_str().is_none() {
            return Err(wrong(what, path, "not UTF-8, which Codex requires".into()));
        }
        if !self.remote {
            absolute
                .metadata()
                .map_err(|error| wrong(what, path, error.into()))?;
        }
        Ok(absolute)
    }

    /// An existing directory.
    pub(in crate::runtime) fn directory(self, path: &Path, what: &str) -> Result<PathBuf, RuntimeError> {
        let absolute = self.existing(path, what)?;
        if self.remote || absolute.is_dir() {
            Ok(absolute)
        } else {
            Err(wrong(what, path, "not a directory".into()))
        }
    }

    /// A readable image. For an unreadable one, Codex would run the turn with a note in its place.
    pub(in crate::runtime) fn image(self, path: &Path) -> Result<PathBuf, RuntimeError> {
        const WHAT: &str = "image";
        let absolute = self.existing(path, WHAT)?;
        if self.remote {
            return Ok(absolute);
        }
        check_image(&absolute).map_err(|error| wrong(WHAT, path, error.into()))?;
        Ok(absolute)
    }
}

pub(in crate::runtime) fn wrong(
    what: &str,
    path: &Path,
    reason: Box<dyn Error + Send + Sync>,
) -> RuntimeError {
    RuntimeError::invalid_because(format_args!("the {what} {}", path.display()), reason)
}
