//! The scripted model: answers `POST /v1/responses` on loopback by a script.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::http::{Request, read_request, write_json};
use super::reply::{Step, play, round_after};

/// How many requests are remembered.
const REMEMBERED: usize = 256;

/// Chooses the steps that answer a request.
pub type Responder = dyn Fn(&ModelRequest) -> Vec<Step> + Send + Sync;

/// Answers the k-th request of a turn with the k-th round; after the last one with a message that says "done".
pub fn rounds(rounds: Vec<Vec<Step>>) -> Arc<Responder> {
    Arc::new(move |request| {
        rounds
            .get(request.round())
            .cloned()
            .unwrap_or_else(|| vec![Step::text("done")])
    })
}

/// A request of Codex to the model.
#[derive(Debug, Clone)]
pub struct ModelRequest {
    /// The body of the request.
    pub body: Value,
}

impl ModelRequest {
    fn input(&self) -> &[Value] {
        self.body["input"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The user's last message, without the texts that Codex adds as the user.
    pub fn prompt(&self) -> String {
        self.last_user_message().map(|(_, text)| text).unwrap_or_default()
    }

    fn last_user_message(&self) -> Option<(usize, String)> {
        let text = |item: &Value| {
            let parts = item["content"].as_array().map_or(&[][..], Vec::as_slice);
            parts
                .iter()
                .filter_map(|part| part["text"].as_str())
                .collect::<String>()
        };
        let messages = self.input().iter().enumerate().rev();
        let messages = messages.filter(|(_, item)| item["type"] == "message" && item["role"] == "user");
        let mut messages = messages.map(|(index, item)| (index, text(item)));
        messages.find(|(_, text)| !is_codex_speaking(text))
    }

    /// How many rounds of this turn were answered before: seen from the calls that follow the user's message.
    pub fn round(&self) -> usize {
        let start = self.last_user_message().map_or(0, |(index, _)| index);
        let calls = self.input()[start.min(self.input().len())..].iter();
        calls
            .filter_map(|item| round_after(item["call_id"].as_str()?))
            .max()
            .unwrap_or_default()
    }
}

/// Whether Codex added this text as the user: it is in tags, or under a known title.
pub(super) fn is_codex_speaking(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with('<') || text.starts_with("# AGENTS.md instructions")
}

/// A point at which a script waits until a test opens it.
#[derive(Debug, Clone)]
pub struct Gate(Arc<Semaphore>);

impl Default for Gate {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }
}

impl Gate {
    /// Lets everyone through, now and later.
    pub fn open(&self) {
        self.0.close();
    }

    pub(super) async fn passed(&self) {
        // Closing the semaphore is what opens the gate.
        let _ = self.0.acquire().await;
    }
}

/// A model on loopback. Dropped, it stops answering.
#[derive(Debug)]
pub struct ScriptedModel {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<ModelRequest>>>,
    accepting: JoinHandle<()>,
}

impl ScriptedModel {
    /// Starts answering on a free port of loopback, on the current tokio runtime.
    pub async fn start(responder: Arc<Responder>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let requests = Arc::new(Mutex::new(Vec::new()));
        let state = Arc::new(State {
            responder,
            requests: Arc::clone(&requests),
            nonce: AtomicU64::new(1),
        });
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&state);
                tokio::spawn(async move {
                    // Codex went away in the middle, as it does when a turn is interrupted.
                    let _ = state.answer(stream).await;
                });
            }
        });
        Ok(Self {
            address,
            requests,
            accepting,
        })
    }

    /// The value for Codex's `base_url`.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// The requests so far, oldest first.
    pub fn requests(&self) -> Vec<ModelRequest> {
        self.requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Drop for ScriptedModel {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

struct State {
    responder: Arc<Responder>,
    requests: Arc<Mutex<Vec<ModelRequest>>>,
    nonce: AtomicU64,
}

impl State {
    async fn answer(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let Request { method, path, body } = read_request(&mut stream).await?;
        match (method.as_str(), path.split('?').next().unwrap_or_default()) {
            ("POST", path) if path.ends_with("/responses") => {
                let body = serde_json::from_slice(&body)
                    .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
                let request = ModelRequest { body };
                let (steps, round) = ((self.responder)(&request), request.round());
                self.remember(request);
                play(
                    &mut stream,
                    steps,
                    round,
                    self.nonce.fetch_add(1, Ordering::Relaxed),
                )
                .await
            }
            ("GET", path) if path.ends_with("/models") => {
                write_json(&mut stream, 200, &json!({ "data": [], "models": [] })).await
            }
            _ => {
                write_json(
                    &mut stream,
                    404,
                    &json!({ "error": { "message": "not part of the script" } }),
                )
                .await
            }
        }
    }

    fn remember(&self, request: ModelRequest) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if requests.len() < REMEMBERED {
            requests.push(request);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    fn request(input: &Value) -> ModelRequest {
        ModelRequest {
            body: json!({ "input": input }),
        }
    }

    fn user(text: &str) -> Value {
        json!({ "type": "message", "role": "user", "content": [{ "type": "input_text", "text": text }] })
    }

    #[test]
    fn the_round_is_told_by_the_calls_after_the_last_prompt() {
        let call = |id: &str| json!({ "type": "function_call_output", "call_id": id });
        let history = json!([
            user("old"),
            call("round4-0-a"),
            user("new"),
            user("<environment>"),
            call("round0-0-b")
        ]);
        let request = request(&history);
        assert_eq!((request.prompt().as_str(), request.round()), ("new", 1));
    }

    #[tokio::test]
    async fn an_answer_is_a_stream_of_events() {
        let model = ScriptedModel::start(rounds(vec![vec![Step::streamed(
            "hello",
            2,
            std::time::Duration::ZERO,
        )]]))
        .await
        .unwrap();
        let mut stream = TcpStream::connect(model.address).await.unwrap();
        let body = json!({ "input": [user("hi")] }).to_string();
        let head = format!(
            "POST /v1/responses HTTP/1.1\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert_eq!(answer.matches("event: response.output_text.delta").count(), 2);
        assert!(answer.contains("event: response.completed"));
        assert_eq!(model.requests()[0].prompt(), "hi");
    }
}
