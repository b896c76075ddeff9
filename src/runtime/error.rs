//! What can go wrong below the commands: what happened, to what, and what to do about it.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::codex::CodexError;
use crate::protocol::brief;
use crate::protocol::schema::CheckError;
use crate::runtime::event::TurnErrorKind;
use crate::runtime::id::{ThreadId, TurnId};
use crate::runtime::mcp;
use crate::runtime::outcome::TurnFailure;
use crate::runtime::remedy::Remedy;

/// An error of another library, or of the system.
type Cause = Box<dyn Error + Send + Sync>;

/// An error of the runtime. Its text says what happened, its [kind](RuntimeError::kind) how to
/// react, and its [remedy](RuntimeError::remedy) what to do.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// The codex binary cannot be found, used or installed.
    #[error(transparent)]
    Codex(#[from] CodexError),
    /// The process could not be started.
    #[error("cannot start {}: {source}", path.display())]
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
        /// The refusal of the handshake, if that was the reason.
        source: Option<Box<Self>>,
    },
    /// The server exited or closed its output.
    #[error("codex app-server is gone: {reason}{}", stderr_suffix(stderr))]
    ServerGone {
        /// How it ended.
        reason: String,
        /// The end of its stderr.
        stderr: String,
    },
    /// A running server could not be reached, or refused the connection.
    #[error("cannot connect to {endpoint}: {reason}")]
    Connect {
        /// Where.
        endpoint: String,
        /// Why not.
        reason: String,
        /// Whether the token is missing or wrong.
        unauthorized: bool,
        /// What to do about it, where that is known.
        advice: Option<&'static str>,
        /// The error of the network, the TLS or the WebSocket; none after a timeout.
        source: Option<Cause>,
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
    /// Codex cannot load its configuration: its own file, a project's, or values that were given with the session.
    #[error("Codex cannot load its configuration: {reason}")]
    CodexConfig {
        /// What is wrong, as Codex says it.
        reason: String,
        /// The file with the fault: the one that Codex names, otherwise its own if it has one.
        file: Option<PathBuf>,
        /// The line of the fault, if Codex names it. The first is 1.
        line: Option<u64>,
    },
    /// No turn is running that could be steered or followed.
    #[error("no turn is running")]
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
    #[error("codex is overloaded and did not accept {method}")]
    Overloaded {
        /// The request's method.
        method: String,
    },
    /// The server's reply to a request does not have the expected shape.
    #[error("unexpected reply from codex to {method}: {reason}")]
    BadReply {
        /// The request's method.
        method: String,
        /// What does not fit.
        reason: String,
        /// Where it could not be parsed.
        source: Option<serde_json::Error>,
    },
    /// No account is logged in and the model provider needs one.
    #[error("not logged in; the model provider requires an account")]
    NotLoggedIn,
    /// A privileged combination without the explicit opt-in.
    #[error("{what} is privileged and needs an explicit opt-in")]
    Privileged {
        /// The combination.
        what: String,
    },
    /// The session is not saved in this `CODEX_HOME`.
    #[error("session {id} not found")]
    SessionMissing {
        /// The session.
        id: ThreadId,
    },
    /// The session was archived.
    #[error("session {id} is archived")]
    SessionArchived {
        /// The session.
        id: ThreadId,
    },
    /// Another process writes to the session.
    #[error("session {id} is in use by {holder}")]
    SessionBusy {
        /// The session.
        id: ThreadId,
        /// Which process, as far as the system tells.
        holder: String,
    },
    /// A turn runs in the session already, at a server that somebody else started.
    #[error("a turn is already running in session {id}")]
    TurnRunning {
        /// The session.
        id: ThreadId,
        /// The turn.
        turn_id: TurnId,
    },
    /// A request that the installed server would not understand.
    #[error(transparent)]
    Params(#[from] CheckError),
    /// An input that cannot be sent.
    #[error("{what}")]
    InvalidInput {
        /// What is wrong with what.
        what: String,
        /// The error behind it, if there is one.
        source: Option<Cause>,
    },
    /// A hook does not let it begin.
    #[error("hook {hook} blocked the {what}{}", reason_suffix(reason))]
    Blocked {
        /// `run`, `session` or `turn`.
        what: &'static str,
        /// The hook.
        hook: String,
        /// Why, in its words.
        reason: String,
    },
    /// The client or the session was closed from here.
    #[error("the {what} is closed")]
    Closed {
        /// Which.
        what: &'static str,
    },
    /// A callback of the caller's panicked.
    #[error("{callback} panicked: {message}")]
    Panicked {
        /// The callback.
        callback: &'static str,
        /// What the panic said.
        message: String,
    },
    /// The turn ended without completing.
    #[error("{}", .0.error.message)]
    Turn(Box<TurnFailure>),
}

impl fmt::Debug for RuntimeError {
    /// Its kind, its text and its hint: what a `main` that returns it prints.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        brief::capped(formatter, |formatter| {
            write!(formatter, "{:?}: {self}", self.kind())?;
            match self.hint() {
                Some(hint) => write!(formatter, " (hint: {hint})"),
                None => Ok(()),
            }
        })
    }
}

/// Kinds of errors, for those who decide by them and do not print them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is no codex, no such session, no such method or no running turn.
    NotFound,
    /// The codex found is too old, or does not have the method.
    Version,
    /// Codex could not be installed, started or reached.
    Startup,
    /// Codex ended by itself.
    Gone,
    /// The client or the session was closed from here.
    Closed,
    /// A deadline passed.
    Timeout,
    /// Somebody else uses the session, or a turn runs in it.
    Busy,
    /// Overloaded, rate limited or out of quota.
    Overloaded,
    /// Not logged in, or the credentials were refused.
    Unauthorized,
    /// What was asked for cannot be sent, or is privileged without the opt-in.
    Usage,
    /// An approval was required and was cancelled, or nobody was available to answer.
    Approval,
    /// A hook blocked it.
    Blocked,
    /// The answer does not match the output schema.
    Schema,
    /// Somebody interrupted the turn, or it reached its token limit.
    Interrupted,
    /// Codex said something unexpected.
    Protocol,
    /// Anything else that failed.
    Failed,
}

impl RuntimeError {
    /// Its kind.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Codex(CodexError::NotFound { .. }) | Self::SessionMissing { .. } | Self::NoTurn => {
                ErrorKind::NotFound
            }
            Self::Codex(CodexError::TooOld { .. }) | Self::MethodMissing { .. } => ErrorKind::Version,
            Self::Connect {
                unauthorized: true, ..
            }
            | Self::NotLoggedIn => ErrorKind::Unauthorized,
            Self::Codex(
                CodexError::Unusable { .. } | CodexError::NpmMissing { .. } | CodexError::Install { .. },
            )
            | Self::Spawn { .. }
            | Self::StartUp { .. }
            | Self::Connect { .. } => ErrorKind::Startup,
            Self::ServerGone { .. } => ErrorKind::Gone,
            Self::Closed { .. } => ErrorKind::Closed,
            Self::Blocked { .. } => ErrorKind::Blocked,
            Self::RequestTimeout { .. } => ErrorKind::Timeout,
            Self::SessionBusy { .. } | Self::TurnRunning { .. } => ErrorKind::Busy,
            Self::Overloaded { .. } => ErrorKind::Overloaded,
            Self::Privileged { .. }
            | Self::CodexConfig { .. }
            | Self::SessionArchived { .. }
            | Self::Params(_)
            | Self::InvalidInput { .. } => ErrorKind::Usage,
            Self::BadReply { .. } => ErrorKind::Protocol,
            Self::Server { .. } | Self::Panicked { .. } => ErrorKind::Failed,
            Self::Turn(failure) => match failure.error.kind {
                TurnErrorKind::Failed | TurnErrorKind::Unknown => ErrorKind::Failed,
                TurnErrorKind::Unauthorized => ErrorKind::Unauthorized,
                TurnErrorKind::Unavailable => ErrorKind::Overloaded,
                TurnErrorKind::Timeout | TurnErrorKind::IdleTimeout => ErrorKind::Timeout,
                TurnErrorKind::MaxTokens | TurnErrorKind::Interrupted => ErrorKind::Interrupted,
                TurnErrorKind::ApprovalRefused => ErrorKind::Approval,
                TurnErrorKind::Blocked => ErrorKind::Blocked,
                TurnErrorKind::SchemaMismatch => ErrorKind::Schema,
                TurnErrorKind::ServerGone => ErrorKind::Gone,
                TurnErrorKind::FrameTooLong => ErrorKind::Protocol,
            },
        }
    }

    /// Whether a deadline passed: the turn's, or that of a request.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Whether the same may succeed later, unchanged: the provider or the server is overloaded, or somebody else uses the
    /// session. A turn that failed so may have done something before.
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind(), ErrorKind::Overloaded | ErrorKind::Busy)
    }

    /// What to do about it, where there is something to do.
    pub fn remedy(&self) -> Option<Remedy> {
        Some(match self {
            Self::Codex(CodexError::NotFound { .. }) => Remedy::InstallCodex,
            Self::Codex(CodexError::TooOld { .. }) => Remedy::UpdateCodex,
            Self::Codex(CodexError::Unusable { .. }) => Remedy::NameCodexBinary,
            Self::Codex(CodexError::NpmMissing { .. }) => Remedy::InstallNode,
            Self::NotLoggedIn => Remedy::LogIn,
            Self::Privileged { .. } => Remedy::AllowPrivileged,
            Self::Connect {
                unauthorized: true, ..
            } => Remedy::GiveToken,
            Self::Connect {
                advice: Some(advice), ..
            } => Remedy::Other((*advice).to_owned()),
            Self::Connect { endpoint, .. } if !endpoint.starts_with("wss://") => Remedy::StartServer {
                endpoint: endpoint.clone(),
            },
            Self::StartUp { stderr, .. } if is_about_the_home(stderr) => Remedy::CheckCodexHome,
            Self::StartUp { .. } | Self::ServerGone { .. } => Remedy::CheckSetup,
            Self::Overloaded { .. } => Remedy::RetryLater,
            Self::SessionMissing { .. } => Remedy::ListSessions,
            Self::SessionArchived { id } => Remedy::UnarchiveSession { id: id.clone() },
            Self::SessionBusy { .. } => Remedy::WaitForWriter,
            Self::TurnRunning { id, .. } => Remedy::AttachToTurn { id: id.clone() },
            Self::Params(CheckError::UnknownMethod { .. }) => Remedy::ListMethods,
            Self::Params(CheckError::Params { method, .. }) => Remedy::DescribeMethod {
                method: method.clone(),
            },
            Self::CodexConfig { file, line, .. } => Remedy::CorrectCodexConfig {
                file: file.clone(),
                line: *line,
            },
            Self::Server { message, .. } if message.contains("required MCP servers") => {
                Remedy::CheckRequiredMcpServers
            }
            Self::Turn(failure) => {
                let error = &failure.error;
                return error
                    .remedy
                    .clone()
                    .or_else(|| error.hint.clone().map(Remedy::Other));
            }
            Self::NoTurn => Remedy::StartNextTurn,
            Self::MethodMissing { .. } => Remedy::InstallNewerCodex,
            Self::Connect { .. }
            | Self::Codex(_)
            | Self::Spawn { .. }
            | Self::RequestTimeout { .. }
            | Self::Server { .. }
            | Self::BadReply { .. }
            | Self::Params(_)
            | Self::InvalidInput { .. }
            | Self::Closed { .. }
            | Self::Blocked { .. }
            | Self::Panicked { .. } => return None,
        })
    }

    /// The [remedy](Self::remedy) in words, without flags of any command line.
    pub fn hint(&self) -> Option<String> {
        self.remedy().map(|remedy| remedy.to_string())
    }

    /// An input that cannot be sent.
    pub(crate) fn invalid(what: impl Into<String>) -> Self {
        Self::InvalidInput {
            what: what.into(),
            source: None,
        }
    }

    /// An input that cannot be sent because of an error, which follows its name in the text.
    pub(crate) fn invalid_because(what: impl fmt::Display, source: impl Into<Cause>) -> Self {
        let source = source.into();
        Self::InvalidInput {
            what: format!("{what}: {source}"),
            source: Some(source),
        }
    }

    /// A reply to `method` that cannot be parsed.
    pub(crate) fn bad_reply(method: &str, error: serde_json::Error) -> Self {
        Self::BadReply {
            method: method.to_owned(),
            reason: error.to_string(),
            source: Some(error),
        }
    }
}

/// Whether Codex says that it cannot use its directory.
fn is_about_the_home(stderr: &str) -> bool {
    const WORDS: [&str; 6] = [
        "CODEX_HOME points to",
        "Permission denied",
        "Read-only file system",
        "No space left on device",
        "disk is full",
        "readonly database",
    ];
    WORDS.iter().any(|words| stderr.contains(words))
}

fn starting_suffix(names: &[String]) -> String {
    mcp::in_words(names).map_or_else(String::new, |servers| format!("; it was waiting for {servers}"))
}

fn since_suffix(since: Option<&str>) -> String {
    since.map_or_else(String::new, |version| format!("; codex {version} has it"))
}

fn reason_suffix(reason: &str) -> String {
    let reason = reason.trim();
    if reason.is_empty() {
        String::new()
    } else {
        format!(": {reason}")
    }
}

fn stderr_suffix(stderr: &str) -> String {
    /// How much of its end is shown, in bytes.
    const TOLD: usize = 1024;
    let text = stderr.trim_end();
    if text.is_empty() {
        return String::new();
    }
    let from = text.ceil_char_boundary(text.len().saturating_sub(TOLD));
    let cut = if from > 0 { "…" } else { "" };
    format!("\n{cut}{}", &text[from..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_that_is_refused_because_of_an_error_has_it_as_its_source() {
        let schema = crate::runtime::OutputSchema::new(&serde_json::Value::Null).unwrap_err();
        let error = RuntimeError::invalid_because("the output schema", schema);
        assert_eq!(
            error.to_string(),
            "the output schema: a JSON schema must be an object"
        );
        let source = error.source().unwrap();
        assert!(source.is::<crate::runtime::OutputSchemaError>(), "{source:?}");
    }

    #[cfg(feature = "remote")]
    #[tokio::test]
    async fn a_connection_that_fails_has_the_systems_error_as_its_source() {
        let endpoint = "unix:///nowhere/codex.sock".parse().unwrap();
        let config = crate::runtime::ClientConfig::new();
        let error = crate::runtime::Client::connect(&endpoint, None, config)
            .await
            .unwrap_err();
        assert!(matches!(error, RuntimeError::Connect { .. }), "{error:?}");
        assert!(error.source().is_some());
    }
}
