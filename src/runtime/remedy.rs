//! What can be done about an error, as a value: programs decide by it, and each front end words it in its own terms.

use crate::runtime::id::ThreadId;
use std::fmt;
use std::path::PathBuf;

/// What to do about an error. Its text is for programs that embed the runtime: one sentence without a final period, and
/// without the flags of any command line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remedy {
    /// Codex is not installed.
    InstallCodex,
    /// The codex found is too old.
    UpdateCodex,
    /// The path is not that of a codex.
    NameCodexBinary,
    /// npm is needed for the install.
    InstallNode,
    /// Nobody is logged in.
    LogIn,
    /// The provider refused the credentials.
    CheckAccount,
    /// The combination needs the explicit opt-in.
    AllowPrivileged,
    /// The server wants a bearer token, or another one.
    GiveToken,
    /// No server listens there.
    StartServer {
        /// Where.
        endpoint: String,
    },
    /// Codex does not start, or ended by itself.
    CheckSetup,
    /// Codex cannot use its directory: it does not exist, cannot be written to, or its disk is full.
    CheckCodexHome,
    /// A file of Codex's configuration is wrong, or a value that was given with the session.
    CorrectCodexConfig {
        /// The file with the fault, if it is known.
        file: Option<PathBuf>,
        /// The line of the fault, if it is known. The first is 1.
        line: Option<u64>,
    },
    /// Something is overloaded.
    RetryLater,
    /// There is no such session.
    ListSessions,
    /// The session was archived.
    UnarchiveSession {
        /// The session.
        id: ThreadId,
    },
    /// Another process writes to the session.
    WaitForWriter,
    /// A turn is running in the session.
    AttachToTurn {
        /// The session.
        id: ThreadId,
    },
    /// There is no such method.
    ListMethods,
    /// The params do not fit the method.
    DescribeMethod {
        /// The method.
        method: String,
    },
    /// This codex does not have the method.
    InstallNewerCodex,
    /// A required MCP server did not start.
    CheckRequiredMcpServers,
    /// No turn is running.
    StartNextTurn,
    /// The turn reached its timeout.
    RaiseTimeout,
    /// The turn reached its idle timeout.
    RaiseIdleTimeout,
    /// The turn reached its token limit.
    RaiseMaxTokens,
    /// An approval was cancelled, and the turn with it.
    DeclineApprovals,
    /// The decision does not fit the request.
    CorrectDecision,
    /// The model does not exist.
    ChooseModel,
    /// The model's context window is full.
    SendLess,
    /// The model cannot be reached.
    CheckNetwork,
    /// The connection to a server that runs on was lost while a turn was observed.
    WatchAgain {
        /// The thread of the turn.
        thread_id: ThreadId,
        /// The server.
        endpoint: String,
    },
    /// The connection to a server that runs on was lost during a turn.
    AttachAgain {
        /// The thread of the turn.
        thread_id: ThreadId,
        /// The server.
        endpoint: String,
    },
    /// Something particular to this error, in words.
    Other(String),
}

impl fmt::Display for Remedy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::InstallCodex => "install Codex, or name its binary",
            Self::UpdateCodex => "update Codex",
            Self::NameCodexBinary => "name the native codex binary or npm's `codex`",
            Self::InstallNode => "install Node.js, or name an installed codex",
            Self::LogIn => "log in to Codex, or give it an API key",
            Self::CheckAccount => "check the account, or the provider's key",
            Self::AllowPrivileged => "call allow_privileged_escalation() if that is what you want",
            Self::GiveToken => "give the server's bearer token",
            Self::StartServer { endpoint } => {
                return write!(
                    formatter,
                    "start a server there with `codex app-server --listen {endpoint}`"
                );
            }
            Self::CheckSetup => "check that this codex runs, and its configuration",
            Self::CheckCodexHome => {
                "Codex's directory must exist and be writable, with free disk space; or name another"
            }
            Self::CorrectCodexConfig { file, line } => {
                return match (file, line) {
                    (Some(file), Some(line)) => {
                        write!(formatter, "correct line {line} of {}", file.display())
                    }
                    (Some(file), None) => {
                        write!(
                            formatter,
                            "correct {}, or the values given with the session",
                            file.display()
                        )
                    }
                    (None, _) => formatter.write_str("correct the values given with the session"),
                };
            }
            Self::RetryLater => "try again later",
            Self::ListSessions => "list the saved sessions",
            Self::UnarchiveSession { .. } => "unarchive the session first",
            Self::WaitForWriter => "wait for it to end, or end it; a session can have only one writer",
            Self::AttachToTurn { .. } => "wait for its end, or attach to it",
            Self::ListMethods => "the server's schema lists its methods",
            Self::DescribeMethod { method } => {
                return write!(formatter, "the server's schema describes the params of {method}");
            }
            Self::InstallNewerCodex => "use another version of Codex",
            Self::CheckRequiredMcpServers => {
                "check it in Codex's config.toml; with required = false, sessions start without it"
            }
            Self::StartNextTurn => "your next message starts a new turn",
            Self::RaiseTimeout => "raise the timeout",
            Self::RaiseIdleTimeout => "raise the idle timeout",
            Self::RaiseMaxTokens => "raise the token limit",
            Self::DeclineApprovals => "decline instead of cancelling, and the turn continues",
            Self::CorrectDecision => "see the warning above for valid answers",
            Self::ChooseModel => "choose another model",
            Self::SendLess => "start a new session, or send less",
            Self::CheckNetwork => "check the network and the provider's base_url",
            Self::WatchAgain { .. } => "connect again and watch the turn",
            Self::AttachAgain { .. } => "connect again, resume the session and attach to the turn",
            Self::Other(words) => words,
        })
    }
}

/// How a front end words a remedy.
pub(crate) type Wording = fn(&Remedy) -> String;

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;
    use crate::codex::CodexError;
    use crate::runtime::{ErrorKind, RuntimeError};

    #[test]
    fn a_remedy_for_programs_names_no_flag_and_no_subcommand() {
        let (id, thread_id, endpoint, method) = ("t", "t", "ws://h:1", "m");
        let (id, thread_id) = (ThreadId::from(id), ThreadId::from(thread_id));
        let (endpoint, method) = (endpoint.to_owned(), method.to_owned());
        for remedy in [
            Remedy::InstallCodex,
            Remedy::UpdateCodex,
            Remedy::NameCodexBinary,
            Remedy::InstallNode,
            Remedy::AllowPrivileged,
            Remedy::GiveToken,
            Remedy::CheckSetup,
            Remedy::CheckCodexHome,
            Remedy::CorrectCodexConfig {
                file: Some("/h/config.toml".into()),
                line: None,
            },
            Remedy::ListSessions,
            Remedy::UnarchiveSession { id: id.clone() },
            Remedy::AttachToTurn { id },
            Remedy::ListMethods,
            Remedy::DescribeMethod { method },
            Remedy::InstallNewerCodex,
            Remedy::RaiseTimeout,
            Remedy::RaiseIdleTimeout,
            Remedy::RaiseMaxTokens,
            Remedy::DeclineApprovals,
            Remedy::ChooseModel,
            Remedy::WatchAgain {
                thread_id: thread_id.clone(),
                endpoint: endpoint.clone(),
            },
            Remedy::AttachAgain { thread_id, endpoint },
        ] {
            let words = remedy.to_string();
            assert!(!words.contains("--") && !words.contains("turnwise"), "{words}");
        }
    }

    #[test]
    fn an_error_of_the_binary_keeps_its_kind_its_remedy_and_its_cause() {
        let error = RuntimeError::from(CodexError::Unusable {
            path: "/x".into(),
            reason: "no".to_owned(),
            source: Some(Box::new(std::io::Error::from(std::io::ErrorKind::NotFound))),
        });
        assert_eq!(error.kind(), ErrorKind::Startup);
        assert_eq!(error.remedy(), Some(Remedy::NameCodexBinary));
        assert_eq!(error.to_string(), "cannot use /x as codex: no");
        assert!(error.source().is_some());
    }
}
