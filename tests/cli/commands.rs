//! The commands beside `run`: demo, doctor, codex, configuration, completions and the manual.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::support::{Test, codex};

#[test]
fn the_demo_answers_without_an_account() {
    let mut test = Test::answering("unused");
    test.unset("CODEX_HOME");
    let outcome = test.run(&["demo", "--prompt", "is it `real`?", "--format", "json"]);
    let report = outcome.exits(0).json();
    assert!(
        report["text"].as_str().unwrap().contains("> is it `real`?"),
        "{report:#}"
    );
    assert!(
        report["text"].as_str().unwrap().contains("scripted"),
        "{report:#}"
    );
    assert!(
        report["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|item| item["type"] == "command_execution")
    );
    assert!(
        outcome.stderr.starts_with("Demo: the model is scripted"),
        "{outcome:?}"
    );
    // Nothing of it stays: no home, no session.
    let homes = test.work().join("../turnwise/cache/demo");
    assert_eq!(fs::read_dir(homes).unwrap().count(), 0);
    test.nothing_is_left();
}

#[test]
fn the_demo_without_codex_says_how_to_get_one() {
    let mut test = Test::answering("unused");
    test.set("PATH", "/nowhere");
    let outcome = test.run_without_codex(&["demo"]);
    assert!(
        outcome.exits(3).stderr.contains("turnwise demo --yes"),
        "{outcome:?}"
    );
    let outcome = test.run_without_codex(&["run", "x"]);
    assert!(
        outcome.exits(3).stderr.contains("turnwise codex install"),
        "{outcome:?}"
    );
}

#[test]
fn doctor_is_green_only_if_a_run_would_work() {
    let test =
        Test::answering("x").with_own_server("what doctor says of a server elsewhere has a test of its own");
    let report = test.run(&["doctor", "--json"]).exits(0).json();
    assert_eq!(
        (&report["schema"], &report["ok"]),
        (&json!("turnwise.doctor/1"), &json!(true))
    );
    let names = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| check["name"].as_str().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(
        names,
        [
            "config", "policy", "ledger", "jobs", "codex", "server", "account", "session", "sandbox", "shell"
        ]
    );
    assert!(test.run(&["doctor"]).exits(0).stdout.ends_with("Ready.\n"));
    test.nothing_is_left();

    fs::write(test.codex_home().join("config.toml"), "").unwrap();
    let outcome = test.run(&["doctor"]);
    assert!(
        outcome.exits(4).stdout.contains("→ run `turnwise login`"),
        "{outcome:?}"
    );
    let fault = Test::fault("exit-at-start");
    assert!(
        fault
            .run(&["doctor"])
            .exits(3)
            .stdout
            .contains("cannot open the config")
    );
    let fault = Test::fault("version:0.90.0");
    assert!(fault.run(&["doctor"]).exits(3).stdout.contains("too old"));
}

#[test]
fn doctor_warns_of_a_login_shell_that_is_slow_to_start() {
    let test = Test::answering("x").with_own_server("the shell of a server elsewhere is not known");
    for name in [".bash_profile", ".profile", ".zprofile"] {
        fs::write(test.root().join(name), "sleep 600\n").unwrap();
    }
    let report = test.run(&["doctor", "--json"]).exits(0).json();
    let checks = report["checks"].as_array().unwrap();
    let shell = checks.iter().find(|check| check["name"] == "shell").unwrap();
    assert_eq!(shell["status"], "warning", "{shell:#}");
    let message = shell["message"].as_str().unwrap();
    assert!(
        message.contains("takes more than 5 s to start, and so does each command"),
        "{message}"
    );
    assert!(shell["remedy"].as_str().unwrap().contains("profile"), "{shell:#}");
    test.nothing_is_left();
}

#[test]
fn which_codex_is_used_can_be_asked() {
    let test = Test::answering("x");
    let outcome = test.run(&["codex", "which"]);
    assert_eq!(
        outcome.exits(0).stdout,
        format!("{}\n", codex::binary().display())
    );
    let report = test.run(&["codex", "which", "--json"]).exits(0).json();
    assert_eq!(
        (&report["schema"], &report["origin"]),
        (&json!("turnwise.codex/1"), &json!("explicit"))
    );
    assert_eq!(report["version"], codex::version());
    assert_eq!(report["compatibility"], "supported");
}

#[test]
fn the_wrapper_of_npm_is_resolved_to_the_native_binary() {
    let mut test = Test::answering("through the wrapper");
    let native = codex::binary();
    let modules = native
        .ancestors()
        .find(|directory| directory.ends_with("node_modules"))
        .unwrap();
    test.set("TURNWISE_CODEX", modules.join(".bin/codex"));
    let report = test.run(&["codex", "which", "--json"]).exits(0).json();
    assert_eq!(report["path"], native.to_str().unwrap());
    assert!(report["wrapper"].as_str().unwrap().ends_with(".bin/codex"));
    assert_eq!(test.run(&["run", "x"]).exits(0).stdout, "through the wrapper\n");
}

#[test]
fn an_install_through_npm_is_whole_or_not_there() {
    let mut test = Test::answering("x");
    let bin = test.work().join("bin");
    fs::create_dir(&bin).unwrap();
    let npm = |script: &str| {
        use std::os::unix::fs::PermissionsExt;
        fs::write(bin.join("npm"), format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(bin.join("npm"), fs::Permissions::from_mode(0o755)).unwrap();
    };
    let installs = test.work().join("../turnwise/data/codex");
    test.set("PATH", format!("{}:/usr/bin:/bin", bin.display()));
    npm("echo 'npm error code E404' >&2; exit 1");
    let outcome = test.run_without_codex(&["codex", "install"]);
    assert!(outcome.exits(3).stderr.contains("E404"), "{outcome:?}");
    npm(
        "echo 'npm error code ETARGET' >&2; echo 'npm error notarget No matching version found for @openai/codex@99.0.0.' >&2; exit 1",
    );
    for (version, reason) in [
        ("99.0.0", "no such version; the newest tested is"),
        ("99", "no such version; a version has three numbers"),
    ] {
        let outcome = test.run_without_codex(&["codex", "install", "--version", version]);
        let expected = format!("error: cannot install codex {version}: {reason}");
        assert!(outcome.exits(3).stderr.contains(&expected), "{outcome:?}");
        assert!(
            outcome.stderr.contains(turnwise::codex::NEWEST_TESTED) && !outcome.stderr.contains("npm error"),
            "{outcome:?}"
        );
    }
    npm("mkdir -p node_modules/@openai/codex");
    assert!(
        test.run_without_codex(&["codex", "install"])
            .exits(3)
            .stderr
            .contains("no native binary")
    );
    assert!(!installs.join("current").exists());
    let left = fs::read_dir(&installs)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect::<Vec<_>>();
    assert_eq!(left, [".lock"]);

    let triple = format!("{}-unknown-linux-musl", std::env::consts::ARCH);
    let platform = if std::env::consts::ARCH == "x86_64" {
        "codex-linux-x64"
    } else {
        "codex-linux-arm64"
    };
    npm(&format!(
        "v=$(echo \"$@\" | sed 's/.*codex@//'); d=node_modules/@openai/{platform}/vendor/{triple}/bin; \
         mkdir -p node_modules/@openai/codex $d; printf '#!/bin/sh\\necho codex-cli %s\\n' $v > $d/codex; chmod +x $d/codex"
    ));
    test.run_without_codex(&["codex", "install", "--version", "0.150.0"])
        .exits(0);
    let report = test
        .run_without_codex(&["codex", "which", "--json"])
        .exits(0)
        .json();
    assert_eq!(
        (&report["origin"], &report["version"]),
        (&json!("managed"), &json!("0.150.0"))
    );
    assert!(
        test.run_without_codex(&["codex", "install", "--version", "0.150.0"])
            .exits(0)
            .stderr
            .contains("Already installed")
    );
    assert!(
        test.run_without_codex(&["codex", "install", "--version", "latest"])
            .exits(3)
            .stderr
            .contains("exact version")
    );
}

#[test]
fn the_configuration_sets_defaults_that_flags_override() {
    let test = Test::answering("x");
    let config = test.work().join("../turnwise/config/config.toml");
    fs::create_dir_all(config.parent().unwrap()).unwrap();
    fs::write(
        &config,
        "effort = \"low\"\nformat = \"json\"\n[profile.deep]\neffort = \"high\"\n",
    )
    .unwrap();
    let effort = |arguments: &[&str]| {
        assert_eq!(test.run(arguments).exits(0).json()["schema"], "turnwise.run/1");
        test.requests().last().unwrap().body["reasoning"]["effort"].clone()
    };
    assert_eq!(effort(&["run", "x"]), "low");
    assert_eq!(effort(&["run", "--profile", "deep", "x"]), "high");
    assert_eq!(
        effort(&["run", "--profile", "deep", "--effort", "xhigh", "x"]),
        "xhigh"
    );
    fs::write(&config, "efort = \"low\"\n").unwrap();
    let outcome = test.run(&["run", "x"]);
    assert!(
        outcome.exits(2).stderr.contains("did you mean `effort`?"),
        "{outcome:?}"
    );
    assert!(
        test.run(&["--config", "/nowhere.toml", "run", "x"])
            .exits(2)
            .stderr
            .contains("/nowhere.toml")
    );
}

#[test]
fn a_log_file_is_private_and_holds_no_prompt() {
    use std::os::unix::fs::PermissionsExt;
    let test = Test::answering("the-answer");
    test.run(&["run", "-vv", "--log-file", "log", "the-prompt"])
        .exits(0);
    let log = test.work().join("log");
    assert_eq!(log.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(log).unwrap();
    assert!(
        !text.contains("the-prompt") && !text.contains("the-answer"),
        "{text}"
    );
}

#[test]
fn a_wrong_flag_is_an_object_for_whoever_reads_json() {
    let test = Test::answering("x");
    let outcome = test.run(&["run", "--format", "json", "--no-such-flag", "x"]);
    assert_eq!(outcome.exits(2).json()["kind"], "usage");
    assert_eq!(test.run(&[]).code, Some(2));
    assert!(test.run(&["--version"]).exits(0).stdout.starts_with("turnwise "));
}

#[test]
fn completions_and_the_manual_are_those_of_this_binary() {
    let test = Test::answering("x");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (arguments, file) in [
        (&["completions", "bash"][..], "completions/turnwise.bash"),
        (&["completions", "zsh"], "completions/_turnwise"),
        (&["completions", "fish"], "completions/turnwise.fish"),
        (&["completions", "powershell"], "completions/turnwise.ps1"),
        (&["completions", "elvish"], "completions/turnwise.elv"),
        (&["man"], "completions/turnwise.1"),
    ] {
        let made = &test.run(arguments).exits(0).stdout.clone();
        let kept = fs::read_to_string(root.join(file)).unwrap_or_default();
        assert!(*made == kept, "{file} is out of date: run scripts/generate");
    }
}
