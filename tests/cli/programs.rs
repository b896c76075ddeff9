//! Programs that are started by name: found on the `PATH`, and never in the directory that is worked in.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use serde_json::json;

use crate::approvals::{ASKING, Kind};
use crate::automate::gated;
use crate::support::{Test, codex, until};

/// A program that leaves a note in the working directory when it is run.
fn trap(path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, "#!/bin/sh\ntouch trapped\nexit 1\n").unwrap();
    fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}

/// A test whose working directory has programs of these names, and whose `PATH` begins with what leads there.
fn trapped(names: &[&str]) -> Test {
    let mut test = Test::answering("the real one").with_own_server("it is about finding codex");
    for name in names {
        trap(&test.work().join(name));
        trap(&test.work().join("bin").join(name));
    }
    let path = std::env::var("PATH").unwrap();
    test.set("PATH", format!(":.:bin:./bin:{path}:"));
    test
}

fn is_trapped(test: &Test) -> bool {
    test.work().join("trapped").exists()
}

#[test]
fn a_codex_that_is_named_without_a_path_is_not_the_one_in_the_working_directory() {
    let mut test = trapped(&["codex"]);
    let missing = test.run(&["run", "--codex", "codex-of-nobody", "x"]);
    assert!(missing.exits(3).stderr.contains("PATH"), "{missing:?}");
    // Without one on the PATH there is none, wherever the name is written.
    let path = std::env::var("PATH").unwrap();
    let clean = std::env::split_paths(&path).filter(|entry| !entry.join("codex").exists());
    let clean = std::env::join_paths(clean).unwrap().into_string().unwrap();
    test.set("PATH", format!(":.:bin:{clean}:"));
    let config = test.root().join("turnwise/config/config.toml");
    fs::create_dir_all(config.parent().unwrap()).unwrap();
    let named_in = |test: &mut Test, place: &str| {
        test.set(
            "TURNWISE_CODEX",
            if place == "environment" { "codex" } else { "" },
        );
        if place != "environment" {
            test.unset("TURNWISE_CODEX");
        }
        fs::write(
            &config,
            if place == "file" {
                "codex = \"codex\"\n"
            } else {
                ""
            },
        )
        .unwrap();
    };
    let run = |test: &Test, place: &str| {
        let mut command = test.command(match place {
            "flag" => &["run", "--codex", "codex", "x"],
            _ => &["run", "x"],
        });
        if place != "environment" {
            command.env_remove("TURNWISE_CODEX");
        }
        command.stdin(std::process::Stdio::null());
        crate::support::Running::start(command).wait()
    };
    for place in ["environment", "flag", "file"] {
        named_in(&mut test, place);
        let outcome = run(&test, place);
        assert!(
            outcome.exits(3).stderr.contains("./codex"),
            "{place}: {outcome:?}"
        );
        assert!(!is_trapped(&test), "{place}");
    }
    // With one on the PATH it is that one.
    let bin = test.root().join("real");
    fs::create_dir(&bin).unwrap();
    symlink(codex::binary(), bin.join("codex")).unwrap();
    test.set("PATH", format!(":.:bin:{}:{clean}", bin.display()));
    for place in ["environment", "flag", "file"] {
        named_in(&mut test, place);
        assert_eq!(run(&test, place).exits(0).stdout, "the real one\n", "{place}");
        assert!(!is_trapped(&test), "{place}");
    }
    // A path is a path.
    let explicit = test.run(&["run", "--codex", "./codex", "x"]);
    assert_ne!(explicit.code, Some(0));
    assert!(is_trapped(&test));
}

#[test]
fn npm_and_node_are_not_those_in_the_working_directory() {
    let mut test = trapped(&["npm", "node"]);
    // A PATH on which there is no npm but the traps.
    test.set("PATH", ":.:bin:");
    let outcome = test.run(&["codex", "install"]);
    assert!(
        outcome.stderr.contains("npm not found on the PATH"),
        "{outcome:?}"
    );
    assert!(!is_trapped(&test));
    // What npm starts by name is looked for on the same path.
    let bin = test.root().join("real");
    fs::create_dir(&bin).unwrap();
    fs::write(bin.join("npm"), "#!/bin/sh\necho \"$PATH\" >&2\nexit 1\n").unwrap();
    fs::set_permissions(bin.join("npm"), PermissionsExt::from_mode(0o755)).unwrap();
    test.set("PATH", format!(":.:bin:{}:/bin:", bin.display()));
    let outcome = test.run(&["codex", "install"]);
    let path = format!("\n{}:/bin\n", bin.display());
    assert!(outcome.stderr.contains(&path), "{outcome:?}");
}

#[test]
fn hooks_find_no_programs_in_the_directory_of_the_job() {
    let test = trapped(&["tellme"]);
    let hook = "tellme; command -v tellme; echo \"$PATH\" > path; touch told";
    test.run(&["automate", "add", "a", "--every", "1h", "--on-success", hook, "x"])
        .exits(0);
    test.run(&["automate", "run", "a"]).exits(0);
    assert!(test.work().join("told").exists() && !is_trapped(&test));
    let path = fs::read_to_string(test.work().join("path")).unwrap();
    assert!(
        path.trim().split(':').all(|entry| entry.starts_with('/')),
        "{path}"
    );
}

#[test]
fn the_server_is_started_with_a_path_that_means_the_same_in_every_directory() {
    let (gate, responder) = gated();
    let mut test = Test::responding(responder, "").with_own_server("it looks at its environment");
    let path = std::env::var("PATH").unwrap();
    test.set("PATH", format!(":.:bin:{path}:"));
    let running = test.spawn(&["run", "x"]);
    let server = until(|| {
        let servers = test.servers();
        (!test.requests().is_empty()).then(|| servers[0])
    });
    let environment = fs::read(format!("/proc/{}/environ", server.as_raw_nonzero())).unwrap();
    let environment = String::from_utf8_lossy(&environment).into_owned();
    let path = environment
        .split('\0')
        .find_map(|variable| variable.strip_prefix("PATH="))
        .unwrap();
    assert!(path.split(':').all(|entry| entry.starts_with('/')), "{path}");
    gate.open();
    running.wait().exits(0);
}

#[test]
fn a_notifier_is_found_on_the_path_or_beside_the_configuration_and_not_in_the_working_directory() {
    for word in ["tellme", "./tellme"] {
        let mut test = Kind::Command.test(1);
        trap(&test.work().join("tellme"));
        let (config, bin) = (test.root().join("turnwise/config"), test.root().join("real"));
        let (place, note) = (
            if word == "tellme" { &bin } else { &config },
            test.root().join("told"),
        );
        for directory in [&config, &bin] {
            fs::create_dir_all(directory).unwrap();
        }
        let program = place.join("tellme");
        fs::write(&program, "#!/bin/sh\necho \"$1\" > \"$2\"\n").unwrap();
        fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
        let notify = json!([word, "./argument", note]);
        fs::write(config.join("config.toml"), format!("notify = {notify}\n")).unwrap();
        let path = std::env::var("PATH").unwrap();
        test.set("PATH", format!(":.:{}:{path}", bin.display()));
        let running = test.spawn(&[&ASKING[..], &["--on-approval", "wait", "go"]].concat());
        // Arguments are left as they are.
        until(|| {
            fs::read_to_string(&note)
                .is_ok_and(|told| told == "./argument\n")
                .then_some(())
        });
        assert!(!test.work().join("trapped").exists(), "{word}");
        running.signal(rustix::process::Signal::TERM);
        running.wait();
    }
}
