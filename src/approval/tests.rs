//! Requests of each kind, with params as the server sends them: their details, the possible answers, and the replies.

use serde_json::{Value, json};

use super::form::Pairs;
use super::policy::Question;
use crate::runtime::approval::{
    ApprovalKind, ApprovalRequest, ChoiceAction, Decision, PendingRequest, RequestDetails, RunContext,
};

fn asked(kind: ApprovalKind, params: Value) -> PendingRequest {
    PendingRequest {
        request: ApprovalRequest {
            id: "0".into(),
            kind,
            method: "method".to_owned(),
            thread_id: params["threadId"].as_str().map(Into::into),
            turn_id: None,
            item_id: None,
            reason: None,
            command: params["command"].as_str().map(str::to_owned),
            cwd: None,
            changes: Vec::new(),
            params,
        },
        context: RunContext {
            cwd: "/work".into(),
            sandbox: "read-only".to_owned(),
            approval: "on-request".to_owned(),
            codex_home: "/home/me/.codex".into(),
            session_id: Some("own".into()),
        },
    }
}

fn keys(asked: &PendingRequest) -> String {
    asked.choices().iter().map(|choice| choice.key).collect()
}

fn effects(asked: &PendingRequest, key: char) -> String {
    let choice = asked
        .choices()
        .into_iter()
        .find(|choice| choice.key == key)
        .unwrap();
    choice.effects.join("; ")
}

fn pairs(pairs: &[(&str, &str)]) -> Pairs {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn a_command_says_what_each_answer_reaches() {
    let params = json!({
        "command": "/bin/bash -lc 'cargo test'", "proposedExecpolicyAmendment": ["cargo", "test"],
        "availableDecisions": ["accept", { "acceptWithExecpolicyAmendment": { "execpolicy_amendment": ["cargo", "test"] } }, "cancel"],
        "proposedNetworkPolicyAmendments": [{ "host": "example.org", "action": "allow" }],
    });
    let mut asked = asked(ApprovalKind::Command, params);
    assert_eq!(keys(&asked), "ysr1nc");
    assert!(effects(&asked, 'y').contains("outside the sandbox"));
    assert!(effects(&asked, 'r').contains(
        r#"prefix_rule(pattern=["cargo","test"], decision="allow") to /home/me/.codex/rules/default.rules"#
    ));
    assert!(effects(&asked, '1').contains("the command runs now, whatever the rule"));
    asked.context.approval = "untrusted".to_owned();
    assert!(effects(&asked, 'y').contains("Codex runs it again outside, without asking"));
}

#[test]
fn typing_into_a_command_offers_what_the_server_takes() {
    let params = json!({ "kind": "writeStdin", "command": "write_stdin --session-id 1 'y'", "availableDecisions": ["accept", "cancel"] });
    let asked = asked(ApprovalKind::Command, params);
    assert_eq!(keys(&asked), "ync");
    assert!(
        matches!(&asked.policy_questions()[..], [Question::Command { .. }, Question::Unjudgeable(why)] if why.contains("types"))
    );
}

#[test]
fn a_command_that_wants_the_network_is_judged_by_its_host_as_well() {
    let params = json!({ "command": "curl x", "networkApprovalContext": { "host": "example.org", "protocol": "https" } });
    let questions = asked(ApprovalKind::Command, params).policy_questions();
    assert!(
        matches!(&questions[..], [Question::Network { host }, Question::Command { .. }] if host == "example.org")
    );
    let params = json!({ "command": "ls", "additionalPermissions": { "network": { "enabled": true } } });
    let questions = asked(ApprovalKind::Command, params).policy_questions();
    assert!(matches!(
        &questions[..],
        [Question::Command { .. }, Question::Unjudgeable(_)]
    ));
}

#[test]
fn the_older_protocol_has_the_words_of_a_command_apart() {
    let asked = asked(
        ApprovalKind::Command,
        json!({ "command": ["bash", "-lc", "git status; ls"] }),
    );
    let RequestDetails::Command(command) = asked.details() else {
        panic!()
    };
    assert_eq!(command.line, "bash -lc 'git status; ls'");
    let commands = super::shell_line(&command).commands;
    let words = commands
        .iter()
        .map(|command| command.words.join(" "))
        .collect::<Vec<_>>();
    assert_eq!(words, ["git status", "ls"]);
}

#[test]
fn permissions_are_told_apart_and_what_is_unknown_is_kept() {
    let params = json!({ "permissions": {
        "network": { "enabled": true },
        "fileSystem": { "read": ["/r"], "write": ["/w"], "globScanMaxDepth": 3, "entries": [
            { "path": { "type": "path", "path": "/w" }, "access": "write" },
            { "path": { "type": "glob_pattern", "pattern": "/x/*" }, "access": "read" },
        ] },
        "future": 1,
    } });
    let asked = asked(ApprovalKind::Permissions, params);
    let RequestDetails::Permissions(permissions) = asked.details() else {
        panic!()
    };
    assert!(permissions.network && permissions.read == ["/r"] && permissions.write == ["/w"]);
    let other = permissions.other.join("\n");
    assert!(
        other.contains("/x/*") && other.contains("future: 1") && other.contains("globScanMaxDepth"),
        "{other}"
    );
    let judged = asked.policy_questions();
    assert!(
        judged
            .iter()
            .any(|question| matches!(question, Question::Unjudgeable(_)))
    );
    assert!(
        judged
            .iter()
            .any(|question| matches!(question, Question::Network { host } if host == "*"))
    );
}

#[test]
fn a_tool_offers_only_what_lasts_as_long_as_the_server_says() {
    let meta = |persist: Value| {
        json!({ "serverName": "files", "_meta": {
        "codex_approval_kind": "mcp_tool_call", "tool_name": "read", "tool_params": { "path": "/x" }, "persist": persist,
    } })
    };
    let both = asked(ApprovalKind::Elicitation, meta(json!(["session", "always"])));
    assert_eq!(keys(&both), "ysanc");
    assert!(effects(&both, 'a').contains(
        "[mcp_servers.files.tools.read] approval_mode = \"approve\" to /home/me/.codex/config.toml"
    ));
    assert_eq!(keys(&asked(ApprovalKind::Elicitation, meta(json!(null)))), "ync");
    assert!(
        matches!(&both.policy_questions()[..], [Question::Mcp { server, tool }] if server == "files" && tool == "read")
    );
    assert!(both.check(&Decision::AcceptAlways).is_ok());
    assert!(both.check(&Decision::Answer(Value::Null)).is_err());
}

#[test]
fn a_tool_that_is_named_in_a_sentence_only_is_found_there() {
    let params = |message: &str| json!({ "serverName": "tiny", "message": message, "_meta": { "codex_approval_kind": "mcp_tool_call" } });
    let tool = |message: &str| match asked(ApprovalKind::Elicitation, params(message)).details() {
        RequestDetails::McpTool { tool, .. } => tool,
        other => panic!("{other:?}"),
    };
    assert_eq!(tool("Allow the tiny MCP server to run tool \"echo\"?"), "echo");
    assert_eq!(
        tool("Allow the tiny MCP server to run tool \"a\"? \"b\"?"),
        "a\"? \"b"
    );
    assert_eq!(tool("Allow the other MCP server to run tool \"echo\"?"), "");
}

#[test]
fn questions_take_labels_numbers_and_words_of_ones_own() {
    let params = json!({ "questions": [
        { "id": "a", "header": "A", "question": "?", "isOther": false, "options": [{ "label": "One" }, { "label": "Two" }] },
        { "id": "b", "header": "B", "question": "?", "isOther": true, "options": [{ "label": "One" }] },
    ] });
    let asked = asked(ApprovalKind::UserInput, params);
    let answer = |given: &[(&str, &str)]| asked.answer(&pairs(given));
    assert_eq!(
        answer(&[("a", "two"), ("b", "mine")]).unwrap(),
        Decision::Answer(json!({ "answers": { "a": { "answers": ["Two"] }, "b": { "answers": ["mine"] } } }))
    );
    assert!(
        answer(&[("a", "3"), ("b", "x")])
            .unwrap_err()
            .contains("not one of: One, Two")
    );
    assert!(answer(&[("a", "1")]).unwrap_err().contains("`b` has no answer"));
    assert!(answer(&[("c", "1")]).unwrap_err().contains("unknown key `c`"));
}

#[test]
fn a_form_is_checked_field_by_field_and_as_a_whole() {
    let schema = json!({ "type": "object", "required": ["mail"], "properties": {
        "mail": { "type": "string", "format": "email" },
        "count": { "type": "number", "minimum": 0.5 },
        "kind": { "type": "string", "oneOf": [{ "const": "a", "title": "First" }, { "const": "b", "title": "Second" }] },
        "tags": { "type": "array", "items": { "type": "string", "enum": ["x", "y"] } },
        "sure": { "type": "boolean", "default": false },
    } });
    let asked = asked(
        ApprovalKind::Elicitation,
        json!({ "serverName": "s", "mode": "form", "_meta": null, "requestedSchema": schema }),
    );
    let answer = |given: &[(&str, &str)]| asked.answer(&pairs(given));
    let whole = answer(&[
        ("mail", "a@b.org"),
        ("count", "1.5"),
        ("kind", "second"),
        ("tags", "x"),
        ("tags", "2"),
        ("sure", "yes"),
    ]);
    let content = json!({ "mail": "a@b.org", "count": 1.5, "kind": "b", "tags": ["x", "y"], "sure": true });
    assert_eq!(
        whole.unwrap(),
        Decision::Answer(json!({ "action": "accept", "content": content, "_meta": null }))
    );
    for (given, said) in [
        (&[("count", "1")][..], "`mail` is required"),
        (&[("mail", "nobody")], "`mail`"),
        (&[("mail", "a@b.org"), ("count", "0")], "`count`"),
        (&[("mail", "a@b.org"), ("count", "many")], "a number"),
        (&[("mail", "a@b.org"), ("kind", "c")], "one of: a, b"),
        (&[("mail", "a@b.org"), ("sure", "maybe")], "yes or no"),
        (&[("mail", "a@b.org"), ("mail", "c@d.org")], "more than once"),
    ] {
        let error = answer(given).unwrap_err();
        assert!(error.contains(said), "{given:?}: {error}");
    }
}

#[test]
fn what_is_unknown_can_be_answered_with_json_or_refused() {
    let asked = asked(ApprovalKind::Unknown, json!({ "anything": 1 }));
    assert_eq!(asked.choices()[0].action, ChoiceAction::FillIn);
    assert_eq!(
        asked.answer(&pairs(&[("result", r#"{"x":1}"#)])).unwrap(),
        Decision::Answer(json!({ "x": 1 }))
    );
    assert!(
        asked
            .answer(&pairs(&[("result", "{")]))
            .unwrap_err()
            .contains("not JSON")
    );
}

#[test]
fn another_thread_is_a_sub_agents_and_the_digest_is_of_all_of_it() {
    let own = asked(
        ApprovalKind::Command,
        json!({ "threadId": "own", "command": "ls" }),
    );
    let other = asked(
        ApprovalKind::Command,
        json!({ "threadId": "other", "command": "ls" }),
    );
    assert!(!own.is_from_subagent() && other.is_from_subagent());
    assert_ne!(own.digest(), other.digest());
    let mut moved = own.clone();
    moved.context.cwd = "/elsewhere".into();
    assert_ne!(own.digest(), moved.digest());
}

#[test]
fn a_request_with_a_part_that_is_not_known_is_judged_by_no_rule() {
    let refused = |kind: ApprovalKind, params: Value| {
        asked(kind, params)
            .policy_questions()
            .iter()
            .any(|question| matches!(question, Question::Unjudgeable(_)))
    };
    let command = |key: &str, value: Value| {
        let mut params =
            json!({ "kind": "command", "command": "ls", "cwd": "/work", "environmentId": "local" });
        params[key] = value;
        refused(ApprovalKind::Command, params)
    };
    assert!(!command("reason", json!("because")));
    assert!(!command("approvalId", json!(null)));
    assert!(command("newPermissions", json!({ "all": true })));
    assert!(command("kind", json!("humanCommand")));
    assert!(command("environmentId", json!("elsewhere")));
    assert!(command("command", json!(["ls", 1])));
    assert!(command("command", json!({ "ls": 1 })));
    let tool = |name: Value| {
        let meta = json!({ "codex_approval_kind": "mcp_tool_call", "tool_name": name });
        refused(
            ApprovalKind::Elicitation,
            json!({ "serverName": "files", "_meta": meta }),
        )
    };
    assert!(!tool(json!("read")));
    assert!(tool(json!("")));
    assert!(tool(json!(7)));
}
