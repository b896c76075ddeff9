//! Help, for every command: `-h` on one screen, examples, groups, and usage lines that show only what was typed.

use crate::snapshots::commands;
use crate::support::Test;

/// The help of a command and of all below it, with their names.
fn all(test: &Test, path: &[&str], flag: &str, helps: &mut Vec<(String, String)>) {
    let long = test.run(&[path, &["--help"]].concat()).exits(0).stdout.clone();
    let shown = test.run(&[path, &[flag]].concat()).exits(0).stdout.clone();
    helps.push((path.join(" "), shown));
    for name in commands(&long) {
        all(test, &[path, &[&name]].concat(), flag, helps);
    }
}

fn helps(flag: &str) -> Vec<(String, String)> {
    let mut test = Test::answering("unused").with_own_server("nothing is run");
    test.set("COLUMNS", "80");
    let mut helps = Vec::new();
    all(&test, &[], flag, &mut helps);
    assert!(helps.len() > 50, "{}", helps.len());
    helps
}

#[test]
fn the_short_help_of_every_command_fits_a_screen() {
    for (name, help) in helps("-h") {
        let lines = help.lines().collect::<Vec<_>>();
        assert!(lines.len() <= 40, "{name}: {} lines\n{help}", lines.len());
        let widest = lines.iter().map(|line| line.chars().count()).max();
        assert!(widest <= Some(80), "{name}: {widest:?} columns\n{help}");
        let last = lines.last().unwrap();
        assert!(last.contains("All options: turnwise"), "{name}: {help}");
    }
}

#[test]
fn the_help_of_every_command_has_examples() {
    for flag in ["-h", "--help"] {
        for (name, help) in helps(flag) {
            let examples = help.split_once("\nExample").map(|(_, examples)| examples);
            let line = format!("turnwise {name}");
            assert!(
                examples.is_some_and(|text| text.contains(line.trim())),
                "{name}: {help}"
            );
        }
    }
}

#[test]
fn commands_and_options_are_in_groups() {
    let test = Test::answering("unused").with_own_server("nothing is run");
    let headings = |arguments: &[&str]| {
        let help = test.run(arguments).exits(0).stdout.clone();
        let lines = help.lines().map(str::to_owned);
        let headings = lines.filter(|line| line.ends_with(':') && !line.starts_with(' '));
        headings.collect::<Vec<_>>()
    };
    assert_eq!(
        headings(&["--help"]),
        [
            "Run:",
            "Sessions:",
            "Approvals:",
            "Schedules:",
            "Codex:",
            "Other:",
            "Global:",
            "Examples:"
        ]
    );
    assert_eq!(
        headings(&["run", "--help"]),
        [
            "Arguments:",
            "Prompt:",
            "Agent:",
            "Approvals:",
            "Limits:",
            "Output:",
            "Global:",
            "Examples:"
        ]
    );
}

#[test]
fn a_usage_line_shows_only_what_was_typed() {
    // TURNWISE_CODEX and CODEX_HOME are set.
    let test = Test::answering("unused").with_own_server("nothing is run");
    let outcome = test.run(&["approve", "decline"]);
    assert!(
        outcome
            .exits(2)
            .stderr
            .contains("Usage: turnwise approve decline <ID>\n"),
        "{outcome:?}"
    );
    let outcome = test.run(&["automate", "show", "--no-such-option"]);
    assert!(!outcome.exits(2).stderr.contains("--codex"), "{outcome:?}");
}
