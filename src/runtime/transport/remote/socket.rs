//! Sockets in the file system: who is at the other end, and addresses for paths of any length. What is said over them is
//! not known here.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

use rustix::process::geteuid;
use tokio::net::UnixStream;

/// The longest path that fits into a socket's address, with some room for a name that is a little longer.
pub(crate) const LONGEST_PATH: usize = 100;

/// Where the descriptors of a process can be reached by name.
const DESCRIPTORS: &str = "/proc/self/fd";

/// The path to use for a socket's address. It holds as long as this lives.
#[derive(Debug)]
pub(crate) struct Address {
    pub(crate) path: PathBuf,
    _directory: Option<File>,
}

impl Address {
    /// A path that does not fit goes by way of its directory's descriptor, where the system has names for those.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let parents = (path.parent(), path.file_name());
        let (Some(parent), Some(name)) = parents else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        if path.as_os_str().len() <= LONGEST_PATH || !names_descriptors() {
            return Ok(Self {
                path: path.to_owned(),
                _directory: None,
            });
        }
        Ok(Self::within(open_directory(parent)?, Path::new(name)))
    }

    /// The address of a name in a directory that was opened.
    pub(crate) fn within(directory: File, name: &Path) -> Self {
        Self {
            path: Path::new(DESCRIPTORS)
                .join(directory.as_raw_fd().to_string())
                .join(name),
            _directory: Some(directory),
        }
    }
}

/// Whether [`Address::within`] gives a path that leads somewhere.
pub(crate) fn names_descriptors() -> bool {
    cfg!(target_os = "linux") && Path::new(DESCRIPTORS).is_dir()
}

/// Who may be at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Trusted {
    user: u32,
    /// Root can do anything in the user's name anyhow.
    root_too: bool,
}

impl Trusted {
    /// The user that runs this process, and nobody else.
    #[cfg(feature = "cli")]
    pub(crate) fn this_user() -> Self {
        Self {
            user: geteuid().as_raw(),
            root_too: false,
        }
    }

    /// The user that runs this process, and root.
    pub(crate) fn this_user_or_root() -> Self {
        Self {
            user: geteuid().as_raw(),
            root_too: true,
        }
    }

    /// Asks the system who is at the other end.
    ///
    /// # Errors
    /// When it is somebody else, or not known.
    pub(crate) fn check(self, stream: &UnixStream) -> io::Result<()> {
        let found = stream.peer_cred()?.uid();
        let own = self.user;
        if found == own || (self.root_too && found == 0) {
            return Ok(());
        }
        Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("the server belongs to uid {found}, not to uid {own}"),
        ))
    }

    /// The same for a stream of the standard library, which has no way to ask.
    #[cfg(feature = "cli")]
    pub(crate) fn check_blocking(self, stream: &std::os::unix::net::UnixStream) -> io::Result<()> {
        let copy = stream.try_clone()?;
        // On a thread of its own: the caller may be within a runtime, which another one must not be ended in.
        let checked = std::thread::scope(|scope| {
            let asking = scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_io()
                    .build()?;
                let _entered = runtime.enter();
                copy.set_nonblocking(true)?;
                self.check(&UnixStream::from_std(copy)?)
            });
            asking
                .join()
                .unwrap_or_else(|_| Err(io::Error::other("the server's user is unknown")))
        });
        // The copy shares this with the stream.
        stream.set_nonblocking(false)?;
        checked
    }
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::*;

    /// Another user than this one.
    fn another(root_too: bool) -> Trusted {
        Trusted {
            user: geteuid().as_raw() + 1,
            root_too,
        }
    }

    #[tokio::test]
    async fn only_the_same_user_is_trusted_and_root_where_that_is_said() {
        let (stream, _other) = UnixStream::pair().unwrap();
        let own = geteuid().as_raw();
        Trusted::this_user().check(&stream).unwrap();
        Trusted::this_user_or_root().check(&stream).unwrap();
        let refused = another(false).check(&stream).unwrap_err();
        assert!(refused.to_string().contains(&format!("uid {own},")), "{refused}");
        assert_eq!(another(true).check(&stream).is_ok(), own == 0);
    }

    #[tokio::test]
    async fn a_stream_that_was_asked_about_still_blocks() {
        let (stream, _other) = std::os::unix::net::UnixStream::pair().unwrap();
        Trusted::this_user().check_blocking(&stream).unwrap();
        assert!(another(false).check_blocking(&stream).is_err());
        let flags = rustix::fs::fcntl_getfl(&stream).unwrap();
        assert!(!flags.contains(rustix::fs::OFlags::NONBLOCK));
    }

    #[test]
    fn a_path_of_any_length_has_an_address() {
        let root = tempfile::tempdir().unwrap();
        let deep = root.path().join("d".repeat(120)).join("e".repeat(120));
        std::fs::create_dir_all(&deep).unwrap();
        let path = deep.join("s.sock");
        let listener = std::os::unix::net::UnixListener::bind(&Address::of(&path).unwrap().path);
        assert_eq!(listener.is_ok(), names_descriptors());
        if listener.is_ok() {
            assert!(path.exists());
            std::os::unix::net::UnixStream::connect(&Address::of(&path).unwrap().path).unwrap();
        }
    }
}
/// Opens a directory, and nothing else in its place.
fn open_directory(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    std::fs::OpenOptions::new()
        .read(true)
        .custom_flags(rustix::fs::OFlags::DIRECTORY.bits().cast_signed())
        .open(path)
}
