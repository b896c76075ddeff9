//! Where the sockets of runs are: in the state directory, or, where its path is too long for a socket's address and the system
//! has no other way to it, in a short directory that every process of the user finds. Either way the directory is checked at
//! each use.

use std::fmt::Write as _;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rustix::process::geteuid;
use sha2::{Digest, Sha256};

use super::SUFFIX;
use crate::ledger::private;
use crate::runtime::remote::{Address, LONGEST_PATH, names_descriptors};

/// The maximum length of a socket's name: a thread ID and the suffix.
const LONGEST_NAME: usize = 48;

/// The parent of directories with short names. Not from the environment, which differs between cron and a login.
const SHORT: &str = "/tmp";

/// The directory with the sockets of runs.
#[derive(Debug)]
pub(super) struct Place {
    path: PathBuf,
    opened: File,
}

impl Place {
    /// The place of a state directory, made where it is missing.
    ///
    /// # Errors
    /// When it is not this user's alone, or cannot be made.
    pub(super) fn make(state: &Path) -> io::Result<Self> {
        let path = directory(state, names_descriptors());
        let opened = private::directory(&path)?;
        Ok(Self { path, opened })
    }

    /// The place of a state directory; `None` if nothing was there yet.
    ///
    /// # Errors
    /// When it is not this user's alone.
    pub(super) fn find(state: &Path) -> io::Result<Option<Self>> {
        let path = directory(state, names_descriptors());
        let opened = private::existing(&path)?;
        Ok(opened.map(|opened| Self { path, opened }))
    }

    /// The directory.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The path of a thread's socket, to be removed by.
    pub(super) fn socket(&self, thread_id: &str) -> io::Result<PathBuf> {
        // It becomes a file's name.
        let fits = |character: char| character.is_ascii_alphanumeric() || character == '-';
        if thread_id.is_empty()
            || thread_id.len() > LONGEST_NAME - SUFFIX.len()
            || !thread_id.chars().all(fits)
        {
            return Err(io::Error::other(format!("`{thread_id}` is not a thread ID")));
        }
        Ok(self.path.join(format!("{thread_id}{SUFFIX}")))
    }

    /// The address of a file in it.
    pub(super) fn address(&self, file: &Path) -> io::Result<Address> {
        if names_descriptors() && file.as_os_str().len() > LONGEST_PATH {
            let name = file.file_name().unwrap_or_default();
            return Ok(Address::within(self.opened.try_clone()?, Path::new(name)));
        }
        Address::of(file)
    }
}

/// `runs` in the state directory, if sockets can be bound there; otherwise a short path for it that depends on nothing but the
/// user and the state directory.
fn directory(state: &Path, by_descriptor: bool) -> PathBuf {
    let runs = state.join("runs");
    if by_descriptor || runs.as_os_str().len() + 1 + LONGEST_NAME <= LONGEST_PATH {
        return runs;
    }
    // However the path is written.
    let state = state.canonicalize().unwrap_or_else(|_| state.to_owned());
    let digest = Sha256::digest(state.as_os_str().as_encoded_bytes());
    let mut name = format!("turnwise-{}-", geteuid().as_raw());
    for byte in &digest[..8] {
        let _ = write!(name, "{byte:02x}");
    }
    Path::new(SHORT).join(name)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_long_state_directory_has_a_short_place_where_descriptors_have_no_names() {
        let root = tempfile::tempdir().unwrap();
        let state = root.path().join("x".repeat(200));
        std::fs::create_dir(&state).unwrap();
        let link = root.path().join("y".repeat(200));
        std::os::unix::fs::symlink(&state, &link).unwrap();
        let short = directory(&state, false);
        assert!(
            short.as_os_str().len() + 1 + LONGEST_NAME <= LONGEST_PATH,
            "{short:?}"
        );
        assert_eq!(directory(&link, false), short, "one directory has one place");
        assert_ne!(directory(root.path(), false), short);
        assert_eq!(directory(&state, true), state.join("runs"));
        assert_eq!(directory(Path::new("/s"), false), Path::new("/s/runs"));
    }

    #[test]
    fn a_place_that_somebody_else_could_have_made_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let runs = root.path().join("runs");
        std::fs::create_dir(&runs).unwrap();
        std::fs::set_permissions(&runs, std::fs::Permissions::from_mode(0o777)).unwrap();
        for outcome in [Place::make(root.path()).map(Some), Place::find(root.path())] {
            assert!(private::NotPrivate::of(&outcome.unwrap_err()).is_some());
        }
        std::fs::set_permissions(&runs, std::fs::Permissions::from_mode(0o700)).unwrap();
        let place = Place::make(root.path()).unwrap();
        for id in ["", "../x", "a/b", "a.b", &"x".repeat(60)] {
            assert!(place.socket(id).is_err(), "{id}");
        }
    }
}
