//! A command in the server's sandbox, to talk with while it runs: its output as it comes, its input, its terminal.

use std::time::Duration;

use data_encoding::BASE64;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::subscription::{Filter, Subscription};
use super::types::{CommandExecParams, CommandExecResponse};
use super::{AppServer, call_value};
use crate::runtime::protocol::inventory::{
    COMMAND_EXEC, COMMAND_EXEC_OUTPUT_DELTA, COMMAND_EXEC_RESIZE, COMMAND_EXEC_TERMINATE, COMMAND_EXEC_WRITE,
};
use crate::runtime::{RuntimeError, backoff};

/// How the server says that a command has ended, or has not begun.
const NOT_RUNNING: &str = "no active command/exec";
/// How often something is said again to a command that has not begun; a second or two.
const START_RETRIES: u32 = 5;

/// What a command needs beside [`CommandExecParams`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExecOptions {
    /// Its input can be written; otherwise it has none.
    pub stdin: bool,
    /// It gets a terminal of this size: columns and rows. That includes its input.
    pub terminal: Option<(u16, u16)>,
    /// It may run as long as it likes, whatever the server's limit is.
    pub unlimited: bool,
}

/// Which of a command's outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stream {
    /// Its standard output; with a terminal, both.
    Stdout,
    /// Its standard error.
    Stderr,
}

/// A piece of a command's output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Where it was written.
    pub stream: Stream,
    /// What was written.
    pub bytes: Vec<u8>,
    /// Whether the server keeps to itself what follows.
    pub cap_reached: bool,
}

/// A running command. Dropped before its end, it is terminated.
#[derive(Debug)]
pub struct CommandExecution {
    server: AppServer,
    process_id: String,
    output: Subscription,
    running: JoinHandle<Result<Value, RuntimeError>>,
    ended: Option<Result<CommandExecResponse, RuntimeError>>,
    over: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OutputDelta {
    stream: Stream,
    delta_base64: String,
    #[serde(default)]
    cap_reached: bool,
}

impl CommandExecution {
    pub(super) fn start(
        server: &AppServer,
        process_id: String,
        params: &CommandExecParams,
        options: ExecOptions,
    ) -> Result<Self, RuntimeError> {
        let mut message = serde_json::to_value(params).map_err(|error| RuntimeError::InvalidInput {
            what: format!("the params of {COMMAND_EXEC}: {error}"),
        })?;
        message["processId"] = json!(process_id);
        message["streamStdoutStderr"] = json!(true);
        message["streamStdin"] = json!(options.stdin || options.terminal.is_some());
        if let Some((columns, rows)) = options.terminal {
            message["tty"] = json!(true);
            message["size"] = json!({ "cols": columns, "rows": rows });
        }
        if options.unlimited {
            message["disableTimeout"] = json!(true);
        }
        let output = server.subscribe(
            Filter::all()
                .method(COMMAND_EXEC_OUTPUT_DELTA)
                .field("processId", &process_id),
        );
        let calling = server.clone();
        // Not one of the requests that are counted, nor with their deadline: it is as long as the command.
        let running = tokio::spawn(async move {
            call_value(&calling.0.client, Duration::MAX, COMMAND_EXEC, &message).await
        });
        Ok(Self {
            server: server.clone(),
            process_id,
            output,
            running,
            ended: None,
            over: false,
        })
    }

    /// The next piece of output, or none after the last one. Cancel-safe.
    pub async fn next(&mut self) -> Option<Output> {
        loop {
            let delta = if self.over {
                self.output.try_next()?
            } else {
                tokio::select! {
                    biased;
                    delta = self.output.next() => match delta {
                        Ok(delta) => delta,
                        Err(_) => return None,
                    },
                    outcome = &mut self.running => {
                        self.finished(outcome);
                        continue;
                    }
                }
            };
            let Ok(delta) = serde_json::from_str::<OutputDelta>(delta.params.get()) else {
                continue;
            };
            if let Ok(bytes) = BASE64.decode(delta.delta_base64.as_bytes()) {
                return Some(Output {
                    stream: delta.stream,
                    bytes,
                    cap_reached: delta.cap_reached,
                });
            }
        }
    }

    /// Writes to its input.
    pub async fn write(&self, bytes: &[u8]) -> Result<(), RuntimeError> {
        let params = json!({ "processId": self.process_id, "deltaBase64": BASE64.encode(bytes) });
        self.tell(COMMAND_EXEC_WRITE, params).await
    }

    /// Ends its input.
    pub async fn close_stdin(&self) -> Result<(), RuntimeError> {
        let params = json!({ "processId": self.process_id, "closeStdin": true });
        self.tell(COMMAND_EXEC_WRITE, params).await
    }

    /// Gives its terminal another size.
    pub async fn resize(&self, columns: u16, rows: u16) -> Result<(), RuntimeError> {
        let size = json!({ "cols": columns, "rows": rows });
        let params = json!({ "processId": self.process_id, "size": size });
        self.tell(COMMAND_EXEC_RESIZE, params).await
    }

    /// Ends it.
    pub async fn terminate(&self) -> Result<(), RuntimeError> {
        self.tell(COMMAND_EXEC_TERMINATE, json!({ "processId": self.process_id }))
            .await
    }

    /// Waits for its end. Output that was not taken before is passed over.
    ///
    /// # Errors
    /// The server's, when the command could not be started.
    pub async fn wait(mut self) -> Result<CommandExecResponse, RuntimeError> {
        if !self.over {
            while self.next().await.is_some() {}
        }
        if !self.over {
            let outcome = (&mut self.running).await;
            self.finished(outcome);
        }
        self.ended
            .take()
            .unwrap_or_else(|| Err(unexpected("it ended twice")))
    }

    fn finished(&mut self, outcome: Result<Result<Value, RuntimeError>, tokio::task::JoinError>) {
        self.over = true;
        self.ended = Some(match outcome {
            Ok(Ok(value)) => serde_json::from_value(value).map_err(|error| unexpected(&error.to_string())),
            Ok(Err(error)) => Err(error),
            Err(error) => Err(unexpected(&error.to_string())),
        });
    }

    async fn tell(&self, method: &str, params: Value) -> Result<(), RuntimeError> {
        let limit = self.server.0.request_timeout;
        let mut attempt = 0;
        loop {
            let outcome = call_value(&self.server.0.client, limit, method, &params).await;
            match outcome {
                // The server takes requests side by side, so that it may not have begun yet.
                Err(RuntimeError::Server { message, .. })
                    if message.starts_with(NOT_RUNNING)
                        && attempt < START_RETRIES
                        && !self.running.is_finished() =>
                {
                    tokio::time::sleep(backoff(attempt)).await;
                    attempt += 1;
                }
                outcome => return outcome.map(drop),
            }
        }
    }
}

impl Drop for CommandExecution {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        let server = self.server.clone();
        let params = json!({ "processId": self.process_id });
        // Outside of a runtime there is nothing left to end it with; it ends with the server.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                let limit = server.0.request_timeout;
                drop(call_value(&server.0.client, limit, COMMAND_EXEC_TERMINATE, &params).await);
            });
        }
    }
}

fn unexpected(reason: &str) -> RuntimeError {
    RuntimeError::BadReply {
        method: COMMAND_EXEC.to_owned(),
        reason: reason.to_owned(),
    }
}
