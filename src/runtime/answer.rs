//! What a decision is on the wire, for every kind of server request. Pure.

use serde::Serialize;
use serde_json::{Value, json};

use super::approval::{ApprovalKind, Decision};

/// JSON-RPC's code for a method that the receiver does not have.
const METHOD_NOT_FOUND: i64 = -32601;

/// The part of a reply beside its id.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Answer {
    Result(Value),
    Error(Value),
}

impl Answer {
    /// The answer to a request for something that this client does not offer.
    pub(crate) fn unsupported(method: &str) -> Self {
        Self::Error(
            json!({ "code": METHOD_NOT_FOUND, "message": format!("turnwise does not offer {method}") }),
        )
    }
}

/// What a request asks, by its method. `None` for what no person or policy can answer.
pub(crate) fn kind_of(method: &str) -> Option<ApprovalKind> {
    Some(match method {
        "item/commandExecution/requestApproval" | "execCommandApproval" => ApprovalKind::Command,
        "item/fileChange/requestApproval" | "applyPatchApproval" => ApprovalKind::FileChange,
        "item/permissions/requestApproval" => ApprovalKind::Permissions,
        "item/tool/requestUserInput" => ApprovalKind::UserInput,
        "mcpServer/elicitation/request" => ApprovalKind::Elicitation,
        "item/tool/call" => ApprovalKind::ToolCall,
        "account/chatgptAuthTokens/refresh" | "attestation/generate" => return None,
        _ => ApprovalKind::Unknown,
    })
}

/// The valid answer that carries a decision.
pub(crate) fn answer(kind: ApprovalKind, method: &str, params: &Value, decision: &Decision) -> Answer {
    if let Decision::Answer(result) = decision {
        return Answer::Result(result.clone());
    }
    let accepted = !matches!(decision, Decision::Decline | Decision::Cancel);
    let for_session = matches!(decision, Decision::AcceptForSession);
    let ends_turn = matches!(decision, Decision::Cancel);
    Answer::Result(match kind {
        ApprovalKind::Command | ApprovalKind::FileChange => {
            let legacy = !method.contains('/');
            match decision {
                Decision::AcceptWithRule(words) if kind == ApprovalKind::Command => {
                    return Answer::Result(if legacy {
                        json!({ "decision": { "approved_execpolicy_amendment": { "proposed_execpolicy_amendment": words } } })
                    } else {
                        json!({ "decision": { "acceptWithExecpolicyAmendment": { "execpolicy_amendment": words } } })
                    });
                }
                Decision::ApplyNetworkRule(rule) if kind == ApprovalKind::Command && !legacy => {
                    let rule = json!({ "applyNetworkPolicyAmendment": { "network_policy_amendment": rule } });
                    return Answer::Result(json!({ "decision": rule }));
                }
                _ => {}
            }
            let word = match (legacy, accepted, for_session, ends_turn) {
                (false, true, false, _) => "accept",
                (false, true, true, _) => "acceptForSession",
                (false, false, _, false) => "decline",
                (false, false, _, true) => "cancel",
                (true, true, false, _) => "approved",
                (true, true, true, _) => "approved_for_session",
                (true, false, _, false) => "denied",
                (true, false, _, true) => "abort",
            };
            json!({ "decision": word })
        }
        ApprovalKind::Permissions => {
            let granted = if accepted {
                params["permissions"].clone()
            } else {
                json!({})
            };
            json!({ "permissions": granted, "scope": if for_session { "session" } else { "turn" } })
        }
        ApprovalKind::UserInput => json!({ "answers": {} }),
        ApprovalKind::Elicitation => {
            let action = match (accepted, ends_turn) {
                (true, _) => "accept",
                (false, false) => "decline",
                (false, true) => "cancel",
            };
            let meta = match decision {
                Decision::AcceptForSession => json!({ "persist": "session" }),
                Decision::AcceptAlways => json!({ "persist": "always" }),
                _ => Value::Null,
            };
            json!({ "action": action, "content": null, "_meta": meta })
        }
        ApprovalKind::ToolCall => json!({
            "contentItems": [{ "type": "inputText", "text": "this client offers no tools" }],
            "success": false,
        }),
        ApprovalKind::Unknown => return Answer::unsupported(method),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(method: &str, decision: &Decision) -> Value {
        let params = json!({ "permissions": { "network": { "enabled": true } } });
        match answer(kind_of(method).unwrap(), method, &params, decision) {
            Answer::Result(value) | Answer::Error(value) => value,
        }
    }

    #[test]
    fn a_command_is_answered_in_the_words_of_its_protocol() {
        let new = "item/commandExecution/requestApproval";
        assert_eq!(decided(new, &Decision::Cancel), json!({ "decision": "cancel" }));
        assert_eq!(
            decided(new, &Decision::AcceptForSession),
            json!({ "decision": "acceptForSession" })
        );
        assert_eq!(
            decided("execCommandApproval", &Decision::Cancel),
            json!({ "decision": "abort" })
        );
        assert_eq!(
            decided("applyPatchApproval", &Decision::Decline),
            json!({ "decision": "denied" })
        );
    }

    #[test]
    fn refused_permissions_are_an_empty_grant() {
        let method = "item/permissions/requestApproval";
        assert_eq!(
            decided(method, &Decision::Decline),
            json!({ "permissions": {}, "scope": "turn" })
        );
        assert_eq!(
            decided(method, &Decision::Accept),
            json!({ "permissions": { "network": { "enabled": true } }, "scope": "turn" })
        );
    }

    #[test]
    fn a_refused_question_has_no_answers_and_an_elicitation_says_which_no() {
        assert_eq!(
            decided("item/tool/requestUserInput", &Decision::Decline),
            json!({ "answers": {} })
        );
        assert_eq!(
            decided("mcpServer/elicitation/request", &Decision::Decline)["action"],
            "decline"
        );
        assert_eq!(
            decided("mcpServer/elicitation/request", &Decision::Cancel)["action"],
            "cancel"
        );
    }

    #[test]
    fn an_unknown_request_is_answered_with_an_error_and_never_accepted() {
        assert_eq!(
            decided("new/question", &Decision::Accept)["code"],
            METHOD_NOT_FOUND
        );
        assert!(kind_of("attestation/generate").is_none());
    }
}
