//! What the server asks of its client, and the replies: commands, changes of files, questions, tools of the client.
//! Permissions and questions of MCP servers have files of their own, as they are long.

use std::collections::BTreeMap;

use serde_json::Value;

use super::account::{ChatgptAuthTokensRefreshParams, ChatgptAuthTokensRefreshResponse};
use super::elicitation::{McpServerElicitationRequestParams, McpServerElicitationRequestResponse};
use super::item_parts::{CommandAction, DynamicToolCallOutputContentItem};
use super::method::server_requests;
use super::permissions::{PermissionsRequestApprovalParams, PermissionsRequestApprovalResponse};
use super::shape::{choices, objects, words};

server_requests! {
    /// May a command run?
    CommandExecutionRequestApproval(ITEM_COMMAND_EXECUTION_REQUEST_APPROVAL):
        CommandExecutionRequestApprovalParams => CommandExecutionRequestApprovalResponse;
    /// May files be changed? What would change is told with the item that began before.
    FileChangeRequestApproval(ITEM_FILE_CHANGE_REQUEST_APPROVAL):
        FileChangeRequestApprovalParams => FileChangeRequestApprovalResponse;
    /// May the agent have more permissions?
    PermissionsRequestApproval(ITEM_PERMISSIONS_REQUEST_APPROVAL):
        PermissionsRequestApprovalParams => PermissionsRequestApprovalResponse;
    /// The agent asks the user.
    ToolRequestUserInput(ITEM_TOOL_REQUEST_USER_INPUT):
        ToolRequestUserInputParams => ToolRequestUserInputResponse;
    /// The agent calls a tool of the client.
    DynamicToolCall(ITEM_TOOL_CALL): DynamicToolCallParams => DynamicToolCallResponse;
    /// An MCP server asks the user, or: may a tool of it be called?
    McpServerElicitationRequest(MCP_SERVER_ELICITATION_REQUEST):
        McpServerElicitationRequestParams => McpServerElicitationRequestResponse;
    /// The tokens that the client logged in with are over.
    ChatgptAuthTokensRefresh(ACCOUNT_CHATGPT_AUTH_TOKENS_REFRESH):
        ChatgptAuthTokensRefreshParams => ChatgptAuthTokensRefreshResponse;
}

objects! { "camelCase";

/// A command that wants to run.
struct CommandExecutionRequestApprovalParams {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
    /// The item of the command.
    item_id: String,
} optional {
    /// When it was asked; Unix time in milliseconds; since 0.145.
    started_at_ms: i64,
    /// Which of several requests for one item it is.
    approval_id: String,
    /// What wants to be done; a command where it is not said.
    kind: CommandExecutionApprovalKind,
    /// The shell line, with the shell.
    command: String,
    /// Where it would run.
    cwd: String,
    /// What it would do, as far as its words say.
    command_actions: Vec<CommandAction>,
    /// Why, in the model's or the policy's words.
    reason: String,
    /// The environment that it would run in.
    environment_id: String,
    /// What it would reach, where the network is what is asked about.
    network_approval_context: NetworkApprovalContext,
    /// A rule that would allow it from now on: the first words of commands.
    proposed_execpolicy_amendment: Vec<String>,
    /// Rules that would settle the network from now on.
    proposed_network_policy_amendments: Vec<NetworkPolicyAmendment>,
    /// What can be answered. Experimental; `acceptForSession` and `decline` may be missing and work all the same.
    available_decisions: Vec<CommandExecutionApprovalDecision>,
}

/// The reply to a command.
struct CommandExecutionRequestApprovalResponse: new {
    /// What was decided.
    decision: CommandExecutionApprovalDecision,
}

/// What a command would reach.
struct NetworkApprovalContext {
    /// The host.
    host: String,
    /// How.
    protocol: NetworkApprovalProtocol,
}

/// A rule for the network.
struct NetworkPolicyAmendment: new {
    /// The host.
    host: String,
    /// What it says of it.
    action: NetworkPolicyRuleAction,
}

/// A change of files that wants to be made.
struct FileChangeRequestApprovalParams {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
    /// The item of the change.
    item_id: String,
} optional {
    /// When it was asked; Unix time in milliseconds; since 0.145.
    started_at_ms: i64,
    /// Why.
    reason: String,
    /// A directory that would be writable from now on.
    grant_root: String,
}

/// The reply to a change of files.
struct FileChangeRequestApprovalResponse: new {
    /// What was decided.
    decision: FileChangeApprovalDecision,
}

/// Questions of the agent.
struct ToolRequestUserInputParams {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
    /// The call of the tool that asks; there is no item of it.
    item_id: String,
    /// The questions.
    questions: Vec<ToolRequestUserInputQuestion>,
} optional {
    /// Whether the agent cannot go on without; since 0.169. It waits in any case.
    is_blocking: bool,
    /// After how many milliseconds a client may answer by itself.
    auto_resolution_ms: u64,
}

/// A question of the agent.
struct ToolRequestUserInputQuestion {
    /// What the answer names it by.
    id: String,
    /// Its title.
    header: String,
    /// The question.
    question: String,
} optional {
    /// Whether another answer than the options is fine.
    is_other: bool,
    /// Whether the answer is not to be shown.
    is_secret: bool,
    /// Answers to choose from.
    options: Vec<ToolRequestUserInputOption>,
}

/// An answer to choose.
struct ToolRequestUserInputOption {
    /// The answer.
    label: String,
    /// What it means.
    description: String,
}

/// The reply to questions.
struct ToolRequestUserInputResponse: new {
    /// The answers, by the questions' ids. The server takes whatever it gets.
    answers: BTreeMap<String, ToolRequestUserInputAnswer>,
}

/// The answer to a question.
struct ToolRequestUserInputAnswer: new {
    /// Labels of options, or texts.
    answers: Vec<String>,
}

/// A call of a tool of the client.
struct DynamicToolCallParams {
    /// The thread.
    thread_id: String,
    /// The turn.
    turn_id: String,
    /// The call; the item has the same id.
    call_id: String,
    /// The tool.
    tool: String,
    /// What it is called with.
    arguments: Value,
} optional {
    /// Where the tool is from.
    namespace: String,
}

/// The reply to a call of a tool.
struct DynamicToolCallResponse: new {
    /// What it gave, for the model.
    content_items: Vec<DynamicToolCallOutputContentItem>,
    /// Whether it did what it should.
    success: bool,
}

}

objects! { "snake_case";

/// A rule that allows commands from now on (`acceptWithExecpolicyAmendment`).
struct ExecpolicyAmendment: new {
    /// The first words of the commands. The server writes down what it gets, proposed or not.
    execpolicy_amendment: Vec<String>,
}

/// A rule that settles the network from now on (`applyNetworkPolicyAmendment`).
struct NetworkAmendment: new {
    /// The rule.
    network_policy_amendment: NetworkPolicyAmendment,
}

}

choices! {
    /// What was decided about a command.
    enum CommandExecutionApprovalDecision {
        words {
            /// It runs.
            Accept = "accept",
            /// It runs, and the same is not asked again in the thread.
            AcceptForSession = "acceptForSession",
            /// It does not run, and the turn goes on.
            Decline = "decline",
            /// It does not run, and the turn is interrupted.
            Cancel = "cancel",
        }
        with {
            /// It runs, and a rule allows its like from now on.
            AcceptWithExecpolicyAmendment(ExecpolicyAmendment) = "acceptWithExecpolicyAmendment",
            /// It runs, and a rule settles the network from now on.
            ApplyNetworkPolicyAmendment(NetworkAmendment) = "applyNetworkPolicyAmendment",
        }
    }
}

words! {
    /// What was decided about a change of files.
    enum FileChangeApprovalDecision {
        /// It is made.
        Accept = "accept",
        /// It is made, and the same files are not asked about again in the thread.
        AcceptForSession = "acceptForSession",
        /// It is not made, and the turn goes on.
        Decline = "decline",
        /// It is not made, and the turn is interrupted.
        Cancel = "cancel",
    }
    /// What wants to be done.
    enum CommandExecutionApprovalKind {
        Command = "command",
        /// Typing into a command that runs.
        WriteStdin = "writeStdin",
        HumanCommand = "humanCommand",
    }
    /// How something is reached.
    enum NetworkApprovalProtocol {
        Http = "http",
        Https = "https",
        Socks5Tcp = "socks5Tcp",
        Socks5Udp = "socks5Udp",
    }
    /// What a rule says of a host.
    enum NetworkPolicyRuleAction { Allow = "allow", Deny = "deny" }
}
