//! Completions in bash, zsh and fish, each asked as a person asks it; and the manual pages.

use std::path::Path;
use std::process::Command;

use turnwise::demo::Step;

use crate::support::{Outcome, Test, left_out};

/// The candidates that a shell shows for a line, by its completion function.
fn completed(test: &Test, shell: &str, line: &str) -> Option<Vec<String>> {
    if Command::new(shell).arg("--version").output().is_err() {
        left_out(&format!("{shell} is not installed"));
        return None;
    }
    let program = Path::new(env!("CARGO_BIN_EXE_turnwise")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let script = match shell {
        // What bash does when Tab is pressed at the end of a line.
        "bash" => format!(
            "source <(turnwise completions bash)\n\
             COMP_LINE={line:?}; COMP_POINT=${{#COMP_LINE}}; COMP_TYPE=9\n\
             read -ra COMP_WORDS <<<\"$COMP_LINE\"; [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=('')\n\
             COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n\
             _clap_complete_turnwise turnwise \"${{COMP_WORDS[COMP_CWORD]}}\" x 2>/dev/null\n\
             printf '%s\\n' \"${{COMPREPLY[@]}}\""
        ),
        // Instead of drawing a menu, the function that would draw it prints.
        "zsh" => format!(
            "compdef() {{ :; }}\n\
             _describe() {{ local -a shown=(\"${{(@P)3}}\"); [[ $1 == -V ]] || shown=(\"${{(@P)2}}\"); print -rl -- $shown; }}\n\
             source <(turnwise completions zsh)\n\
             line={line:?}; words=(${{(z)line}}); [[ $line == *' ' ]] && words+=('')\n\
             CURRENT=${{#words}}\n\
             _clap_dynamic_completer_turnwise"
        ),
        _ => format!("turnwise completions fish | source\ncomplete -C {line:?}"),
    };
    let flags: &[&str] = match shell {
        "bash" => &["--norc", "--noprofile", "-c"],
        "zsh" => &["-f", "-c"],
        _ => &["--no-config", "-c"],
    };
    let mut command = test.other(shell);
    command.env("PATH", path).args(flags).arg(&script);
    let output = command.output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = shown.lines().filter(|line| !line.is_empty()).map(|line| {
        // Behind the value, zsh and fish show what it is.
        let end = if shell == "zsh" { ':' } else { '\t' };
        line.split(end).next().unwrap().to_owned()
    });
    let lines = lines.collect::<Vec<_>>();
    assert!(!lines.is_empty(), "{shell}: {line}: {output:?}");
    Some(lines)
}

/// A home with sessions, a job, a profile and a list of models; and the ID of a session.
fn lived_in() -> (Test, String) {
    let test = Test::answering("done");
    let run = test.run(&["run", "--format", "json", "--name", "review", "x"]);
    let id = run.exits(0).json()["session_id"].as_str().unwrap().to_owned();
    test.run(&["run", "--name", "$(touch pwned) x", "y"]).exits(0);
    test.run(&["automate", "add", "nightly", "--every", "1h", "x"])
        .exits(0);
    let config = test.root().join("turnwise/config");
    std::fs::create_dir_all(&config).unwrap();
    std::fs::write(config.join("config.toml"), "[profile.night]\neffort = \"high\"\n").unwrap();
    let models = r#"{"models":[{"slug":"gpt-listed","display_name":"Listed","visibility":"list"}]}"#;
    std::fs::write(test.codex_home().join("models_cache.json"), models).unwrap();
    (test, id)
}

fn each_shell_completes(shell: &str) {
    let (test, id) = lived_in();
    let complete = |line: &str| completed(&test, shell, line);
    let Some(sessions) = complete("turnwise session show ") else {
        return;
    };
    assert!(
        sessions
            .iter()
            .any(|value| value.len() >= 8 && id.starts_with(value.as_str())),
        "{sessions:?}"
    );
    assert!(sessions.contains(&"review".to_owned()), "{sessions:?}");
    assert!(
        !sessions.iter().any(|value| value.starts_with('-')),
        "options are not in the way: {sessions:?}"
    );
    if shell == "bash" {
        // It would insert the name as it is.
        assert!(
            !sessions.iter().any(|value| value.contains("pwned")),
            "{sessions:?}"
        );
    }
    let whole = complete(&format!("turnwise resume {}", &id[..30])).unwrap();
    assert_eq!(whole, [id.as_str()]);
    for (line, expected) in [
        ("turnwise auto", "automate"),
        ("turnwise session ex", "export"),
        ("turnwise automate run ", "nightly"),
        ("turnwise automate pause nig", "nightly"),
        ("turnwise run --profile ", "night"),
        ("turnwise run --model ", "gpt-listed"),
        ("turnwise run --effort me", "medium"),
        ("turnwise run --sandbox work", "workspace-write"),
        ("turnwise rpc thread/st", "thread/start"),
        ("turnwise run --out", "--output-schema"),
    ] {
        let found = complete(line).unwrap();
        assert!(found.contains(&expected.to_owned()), "{line}: {found:?}");
    }
    assert!(!test.work().join("pwned").exists());
    test.nothing_is_left();
}

#[test]
fn bash_completes_what_is_there() {
    each_shell_completes("bash");
}

#[test]
fn zsh_completes_what_is_there() {
    each_shell_completes("zsh");
}

#[test]
fn fish_completes_what_is_there() {
    each_shell_completes("fish");
}

/// As the scripts of the shells ask.
fn asked(test: &Test, words: &[&str]) -> Outcome {
    let mut command = test.command(&[]);
    command.env("TURNWISE_COMPLETE", "fish").arg("--").args(words);
    let output = command.output().unwrap();
    Outcome {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code(),
    }
}

#[test]
fn a_waiting_request_is_completed_and_no_server_is_started_for_it() {
    let mut test = Test::rounds(vec![vec![Step::escalated("echo asked > asked", "to see")]])
        .with_own_server("the request waits in this home's ledger");
    let run = test.spawn(&[
        "run",
        "--format",
        "jsonl",
        "--timeout",
        "0",
        "--approval",
        "on-request",
        "--on-approval",
        "wait",
        "x",
    ]);
    run.wait_for_stdout("approval.waiting");
    let listed = test.run(&["approve", "list", "--json"]).exits(0).json();
    let id = listed["approvals"][0]["id"].as_str().unwrap().to_owned();
    run.signal(rustix::process::Signal::INT);
    test.set("TURNWISE_CODEX", "/nonexistent/codex");
    let requests = test.requests().len();
    let found = asked(&test, &["turnwise", "approve", "show", ""]);
    assert!(
        found.exits(0).stdout.starts_with(&format!("{id}\techo asked")),
        "{found:?}"
    );
    assert_eq!(test.requests().len(), requests);
    run.wait();
    // It no longer waits.
    let found = asked(&test, &["turnwise", "approve", "accept", ""]);
    assert!(!found.exits(0).stdout.contains(&id), "{found:?}");
}

#[test]
fn a_home_that_cannot_be_read_gives_no_candidates_and_no_messages() {
    let mut test = Test::answering("x");
    test.set("CODEX_HOME", "/nonexistent");
    test.set("TURNWISE_HOME", "/dev/null/nowhere");
    for words in [
        &["turnwise", "session", "show", "0"][..],
        &["turnwise", "approve", "accept", "0"],
        &["turnwise", "automate", "show", "0"],
        &["turnwise", "run", "--profile", "x"],
        &["turnwise", "--codex-home", "/nonexistent", "resume", "0"],
        &[],
    ] {
        let found = asked(&test, words);
        assert_eq!(
            (found.stdout.as_str(), found.stderr.as_str()),
            ("", ""),
            "{words:?}"
        );
    }
    let mut unknown = test.command(&["--", "turnwise", ""]);
    let output = unknown.env("TURNWISE_COMPLETE", "tcsh").output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn the_manual_has_a_page_for_each_command_without_warnings() {
    let test = Test::answering("x");
    test.run(&["man", "--dir", "manual"]).exits(0);
    let pages = |section: &str| {
        let listed = std::fs::read_dir(test.work().join("manual").join(section)).unwrap();
        listed.map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
    };
    let commands = pages("man1");
    for name in [
        "turnwise.1",
        "turnwise-run.1",
        "turnwise-session-list.1",
        "turnwise-automate-add.1",
    ] {
        assert!(
            commands.iter().any(|page| page.ends_with(name)),
            "{name}: {commands:?}"
        );
    }
    assert!(pages("man7")[0].ends_with("turnwise-reference.7"));
    // The options of every command are on one page.
    let with_globals = commands.iter().filter(|page| {
        std::fs::read_to_string(page)
            .unwrap()
            .contains("\\fB\\-\\-codex\\-home\\fR")
    });
    assert_eq!(with_globals.count(), 1);
    let kept = std::fs::read_to_string(test.work().join("manual/man1/turnwise-session-list.1")).unwrap();
    assert_eq!(test.run(&["man", "session", "list"]).exits(0).stdout, kept);
    assert!(
        test.run(&["man", "reference"])
            .exits(0)
            .stdout
            .contains("EXIT STATUS")
    );
    test.run(&["man", "nonsense"]).exits(2);
    if Command::new("groff").arg("--version").output().is_err() {
        return left_out("groff is not installed");
    }
    for page in commands.iter().chain(&pages("man7")) {
        let checked = test
            .other("groff")
            .args(["-man", "-ww", "-z", "-Tutf8"])
            .arg(page)
            .output()
            .unwrap();
        assert!(checked.stderr.is_empty(), "{}: {checked:?}", page.display());
    }
}
