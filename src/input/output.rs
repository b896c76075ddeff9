//! `-O FILE`: proven writable before anything is spent, written whole or not at all afterwards. A descriptor of this process,
//! a device or a FIFO is written to as it is.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::files::{Paced, Target, open_special, target};

use super::InputError;

/// What is expected of the directory of a file that is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Directory {
    /// It must exist.
    Existing,
    /// It is made, if it does not exist.
    Made,
}

impl Directory {
    /// As `--mkdir` says.
    pub(crate) fn made_if(mkdir: bool) -> Self {
        if mkdir { Self::Made } else { Self::Existing }
    }
}

/// A file that the answer will be written to.
#[derive(Debug)]
pub(crate) struct OutputFile {
    /// As it was named.
    named: PathBuf,
    target: Target,
}

impl OutputFile {
    /// Proves that the file can be put there. Its directory must exist, or is made if that was asked for.
    pub(crate) fn prepare(path: &Path, directory: Directory) -> Result<Self, InputError> {
        let wrong = |error: io::Error| {
            InputError::new(format!("--output {}: {error}", path.display())).hint("choose a writable path")
        };
        let target = target(path).map_err(wrong)?;
        if let Target::File(file) = &target {
            let parent = parent(file);
            match directory {
                Directory::Made => fs::create_dir_all(parent).map_err(wrong)?,
                Directory::Existing if !parent.exists() => {
                    // As it was named, unless a link leads elsewhere.
                    let named = Some(self::parent(path)).filter(|named| !named.exists());
                    let (path, parent) = (path.display(), named.unwrap_or(parent).display());
                    let error = InputError::new(format!("--output {path}: {parent} does not exist"));
                    return Err(error.hint("add --mkdir to create the directory"));
                }
                Directory::Existing => {}
            }
            prove(file).map_err(wrong)?;
        }
        Ok(Self {
            named: path.to_owned(),
            target,
        })
    }

    /// Writes the answer and a newline. What does not take it is waited for until the deadline.
    pub(crate) fn write(&self, answer: &str, deadline: Option<Instant>) -> io::Result<()> {
        let newline = if answer.ends_with('\n') { "" } else { "\n" };
        self.write_with(deadline, |out| write!(out, "{answer}{newline}"))
    }

    /// Writes the output of a function.
    pub(crate) fn write_with(
        &self,
        deadline: Option<Instant>,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let file = match &self.target {
            Target::File(path) => return replace(path, content),
            Target::Descriptor(file) => file.try_clone()?,
            Target::Special(path) => open_special(path, deadline)?,
        };
        let mut out = BufWriter::new(Paced::new(file, deadline));
        match content(&mut out).and_then(|()| out.flush()) {
            // A closed pipe is not an error.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            outcome => outcome,
        }
    }

    /// Another handle, for another thread.
    pub(crate) fn try_clone(&self) -> io::Result<Self> {
        Ok(Self {
            named: self.named.clone(),
            target: match &self.target {
                Target::Descriptor(file) => Target::Descriptor(file.try_clone()?),
                Target::Special(path) => Target::Special(path.clone()),
                Target::File(path) => Target::File(path.clone()),
            },
        })
    }

    /// Whether it is a descriptor of this process.
    pub(crate) fn is_descriptor(&self) -> bool {
        matches!(self.target, Target::Descriptor(_))
    }

    /// As it was named.
    pub(crate) fn path(&self) -> &Path {
        &self.named
    }
}

fn prove(path: &Path) -> io::Result<()> {
    if path.exists() {
        fs::OpenOptions::new().append(true).open(path)?;
    }
    tempfile::NamedTempFile::new_in(parent(path)).map(drop)
}

/// Replaces a file atomically, through a temporary file beside it.
pub(crate) fn replace(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(parent(path))?;
    let mut out = BufWriter::new(file.as_file_mut());
    content(&mut out)?;
    let written: &mut File = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    written.sync_all()?;
    let mode = path.metadata().map(|metadata| metadata.permissions()).ok();
    fs::set_permissions(file.path(), mode.unwrap_or_else(default_permissions))?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// The usual mode of a new file, instead of a temporary file's 0600.
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
        let output = OutputFile::prepare(&path, Directory::Made).unwrap();
        assert!(!path.exists());
        output.write("hi", None).unwrap();
        output.write("hi again\n", None).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "hi again\n");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_directory_that_does_not_exist_is_made_only_if_that_was_asked_for() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/answer.txt");
        let error = OutputFile::prepare(&path, Directory::Existing).unwrap_err();
        let expected = format!(
            "--output {}: {} does not exist",
            path.display(),
            dir.path().join("a").display()
        );
        assert_eq!(error.to_string(), expected);
        assert!(!dir.path().join("a").exists());
    }

    #[test]
    fn what_cannot_be_written_is_found_out_before() {
        let dir = tempfile::tempdir().unwrap();
        assert!(
            OutputFile::prepare(dir.path(), Directory::Existing)
                .unwrap_err()
                .to_string()
                .contains("directory")
        );
        assert!(OutputFile::prepare(Path::new("/proc/none/answer"), Directory::Made).is_err());
    }

    #[test]
    fn the_mode_of_a_file_and_a_link_to_it_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("file"), dir.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let output = OutputFile::prepare(&link, Directory::Existing).unwrap();
        output.write("new", None).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new\n");
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o640);
        assert!(link.is_symlink());
    }

    #[test]
    fn a_link_to_a_file_that_is_not_there_yet_stays_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let link = dir.path().join("link");
        std::os::unix::fs::symlink("new.txt", &link).unwrap();
        let output = OutputFile::prepare(&link, Directory::Existing).unwrap();
        output.write("new", None).unwrap();
        assert_eq!(fs::read_to_string(dir.path().join("new.txt")).unwrap(), "new\n");
        assert!(link.is_symlink());
    }
}
