//! Every stable request that works without an account, against the real server: its params pass the check, the server
//! takes them, and its result is what its own schema says and what its type reads and writes again without loss, as is
//! what the server tells meanwhile. The others are listed with the reason.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use turnwise::app_server::{AppServer, Filter};
use turnwise::demo::Step;
use turnwise::protocol::{Direction, Stability};
use turnwise::runtime::RuntimeError;

use super::connect;
use super::types::{fault_on_the_wire, typed};
use crate::support::{PATIENCE, Test, codex};

/// What is not called here, and why not.
const LEFT_OUT: [(&str, &str); 37] = [
    ("account/gatewayOAuth/login", "opens a browser"),
    ("account/login/cancel", "needs a login that was begun"),
    ("account/login/start", "logs in"),
    ("account/rateLimitResetCredit/consume", "needs an account"),
    ("account/rateLimits/read", "needs an account"),
    ("account/sendAddCreditsNudgeEmail", "needs an account"),
    ("account/usage/read", "needs an account"),
    ("account/workspaceMessages/read", "needs an account"),
    (
        "command/exec/resize",
        "needs a command that runs: tested with layer 5",
    ),
    (
        "command/exec/terminate",
        "needs a command that runs: tested with layer 5",
    ),
    (
        "command/exec/write",
        "needs a command that runs: tested with layer 5",
    ),
    ("feedback/upload", "sends data away"),
    ("initialize", "is the handshake"),
    ("marketplace/add", "fetches from elsewhere"),
    ("marketplace/remove", "needs a marketplace"),
    ("marketplace/upgrade", "fetches from elsewhere"),
    ("mcpServer/oauth/login", "opens a browser"),
    ("mcpServer/resource/read", "needs an MCP server with resources"),
    ("mcpServer/tool/call", "needs an MCP server"),
    (
        "modelProvider/config/write",
        "changes the provider, which has to stay the scripted one",
    ),
    ("plugin/install", "fetches from elsewhere"),
    ("plugin/read", "needs a plugin"),
    ("plugin/reconcile", "fetches from elsewhere"),
    ("plugin/share/checkout", "needs an account"),
    ("plugin/share/delete", "needs an account"),
    ("plugin/share/list", "needs an account"),
    ("plugin/share/save", "needs an account"),
    ("plugin/share/updateTargets", "needs an account"),
    ("plugin/skill/read", "needs a plugin"),
    ("plugin/uninstall", "needs a plugin"),
    (
        "review/start",
        "starts a second kind of turn that only differs in its prompt",
    ),
    (
        "thread/approveGuardianDeniedAction",
        "needs a denial of the guardian",
    ),
    (
        "thread/compact/start",
        "starts a turn that the scripted model does not play",
    ),
    ("turn/interrupt", "needs a running turn: tested with runs"),
    ("turn/steer", "needs a running turn: tested with the library"),
    ("windowsSandbox/setupStart", "is for Windows"),
    ("feedback/save", "collects the machine's logs"),
];

/// What the server tells while all this is called, beside what it tells of turns.
const TOLD: [&str; 11] = [
    "account/updated",
    "skills/changed",
    "thread/archived",
    "thread/attachment/updated",
    "thread/deleted",
    "thread/goal/cleared",
    "thread/goal/updated",
    "thread/name/updated",
    "thread/reverted",
    "thread/section/changed",
    "thread/unarchived",
];

/// The calls, in an order in which each finds what it needs. `work` is a directory of the test; `thread` a thread with a
/// turn, `spare` one to throw away.
fn calls(work: &Path, thread: &str, spare: &str) -> Vec<(&'static str, Value)> {
    let at = |name: &str| json!(work.join(name));
    let of = |thread: &str| json!({ "threadId": thread });
    let attachment = json!({ "threadId": thread, "attachmentType": "note", "identityKey": "n" });
    let mut with_payload = attachment.clone();
    with_payload["payload"] = json!({ "text": "x" });
    vec![
        ("account/gatewayOAuth/cancel", Value::Null),
        ("account/gatewayOAuth/read", json!({})),
        ("account/logout", Value::Null),
        ("account/read", json!({ "refreshToken": false })),
        ("account/securitySetup/read", Value::Null),
        ("app/installed", json!({})),
        ("app/list", json!({ "limit": 1 })),
        ("app/read", json!({ "appIds": ["none"] })),
        ("command/exec", json!({ "command": ["echo", "hi"], "cwd": work })),
        (
            "config/value/write",
            json!({ "keyPath": "hide_agent_reasoning", "value": true, "mergeStrategy": "replace" }),
        ),
        (
            "config/batchWrite",
            json!({ "edits": [{ "keyPath": "hide_agent_reasoning", "value": null, "mergeStrategy": "upsert" }] }),
        ),
        ("config/mcpServer/reload", Value::Null),
        ("config/read", json!({ "includeLayers": true })),
        ("configRequirements/read", Value::Null),
        ("experimentalFeature/enablement/set", json!({ "enablement": {} })),
        ("experimentalFeature/list", json!({ "limit": 2 })),
        ("externalAgentConfig/detect", json!({ "cwds": [work] })),
        ("externalAgentConfig/import", json!({ "migrationItems": [] })),
        (
            "externalAgentConfig/import/recordHistory",
            json!({ "providerId": "p", "itemTypeResults": [] }),
        ),
        ("externalAgentConfig/import/readHistories", Value::Null),
        (
            "fs/createDirectory",
            json!({ "path": at("d"), "recursive": true }),
        ),
        ("fs/writeFile", json!({ "path": at("d/f"), "dataBase64": "aGk=" })),
        ("fs/watch", json!({ "watchId": "w", "path": at("d") })),
        ("fs/unwatch", json!({ "watchId": "w" })),
        ("fs/getMetadata", json!({ "path": at("d/f") })),
        ("fs/readDirectory", json!({ "path": at("d") })),
        ("fs/readFile", json!({ "path": at("d/f") })),
        (
            "fs/copy",
            json!({ "sourcePath": at("d"), "destinationPath": at("e"), "recursive": true }),
        ),
        ("fs/remove", json!({ "path": at("e"), "recursive": true })),
        (
            "fuzzyFileSearch",
            json!({ "query": "f", "roots": [work], "cancellationToken": null }),
        ),
        ("hooks/list", json!({ "cwds": [work] })),
        ("mcpServerStatus/list", json!({ "limit": 5 })),
        ("model/list", json!({ "limit": 2, "includeHidden": true })),
        ("modelProvider/capabilities/read", json!({})),
        ("modelProvider/list", json!({})),
        ("permissionProfile/list", json!({})),
        ("plugin/installed", json!({})),
        ("plugin/list", json!({ "cwds": [work] })),
        ("skills/config/write", json!({ "name": "none", "enabled": false })),
        ("skills/extraRoots/set", json!({ "extraRoots": [work] })),
        ("skills/list", json!({ "cwds": [work], "forceReload": true })),
        (
            "thread/start",
            json!({ "cwd": work, "sandbox": "read-only", "approvalPolicy": "never", "config": { "a.b": 1 } }),
        ),
        (
            "turn/start",
            json!({ "threadId": spare, "input": [{ "type": "text", "text": "more" }] }),
        ),
        ("thread/name/set", json!({ "threadId": thread, "name": "a name" })),
        ("thread/read", of(thread)),
        (
            "thread/list",
            json!({ "limit": 5, "sortKey": "updated_at", "sourceKinds": ["vscode"], "modelProviders": [] }),
        ),
        ("thread/loaded/list", json!({})),
        (
            "thread/turns/list",
            json!({ "threadId": thread, "itemsView": "full" }),
        ),
        ("thread/items/list", of(thread)),
        ("thread/attachment/add", with_payload),
        ("thread/attachment/list", of(thread)),
        (
            "thread/attachmentOwner/list",
            json!({ "attachmentType": "note", "identityKey": "n" }),
        ),
        ("thread/attachment/remove", attachment),
        (
            "thread/goal/set",
            json!({ "threadId": thread, "objective": "to finish", "status": "paused" }),
        ),
        ("thread/goal/get", of(thread)),
        ("thread/goal/clear", of(thread)),
        (
            "thread/inject_items",
            json!({ "threadId": thread, "items": [
            { "type": "message", "role": "user", "content": [{ "type": "input_text", "text": "hi" }] }] }),
        ),
        (
            "thread/metadata/update",
            json!({ "threadId": thread, "gitInfo": { "branch": "main" } }),
        ),
        ("threadSection/create", json!({ "name": "a section" })),
        ("threadSection/list", json!({})),
        (
            "threadSection/update",
            json!({ "sectionId": "$section", "name": "another" }),
        ),
        (
            "thread/section/move",
            json!({ "threadId": thread, "sectionId": "$section" }),
        ),
        ("threadSection/delete", json!({ "sectionId": "$section" })),
        (
            "thread/shellCommand",
            json!({ "threadId": thread, "command": "true" }),
        ),
        ("thread/fork", of(thread)),
        ("thread/unsubscribe", of(thread)),
        (
            "thread/resume",
            json!({ "threadId": thread, "excludeTurns": true }),
        ),
        (
            "thread/revert",
            json!({ "threadId": thread, "beforeTurnId": "$turn" }),
        ),
        ("thread/archive", of(spare)),
        ("thread/unarchive", of(spare)),
        ("thread/delete", of(spare)),
        ("windowsSandbox/readiness", Value::Null),
    ]
}

async fn thread_with_a_turn(server: &AppServer, work: &Path) -> (String, String) {
    let mut turns = server.subscribe(Filter::all().method("turn/completed"));
    let thread = server
        .call_json("thread/start", json!({ "cwd": work }))
        .await
        .unwrap();
    let id = thread["thread"]["id"].as_str().unwrap().to_owned();
    let input = json!([{ "type": "text", "text": "hello" }]);
    let turn = server
        .call_json("turn/start", json!({ "threadId": id, "input": input }))
        .await
        .unwrap();
    tokio::time::timeout(PATIENCE, turns.next())
        .await
        .unwrap()
        .unwrap();
    (id, turn["turn"]["id"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn every_method_that_needs_no_account_does_what_its_schema_says() {
    let test = Test::responding(std::sync::Arc::new(|_| vec![Step::text("an answer")]), "");
    let server = connect(&test).await;
    let schema = server.schema().await.unwrap();
    let (thread, turn) = thread_with_a_turn(&server, &test.work()).await;
    let (spare, _) = thread_with_a_turn(&server, &test.work()).await;
    let mut told = server.subscribe(Filter::all());
    let mut section = Value::Null;
    let mut problems = Vec::new();
    let calls = calls(&test.work(), &thread, &spare);
    for (method, params) in &calls {
        let text = params.to_string();
        let text = text
            .replace("$section", section.as_str().unwrap_or_default())
            .replace("$turn", &turn);
        let params: Value = serde_json::from_str(&text).unwrap();
        let Some(known) = schema.request(method) else {
            assert!(!codex::is_newest(), "{method} is gone");
            continue;
        };
        let mut idle = server.subscribe(Filter::all().method("turn/completed"));
        match server.call_json(method, params).await {
            Ok(result) => {
                let faults = schema
                    .check_received(known.result_type.as_deref().unwrap(), &result)
                    .unwrap();
                problems.extend(faults.iter().map(|fault| format!("{method}: {fault}")));
                let types = typed(Direction::ClientRequest, method);
                let rewritten = types.and_then(|types| types.rewrite_result(&result));
                let loss = rewritten.and_then(|rewritten| fault_on_the_wire(&result, rewritten));
                problems.extend(loss.map(|loss| format!("{method}: {loss}")));
                if *method == "threadSection/create" {
                    section = result["section"]["id"].clone();
                }
                if matches!(*method, "turn/start" | "thread/shellCommand") {
                    tokio::time::timeout(PATIENCE, idle.next())
                        .await
                        .unwrap()
                        .unwrap();
                }
            }
            // Older servers have other fields, and leave things to do.
            Err(RuntimeError::Params(_)) if !codex::is_newest() => {}
            Err(error) if codex::is_newest() => problems.push(error.to_string()),
            Err(_) => {}
        }
    }
    let mut heard = BTreeSet::new();
    while let Some(notification) = told.try_next() {
        let Some(types) = typed(Direction::ServerNotification, &notification.method) else {
            continue;
        };
        let params = serde_json::from_str(notification.params.get()).unwrap();
        let loss = fault_on_the_wire(&params, types.rewrite_params(&params));
        problems.extend(loss.map(|loss| format!("{}: {loss}", types.name)));
        heard.insert(types.name);
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    if codex::is_newest() {
        for name in TOLD {
            assert!(heard.contains(name), "{name} was not told: {heard:?}");
        }
        let stable = schema.methods().iter().filter(|method| {
            method.direction == Direction::ClientRequest && method.stability == Stability::Stable
        });
        let stable = stable.map(|method| method.name.as_str()).collect::<BTreeSet<_>>();
        let here = calls
            .iter()
            .map(|(method, _)| *method)
            .chain(LEFT_OUT.iter().map(|(method, _)| *method));
        let here = here.collect::<BTreeSet<_>>();
        assert_eq!(
            here, stable,
            "a method is neither called here nor left out with a reason"
        );
    }
    server.close().await;
}

#[tokio::test]
async fn the_example_of_every_method_passes_the_check() {
    let test = Test::answering("unused");
    let server = connect(&test).await;
    let schema = server.schema().await.unwrap();
    for method in schema.methods() {
        if method.direction == Direction::ClientRequest {
            let example = schema.example(method);
            schema
                .check(&method.name, &example)
                .unwrap_or_else(|error| panic!("{error}: {example}"));
        }
    }
    server.close().await;
}
