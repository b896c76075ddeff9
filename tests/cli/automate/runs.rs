//! Due jobs that `tick` runs: what is asked, in which session, and the record that each due time leaves.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use turnwise::demo::Step;

use super::{add_due, job, make_due, prompts, rewind, runs, tick};
use crate::support::listening::Listening;
use crate::support::{Running, Test};

#[test]
fn a_job_is_added_run_when_due_and_leaves_a_record() {
    let mut test = Test::answering("All links work.");
    test.set("TZ", "Europe/Berlin");
    let add = [
        "automate",
        "add",
        "links",
        "--cron",
        "30 9 * * *",
        "--tz",
        "Asia/Kathmandu",
        "Check",
        "the links",
    ];
    let outcome = test.run(&add);
    assert!(
        outcome
            .exits(0)
            .stderr
            .starts_with("Saved links. Next runs:\nwarning: no scheduler is running, "),
        "{outcome:?}"
    );
    let lines = outcome.stdout.lines().collect::<Vec<_>>();
    assert_eq!(lines.len(), 4, "{outcome:?}");
    assert!(lines[0].contains("Asia/Kathmandu") && lines[0].contains("Europe/Berlin (local)"));
    assert!(lines[1].contains("09:30 +0545"), "{outcome:?}");
    // Nothing is due, so nothing happens and nothing is said.
    let outcome = tick(&test);
    assert_eq!(
        (outcome.exits(0).stdout.as_str(), outcome.stderr.as_str()),
        ("", "")
    );
    assert_eq!(runs(&test, "links"), Vec::<Value>::new());
    rewind(&test, "links", SignedDuration::from_hours(24));
    let outcome = tick(&test);
    assert_eq!(
        (outcome.exits(0).stdout.as_str(), outcome.stderr.as_str()),
        ("", "")
    );
    assert_eq!(prompts(&test), ["Check the links"]);
    let all = runs(&test, "links");
    let [run] = &all[..] else { panic!("{all:#?}") };
    assert_eq!(
        (&run["state"], &run["exit_code"], &run["attempt"]),
        (&json!("ran"), &json!(0), &json!(1))
    );
    assert!(run["due_at"].as_str().unwrap().ends_with("T03:45:00Z"), "{run}");
    assert!(
        run["session_id"].is_string() && run["duration_ms"].as_i64().unwrap() > 0,
        "{run}"
    );
    let log = Path::new(run["log"].as_str().unwrap());
    let mode = std::fs::metadata(log).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(std::fs::read_to_string(log).unwrap().contains("All links work."));
    let job = job(&test, "links");
    assert_eq!(
        (&job["state"], &job["last_run"], &job["runs"], &job["zone"]),
        (
            &json!("active"),
            &json!("ran"),
            &json!(1),
            &json!("Asia/Kathmandu")
        )
    );
    tick(&test).exits(0);
    assert_eq!(runs(&test, "links").len(), 1, "a due time is run once");
    let shown = test.run(&["automate", "show", "links"]);
    assert!(shown.exits(0).stdout.contains("Check the links"), "{shown:?}");
    let bar = test.run(&["automate", "history", "links"]);
    assert!(bar.exits(0).stdout.starts_with("■  1 ran\n"), "{bar:?}");
    test.nothing_is_left();
}

#[test]
fn the_line_for_cron_works_in_an_empty_environment() {
    let test = Test::answering("from cron");
    std::fs::create_dir(test.work().join("sub dir")).unwrap();
    std::fs::write(test.work().join("sub dir/prompt.md"), "Read me at the time").unwrap();
    add_due(&test, "job", &["--cd", "sub dir", "-f", "sub dir/prompt.md"]);
    let line = test
        .run(&["automate", "install", "--cron", "--print"])
        .exits(0)
        .stdout
        .clone();
    let (minutes, command) = line.trim_end().split_at(10);
    assert_eq!(minutes, "* * * * * ");
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-c", &command.replace("\\%", "%")])
        .env_clear()
        .current_dir("/");
    shell.stdin(Stdio::null());
    let outcome = Running::start(shell).wait();
    assert_eq!(
        (outcome.exits(0).stdout.as_str(), outcome.stderr.as_str()),
        ("", "")
    );
    assert_eq!(prompts(&test), ["Read me at the time"]);
    assert_eq!(runs(&test, "job")[0]["state"], "ran");
    let unit = test
        .run(&["automate", "install", "--systemd", "--print"])
        .exits(0)
        .stdout
        .clone();
    assert!(
        unit.contains("\"automate\" \"daemon\"") && unit.contains("TURNWISE_HOME="),
        "{unit}"
    );
    let doctor = test.run(&["doctor", "--cron", "--json"]).exits(0).json();
    assert_eq!(doctor["ok"], true, "{doctor}");
    let jobs = doctor["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|check| check["name"] == "jobs");
    // The line was a scheduler.
    let message = jobs.unwrap()["message"].as_str().unwrap();
    assert!(
        message.starts_with("1 saved, 1 active; scheduler last seen: tick on "),
        "{message}"
    );
}

#[test]
fn a_job_that_reuses_its_session_goes_on_where_it_ended() {
    let test = Test::answering("noted");
    add_due(&test, "diary", &["--session", "reuse", "Write it down"]);
    tick(&test).exits(0);
    make_due(&test, "diary");
    tick(&test).exits(0);
    let runs = runs(&test, "diary");
    assert_eq!(runs.len(), 2);
    assert!(runs[0]["session_id"].is_string());
    assert_eq!(runs[0]["session_id"], runs[1]["session_id"]);
    assert_eq!(job(&test, "diary")["session_id"], runs[0]["session_id"]);
    let conversation = test.requests()[1].body["input"].to_string();
    assert_eq!(conversation.matches("Write it down").count(), 2, "{conversation}");
    test.run(&["automate", "edit", "diary", "--session", "fresh"])
        .exits(0);
    make_due(&test, "diary");
    tick(&test).exits(0);
    let conversation = test.requests()[2].body["input"].to_string();
    assert_eq!(conversation.matches("Write it down").count(), 1, "{conversation}");
}

#[test]
fn missed_due_times_are_run_once_or_skipped_and_all_are_recorded() {
    let test = Test::answering("x");
    for (name, missed) in [("once", "once"), ("skip", "skip")] {
        let add = [
            "automate",
            "add",
            name,
            "--cron",
            "0 * * * *",
            "--tz",
            "UTC",
            "--missed",
            missed,
            "x",
        ];
        test.run(&add).exits(0);
        rewind(&test, name, SignedDuration::from_hours(5));
    }
    tick(&test).exits(0);
    let states = |name: &str| {
        let runs = runs(&test, name);
        runs.iter()
            .map(|run| run["state"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(states("once"), ["ran", "missed", "missed", "missed", "missed"]);
    // The last one may just have been due, and then it is in time.
    let skipped = states("skip");
    assert!(
        skipped.len() == 5 && skipped[1..].iter().all(|state| state == "missed"),
        "{skipped:?}"
    );
}

#[test]
fn what_is_temporary_is_tried_again_and_a_usage_limit_waits_for_its_end() {
    let limit = json!({ "error": { "type": "usage_limit_reached", "message": "used up", "resets_at": Timestamp::now().as_second() + 7_200 } });
    for (error, least) in [
        (
            json!({ "error": { "code": "rate_limit_exceeded", "message": "slow down" } }),
            20,
        ),
        (limit, 3_600),
    ] {
        let test = Test::rounds(vec![vec![Step::Http(429, error)]]);
        add_due(&test, "again", &["--retries", "1", "x"]);
        tick(&test).exits(0);
        let run = runs(&test, "again").remove(0);
        assert_eq!(
            (&run["state"], &run["exit_code"]),
            (&json!("retry"), &json!(75)),
            "{run}"
        );
        let again = run["retry_at"].as_str().unwrap().parse::<Timestamp>().unwrap();
        assert!(
            again.duration_since(Timestamp::now()) > SignedDuration::from_secs(least),
            "{run}"
        );
        assert_eq!(job(&test, "again")["state"], "active");
    }
}

#[test]
fn a_job_goes_to_the_server_that_it_was_added_with_and_to_no_other() {
    let mut test = Test::answering("from there").with_own_server("it says itself what it connects to");
    let listening = Listening::websocket(&test, &[]);
    // A job that connects needs no codex here.
    test.set("TURNWISE_CODEX", "/nowhere/codex");
    add_due(&test, "there", &["--connect", &listening.url, "Hello"]);
    let kept = job(&test, "there");
    assert_eq!(
        (&kept["connect"], &kept["codex"]),
        (&json!(listening.url), &Value::Null)
    );
    // What the runner itself would connect to is not the job's.
    test.set("TURNWISE_CONNECT", "ws://127.0.0.1:1");
    tick(&test).exits(0);
    let all = runs(&test, "there");
    assert_eq!(
        (&all[0]["state"], prompts(&test)),
        (&json!("ran"), vec!["Hello".to_owned()])
    );
    // Back to a codex of its own.
    test.unset("TURNWISE_CODEX");
    test.run(&["automate", "edit", "there", "--connect", ""]).exits(0);
    let kept = job(&test, "there");
    assert!(kept["connect"].is_null() && kept["codex"].is_string(), "{kept}");
}
