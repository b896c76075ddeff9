//! A connection in the hands of a foreign client: lines in, lines out, after the handshake. Nothing is read into them but
//! how many requests are with the server.

use std::collections::HashSet;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use tokio::sync::Notify;

use super::IN_FLIGHT;
use crate::runtime::{Client, ClientConfig, Closed, Message, MessageSink, RequestId, RuntimeError};

/// JSON-RPC's code for a line that is no JSON.
const PARSE_ERROR: i64 = -32700;
/// JSON-RPC's code for JSON that is not a message.
const INVALID_REQUEST: i64 = -32600;

/// A server whose every line goes to a foreign client, and whose every line comes from there.
///
/// The server's requests go there as well: nobody else answers them.
#[derive(Debug)]
pub struct Relay {
    client: Client,
    out: Arc<Out>,
}

struct Out {
    state: Mutex<State>,
    changed: Notify,
}

struct State {
    writer: Box<dyn Write + Send>,
    /// The foreign client's requests without a reply.
    in_flight: HashSet<RequestId>,
    /// The output is closed, or the connection is.
    over: Option<Arc<Closed>>,
    broken: Option<std::io::ErrorKind>,
}

/// The parts of a line that tell what it is.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    method: Option<&'a RawValue>,
}

/// What is there, null included: an id that is null is not the same as none.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

impl std::fmt::Debug for Out {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Out")
    }
}

impl Relay {
    /// Starts Codex, shakes hands, and from then on writes every line of the server to `writer`, on the thread that reads
    /// them: a reader that is slow slows the server down, and loses nothing.
    ///
    /// # Errors
    /// What [`Client::start`] can say.
    pub async fn start(config: ClientConfig, writer: Box<dyn Write + Send>) -> Result<Self, RuntimeError> {
        let out = Arc::new(Out {
            state: Mutex::new(State {
                writer,
                in_flight: HashSet::new(),
                over: None,
                broken: None,
            }),
            changed: Notify::new(),
        });
        let client = Client::start(config.message_sink(out.clone())).await?;
        Ok(Self { client, out })
    }

    /// Sends a line of the foreign client. A request waits while a hundred of them are with the server, which forgets some
    /// when it has too many. What the server would drop without a word is answered with an error.
    ///
    /// # Errors
    /// [`ServerGone`](RuntimeError::ServerGone).
    pub async fn send(&self, line: &[u8]) -> Result<(), RuntimeError> {
        let line = line.trim_ascii();
        if line.is_empty() {
            return Ok(());
        }
        match request_of(line) {
            Ok(Some(id)) => self.out.admit(id).await,
            Ok(None) => {}
            Err((code, message)) => {
                self.out.refuse(code, &message);
                return Ok(());
            }
        }
        // Over several lines it would be several messages.
        let mut line = line
            .iter()
            .map(|byte| {
                if matches!(byte, b'\n' | b'\r') {
                    b' '
                } else {
                    *byte
                }
            })
            .collect::<Vec<_>>();
        line.push(b'\n');
        self.client.runtime().shared().send_line(&line)
    }

    /// Answers a line that cannot be sent with an error (`-32600`, without an id) that says why.
    pub fn refuse(&self, reason: &str) {
        self.out.refuse(INVALID_REQUEST, reason);
    }

    /// Waits until every request that was sent has its reply, or the connection has ended.
    pub async fn drained(&self) {
        self.out.wait_until(|state| state.in_flight.is_empty()).await;
    }

    /// Waits for the end: the server's, or that of the output. Gives the reason, or none where the output was closed.
    pub async fn closed(&self) -> Option<String> {
        self.out.wait_until(|_| false).await;
        let state = self.out.lock();
        match state.broken {
            Some(_) => None,
            None => state.over.as_ref().map(|closed| closed.reason.clone()),
        }
    }

    /// Ends the server in order.
    pub async fn close(&self) {
        self.client.close().await;
    }

    /// Kills the server and everything it started, at once; of a server that somebody else started only the connection.
    pub fn kill(&self) {
        self.client.kill();
    }
}

/// The id of a request, none for what is another message, or why it is no message.
fn request_of(line: &[u8]) -> Result<Option<RequestId>, (i64, String)> {
    let is_object = line.starts_with(b"{");
    let envelope = serde_json::from_slice::<Envelope<'_>>(line).map_err(|error| {
        let code = if serde_json::from_slice::<&RawValue>(line).is_ok() {
            INVALID_REQUEST
        } else {
            PARSE_ERROR
        };
        (code, format!("not a JSON-RPC message: {error}"))
    })?;
    let invalid = |message: &str| (INVALID_REQUEST, message.to_owned());
    // A list would pass for the fields in their order.
    if !is_object {
        return Err(invalid("not a JSON-RPC message: not an object"));
    }
    let id = match envelope.id {
        Some(id) => Some(
            serde_json::from_str::<RequestId>(id.get())
                .map_err(|_| invalid("an id must be a whole number or a string"))?,
        ),
        None => None,
    };
    match envelope.method {
        Some(method) if serde_json::from_str::<String>(method.get()).is_err() => {
            Err(invalid("a method must be a string"))
        }
        Some(_) => Ok(id),
        None if id.is_none() => Err(invalid("neither a method nor an id")),
        None => Ok(None),
    }
}

impl Out {
    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is valid between any two statements, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until something is so, or all is over.
    async fn wait_until(&self, so: impl Fn(&State) -> bool) {
        loop {
            let changed = self.changed.notified();
            {
                let state = self.lock();
                if state.over.is_some() || state.broken.is_some() || so(&state) {
                    return;
                }
            }
            changed.await;
        }
    }

    async fn admit(&self, id: RequestId) {
        self.wait_until(|state| state.in_flight.len() < IN_FLIGHT).await;
        self.lock().in_flight.insert(id);
    }

    fn refuse(&self, code: i64, message: &str) {
        let error = json!({ "id": null, "error": { "code": code, "message": message } });
        self.write(error.to_string().as_bytes());
    }

    fn write(&self, line: &[u8]) {
        let mut state = self.lock();
        if state.broken.is_some() {
            return;
        }
        let writer = &mut state.writer;
        let written = writer
            .write_all(line)
            .and_then(|()| writer.write_all(b"\n"))
            .and_then(|()| writer.flush());
        if let Err(error) = written {
            state.broken = Some(error.kind());
            self.changed.notify_waiters();
        }
    }
}

impl MessageSink for Out {
    fn message(&self, message: &Message<'_>, line: &[u8]) -> bool {
        self.write(line);
        if let Message::Reply { id, .. } = message {
            self.lock().in_flight.remove(id);
            self.changed.notify_waiters();
        }
        true
    }

    fn closed(&self, closed: &Arc<Closed>) {
        self.lock().over = Some(Arc::clone(closed));
        self.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_would_drop_without_a_word_is_an_error() {
        let code = |line: &str| request_of(line.as_bytes()).map_err(|(code, _)| code);
        assert_eq!(
            code(r#"{"id":"x","method":"m","params":{}}"#),
            Ok(Some(RequestId::Text("x".into())))
        );
        assert_eq!(code(r#"{"id":0,"result":{}}"#), Ok(None));
        assert_eq!(code(r#"{"method":"initialized"}"#), Ok(None));
        assert_eq!(code("{"), Err(PARSE_ERROR));
        for line in [
            "[]",
            "[1]",
            "7",
            "{}",
            r#"{"id":1.5,"method":"m"}"#,
            r#"{"id":1,"method":2}"#,
            r#"{"id":null,"method":"m"}"#,
        ] {
            assert_eq!(code(line), Err(INVALID_REQUEST), "{line}");
        }
    }
}
