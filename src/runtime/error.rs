//! What can go wrong below the commands: what happened, to what, and what to do about it.

use std::path::PathBuf;
use std::time::Duration;

use super::event::TurnError;
use super::mcp;
use super::protocol::schema::CheckError;

/// An error of the runtime. Its text says what happened; [`hint`](RuntimeError::hint) says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// No `codex` was found in any of the places looked at.
    #[error("Codex was not found: looked at {}", searched.join(", "))]
    CodexNotFound {
        /// The places, in order.
        searched: Vec<String>,
    },
    /// A path was found or given, but it cannot be used.
    #[error("{} cannot be used as codex: {reason}", path.display())]
    CodexUnusable {
        /// The path.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The codex found is older than the oldest supported.
    #[error("codex {found} at {} is too old: {needed} or newer is needed", path.display())]
    CodexTooOld {
        /// Its version.
        found: String,
        /// The oldest version that works.
        needed: &'static str,
        /// Where it is.
        path: PathBuf,
    },
    /// The managed install failed.
    #[error("installing codex {version} failed: {reason}")]
    Install {
        /// The version asked for.
        version: String,
        /// What went wrong.
        reason: String,
    },
    /// The process could not be started.
    #[error("could not start {}: {source}", path.display())]
    Spawn {
        /// The program.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The process started but the handshake did not succeed.
    #[error("codex app-server did not start: {reason}{}", stderr_suffix(stderr))]
    StartUp {
        /// What happened instead.
        reason: String,
        /// The end of its stderr.
        stderr: String,
    },
    /// The server exited or closed its output.
    #[error("codex app-server is gone: {reason}{}", stderr_suffix(stderr))]
    ServerGone {
        /// How it ended.
        reason: String,
        /// The end of its stderr.
        stderr: String,
    },
    /// A server that somebody else started could not be reached, or did not let us in.
    #[error("no connection to {endpoint}: {reason}")]
    Connect {
        /// Where.
        endpoint: String,
        /// Why not.
        reason: String,
        /// Whether the token is missing or wrong.
        unauthorized: bool,
        /// What to do about it, where that is known.
        advice: Option<&'static str>,
    },
    /// A request was not answered in time.
    #[error("codex did not answer {method} within {} s{}", after.as_secs_f32(), starting_suffix(starting))]
    RequestTimeout {
        /// The request's method.
        method: String,
        /// How long was waited.
        after: Duration,
        /// The MCP servers that were starting then, if the request waits for such.
        starting: Vec<String>,
    },
    /// The server answered a request with an error.
    #[error("codex refused {method}: {message} (code {code})")]
    Server {
        /// The request's method.
        method: String,
        /// JSON-RPC error code.
        code: i64,
        /// The server's message.
        message: String,
        /// The server's data, if any.
        data: Option<Box<serde_json::Value>>,
    },
    /// There is no turn to say something to: it has ended, or none has begun.
    #[error("no turn runs that could be told")]
    NoTurn,
    /// The server does not have the method: it is older than that, or newer.
    #[error("this codex has no {method}{}", since_suffix(*since))]
    MethodMissing {
        /// The method.
        method: String,
        /// The first tested version that has it, if any has.
        since: Option<&'static str>,
    },
    /// The server is overloaded and the request was not safe to repeat, or kept being refused.
    #[error("codex is overloaded and did not take {method}")]
    Overloaded {
        /// The request's method.
        method: String,
    },
    /// The server's reply to a request does not have the expected shape.
    #[error("codex answered {method} with something unexpected: {reason}")]
    BadReply {
        /// The request's method.
        method: String,
        /// What does not fit.
        reason: String,
    },
    /// No account is logged in and the model provider needs one.
    #[error("not logged in: the model provider needs an account, and Codex has none")]
    NotLoggedIn,
    /// A privileged combination without the explicit opt-in.
    #[error("{what} is privileged and needs an explicit opt-in")]
    Privileged {
        /// The combination.
        what: String,
    },
    /// The session is not saved in this `CODEX_HOME`.
    #[error("there is no saved session {id}")]
    SessionMissing {
        /// The session.
        id: String,
    },
    /// The session was archived.
    #[error("the session {id} is archived")]
    SessionArchived {
        /// The session.
        id: String,
    },
    /// Another process writes to the session.
    #[error("the session {id} is in use by {holder}")]
    SessionBusy {
        /// The session.
        id: String,
        /// Which process, as far as the system tells.
        holder: String,
    },
    /// A turn runs in the session already, at a server that somebody else started.
    #[error("a turn runs in the session {id} already")]
    TurnRunning {
        /// The session.
        id: String,
        /// The turn.
        turn_id: String,
    },
    /// A request that the installed server would not understand.
    #[error(transparent)]
    Params(#[from] CheckError),
    /// An input that cannot be sent.
    #[error("{what}")]
    InvalidInput {
        /// What is wrong with what.
        what: String,
    },
    /// The turn ended without completing.
    #[error("{}", .0.message)]
    Turn(TurnError),
}

impl RuntimeError {
    /// What to do about it, as one sentence without a final period, where there is something to do.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::CodexNotFound { .. } => {
                "run `turnwise codex install`, or name a binary with --codex PATH".to_owned()
            }
            Self::CodexTooOld { .. } => {
                "run `turnwise codex install` to get one that works, or update yours".to_owned()
            }
            Self::CodexUnusable { .. } => {
                "give --codex the native codex binary or npm's `codex`, or leave it out".to_owned()
            }
            Self::NotLoggedIn => {
                "run `codex login`, or `printenv OPENAI_API_KEY | codex login --with-api-key`".to_owned()
            }
            Self::Privileged { .. } => {
                "add --privileged (in the library: allow_privileged_escalation()) if that is what you want"
                    .to_owned()
            }
            Self::Connect {
                unauthorized: true, ..
            } => "give the server's token with --connect-token-file or TURNWISE_CONNECT_TOKEN".to_owned(),
            Self::Connect {
                advice: Some(advice), ..
            } => (*advice).to_owned(),
            Self::Connect { endpoint, .. } if !endpoint.starts_with("wss://") => {
                format!("`codex app-server --listen {endpoint}` starts a server there")
            }
            Self::StartUp { .. } | Self::ServerGone { .. } => {
                "run `turnwise doctor` to see what is wrong".to_owned()
            }
            Self::Overloaded { .. } => "try again later".to_owned(),
            Self::SessionMissing { .. } => "`turnwise session list --all` shows what is saved".to_owned(),
            Self::SessionArchived { id } => format!("run `turnwise session unarchive {id}` first"),
            Self::SessionBusy { .. } => {
                "wait for it to end, or end it; a session has one writer at a time".to_owned()
            }
            Self::TurnRunning { id, .. } => {
                format!("wait for its end, or take it up with `turnwise resume {id} --join`")
            }
            Self::Params(CheckError::UnknownMethod { .. }) => {
                "`turnwise rpc list` shows what there is; --unchecked sends anything".to_owned()
            }
            Self::Params(CheckError::Params { method, .. }) => {
                format!("`turnwise rpc describe {method}` shows what it takes; --unchecked sends anything")
            }
            Self::Server { message, .. } if message.contains("required MCP servers") => {
                "check it in Codex's config.toml; required = false lets sessions start without it".to_owned()
            }
            Self::Turn(error) => return error.hint.clone(),
            Self::NoTurn => "what is said now begins the next turn".to_owned(),
            Self::MethodMissing { .. } => {
                "`turnwise codex which` says which codex is used; `turnwise codex install` gets a newer one"
                    .to_owned()
            }
            Self::Connect { .. }
            | Self::Install { .. }
            | Self::Spawn { .. }
            | Self::RequestTimeout { .. }
            | Self::Server { .. }
            | Self::BadReply { .. }
            | Self::Params(_)
            | Self::InvalidInput { .. } => return None,
        })
    }
}

fn starting_suffix(names: &[String]) -> String {
    mcp::in_words(names).map_or_else(String::new, |servers| format!(": it was waiting for {servers}"))
}

fn since_suffix(since: Option<&str>) -> String {
    since.map_or_else(String::new, |version| format!("; codex {version} has it"))
}

fn stderr_suffix(stderr: &str) -> String {
    let text = stderr.trim_end();
    if text.is_empty() {
        String::new()
    } else {
        format!("\n{text}")
    }
}
