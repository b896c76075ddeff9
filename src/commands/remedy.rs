//! What to do about an error, in terms of this command line: its flags and its subcommands.

use crate::runtime::Remedy;

/// The hint for a remedy, as one sentence without a final period.
pub(crate) fn hint(remedy: &Remedy) -> String {
    let words = match remedy {
        Remedy::InstallCodex => "run `turnwise codex install`, or name a binary with --codex PATH",
        Remedy::UpdateCodex => "run `turnwise codex install` to get one that works, or update yours",
        Remedy::NameCodexBinary => "give --codex the native codex binary or npm's `codex`, or leave it out",
        Remedy::InstallNode => "install Node.js, or name an installed codex with --codex",
        Remedy::AllowPrivileged => {
            "add --privileged (in the library: allow_privileged_escalation()) if that is what you want"
        }
        Remedy::GiveToken => "give the server's token with --connect-token-file or TURNWISE_CONNECT_TOKEN",
        Remedy::CheckSetup => "run `turnwise doctor` to see what is wrong",
        Remedy::ListSessions => "`turnwise session list --all` shows what is saved",
        Remedy::UnarchiveSession { id } => return format!("run `turnwise session unarchive {id}` first"),
        Remedy::AttachToTurn { id } => {
            return format!("wait for its end, or take it up with `turnwise resume {id} --join`");
        }
        Remedy::ListMethods => "`turnwise rpc list` shows what there is; --unchecked sends anything",
        Remedy::DescribeMethod { method } => {
            return format!(
                "`turnwise rpc describe {method}` shows what it takes; --unchecked sends anything"
            );
        }
        Remedy::InstallNewerCodex => {
            "`turnwise codex which` says which codex is used; `turnwise codex install` gets a newer one"
        }
        Remedy::RaiseTimeout => "raise it with --timeout",
        Remedy::RaiseIdleTimeout => "raise it with --idle-timeout",
        Remedy::RaiseMaxTokens => "raise it with --max-tokens",
        Remedy::DeclineApprovals => "--on-approval decline says no and lets the turn go on",
        Remedy::ChooseModel => "choose another model with --model",
        Remedy::WatchAgain { thread_id, endpoint } => {
            return format!(
                "`turnwise session watch {thread_id} --connect {endpoint}` looks at the turn again"
            );
        }
        Remedy::AttachAgain { thread_id, endpoint } => {
            return format!(
                "`turnwise resume {thread_id} --join --connect {endpoint}` takes the turn up again"
            );
        }
        // They name nothing of a command line.
        Remedy::LogIn
        | Remedy::CheckAccount
        | Remedy::StartServer { .. }
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
