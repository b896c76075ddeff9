//! Programs that are named without a path: looked up on the `PATH`, and never in the working directory. Looks at files and
//! starts nothing.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use crate::environment::variable;

/// The `PATH` to use if it has no absolute entries. An empty one would mean the working directory.
const USUAL: &str = "/usr/bin:/bin";

/// The absolute entries of a `PATH`. With an empty or relative entry, such as `.`, the working directory could choose the
/// program.
fn absolute_entries(path: &OsStr) -> OsString {
    let entries = std::env::split_paths(path).filter(|entry| entry.is_absolute());
    // An entry that came out of a list holds no separator, so that joining does not fail.
    std::env::join_paths(entries).unwrap_or_default()
}

/// A `PATH` to start programs with: the absolute entries of another one, or else the usual ones.
pub fn search_path_of(path: &OsStr) -> OsString {
    Some(absolute_entries(path))
        .filter(|path| !path.is_empty())
        .unwrap_or_else(|| USUAL.into())
}

/// The same of this process's `PATH`.
pub fn search_path() -> OsString {
    search_path_of(&variable("PATH").unwrap_or_default())
}

/// Whether this is the name of a command, as for a shell, and not a path: it has no slash.
pub(crate) fn is_bare(program: &Path) -> bool {
    let name = program.as_os_str().as_bytes();
    !name.is_empty() && !name.contains(&b'/')
}

/// The first executable file of this name in the absolute entries of a `PATH`.
pub(crate) fn on_path(name: &OsStr, path: &OsStr) -> Option<PathBuf> {
    let path = absolute_entries(path);
    let mut programs = std::env::split_paths(&path)
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join(name));
    programs.find(|program| is_executable(program).is_ok())
}

/// A program by name or path: a name is looked up on this process's `PATH`, a path is unchanged.
#[cfg(any(feature = "cli", feature = "hooks"))]
pub(crate) fn named(word: &str) -> std::io::Result<PathBuf> {
    let program = Path::new(word);
    if !is_bare(program) {
        return Ok(program.to_owned());
    }
    on_path(program.as_os_str(), &variable("PATH").unwrap_or_default()).ok_or_else(|| {
        std::io::Error::new(
            std::io::ErrorKind::NotFound,
            format!("`{word}` not found on the PATH"),
        )
    })
}

/// Whether a file can be executed, and why not.
pub(crate) fn is_executable(path: &Path) -> std::io::Result<()> {
    if !path.metadata()?.is_file() {
        return Err(std::io::Error::other("not a file"));
    }
    access(path, Access::EXEC_OK).map_err(|errno| std::io::Error::new(errno.kind(), "not executable"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_that_depend_on_the_working_directory_are_left_out() {
        for (path, kept) in [
            ("", ""),
            (".", ""),
            (":/bin:", "/bin"),
            ("/usr/bin:.:bin:./x:../y:/bin", "/usr/bin:/bin"),
        ] {
            assert_eq!(absolute_entries(OsStr::new(path)), kept, "{path}");
            // An empty one would be the working directory again.
            let started_with = if kept.is_empty() { "/usr/bin:/bin" } else { kept };
            assert_eq!(search_path_of(OsStr::new(path)), started_with, "{path}");
        }
    }

    #[test]
    fn only_a_word_without_a_slash_is_looked_up() {
        for (word, bare) in [
            ("codex", true),
            ("./codex", false),
            ("codex/", false),
            ("/bin/codex", false),
            ("", false),
        ] {
            assert_eq!(is_bare(Path::new(word)), bare, "{word}");
        }
    }

    #[test]
    fn the_working_directory_is_not_searched() {
        // The tests run in the directory of the package, where this is a file.
        let name = "Cargo.toml";
        assert!(Path::new(name).exists());
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join(name);
        std::fs::write(&program, "#!/bin/sh\n").unwrap();
        std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let mut path = OsString::from(":.:");
        path.push(directory.path());
        assert_eq!(on_path(OsStr::new(name), &path), Some(program));
        assert_eq!(on_path(OsStr::new(name), OsStr::new("")), None);
    }
}
