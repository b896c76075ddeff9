//! What the model's API says when it refuses a request, as people read it.

use serde_json::{Value, json};
use turnwise::demo::Step;

use crate::support::Test;

fn refused(status: u16, body: Value) -> Test {
    Test::rounds(vec![vec![Step::Http(status, body)]])
}

#[test]
fn a_schema_that_the_api_does_not_take_is_told_by_keyword_place_and_file() {
    let body = json!({ "error": {
        "message": "Invalid schema for response_format 'codex_output_schema': In context=('properties', 'x'), 'minLength' is not permitted.",
        "type": "invalid_request_error", "param": "text.format.schema", "code": "invalid_json_schema",
    } });
    let test = refused(400, body.clone());
    let schema = test.work().join("answer.schema.json");
    let text = r#"{"type":"object","properties":{"x":{"type":"string","minLength":2}},"required":["x"]}"#;
    std::fs::write(&schema, text).unwrap();
    let outcome = test.run(&["run", "--output-schema", "answer.schema.json", "hello"]);
    outcome.exits(1);
    for part in [
        "error: the model's API rejected the output schema: 'minLength' is not permitted, at /properties/x\n",
        "hint: remove `minLength` at /properties/x of the output schema, answer.schema.json\n",
    ] {
        assert!(outcome.stderr.contains(part), "{outcome:?}");
    }
    assert!(!outcome.stderr.contains('{'), "{outcome:?}");

    let arguments = [
        "run",
        "--output-schema",
        "answer.schema.json",
        "--format",
        "json",
        "hello",
    ];
    let error = test.run(&arguments).exits(1).json()["error"].clone();
    assert!(!error["message"].as_str().unwrap().contains('{'), "{error:#}");
    let details = serde_json::from_str::<Value>(error["details"].as_str().unwrap()).unwrap();
    assert_eq!(details, body, "as it came");
}

#[test]
fn the_message_of_a_refusal_is_shown_and_not_its_json() {
    let bodies = [
        json!({ "error": { "message": "This is refused.", "type": "t", "code": "c" } }),
        json!({ "error": "This is refused." }),
        json!({ "detail": "This is refused." }),
        json!({ "message": "This is refused." }),
        json!([{ "error": { "code": 400, "message": "This is refused.", "status": "INVALID" } }]),
    ];
    for body in bodies {
        for status in [400, 404, 422] {
            for format in ["text", "markdown", "jsonl"] {
                let test = refused(status, body.clone());
                let outcome = test.run(&["run", "--format", format, "hello"]);
                outcome.exits(1);
                let stderr = &outcome.stderr;
                assert!(
                    stderr.contains("This is refused.") && !stderr.contains(['{', '"']),
                    "{status} {body}: {stderr}"
                );
            }
        }
    }
}

#[test]
fn a_refusal_at_a_terminal_and_in_a_chat_is_readable_too() {
    let body = json!({ "error": { "message": "This is refused.", "type": "t" } });
    let test = refused(400, body);
    let terminal = test.at_terminal(100, 24, &["run", "hello"]);
    let (screen, code) = terminal.wait();
    assert_eq!(code, Some(1), "{screen}");
    assert!(
        screen.contains("This is refused.") && !screen.contains("{\""),
        "{screen}"
    );
    let mut terminal = test.at_terminal(100, 24, &["session", "chat"]);
    terminal.wait_for("› ");
    terminal.press("hello\r");
    terminal.wait_for("This is refused.");
    terminal.press("\u{4}");
    let (screen, _) = terminal.wait();
    assert!(!screen.contains("{\""), "{screen}");
}
