//! Jobs as their owner saves them: added, changed, paused and removed, and what is wrong found before.

use jiff::SignedDuration;
use serde_json::json;
use turnwise::automation::jobs::{JobSpec, SavedTrigger};
use turnwise::ledger::JobLedger;

use super::{done, job, kept, ledger, rewind, runs, state, tick};
use crate::support::Test;

#[test]
fn a_job_can_be_changed_paused_and_removed() {
    let test = Test::answering("x");
    std::fs::write(test.work().join("schema.json"), "{\"type\": \"object\"}").unwrap();
    let add = [
        "automate",
        "add",
        "a",
        "--every",
        "1h",
        "--effort",
        "low",
        "--output-schema",
        "schema.json",
        "old",
    ];
    test.run(&add).exits(0);
    let schema = test.work().join("schema.json").canonicalize().unwrap();
    assert_eq!(
        job(&test, "a")["options"],
        json!({ "effort": ["low"], "on-approval": ["fail"], "output-schema": [schema] })
    );
    let changed = test.run(&[
        "automate",
        "edit",
        "a",
        "--effort=high",
        "--unset",
        "output-schema",
        "new",
        "words",
    ]);
    assert!(
        changed.exits(0).stderr.starts_with("Changed a. Next runs:"),
        "{changed:?}"
    );
    let record = job(&test, "a");
    assert_eq!(
        (&record["prompt"], &record["every_ms"]),
        (&json!("new words"), &json!(3_600_000))
    );
    assert_eq!(
        record["options"],
        json!({ "effort": ["high"], "on-approval": ["fail"] })
    );
    test.run(&[
        "automate",
        "edit",
        "a",
        "--cron",
        "@daily",
        "--tz",
        "UTC",
        "--max-runs",
        "3",
    ])
    .exits(0);
    let times = test.run(&["automate", "next", "a", "--json"]).exits(0).json();
    assert_eq!(
        (times["times"].as_array().unwrap().len(), &times["zone"]),
        (3, &json!("UTC"))
    );
    test.run(&["automate", "pause", "a"]).exits(0);
    rewind(&test, "a", SignedDuration::from_hours(72));
    tick(&test).exits(0);
    assert_eq!(job(&test, "a")["state"], "paused");
    test.run(&["automate", "unpause", "a"]).exits(0);
    let skipped = runs(&test, "a");
    assert_eq!(skipped.len(), 3, "{skipped:#?}");
    for run in &skipped {
        assert_eq!(
            (&run["state"], &run["reason"]),
            (&json!("skipped"), &json!("the job was paused"))
        );
    }
    tick(&test).exits(0);
    assert_eq!(test.requests().len(), 0);
    test.run(&["automate", "remove", "a"]).exits(0);
    assert_eq!(
        test.run(&["automate", "list", "--json"]).json()["jobs"],
        json!([])
    );
    let gone = test.run(&["automate", "show", "a"]);
    assert!(gone.exits(2).stderr.contains("job a not found"), "{gone:?}");
}

#[test]
fn what_is_wrong_with_a_job_is_found_before_it_is_saved() {
    let test = Test::answering("x").with_own_server("a codex is named");
    std::fs::write(test.work().join("bad.json"), "{").unwrap();
    for (arguments, expected) in [
        (&["--every", "1h"][..], "no prompt"),
        (&["x"], "give --cron, --every or --at"),
        (&["--every", "10ms", "x"], "at least 1s"),
        (&["--cron", "*/90 * * * *", "--tz", "UTC", "x"], "--every 90m"),
        (&["--every", "1h", "--jitter", "1h", "x"], "shorter than --every"),
        (&["--at", "2020-01-01", "x"], "the schedule has no run after"),
        (&["--every", "1h", "--output-schema", "bad.json", "x"], "bad.json"),
        (&["--every", "1h", "--policy", "none.toml", "x"], "none.toml"),
        (&["--every", "1h", "-f", "none.md"], "none.md"),
        (&["--every", "1h", "--cd", "none", "x"], "none"),
        (
            &["--every", "1h", "--sandbox", "danger-full-access", "x"],
            "--privileged",
        ),
        (&["--every", "1h", "--on-approval", "ask", "x"], "no terminal"),
        (
            &["--every", "1h", "--session", "reuse", "--ephemeral", "x"],
            "--ephemeral",
        ),
        (
            &["--every", "1h", "-c", "model_providers.x.bearer_token=abc", "x"],
            "only settings that cannot be secrets",
        ),
        (&["--every", "1h", "--codex", "/nowhere", "x"], "/nowhere"),
        (&["--every", "1h", "-O", "none/answer.md", "x"], "add --mkdir"),
    ] {
        let outcome = test.run(&[&["automate", "add", "a"], arguments].concat());
        assert!(matches!(outcome.code, Some(2 | 3)), "{arguments:?}: {outcome:?}");
        assert!(outcome.stderr.contains(expected), "{arguments:?}: {outcome:?}");
    }
    for name in ["../a", "-a", "a b", ""] {
        test.run(&["automate", "add", "--every", "1h", "--", name, "x"])
            .exits(2);
    }
    assert_eq!(
        test.run(&["automate", "list", "--json"]).json()["jobs"],
        json!([])
    );
    test.run(&["automate", "add", "a", "--every", "1h", "x"]).exits(0);
    let twice = test.run(&["automate", "add", "a", "--every", "1h", "x"]);
    assert!(twice.exits(2).stderr.contains("automate edit a"), "{twice:?}");
}

#[test]
fn the_configuration_has_its_say_when_a_job_is_added_and_changes_none_later() {
    let test = Test::answering("x");
    let config = state(&test).with_file_name("config");
    std::fs::create_dir_all(&config).unwrap();
    let configure = |text: &str| std::fs::write(config.join("config.toml"), text).unwrap();
    configure(
        "codex-config = [\"x.api_key=abc\"]\nretries = 3\non-approval = \"decline\"\neffort = \"low\"\n",
    );
    test.run(&["automate", "add", "a", "--every", "1h", "x"]).exits(0);
    // What is about the run is read at each run, and Codex's own settings there are nobody else's business.
    let record = job(&test, "a");
    assert_eq!((&record["retries"], &record["options"]), (&json!(3), &json!({})));
    assert!(!kept(&test).contains("abc"));
    configure("retries = 5\n");
    test.run(&["automate", "edit", "a", "-c", "model_verbosity=low"])
        .exits(0);
    assert!(kept(&test).contains("model_verbosity"));
    test.run(&["automate", "edit", "a", "--missed", "skip"]).exits(0);
    let record = job(&test, "a");
    assert_eq!(
        (&record["retries"], &record["missed"]),
        (&json!(3), &json!("skip"))
    );
    // The configuration can be wrong by then, and that is a failure like any other.
    configure("no-such-key = 1\n");
    let command = test.run(&["automate", "tick"]);
    assert!(command.exits(2).stderr.contains("no-such-key"), "{command:?}");
}

#[test]
fn an_interval_that_is_changed_begins_with_the_change_and_is_not_due_at_once() {
    let test = Test::answering("x");
    test.run(&["automate", "add", "a", "--every", "1h", "x"]).exits(0);
    for hours in 2..12 {
        test.run(&["automate", "edit", "a", "--every", &format!("{hours}h")])
            .exits(0);
        let job = done(ledger(&test).job("a")).unwrap();
        let spec = JobSpec::from_json(&job.spec).unwrap();
        let SavedTrigger::Every { created, .. } = spec.schedule.trigger else {
            unreachable!()
        };
        assert!(job.handled_at >= created.as_millisecond(), "{job:?}");
    }
}
