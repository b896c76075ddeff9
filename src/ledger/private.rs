//! Directories and files that only their user can enter: mode 0700 or 0600, the user's own, and no links. What is in them is
//! not known here. They are checked at each use, because somebody may have changed them since they were made.

use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Mode, OFlags, fstat, lstat, open};
use rustix::io::Errno;
use rustix::process::geteuid;

/// Why a directory or file is not the user's alone, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {fault}", path.display())]
pub(crate) struct NotPrivate {
    path: PathBuf,
    fault: Fault,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Fault {
    #[error("is a link or a file, not a directory")]
    NoDirectory,
    #[error("is not a regular file")]
    NoFile,
    #[error("belongs to uid {found}, not to the current uid {own}")]
    Owner { found: u32, own: u32 },
    #[error("is accessible to other users (mode {mode:o})")]
    Mode { mode: u32, needed: u32 },
}

impl NotPrivate {
    /// What to do.
    pub(crate) fn hint(&self) -> String {
        let path = self.path.display();
        match self.fault {
            Fault::NoDirectory | Fault::NoFile => {
                format!("move {path} away, or set TURNWISE_HOME to another directory")
            }
            Fault::Owner { .. } => {
                "run turnwise as that user, or set TURNWISE_HOME to a directory that you own".to_owned()
            }
            Fault::Mode { needed, .. } => format!("run `chmod {needed:o} {path}`"),
        }
    }

    /// This error, where it is the reason of an I/O error.
    pub(crate) fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

/// What is wrong with an owner and a mode, if anything is.
fn fault(owner: u32, own: u32, mode: u32, needed: u32) -> Option<Fault> {
    if owner != own {
        return Some(Fault::Owner { found: owner, own });
    }
    let mode = mode & 0o777;
    (mode & 0o077 != 0).then_some(Fault::Mode { mode, needed })
}

fn refused(path: &Path, fault: Fault) -> io::Error {
    let path = path.to_owned();
    io::Error::new(io::ErrorKind::PermissionDenied, NotPrivate { path, fault })
}

/// Makes a directory and those above it where they are missing, and opens it.
///
/// # Errors
/// [`NotPrivate`] inside, or the system's own.
pub(crate) fn directory(path: &Path) -> io::Result<File> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    existing(path)?.ok_or_else(|| io::ErrorKind::NotFound.into())
}

/// Makes a directory, and those above it where they are missing.
///
/// # Errors
/// A refusal that says what is wrong with the directory, when it was there and others can enter it; otherwise the system's own.
pub fn make_private(path: &Path) -> io::Result<()> {
    directory(path).map(drop)
}

/// Opens a directory; `None` if there is none.
///
/// # Errors
/// As [`directory`].
pub(crate) fn existing(path: &Path) -> io::Result<Option<File>> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let opened = match open(path, flags, Mode::empty()) {
        Ok(opened) => opened,
        Err(Errno::NOENT) => return Ok(None),
        Err(Errno::NOTDIR | Errno::LOOP) => return Err(refused(path, Fault::NoDirectory)),
        Err(error) => return Err(error.into()),
    };
    let status = fstat(&opened)?;
    match fault(status.st_uid, geteuid().as_raw(), mode_of(&status), 0o700) {
        None => Ok(Some(opened.into())),
        Some(fault) => Err(refused(path, fault)),
    }
}

/// Checks a file, if there is one.
///
/// # Errors
/// As [`directory`].
pub(crate) fn check_file(path: &Path) -> io::Result<()> {
    let status = match lstat(path) {
        Err(Errno::NOENT) => return Ok(()),
        status => status?,
    };
    if FileType::from_raw_mode(status.st_mode) != FileType::RegularFile {
        return Err(refused(path, Fault::NoFile));
    }
    match fault(status.st_uid, geteuid().as_raw(), mode_of(&status), 0o600) {
        None => Ok(()),
        Some(fault) => Err(refused(path, fault)),
    }
}

#[cfg_attr(
    target_os = "linux",
    expect(clippy::useless_conversion, reason = "narrower elsewhere")
)]
fn mode_of(status: &rustix::fs::Stat) -> u32 {
    status.st_mode.into()
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_directory_that_others_can_enter_is_refused_with_the_remedy() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a/b");
        directory(&path).unwrap();
        for mode in [0o755, 0o770, 0o701] {
            std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            for outcome in [directory(&path).map(Some), existing(&path)] {
                let error = outcome.unwrap_err();
                let reason = NotPrivate::of(&error).unwrap();
                assert_eq!(
                    reason.to_string(),
                    format!("{} is accessible to other users (mode {mode:o})", path.display())
                );
                assert_eq!(reason.hint(), format!("run `chmod 700 {}`", path.display()));
            }
        }
        std::fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
        directory(&path).unwrap();
        let link = root.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let error = existing(&link).unwrap_err();
        assert!(error.to_string().contains("link"), "{error}");
        assert!(existing(&root.path().join("none")).unwrap().is_none());
    }

    #[test]
    fn what_belongs_to_somebody_else_is_refused_whatever_its_mode() {
        assert_eq!(fault(1, 2, 0o700, 0o700), Some(Fault::Owner { found: 1, own: 2 }));
        // Also for root, who would leave files behind that their owner cannot read.
        assert_eq!(
            fault(1000, 0, 0o700, 0o700),
            Some(Fault::Owner { found: 1000, own: 0 })
        );
        assert_eq!(fault(2, 2, 0o100_600, 0o600), None);
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("file");
        check_file(&path).unwrap();
        let file = File::create(&path).unwrap();
        file.set_permissions(Permissions::from_mode(0o640)).unwrap();
        let error = check_file(&path).unwrap_err();
        let hint = NotPrivate::of(&error).unwrap().hint();
        assert!(hint.starts_with("run `chmod 600 "), "{hint}");
        file.set_permissions(Permissions::from_mode(0o600)).unwrap();
        check_file(&path).unwrap();
        let link = root.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(check_file(&link).is_err() && check_file(root.path()).is_err());
    }
}
