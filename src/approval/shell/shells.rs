//! The judge against real shells: a plain line starts exactly the commands that the judge names, in the same directories.

mod harness;
#[path = "../../../tests/support/left_out.rs"]
mod left_out;

use harness::{PROGRAMS, Scratch, plain};
use left_out::left_out;
use proptest::prelude::*;

use super::*;

/// The shells that the judge is compared with; those that are not installed are named.
fn scratch() -> (tempfile::TempDir, Scratch) {
    let directory = tempfile::tempdir().unwrap();
    let scratch = Scratch::new(directory.path()).unwrap();
    for (name, _) in harness::SHELLS {
        if !scratch.shells().any(|installed| installed == name) {
            left_out(&format!("{name} is not installed"));
        }
    }
    (directory, scratch)
}

/// Started programs that the judge did not name, or the files that a shell makes.
fn difference(scratch: &Scratch, shell: &str, line: &str, found: &ShellLine) -> Option<String> {
    for code in [0, 1] {
        let started = match scratch.run(shell, line, code) {
            Ok(started) => started,
            Err(why) => return Some(format!("{line:?}: {why}")),
        };
        for started in started {
            let judged = found.commands.iter().any(|command| {
                let here = command
                    .place
                    .directories(&scratch.start())
                    .is_none_or(|directories| {
                        directories
                            .iter()
                            .any(|directory| plain(directory) == started.directory)
                    });
                command.words == started.words && here
            });
            if !judged {
                return Some(format!(
                    "{shell} started {started:?} in {line:?}, which is not among {:?}",
                    found.commands
                ));
            }
        }
    }
    None
}

/// Compares in the shells of the judge's dialect; `None` if the line is not plain.
fn compare(scratch: &Scratch, line: &str) -> Option<String> {
    let starts_only = |found: &ShellLine| {
        found.commands.iter().all(|command| {
            let first = command.words[0].as_str();
            PROGRAMS.contains(&first)
                || matches!(
                    first,
                    "cd" | "[" | "test" | "echo" | "printf" | "true" | "false" | "set"
                )
        })
    };
    let common = read(line);
    if common.opaque.is_none() && starts_only(&common) {
        for shell in scratch.shells() {
            if let Some(difference) = difference(scratch, shell, line, &common) {
                return Some(difference);
            }
        }
    }
    for shell in ["bash", "zsh"] {
        let wrapped = read_argv(&[shell, "-c", line].map(str::to_owned));
        if wrapped.opaque.is_none()
            && starts_only(&wrapped)
            && scratch.shells().any(|installed| installed == shell)
            && let Some(difference) = difference(scratch, shell, line, &wrapped)
        {
            return Some(difference);
        }
    }
    None
}

/// Pieces that lines are made of, harmless and not.
fn piece() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "git",
        "ls",
        "x1",
        "status",
        "-a",
        " ",
        " ",
        " ",
        " ",
        "\t",
        "\n",
        ";",
        "&&",
        " && ",
        "||",
        " | ",
        "|",
        "&",
        "'",
        "\"",
        "\\",
        "$",
        "`",
        "(",
        ")",
        "( ",
        " )",
        "{",
        "}",
        "<",
        ">",
        "=",
        "~",
        "*",
        "?",
        "[",
        "]",
        "!",
        "#",
        " #",
        "a b",
        "$(x1)",
        "${x}",
        "'a'",
        "\"b\"",
        ",",
        "^",
        "HEAD^",
        "%",
        "@",
        "@{1}",
        "+",
        ":",
        "2>&1",
        ">/dev/null",
        " &>/dev/null ",
        "</dev/null",
        "é",
        "à",
        "\\\n",
        "eval",
        "<<E",
        "E\n",
        "$'",
        "if",
        "then",
        "fi",
        "cd d",
        "cd d && ",
        "cd ..",
        "cd d/e",
        "cd nowhere",
        "CI=1 ",
        "LANG=C ",
        "X=1 ",
        "time ",
        "[ -f x ]",
        "\"panic!\"",
        "- ",
        "x1 ",
        "ls ",
        "touch f",
        "set -e",
        "set -e;",
        "&>",
        ">&",
        "|&",
        "command ",
        "=x1",
        "~+",
        "-",
        "!x1",
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn what_is_taken_for_plain_is_what_every_shell_runs(pieces in prop::collection::vec(piece(), 1..10)) {
        let (_directory, scratch) = scratch();
        let difference = compare(&scratch, &pieces.concat());
        prop_assert!(difference.is_none(), "{}", difference.unwrap_or_default());
    }
}

#[test]
fn a_command_runs_where_the_changes_of_directory_before_it_led() {
    let (_directory, scratch) = scratch();
    for line in [
        "cd d && x1 here; ls there",
        "cd d; x1",
        "cd nowhere; x1",
        "cd nowhere && x1; ls",
        "cd d && cd e && x1 || ls; git",
        "(cd d && x1); ls",
        "cd d | x1; ls",
        "x1 | cd d && ls",
        "x1 && cd d | ls; git",
        "cd .. && x1",
        "cd d/e && cd .. && x1",
        "cd d && x1 | git && ls",
        "x1 || cd d && ls",
        "CI=1 cd d && x1",
        "x1 ^ a^ # git",
        "git 'stash@{1}' stash@{1} a#b",
        "[ -f x ] && x1",
        "[ ! -f x ] && x1",
        "x1 \"panic!\" a!b",
        "set -e; x1",
        "( x1; (ls) ) | git",
        "x1 </dev/null",
    ] {
        let found = read(line);
        assert_eq!(found.opaque, None, "{line}");
        assert_eq!(compare(&scratch, line), None);
    }
}
