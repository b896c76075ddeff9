//! What a saved job does not keep, and what other users of the machine do not see of its runs.

use std::path::Path;

use rusqlite::Connection;
use serde_json::{Value, json};
use turnwise::demo::Step;
use turnwise::ledger::SqliteLedger;

use super::{add_due, gated, job, kept, prompts, state, tick};
use crate::support::{Test, until};

/// Each way in which a secret came into a job once, and some in which it could.
const SECRETS: [&str; 18] = [
    "model_providers.x.experimental_bearer_token=s3cret",
    "model_providers.x.http_headers.Authorization=\"Bearer s3cret\"",
    "model_providers.x.http_headers={ Authorization = \"Bearer s3cret\" }",
    "model_providers.x.env_http_headers={ \"X-Key\" = \"s3cret\" }",
    "model_providers.x.query_params={ key = \"s3cret\" }",
    "model_providers.x.base_url=\"https://user:s3cret@host/v1\"",
    "model_providers.x={ name = \"x\", auth = { token = \"s3cret\" } }",
    "model_providers={ x = { experimental_bearer_token = \"s3cret\" } }",
    "mcp_servers.x.env={ TOKEN = \"s3cret\" }",
    "mcp_servers.x.env.TOKEN=s3cret",
    "mcp_servers.x.args=[\"--token\", \"s3cret\"]",
    "mcp_servers.x.url=\"https://host/mcp?key=s3cret\"",
    "shell_environment_policy.set={ TOKEN = \"s3cret\" }",
    "otel.exporter={ otlp-http = { headers = { key = \"s3cret\" } } }",
    "notify=[\"curl\", \"-H\", \"s3cret\"]",
    "developer_instructions=the password is s3cret",
    "model_verbosity={ token = \"s3cret\" }",
    "features.x=\"s3cret\"",
];

/// Whether any file below a directory holds a text.
fn holds(directory: &Path, text: &str) -> bool {
    std::fs::read_dir(directory).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        let is_file = path.symlink_metadata().unwrap().is_file();
        (path.is_dir() && holds(&path, text))
            || (is_file && String::from_utf8_lossy(&std::fs::read(&path).unwrap()).contains(text))
    })
}

#[test]
fn a_job_keeps_no_setting_that_may_be_a_secret_and_nothing_repeats_it() {
    let test = Test::answering("x");
    test.run(&[
        "automate",
        "add",
        "b",
        "--every",
        "1h",
        "-c",
        "features.goals=false",
        "x",
    ])
    .exits(0);
    for secret in SECRETS {
        let log = ["-vv", "--log-file", "log"];
        let add = ["automate", "add", "a", "--every", "1h", "-c", secret, "x"];
        let edit = ["automate", "edit", "b", "-c", secret];
        for command in [&add[..], &edit[..]] {
            let outcome = test.run(&[&log[..], command].concat());
            let said = &outcome.exits(2).stderr;
            assert!(
                said.contains("only settings that cannot be secrets"),
                "{secret}: {said}"
            );
            assert!(said.contains("env_key") && said.contains("config.toml"), "{said}");
            assert!(!said.contains("s3cret"), "{said}");
        }
    }
    let query = [
        "automate",
        "add",
        "a",
        "--every",
        "1h",
        "--connect",
        "wss://host/?token=s3cret",
        "x",
    ];
    let refused = test.run(&query);
    assert!(
        refused.exits(2).stderr.contains("--connect-token-file"),
        "{refused:?}"
    );
    assert!(!refused.stderr.contains("s3cret"), "{refused:?}");
    assert!(!holds(&state(&test), "s3cret"), "the state directory has it");
    assert!(!holds(&test.work(), "s3cret"), "the log has it");
    assert_eq!(job(&test, "b")["codex_config"], json!(["features.goals=false"]));
}

/// Makes the ledger one of the version before jobs were cleaned, whose job `a` has secrets.
fn age(test: &Test) {
    let connection = Connection::open(SqliteLedger::path_in(&state(test))).unwrap();
    let mut spec: Value = serde_json::from_str(&kept(test)).unwrap();
    let run = spec["run"].take();
    spec["prompt"] = run["prompt"].clone();
    spec["cwd"] = run["cwd"].clone();
    spec["options"] = json!({ "on-approval": ["fail"] });
    spec["surroundings"] = spec["environment"].take();
    spec["surroundings"]["codex_config"] = json!(["model_verbosity=low", SECRETS[0], SECRETS[8]]);
    let job = spec.as_object_mut().unwrap();
    job.retain(|name, _| name != "run" && name != "environment");
    connection
        .execute("UPDATE jobs SET spec = ?1 WHERE name = 'a'", [spec.to_string()])
        .unwrap();
    connection
        .execute_batch(
            "DROP TABLE runners; DROP TABLE stop_all; DROP INDEX jobs_with_notice; ALTER TABLE jobs DROP COLUMN notice;
             PRAGMA user_version = 2;",
        )
        .unwrap();
}

#[test]
fn a_job_that_lost_its_secrets_runs_again_only_when_its_owner_says_so() {
    let test = Test::rounds(vec![vec![Step::text("ran")]]);
    add_due(&test, "a", &["x"]);
    age(&test);
    let removed = "model_providers.x.…, mcp_servers.x.…";
    // Whichever command comes first says it, and none says it again.
    let first = tick(&test);
    let warning = format!("warning: a: possible secrets removed from this job's settings: {removed}");
    assert!(first.exits(0).stderr.starts_with(&warning), "{first:?}");
    assert_eq!(tick(&test).exits(0).stderr, "");
    assert!(
        !holds(&state(&test), "s3cret"),
        "the state directory still has it"
    );
    let record = job(&test, "a");
    assert_eq!(
        (
            &record["state"],
            &record["removed_settings"],
            &record["codex_config"]
        ),
        (
            &json!("stopped"),
            &json!(["model_providers.x.…", "mcp_servers.x.…"]),
            &json!(["model_verbosity=\"low\""])
        )
    );
    let list = test.run(&["automate", "list"]);
    assert!(
        list.exits(0).stdout.contains("see `turnwise automate show a`"),
        "{list:?}"
    );
    let show = test.run(&["automate", "show", "a"]);
    assert!(
        show.exits(0).stdout.contains(removed) && show.stdout.contains("--unset codex-config"),
        "{show:?}"
    );
    let doctor = test.run(&["doctor"]);
    assert!(
        doctor
            .stdout
            .contains("possible secrets removed from the settings of: a"),
        "{doctor:?}"
    );
    for command in [&["automate", "unpause", "a"][..], &["automate", "run", "a"]] {
        let refused = test.run(command);
        assert!(refused.exits(2).stderr.contains(removed), "{refused:?}");
    }
    // Nor does any other change let it run.
    test.run(&["automate", "edit", "a", "--here", "--every", "2h"])
        .exits(0);
    test.run(&["automate", "unpause", "a"]).exits(2);
    assert_eq!(test.requests().len(), 0);
    test.run(&["automate", "edit", "a", "--unset", "codex-config"])
        .exits(0);
    test.run(&["automate", "unpause", "a"]).exits(0);
    assert_eq!(test.run(&["automate", "run", "a"]).exits(0).stdout, "ran\n");
}

#[test]
fn the_list_of_processes_shows_the_name_of_a_job_and_no_more_of_its_run() {
    let (gate, responder) = gated();
    let test = Test::responding(responder, "").with_own_server("it looks at command lines");
    let add = [
        "automate",
        "add",
        "a",
        "--every",
        "1h",
        "-c",
        "model_verbosity=low",
        "--name",
        "inner-name",
        "the inner prompt",
    ];
    test.run(&add).exits(0);
    let running = test.spawn(&["automate", "run", "a"]);
    test.wait_for_request();
    let processes = test.processes();
    let is_attempt = |line: &String| line.trim_end().ends_with(" automate attempt a");
    assert!(processes.iter().any(is_attempt), "{processes:#?}");
    for line in &processes {
        for inner in ["inner", "verbosity", "format", "--cd"] {
            assert!(!line.contains(inner), "{line}");
        }
    }
    gate.open();
    running.wait().exits(0);
    assert_eq!(prompts(&test), ["the inner prompt"]);
}

#[test]
fn a_hook_is_in_no_command_line_and_in_nothing_that_is_said_of_it() {
    let test = Test::fault("exit-at-start");
    let hook = "key=s3cret; cat > \"document-$TURNWISE_JOB\"; cat gate; printenv | grep -c TURNWISE_HOOK > seen; exit 3";
    let gate = test.work().join("gate");
    rustix::fs::mkfifoat(rustix::fs::CWD, &gate, rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
    test.run(&["automate", "add", "a", "--every", "1h", "--on-failure", hook, "x"])
        .exits(0);
    let running = test.spawn(&["automate", "run", "a"]);
    let document = test.work().join("document-a");
    until(|| {
        std::fs::read(&document)
            .is_ok_and(|read| read.ends_with(b"\n"))
            .then_some(())
    });
    let processes = test.processes();
    assert!(
        processes.iter().any(|line| line.contains("TURNWISE_HOOK")),
        "{processes:#?}"
    );
    assert!(
        processes.iter().all(|line| !line.contains("s3cret")),
        "{processes:#?}"
    );
    std::fs::write(&gate, "").unwrap();
    let ended = running.wait();
    assert!(
        ended.stderr.contains("a: --on-failure ended with exit status: 3"),
        "{ended:?}"
    );
    assert!(!ended.stderr.contains("s3cret"), "{ended:?}");
    assert_eq!(std::fs::read_to_string(test.work().join("seen")).unwrap(), "0\n");
    let document: Value = serde_json::from_slice(&std::fs::read(&document).unwrap()).unwrap();
    assert_eq!(document["job"]["name"], "a");
}
