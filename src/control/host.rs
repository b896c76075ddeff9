//! The side of the process that runs a session: it records the turn and accepts connections of the same user.
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
use super::record::{Cursor, Record};
use super::{LONGEST_LINE, Reply, Request};
use crate::ledger::user;
use crate::runtime::SessionHandle;
use crate::runtime::event::Event;
use crate::runtime::remote::Trusted;

/// How many may be connected at once.
const VISITORS: usize = 64;

/// How much of the record a watcher is given at once.
const PIECE: usize = 64 * 1024;

/// How long an interrupt waits for the end of the turn.
const END_LIMIT: Duration = Duration::from_secs(5);

/// How long a steer waits to learn whether it cut off a message. A server that does so does it within milliseconds.
const CUT_LIMIT: Duration = Duration::from_secs(1);

/// How long a watcher that takes nothing is waited for when all is over, and one that does.
const STALLED: Duration = Duration::from_millis(250);
const SLOW: Duration = Duration::from_secs(3);

/// Capacity of the channel of remote commands.
const SAID: usize = 16;

/// A command of another process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// Interrupt the turn; by whom.
    Interrupt(String),
    /// The turn was steered: by whom, and the message.
    Steered(String, String),
}

/// The door to a session that runs here. Closed when dropped.
#[derive(Debug)]
pub(crate) struct Host {
    path: PathBuf,
    current: watch::Sender<Option<Arc<Record>>>,
    said: mpsc::Receiver<Said>,
    /// A permit for each visitor that may still come.
    room: Arc<Semaphore>,
    /// Counts what visitors took.
    taken: watch::Receiver<u64>,
    listening: JoinHandle<()>,
}

/// The state of a client's task.
#[derive(Clone)]
struct Visit {
    handle: SessionHandle,
    current: watch::Receiver<Option<Arc<Record>>>,
    said: mpsc::Sender<Said>,
    taken: Arc<watch::Sender<u64>>,
}

impl Host {
    /// Opens the door of a session. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// If the socket cannot be created, or its directory is not private; the session works without it.
    pub(crate) fn open(state: &Path, handle: SessionHandle) -> io::Result<Self> {
        let place = Place::make(state)?;
        let path = place.socket(handle.id())?;
        // Bound under another name and renamed, so that clients find it only when it listens. Codex lets only one process
        // write to a session, so an existing socket was left by a dead process.
        let aside = path.with_extension(std::process::id().to_string());
        let _ = std::fs::remove_file(&aside);
        let listener = UnixListener::bind(&place.address(&aside)?.path)?;
        std::fs::rename(&aside, &path)?;
        let (current, receiver) = watch::channel(None);
        let (sender, said) = mpsc::channel(SAID);
        let (taken, counted) = watch::channel(0);
        let room = Arc::new(Semaphore::new(VISITORS));
        let visit = Visit {
            handle,
            current: receiver,
            said: sender,
            taken: Arc::new(taken),
        };
        let listening = tokio::spawn(listen(listener, visit, Arc::clone(&room)));
        Ok(Self {
            path,
            current,
            said,
            room,
            taken: counted,
            listening,
        })
    }

    /// Records an event. Each turn has its own record.
    pub(crate) fn record(&self, event: &Event) {
        let begins = matches!(event, Event::ThreadStarted(_));
        let fresh = match &*self.current.borrow() {
            None => true,
            Some(record) => begins && record.is_over(),
        };
        if fresh {
            self.current.send_replace(Some(Arc::default()));
        }
        if let Some(record) = &*self.current.borrow() {
            record.push(event);
        }
    }

    /// The next command of another process. Cancel-safe.
    pub(crate) async fn heard(&mut self) -> Said {
        match self.said.recv().await {
            Some(said) => said,
            None => std::future::pending().await,
        }
    }

    /// Lets those who watch read the end: each as long as it reads, and not for long.
    pub(crate) async fn farewell(&mut self) {
        let give_up = Instant::now() + SLOW;
        while self.room.available_permits() < VISITORS && Instant::now() < give_up {
            // An error: all clients have disconnected, or none can connect any more.
            match timeout(STALLED, self.taken.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return,
            }
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.listening.abort();
        // The next client finds and removes a socket that stays behind.
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn listen(listener: UnixListener, visit: Visit, room: Arc<Semaphore>) {
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!("nobody can reach this turn any longer: {error}");
                return;
            }
        };
        let Ok(permit) = Arc::clone(&room).try_acquire_owned() else {
            tracing::warn!("{VISITORS} watch or steer this turn already; one more was turned away");
            continue;
        };
        if let Err(error) = Trusted::this_user().check(&stream) {
            tracing::warn!("a visitor was turned away: {error}");
            continue;
        }
        let visit = visit.clone();
        tokio::spawn(async move {
            let taken = Arc::clone(&visit.taken);
            if let Err(error) = visit.serve(stream).await {
                tracing::debug!("a visitor left: {error}");
            }
            drop(permit);
            taken.send_modify(|count| *count += 1);
        });
    }
}

impl Visit {
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
    fn turn(&self) -> Option<Arc<Record>> {
        self.current.borrow().clone().filter(|record| !record.is_over())
    }

    async fn interrupt(self, by: String) -> Reply {
        let Some(record) = self.turn() else {
            return refused("no turn is running".to_owned());
        };
        if self.said.send(Said::Interrupt(by)).await.is_err() {
            return refused("the run is ending".to_owned());
        }
        match timeout(END_LIMIT, record.until(Record::is_over)).await {
            // A message unfinished at the end is never completed.
            Ok(()) => Reply::Done {
                cut: record.writing().is_open(),
            },
            Err(_) => refused(format!("the turn did not end within {END_LIMIT:?}")),
        }
    }

    async fn steer(self, by: String, text: String) -> Reply {
        let Some(record) = self.turn() else {
            return refused("no turn is running".to_owned());
        };
        let writing = record.writing();
        let before = writing.cut();
        if let Err(error) = self.handle.steer(&text).await {
            return refused(error.to_string());
        }
        let cut = record.writing().cut() > before
            || writing.is_open() && {
                let cut_or_done =
                    |record: &Record| record.writing().cut() > before || !record.writing().is_open();
                // Where it is not cut off, the message is written to its end first.
                let _ = timeout(CUT_LIMIT, record.until(cut_or_done)).await;
                record.writing().cut() > before
            };
        // The receiver is gone when the run is ending, and then it does not matter.
        let _ = self.said.send(Said::Steered(by, text)).await;
        Reply::Done { cut }
    }

    async fn watch(&mut self, write: &mut OwnedWriteHalf) -> io::Result<()> {
        let record = if let Some(record) = self.turn() {
            record
        } else {
            say(write, &Reply::Idle).await?;
            let runs = |record: &Option<Arc<Record>>| record.as_ref().is_some_and(|record| !record.is_over());
            // An error: the session is over, and no turn will come.
            let Ok(next) = self.current.wait_for(runs).await else {
                return Ok(());
            };
            next.clone().unwrap_or_default()
        };
        let mut cursor = Cursor::default();
        loop {
            let changed = record.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let over = record.is_over();
            let events = record.after(&mut cursor, PIECE);
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
