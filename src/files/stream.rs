//! Reading files of every kind, and streams, with limits of size and time.

use std::io::{self, Read};
use std::os::fd::AsFd;
use std::path::Path;
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::decode::decode;
use super::kind::kind_of;
use super::read::{open, read_to_limit, too_long};

/// What may be read of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The most bytes; more is an error.
    pub bytes: u64,
    /// Until when a pipe is waited for; `None` for ever.
    pub deadline: Option<Instant>,
}

/// Reads a regular file, a pipe or a device to the end.
///
/// # Errors
/// Those of opening and reading; [`io::ErrorKind::TimedOut`] at the deadline; one for directories and sockets, and for more
/// than the limit.
pub(crate) fn read(path: &Path, limits: Limits) -> io::Result<Vec<u8>> {
    let file = open(path)?;
    let kind = file.metadata()?.file_type();
    if kind.is_file() {
        read_to_limit(file, limits.bytes)
    } else if kind.is_dir() {
        Err(io::Error::other(format!("it is {}", kind_of(kind))))
    } else {
        read_stream(file, limits)
    }
}

/// Reads text: see [`read`] and [`decode`].
///
/// # Errors
/// Theirs.
pub(crate) fn read_text(path: &Path, limits: Limits) -> io::Result<String> {
    decode(read(path, limits)?).map_err(io::Error::other)
}

/// Reads an open pipe, terminal or device to its end. No part of it may have been read into a buffer before.
///
/// # Errors
/// Those of [`read`].
pub(crate) fn read_stream(mut source: impl Read + AsFd, limits: Limits) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut chunk = vec![0; 64 * 1024];
    loop {
        // Before the first read, because a FIFO without a writer reads as one at its end.
        if !wait(PollFd::new(&source, PollFlags::IN), limits.deadline)? {
            let message = "timed out before its end";
            return Err(io::Error::new(io::ErrorKind::TimedOut, message));
        }
        match source.read(&mut chunk) {
            Ok(0) => return Ok(bytes),
            Ok(read) => bytes.extend_from_slice(&chunk[..read]),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock
                ) => {}
            Err(error) => return Err(error),
        }
        if bytes.len() as u64 > limits.bytes {
            return Err(too_long(limits.bytes));
        }
    }
}

/// Waits until a file is ready; `false` at the deadline.
pub(super) fn wait(file: PollFd<'_>, deadline: Option<Instant>) -> io::Result<bool> {
    let mut polled = [file];
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let timeout = left.and_then(|left| Timespec::try_from(left).ok());
        match poll(&mut polled, timeout.as_ref()) {
            Ok(0) if timeout.is_some() => return Ok(false),
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) => return Ok(true),
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;

    use super::super::read_regular;
    use super::*;
    use std::io::Write;
    use std::time::Duration;

    fn fifo(directory: &Path) -> std::path::PathBuf {
        let path = directory.join("fifo");
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        path
    }

    fn limits(milliseconds: u64) -> Limits {
        Limits {
            bytes: 100,
            deadline: Some(Instant::now() + Duration::from_millis(milliseconds)),
        }
    }

    #[test]
    fn a_fifo_is_read_to_its_end_and_waited_for_only_until_the_deadline() {
        let directory = tempfile::tempdir().unwrap();
        let path = fifo(directory.path());
        let error = read(&path, limits(20)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        let writer = std::thread::spawn({
            let path = path.clone();
            move || {
                let mut file = OpenOptions::new().write(true).open(path).unwrap();
                file.write_all(b"one ").unwrap();
                file.write_all(b"two").unwrap();
            }
        });
        assert_eq!(read(&path, limits(60_000)).unwrap(), b"one two");
        writer.join().unwrap();
    }

    #[test]
    fn only_a_regular_file_within_the_limit_is_regular() {
        let directory = tempfile::tempdir().unwrap();
        let path = fifo(directory.path());
        let refused = |path: &Path| read_regular(path, 100).unwrap_err().to_string();
        assert_eq!(refused(&path), "it is a FIFO, not a regular file");
        assert_eq!(refused(directory.path()), "it is a directory, not a regular file");
        assert_eq!(
            refused(Path::new("/dev/zero")),
            "it is a device, not a regular file"
        );
        let long = directory.path().join("long");
        std::fs::write(&long, vec![b'x'; 2048]).unwrap();
        assert!(read_regular(&long, 2048).is_ok());
        assert_eq!(
            read_regular(&long, 2047).unwrap_err().to_string(),
            "larger than 1 KiB"
        );
    }

    #[test]
    fn a_device_without_an_end_is_read_up_to_the_limit() {
        let error = read(Path::new("/dev/zero"), limits(60_000)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    }
}
