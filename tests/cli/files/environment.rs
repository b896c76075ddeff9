//! Variables that are set to nothing.

use crate::support::Test;

/// Every variable that turnwise reads.
const READ: [&str; 20] = [
    "CI",
    "CLICOLOR_FORCE",
    "CODEX_HOME",
    "GITHUB_ACTIONS",
    "GITHUB_OUTPUT",
    "GITHUB_STEP_SUMMARY",
    "HOME",
    "LOGNAME",
    "NO_COLOR",
    "TERM",
    "TMPDIR",
    "TURNWISE_CODEX",
    "TURNWISE_CONNECT",
    "TURNWISE_CONNECT_TOKEN",
    "TURNWISE_HOME",
    "USER",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
];

#[test]
fn an_empty_variable_is_an_unset_one() {
    let reference = |unset: &str| {
        let mut test = Test::answering("The answer.").with_own_server("variables say which server");
        test.unset(unset);
        test
    };
    for name in READ {
        // Homes would lead out of the test.
        if ["HOME", "TURNWISE_HOME", "CODEX_HOME"].contains(&name) {
            continue;
        }
        let mut test = reference(name);
        test.set(name, "");
        if name == "TURNWISE_CODEX" {
            let directory = test.root().join("bin");
            std::fs::create_dir(&directory).unwrap();
            std::os::unix::fs::symlink(crate::support::codex::binary(), directory.join("codex")).unwrap();
            let mut path = directory.into_os_string();
            path.push(":");
            path.push(std::env::var_os("PATH").unwrap());
            test.set("PATH", path);
        }
        let outcome = test.run(&["run", "--github", "x"]);
        outcome.exits(0);
        assert_eq!(outcome.stdout, "The answer.\n", "{name}");
        assert!(!outcome.stderr.contains("error"), "{name}: {outcome:?}");
    }
}

#[test]
fn an_empty_home_is_the_users_own_and_never_the_working_directory() {
    let mut test = Test::answering("x").with_own_server("variables say which server");
    for name in ["HOME", "CODEX_HOME", "TURNWISE_HOME", "XDG_CONFIG_HOME", "TMPDIR"] {
        test.set(name, "");
    }
    // Both would be found if an empty name were the working directory.
    std::fs::create_dir_all(test.work().join(".codex/sessions")).unwrap();
    std::fs::create_dir_all(test.work().join("config")).unwrap();
    std::fs::write(test.work().join("config/config.toml"), "not = valid = toml").unwrap();
    let unset = |mut test: Test| {
        for name in ["HOME", "CODEX_HOME", "TURNWISE_HOME", "XDG_CONFIG_HOME", "TMPDIR"] {
            test.unset(name);
        }
        test
    };
    let arguments = ["session", "show", "no-such-session"];
    let empty = test.run(&arguments);
    assert!(!empty.stderr.contains(" .codex"), "{empty:?}");
    let unset = unset(test).run(&arguments);
    assert_eq!((empty.code, &empty.stderr), (unset.code, &unset.stderr));
}

#[test]
fn an_empty_directory_for_temporary_files_is_not_the_working_directory() {
    let mut test = Test::answering("x");
    test.set("TMPDIR", "");
    let outcome = test.run(&["demo", "--format", "jsonl", "--prompt", "hello"]);
    let events = outcome.exits(0).json_lines();
    let directory = events.iter().find_map(|event| event["cwd"].as_str()).unwrap();
    assert!(
        !directory.starts_with(test.root().to_str().unwrap()),
        "{directory}"
    );
}
