//! The policy of a repository, which is somebody else's file: read only inside of it, and never shown.

use std::os::unix::fs::symlink;
use std::path::PathBuf;

use super::fifo;
use crate::support::{Outcome, Test};

const SECRET: &str = "SECRET_TOKEN_ab12";

/// A repository with an empty `.turnwise`, and where its policy is.
fn repository(test: &Test) -> PathBuf {
    std::fs::create_dir(test.work().join(".git")).unwrap();
    std::fs::create_dir(test.work().join(".turnwise")).unwrap();
    test.work().join(".turnwise/policy.toml")
}

#[track_caller]
fn refused(test: &Test) -> Outcome {
    let check = test.run(&["approve", "check", "--", "ls"]);
    check.exits(2);
    let outcome = test.run(&["run", "--timeout", "10s", "--format", "json", "x"]);
    outcome.exits(2);
    for text in [&outcome.stdout, &outcome.stderr, &check.stdout, &check.stderr] {
        assert!(!text.contains(SECRET), "{text}");
        assert!(!text.contains("TURNWISE_HOME="), "{text}");
    }
    assert!(outcome.stderr.contains(".turnwise/policy.toml:"), "{outcome:?}");
    assert!(test.requests().is_empty());
    outcome
}

#[test]
fn a_project_policy_that_leads_out_of_the_repository_is_refused_and_not_shown() {
    let mut test = Test::answering("x");
    test.set("MY_TOKEN", SECRET);
    let policy = repository(&test);
    std::fs::write(test.root().join("outside.toml"), format!("{SECRET} = {SECRET}\n")).unwrap();
    let outside = test.root().join("outside.toml");
    for target in [
        "/proc/self/environ",
        "/proc/thread-self/environ",
        outside.to_str().unwrap(),
        "../../outside.toml",
        "/dev/zero",
        "/dev/stdin",
        "/nowhere/at/all",
        "policy.toml",
    ] {
        symlink(target, &policy).unwrap();
        refused(&test);
        std::fs::remove_file(&policy).unwrap();
    }
}

#[test]
fn a_project_policy_below_a_linked_directory_is_refused() {
    let test = Test::answering("x");
    repository(&test);
    std::fs::create_dir(test.root().join("outside")).unwrap();
    std::fs::write(test.root().join("outside/policy.toml"), SECRET).unwrap();
    std::fs::remove_dir(test.work().join(".turnwise")).unwrap();
    for target in ["../outside", "inside"] {
        symlink(target, test.work().join(".turnwise")).unwrap();
        let outcome = refused(&test);
        assert!(outcome.stderr.contains(".turnwise is a link"), "{outcome:?}");
        std::fs::remove_file(test.work().join(".turnwise")).unwrap();
    }
}

#[test]
fn a_project_policy_of_another_kind_or_size_is_refused_at_once() {
    let test = Test::answering("x");
    let policy = repository(&test);
    fifo(&policy);
    assert!(refused(&test).stderr.contains("it is a FIFO, not a regular file"));
    std::fs::remove_file(&policy).unwrap();
    std::fs::create_dir(&policy).unwrap();
    assert!(refused(&test).stderr.contains("it is a directory"));
    std::fs::remove_dir(&policy).unwrap();
    std::fs::write(&policy, "#".repeat((256 << 10) + 1)).unwrap();
    assert!(refused(&test).stderr.contains("larger than 256 KiB"));
    std::fs::write(&policy, format!("{}version = 1\n", "#\n".repeat(100 << 10))).unwrap();
    test.run(&["run", "x"]).exits(0);
}

#[test]
fn a_project_policy_that_is_wrong_says_where_and_never_what() {
    let test = Test::answering("x");
    let policy = repository(&test);
    for (text, place) in [
        (format!("version = 1\n{SECRET}\n"), "line 2, column"),
        (format!("version = \"{SECRET}\"\n"), "line 1, column 11"),
        (format!("{SECRET} = 1\nversion = 1\n"), "line 1, column 1"),
        (
            format!("version = 1\n[[rule]]\ndecision = \"{SECRET}\"\n"),
            "line 3, column",
        ),
        (
            format!("version = 1\n[[rule]]\ndecision = \"deny\"\nmcp = \"{SECRET}\"\n"),
            "line 2",
        ),
        (
            format!(
                "version = 1\n[[rule]]\ndecision = \"deny\"\ncommand = [\"ls\"]\nmatch = [\"{SECRET}\"]\n"
            ),
            "line 2",
        ),
        (
            format!("version = 1\n[[rule]]\ndecision = \"deny\"\nwrite = [\"{SECRET}[\"]\n"),
            "line 2",
        ),
        (
            format!("version = 1\n[[rule]]\ndecision = \"allow\"\ncommand = [\"{SECRET}\"]\n"),
            "policy.toml:2: a policy in the project's own directory can only ask or deny",
        ),
    ] {
        std::fs::write(&policy, text).unwrap();
        let outcome = refused(&test);
        assert!(outcome.stderr.contains(place), "{place}: {outcome:?}");
    }
    std::fs::write(&policy, b"version = 1\n# \xff\n").unwrap();
    assert!(refused(&test).stderr.contains("invalid byte 14"));
}

#[test]
fn a_project_policy_inside_the_repository_counts_also_through_a_link() {
    let test = Test::answering("x");
    let policy = repository(&test);
    let deny = "version = 1\n[[rule]]\ndecision = \"deny\"\ncommand = [\"ls\"]\n";
    std::fs::create_dir(test.work().join("rules")).unwrap();
    std::fs::write(test.work().join("rules/strict.toml"), deny).unwrap();
    symlink("../rules/strict.toml", &policy).unwrap();
    let outcome = test.run(&["approve", "check", "--", "ls"]);
    outcome.exits(0);
    assert!(outcome.stdout.starts_with("deny"), "{outcome:?}");
}
