//! What cannot be sent is refused before a turn is spent on it, and says what is wrong.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use turnwise::runtime::{
    Client, ErrorKind, Prompt, RunProfile, RuntimeError, Sandbox, Session, SessionConfig,
};
use turnwise::{Workflow, WorkflowConfig};

use super::{config, echo, session};
use crate::support::Test;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\nIDATx\x9cc\0\x01\0\0\x05\0\x01\r\n-\xb4\0\0\0\0IEND\xaeB`\x82";

#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Result<T, RuntimeError>, words: &[&str]) {
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
    let text = error.to_string();
    assert!(words.iter().all(|word| text.contains(word)), "{text}");
}

#[tokio::test]
async fn a_session_in_a_directory_that_is_not_one_is_refused() {
    let test =
        Test::responding(Arc::new(echo), "").with_own_server("files of a server elsewhere are not looked at");
    let client = Client::start(config(&test)).await.unwrap();
    std::fs::write(test.work().join("file"), "").unwrap();
    let missing = test.work().join("missing");
    refused(
        client.start_session(SessionConfig::new(&missing)).await,
        &["directory", "missing"],
    );
    let file = test.work().join("file");
    refused(
        client.start_session(SessionConfig::new(&file)).await,
        &["not a directory"],
    );
    let strange = test.work().join(OsStr::from_bytes(b"\xff"));
    std::fs::create_dir(&strange).unwrap();
    refused(
        client.start_session(SessionConfig::new(&strange)).await,
        &["UTF-8"],
    );
    let open = session(&client, &test).await;
    open.ask("saved").await.unwrap();
    let id = open.id().to_owned();
    open.close().await;
    refused(
        client.resume_session(&id, SessionConfig::new(&missing)).await,
        &["missing"],
    );
    let writing = RunProfile::new()
        .sandbox(Sandbox::WorkspaceWrite)
        .allow_privileged_escalation()
        .writable_root("nowhere");
    let config = SessionConfig::new(test.work()).profile(writing);
    refused(
        client.start_session(config).await,
        &["added directory", "nowhere"],
    );
    client.close().await;
}

/// A session, and files in its directory.
async fn with_files(test: &Test) -> (Client, Session) {
    std::fs::write(test.work().join("notes.txt"), "notes").unwrap();
    std::fs::write(test.work().join("pixel.png"), PNG).unwrap();
    let client = Client::start(config(test)).await.unwrap();
    let session = session(&client, test).await;
    (client, session)
}

#[tokio::test]
async fn a_prompt_with_nothing_in_it_or_with_files_that_are_not_there_is_refused() {
    let test =
        Test::responding(Arc::new(echo), "").with_own_server("files of a server elsewhere are not looked at");
    let (client, session) = with_files(&test).await;
    refused(session.ask("").await, &["prompt is empty"]);
    refused(session.ask(" \n").await, &["prompt is empty"]);
    let prompt = || Prompt::from("look");
    refused(
        session.ask(prompt().attach("missing.txt")).await,
        &["attachment", "missing.txt"],
    );
    refused(
        session.ask(prompt().image("missing.png")).await,
        &["image", "missing.png"],
    );
    refused(
        session.ask(prompt().image("notes.txt")).await,
        &["notes.txt", "PNG"],
    );
    refused(session.ask(prompt().image(".")).await, &["not a regular file"]);
    let strange = Path::new(OsStr::from_bytes(b"\xff"));
    refused(session.ask(prompt().attach(strange)).await, &["UTF-8"]);
    assert!(test.requests().is_empty(), "nothing was spent");
    client.close().await;
}

#[tokio::test]
async fn relative_files_are_those_of_the_sessions_directory() {
    let test = Test::responding(Arc::new(|_: &_| vec![turnwise::demo::Step::text("seen")]), "");
    let (client, session) = with_files(&test).await;
    let prompt = Prompt::from("look").attach("notes.txt").image("pixel.png");
    session.ask(prompt).await.unwrap();
    let body = test.requests()[0].body.to_string();
    let path = test.work().canonicalize().unwrap().join("notes.txt");
    assert!(body.contains(path.to_str().unwrap()), "{body}");
    assert!(body.contains("data:image/png;base64,"), "{body}");
    client.close().await;
}

#[tokio::test]
async fn an_effort_that_no_model_knows_is_refused_and_named() {
    let test = Test::responding(Arc::new(echo), "");
    let client = Client::start(config(&test)).await.unwrap();
    let profile = RunProfile::new().effort("hugh");
    let session = client
        .start_session(SessionConfig::new(test.work()).profile(profile))
        .await
        .unwrap();
    refused(session.ask("x").await, &["hugh", "medium, high"]);
    assert!(test.requests().is_empty(), "nothing was spent");
    let outcome = test.run(&["run", "--effort", "hugh", "x"]);
    assert!(outcome.exits(2).stderr.contains("hugh"), "{outcome:?}");
    client.close().await;
}

#[tokio::test]
async fn a_schema_that_is_none_is_refused() {
    let test = Test::responding(Arc::new(echo), "");
    let client = Client::start(config(&test)).await.unwrap();
    let profile = RunProfile::new().output_schema(json!({ "type": "nonsense" }));
    let config = SessionConfig::new(test.work()).profile(profile.clone());
    refused(client.start_session(config).await, &["output schema"]);
    let session = session(&client, &test).await;
    refused(session.ask_stream_with("x", &profile).await, &["output schema"]);
    assert!(test.requests().is_empty(), "nothing was spent");
    client.close().await;
}

#[tokio::test]
async fn whatever_holds_a_text_is_a_prompt() {
    let test = Test::responding(Arc::new(echo), "");
    let workflow = Workflow::start(WorkflowConfig::new(test.work()).client(config(&test)))
        .await
        .unwrap();
    let session = workflow.session().await.unwrap();
    let text = "owned".to_owned();
    assert_eq!(session.ask(&text).await.unwrap().text, "[owned]");
    assert_eq!(session.ask(Cow::Borrowed("cow")).await.unwrap().text, "[cow]");
    assert_eq!(
        session.ask(Box::<str>::from("boxed")).await.unwrap().text,
        "[boxed]"
    );
    assert_eq!(
        session.ask(Arc::<str>::from("shared")).await.unwrap().text,
        "[shared]"
    );
    let prompt = Prompt::from("kept");
    assert_eq!(session.ask(&prompt).await.unwrap().text, "[kept]");
    workflow.close().await;
}
