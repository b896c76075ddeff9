//! Carries lines between a WebSocket and two pipes, on two tasks, until one side ends.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::net::unix::pipe;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::StatusCode;
use tokio_tungstenite::tungstenite::http::header::AUTHORIZATION;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{self, Bytes, Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, client_async_with_config, connect_async_with_config};

use super::socket::{Address, Trusted};
use super::trust::refusal;
use super::{BearerToken, Endpoint};
use crate::runtime::error::RuntimeError;

/// How long the server may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// The longest message that is sent in one piece.
const PIECE: usize = 8 << 20;

/// A connection to a server that somebody else started.
#[derive(Debug)]
pub(crate) struct Link {
    endpoint: String,
    /// Why it ended, once it has.
    reason: Arc<OnceLock<String>>,
    ended: watch::Receiver<bool>,
    tasks: [AbortHandle; 2],
}

/// Connects, and gives the ends of the pipes: lines to the server, lines from it.
pub(crate) async fn open(
    endpoint: &Endpoint,
    token: Option<&BearerToken>,
    frame_limit: usize,
) -> Result<(Link, OwnedFd, OwnedFd), RuntimeError> {
    let refused = |error: tungstenite::Error| {
        let unauthorized = matches!(&error, tungstenite::Error::Http(response)
            if matches!(response.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN));
        let refusal = match &error {
            tungstenite::Error::Io(error) => refusal(error),
            _ => None,
        };
        let (reason, advice) = match refusal {
            Some((reason, advice)) => (reason, Some(advice)),
            None => (reason_of(&error), None),
        };
        RuntimeError::Connect {
            endpoint: endpoint.to_string(),
            reason,
            unauthorized,
            advice,
            source: Some(Box::new(error)),
        }
    };
    let failed = |error: io::Error| refused(tungstenite::Error::Io(error));
    let url = match endpoint {
        // The name is only for the header.
        Endpoint::Unix(_) => "ws://localhost/",
        Endpoint::WebSocket(url) => url,
    };
    let mut request = url.into_client_request().map_err(refused)?;
    if let Some(token) = token {
        request.headers_mut().insert(AUTHORIZATION, token.header());
    }
    let mut config = WebSocketConfig::default();
    config.max_message_size = Some(frame_limit);
    config.max_frame_size = Some(frame_limit);
    let ends = match endpoint {
        Endpoint::Unix(path) => {
            let address = Address::of(path).map_err(failed)?;
            let stream = UnixStream::connect(&address.path).await.map_err(failed)?;
            // A prompt, its files and the answers to requests go there.
            Trusted::this_user_or_root()
                .check(&stream)
                .map_err(|error| RuntimeError::Connect {
                    endpoint: endpoint.to_string(),
                    reason: error.to_string(),
                    unauthorized: false,
                    advice: Some("run the server as this user, or connect to it over ws:// with a token"),
                    source: Some(Box::new(error)),
                })?;
            let (socket, _) = client_async_with_config(request, stream, Some(config))
                .await
                .map_err(refused)?;
            Link::over(endpoint, socket)
        }
        Endpoint::WebSocket(_) => {
            let (socket, _) = connect_async_with_config(request, Some(config), true)
                .await
                .map_err(refused)?;
            Link::over(endpoint, socket)
        }
    };
    ends.map_err(failed)
}

impl Link {
    fn over<S>(endpoint: &Endpoint, socket: WebSocketStream<S>) -> io::Result<(Self, OwnedFd, OwnedFd)>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (outgoing, to_server) = rustix::pipe::pipe()?;
        let (from_server, incoming) = rustix::pipe::pipe()?;
        // Kept from processes that are started meanwhile.
        for end in [&outgoing, &to_server, &from_server, &incoming] {
            rustix::io::fcntl_setfd(end, rustix::io::FdFlags::CLOEXEC)?;
        }
        rustix::io::ioctl_fionbio(&outgoing, true)?;
        rustix::io::ioctl_fionbio(&incoming, true)?;
        let outgoing = pipe::Receiver::from_owned_fd(outgoing)?;
        let incoming = pipe::Sender::from_owned_fd(incoming)?;
        let reason = Arc::new(OnceLock::new());
        let (ended, watching) = watch::channel(false);
        let (mut sink, stream) = socket.split();
        let (closing, closed) = watch::channel(false);
        let sending = tokio::spawn({
            let reason = Arc::clone(&reason);
            async move {
                let outcome = send(&mut sink, outgoing).await;
                // The first reason is the true one.
                let _ = reason.set(
                    outcome.map_or_else(|error| reason_of(&error), |()| "it was closed here".to_owned()),
                );
                let _ = sink.close().await;
                closing.send_replace(true);
            }
        });
        let receiving = tokio::spawn({
            let reason = Arc::clone(&reason);
            async move {
                let words = receive(stream, incoming, closed).await;
                let _ = reason.set(words);
                ended.send_replace(true);
            }
        });
        let link = Self {
            endpoint: endpoint.to_string(),
            reason,
            ended: watching,
            tasks: [sending.abort_handle(), receiving.abort_handle()],
        };
        Ok((link, to_server, from_server))
    }

    /// Where the server listens.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// How the connection ended, for a message.
    pub(crate) fn exit_report(&self) -> String {
        let reason = self.reason.get().map_or("it was closed", String::as_str);
        format!(
            "lost the connection to {}: {reason}; a running turn may continue there",
            self.endpoint
        )
    }

    /// Ends the connection in order; the way to the server must have been closed.
    pub(crate) async fn stop(&self) {
        let mut ended = self.ended.clone();
        // An error means that the task is gone.
        let _ = tokio::time::timeout(2 * GOODBYE, ended.wait_for(|ended| *ended)).await;
        self.kill();
    }

    /// Ends the connection at once.
    pub(crate) fn kill(&self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Sends each line as a message.
async fn send(
    sink: &mut (impl SinkExt<Message, Error = tungstenite::Error> + Unpin),
    mut lines: pipe::Receiver,
) -> Result<(), tungstenite::Error> {
    let mut pending = Vec::with_capacity(64 * 1024);
    loop {
        let before = pending.len();
        if lines.read_buf(&mut pending).await? == 0 {
            return Ok(());
        }
        let Some(end) = memchr::memrchr(b'\n', &pending[before..]) else {
            continue;
        };
        let rest = pending.split_off(before + end + 1);
        for line in pending
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            // Lines are made by a JSON writer or checked to be JSON, which is UTF-8.
            if let Ok(text) = Utf8Bytes::try_from(Bytes::copy_from_slice(line)) {
                send_one(sink, text).await?;
            }
        }
        sink.flush().await?;
        pending = rest;
    }
}

/// Sends a message, a long one in pieces: the server drops the connection at a frame over 16 MiB.
async fn send_one(
    sink: &mut (impl SinkExt<Message, Error = tungstenite::Error> + Unpin),
    text: Utf8Bytes,
) -> Result<(), tungstenite::Error> {
    if text.len() <= PIECE {
        return sink.feed(Message::Text(text)).await;
    }
    let mut rest = Bytes::from(text);
    let mut kind = Data::Text;
    while !rest.is_empty() {
        let piece = rest.split_to(PIECE.min(rest.len()));
        let last = rest.is_empty();
        let frame = Frame::message(piece, OpCode::Data(kind), last);
        sink.feed(Message::Frame(frame)).await?;
        kind = Data::Continue;
    }
    Ok(())
}

/// Writes each message as a line, and says why it stopped.
async fn receive(
    mut stream: impl StreamExt<Item = Result<Message, tungstenite::Error>> + Unpin,
    mut lines: pipe::Sender,
    mut closed: watch::Receiver<bool>,
) -> String {
    let goodbye = async {
        // An error means that the other task is gone, which is the same.
        let _ = closed.wait_for(|closed| *closed).await;
        tokio::time::sleep(GOODBYE).await;
    };
    tokio::pin!(goodbye);
    loop {
        let message = tokio::select! {
            message = stream.next() => message,
            () = &mut goodbye => return "it was closed here".to_owned(),
        };
        let mut line = match message {
            Some(Ok(Message::Text(text))) => text.as_bytes().to_vec(),
            Some(Ok(Message::Close(Some(frame)))) if !frame.reason.is_empty() => {
                return format!("the server closed it: {}", frame.reason);
            }
            Some(Ok(Message::Close(_))) | None => return "the server closed it".to_owned(),
            // Codex sends no binary messages, and the others are answered below.
            Some(Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {
                continue;
            }
            Some(Err(error)) => return reason_of(&error),
        };
        // Line breaks in JSON are white space.
        line.iter_mut()
            .filter(|byte| matches!(byte, b'\n' | b'\r'))
            .for_each(|byte| *byte = b' ');
        line.push(b'\n');
        if lines.write_all(&line).await.is_err() {
            return "it was closed here".to_owned();
        }
    }
}

fn reason_of(error: &tungstenite::Error) -> String {
    match error {
        tungstenite::Error::Http(response) => {
            let body = response.body().as_deref().unwrap_or_default();
            let said = String::from_utf8_lossy(&body[..body.len().min(200)])
                .trim()
                .to_owned();
            let status = response.status();
            if said.is_empty() {
                format!("the server answered {status}")
            } else {
                format!("the server answered {status}: {said}")
            }
        }
        tungstenite::Error::Io(error) => error.to_string(),
        tungstenite::Error::ConnectionClosed | tungstenite::Error::AlreadyClosed => {
            "the server closed it".to_owned()
        }
        other => other.to_string(),
    }
}
