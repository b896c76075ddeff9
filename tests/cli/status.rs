//! `turnwise status`: what runs, what waits for an answer, what is due next, which schedulers were seen.

use serde_json::{Value, json};
use turnwise::demo::{Gate, Step};

use crate::support::{Test, wait_until};

fn status(test: &Test) -> Value {
    let status = test.run(&["status", "--json"]).exits(0).json();
    assert_eq!(status["schema"], "turnwise.status/1");
    status
}

#[test]
fn nothing_is_shown_as_nothing_and_no_ledger_is_made() {
    let test = Test::answering("unused").with_own_server("nothing is run");
    let outcome = test.run(&["status"]);
    assert_eq!(
        outcome.exits(0).stdout,
        "running    nothing\nwaiting    nothing\ndue next   no jobs\nscheduler  none seen\n"
    );
    assert_eq!(
        status(&test),
        json!({
            "schema": "turnwise.status/1", "sessions": [], "runs": [], "approvals": [],
            "stopped": false, "next_due": null, "runners": [],
        })
    );
    assert!(!test.root().join("turnwise/state/ledger/ledger.sqlite").exists());
}

#[test]
fn a_running_session_and_its_waiting_request_are_shown() {
    let test = Test::rounds(vec![vec![Step::command("touch made")], vec![Step::text("done")]]);
    let running = test.spawn(&[
        "run",
        "--approval",
        "untrusted",
        "--on-approval",
        "wait",
        "make it",
    ]);
    wait_until("a waiting request", || {
        !status(&test)["approvals"].as_array().unwrap().is_empty()
    });
    let now = status(&test);
    let id = now["approvals"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(now["sessions"].as_array().unwrap().len(), 1, "{now:#}");
    let text = test.run(&["status"]).exits(0).stdout.clone();
    let session = now["sessions"][0]["id"].as_str().unwrap();
    assert!(text.contains(&format!("session {session}")), "{text}");
    assert!(text.contains(&format!("approval {id}")), "{text}");
    assert!(text.contains("answer with `turnwise approve`"), "{text}");
    test.run(&["approve", "cancel", &id]).exits(0);
    running.wait().exits(5);
    assert_eq!(status(&test)["sessions"], json!([]));
}

#[test]
fn a_due_job_and_the_scheduler_are_shown() {
    let test = Test::answering("done");
    test.run(&["automate", "add", "links", "--every", "1h", "check"])
        .exits(0);
    let now = status(&test);
    assert_eq!(now["next_due"]["job"], "links", "{now:#}");
    assert_eq!(now["runners"], json!([]));
    let text = test.run(&["status"]).exits(0).stdout.clone();
    assert!(
        text.contains("job links") && text.contains("no scheduler is running"),
        "{text}"
    );
    test.run(&["automate", "tick"]);
    let now = status(&test);
    assert_eq!(
        (&now["runners"][0]["kind"], &now["runners"][0]["recent"]),
        (&json!("tick"), &json!(true))
    );
    test.run(&["automate", "stop-all"]).exits(0);
    assert_eq!(status(&test)["stopped"], true);
}

#[test]
fn a_watching_status_follows_what_happens() {
    let gate = Gate::default();
    let test = Test::rounds(vec![vec![Step::text("half"), Step::Gate(gate.clone())]]);
    let mut screen = test.at_terminal(80, 24, &["status", "--watch"]);
    screen.wait_for("nothing");
    let watching = test.spawn(&["status", "--watch", "--json"]);
    watching.wait_for_stdout("\"sessions\":[]");
    let running = test.spawn(&["run", "x"]);
    screen.wait_for("session ");
    watching.wait_for_stdout("\"sessions\":[{");
    gate.open();
    running.wait().exits(0);
    // A line for each change, and none without one.
    watching.wait_until_stdout("the end of the session", |lines| {
        lines
            .lines()
            .last()
            .is_some_and(|last| last.contains("\"sessions\":[]") && lines.lines().count() > 1)
    });
    screen.press("\u{3}");
    assert_ne!(screen.wait().1, Some(0));
}
