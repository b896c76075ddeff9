//! `--record FILE`: a private file for the events of a run, as they happen. It is opened before the turn, so that an unwritable
//! path costs no tokens; an older recording stays until the run begins.

use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::InputError;
use crate::files::{Paced, Target, append, target};

/// Readable and writable by its owner alone: a recording holds prompts, answers and the output of commands.
const MODE: u32 = 0o600;

/// The file of a recording.
#[derive(Debug)]
pub(crate) struct RecordFile {
    /// As it was named.
    named: PathBuf,
    file: File,
    /// A file of the recording's own, and not a pipe, a device or an output of this process.
    is_own: bool,
}

impl RecordFile {
    /// Opens the file, and makes it where it is missing.
    pub(crate) fn prepare(path: &Path) -> Result<Self, InputError> {
        let open = || {
            let is_own = matches!(target(path)?, Target::File(_));
            io::Result::Ok((append(path, MODE)?, is_own))
        };
        let (file, is_own) = open().map_err(|error| {
            InputError::new(format!("--record {}: {error}", path.display())).hint("choose a writable path")
        })?;
        Ok(Self {
            named: path.to_owned(),
            file,
            is_own,
        })
    }

    /// Empties the file for a new recording.
    ///
    /// # Errors
    /// When it cannot be emptied or made private.
    pub(crate) fn begin(&self) -> io::Result<Paced> {
        if self.is_own {
            self.file.set_len(0)?;
            self.file.set_permissions(Permissions::from_mode(MODE))?;
        }
        Ok(Paced::new(self.file.try_clone()?, None))
    }

    /// As it was named.
    pub(crate) fn path(&self) -> &Path {
        &self.named
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_recording_replaces_another_and_is_private() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("run.jsonl");
        std::fs::write(&path, "an older and longer recording\n").unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        let record = RecordFile::prepare(&path).unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().starts_with("an older"));
        record.begin().unwrap().write_all(b"{}\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{}\n");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_path_that_cannot_be_written_is_an_error_before_the_run() {
        let directory = tempfile::tempdir().unwrap();
        for path in [
            directory.path().to_owned(),
            directory.path().join("none/run.jsonl"),
        ] {
            let error = RecordFile::prepare(&path).unwrap_err();
            assert!(error.to_string().starts_with("--record "), "{error}");
        }
    }
}
