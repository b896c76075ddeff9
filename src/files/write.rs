//! Writing with a time limit, for pipes without a reader.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
use rustix::fs::OFlags;
use rustix::io::Errno;

use super::stream::wait;

/// How much a pipe that is ready certainly takes at once without blocking: the least that POSIX allows.
const AT_ONCE: usize = 512;

/// Interval of the check whether a FIFO has a reader; there is no event for it.
const PAUSE: Duration = Duration::from_millis(20);

/// Opens a device or a FIFO for writing. A FIFO is opened once it has a reader.
///
/// # Errors
/// Those of opening; [`io::ErrorKind::TimedOut`] for a FIFO without a reader at the deadline.
pub(crate) fn open_special(path: &Path, deadline: Option<Instant>) -> io::Result<File> {
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
    loop {
        match OpenOptions::new().write(true).custom_flags(flags).open(path) {
            Err(error) if error.raw_os_error() == Some(Errno::NXIO.raw_os_error()) => {
                if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                    let message = "timed out; nothing reads from it";
                    return Err(io::Error::new(io::ErrorKind::TimedOut, message));
                }
                std::thread::sleep(PAUSE);
            }
            opened => return opened,
        }
    }
}

/// A writer that waits until the deadline at most for each part to be taken; `None` for ever.
#[derive(Debug)]
pub(crate) struct Paced {
    file: File,
    deadline: Option<Instant>,
}

impl Paced {
    /// Writes to an open file of any kind.
    pub(crate) fn new(file: File, deadline: Option<Instant>) -> Self {
        Self { file, deadline }
    }
}

impl Write for Paced {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            let polled = PollFd::new(&self.file, PollFlags::OUT);
            if !wait(polled, self.deadline)? {
                let message = "timed out before all of it was read";
                return Err(io::Error::new(io::ErrorKind::TimedOut, message));
            }
            match self.file.write(&bytes[..bytes.len().min(AT_ONCE)]) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                outcome => return outcome,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(50)
    }

    #[test]
    fn a_fifo_without_a_reader_is_given_up_on_at_the_deadline() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("fifo");
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        let error = open_special(&path, Some(soon())).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        let reader = std::thread::spawn({
            let path = path.clone();
            move || std::fs::read_to_string(path).unwrap()
        });
        let file = open_special(&path, None).unwrap();
        Paced::new(file, None).write_all(b"text").unwrap();
        assert_eq!(reader.join().unwrap(), "text");
    }

    #[test]
    fn a_pipe_whose_reader_does_not_read_is_given_up_on_at_the_deadline_and_loses_nothing_before() {
        let (mut read_end, write_end) = std::io::pipe().unwrap();
        let text = vec![b'x'; 1 << 20];
        let write_end = File::from(std::os::fd::OwnedFd::from(write_end));
        let mut writer = Paced::new(write_end.try_clone().unwrap(), Some(soon()));
        assert_eq!(
            writer.write_all(&text).unwrap_err().kind(),
            io::ErrorKind::TimedOut
        );
        drop(writer);
        let reader = std::thread::spawn(move || {
            let mut all = Vec::new();
            read_end.read_to_end(&mut all).unwrap();
            all.len()
        });
        let mut writer = Paced::new(write_end, None);
        writer.write_all(&text).unwrap();
        drop(writer);
        assert!(reader.join().unwrap() > text.len());
    }
}
