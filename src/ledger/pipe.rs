//! Waking others on one machine: a named pipe that the listener reads and everyone else of the same user may write.
//!
//! It also tells whether the listener is alive: a pipe that nobody reads belongs to nobody. Opening and writing a pipe never
//! waits for its other end.

use std::fs::File;
use std::future::{Future, ready};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::pin::Pin;

use rustix::fs::{CWD, FileType, Mode, OFlags, mkfifoat, open};
use rustix::io::Errno;
use rustix::process::geteuid;
use tokio::net::unix::pipe::Receiver;

use super::wake::{Wake, WakeError, WakeFuture, WakeListener, WakeMessage};
use super::{LedgerError, private};

/// The most that is written at once, so that messages of several writers do not mix (`PIPE_BUF`).
const LONGEST: usize = 4096;

/// Wakes by named pipes in a state directory.
#[derive(Debug, Clone)]
pub struct PipeWake {
    state: PathBuf,
}

impl PipeWake {
    /// For the runs whose pipes are in this state directory. Nothing is made before somebody listens.
    pub fn new(state: impl Into<PathBuf>) -> Self {
        Self { state: state.into() }
    }

    /// Tells everyone whose name begins like this to look at the ledger. Nobody has to be there.
    pub(crate) fn notify_all(&self, prefix: &str) {
        let runs = self.state.join("runs");
        if let Err(error) = private::existing(&runs) {
            return tracing::warn!("nobody is woken: {error}");
        }
        let Ok(entries) = std::fs::read_dir(runs) else {
            return;
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        for name in names.filter(|name| name.starts_with(prefix)) {
            if let Err(error) = send(&self.state, &name, &WakeMessage::Look) {
                tracing::warn!("{name} was not woken: {error}");
            }
        }
    }
}

impl Wake for PipeWake {
    fn listen(&self, name: &str) -> WakeFuture<Result<Box<dyn WakeListener>, LedgerError>> {
        let listener = PipeListener::open(&self.state, name)
            .map(|listener| Box::new(listener) as Box<dyn WakeListener>)
            .map_err(|error| LedgerError::from_io(&self.state, &error));
        Box::pin(ready(listener))
    }

    fn notify(&self, name: &str, message: WakeMessage) -> WakeFuture<Result<bool, WakeError>> {
        Box::pin(ready(send(&self.state, name, &message)))
    }

    fn is_listening(&self, name: &str) -> WakeFuture<bool> {
        Box::pin(ready(is_alive(&self.state, name)))
    }
}

/// Where the pipes are.
fn path_of(state: &Path, name: &str) -> PathBuf {
    state.join("runs").join(name)
}

/// The listener's end. The pipe is removed when it is dropped.
#[derive(Debug)]
pub(crate) struct PipeListener {
    path: PathBuf,
    pipe: Receiver,
    unread: Vec<u8>,
}

impl PipeListener {
    /// Makes the pipe and listens. Must be called within a tokio runtime.
    pub(crate) fn open(state: &Path, name: &str) -> io::Result<Self> {
        let path = path_of(state, name);
        if let Some(directory) = path.parent() {
            private::directory(directory)?;
        }
        mkfifoat(CWD, &path, Mode::RUSR | Mode::WUSR)?;
        // Open for writing too, so that the pipe does not end with each writer.
        let pipe = open(
            &path,
            OFlags::RDWR | OFlags::NONBLOCK | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        Ok(Self {
            pipe: Receiver::from_file_unchecked(File::from(pipe))?,
            path,
            unread: Vec::new(),
        })
    }

    /// The next message. Cancel-safe.
    pub(crate) async fn recv(&mut self) -> io::Result<WakeMessage> {
        loop {
            if let Some(end) = self.unread.iter().position(|byte| *byte == b'\n') {
                let line = self.unread.drain(..=end).collect::<Vec<_>>();
                if let Ok(message) = serde_json::from_slice(&line) {
                    return Ok(message);
                }
                tracing::warn!("an unreadable message came through the pipe");
                continue;
            }
            self.pipe.readable().await?;
            let mut chunk = [0; LONGEST];
            match self.pipe.try_read(&mut chunk) {
                Ok(read) => self.unread.extend_from_slice(&chunk[..read]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl WakeListener for PipeListener {
    fn recv(&mut self) -> Pin<Box<dyn Future<Output = io::Result<WakeMessage>> + Send + '_>> {
        Box::pin(self.recv())
    }
}

impl Drop for PipeListener {
    fn drop(&mut self) {
        // One that stays behind is found dead by whoever looks next.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Sends a message. `false`: nobody is there any longer.
fn send(state: &Path, name: &str, message: &WakeMessage) -> Result<bool, WakeError> {
    let Some(mut pipe) = reach(state, name)? else {
        return Ok(false);
    };
    let mut line = serde_json::to_vec(message).map_err(io::Error::from)?;
    line.push(b'\n');
    if line.len() > LONGEST {
        return Err(WakeError::TooLong { limit: LONGEST });
    }
    match pipe.write(&line) {
        Ok(_) => Ok(true),
        // The pipe is full of reasons to look already.
        Err(error) if error.kind() == io::ErrorKind::WouldBlock && *message == WakeMessage::Look => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Whether somebody listens.
fn is_alive(state: &Path, name: &str) -> bool {
    // In doubt it is: a request that cannot be answered is better than one that is lost.
    reach(state, name).map_or(true, |pipe| pipe.is_some())
}

fn reach(state: &Path, name: &str) -> io::Result<Option<File>> {
    let path = path_of(state, name);
    if let Some(directory) = path.parent()
        && private::existing(directory)?.is_none()
    {
        return Ok(None);
    }
    match open(
        &path,
        OFlags::WRONLY | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOFOLLOW,
        Mode::empty(),
    ) {
        Ok(pipe) => {
            let status = rustix::fs::fstat(&pipe)?;
            let is_fifo = FileType::from_raw_mode(status.st_mode) == FileType::Fifo;
            // An answer that is a secret is not for whoever else put a pipe there.
            let is_own = status.st_uid == geteuid().as_raw();
            Ok((is_fifo && is_own).then(|| File::from(pipe)))
        }
        Err(Errno::NOENT) => Ok(None),
        Err(Errno::NXIO) => {
            // Nobody reads it: what a dead run left.
            let _ = std::fs::remove_file(&path);
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::approval::Decision;

    #[tokio::test]
    async fn a_run_hears_everyone_and_is_known_to_be_gone_afterwards() {
        let state = tempfile::tempdir().unwrap();
        let state = state.path();
        assert!(!is_alive(state, "r"));
        let mut listener = PipeListener::open(state, "r").unwrap();
        assert!(is_alive(state, "r"));
        let secret = WakeMessage::Secret {
            id: "x".to_owned(),
            decision: Decision::Accept,
        };
        assert!(send(state, "r", &WakeMessage::Look).unwrap() && send(state, "r", &secret).unwrap());
        assert_eq!(listener.recv().await.unwrap(), WakeMessage::Look);
        assert_eq!(listener.recv().await.unwrap(), secret);
        drop(listener);
        assert!(!send(state, "r", &WakeMessage::Look).unwrap());
    }

    #[tokio::test]
    async fn a_pipe_that_nobody_reads_does_not_block_and_a_dead_one_is_removed() {
        let state = tempfile::tempdir().unwrap();
        let state = state.path();
        let listener = PipeListener::open(state, "r").unwrap();
        for _ in 0..20_000 {
            assert!(send(state, "r", &WakeMessage::Look).unwrap());
        }
        // As after SIGKILL: the pipe stays, its reader is gone.
        let path = listener.path.clone();
        let kept = path.with_extension("kept");
        std::fs::hard_link(&path, &kept).unwrap();
        drop(listener);
        std::fs::rename(&kept, &path).unwrap();
        assert!(!is_alive(state, "r"));
        assert!(!path.exists());
    }
}
