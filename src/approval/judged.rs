//! The questions to a policy about a request: one for each part. A part of unknown meaning keeps a policy from allowing it.

use super::policy::Question as PolicyQuestion;
use super::shell;
use crate::runtime::approval::{ApprovalKind, CommandDetails, PendingRequest, RequestDetails};

/// The parts of `item/commandExecution/requestApproval` and `execCommandApproval` whose meaning is known.
const COMMAND_PARTS: &[&str] = &[
    "additionalPermissions",
    "approvalId",
    "availableDecisions",
    "callId",
    "command",
    "commandActions",
    "conversationId",
    "cwd",
    "environmentId",
    "itemId",
    "kind",
    "networkApprovalContext",
    "parsedCmd",
    "proposedExecpolicyAmendment",
    "proposedNetworkPolicyAmendments",
    "reason",
    "startedAtMs",
    "threadId",
    "turnId",
];

/// Those of `item/fileChange/requestApproval` and `applyPatchApproval`.
const FILE_CHANGE_PARTS: &[&str] = &[
    "callId",
    "conversationId",
    "fileChanges",
    "grantRoot",
    "itemId",
    "reason",
    "startedAtMs",
    "threadId",
    "turnId",
];

/// Those of `item/permissions/requestApproval`; the parts of `permissions` are judged one by one.
const PERMISSIONS_PARTS: &[&str] = &[
    "cwd",
    "environmentId",
    "itemId",
    "permissions",
    "reason",
    "startedAtMs",
    "threadId",
    "turnId",
];

/// Those of `mcpServer/elicitation/request`.
const ELICITATION_PARTS: &[&str] = &[
    "_meta",
    "elicitationId",
    "message",
    "mode",
    "requestedSchema",
    "serverName",
    "threadId",
    "turnId",
    "url",
];

/// The simple commands of a command.
pub(crate) fn shell_line(command: &CommandDetails) -> shell::ShellLine {
    command
        .argv
        .as_deref()
        .map_or_else(|| shell::read(&command.line), shell::read_argv)
}

impl PendingRequest {
    /// What a policy has to decide: every part of the request.
    pub fn policy_questions(&self) -> Vec<PolicyQuestion> {
        let base = self.context.cwd.clone();
        let write = |path: &str| PolicyQuestion::Write {
            path: base.join(path),
            base: base.clone(),
        };
        let refused = |why: &str| PolicyQuestion::Unjudgeable(why.to_owned());
        let mut questions = Vec::new();
        if let Some(part) = self.unknown_part() {
            questions.push(PolicyQuestion::Unjudgeable(format!(
                "unknown part `{part}`; no rule can allow it"
            )));
        }
        match self.details() {
            RequestDetails::Command(command) => {
                if let Some((host, _)) = &command.network {
                    questions.push(PolicyQuestion::Network { host: host.clone() });
                }
                // A request about a host alone has no command.
                if command.network.is_none() || !command.line.is_empty() {
                    questions.push(PolicyQuestion::Command {
                        line: shell_line(&command),
                        cwd: base.join(&command.cwd),
                        root: base.clone(),
                    });
                }
                let params = &self.request.params;
                let known = |key: &str, values: &[&str]| {
                    params[key].is_null() || params[key].as_str().is_some_and(|value| values.contains(&value))
                };
                if !known("kind", &["command", "writeStdin"]) || !known("environmentId", &["local"]) {
                    questions.push(refused(
                        "unknown kind of command or location; no rule can allow it",
                    ));
                }
                if command.typing {
                    questions.push(refused(
                        "it types into a running command, which no rule can allow",
                    ));
                }
                if command.permissions.is_some() {
                    questions.push(refused(
                        "it asks for additional permissions, which no command rule can allow",
                    ));
                }
                questions
            }
            RequestDetails::FileChange { changes, grant_root } => {
                let paths = changes
                    .iter()
                    .flat_map(|change| [Some(&change.path), change.move_path.as_ref()]);
                questions.extend(paths.flatten().map(|path| write(path)));
                if changes.is_empty() {
                    questions.push(refused("the changed files are unknown"));
                }
                if grant_root.is_some() {
                    questions.push(refused(
                        "it makes a whole directory writable, which no rule can allow",
                    ));
                }
                questions
            }
            RequestDetails::Permissions(asked) => {
                questions.extend(asked.write.iter().map(|path| write(path)));
                if asked.network {
                    questions.push(PolicyQuestion::Network { host: "*".to_owned() });
                }
                if !asked.read.is_empty() || !asked.other.is_empty() || questions.is_empty() {
                    questions.push(refused("it asks for permissions that no rule can allow"));
                }
                questions
            }
            RequestDetails::McpTool { server, tool, .. } if server.is_empty() || tool.is_empty() => {
                questions.push(refused("the tool has no name"));
                questions
            }
            RequestDetails::McpTool { server, tool, .. } => {
                questions.push(PolicyQuestion::Mcp { server, tool });
                questions
            }
            RequestDetails::Questions(_)
            | RequestDetails::Form { .. }
            | RequestDetails::Link { .. }
            | RequestDetails::Tool { .. }
            | RequestDetails::Unknown => {
                questions.push(refused("it needs an answer that no rule can give"));
                questions
            }
        }
    }

    /// A part of the params whose meaning is not known: it may ask for more than the parts that are.
    fn unknown_part(&self) -> Option<&str> {
        let known: &[&str] = match self.request.kind {
            ApprovalKind::Command => COMMAND_PARTS,
            ApprovalKind::FileChange => FILE_CHANGE_PARTS,
            ApprovalKind::Permissions => PERMISSIONS_PARTS,
            ApprovalKind::Elicitation => ELICITATION_PARTS,
            ApprovalKind::UserInput | ApprovalKind::ToolCall | ApprovalKind::Unknown => return None,
        };
        let parts = self.request.params.as_object()?;
        parts
            .iter()
            .find(|(key, value)| !value.is_null() && !known.contains(&key.as_str()))
            .map(|(key, _)| key.as_str())
    }
}
