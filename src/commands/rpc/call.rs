//! `rpc METHOD`: one call, and with `--stream` the server's messages during and after it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::app_server::{AppServer, AppServerConfig};
use crate::codex::{Api, Directories, Found, installed_schema_unless};
use crate::exit::Exit;
use crate::protocol::schema::CheckError;
use crate::runtime::{ClientConfig, RuntimeError, servers_ended};
use crate::text::safe_json;
use clap::Args;
use serde_json::Value;

use super::method::Offered;
use super::stream::{self, Until};
use crate::commands::context::Context;
use crate::commands::deadline::Deadline;
use crate::commands::duration::{OptionalDuration, limit};
use crate::commands::failure::Failure;
use crate::commands::run::{Signals, on_approval};
use crate::commands::say;
use crate::commands::tokio_runtime::runtime;
use crate::input::{params, stdin};
use crate::run::OnApproval;

/// Default time limit of a reply.
const PATIENCE: Duration = Duration::from_secs(60);
/// Time limit for ending a Codex that was asked for its schema.
const GIVING_UP: Duration = Duration::from_secs(2);
/// Time limit for ending the server.
pub(super) const LAST_WAIT: Duration = Duration::from_secs(5);

#[derive(Debug, Args)]
pub(super) struct CallArgs {
    /// Method, such as `thread/list`
    #[arg(value_name = "METHOD", value_parser = Offered::Requests, hide_possible_values = true, required = true)]
    pub(super) method: Option<String>,
    /// JSON, @FILE, `-` for stdin, or key=text key:=json pairs
    ///
    /// Dots in a key lead inside objects and lists: input.0.type=text.
    #[arg(value_name = "PARAMS")]
    params: Vec<String>,
    /// Print notifications and the reply, one per line
    #[arg(long)]
    stream: bool,
    /// Stream until this notification; implies --stream
    ///
    /// Default: turn/completed for methods that start a turn, otherwise the reply.
    #[arg(long, value_name = "METHOD", value_parser = Offered::Notifications, hide_possible_values = true)]
    until: Option<String>,
    /// Time limit; 0 for none
    ///
    /// Default: 60s for the reply, none for --stream.
    #[arg(long, value_name = "DURATION", value_parser = limit)]
    timeout: Option<OptionalDuration>,
    /// Send the params without checking them
    #[arg(long)]
    unchecked: bool,
    /// Resume the thread of the params first
    #[arg(long)]
    resume: bool,
    /// With --stream: rules that answer requests
    #[arg(long, value_name = "FILE")]
    pub(super) policy: Option<PathBuf>,
    /// With --stream: who answers requests
    ///
    /// ask, fail, decline, wait or wait=DURATION, as for `turnwise run`.
    #[arg(long, value_name = "HOW", value_parser = on_approval)]
    pub(super) on_approval: Option<OnApproval>,
}

/// A checked call.
pub(super) struct Call {
    pub(super) method: String,
    pub(super) params: Value,
    pub(super) resume: Option<String>,
    /// How long the reply may take.
    pub(super) patience: Duration,
    experimental: bool,
}

/// Runs the command.
pub(super) fn run(args: &CallArgs, context: &Context) -> Result<Exit, Failure> {
    let client = context.client()?;
    let mut deadline = context.deadline;
    let streams = args.stream || args.until.is_some();
    // Read first, because reading can block.
    let answers = streams.then(|| stream::answers(args, context)).transpose()?;
    let runtime = runtime()?;
    let checking = Arc::new(AtomicBool::new(false));
    let outcome = runtime.block_on(async {
        let mut signals = Signals::listen().map_err(|error| Failure::system("the signals", error))?;
        let prepared = tokio::select! {
            prepared = prepare(args, context, &checking, &mut deadline) => prepared,
            exit = signals.next() => return Ok(exit),
        };
        let call = prepared?;
        let outcome = if let Some(answers) = &answers {
            let until = Until::new(args.until.as_deref(), &call.method);
            // Boxed, because it is large.
            Box::pin(stream::run(
                &call,
                &until,
                answers,
                client,
                deadline,
                &mut signals,
                context,
            ))
            .await
        } else {
            tokio::select! {
                outcome = once(&call, client, deadline, context) => outcome,
                exit = signals.next() => Ok(exit),
            }
        };
        servers_ended(LAST_WAIT).await;
        outcome
    });
    // The thread that reads the params may be blocked for ever. The one that asks Codex for its schema ends it first.
    runtime.shutdown_timeout(if checking.load(Ordering::Relaxed) {
        GIVING_UP
    } else {
        Duration::ZERO
    });
    outcome
}

/// Reads the params on a thread, which is abandoned at the deadline. Typing has no limit.
async fn read(args: &CallArgs, context: &Context, deadline: &mut Deadline) -> Result<Value, Failure> {
    let (words, moment) = (args.params.clone(), deadline.moment());
    let reading = tokio::task::spawn_blocking(move || {
        params::read(&words, || stdin::read_now(moment), moment).map_err(Failure::from)
    });
    let read = if context.stdin_terminal && args.params == ["-"] {
        let began = Instant::now();
        let read = reading.await;
        deadline.put_off(began.elapsed());
        read
    } else {
        let doing = || "reading the params".to_owned();
        deadline.hold_loosely(reading, doing).await?
    };
    read.map_err(|error| Failure::system("reading the params", error))?
}

/// Reads the params and checks them.
async fn prepare(
    args: &CallArgs,
    context: &Context,
    checking: &Arc<AtomicBool>,
    deadline: &mut Deadline,
) -> Result<Call, Failure> {
    let params = read(args, context, deadline).await?;
    let method = args.method.clone().unwrap_or_default();
    let (unchecked, directories) = (args.unchecked, context.directories.clone());
    let found = match context.codex() {
        _ if unchecked => None,
        Ok(found) => Some(found),
        // A server elsewhere needs no codex here, and without one there is nothing to check against.
        Err(_) if context.endpoint().is_some() => {
            say("Codex not found; sending the params unchecked.");
            None
        }
        Err(failure) => return Err(failure),
    };
    let given_up = GivenUp::default();
    let (flag, checking) = (Arc::clone(&given_up.0), Arc::clone(checking));
    let checks = tokio::task::spawn_blocking(move || {
        let empty = || Value::Object(serde_json::Map::new());
        let (params, experimental) = match found {
            Some(found) => {
                checking.store(true, Ordering::Relaxed);
                let outcome = checked(&method, params, &found, directories.as_ref(), &flag);
                checking.store(false, Ordering::Relaxed);
                outcome?
            }
            None if params.is_null() && !unchecked => (empty(), true),
            None => (params, true),
        };
        Ok::<_, Failure>((method, params, experimental))
    });
    let checks = deadline.hold(checks, || "checking the params".to_owned());
    let outcome = checks
        .await?
        .map_err(|error| Failure::system("checking the params", error))?;
    let (method, params, experimental) = outcome?;
    let resume = args.resume.then(|| thread_of(&params)).transpose()?;
    Ok(Call {
        method,
        params,
        resume,
        patience: match args.timeout {
            Some(OptionalDuration(limit)) => limit.unwrap_or(Duration::MAX),
            None => PATIENCE,
        },
        experimental,
    })
}

/// Signals on drop that the caller has stopped waiting.
#[derive(Default)]
struct GivenUp(Arc<AtomicBool>);

impl Drop for GivenUp {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The params as they are sent, and whether they need the experimental API.
fn checked(
    method: &str,
    params: Value,
    found: &Found,
    directories: Option<&Directories>,
    given_up: &AtomicBool,
) -> Result<(Value, bool), Failure> {
    let schema = |api| installed_schema_unless(found, directories, api, given_up);
    let stable = schema(Api::Stable)?;
    let complete = stable.complete(method, params.clone());
    let Err(first) = stable.check(method, &complete) else {
        return Ok((complete, false));
    };
    let all = schema(Api::Experimental)?;
    let complete = all.complete(method, params);
    let error = match all.check(method, &complete) {
        Ok(_) => return Ok((complete, true)),
        // What the experimental part knows of it is told only where the stable part does not know the method.
        Err(second) => match first {
            CheckError::UnknownMethod { .. } => second,
            first => first,
        },
    };
    Err(RuntimeError::from(error).into())
}

fn thread_of(params: &Value) -> Result<String, Failure> {
    params["threadId"]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| Failure::usage("--resume: the params have no threadId"))
}

impl Call {
    /// The configuration of its server.
    pub(super) fn config(&self, client: ClientConfig, context: &Context) -> AppServerConfig {
        let config = AppServerConfig::new(client)
            .directories(context.directories.clone())
            .request_timeout(self.patience);
        if self.experimental {
            config.experimental()
        } else {
            config
        }
    }

    /// Makes the call, and gives the result.
    pub(super) async fn make(&self, server: &AppServer) -> Result<Value, Failure> {
        if let Some(thread_id) = &self.resume {
            server.resume_thread(thread_id).await?;
        }
        let outcome = server.call_json_unchecked(&self.method, &self.params).await;
        outcome.map_err(|error| self.failure(error))
    }

    /// What is waited for while the reply does not come.
    pub(super) fn waiting(&self, server: &AppServer) -> String {
        let servers = server.awaited_mcp_servers();
        servers.map_or_else(
            || format!("waiting for the reply to {}", self.method),
            |servers| format!("waiting for {servers}"),
        )
    }

    fn failure(&self, error: RuntimeError) -> Failure {
        let data = match &error {
            RuntimeError::Server { data: Some(data), .. } => Some(data.to_string()),
            _ => None,
        };
        let missing =
            matches!(&error, RuntimeError::Server { message, .. } if message.starts_with("thread not found"));
        let timed_out = matches!(error, RuntimeError::RequestTimeout { .. });
        let mut failure = Failure::from(error);
        if let Some(data) = data {
            failure.message.push_str(&format!("\n  data: {data}"));
        }
        if timed_out {
            failure.exit = Exit::Timeout;
            failure.hint = Some("raise it with --timeout".to_owned());
        }
        if missing && self.resume.is_none() {
            failure.hint = Some("--resume resumes a saved thread first".to_owned());
        }
        failure
    }
}

async fn once(
    call: &Call,
    client: ClientConfig,
    deadline: Deadline,
    context: &Context,
) -> Result<Exit, Failure> {
    let server = connect(call, client, deadline, context).await?;
    match deadline.hold(call.make(&server), || call.waiting(&server)).await {
        Ok(outcome) => {
            server.close().await;
            print(&outcome?, context)?;
            Ok(Exit::Success)
        }
        Err(late) => {
            server.kill();
            Err(late)
        }
    }
}

/// Starts the server, or connects to one.
pub(super) async fn connect(
    call: &Call,
    client: ClientConfig,
    deadline: Deadline,
    context: &Context,
) -> Result<AppServer, Failure> {
    let connecting = AppServer::start(call.config(client, context));
    let connecting = deadline.hold(connecting, || "starting codex app-server".to_owned());
    Ok(connecting.await??)
}

/// Prints a result: indented for a person, in one line for a pipe.
fn print(result: &Value, context: &Context) -> Result<(), Failure> {
    if !context.stdout.terminal {
        return context.print_json(result);
    }
    context.print(|mut out| {
        safe_json::write_pretty(&mut out, result)?;
        writeln!(out)
    })
}
