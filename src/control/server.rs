//! The side of the process that runs a session: it serves the log of the turn to others of the same user, and takes their commands.
//!
//! Everything runs on the caller's tokio runtime. Each watcher has its own task, so a slow one does not delay the others.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::OwnedWriteHalf;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::place::Place;
use super::{LONGEST_LINE, Reply, Request};
use crate::ledger::user;
use crate::run::{Cursor, TurnLog};
use crate::runtime::SessionHandle;
use crate::runtime::remote::Trusted;

/// How many may be connected at once.
const CONNECTIONS: usize = 64;

/// How much of the record a watcher is given at once.
const PIECE: usize = 64 * 1024;

/// How long an interrupt waits for the end of the turn.
const END_LIMIT: Duration = Duration::from_secs(5);

/// How long a steer waits to learn whether it cut off a message. A server that does so does it within milliseconds.
const CUT_LIMIT: Duration = Duration::from_secs(1);

/// How long a watcher that takes nothing is waited for when all is over, and one that does.
const STALLED: Duration = Duration::from_millis(250);
const SLOW: Duration = Duration::from_secs(3);

/// How many commands may wait.
const COMMANDS: usize = 16;

/// A command from another process of the same user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RemoteCommand {
    /// Interrupt the turn; by whom.
    Interrupt(String),
    /// The turn was steered: by whom, and the message.
    Steered(String, String),
}

/// Makes a session that runs here reachable. Ends when dropped.
#[derive(Debug)]
pub(crate) struct TurnServer {
    path: PathBuf,
    current: watch::Sender<Option<Arc<TurnLog>>>,
    commands: mpsc::Receiver<RemoteCommand>,
    /// A permit for each connection that may still be made.
    room: Arc<Semaphore>,
    /// Counts what connections have read.
    taken: watch::Receiver<u64>,
    listening: JoinHandle<()>,
}

/// What the task of one connection needs.
#[derive(Clone)]
struct ClientConnection {
    handle: SessionHandle,
    current: watch::Receiver<Option<Arc<TurnLog>>>,
    commands: mpsc::Sender<RemoteCommand>,
    taken: Arc<watch::Sender<u64>>,
}

impl TurnServer {
    /// Begins to serve a session. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// If the socket cannot be created, or its directory is not private; the session works without it.
    pub(crate) fn open(state: &Path, handle: SessionHandle) -> io::Result<Self> {
        let place = Place::make(state)?;
        let path = place.socket(handle.id())?;
        // It must not be found before it is listened on. Codex lets one process at a time write to a session, so what is
        // in its place is what a dead one left.
        let aside = path.with_extension(std::process::id().to_string());
        let _ = std::fs::remove_file(&aside);
        let listener = UnixListener::bind(&place.address(&aside)?.path)?;
        std::fs::rename(&aside, &path)?;
        let (current, receiver) = watch::channel(None);
        let (sender, commands) = mpsc::channel(COMMANDS);
        let (taken, counted) = watch::channel(0);
        let room = Arc::new(Semaphore::new(CONNECTIONS));
        let connection = ClientConnection {
            handle,
            current: receiver,
            commands: sender,
            taken: Arc::new(taken),
        };
        let listening = tokio::spawn(listen(listener, connection, Arc::clone(&room)));
        Ok(Self {
            path,
            current,
            commands,
            room,
            taken: counted,
            listening,
        })
    }

    /// Serves this log from now on, unless it does already. Each turn has a log of its own.
    pub(crate) fn serve(&self, log: &Arc<TurnLog>) {
        self.current.send_if_modified(|current| {
            let other = current.as_ref().is_none_or(|current| !Arc::ptr_eq(current, log));
            if other {
                *current = Some(Arc::clone(log));
            }
            other
        });
    }

    /// The next command from another process. Cancel-safe.
    pub(crate) async fn next_command(&mut self) -> RemoteCommand {
        match self.commands.recv().await {
            Some(command) => command,
            None => std::future::pending().await,
        }
    }

    /// Lets those who watch read the end: each as long as it reads, and not for long.
    pub(crate) async fn drain(&mut self) {
        let give_up = Instant::now() + SLOW;
        while self.room.available_permits() < CONNECTIONS && Instant::now() < give_up {
            // An error: every connection has ended, and no other can be made.
            match timeout(STALLED, self.taken.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return,
            }
        }
    }
}

impl Drop for TurnServer {
    fn drop(&mut self) {
        self.listening.abort();
        // The next client finds and removes a socket that stays behind.
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn listen(listener: UnixListener, connection: ClientConnection, room: Arc<Semaphore>) {
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!("nobody can reach this turn any longer: {error}");
                return;
            }
        };
        let Ok(permit) = Arc::clone(&room).try_acquire_owned() else {
            tracing::warn!("{CONNECTIONS} watch or steer this turn already; one more was refused");
            continue;
        };
        if let Err(error) = Trusted::this_user().check(&stream) {
            tracing::warn!("a connection was refused: {error}");
            continue;
        }
        let connection = connection.clone();
        tokio::spawn(async move {
            let taken = Arc::clone(&connection.taken);
            if let Err(error) = connection.serve(stream).await {
                tracing::debug!("a connection ended: {error}");
            }
            drop(permit);
            taken.send_modify(|count| *count += 1);
        });
    }
}

impl ClientConnection {
    async fn serve(mut self, stream: UnixStream) -> io::Result<()> {
        let process = stream.peer_cred().ok().and_then(|peer| peer.pid());
        let by = match process {
            Some(process) => format!("{} (process {process})", user()),
            None => user(),
        };
        let (read, mut write) = stream.into_split();
        let mut line = String::new();
        BufReader::new(read.take(LONGEST_LINE))
            .read_line(&mut line)
            .await?;
        let reply = match serde_json::from_str(&line) {
            Ok(Request::Watch) => return self.watch(&mut write).await,
            Ok(Request::Interrupt) => self.interrupt(by).await,
            Ok(Request::Steer { text }) => self.steer(by, text).await,
            Err(error) => refused(format!("invalid request: {error}")),
        };
        say(&mut write, &reply).await
    }

    /// The turn that runs.
    fn turn(&self) -> Option<Arc<TurnLog>> {
        self.current.borrow().clone().filter(|log| !log.is_over())
    }

    async fn interrupt(self, by: String) -> Reply {
        let Some(log) = self.turn() else {
            return refused("no turn is running".to_owned());
        };
        if self.commands.send(RemoteCommand::Interrupt(by)).await.is_err() {
            return refused("the run is ending".to_owned());
        }
        match timeout(END_LIMIT, log.until(TurnLog::is_over)).await {
            // A message unfinished at the end is never completed.
            Ok(()) => Reply::Done {
                cut: log.open_messages().is_open(),
            },
            Err(_) => refused(format!("the turn did not end within {END_LIMIT:?}")),
        }
    }

    async fn steer(self, by: String, text: String) -> Reply {
        let Some(log) = self.turn() else {
            return refused("no turn is running".to_owned());
        };
        let writing = log.open_messages();
        let before = writing.cut();
        if let Err(error) = self.handle.steer(&text).await {
            return refused(error.to_string());
        }
        let cut = log.open_messages().cut() > before
            || writing.is_open() && {
                let cut_or_done =
                    |log: &TurnLog| log.open_messages().cut() > before || !log.open_messages().is_open();
                // Where it is not cut off, the message is written to its end first.
                let _ = timeout(CUT_LIMIT, log.until(cut_or_done)).await;
                log.open_messages().cut() > before
            };
        // The receiver is gone when the run is ending, and then it does not matter.
        let _ = self.commands.send(RemoteCommand::Steered(by, text)).await;
        Reply::Done { cut }
    }

    async fn watch(&mut self, write: &mut OwnedWriteHalf) -> io::Result<()> {
        let log = if let Some(log) = self.turn() {
            log
        } else {
            say(write, &Reply::Idle).await?;
            let runs = |log: &Option<Arc<TurnLog>>| log.as_ref().is_some_and(|log| !log.is_over());
            // An error: the session is over, and no turn will come.
            let Ok(next) = self.current.wait_for(runs).await else {
                return Ok(());
            };
            next.clone().unwrap_or_default()
        };
        let mut cursor = Cursor::default();
        loop {
            let changed = log.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let over = log.is_over();
            let events = log.after(&mut cursor, PIECE);
            if events.is_empty() {
                if over {
                    return say(write, &Reply::Over).await;
                }
                changed.await;
                continue;
            }
            let mut lines = Vec::new();
            for event in events {
                serde_json::to_writer(&mut lines, &Reply::Event(Box::new(event)))?;
                lines.push(b'\n');
            }
            write.write_all(&lines).await?;
            self.taken.send_modify(|count| *count += 1);
        }
    }
}

fn refused(reason: String) -> Reply {
    Reply::Refused { reason }
}

async fn say(write: &mut OwnedWriteHalf, reply: &Reply) -> io::Result<()> {
    let mut line = serde_json::to_vec(reply)?;
    line.push(b'\n');
    write.write_all(&line).await
}
