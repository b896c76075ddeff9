//! The judge against lines that are plain, lines that are not, and bash's own reading of them.

use super::*;
use proptest::prelude::*;

fn plain(line: &str) -> Option<Vec<Vec<String>>> {
    let found = read(line);
    found.opaque.is_none().then_some(found.commands)
}

fn words(commands: &[&[&str]]) -> Vec<Vec<String>> {
    commands
        .iter()
        .map(|command| command.iter().map(|word| (*word).to_owned()).collect())
        .collect()
}

#[test]
fn plain_lines_are_their_commands() {
    for (line, commands) in [
        ("git status", &[&["git", "status"][..]][..]),
        ("git  status\t--short", &[&["git", "status", "--short"]]),
        ("a && b || c; d | e", &[&["a"], &["b"], &["c"], &["d"], &["e"]]),
        ("a\nb", &[&["a"], &["b"]]),
        (
            r#"echo 'a b' "c d" e\ f g"h"'i'"#,
            &[&["echo", "a b", "c d", "e f", "ghi"]],
        ),
        (r#"echo "say \"hi\" \n""#, &[&["echo", r#"say "hi" \n"#]]),
        ("cargo test 2>&1", &[&["cargo", "test"]]),
        ("ls 2>/dev/null | wc -l", &[&["ls"], &["wc", "-l"]]),
        ("/bin/bash -lc 'git status && ls'", &[&["git", "status"], &["ls"]]),
        (r#"sh -c "sh -c 'rm x'""#, &[&["rm", "x"]]),
        ("echo ''", &[&["echo", ""]]),
        ("head -n 5 x", &[&["head", "-n", "5", "x"]]),
        ("echo a=b", &[&["echo", "a=b"]]),
    ] {
        let found = read(line);
        assert_eq!((found.opaque, found.commands), (None, words(commands)), "{line}");
    }
}

/// What must never be taken for plain words.
const TRICKS: &[&str] = &[
    "",
    "   ",
    "git status $(rm -rf x)",
    "git status `rm x`",
    r#"git status "$(rm x)""#,
    "git status $HOME",
    r#"git status "${HOME}""#,
    "git status > /etc/passwd",
    "git status >> f",
    "git status < f",
    "git status &> f",
    "git status 2> f",
    "git status >| f",
    "git status <> f",
    "cat <<EOF\nx\nEOF",
    "cat <<< x",
    "X=1 git status",
    "X=1",
    "export X=1",
    "PATH=/tmp:$PATH git status",
    "eval git status",
    "eval 'rm x'",
    "env rm x",
    "env X=1 git status",
    "/usr/bin/env git status",
    "xargs rm",
    "ls | xargs rm",
    "find . -exec rm {} ;",
    r"find . -exec rm {} \;",
    "find . -execdir rm x +",
    "find . -okdir rm x +",
    "sudo ls",
    "nohup ls",
    "command rm x",
    "exec rm x",
    "builtin eval x",
    "time rm x",
    "coproc rm x",
    "! git status",
    "git status &",
    "git status & rm x",
    "(git status)",
    "{ git status; }",
    "if true; then rm x; fi",
    "for i in a; do rm x; done",
    "while true; do rm x; done",
    "case x in x) rm x;; esac",
    "f() { rm x; }; f",
    "function f { rm x; }",
    "[[ -f x ]] && ls",
    "git status # rm",
    "echo $'a\\x62'",
    "echo $\"a\"",
    "echo *",
    "echo ?",
    "echo [a]",
    "echo {a,b}",
    "echo ~",
    "echo ~root",
    "echo a:~",
    "git status \\\n rm",
    "git \\\nstatus",
    "echo \"a\\\nb\"",
    "bash script.sh",
    "bash",
    "echo x | sh",
    "bash -c",
    "bash -c ls extra",
    "bash --rcfile x -c ls",
    "bash -ic ls",
    "bash -c 'echo $(x)'",
    "bash -c \"echo 'a\"",
    "echo 'unclosed",
    "echo \"unclosed",
    "echo a\u{a0}b",
    "echo a\u{202e}b",
    "echo a\u{3000}b",
    "echo a\rb",
    "git\u{200b} status",
    "echo a\u{1b}b",
    "ls |& rm",
    "git status ;; ls",
    "git status ) ls",
    ". ./x",
    "source x",
    "trap 'rm x' EXIT",
    "rg --pre=rm x",
    "git -c core.pager=rm status",
    "=ls",
    "a^b",
    "echo <(rm x)",
    "tar --to-command=rm x",
    "let x=1",
    "let 'a[$(rm x)]=1'",
    "test -v 'a[$(rm x)]'",
    "printf -v 'a[$(rm x)]' x",
    "mapfile -C 'rm x' -c 1 a",
    "declare x=1",
    "a[0]=1",
    "a+=1 ls",
    "((x=1))",
    "$((1))",
    "echo $[1]",
    "\"$cmd\" x",
    "$cmd",
];

#[test]
fn no_trick_is_taken_for_plain_words() {
    for trick in TRICKS {
        assert_eq!(plain(trick), None, "{trick:?}");
    }
}

#[test]
fn what_is_hidden_in_an_opaque_line_is_found_for_rules_that_deny() {
    for line in [
        "echo $(rm -rf x)",
        "if true; then rm -rf x; fi",
        "sudo -u root rm -rf x",
        "find . -exec rm -rf x +",
        "X=$(rm -rf x)",
        "sh -c 'echo `rm -rf x`'",
        "(rm -rf x) > f",
        "f() { rm -rf x; }",
    ] {
        let found = read(line);
        assert!(found.opaque.is_some(), "{line}");
        let target = words(&[&["rm", "-rf", "x"]]).remove(0);
        assert!(
            found.commands.iter().any(|command| command.starts_with(&target)),
            "{line}: {:?}",
            found.commands
        );
    }
}

#[test]
fn a_chain_is_shown_in_its_parts_and_what_is_no_chain_is_not_taken_apart() {
    assert_eq!(
        parts("a 'x && y' && b 2>&1 > f; c | d\ne"),
        ["a 'x && y'", "b 2>&1 > f", "c", "d", "e"]
    );
    for line in [
        "a $(b; c)",
        "a 'b",
        "cat <<E\nx\nE",
        "(a; b)",
        r#"a "b;c""#,
        r"a \; b",
        "a &>f",
        "a >|f",
    ] {
        assert_eq!(parts(line), [line]);
    }
}

#[test]
fn the_words_of_arguments_are_not_read_by_a_shell() {
    let argv = |words: &[&str]| read_argv(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
    assert_eq!(argv(&["echo", "$(x)"]).opaque, None);
    assert_eq!(argv(&["bash", "-lc", "a; b"]).commands, words(&[&["a"], &["b"]]));
    assert!(argv(&["env", "x"]).opaque.is_some());
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
        "\t",
        "\n",
        ";",
        "&&",
        "||",
        "|",
        "&",
        "'",
        "\"",
        "\\",
        "$",
        "`",
        "(",
        ")",
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
        "a b",
        "$(x1)",
        "${x}",
        "'a'",
        "\"b\"",
        ",",
        "^",
        "%",
        "@",
        "+",
        ":",
        "2>&1",
        ">/dev/null",
        "é",
        "\\\n",
        "eval",
        "<<E",
        "E\n",
        "$'",
        "if",
        "then",
        "fi",
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// bash itself is the judge: with no program to be found, it tells which commands it would have run.
    #[test]
    fn what_is_taken_for_plain_is_what_bash_runs(pieces in prop::collection::vec(piece(), 1..9)) {
        let line = pieces.concat();
        let Some(commands) = plain(&line) else { return Ok(()) };
        // Builtins run without being looked for, and what follows `&&` would not run.
        let builtin = |command: &Vec<String>| !matches!(command[0].as_str(), "git" | "ls" | "x1");
        if commands.iter().any(builtin) || line.contains("/dev/null") || line.contains("2>") { return Ok(()) }
        let script = format!(
            "command_not_found_handle() {{ printf '%s\\0' \"$@\" >&3; printf '\\1' >&3; return ${{RC:-0}}; }}\n{line}"
        );
        for code in ["0", "1"] {
            let output = std::process::Command::new("/bin/bash")
                .args(["-c", &format!("exec 3>&1 >/dev/null 2>&1; {script}")])
                .env_clear()
                .env("PATH", "/nonexistent")
                .env("RC", code)
                .output()
                .unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            let ran = text
                .split('\u{1}')
                .filter(|command| !command.is_empty())
                .map(|command| command.trim_end_matches('\0').split('\0').map(str::to_owned).collect::<Vec<_>>());
            for command in ran {
                let trimmed = commands.iter().any(|known| {
                    let mut known = known.clone();
                    while known.last().is_some_and(String::is_empty) { known.pop(); }
                    known == command
                });
                prop_assert!(trimmed, "{line:?} ran {command:?}, not one of {commands:?}");
            }
        }
    }

    #[test]
    fn any_text_is_read_without_a_panic(line in "\\PC{0,60}") {
        let _ = read(&line);
    }
}
