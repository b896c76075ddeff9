//! Output paths that may be open descriptors: `/dev/stdout`, `/dev/fd/3`, or the file that stdout goes to. Output to them
//! goes through the open descriptor, after its present content.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

/// How many links are followed.
const LINKS: usize = 40;

/// The target of a path, for a writer.
#[derive(Debug)]
pub(crate) enum Target {
    /// A descriptor that this process was given: written through.
    Descriptor(File),
    /// A device or a FIFO: opened and written as it is. Opening a FIFO waits for its reader.
    Special(PathBuf),
    /// A regular file, or none yet, with all links followed: can be replaced.
    File(PathBuf),
}

/// Finds the target of a path.
///
/// # Errors
/// A directory, a socket, a descriptor that is not open for writing, a circle of links.
pub(crate) fn target(path: &Path) -> io::Result<Target> {
    let path = match followed(path)? {
        Followed::Descriptor(number) => return inherited(number).map(Target::Descriptor),
        Followed::Path(path) => path,
    };
    let metadata = match path.metadata() {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Target::File(path)),
        Err(error) => return Err(error),
    };
    let kind = metadata.file_type();
    if kind.is_dir() || kind.is_socket() {
        return Err(io::Error::other(format!("it is {}", super::kind_of(kind))));
    }
    if !kind.is_file() {
        return Ok(Target::Special(path));
    }
    // Replaced, it would take with it what goes there later; written beside, both would overwrite each other.
    let is_same = |open: rustix::io::Result<rustix::fs::Stat>| {
        open.is_ok_and(|open| (open.st_dev, open.st_ino) == (metadata.dev() as _, metadata.ino() as _))
    };
    if is_same(rustix::fs::fstat(rustix::stdio::stdout())) {
        return inherited(1).map(Target::Descriptor);
    }
    if is_same(rustix::fs::fstat(rustix::stdio::stderr())) {
        return inherited(2).map(Target::Descriptor);
    }
    Ok(Target::File(path))
}

/// Opens a file to append to, made with this mode if it is not there. A FIFO without a reader is an error, and one whose
/// reader is slow takes nothing instead of blocking.
///
/// # Errors
/// Those of [`target`] and of opening.
pub(crate) fn append(path: &Path, mode: u32) -> io::Result<File> {
    let (path, special) = match target(path)? {
        Target::Descriptor(file) => return Ok(file),
        Target::Special(path) => (path, true),
        Target::File(path) => (path, false),
    };
    let opened = OpenOptions::new()
        .create(!special)
        .append(true)
        .mode(mode)
        .custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed())
        .open(path);
    opened.map_err(|error| {
        if special && error.raw_os_error() == Some(rustix::io::Errno::NXIO.raw_os_error()) {
            io::Error::other("nothing reads from it")
        } else {
            error
        }
    })
}

enum Followed {
    Descriptor(i32),
    Path(PathBuf),
}

/// Follows links up to a descriptor of this process, or to their end.
fn followed(path: &Path) -> io::Result<Followed> {
    let mut path = std::path::absolute(path)?;
    for _ in 0..LINKS {
        let parent = path.parent().and_then(|parent| parent.canonicalize().ok());
        let (Some(parent), Some(name)) = (parent, path.file_name()) else {
            break;
        };
        if is_descriptors(&parent)
            && let Some(number) = name.to_str().and_then(|name| name.parse().ok())
        {
            return Ok(Followed::Descriptor(number));
        }
        path = parent.join(name);
        match path.read_link() {
            // A relative one starts where the link is; an absolute one replaces it.
            Ok(next) => path = parent.join(next),
            Err(_) => return Ok(Followed::Path(path)),
        }
    }
    if path.is_symlink() {
        return Err(rustix::io::Errno::LOOP.into());
    }
    Ok(Followed::Path(path))
}

/// Whether a directory's entries are the descriptors of this process.
fn is_descriptors(directory: &Path) -> bool {
    let mut names = directory
        .strip_prefix("/proc")
        .into_iter()
        .flat_map(Path::iter)
        .map(|name| name.to_string_lossy());
    let process = std::process::id().to_string();
    let of_process = names.next().is_some_and(|name| name == process)
        && names.next_back().is_some_and(|name| name == "fd");
    of_process || directory == Path::new("/dev/fd")
}

/// Another handle of a descriptor that this process was given, with the same place in its file.
fn inherited(number: i32) -> io::Result<File> {
    let file = match number {
        0 => rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3),
        1 => rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 3),
        2 => rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stderr(), 3),
        number => return other(number),
    };
    writable(File::from(file?))
}

fn writable(file: File) -> io::Result<File> {
    let mode = rustix::fs::fcntl_getfl(&file)? & OFlags::RWMODE;
    if mode == OFlags::WRONLY || mode == OFlags::RDWR {
        Ok(file)
    } else {
        Err(io::Error::other("not open for writing"))
    }
}

#[cfg(target_os = "linux")]
fn other(number: i32) -> io::Result<File> {
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
    let closed = || io::Error::from(rustix::io::Errno::BADF);
    // Only descriptors that children inherit can be written to, not those that turnwise opened for itself.
    let about = std::fs::read_to_string(format!("/proc/self/fdinfo/{number}")).map_err(|_| closed())?;
    let flags = about.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok());
    if flags.is_none_or(|flags| flags & OFlags::CLOEXEC.bits() != 0) {
        return Err(closed());
    }
    let own = pidfd_open(getpid(), PidfdFlags::empty());
    let taken = own.and_then(|own| pidfd_getfd(own, number, PidfdGetfdFlags::empty()));
    if let Ok(taken) = taken {
        return writable(File::from(taken));
    }
    // A pipe or a device has no place in it that could be shared, so that a second opening does as well.
    let path = PathBuf::from(format!("/proc/self/fd/{number}"));
    if path.metadata()?.is_file() {
        return Err(io::Error::other(
            "this system cannot write through it; redirect stdout instead",
        ));
    }
    OpenOptions::new().write(true).open(path)
}

/// Opening it duplicates it there.
#[cfg(not(target_os = "linux"))]
fn other(number: i32) -> io::Result<File> {
    writable(OpenOptions::new().write(true).open(format!("/dev/fd/{number}"))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_descriptor_is_recognised_by_every_name_and_through_links() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("link");
        symlink("/dev/stderr", &link).unwrap();
        let chain = directory.path().join("chain");
        symlink("link", &chain).unwrap();
        let own = format!("/proc/{}/fd/2", std::process::id());
        for path in [
            Path::new("/dev/stderr"),
            Path::new("/dev/fd/2"),
            Path::new("/proc/self/fd/2"),
            Path::new("/proc/thread-self/fd/2"),
            Path::new("/dev/../dev/fd/2"),
            Path::new(&own),
            &link,
            &chain,
        ] {
            assert!(
                matches!(target(path), Ok(Target::Descriptor(_))),
                "{}: {:?}",
                path.display(),
                target(path)
            );
        }
    }

    #[test]
    fn what_turnwise_opened_itself_is_not_a_descriptor_that_was_given() {
        use std::os::fd::AsRawFd;
        let own = File::open("/dev/null").unwrap();
        assert!(target(Path::new(&format!("/dev/fd/{}", own.as_raw_fd()))).is_err());
        assert!(target(Path::new("/dev/fd/987")).is_err());
    }

    #[test]
    fn a_link_to_a_file_that_is_not_there_leads_to_it_and_a_circle_nowhere() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        symlink("new.txt", root.join("link")).unwrap();
        assert!(matches!(target(&root.join("link")), Ok(Target::File(path)) if path == root.join("new.txt")));
        symlink("circle", root.join("circle")).unwrap();
        assert!(target(&root.join("circle")).is_err());
        assert!(matches!(target(Path::new("/dev/null")), Ok(Target::Special(_))));
        assert!(target(&root).unwrap_err().to_string().contains("directory"));
    }
}
