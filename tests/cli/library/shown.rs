//! What `Debug` and `Display` show of public types: nothing that may be a secret, and nothing long.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use turnwise::app_server::{AppServer, AppServerConfig, Filter};
use turnwise::automation::{AutomationSpec, spawn};
use turnwise::protocol::types::{
    ApiKeyLogin, CommandExecParams, LoginAccountParams, ThreadStartParams, TurnStartParams, UserInput,
};
use turnwise::runtime::approval::{ApprovalKind, Decision, Verdict, approvals};
use turnwise::runtime::event::{Event, Item, ItemDelta, ItemDetails, ItemEvent};
use turnwise::runtime::{
    Client, ClientConfig, OutputSchema, Prompt, RunProfile, RuntimeConfig, RuntimeError, SessionConfig,
    Transcript,
};
use turnwise::{Workflow, WorkflowConfig};

use super::{config, echo};
use crate::support::Test;

const MARKER: &str = "hunter2";

/// What a value may take, with its name and its fields.
const LONGEST: usize = 1200;

#[track_caller]
fn is_brief(value: &dyn Debug) {
    for shown in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(shown.len() < LONGEST, "{} bytes: {shown}", shown.len());
    }
}

#[track_caller]
fn shows_no_secret(value: &dyn Debug) {
    is_brief(value);
    for shown in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!shown.contains(MARKER), "{shown}");
    }
}

/// Something long that begins and ends with the marker.
fn secret() -> String {
    format!("{MARKER}{}{MARKER}", "x".repeat(16_384))
}

fn client_config(test: &Test) -> ClientConfig {
    config(test)
        .env("TOKEN", secret())
        .codex_config("shell_environment_policy.set.TOKEN", secret().into())
}

fn session_config(test: &Test) -> SessionConfig {
    let schema = json!({ "type": "object", "description": secret() });
    SessionConfig::new(test.work())
        .codex_config("developer_instructions", secret().into())
        .profile(RunProfile::new().output_schema(schema))
}

#[tokio::test]
async fn nothing_that_is_given_to_a_client_is_shown_by_it() {
    let test = Test::responding(
        Arc::new(|_: &_| vec![turnwise::demo::Step::text(format!("\"{}\"", secret()))]),
        "",
    );
    shows_no_secret(&client_config(&test));
    shows_no_secret(&session_config(&test));
    let workflow_config = WorkflowConfig::new(test.work()).client(client_config(&test));
    shows_no_secret(&workflow_config);
    shows_no_secret(&AppServerConfig::new(client_config(&test)));
    let runtime_config = RuntimeConfig::new("codex").env("TOKEN", secret());
    shows_no_secret(&runtime_config);

    let workflow = Workflow::start(workflow_config).await.unwrap();
    shows_no_secret(&workflow);
    let client = Client::start(client_config(&test)).await.unwrap();
    shows_no_secret(&client);
    let session = client
        .start_session(SessionConfig::new(test.work()))
        .await
        .unwrap();
    let (events, feed) = (session.events(), client.runtime().notifications(session.id()));
    let mut turn = session.ask_stream(secret()).await.unwrap();
    let mut transcript = Transcript::default();
    let mut seen = Vec::new();
    while let Some(event) = turn.next().await {
        transcript.observe(&event);
        seen.push(event);
    }
    shows_no_secret(&turn);
    shows_no_secret(&transcript);
    shows_no_secret(&session);
    shows_no_secret(&session.handle());
    shows_no_secret(&events);
    shows_no_secret(&feed);
    shows_no_secret(client.runtime());
    shows_no_secret(&client);
    assert!(seen.iter().any(|event| matches!(event, Event::ItemCompleted(_))));
    for event in &seen {
        is_brief(event);
    }
    let answer = session.ask(secret()).await.unwrap();
    shows_no_secret(&answer);
    let handle = spawn(session, AutomationSpec::new(secret(), Duration::from_secs(1))).unwrap();
    shows_no_secret(&handle);
    client.close().await;
    workflow.close().await;

    let server = AppServer::start(AppServerConfig::new(client_config(&test)))
        .await
        .unwrap();
    let subscription = server.subscribe(Filter::all());
    shows_no_secret(&server);
    shows_no_secret(&subscription);
    server.close().await;
}

#[tokio::test]
async fn a_failure_shows_neither_what_was_said_nor_the_schema() {
    let test = Test::responding(Arc::new(echo), "");
    let client = Client::start(config(&test)).await.unwrap();
    let profile = RunProfile::new().output_schema(json!({ "type": "object", "description": secret() }));
    shows_no_secret(&profile);
    let session = client
        .start_session(SessionConfig::new(test.work()).profile(profile))
        .await
        .unwrap();
    let error = session.ask(secret()).await.unwrap_err();
    let RuntimeError::Turn(failure) = &error else {
        panic!("{error:?}")
    };
    assert!(failure.partial.text.contains(MARKER));
    shows_no_secret(&error);
    shows_no_secret(failure);
    assert!(error.to_string().len() < LONGEST);
    client.close().await;
}

#[test]
fn values_that_may_be_secret_are_not_shown() {
    let prompt = Prompt::from(secret())
        .image(PathBuf::from(secret()))
        .attach(secret())
        .skill(secret());
    shows_no_secret(&prompt);
    shows_no_secret(&AutomationSpec::new(prompt, Duration::from_secs(1)));
    shows_no_secret(&Decision::Answer(secret().into()));
    shows_no_secret(&Verdict::new(
        Decision::Answer(json!({ "answers": secret() })),
        "me",
    ));
    shows_no_secret(&OutputSchema::new(&json!({ "description": secret() })).unwrap());
    let (approver, pending) = approvals();
    shows_no_secret(&pending);
    shows_no_secret(&ClientConfig::new().approver(approver));
    shows_no_secret(&ApiKeyLogin::new(secret()));
    shows_no_secret(&LoginAccountParams::ApiKey(ApiKeyLogin::new(secret())));
    let config = Map::from_iter([("key".to_owned(), Value::from(secret()))]);
    shows_no_secret(&ThreadStartParams {
        config: Some(config.into_iter().collect()),
        ..Default::default()
    });
    let mut command = CommandExecParams::new(["env".to_owned()]);
    command.env = Some(BTreeMap::from([("TOKEN".to_owned(), Some(secret()))]));
    shows_no_secret(&command);
    let image: UserInput = serde_json::from_value(
        json!({ "type": "image", "url": format!("data:image/png;base64,{}", secret()) }),
    )
    .unwrap();
    shows_no_secret(&TurnStartParams::new("thread", [image]));
}

#[test]
fn what_was_said_is_cut_where_it_is_long() {
    let item = || {
        ItemEvent::new(Item::new(
            "item",
            ItemDetails::Other {
                kind: "new".to_owned(),
                data: json!({ "all": secret() }),
            },
        ))
    };
    is_brief(&Event::ItemCompleted(item()));
    is_brief(&item());
    is_brief(&item().item);
    let unknown = || Event::Unknown {
        method: "new/thing".to_owned(),
        params: json!({ "all": secret() }),
    };
    is_brief(&unknown());
    is_brief(&TurnStartParams::new("thread", [UserInput::text(secret())]));
    let request: turnwise::runtime::approval::ApprovalRequest = serde_json::from_value(json!({
        "id": "1", "kind": ApprovalKind::Command, "method": "m", "command": secret(), "params": { "all": secret() },
    }))
    .unwrap();
    is_brief(&request);
    is_brief(&Event::ApprovalRequested { approval: request });
    let delta: ItemDelta =
        serde_json::from_value(json!({ "item_id": "1", "kind": "agent_message", "delta": secret() }))
            .unwrap();
    is_brief(&delta);
    let gone = RuntimeError::ServerGone {
        reason: "it exited with code 1".to_owned(),
        stderr: secret(),
    };
    is_brief(&gone);
    assert!(gone.to_string().len() < LONGEST);
    let refused = RuntimeError::Server {
        method: "m".to_owned(),
        code: 1,
        message: "no".to_owned(),
        data: Some(Box::new(secret().into())),
    };
    is_brief(&refused);
}

/// What may be long or secret is shown by `runtime::brief`, or wrapped as in `runtime::redacted`.
#[test]
fn no_public_type_derives_debug_over_raw_values() {
    const RAW: [&str; 9] = [
        ": Value",
        "<Value>",
        ", Value>",
        "RawValue",
        "Vec<u8>",
        "OsString",
        "VecDeque<",
        "Prompt,",
        "(Value)",
    ];
    /// With what is not shown: it has none of a user's data, or too little of it.
    const KNOWN: [&str; 0] = [];
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    for part in [
        "runtime",
        "app_server",
        "automation/recurring",
        "workflow.rs",
        "quick.rs",
        "codex",
    ] {
        visit(&source.join(part), &mut |path, text| {
            for (place, _) in text
                .match_indices("\npub struct ")
                .chain(text.match_indices("\npub enum "))
            {
                let before = &text[text[..place].rfind("\n\n").unwrap_or(0)..place];
                let end = text[place..].find(['{', ';']).map_or(0, |opens| place + opens);
                let end = match &text[end..=end] {
                    "{" => end + text[end..].find("\n}").unwrap_or(0),
                    _ => end,
                };
                let body = text[place..end].replace("Unshown<Value>", "");
                let derives = before
                    .lines()
                    .any(|line| line.starts_with("#[derive(") && line.contains("Debug"));
                let name = body.split_whitespace().nth(2).unwrap_or_default();
                if derives && RAW.iter().any(|raw| body.contains(raw)) && !KNOWN.contains(&name) {
                    found.push(format!("{name} in {}", path.display()));
                }
            }
        });
    }
    assert!(found.is_empty(), "{found:#?}");
}

fn visit(path: &Path, look: &mut impl FnMut(&Path, &str)) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            visit(&entry.unwrap().path(), look);
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        look(path, &std::fs::read_to_string(path).unwrap());
    }
}
