//! How turns end: what is left of one that failed, an answer that misses its schema, a prompt that a hook blocked.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use turnwise::demo::Step;
use turnwise::runtime::event::TurnErrorKind;
use turnwise::runtime::{
    Answer, Client, ErrorKind, RunProfile, RuntimeError, SessionConfig, Transcript, TurnFailure,
};

use super::{config, session};
use crate::support::{Test, codex, left_out};

#[track_caller]
fn failure(outcome: Result<Answer, RuntimeError>) -> TurnFailure {
    match outcome {
        Err(RuntimeError::Turn(failure)) => *failure,
        outcome => panic!("{outcome:?}"),
    }
}

#[tokio::test]
async fn a_turn_that_failed_keeps_its_text_its_tokens_and_its_ids() {
    let test = Test::rounds(vec![
        vec![
            Step::text("Half of it."),
            Step::command("true"),
            Step::Usage(100, 20),
        ],
        vec![Step::Failed("bad_request".into(), "it cannot be done".into())],
    ]);
    let client = Client::start(config(&test)).await.unwrap();
    let session = session(&client, &test).await;
    let failure = failure(session.ask("x").await);
    assert_eq!(failure.partial.text, "Half of it.");
    assert_eq!(failure.partial.usage().total(), 120);
    assert_eq!(&failure.thread_id, session.id());
    assert_eq!(failure.turn_id.as_ref(), failure.partial.transcript.turn_id());
    assert!(failure.turn_id.is_some());
    assert!(failure.error.message.contains("it cannot be done"), "{failure:?}");
    // It can be kept and read again.
    let kept = serde_json::to_string(&failure).unwrap();
    assert_eq!(serde_json::from_str::<TurnFailure>(&kept).unwrap(), failure);
    let answer = session.ask("and now").await;
    assert!(matches!(answer, Err(RuntimeError::Turn(_))));
    client.close().await;
}

#[tokio::test]
async fn a_turn_that_took_too_long_keeps_what_was_said_until_then() {
    let test = Test::rounds(vec![vec![Step::text("Begun."), Step::Hang]]);
    let client = Client::start(config(&test)).await.unwrap();
    let profile = RunProfile::new().timeout(Some(Duration::from_secs(2)));
    let session = client
        .start_session(SessionConfig::new(test.work()).profile(profile))
        .await
        .unwrap();
    let error = session.ask("x").await.unwrap_err();
    assert!(error.is_timeout() && !error.is_retryable(), "{error:?}");
    assert_eq!(failure(Err(error)).partial.text, "Begun.");
    client.close().await;
}

#[tokio::test]
async fn an_answer_can_be_kept_and_read_again() {
    let test = Test::rounds(vec![
        vec![Step::command("echo hi")],
        vec![Step::text("The answer.")],
    ]);
    let client = Client::start(config(&test)).await.unwrap();
    let answer = session(&client, &test).await.ask("x").await.unwrap();
    let kept = serde_json::to_value(&answer).unwrap();
    assert_eq!(kept["text"], "The answer.");
    let again: Answer = serde_json::from_value(kept.clone()).unwrap();
    assert_eq!(again, answer);
    let transcript: Transcript = serde_json::from_value(kept["transcript"].clone()).unwrap();
    assert_eq!(transcript.text(), "The answer.");
    client.close().await;
}

#[tokio::test]
async fn an_answer_that_misses_its_schema_is_a_failure_with_the_answer_in_it() {
    let test = Test::responding(
        Arc::new(|request| match request.prompt().as_str() {
            "right" => vec![Step::text(r#"{"n":1}"#)],
            "wrong" => vec![Step::text(r#"{"n":"one"}"#)],
            _ => vec![Step::text("no JSON")],
        }),
        "",
    );
    let client = Client::start(config(&test)).await.unwrap();
    let schema = json!({
        "type": "object", "properties": { "n": { "type": "integer" } }, "required": ["n"],
        "additionalProperties": false,
    });
    let profile = RunProfile::new().output_schema(schema);
    let session = client
        .start_session(SessionConfig::new(test.work()).profile(profile))
        .await
        .unwrap();
    let answer = session.ask("right").await.unwrap();
    assert_eq!(answer.json::<Value>().unwrap(), json!({ "n": 1 }));
    for (prompt, text, place) in [
        ("wrong", r#"{"n":"one"}"#, "/n"),
        ("prose", "no JSON", "not JSON"),
    ] {
        let error = session.ask(prompt).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Schema);
        let failure = failure(Err(error));
        assert_eq!(failure.error.kind, TurnErrorKind::SchemaMismatch);
        assert!(failure.error.message.contains(place), "{}", failure.error.message);
        assert_eq!(failure.partial.text, text);
    }
    client.close().await;
}

/// A hook of Codex that blocks prompts with a word in them. Needs `hooks/list`.
const HOOK: &str = r#"hooks.UserPromptSubmit = [{ hooks = [{ type = "command", command = "if grep -q forbidden; then echo 'not that word' >&2; exit 2; fi" }] }]"#;

#[tokio::test]
async fn a_prompt_that_a_hook_blocked_is_not_completed() {
    if matches!(codex::version().as_str(), "0.104.0" | "0.125.0") {
        return left_out("this server has no hooks/list");
    }
    let test = Test::rounds_with_config(vec![vec![Step::text("said")]], HOOK);
    let client = Client::start(config(&test)).await.unwrap();
    let trusted = {
        let listed: Value = client
            .runtime()
            .call("hooks/list", &json!({ "cwds": [test.work()] }))
            .await
            .unwrap();
        let hook = &listed["data"][0]["hooks"][0];
        let key = hook["key"].as_str().unwrap_or_else(|| panic!("{listed:#}"));
        json!({ key: { "trusted_hash": hook["currentHash"] } })
    };
    let session = client
        .start_session(SessionConfig::new(test.work()).codex_config("hooks.state", trusted))
        .await
        .unwrap();
    let error = session.ask("say the forbidden word").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Blocked, "{error}");
    assert!(error.to_string().contains("not that word"), "{error}");
    assert!(test.requests().is_empty(), "nothing was spent");
    assert_eq!(session.ask("say another").await.unwrap().text, "said");
    client.close().await;
}
