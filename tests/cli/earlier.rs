//! What an earlier version left behind is read by this one: a ledger of its, with jobs of all kinds, their history, and
//! requests in all states. `tests/fixtures/ledger-3` holds it as SQL, and what that version printed of it.

use std::path::PathBuf;

use serde_json::{Value, json};
use turnwise::demo::Step;

use crate::support::{Test, codex};

/// A file of the fixture.
fn fixture(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/ledger-3")
        .join(name);
    std::fs::read_to_string(path).unwrap()
}

fn printed(name: &str) -> Value {
    serde_json::from_str(&fixture(name)).unwrap()
}

/// Puts the ledger where turnwise looks for it.
fn restore(test: &Test, sql: &str) {
    let directory = test.root().join("turnwise/state/ledger");
    turnwise::ledger::make_private(&directory).unwrap();
    let file = directory.join("ledger.sqlite");
    rusqlite::Connection::open(&file)
        .unwrap()
        .execute_batch(sql)
        .unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

/// A test whose home holds the ledger as it was written.
fn with_ledger() -> Test {
    let mut test = Test::answering("unused").with_own_server("no server is asked");
    test.set("USER", "sam");
    restore(&test, &fixture("ledger.sql"));
    test
}

/// Checks that everything expected is there. What a newer version says in addition is nobody's loss.
#[track_caller]
fn assert_holds(found: &Value, expected: &Value, place: &str) {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            for (name, expected) in expected {
                let found = found.get(name).unwrap_or(&Value::Null);
                assert_holds(found, expected, &format!("{place}.{name}"));
            }
        }
        (Value::Array(found), Value::Array(expected)) => {
            assert_eq!(found.len(), expected.len(), "{place}");
            for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
                assert_holds(found, expected, &format!("{place}[{index}]"));
            }
        }
        _ => assert_eq!(found, expected, "{place}"),
    }
}

#[test]
fn jobs_of_an_earlier_version_are_listed_as_that_version_listed_them() {
    let test = with_ledger();
    let expected = printed("jobs.json");
    let listed = test.run(&["automate", "list", "--json"]).exits(0).json();
    assert_holds(&listed, &expected, "");
    for job in expected["jobs"].as_array().unwrap() {
        let name = job["name"].as_str().unwrap();
        let shown = test.run(&["automate", "show", name, "--json"]).exits(0).json();
        assert_holds(&shown["jobs"], &json!([job]), name);
        // For a person, too.
        let prompt = job["prompt"].as_str().or(job["prompt_file"].as_str()).unwrap();
        let shown = test.run(&["automate", "show", name]);
        assert!(shown.exits(0).stdout.contains(prompt), "{shown:?}");
    }
    assert_eq!(
        test.run(&["automate", "list"]).exits(0).stdout.lines().count(),
        12
    );
}

#[test]
fn the_history_of_an_earlier_version_is_kept_whole() {
    let test = with_ledger();
    let history = test
        .run(&["automate", "history", "--json", "-n", "0"])
        .exits(0)
        .json();
    assert_holds(&history, &printed("runs.json"), "");
}

#[test]
fn requests_and_answers_of_an_earlier_version_are_shown_as_that_version_showed_them() {
    let test = with_ledger();
    let mut expected = printed("approvals.json");
    let all = test.run(&["approve", "list", "--all", "--json"]).exits(0).json();
    assert_holds(&all, &expected, "");
    for shown in printed("shown.json").as_array().unwrap() {
        let id = shown["id"].as_str().unwrap();
        let found = test.run(&["approve", "show", id, "--json"]).exits(0).json();
        assert_holds(&found, shown, id);
        test.run(&["approve", "show", id]).exits(0);
    }
    // One waits, for a run on a machine of which nothing is known here; the log has the others.
    let waiting = test.run(&["approve", "list", "--json"]).exits(0).json();
    let listed = expected["approvals"].as_array_mut().unwrap();
    let open = listed.iter().position(|approval| approval["state"] == "open");
    let open = listed.remove(open.unwrap());
    assert_holds(&waiting["approvals"], &json!([open]), "waiting");
    let log = test.run(&["approve", "log", "--json"]).exits(0).json();
    assert_holds(&log, &expected, "log");
}

#[test]
fn a_request_of_an_earlier_version_that_waits_can_still_be_answered_once() {
    let test = with_ledger();
    test.run(&["approve", "accept", "7htk"]).exits(0);
    let log = test.run(&["approve", "log", "--json"]).exits(0).json();
    let answer = &log["approvals"][0];
    assert_eq!(
        (&answer["id"], &answer["state"], &answer["answer"]["decision"]),
        (&json!("7htk"), &json!("answered"), &json!("accept"))
    );
    assert_eq!(answer["answer"]["by"], "sam");
    test.run(&["approve", "decline", "7htk"]).exits(5);
}

/// The jobs where this test's directories are, and everything else as it was written.
fn moved(test: &Test) -> String {
    let text = |path: PathBuf| path.into_os_string().into_string().unwrap();
    // Due by now, whatever the clock says.
    let mut sql = fixture("ledger.sql")
        .replace("\"interval_ms\":7200000", "\"interval_ms\":60000")
        .replace(
            "COMMIT;",
            "UPDATE jobs SET wake_at = handled_at WHERE state = 'active';\nCOMMIT;",
        );
    for (from, to) in [
        ("/home/dev/codex/bin/codex", codex::binary()),
        ("/home/dev/.codex", test.codex_home().to_owned()),
        ("/home/dev/.turnwise", test.root().join("turnwise")),
        ("/home/dev/project/../project", test.work()),
        ("/home/dev/project/../notes", test.work().join("notes")),
        ("/home/dev/notes", test.work().join("notes")),
        ("/home/dev/project", test.work()),
        ("/home/dev", test.root().to_owned()),
    ] {
        sql = sql.replace(from, &text(to));
    }
    sql
}

#[test]
fn due_jobs_of_an_earlier_version_run_with_all_their_options() {
    let said =
        |request: &turnwise::demo::ModelRequest| vec![Step::text(format!("heard: {}", request.prompt()))];
    let test = Test::responding(std::sync::Arc::new(said), "").with_own_server("the jobs name a codex");
    restore(&test, &moved(&test));
    let file = |name: &str, text: &str| std::fs::write(test.work().join(name), text).unwrap();
    std::fs::create_dir(test.work().join("notes")).unwrap();
    file("prompt.md", "Read the notes");
    file("policy.toml", "version = 1\n");
    // One resumes a session that is not here, another is due by the hour of the day.
    test.run(&["automate", "pause", "links", "nightly"]).exits(0);
    test.run(&["automate", "tick"]).exits(0);
    let latest = |name: &str| {
        let history = test.run(&["automate", "history", name, "-n", "1", "--json"]);
        history.exits(0).json()["runs"][0].clone()
    };
    for name in ["asks", "refused"] {
        let run = latest(name);
        assert_eq!(
            (&run["state"], &run["attempt"]),
            (&json!("ran"), &json!(1)),
            "{run}"
        );
    }
    let again = latest("busy");
    assert_eq!(
        (&again["state"], &again["manual"]),
        (&json!("ran"), &json!(false)),
        "{again}"
    );
    let mut prompts = test
        .requests()
        .iter()
        .map(turnwise::demo::ModelRequest::prompt)
        .collect::<Vec<_>>();
    prompts.sort();
    assert_eq!(prompts, ["Run a command", "Run a command", "This is busy"]);
    // By hand, since they are paused.
    for (name, prompt) in [
        ("nightly", "Check the links"),
        ("resting", "Read the notes"),
        ("loose", "Clean up"),
    ] {
        let run = test.run(&["automate", "run", name]);
        assert!(
            run.exits(0).stdout.contains(&format!("heard: {prompt}")),
            "{name}: {run:?}"
        );
        assert_eq!(latest(name)["manual"], true);
    }
    let request = test.requests();
    let nightly = request
        .iter()
        .find(|request| request.prompt() == "Check the links")
        .unwrap();
    assert_eq!(
        (
            &nightly.body["reasoning"]["effort"],
            &nightly.body["text"]["verbosity"]
        ),
        (&json!("low"), &json!("low"))
    );
    let told = std::fs::read_to_string(test.work().join("went-well.json")).unwrap();
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["job"]["name"], "nightly", "{told}");
    let answer = std::fs::read_to_string(test.work().join("answer.txt")).unwrap();
    assert!(answer.contains("heard: Clean up"), "{answer}");
    test.nothing_is_left();
}

#[test]
fn a_job_of_an_earlier_version_keeps_what_an_edit_does_not_name() {
    let test = Test::answering("x").with_own_server("the jobs name a codex");
    restore(&test, &moved(&test));
    std::fs::create_dir(test.work().join("notes")).unwrap();
    std::fs::write(test.work().join("policy.toml"), "version = 1\n").unwrap();
    let show = || {
        test.run(&["automate", "show", "nightly", "--json"])
            .exits(0)
            .json()["jobs"][0]
            .clone()
    };
    let mut before = show();
    test.run(&[
        "automate", "edit", "nightly", "--effort", "high", "--missed", "once",
    ])
    .exits(0);
    before["options"]["effort"] = json!(["high"]);
    before["missed"] = json!("once");
    before["revision"] = json!(2);
    assert_eq!(show(), before);
    let cleaned = test.run(&["automate", "unpause", "cleaned"]);
    assert!(
        cleaned.code != Some(0) && cleaned.stderr.contains("mcp_servers.docs"),
        "{cleaned:?}"
    );
}
