//! `-O FILE`: proven writable before the turn, written whole or not at all after it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::InputError;

/// A file that the answer will be written to.
#[derive(Debug)]
pub(crate) struct OutputFile {
    path: PathBuf,
    /// A device or a pipe is written to as it is.
    special: bool,
}

impl OutputFile {
    /// Makes the directory and proves that a file can be put there.
    pub(crate) fn prepare(path: &Path) -> Result<Self, InputError> {
        let wrong = |reason: &dyn std::fmt::Display| {
            InputError::new(format!("--output {}: {reason}", path.display()))
                .hint("choose a path that can be written")
        };
        if let Ok(metadata) = path.metadata() {
            if metadata.is_dir() {
                return Err(wrong(&"it is a directory"));
            }
            if !metadata.is_file() {
                return Ok(Self {
                    path: path.to_owned(),
                    special: true,
                });
            }
            fs::OpenOptions::new()
                .append(true)
                .open(path)
                .map_err(|error| wrong(&error))?;
        }
        // A link stays a link: what it points to is replaced.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let directory = parent(&path);
        fs::create_dir_all(directory).map_err(|error| wrong(&error))?;
        tempfile::NamedTempFile::new_in(directory).map_err(|error| wrong(&error))?;
        Ok(Self { path, special: false })
    }

    /// Writes the answer and a newline.
    pub(crate) fn write(&self, answer: &str) -> std::io::Result<()> {
        let newline = if answer.ends_with('\n') { "" } else { "\n" };
        let text = format!("{answer}{newline}");
        if self.special {
            return fs::OpenOptions::new()
                .write(true)
                .open(&self.path)?
                .write_all(text.as_bytes());
        }
        let mut file = tempfile::NamedTempFile::new_in(parent(&self.path))?;
        file.write_all(text.as_bytes())?;
        let mode = self.path.metadata().map(|metadata| metadata.permissions()).ok();
        fs::set_permissions(file.path(), mode.unwrap_or_else(default_permissions))?;
        file.as_file().sync_all()?;
        file.persist(&self.path).map(drop).map_err(|error| error.error)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// What a new file usually has, instead of a temporary file's 0600.
fn default_permissions() -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    let mask = rustix::process::umask(rustix::fs::Mode::empty());
    rustix::process::umask(mask);
    fs::Permissions::from_mode(0o666 & !mask.bits())
}

fn parent(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn directories_are_made_and_the_answer_ends_in_one_newline() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/answer.txt");
        let output = OutputFile::prepare(&path).unwrap();
        assert!(!path.exists());
        output.write("hi").unwrap();
        output.write("hi again\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "hi again\n");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_written_is_found_out_before() {
        let dir = tempfile::tempdir().unwrap();
        assert!(
            OutputFile::prepare(dir.path())
                .unwrap_err()
                .to_string()
                .contains("directory")
        );
        assert!(OutputFile::prepare(Path::new("/proc/none/answer")).is_err());
    }

    #[test]
    fn the_mode_of_a_file_and_a_link_to_it_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("file"), dir.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        OutputFile::prepare(&link).unwrap().write("new").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new\n");
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o640);
        assert!(link.is_symlink());
    }
}
