//! What the real server sends in turns of every kind: read into its types and written again, it is the same.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use turnwise::app_server::{AppServer, Filter, ServerRequest, Subscription};
use turnwise::demo::{Gate, ModelRequest, Step};
use turnwise::protocol::Direction;

use super::super::config;
use super::{fault_on_the_wire, typed};
use crate::support::{PATIENCE, Test, codex};

/// What the newest server has to have said by the end: what no turn makes it say is not read here.
const SAID: [&str; 40] = [
    "account/rateLimits/updated",
    "command/exec/outputDelta",
    "error",
    "fs/changed",
    "item/agentMessage/delta",
    "item/autoApprovalReview/completed",
    "item/autoApprovalReview/started",
    "item/commandExecution/outputDelta",
    "item/commandExecution/requestApproval",
    "item/completed",
    "item/fileChange/requestApproval",
    "item/permissions/requestApproval",
    "item/plan/delta",
    "item/reasoning/summaryPartAdded",
    "item/reasoning/summaryTextDelta",
    "item/started",
    "item/tool/call",
    "item/tool/requestUserInput",
    "mcpServer/elicitation/request",
    "mcpServer/startupStatus/updated",
    "serverRequest/resolved",
    "thread/readState/changed",
    "thread/settings/updated",
    "thread/started",
    "thread/status/changed",
    "thread/tokenUsage/updated",
    "turn/completed",
    "turn/diff/updated",
    "turn/plan/updated",
    "turn/started",
    "[agentMessage]",
    "[commandExecution]",
    "[contextCompaction]",
    "[dynamicToolCall]",
    "[exitedReviewMode]",
    "[fileChange]",
    "[imageView]",
    "[mcpToolCall]",
    "[plan]",
    "[reasoning]",
];

/// What the model says before it hangs, to be interrupted, and before it waits, to be steered.
const BEGUN: &str = "begun";
const UNSURE: &str = "where to?";

/// The smallest PNG image.
const IMAGE: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

fn call(name: &str, arguments: Value) -> Vec<Step> {
    vec![Step::Call {
        name: name.to_owned(),
        arguments,
        namespace: None,
    }]
}

fn in_phase(phase: &'static str) -> Step {
    Step::Text {
        text: "thought".to_owned(),
        pieces: 1,
        pause: Duration::ZERO,
        phase: Some(phase),
    }
}

fn mcp_call(tool: &str) -> Vec<Step> {
    vec![Step::Call {
        name: tool.to_owned(),
        arguments: json!({ "text": "hello" }),
        namespace: Some("mcp__tiny".to_owned()),
    }]
}

/// What the model does at first, by what it is told; then it says that it is done.
fn act(request: &ModelRequest, steered: &Gate) -> Vec<Step> {
    if request.round() > 0 {
        return vec![Step::text("done")];
    }
    let patch = "*** Begin Patch\n*** Add File: made\n+made\n*** End Patch";
    match request.prompt().as_str() {
        "think" => vec![
            Step::Reasoning(vec!["one".to_owned(), "two".to_owned()]),
            in_phase("commentary"),
            in_phase("final_answer"),
        ],
        "command" => vec![Step::escalated("echo made; ls", "It has to be made.")],
        // Only what is written a while after the beginning is told as it comes.
        "read" => vec![Step::command("cat made; sleep 0.1; echo more")],
        "patch" => vec![Step::Custom {
            name: "apply_patch".to_owned(),
            input: patch.to_owned(),
        }],
        "permission" => call(
            "request_permissions",
            json!({ "reason": "To write there.", "permissions": { "file_system": { "write": ["/var/tmp"] } } }),
        ),
        "question" => call(
            "request_user_input",
            json!({ "questions": [{ "id": "colour", "header": "Colour", "question": "Which colour?", "options": [
                { "label": "Blue (Recommended)", "description": "like the sky" },
                { "label": "Red", "description": "like a rose" },
            ] }] }),
        ),
        "form" => mcp_call("form"),
        "page" => mcp_call("page"),
        "echo" => mcp_call("echo"),
        "tool" => call("ask_client", json!({ "x": null })),
        "plan" => call(
            "update_plan",
            json!({ "explanation": "first", "plan": [
                { "step": "look", "status": "in_progress" }, { "step": "do", "status": "pending" },
            ] }),
        ),
        "propose" => vec![Step::text("<proposed_plan>\n- look\n- do\n</proposed_plan>")],
        "look" => call("view_image", json!({ "path": "image.png" })),
        "fail" => vec![Step::Failed(
            "context_length_exceeded".to_owned(),
            "too long".to_owned(),
        )],
        "hang" => vec![Step::text(BEGUN), Step::Hang],
        // Older servers let the answer end before they pass on what was said.
        "wait" => vec![Step::text(UNSURE), Step::Gate(steered.clone())],
        _ => vec![Step::text("an answer")],
    }
}

/// Turns on a server, and whatever is said meanwhile.
struct Wire {
    server: AppServer,
    steered: Gate,
    told: Subscription,
    seen: BTreeSet<String>,
    faults: Vec<String>,
}

impl Wire {
    /// Calls a method, whose result has to be what its type says. Older servers may not have it.
    async fn call(&mut self, method: &str, params: Value) -> Value {
        let result = match self.server.call_json_unchecked(method, &params).await {
            Ok(result) => result,
            Err(error) if codex::is_newest() => panic!("{method}: {error}"),
            Err(_) => return Value::Null,
        };
        let types = typed(Direction::ClientRequest, method).unwrap();
        self.note(method, &result, types.rewrite_result(&result).unwrap());
        result
    }

    fn note(&mut self, name: &str, sent: &Value, read: Result<(Value, String), serde_json::Error>) {
        self.seen.insert(name.to_owned());
        if let Some(kind) = sent["item"]["type"].as_str() {
            self.seen.insert(format!("[{kind}]"));
        }
        self.faults
            .extend(fault_on_the_wire(sent, read).map(|fault| format!("{name}: {fault}")));
    }

    async fn thread(&mut self, params: Value) -> String {
        let thread = self.call("thread/start", params).await;
        thread["thread"]["id"].as_str().unwrap_or_default().to_owned()
    }

    /// Begins something that is a turn, and waits for its end.
    async fn turn(&mut self, method: &str, params: Value) {
        let thread = params["threadId"].clone();
        if !self.call(method, params).await.is_null() {
            self.until("turn/completed", |params| params["threadId"] == thread)
                .await;
        }
    }

    /// Interrupts a turn that hangs, or steers it.
    async fn go_on(&mut self, delta: &Value) {
        let (thread, turn) = (&delta["threadId"], &delta["turnId"]);
        if delta["delta"] == BEGUN {
            let turn = json!({ "threadId": thread, "turnId": turn });
            self.call("turn/interrupt", turn).await;
        } else if delta["delta"] == UNSURE {
            let input = json!([{ "type": "text", "text": "left" }]);
            let steer = json!({ "threadId": thread, "expectedTurnId": turn, "input": input });
            self.call("turn/steer", steer).await;
            self.steered.open();
        }
    }

    /// Takes what is said and answers what is asked, until something is said.
    async fn until(&mut self, method: &str, wanted: impl Fn(&Value) -> bool) {
        loop {
            tokio::select! {
                request = self.server.next_request() => self.answer(&request.unwrap()),
                told = tokio::time::timeout(PATIENCE, self.told.next()) => {
                    let told = told.expect("in time").unwrap();
                    let params: Value = serde_json::from_str(told.params.get()).unwrap();
                    if let Some(types) = typed(Direction::ServerNotification, &told.method) {
                        self.note(&told.method, &params, types.rewrite_params(&params));
                    }
                    if told.method == "item/agentMessage/delta" {
                        self.go_on(&params).await;
                    }
                    if told.method == method && wanted(&params) {
                        return;
                    }
                }
            }
        }
    }

    async fn say(&mut self, thread: &str, prompt: &str) {
        let input = json!([{ "type": "text", "text": prompt }]);
        self.turn("turn/start", json!({ "threadId": thread, "input": input }))
            .await;
    }

    /// Answers with what a person might, in the form of the method's type.
    fn answer(&mut self, request: &ServerRequest) {
        let types = typed(Direction::ServerRequest, &request.method);
        let types = types.unwrap_or_else(|| panic!("{} has no types", request.method));
        let params: Value = serde_json::from_str(request.params.get()).unwrap();
        self.note(&request.method, &params, types.rewrite_params(&params));
        let reply = match request.method.as_str() {
            "item/permissions/requestApproval" => {
                json!({ "permissions": params["permissions"], "scope": "turn" })
            }
            "item/tool/requestUserInput" => json!({ "answers": { "colour": { "answers": ["Red"] } } }),
            "mcpServer/elicitation/request" => {
                json!({ "action": "accept", "content": { "name": "it", "size": 3, "colour": "blue" } })
            }
            "item/tool/call" => {
                json!({ "contentItems": [{ "type": "inputText", "text": "it" }], "success": true })
            }
            _ => json!({ "decision": "accept" }),
        };
        let (reply, _) = types.rewrite_result(&reply).unwrap().unwrap();
        self.server.respond_ok(&request.id, &reply).unwrap();
    }
}

/// Codex with what the turns here need: tools that are off by default, and an MCP server.
fn prepared(steered: Gate) -> Test {
    let test = Test::responding(Arc::new(move |request| act(request, &steered)), "");
    let path = test.codex_home().join("config.toml");
    let mut config = std::fs::read_to_string(&path).unwrap();
    let mcp = PathBuf::from(env!("CARGO_BIN_EXE_turnwise")).with_file_name("examples");
    let mcp = mcp.join("mcp-server").display().to_string();
    let log = test.work().join("mcp.log").display().to_string();
    write!(
        config,
        "\n[features]\nrequest_permissions_tool = true\ndefault_mode_request_user_input = true\n\
         [tools.update_plan]\nenabled = true\n\
         [mcp_servers.tiny]\ncommand = {mcp:?}\nenv = {{ TURNWISE_MCP_LOG = {log:?} }}\n\
         [mcp_servers.tiny.tools.form]\napproval_mode = \"approve\"\n\
         [mcp_servers.tiny.tools.page]\napproval_mode = \"approve\"\n"
    )
    .unwrap();
    std::fs::write(&path, config).unwrap();
    let image = data_encoding::BASE64.decode(IMAGE.as_bytes()).unwrap();
    std::fs::write(test.work().join("image.png"), image).unwrap();
    // What a patch changes is told as a difference in a repository.
    let git = std::process::Command::new("git")
        .args(["init", "--quiet"])
        .current_dir(test.work())
        .status();
    assert!(git.unwrap().success());
    test
}

#[tokio::test]
async fn what_the_server_sends_in_turns_of_every_kind_is_read_and_written_again_without_loss() {
    let steered = Gate::default();
    let test = prepared(steered.clone());
    let server = AppServer::start(config(&test).experimental()).await.unwrap();
    let told = server.subscribe(Filter::all());
    let mut wire = Wire {
        server: server.clone(),
        steered,
        told,
        seen: BTreeSet::new(),
        faults: Vec::new(),
    };
    let asking = json!({ "cwd": test.work(), "sandbox": "read-only", "approvalPolicy": "on-request",
        "dynamicTools": [{ "type": "function", "name": "ask_client", "description": "Asks.",
            "inputSchema": { "type": "object", "properties": { "x": { "type": "string" } } } }] });
    let thread = wire.thread(asking).await;
    for prompt in [
        "think",
        "command",
        "patch",
        "read",
        "permission",
        "question",
        "form",
        "page",
        "echo",
        "tool",
        "plan",
        "look",
        "fail",
        "hang",
        "wait",
    ] {
        wire.say(&thread, prompt).await;
    }
    let image = json!([
        { "type": "text", "text": "see", "text_elements": [{ "byteRange": { "start": 0, "end": 3 }, "placeholder": "s" }] },
        { "type": "image", "url": format!("data:image/png;base64,{IMAGE}"), "detail": "low" },
        { "type": "localImage", "path": test.work().join("image.png") },
        { "type": "mention", "name": "made", "path": test.work().join("made") },
    ]);
    wire.turn("turn/start", json!({ "threadId": thread, "input": image }))
        .await;
    let settings = json!({ "model": "gpt-5.5", "reasoning_effort": null, "developer_instructions": null });
    let planning = json!({ "threadId": thread, "input": [{ "type": "text", "text": "propose" }],
        "collaborationMode": { "mode": "plan", "settings": settings } });
    wire.turn("turn/start", planning).await;
    let review = json!({ "type": "custom", "instructions": "look at it" });
    wire.turn("review/start", json!({ "threadId": thread, "target": review }))
        .await;
    wire.turn(
        "thread/shellCommand",
        json!({ "threadId": thread, "command": "echo shell" }),
    )
    .await;
    wire.turn("thread/compact/start", json!({ "threadId": thread }))
        .await;

    // A model that reviews: the scripted one says nothing that it understands.
    let reviewed = json!({ "cwd": test.work(), "sandbox": "read-only", "approvalPolicy": "on-request",
        "approvalsReviewer": "auto_review" });
    let reviewed = wire.thread(reviewed).await;
    wire.say(&reviewed, "command").await;

    let streamed = json!({ "command": ["echo", "hi"], "processId": "p", "streamStdoutStderr": true });
    wire.call("command/exec", streamed).await;
    let watched = json!({ "watchId": "w", "path": test.work() });
    if !wire.call("fs/watch", watched).await.is_null() {
        let file = json!({ "path": test.work().join("f"), "dataBase64": "aGk=" });
        wire.call("fs/writeFile", file).await;
        wire.until("fs/changed", |_| true).await;
    }
    wire.call("mcpServerStatus/list", json!({ "threadId": thread }))
        .await;
    let tool = json!({ "threadId": thread, "server": "tiny", "tool": "echo", "arguments": {} });
    wire.call("mcpServer/tool/call", tool).await;

    // All of it again, as it was saved.
    wire.call("thread/read", json!({ "threadId": thread, "includeTurns": true }))
        .await;
    let turns = json!({ "threadId": thread, "itemsView": "full", "limit": 100 });
    wire.call("thread/turns/list", turns).await;
    wire.call("thread/items/list", json!({ "threadId": thread, "limit": 100 }))
        .await;
    wire.call("thread/fork", json!({ "threadId": thread })).await;
    wire.say(&reviewed, "anything").await;

    assert!(wire.faults.is_empty(), "{}", wire.faults.join("\n"));
    if codex::is_newest() {
        let missing = SAID.iter().filter(|name| !wire.seen.contains(**name));
        let missing = missing.collect::<Vec<_>>();
        assert!(missing.is_empty(), "not said: {missing:?} of {:#?}", wire.seen);
    }
    server.close().await;
}
