//! Finding Codex: the path that was given, the managed install, the `PATH`. Looks at files and starts nothing.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::dirs::Directories;
use super::error::CodexError;
use super::layout::{native_behind, native_in_package};
use super::program::{is_bare, is_executable, on_path};
use super::version::Version;
use crate::environment::variable;
use crate::files::{LARGEST, read_regular};

/// Where a codex comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// It was named: `--codex`, `TURNWISE_CODEX`, or in the library.
    Explicit,
    /// `turnwise codex install` put it there.
    Managed,
    /// It is on the `PATH`.
    Path,
}

impl Origin {
    /// A word for it, stable for scripts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Explicit => "explicit",
            Self::Managed => "managed",
            Self::Path => "path",
        }
    }
}

/// A codex that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// What to start: the native binary, where there is one.
    pub path: PathBuf,
    /// Where it comes from.
    pub origin: Origin,
    /// npm's wrapper that led to it.
    pub wrapper: Option<PathBuf>,
    /// A directory of helper programs that has to be on its `PATH`.
    pub path_dir: Option<PathBuf>,
    /// The version of its package, without running it.
    pub version: Option<Version>,
}

/// Finds Codex.
///
/// # Errors
/// [`CodexError::Unusable`] when the explicit one cannot be used, [`CodexError::NotFound`] with the places
/// looked at otherwise.
pub fn find(explicit: Option<&Path>, directories: Option<&Directories>) -> Result<Found, CodexError> {
    find_in(explicit, directories, variable("PATH").as_deref())
}

fn find_in(
    explicit: Option<&Path>,
    directories: Option<&Directories>,
    path: Option<&OsStr>,
) -> Result<Found, CodexError> {
    let mut searched = Vec::new();
    if let Some(explicit) = explicit {
        if is_bare(explicit) {
            let found = path.and_then(|path| on_path(explicit.as_os_str(), path));
            return match found {
                Some(program) => Ok(resolve(&program, Origin::Explicit)),
                None => Err(CodexError::Unusable {
                    path: explicit.to_owned(),
                    reason: format!(
                        "not found on the PATH; write ./{} for a program in this directory",
                        explicit.display()
                    ),
                    source: None,
                }),
            };
        }
        usable(explicit)?;
        return Ok(resolve(explicit, Origin::Explicit));
    }
    if let Some(directories) = directories {
        if let Some(found) = managed(directories) {
            return Ok(found);
        }
        searched.push(directories.codex_installs().display().to_string());
    }
    if let Some(program) = path.and_then(|path| on_path(OsStr::new("codex"), path)) {
        return Ok(resolve(&program, Origin::Path));
    }
    searched.push("the PATH".to_owned());
    Err(CodexError::NotFound { searched })
}

fn usable(path: &Path) -> Result<(), CodexError> {
    is_executable(path).map_err(|error| CodexError::Unusable {
        path: path.to_owned(),
        reason: error.to_string(),
        source: Some(Box::new(error)),
    })
}

fn resolve(program: &Path, origin: Origin) -> Found {
    let program = std::path::absolute(program).unwrap_or_else(|_| program.to_owned());
    match native_behind(&program) {
        Some(native) => Found {
            path: native.binary,
            origin,
            wrapper: Some(program),
            path_dir: native.path_dir,
            version: native.version.as_deref().and_then(Version::parse),
        },
        None => Found {
            path: program,
            origin,
            wrapper: None,
            path_dir: None,
            version: None,
        },
    }
}

/// The managed install that is current.
pub(crate) fn managed(directories: &Directories) -> Option<Found> {
    let installs = directories.codex_installs();
    let current = read_regular(&installs.join("current"), LARGEST).ok()?;
    let current = String::from_utf8(current).ok()?;
    managed_version(directories, &Version::parse(current.trim())?)
}

/// The managed install of a version.
pub(crate) fn managed_version(directories: &Directories, version: &Version) -> Option<Found> {
    let package = directories
        .codex_installs()
        .join(version.to_string())
        .join("node_modules/@openai/codex");
    let native = native_in_package(&package)?;
    Some(Found {
        path: native.binary,
        origin: Origin::Managed,
        wrapper: None,
        path_dir: native.path_dir,
        version: Some(version.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    fn program(path: &Path, mode: u32) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "#!/bin/sh\n").unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn the_path_is_searched_in_order_and_what_cannot_run_is_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("a/codex")).unwrap();
        program(&dir.path().join("c/codex"), 0o755);
        let path = std::env::join_paths(["a", "b", "c"].map(|name| dir.path().join(name))).unwrap();
        let found = find_in(None, None, Some(&path)).unwrap();
        assert_eq!(
            (found.path, found.origin),
            (dir.path().join("c/codex"), Origin::Path)
        );
    }

    #[test]
    fn nothing_found_says_where_was_looked() {
        let dir = tempfile::tempdir().unwrap();
        let directories = Directories::under(dir.path());
        let error = find_in(None, Some(&directories), None).unwrap_err().to_string();
        assert!(error.contains("data/codex") && error.contains("PATH"), "{error}");
    }

    #[test]
    fn an_explicit_path_that_cannot_be_used_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let missing = dir.path().join("nope");
        let error = find_in(Some(&missing), None, None).unwrap_err();
        assert!(
            matches!(&error, CodexError::Unusable { path, .. } if *path == missing),
            "{error}"
        );
        assert!(
            find_in(Some(dir.path()), None, None)
                .unwrap_err()
                .to_string()
                .contains("not a file")
        );
    }

    #[test]
    fn an_explicit_name_is_looked_up_on_the_path() {
        let dir = tempfile::tempdir().unwrap();
        program(&dir.path().join("codex-nightly"), 0o755);
        let found = find_in(
            Some(Path::new("codex-nightly")),
            None,
            Some(dir.path().as_os_str()),
        )
        .unwrap();
        assert_eq!(
            (found.path, found.origin),
            (dir.path().join("codex-nightly"), Origin::Explicit)
        );
    }
}
