//! Files and directories on the command line: checks that they exist and have the right kind, and makes them absolute.

use std::path::{Path, PathBuf};

use crate::files;

use super::InputError;

/// An existing directory, absolute. `flag` is named in the error.
pub(crate) fn directory(path: &Path, flag: &str) -> Result<PathBuf, InputError> {
    let absolute = real(path, flag)?;
    if absolute.is_dir() {
        Ok(absolute)
    } else {
        Err(wrong(flag, path, "not a directory"))
    }
}

/// An existing file or directory, absolute.
pub(crate) fn existing(path: &Path, flag: &str) -> Result<PathBuf, InputError> {
    let absolute = real(path, flag)?;
    let kind = absolute
        .metadata()
        .map_err(|error| wrong(flag, path, error))?
        .file_type();
    if kind.is_file() || kind.is_dir() {
        Ok(absolute)
    } else {
        let reason = format!("it is {}, not a file or directory", files::kind_of(kind));
        Err(wrong(flag, path, reason))
    }
}

/// An existing regular file, absolute.
pub(crate) fn file(path: &Path, flag: &str) -> Result<PathBuf, InputError> {
    let absolute = real(path, flag)?;
    files::open_regular(&absolute).map_err(|error| wrong(flag, path, error))?;
    Ok(absolute)
}

/// A readable image. For an unreadable one, Codex would run the turn with a note in its place.
pub(crate) fn image(path: &Path) -> Result<PathBuf, InputError> {
    const FLAG: &str = "--image";
    let absolute = real(path, FLAG)?;
    files::check_image(&absolute).map_err(|error| wrong(FLAG, path, error))?;
    Ok(absolute)
}

/// The path without links. It goes to Codex and into jobs as text.
fn real(path: &Path, flag: &str) -> Result<PathBuf, InputError> {
    let absolute = path.canonicalize().map_err(|error| wrong(flag, path, error))?;
    // The path that was given may be another name for it, such as `.`.
    check_name(&absolute, flag)?;
    Ok(absolute)
}

/// Refuses a path that is not UTF-8.
pub(crate) fn check_name(path: &Path, flag: &str) -> Result<(), InputError> {
    match path.to_str() {
        Some(_) => Ok(()),
        None => Err(wrong(flag, path, "the name is not UTF-8, which Codex requires")),
    }
}

fn wrong(flag: &str, path: &Path, reason: impl std::fmt::Display) -> InputError {
    InputError::new(format!("{flag} {}: {reason}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_does_not_fit_is_named_with_its_flag() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.txt");
        std::fs::write(&file, "text").unwrap();
        assert!(existing(&file, "--attach").is_ok());
        assert!(directory(&file, "--cd").unwrap_err().to_string().contains("--cd"));
        assert!(image(&file).unwrap_err().to_string().contains("not a PNG"));
        let missing = existing(&dir.path().join("none"), "--attach")
            .unwrap_err()
            .to_string();
        assert!(
            missing.contains("--attach") && missing.contains("none"),
            "{missing}"
        );
    }

    #[test]
    fn images_are_known_by_their_first_bytes() {
        let dir = tempfile::tempdir().unwrap();
        for (name, head) in [
            ("a.png", &b"\x89PNG\r\n\x1a\n...."[..]),
            ("b", b"\xff\xd8\xff\xe0"),
            ("c", b"RIFF....WEBP"),
        ] {
            let path = dir.path().join(name);
            std::fs::write(&path, head).unwrap();
            assert!(image(&path).is_ok(), "{name}");
        }
    }
}
