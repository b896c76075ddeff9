//! What a decision is on the wire, for every kind of server request. Pure.

use serde::Serialize;
use serde_json::{Value, json};

use crate::runtime::approval::{ApprovalKind, Decision};
use crate::runtime::output_schema::OutputSchema;

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
            json!({ "code": METHOD_NOT_FOUND, "message": format!("turnwise does not support {method}") }),
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
///
/// # Errors
/// Why the request cannot be answered with it: nothing else is sent in its place, because what is reported is what was sent.
pub(crate) fn answer(
    kind: ApprovalKind,
    method: &str,
    params: &Value,
    decision: &Decision,
) -> Result<Answer, String> {
    if let Decision::Answer(result) = decision {
        check_result(kind, method, params, result)?;
        return Ok(Answer::Result(result.clone()));
    }
    let result = match kind {
        ApprovalKind::Command | ApprovalKind::FileChange if method.contains('/') => {
            json!({ "decision": change_decision(kind, decision)? })
        }
        ApprovalKind::Command | ApprovalKind::FileChange => {
            json!({ "decision": legacy_decision(kind, decision)? })
        }
        ApprovalKind::Permissions => permissions(params, decision)?,
        ApprovalKind::UserInput => match decision {
            Decision::Decline | Decision::Cancel => json!({ "answers": {} }),
            _ => return Err("a question needs an answer or a decline".to_owned()),
        },
        ApprovalKind::Elicitation => elicitation(params, decision)?,
        ApprovalKind::ToolCall => match decision {
            Decision::Decline | Decision::Cancel => json!({
                "contentItems": [{ "type": "inputText", "text": "this client has no tools" }],
                "success": false,
            }),
            _ => return Err("a tool call needs the tool's output or a decline".to_owned()),
        },
        ApprovalKind::Unknown => match decision {
            Decision::Decline | Decision::Cancel => return Ok(Answer::unsupported(method)),
            _ => return Err("an unknown request needs a JSON answer or a decline".to_owned()),
        },
    };
    Ok(Answer::Result(result))
}

/// The word for a command or a change of files.
fn change_decision(kind: ApprovalKind, decision: &Decision) -> Result<Value, String> {
    Ok(match (decision, kind) {
        (Decision::Accept, _) => json!("accept"),
        (Decision::AcceptForSession, _) => json!("acceptForSession"),
        (Decision::Decline, _) => json!("decline"),
        (Decision::Cancel, _) => json!("cancel"),
        (Decision::AcceptWithRule(words), ApprovalKind::Command) => {
            json!({ "acceptWithExecpolicyAmendment": { "execpolicy_amendment": rule(words)? } })
        }
        (Decision::ApplyNetworkRule(rule), ApprovalKind::Command) if rule.is_object() => {
            json!({ "applyNetworkPolicyAmendment": { "network_policy_amendment": rule } })
        }
        _ => return Err(misfit(kind)),
    })
}

/// The word for it in the older protocol.
fn legacy_decision(kind: ApprovalKind, decision: &Decision) -> Result<Value, String> {
    Ok(match (decision, kind) {
        (Decision::Accept, _) => json!("approved"),
        (Decision::AcceptForSession, _) => json!("approved_for_session"),
        (Decision::Decline, _) => json!("denied"),
        (Decision::Cancel, _) => json!("abort"),
        (Decision::AcceptWithRule(words), ApprovalKind::Command) => {
            json!({ "approved_execpolicy_amendment": { "proposed_execpolicy_amendment": rule(words)? } })
        }
        _ => return Err(misfit(kind)),
    })
}

/// A rule without words would allow everything.
fn rule(words: &[String]) -> Result<&[String], String> {
    if words.is_empty() {
        return Err("a rule needs at least one word".to_owned());
    }
    Ok(words)
}

fn misfit(kind: ApprovalKind) -> String {
    match kind {
        ApprovalKind::Command => "a command can be accepted once, for the session or with a rule".to_owned(),
        _ => "it can be accepted once or for the session".to_owned(),
    }
}

fn permissions(params: &Value, decision: &Decision) -> Result<Value, String> {
    let asked = &params["permissions"];
    Ok(match decision {
        Decision::Accept => json!({ "permissions": asked, "scope": "turn" }),
        Decision::AcceptForSession => json!({ "permissions": asked, "scope": "session" }),
        Decision::Decline | Decision::Cancel => json!({ "permissions": {}, "scope": "turn" }),
        _ => return Err("permissions can be granted for the turn or for the session".to_owned()),
    })
}

fn elicitation(params: &Value, decision: &Decision) -> Result<Value, String> {
    let reply = |action: &str, meta: Value| Ok(json!({ "action": action, "content": null, "_meta": meta }));
    let offers = |word: &str| match &params["_meta"]["persist"] {
        Value::Array(words) => words.iter().any(|known| known == word),
        known => known == word,
    };
    match decision {
        Decision::Accept if wants_content(params) => Err("a form needs an answer or a decline".to_owned()),
        Decision::Accept => reply("accept", Value::Null),
        Decision::AcceptForSession if offers("session") => reply("accept", json!({ "persist": "session" })),
        Decision::AcceptAlways if offers("always") => reply("accept", json!({ "persist": "always" })),
        Decision::Decline => reply("decline", Value::Null),
        Decision::Cancel => reply("cancel", Value::Null),
        _ => Err("it cannot be accepted for that long".to_owned()),
    }
}

/// Whether an MCP server asks for something that has to be filled in.
fn wants_content(params: &Value) -> bool {
    let schema = &params["requestedSchema"];
    let has_no_fields = || {
        schema["properties"]
            .as_object()
            .is_some_and(serde_json::Map::is_empty)
    };
    params["_meta"]["codex_approval_kind"].is_null() && !schema.is_null() && !has_no_fields()
}

/// Whether a `result` that is sent as it is has the shape that the request wants: the server takes one that has not for a
/// failure, or for nothing, and continues.
fn check_result(kind: ApprovalKind, method: &str, params: &Value, result: &Value) -> Result<(), String> {
    let wanted = |shape: &str| Err(format!("the result must be {shape}"));
    match kind {
        ApprovalKind::Command | ApprovalKind::FileChange => {
            let (words, objects): (&[&str], &[&str]) = if method.contains('/') {
                (
                    &["accept", "acceptForSession", "decline", "cancel"],
                    &["acceptWithExecpolicyAmendment", "applyNetworkPolicyAmendment"],
                )
            } else {
                (
                    &["approved", "approved_for_session", "denied", "timed_out", "abort"],
                    &["approved_execpolicy_amendment", "network_policy_amendment"],
                )
            };
            let known = match &result["decision"] {
                Value::String(word) => words.contains(&word.as_str()),
                Value::Object(object) => {
                    kind == ApprovalKind::Command
                        && object.len() == 1
                        && object.keys().all(|key| objects.contains(&key.as_str()))
                }
                _ => false,
            };
            if !known {
                return wanted(r#"{"decision": …} with a decision that the server knows"#);
            }
        }
        ApprovalKind::Permissions => {
            let scope = &result["scope"];
            if !result["permissions"].is_object()
                || !(scope.is_null() || scope == "turn" || scope == "session")
            {
                return wanted(r#"{"permissions": {…}, "scope": "turn" or "session"}"#);
            }
        }
        ApprovalKind::UserInput => {
            let asked = params["questions"].as_array().map_or(&[][..], Vec::as_slice);
            let is_asked = |id: &str| asked.is_empty() || asked.iter().any(|question| question["id"] == id);
            let is_answer = |answer: &Value| {
                let answers = answer["answers"].as_array();
                answers.is_some_and(|answers| !answers.is_empty() && answers.iter().all(Value::is_string))
            };
            let fits = result["answers"].as_object().is_some_and(|answers| {
                !answers.is_empty()
                    && answers
                        .iter()
                        .all(|(id, answer)| is_asked(id) && is_answer(answer))
            });
            if !fits {
                return wanted(r#"{"answers": {"ID OF THE QUESTION": {"answers": ["…"]}}}"#);
            }
        }
        ApprovalKind::Elicitation => {
            let (action, content) = (&result["action"], &result["content"]);
            if !["accept", "decline", "cancel"]
                .iter()
                .any(|known| action == known)
            {
                return wanted(r#"{"action": "accept", "decline" or "cancel", "content": …}"#);
            }
            if action == "accept" && wants_content(params) {
                if !content.is_object() {
                    return wanted("the form's content as an object");
                }
                // One that cannot be understood refuses nothing: the server that sent it has to check the answer anyway.
                if let Ok(schema) = OutputSchema::new(&params["requestedSchema"]) {
                    schema.validate(content)?;
                }
            }
        }
        ApprovalKind::ToolCall => {
            let items = result["contentItems"].as_array();
            if !result["success"].is_boolean()
                || !items.is_some_and(|items| items.iter().all(|item| item["type"].is_string()))
            {
                return wanted(r#"{"contentItems": [{"type": "inputText", "text": "…"}], "success": …}"#);
            }
        }
        ApprovalKind::Unknown => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(method: &str, decision: &Decision) -> Value {
        let params = json!({ "permissions": { "network": { "enabled": true } } });
        match answer(kind_of(method).unwrap(), method, &params, decision).unwrap() {
            Answer::Result(value) | Answer::Error(value) => value,
        }
    }

    /// Every decision with every kind of request: what is sent says what was decided, or nothing is sent.
    #[test]
    fn a_decision_is_sent_as_what_it_is_or_not_at_all() {
        let tool =
            json!({ "_meta": { "codex_approval_kind": "mcp_tool_call", "persist": ["session", "always"] } });
        let form =
            json!({ "requestedSchema": { "type": "object", "properties": { "n": { "type": "integer" } } } });
        let none = Value::Null;
        let requests = [
            (
                "item/commandExecution/requestApproval",
                &none,
                "yes session rule network",
            ),
            ("execCommandApproval", &none, "yes session rule"),
            ("item/fileChange/requestApproval", &none, "yes session"),
            ("applyPatchApproval", &none, "yes session"),
            ("item/permissions/requestApproval", &none, "yes session"),
            ("item/tool/requestUserInput", &none, ""),
            ("mcpServer/elicitation/request", &tool, "yes session always"),
            ("mcpServer/elicitation/request", &none, "yes"),
            ("mcpServer/elicitation/request", &form, ""),
            ("item/tool/call", &none, ""),
            ("new/question", &none, ""),
        ];
        for (method, params, possible) in requests {
            let fits =
                |decision: &Decision| answer(kind_of(method).unwrap(), method, params, decision).is_ok();
            for (decision, word) in [
                (Decision::Accept, "yes"),
                (Decision::AcceptForSession, "session"),
                (Decision::AcceptAlways, "always"),
                (Decision::AcceptWithRule(vec!["ls".into()]), "rule"),
                (Decision::ApplyNetworkRule(json!({ "host": "x" })), "network"),
            ] {
                let expected = possible.split(' ').any(|known| known == word);
                assert_eq!(fits(&decision), expected, "{method} {params} {decision:?}");
            }
            assert!(fits(&Decision::Decline) && fits(&Decision::Cancel), "{method}");
            assert!(!fits(&Decision::AcceptWithRule(Vec::new())), "{method}");
            let malformed = fits(&Decision::Answer(json!({ "answer": "yes" })));
            assert_eq!(malformed, method == "new/question", "{method}");
        }
    }

    #[test]
    fn an_answer_has_the_shape_that_its_request_wants() {
        let fits = |method: &str, params: Value, result: Value| {
            answer(
                kind_of(method).unwrap(),
                method,
                &params,
                &Decision::Answer(result),
            )
            .is_ok()
        };
        let question = "item/tool/requestUserInput";
        let asked = || json!({ "questions": [{ "id": "colour" }] });
        assert!(fits(
            question,
            asked(),
            json!({ "answers": { "colour": { "answers": ["red"] } } })
        ));
        assert!(!fits(
            question,
            asked(),
            json!({ "answers": { "color": { "answers": ["red"] } } })
        ));
        assert!(!fits(
            question,
            asked(),
            json!({ "answers": { "colour": "red" } })
        ));
        assert!(!fits(question, asked(), json!({ "answers": {} })));
        let command = "item/commandExecution/requestApproval";
        assert!(fits(command, json!({}), json!({ "decision": "decline" })));
        assert!(!fits(command, json!({}), json!({ "decision": "acceptAlways" })));
        let permissions = "item/permissions/requestApproval";
        assert!(fits(
            permissions,
            json!({}),
            json!({ "permissions": { "network": { "enabled": true } } })
        ));
        assert!(!fits(
            permissions,
            json!({}),
            json!({ "permissions": {}, "scope": "always" })
        ));
        let form = || json!({ "requestedSchema": { "type": "object", "properties": { "n": { "type": "integer" } } } });
        let elicitation = "mcpServer/elicitation/request";
        assert!(fits(
            elicitation,
            form(),
            json!({ "action": "accept", "content": { "n": 1 } })
        ));
        assert!(!fits(elicitation, form(), json!({ "action": "accept" })));
        #[cfg(feature = "output-schema")]
        assert!(!fits(
            elicitation,
            form(),
            json!({ "action": "accept", "content": { "n": "x" } })
        ));
        let call = "item/tool/call";
        assert!(fits(
            call,
            json!({}),
            json!({ "contentItems": [], "success": true })
        ));
        assert!(!fits(call, json!({}), json!({ "contentItems": [] })));
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
    fn an_unknown_request_is_refused_with_an_error() {
        assert_eq!(
            decided("new/question", &Decision::Decline)["code"],
            METHOD_NOT_FOUND
        );
        assert!(kind_of("attestation/generate").is_none());
    }
}
