//! The client's side: finds the process that runs a session and sends it one request. Blocking.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use super::place::Place;
use super::{LONGEST_LINE, Reply, Request, SUFFIX};
use crate::runtime::event::Event;
use crate::runtime::remote::Trusted;

/// The threads that processes of this user run now.
///
/// # Errors
/// When the directory of their sockets is not this user's alone.
pub(crate) fn running(state: &Path) -> io::Result<Vec<String>> {
    let Some(place) = Place::find(state)? else {
        return Ok(Vec::new());
    };
    let entries = std::fs::read_dir(place.path())?;
    let mut ids = entries
        .filter_map(Result::ok)
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(SUFFIX)?.to_owned()))
        // A session that cannot be reached is kept, so that the user gets the reason.
        .filter(|id| !matches!(Connection::open(state, id), Ok(None)))
        .collect::<Vec<_>>();
    ids.sort();
    Ok(ids)
}

/// A connection with the process that runs a session.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: UnixStream,
}

/// What became of a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is done. `cut`: the message that was being written was cut off by it, and is dropped from the conversation.
    Done {
        /// Whether a message was cut off.
        cut: bool,
    },
    /// It is not done, and why.
    Refused(String),
}

/// What a watcher receives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum WatchEvent {
    /// No turn is running; the next one follows.
    Idle,
    /// Something that happened.
    Event(Box<Event>),
}

impl Connection {
    /// Connects to the process that runs a thread; `None` if there is none.
    ///
    /// # Errors
    /// If the directory of the sockets is not private, or another user listens.
    pub(crate) fn open(state: &Path, thread_id: &str) -> io::Result<Option<Self>> {
        let Some(place) = Place::find(state)? else {
            return Ok(None);
        };
        let path = place.socket(thread_id)?;
        match UnixStream::connect(&place.address(&path)?.path) {
            Ok(stream) => {
                Trusted::this_user().check_blocking(&stream)?;
                Ok(Some(Self { stream }))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                // Left by a dead process.
                let _ = std::fs::remove_file(&path);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Ends the turn that runs, and waits for its end.
    pub(crate) fn interrupt(self) -> io::Result<Outcome> {
        self.ask(&Request::Interrupt)
    }

    /// Adds something to the turn that runs.
    pub(crate) fn steer(self, text: &str) -> io::Result<Outcome> {
        self.ask(&Request::Steer {
            text: text.to_owned(),
        })
    }

    /// What happens in the turn, from its beginning to its end. A connection that is lost before the end is an error.
    pub(crate) fn watch(mut self) -> io::Result<impl Iterator<Item = io::Result<WatchEvent>> + Send> {
        self.say(&Request::Watch)?;
        let mut lines = BufReader::new(self.stream);
        let mut over = false;
        Ok(std::iter::from_fn(move || {
            if over {
                return None;
            }
            let reply = reply(&mut lines);
            over = !matches!(reply, Ok(Reply::Idle | Reply::Event(_)));
            match reply {
                Ok(Reply::Event(event)) => Some(Ok(WatchEvent::Event(event))),
                Ok(Reply::Idle) => Some(Ok(WatchEvent::Idle)),
                Ok(Reply::Over) => None,
                Ok(Reply::Done { .. }) => Some(Err(io::ErrorKind::InvalidData.into())),
                Ok(Reply::Refused { reason }) => Some(Err(io::Error::other(reason))),
                Err(error) => Some(Err(error)),
            }
        }))
    }

    fn ask(mut self, request: &Request) -> io::Result<Outcome> {
        self.say(request)?;
        match reply(&mut BufReader::new(self.stream))? {
            Reply::Done { cut } => Ok(Outcome::Done { cut }),
            Reply::Refused { reason } => Ok(Outcome::Refused(reason)),
            Reply::Event(_) | Reply::Idle | Reply::Over => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    fn say(&mut self, request: &Request) -> io::Result<()> {
        let mut line = serde_json::to_vec(request)?;
        line.push(b'\n');
        if u64::try_from(line.len()).is_ok_and(|length| length > LONGEST_LINE) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.stream.write_all(&line)
    }
}

/// The next line. An event may be as long as Codex's messages may be, which the other side has seen to.
fn reply(lines: &mut BufReader<impl Read>) -> io::Result<Reply> {
    let mut line = Vec::new();
    lines.read_until(b'\n', &mut line)?;
    if !line.ends_with(b"\n") {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "the process of the turn has ended",
        ));
    }
    Ok(serde_json::from_slice(&line)?)
}
