//! What to do about an error, in terms of this command line: its flags and its subcommands.

use crate::runtime::Remedy;

/// The hint for a remedy, as one sentence without a final period.
pub(crate) fn hint(remedy: &Remedy) -> String {
    let words = match remedy {
        Remedy::InstallCodex => "run `turnwise codex install`, or name a binary with --codex PATH",
        Remedy::UpdateCodex => "run `turnwise codex install`, or update your codex",
        Remedy::NameCodexBinary => "set --codex to the native codex binary or npm's `codex`, or omit it",
        Remedy::InstallNode => "install Node.js, or name an installed codex with --codex",
        Remedy::AllowPrivileged => {
            "add --privileged to allow it (in the library: allow_privileged_escalation())"
        }
        Remedy::GiveToken => "pass the server's token with --connect-token-file or TURNWISE_CONNECT_TOKEN",
        Remedy::CheckSetup => "run `turnwise doctor` to find the cause",
        Remedy::CorrectCodexConfig {
            file: Some(file),
            line: None,
        } => {
            return format!("correct {}, or the values of --codex-config", file.display());
        }
        Remedy::CorrectCodexConfig { file: None, .. } => "correct the values of --codex-config",
        Remedy::CheckCodexHome => {
            "Codex's directory must exist and be writable, with free disk space; --codex-home names another"
        }
        Remedy::ListSessions => "list all sessions with `turnwise session list --all`",
        Remedy::UnarchiveSession { id } => return format!("run `turnwise session unarchive {id}` first"),
        Remedy::AttachToTurn { id } => {
            return format!("wait for its end, or rejoin it with `turnwise resume {id} --join`");
        }
        Remedy::ListMethods => {
            "list the methods with `turnwise rpc list`, or add --unchecked to send it anyway"
        }
        Remedy::DescribeMethod { method } => {
            return format!("see `turnwise rpc describe {method}`, or add --unchecked to send it anyway");
        }
        Remedy::InstallNewerCodex => {
            "show the codex in use with `turnwise codex which`; install a newer one with `turnwise codex install`"
        }
        Remedy::RaiseTimeout => "raise it with --timeout",
        Remedy::RaiseIdleTimeout => "raise it with --idle-timeout",
        Remedy::RaiseMaxTokens => "raise it with --max-tokens",
        Remedy::DeclineApprovals => "--on-approval decline declines it and continues the turn",
        Remedy::ChooseModel => "choose another model with --model",
        Remedy::WatchAgain { thread_id, endpoint } => {
            return format!("watch the turn with `turnwise session watch {thread_id} --connect {endpoint}`");
        }
        Remedy::AttachAgain { thread_id, endpoint } => {
            return format!("rejoin the turn with `turnwise resume {thread_id} --join --connect {endpoint}`");
        }
        Remedy::LogIn => "run `turnwise login`, or `printenv OPENAI_API_KEY | turnwise login --key-stdin`",
        Remedy::CheckAccount => "log in again with `turnwise login`, or check the provider's key",
        // They name nothing of a command line.
        Remedy::StartServer { .. }
        | Remedy::CorrectCodexConfig { .. }
        | Remedy::RetryLater
        | Remedy::WaitForWriter
        | Remedy::CheckRequiredMcpServers
        | Remedy::StartNextTurn
        | Remedy::CorrectDecision
        | Remedy::SendLess
        | Remedy::CheckNetwork
        | Remedy::Other(_) => return remedy.to_string(),
    };
    words.to_owned()
}
