//! A small web server for one session. It listens on this machine only, and has no users: put no more in front of it than a
//! browser of your own.
//!
//! - `POST /turns` with a prompt as its body starts a turn; 409 while another one runs.
//! - `GET /events` gives the events as server-sent events. A browser that was cut off goes on where it was, by
//!   `Last-Event-ID`, whether the turn has ended meanwhile or not.
//! - `POST /interrupt` ends the turn.
//!
//! `cargo run --example web -- 8080`, then `curl -N http://127.0.0.1:8080/events`

#![expect(clippy::print_stdout, reason = "an example prints")]

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use turnwise::runtime::{Client, ClientConfig, ErrorKind, EventLog, Frame, Keep, Seq, SessionConfig};

/// The longest body that is taken, in bytes.
const LARGEST_BODY: usize = 1 << 20;
/// The longest head of a request, in bytes.
const LARGEST_HEAD: u64 = 16 << 10;

struct Request {
    method: String,
    path: String,
    last_event: Option<Seq>,
    is_from_a_page_elsewhere: bool,
    body: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port: u16 = std::env::args().nth(1).unwrap_or("8080".to_owned()).parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let client = Client::start(ClientConfig::new()).await?;
    let session = client.start_session(SessionConfig::new(".").ephemeral()).await?;
    // It drives the turns itself, so that a turn does not depend on a browser that reads.
    let log = session.log(Keep::new());
    println!("http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        let log = log.clone();
        tokio::spawn(async move {
            // Whoever went away does not concern the others.
            let _ = serve(stream, &log).await;
        });
    }
}

async fn serve(stream: TcpStream, log: &EventLog) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let Some(request) = read(&mut stream).await? else {
        return respond(&mut stream, "400 Bad Request", "").await;
    };
    // A page of another site can send requests here, in the name of whoever looks at it.
    if request.is_from_a_page_elsewhere {
        return respond(&mut stream, "403 Forbidden", "").await;
    }
    match (request.method.as_str(), request.path.as_str()) {
        ("POST", "/turns") => match log.ask(request.body).await {
            Ok(turn_id) => respond(&mut stream, "202 Accepted", &turn_id).await,
            Err(error) => {
                let status = match error.kind() {
                    ErrorKind::Busy => "409 Conflict",
                    ErrorKind::Usage => "400 Bad Request",
                    _ => "502 Bad Gateway",
                };
                respond(&mut stream, status, &error.to_string()).await
            }
        },
        ("GET", "/events") => events(&mut stream, log, request.last_event).await,
        ("POST", "/interrupt") => {
            log.session().interrupt().await;
            respond(&mut stream, "202 Accepted", "").await
        }
        _ => respond(&mut stream, "404 Not Found", "").await,
    }
}

async fn events(stream: &mut BufReader<TcpStream>, log: &EventLog, last: Option<Seq>) -> std::io::Result<()> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n\r\n";
    stream.write_all(head.as_bytes()).await?;
    let mut frames = log.after(last);
    while let Some(frame) = frames.next().await {
        let text = match frame {
            Frame::Event { seq, event, .. } => {
                // JSON has no line breaks of its own.
                format!("id: {seq}\ndata: {}\n\n", serde_json::to_string(&event)?)
            }
            // Too old, or of a server before this one: what is missing is in the snapshot.
            Frame::Gap { .. } => {
                let (_, transcript) = log.snapshot();
                format!("event: reset\ndata: {}\n\n", serde_json::to_string(&transcript)?)
            }
            _ => break,
        };
        stream.write_all(text.as_bytes()).await?;
    }
    stream.shutdown().await
}

/// Reads a request; none if it is no such thing.
async fn read(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<Request>> {
    let mut head = (&mut *stream).take(LARGEST_HEAD);
    let mut line = String::new();
    head.read_line(&mut line).await?;
    let mut words = line.split_whitespace();
    let (Some(method), Some(path)) = (words.next(), words.next()) else {
        return Ok(None);
    };
    let mut request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        last_event: None,
        is_from_a_page_elsewhere: false,
        body: String::new(),
    };
    let mut length = 0;
    loop {
        let mut line = String::new();
        head.read_line(&mut line).await?;
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let Some((name, value)) = line.split_once(':') else {
            return Ok(None);
        };
        match (name.to_ascii_lowercase().as_str(), value.trim()) {
            ("last-event-id", value) => request.last_event = value.parse().ok(),
            ("content-length", value) => match value.parse() {
                Ok(bytes) if bytes <= LARGEST_BODY => length = bytes,
                _ => return Ok(None),
            },
            ("origin", _) => request.is_from_a_page_elsewhere = true,
            // A name that was made to point here later.
            ("host", value) if !(value.starts_with("127.0.0.1:") || value.starts_with("localhost:")) => {
                request.is_from_a_page_elsewhere = true;
            }
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let Ok(body) = String::from_utf8(body) else {
        return Ok(None);
    };
    request.body = body;
    Ok(Some(request))
}

async fn respond(stream: &mut BufReader<TcpStream>, status: &str, body: &str) -> std::io::Result<()> {
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    stream.write_all(text.as_bytes()).await?;
    stream.shutdown().await
}
