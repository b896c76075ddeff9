//! `turnwise config`: settings shown with their sources, changed with their comments kept, and mended when the file is broken.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::json;

use crate::support::Test;

fn test() -> Test {
    Test::answering("unused").with_own_server("nothing is run")
}

fn file(test: &Test) -> PathBuf {
    test.root().join("turnwise/config/config.toml")
}

fn with(text: &str) -> Test {
    let test = test();
    fs::create_dir_all(file(&test).parent().unwrap()).unwrap();
    fs::write(file(&test), text).unwrap();
    test
}

/// An editor that puts this text into the file.
fn editor(test: &mut Test, text: &str) {
    let script = test.root().join("editor");
    fs::write(&script, format!("#!/bin/sh\ncat > \"$1\" <<'END'\n{text}END\n")).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    test.set("EDITOR", script);
}

#[test]
fn a_setting_is_made_shown_used_and_removed() {
    let test = test();
    let path = file(&test);
    assert_eq!(
        test.run(&["config", "path"]).exits(0).stdout,
        format!("{}\n", path.display())
    );
    // Its default differs from command to command.
    let outcome = test.run(&["config", "get", "timeout"]);
    assert!(
        outcome.exits(1).stderr.contains("`timeout` is not set"),
        "{outcome:?}"
    );
    assert_eq!(test.run(&["config", "get", "color"]).exits(0).stdout, "auto\n");
    test.run(&["config", "set", "timeout", "10m"]).exits(0);
    test.run(&["config", "set", "add-dir", "../data", "/srv"])
        .exits(0);
    test.run(&["config", "set", "privileged", "true"]).exits(0);
    test.run(&["config", "set", "max-tokens", "5000"]).exits(0);
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        "timeout = \"10m\"\nadd-dir = [\"../data\", \"/srv\"]\nprivileged = true\nmax-tokens = 5000\n"
    );
    assert_eq!(test.run(&["config", "get", "timeout"]).exits(0).stdout, "10m\n");
    // Relative paths are those of the file.
    let data = path.parent().unwrap().join("../data");
    let get = test.run(&["config", "get", "add-dir"]);
    assert_eq!(get.exits(0).stdout, format!("{}\n/srv\n", data.display()));
    test.run(&["config", "unset", "timeout"]).exits(0);
    assert!(!fs::read_to_string(&path).unwrap().contains("timeout"));
    let outcome = test.run(&["config", "unset", "timeout"]);
    assert!(
        outcome.exits(1).stderr.contains("`timeout` is not set in"),
        "{outcome:?}"
    );
}

#[test]
fn comments_and_the_mode_of_the_file_stay() {
    let text = "# Mine.\nmodel = \"a\" # good enough\n\n[profile.night]\n# Long.\ntimeout = \"1h\"\n";
    let test = with(text);
    fs::set_permissions(file(&test), fs::Permissions::from_mode(0o640)).unwrap();
    test.run(&["config", "set", "model", "b"]).exits(0);
    test.run(&["config", "set", "profile.night.timeout", "2h"])
        .exits(0);
    let now = fs::read_to_string(file(&test)).unwrap();
    assert_eq!(now, text.replace("\"a\"", "\"b\"").replace("1h", "2h"));
    assert_eq!(
        file(&test).metadata().unwrap().permissions().mode() & 0o777,
        0o640
    );
}

#[test]
fn a_link_to_the_file_stays_a_link() {
    let test = with("");
    let real = test.root().join("dotfiles.toml");
    fs::rename(file(&test), &real).unwrap();
    std::os::unix::fs::symlink(&real, file(&test)).unwrap();
    test.run(&["config", "set", "model", "m"]).exits(0);
    assert_eq!(fs::read_to_string(&real).unwrap(), "model = \"m\"\n");
    assert!(file(&test).is_symlink());
}

#[test]
fn a_key_or_value_that_no_option_takes_is_refused() {
    let test = with("model = \"m\"\n");
    for (arguments, message) in [
        (&["modle", "x"][..], "unknown key `modle`; did you mean `model`?"),
        (&["profile.night.modle", "x"], "unknown key `profile.night.modle`"),
        (&["config", "x"], "unknown key `config`"),
        (
            &["sandbox", "everything"],
            "possible values: read-only, workspace-write, danger-full-access",
        ),
        (
            &["timeout", "soon"],
            "`timeout`: invalid value `soon`: write it like 90s, 5m or 1h30m",
        ),
        (&["privileged", "yes"], "`privileged`: expected true or false"),
        (&["model", "a", "b"], "`model`: expected a single value"),
    ] {
        let outcome = test.run(&[&["config", "set"], arguments].concat());
        assert!(outcome.exits(2).stderr.contains(message), "{outcome:?}");
    }
    assert_eq!(fs::read_to_string(file(&test)).unwrap(), "model = \"m\"\n");
    let outcome = test.run(&["--profile", "night", "config", "set", "model", "x"]);
    assert!(
        outcome.exits(2).stderr.contains("profile.night.model"),
        "{outcome:?}"
    );
}

#[test]
fn the_list_says_where_each_value_comes_from() {
    let test = with("model = \"file\"\neffort = \"low\"\n[profile.night]\nmodel = \"night\"\n");
    let outcome = test.run(&[
        "--profile",
        "night",
        "--color",
        "never",
        "config",
        "list",
        "--json",
    ]);
    let list = outcome.exits(0).json();
    assert_eq!(list["schema"], "turnwise.config/1");
    assert_eq!(list["path"], file(&test).to_str().unwrap());
    let found = |name: &str| {
        let settings = list["settings"].as_array().unwrap();
        settings
            .iter()
            .find(|setting| setting["name"] == name)
            .cloned()
            .unwrap_or_default()
    };
    assert_eq!(
        found("color"),
        json!({ "name": "color", "value": "never", "source": "flag" })
    );
    assert_eq!(
        found("model"),
        json!({ "name": "model", "value": "night", "source": "profile", "profile": "night", "line": 4 })
    );
    assert_eq!(
        found("effort"),
        json!({ "name": "effort", "value": "low", "source": "file", "line": 2 })
    );
    let codex = found("codex");
    assert_eq!(
        (&codex["source"], &codex["variable"]),
        (&json!("environment"), &json!("TURNWISE_CODEX"))
    );
    assert!(found("quiet").is_null(), "{list:#}");
    let all = test.run(&["config", "list", "--all"]).exits(0).stdout.clone();
    let line = |name: &str| {
        all.lines()
            .find(|line| line.starts_with(&format!("{name} ")))
            .unwrap()
            .to_owned()
    };
    assert!(
        line("quiet").ends_with("false  default") || line("quiet").contains("false"),
        "{all}"
    );
    assert!(line("model").ends_with("file, line 1"), "{all}");
    let outcome = test.run(&["--profile", "day", "config", "list"]);
    assert!(outcome.exits(2).stderr.contains("only night"), "{outcome:?}");
}

#[test]
fn a_wrong_value_names_the_file_and_the_line() {
    let test = with("# Mine.\nmodel = \"m\"\nsandbox = \"everything\"\n");
    let place = format!(
        "error: {}:3: `sandbox`: invalid value `everything`",
        file(&test).display()
    );
    for arguments in [&["run", "x"][..], &["session", "list"]] {
        let outcome = test.run(arguments);
        assert!(outcome.exits(2).stderr.starts_with(&place), "{outcome:?}");
        assert!(outcome.stderr.contains("turnwise config edit"), "{outcome:?}");
    }
    let outcome = test.run(&["run", "--format", "json", "x"]);
    assert!(
        outcome.exits(2).json()["message"]
            .as_str()
            .unwrap()
            .contains(":3: "),
        "{outcome:?}"
    );
}

#[test]
fn a_broken_file_can_be_shown_and_mended() {
    let mut test = with("model = \"m\"\nnonsense = 1\nsandbox = \"everything\"\n");
    test.run(&["config", "path"]).exits(0);
    let outcome = test.run(&["config", "list"]);
    assert!(outcome.exits(2).stdout.contains("model"), "{outcome:?}");
    assert!(
        outcome.stderr.contains(":2: unknown key `nonsense`"),
        "{outcome:?}"
    );
    assert!(outcome.stderr.contains(":3: `sandbox`"), "{outcome:?}");
    assert_eq!(test.run(&["config", "get", "model"]).exits(0).stdout, "m\n");
    let outcome = test.run(&["config", "unset", "nonsense"]);
    assert!(outcome.exits(0).stderr.contains("warning: "), "{outcome:?}");
    test.run(&["config", "set", "sandbox", "read-only"]).exits(0);
    test.run(&["config", "list"]).exits(0);
    // What is not TOML can only be edited.
    fs::write(file(&test), "model = \n").unwrap();
    let outcome = test.run(&["config", "set", "model", "x"]);
    assert!(outcome.exits(2).stderr.contains("at line 1"), "{outcome:?}");
    assert_eq!(fs::read_to_string(file(&test)).unwrap(), "model = \n");
    editor(&mut test, "model = \"mended\"\n");
    test.run(&["config", "edit"]).exits(0);
    assert_eq!(test.run(&["config", "get", "model"]).exits(0).stdout, "mended\n");
}

#[test]
fn an_edited_file_is_checked() {
    let mut test = test();
    editor(&mut test, "model = \"m\"\nmodle = 1\n");
    let (screen, code) = test.at_terminal(80, 24, &["config", "edit"]).wait();
    assert_eq!(code, Some(2), "{screen}");
    assert!(
        screen.contains(":2: unknown key `modle`; did you mean `model`?"),
        "{screen}"
    );
    test.set("VISUAL", "false");
    let outcome = test.run(&["config", "edit"]);
    assert!(
        outcome.exits(1).stderr.contains("set VISUAL or EDITOR"),
        "{outcome:?}"
    );
}
