//! A command in the server's sandbox, to talk with while it runs: its output as it comes, its input, its terminal.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use data_encoding::BASE64;
use futures_core::Stream;
use serde_json::Value;
use tokio::task::JoinHandle;

use super::subscription::{Filter, Subscription};
use super::{AppServer, call_value};
use crate::protocol::inventory::{COMMAND_EXEC, COMMAND_EXEC_TERMINATE};
use crate::protocol::types::{
    CommandExecOutputDelta, CommandExecOutputStream, CommandExecParams, CommandExecResize,
    CommandExecResizeParams, CommandExecResponse, CommandExecTerminalSize, CommandExecTerminate,
    CommandExecTerminateParams, CommandExecWrite, CommandExecWriteParams, Request,
};
use crate::runtime::RuntimeError;
use crate::runtime::retry::{Retry, retry_until};

/// How the server says that a command has ended, or has not begun.
const NOT_RUNNING: &str = "no active command/exec";
/// How often something is said again to a command that has not begun; a second or two.
const START_RETRIES: u32 = 5;

/// What a command needs beside [`CommandExecParams`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExecOptions {
    /// Its input can be written; otherwise it has none.
    pub stdin: bool,
    /// It gets a terminal of this size: columns and rows. That includes its input.
    pub terminal: Option<(u16, u16)>,
    /// No time limit, in place of the server's own.
    pub unlimited: bool,
}

impl ExecOptions {
    /// No input, no terminal, the server's time limit.
    pub fn new() -> Self {
        Self::default()
    }

    /// Its input can be written.
    #[must_use]
    pub fn stdin(mut self) -> Self {
        self.stdin = true;
        self
    }

    /// It gets a terminal of this size, which includes its input.
    #[must_use]
    pub fn terminal(mut self, columns: u16, rows: u16) -> Self {
        self.terminal = Some((columns, rows));
        self
    }

    /// No time limit, in place of the server's own.
    #[must_use]
    pub fn unlimited(mut self) -> Self {
        self.unlimited = true;
        self
    }
}

/// A piece of a command's output.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Output {
    /// Where it was written.
    pub stream: CommandExecOutputStream,
    /// What was written.
    pub bytes: Vec<u8>,
    /// Whether the server keeps to itself what follows.
    pub cap_reached: bool,
}

impl std::fmt::Debug for Output {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:?} of {} bytes", self.stream, self.bytes.len())
    }
}

/// A running command. Dropped before its end, it is terminated.
#[must_use = "dropped before its end, a command is terminated"]
pub struct CommandExecution {
    server: AppServer,
    process_id: String,
    output: Subscription,
    running: JoinHandle<Result<Value, RuntimeError>>,
    ended: Option<Result<CommandExecResponse, RuntimeError>>,
    over: bool,
}

impl std::fmt::Debug for CommandExecution {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("CommandExecution")
            .field("process_id", &self.process_id)
            .field("over", &self.over)
            .finish_non_exhaustive()
    }
}

impl CommandExecution {
    pub(super) fn start(
        server: &AppServer,
        process_id: String,
        params: &CommandExecParams,
        options: ExecOptions,
    ) -> Result<Self, RuntimeError> {
        let params = CommandExecParams {
            process_id: Some(process_id.clone()),
            stream_stdout_stderr: Some(true),
            stream_stdin: Some(options.stdin || options.terminal.is_some()),
            tty: options.terminal.map(|_| true).or(params.tty),
            size: options.terminal.map(size).or(params.size.clone()),
            disable_timeout: options.unlimited.then_some(true).or(params.disable_timeout),
            ..params.clone()
        };
        let message = serde_json::to_value(params).map_err(|error| {
            RuntimeError::invalid_because(format_args!("the params of {COMMAND_EXEC}"), error)
        })?;
        let output = server.subscribe(
            Filter::all()
                .notification::<CommandExecOutputDelta>()
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
        poll_fn(|context| self.poll_output(context)).await
    }

    fn poll_output(&mut self, context: &mut Context<'_>) -> Poll<Option<Output>> {
        loop {
            let delta = if self.over {
                self.output.try_next()
            } else {
                match Pin::new(&mut self.output).poll_next(context) {
                    Poll::Ready(delta) => delta,
                    Poll::Pending => {
                        let outcome = ready!(Pin::new(&mut self.running).poll(context));
                        self.finished(outcome);
                        continue;
                    }
                }
            };
            let Some(delta) = delta else {
                return Poll::Ready(None);
            };
            let Ok(Some(delta)) = delta.parse::<CommandExecOutputDelta>() else {
                continue;
            };
            if let Ok(bytes) = BASE64.decode(delta.delta_base64.as_bytes()) {
                return Poll::Ready(Some(Output {
                    stream: delta.stream,
                    bytes,
                    cap_reached: delta.cap_reached,
                }));
            }
        }
    }

    /// Writes to its input.
    pub async fn write(&self, bytes: &[u8]) -> Result<(), RuntimeError> {
        self.send::<CommandExecWrite>(&CommandExecWriteParams {
            delta_base64: Some(BASE64.encode(bytes)),
            ..CommandExecWriteParams::new(self.process_id.as_str())
        })
        .await
    }

    /// Ends its input.
    pub async fn close_stdin(&self) -> Result<(), RuntimeError> {
        self.send::<CommandExecWrite>(&CommandExecWriteParams {
            close_stdin: Some(true),
            ..CommandExecWriteParams::new(self.process_id.as_str())
        })
        .await
    }

    /// Gives its terminal another size.
    pub async fn resize(&self, columns: u16, rows: u16) -> Result<(), RuntimeError> {
        let params = CommandExecResizeParams::new(self.process_id.as_str(), size((columns, rows)));
        self.send::<CommandExecResize>(&params).await
    }

    /// Ends it at once (`command/exec/terminate`).
    ///
    /// # Errors
    /// The server's, and [`ServerGone`](RuntimeError::ServerGone).
    pub async fn kill(&self) -> Result<(), RuntimeError> {
        let params = CommandExecTerminateParams::new(self.process_id.as_str());
        self.send::<CommandExecTerminate>(&params).await
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

    async fn send<M: Request>(&self, params: &M::Params) -> Result<(), RuntimeError> {
        let limit = self.server.0.request_timeout;
        // The server takes requests side by side, so that it may not have begun yet.
        let is_final = |outcome: &Result<Value, RuntimeError>| match outcome {
            Err(RuntimeError::Server { message, .. }) if message.starts_with(NOT_RUNNING) => {
                self.running.is_finished()
            }
            _ => true,
        };
        let attempt = || call_value(&self.server.0.client, limit, M::METHOD, params);
        let sending = retry_until(Retry::backing_off(START_RETRIES), is_final, attempt);
        sending.await.map(drop)
    }
}

impl Stream for CommandExecution {
    type Item = Output;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Output>> {
        self.poll_output(context)
    }
}

impl Drop for CommandExecution {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        let server = self.server.clone();
        let params = CommandExecTerminateParams::new(self.process_id.as_str());
        // Outside of a runtime there is nothing left to end it with; it ends with the server.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                let limit = server.0.request_timeout;
                drop(call_value(&server.0.client, limit, COMMAND_EXEC_TERMINATE, &params).await);
            });
        }
    }
}

fn size((columns, rows): (u16, u16)) -> CommandExecTerminalSize {
    CommandExecTerminalSize::new(columns, rows)
}

fn unexpected(reason: &str) -> RuntimeError {
    RuntimeError::BadReply {
        method: COMMAND_EXEC.to_owned(),
        reason: reason.to_owned(),
        source: None,
    }
}
