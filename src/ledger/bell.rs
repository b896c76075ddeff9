//! Waking a run that waits for an answer: a named pipe that the run reads and everyone else of the same user may write.
//!
//! It also tells whether the run is alive: a pipe that nobody reads belongs to nobody. Secret answers go through it, so
//! that they are never kept.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, OFlags, mkfifoat, open};
use rustix::io::Errno;
use rustix::process::geteuid;
use serde::{Deserialize, Serialize};
use tokio::net::unix::pipe::Receiver;

use super::private;
use crate::runtime::approval::Decision;

/// The most that is written at once, so that messages of several writers do not mix (`PIPE_BUF`).
pub const LONGEST: usize = 4096;

/// What is said through the pipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// Look at the ledger.
    Look,
    /// The answer to a request that the ledger must not hold.
    Secret {
        /// The request.
        id: String,
        /// Its answer.
        decision: Decision,
    },
}

/// Where the pipes of runs are.
fn path_of(state: &Path, run_id: &str) -> PathBuf {
    state.join("runs").join(run_id)
}

/// The run's end. Removed when dropped.
#[derive(Debug)]
pub struct Bell {
    path: PathBuf,
    pipe: Receiver,
    unread: Vec<u8>,
}

impl Bell {
    /// Hangs up the bell of a run. Must be called within a tokio runtime.
    pub fn hang(state: &Path, run_id: &str) -> io::Result<Self> {
        let path = path_of(state, run_id);
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
    pub async fn heard(&mut self) -> io::Result<Message> {
        loop {
            if let Some(end) = self.unread.iter().position(|byte| *byte == b'\n') {
                let line = self.unread.drain(..=end).collect::<Vec<_>>();
                if let Ok(message) = serde_json::from_slice(&line) {
                    return Ok(message);
                }
                tracing::warn!("an unreadable message came through the bell");
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

impl Drop for Bell {
    fn drop(&mut self) {
        // One that stays behind is found dead by whoever looks next.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Rings. `false`: nobody is there any longer.
///
/// # Errors
/// When the message is too long, or was not taken though somebody is there.
pub fn ring(state: &Path, run_id: &str, message: &Message) -> io::Result<bool> {
    let Some(mut pipe) = reach(state, run_id)? else {
        return Ok(false);
    };
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    if line.len() > LONGEST {
        return Err(io::Error::other(format!(
            "answer too long; the maximum is {LONGEST} bytes"
        )));
    }
    match pipe.write(&line) {
        Ok(_) => Ok(true),
        // The pipe is full of reasons to look already.
        Err(error) if error.kind() == io::ErrorKind::WouldBlock && *message == Message::Look => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error),
    }
}

/// Tells everyone whose name begins like this to look at the ledger. Nobody has to be there.
pub fn ring_all(state: &Path, prefix: &str) {
    let runs = state.join("runs");
    if let Err(error) = private::existing(&runs) {
        return tracing::warn!("nobody is woken: {error}");
    }
    let Ok(entries) = std::fs::read_dir(runs) else {
        return;
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    for name in names.filter(|name| name.starts_with(prefix)) {
        if let Err(error) = ring(state, &name, &Message::Look) {
            tracing::warn!("{name} was not woken: {error}");
        }
    }
}

/// Whether the run is there.
pub fn is_alive(state: &Path, run_id: &str) -> bool {
    // In doubt it is: a request that cannot be answered is better than one that is lost.
    reach(state, run_id).map_or(true, |pipe| pipe.is_some())
}

fn reach(state: &Path, run_id: &str) -> io::Result<Option<File>> {
    let path = path_of(state, run_id);
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

    #[tokio::test]
    async fn a_run_hears_everyone_and_is_known_to_be_gone_afterwards() {
        let state = tempfile::tempdir().unwrap();
        let state = state.path();
        assert!(!is_alive(state, "r"));
        let mut bell = Bell::hang(state, "r").unwrap();
        assert!(is_alive(state, "r"));
        let secret = Message::Secret {
            id: "x".to_owned(),
            decision: Decision::Accept,
        };
        assert!(ring(state, "r", &Message::Look).unwrap() && ring(state, "r", &secret).unwrap());
        assert_eq!(bell.heard().await.unwrap(), Message::Look);
        assert_eq!(bell.heard().await.unwrap(), secret);
        drop(bell);
        assert!(!ring(state, "r", &Message::Look).unwrap());
    }

    #[tokio::test]
    async fn a_bell_that_nobody_hears_does_not_block_and_a_dead_one_is_removed() {
        let state = tempfile::tempdir().unwrap();
        let state = state.path();
        let bell = Bell::hang(state, "r").unwrap();
        for _ in 0..20_000 {
            assert!(ring(state, "r", &Message::Look).unwrap());
        }
        // As after SIGKILL: the pipe stays, its reader is gone.
        let path = bell.path.clone();
        let kept = path.with_extension("kept");
        std::fs::hard_link(&path, &kept).unwrap();
        drop(bell);
        std::fs::rename(&kept, &path).unwrap();
        assert!(!is_alive(state, "r"));
        assert!(!path.exists());
    }
}
