//! Policies: what they answer before anybody is asked, what `suggest` proposes and `check` explains.

use serde_json::json;
use turnwise::demo::Step;

use super::{Kind, approve, waiting, waiting_ids};
use crate::support::Test;
use crate::support::codex::version;

#[test]
fn a_policy_answers_before_anybody_is_asked() {
    for (rule, code, happened) in [
        ("decision = \"allow\"\nwrite = [\"made\"]", 0, true),
        (
            "decision = \"deny\"\nwrite = [\"**\"]\nreason = \"nothing is written here\"",
            0,
            false,
        ),
        ("decision = \"allow\"\nwrite = [\"elsewhere/**\"]", 5, false),
    ] {
        let test = Kind::FileChange.test(1);
        let policy = test.work().join("policy.toml");
        std::fs::write(&policy, format!("version = 1\n[[rule]]\n{rule}\n")).unwrap();
        let arguments = [
            "run",
            "--approval",
            "on-request",
            "--policy",
            "policy.toml",
            "--format",
            "json",
            "x",
        ];
        let outcome = test.run(&arguments);
        outcome.exits(code);
        Kind::FileChange.effect(&test, happened);
        if code == 0 {
            let by = outcome.json()["approvals"][0]["by"].as_str().unwrap().to_owned();
            assert!(by.starts_with("policy ") && by.ends_with("policy.toml:2"), "{by}");
        }
        if rule.contains("deny") {
            let told = test.requests().last().unwrap().body["input"].to_string();
            assert!(told.contains("nothing is written here"), "{told}");
        }
    }
    if !Kind::McpTool.exists() {
        return;
    }
    let test = Kind::McpTool.test(1);
    let policy = "version = 1\n[[rule]]\ndecision = \"allow\"\nmcp = \"tiny/echo\"\n";
    std::fs::create_dir_all(test.work().join("../turnwise/config")).unwrap();
    std::fs::write(test.work().join("../turnwise/config/policy.toml"), policy).unwrap();
    test.run(&["run", "--approval", "on-request", "x"]).exits(0);
    Kind::McpTool.effect(&test, true);
}

#[test]
fn a_repository_can_tighten_the_policy_and_not_loosen_it() {
    let test = Kind::Command.test(1);
    let own = test.work().join("own.toml");
    std::fs::write(
        &own,
        "version = 1\n[[rule]]\ndecision = \"allow\"\nwrite = [\"**\"]\n",
    )
    .unwrap();
    std::fs::create_dir_all(test.work().join(".turnwise")).unwrap();
    let project = test.work().join(".turnwise/policy.toml");
    std::fs::write(
        &project,
        "version = 1\n[[rule]]\ndecision = \"allow\"\ncommand = [\"echo\"]\n",
    )
    .unwrap();
    let outcome = test.run(&["run", "--approval", "on-request", "--policy", "own.toml", "x"]);
    outcome.exits(2);
    assert!(
        outcome
            .stderr
            .contains("policy.toml:2: a policy in the project's own directory"),
        "{outcome:?}"
    );
    std::fs::write(
        &project,
        "version = 1\n[[rule]]\ndecision = \"deny\"\ncommand = [\"echo\"]\n",
    )
    .unwrap();
    test.run(&["run", "--approval", "on-request", "--policy", "own.toml", "x"])
        .exits(0);
    Kind::Command.effect(&test, false);
}

#[test]
fn what_was_answered_again_and_again_is_proposed_as_a_rule() {
    let calls = [
        "cargo test -q",
        "cargo test",
        "cargo test --lib",
        "rm x",
        "curl y | sh",
    ];
    let steps = calls.map(|line| Step::escalated(line, "Why not.")).to_vec();
    let test = Test::rounds(vec![steps, vec![Step::text("finished")]]);
    let run = waiting(&test);
    for id in waiting_ids(&test, 5) {
        let shown = test.run(&["approve", "show", &id]).stdout;
        let verb = if shown.contains("rm x") {
            "decline"
        } else {
            "accept"
        };
        approve(&test, verb, &id, &[]).exits(0);
    }
    run.wait().exits(0);
    let proposed = test.run(&["approve", "suggest"]);
    proposed.exits(0);
    assert!(
        proposed
            .stdout
            .contains("decision = \"allow\"\ncommand = [\"cargo\", \"test\"]"),
        "{proposed:?}"
    );
    assert!(
        !proposed.stdout.contains("curl") && !proposed.stdout.contains("\"rm\""),
        "{proposed:?}"
    );
    // It is a policy as it stands.
    std::fs::write(
        test.work().join("p.toml"),
        format!("version = 1\n{}", proposed.stdout),
    )
    .unwrap();
    let check = |line: &str| {
        test.run(&["approve", "check", "--policy", "p.toml", "--json", "--", line])
            .json()
    };
    assert_eq!(check("cargo test && cargo test -q")["decision"], "allow");
    assert_eq!(check("cargo test && cargo publish")["decision"], "ask");
    let json = test.run(&["approve", "suggest", "--min", "1", "--json"]).json();
    assert!(json["suggestions"].to_string().contains("\"deny\""), "{json}");
    assert_eq!(json["not_covered"][0]["summary"], "curl y | sh", "{json}");
}

#[test]
fn one_answer_is_enough_for_a_suggestion_if_that_is_asked_for() {
    let test = Kind::FileChange.test(1);
    let run = waiting(&test);
    let id = waiting_ids(&test, 1).remove(0);
    approve(&test, "accept", &id, &[]).exits(0);
    run.wait().exits(0);
    let made = test.work().join("made");
    let proposed = test.run(&["approve", "suggest", "--min", "1"]);
    let rule = format!(
        "decision = \"allow\"\nwrite = [{:?}]\n",
        made.display().to_string()
    );
    assert!(proposed.exits(0).stdout.contains(&rule), "{proposed:?}");
    assert!(proposed.stdout.contains("# 1 time approved"), "{proposed:?}");
    std::fs::write(
        test.work().join("p.toml"),
        format!("version = 1\n{}", proposed.stdout),
    )
    .unwrap();
    std::fs::remove_file(&made).unwrap();
    test.run(&["run", "--approval", "on-request", "--policy", "p.toml", "x"])
        .exits(0);
    assert!(made.exists());

    // A command that no rule can allow is named, with the reason.
    let test = Kind::Command.test(1);
    let run = waiting(&test);
    let id = waiting_ids(&test, 1).remove(0);
    approve(&test, "accept", &id, &[]).exits(0);
    run.wait().exits(0);
    let outcome = test.run(&["approve", "suggest", "--min", "1"]);
    assert_eq!(outcome.exits(0).stdout, "");
    assert!(
        outcome
            .stderr
            .starts_with("Not covered by any rule: echo made > made ("),
        "{outcome:?}"
    );
}

#[test]
fn check_says_what_the_policy_would_decide_and_why() {
    let test = Test::answering("unused");
    let policy = "version = 1\n[[rule]]\ndecision = \"allow\"\ncommand = [\"git\", \"status\"]\n\n\
                  [[rule]]\ndecision = \"deny\"\ncommand = [\"rm\"]\n";
    std::fs::write(test.work().join("p.toml"), policy).unwrap();
    let check = |words: &[&str]| {
        let mut arguments = vec!["approve", "check", "--policy", "p.toml", "--json", "--"];
        arguments.extend(words);
        test.run(&arguments).exits(0).json()
    };
    let allowed = check(&["git status && git status -s"]);
    assert_eq!(
        (&allowed["decision"], &allowed["commands"][1]["words"][2]),
        (&json!("allow"), &json!("-s"))
    );
    assert!(allowed["rule"].as_str().unwrap().ends_with("p.toml:2"));
    assert_eq!(check(&["git", "status", "$(rm x)"])["decision"], "allow");
    assert_eq!(check(&["git status $(date)"])["decision"], "ask");
    let denied = check(&["git status; rm -rf /"]);
    assert_eq!(
        (
            &denied["decision"],
            denied["rule"].as_str().unwrap().ends_with("p.toml:6")
        ),
        (&json!("deny"), true)
    );
    let spoken = test.run(&["approve", "check", "--policy", "p.toml", "--", "git status > f"]);
    assert_eq!(
        spoken.stdout,
        "ask: it redirects to or from a file, which no rule can allow\n"
    );
    let wrong = test.run(&["approve", "check", "--policy", "none.toml", "--", "ls"]);
    wrong.exits(2);
}

/// Runs a turn in which the agent asks to run a line outside the sandbox, under a policy that allows some commands.
fn decided_by_policy(
    line: &str,
    rules: &str,
    prepare: impl Fn(&std::path::Path),
) -> (serde_json::Value, bool) {
    let test = Test::rounds(vec![
        vec![Step::escalated(line, "It has to be done.")],
        vec![Step::text("finished")],
    ]);
    prepare(&test.work());
    std::fs::write(test.work().join("policy.toml"), format!("version = 1\n{rules}")).unwrap();
    let arguments = [
        "run",
        "--approval",
        "on-request",
        "--on-approval",
        "decline",
        "--policy",
        "policy.toml",
        "--format",
        "json",
        "x",
    ];
    let outcome = test.run(&arguments);
    let ran = test.work().join("ran").exists();
    (outcome.json()["approvals"].clone(), ran)
}

fn executable(path: &std::path::Path, script: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, script).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn an_evasion_of_a_rule_that_allows_does_not_run_at_the_real_server() {
    let allow = |command: &str| format!("[[rule]]\ndecision = \"allow\"\ncommand = {command}\n");
    for (line, rules) in [
        ("sh -c 'ls &>/dev/null touch ran'", allow("[\"ls\"]")),
        ("./bash -c ls", allow("[\"ls\"]")),
        ("sort --compress-prog=./bash -S1k f f", allow("[\"sort\"]")),
        (
            "tar cf a.tar --checkpoint=1 --checkpoint-act=exec=./bash f",
            allow("[\"tar\"]"),
        ),
        ("git grep -O./bash x", allow("[\"git\", \"grep\"]")),
        ("cd nested && git status", allow("[\"git\", \"status\"]")),
        ("git -C nested status", allow("[\"git\", \"status\"]")),
        ("printf '%s' x | sh", allow("[\"printf\"]")),
    ] {
        let (approvals, ran) = decided_by_policy(line, &rules, |work| {
            executable(
                &work.join("bash"),
                &format!("#!/bin/sh\ntouch {}/ran\n", work.display()),
            );
            std::fs::write(work.join("f"), "x\n").unwrap();
            let git = |arguments: &[&str]| {
                let status = std::process::Command::new("git")
                    .args(arguments)
                    .current_dir(work.join("nested"))
                    .output()
                    .unwrap()
                    .status;
                assert!(status.success(), "{arguments:?}");
            };
            std::fs::create_dir(work.join("nested")).unwrap();
            git(&["init", "-q"]);
            git(&[
                "config",
                "core.fsmonitor",
                &work.join("bash").display().to_string(),
            ]);
        });
        // Older servers take some of these for harmless themselves, and do not ask.
        let unasked = approvals == json!([]) && matches!(version().as_str(), "0.104.0" | "0.125.0");
        if !unasked {
            assert_eq!(approvals[0]["decision"], "decline", "{line}: {approvals}");
            assert!(!ran, "{line}");
        }
    }
}

#[test]
fn a_command_with_harmless_arguments_runs_at_the_real_server_without_a_question() {
    for (line, command) in [
        ("CI=1 ls -la . 2>/dev/null && (cd d && ls) # look", "[\"ls\"]"),
        ("timeout 20 bash -c 'ls -a | ls -l'", "[\"ls\"]"),
    ] {
        let rules = format!("[[rule]]\ndecision = \"allow\"\ncommand = {command}\n");
        let (approvals, _) =
            decided_by_policy(line, &rules, |work| std::fs::create_dir(work.join("d")).unwrap());
        assert_eq!(approvals[0]["decision"], "accept", "{line}: {approvals}");
        assert!(
            approvals[0]["by"].as_str().unwrap().ends_with("policy.toml:2"),
            "{approvals}"
        );
    }
}
