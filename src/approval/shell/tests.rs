//! The judge against lines that are plain, and lines that are not. The shells' own reading of them is in `shells`.

use super::*;
use proptest::prelude::*;

fn plain(line: &str) -> Option<Vec<Vec<String>>> {
    let found = read(line);
    found.opaque.is_none().then(|| words_of(&found))
}

fn words_of(found: &ShellLine) -> Vec<Vec<String>> {
    found
        .commands
        .iter()
        .map(|command| command.words.clone())
        .collect()
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
        (
            "echo HEAD^ a#b 'x!' \"panic!\" c!d",
            &[&["echo", "HEAD^", "a#b", "x!", "panic!", "c!d"]],
        ),
        ("git status # rm $(x)", &[&["git", "status"]]),
        ("# rm\ngit status", &[&["git", "status"]]),
        ("[ -f x ] && ls", &[&["[", "-f", "x", "]"], &["ls"]]),
        ("(a && b) | c", &[&["a"], &["b"], &["c"]]),
        ("(a); (b; (c))", &[&["a"], &["b"], &["c"]]),
        ("CI=1 RUST_BACKTRACE=full a", &[&["a"]]),
        (
            "git show 'a' stash@{1} HEAD@{yesterday}",
            &[&["git", "show", "a", "stash@{1}", "HEAD@{yesterday}"]],
        ),
        ("a </dev/null >/dev/null 2>&1", &[&["a"]]),
        ("timeout 10 a b", &[&["a", "b"]]),
        ("timeout -k 5 1m bash -c 'a; b'", &[&["a"], &["b"]]),
        ("env CI=1 a", &[&["a"]]),
        ("nice -n 5 a", &[&["a"]]),
        ("time a", &[&["a"]]),
        ("bash -euo pipefail -c 'a &>/dev/null'", &[&["a"]]),
        ("zsh -c 'a &>/dev/null'", &[&["a"]]),
    ] {
        let found = read(line);
        assert_eq!(
            (&found.opaque, words_of(&found)),
            (&None, words(commands)),
            "{line}"
        );
    }
}

/// What must never be taken for plain words.
const TRICKS: &[&str] = &[
    "",
    "   ",
    "ls &>/dev/null touch x",
    "sh -c 'ls &>/dev/null touch x'",
    "ls &>/dev/null",
    "ls | >&2\nls",
    "ls && >/dev/null\nls",
    "zsh -c 'ls 2&>/dev/null'",
    "bash -c 'ls 2&>/dev/null'",
    "ls >&/dev/null",
    "bash -c 'ls &> f'",
    "./bash -c 'git status'",
    "/tmp/evil/sh -c ls",
    "bash -c './sh -c ls'",
    "/usr/local/bin/../../../tmp/sh -c ls",
    "bash -c ls arg0",
    "bash -O extglob -c ls",
    "bash -o posix -c ls",
    "bash -s -c ls",
    "fish -c ls",
    "(ls",
    "ls)",
    "()",
    "(;ls)",
    "(ls &&)",
    "(ls) rm",
    "ls (rm)",
    "ls && ()",
    "((x=1))",
    "( (x) y )",
    "> /dev/null",
    "ls; >/dev/null",
    "CI=1",
    "CI=1; ls",
    "PATH=x ls",
    "CI=/x ls",
    "GIT_PAGER=x git log",
    "'CI'=1 ls",
    "ls {a}",
    "ls a{b,c}",
    "ls @{a,b}",
    "ls @{a..b}",
    "[ -f *",
    "ls [",
    "!x",
    "^x",
    "%x",
    "- ls",
    "time",
    "time -p ls",
    "time if",
    "timeout 5",
    "timeout --foo 5 ls",
    "timeout 5 -x ls",
    "env",
    "env -S 'ls x'",
    "env PATH=x ls",
    "nice --5 ls",
    "ls à",
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
    "env X=1 git status",
    "xargs rm",
    "ls | xargs rm",
    "sudo ls",
    "nohup ls",
    "command rm x",
    "exec rm x",
    "builtin eval x",
    "coproc rm x",
    "! git status",
    "git status &",
    "git status & rm x",
    "{ git status; }",
    "if true; then rm x; fi",
    "for i in a; do rm x; done",
    "while true; do rm x; done",
    "case x in x) rm x;; esac",
    "f() { rm x; }; f",
    "function f { rm x; }",
    "[[ -f x ]] && ls",
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
    "=ls",
    "ls ''=x1",
    "ls \"\"=x1",
    "a^b",
    "echo <(rm x)",
    "let x=1",
    "let 'a[$(rm x)]=1'",
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
        "X=$(rm -rf x)",
        "sh -c 'echo `rm -rf x`'",
        "(rm -rf x) > f",
        "f() { rm -rf x; }",
    ] {
        let found = read(line);
        assert!(found.opaque.is_some(), "{line}");
        let target = words(&[&["rm", "-rf", "x"]]).remove(0);
        let begins = found
            .around
            .iter()
            .chain(&found.anywhere)
            .any(|words| words.windows(target.len()).any(|window| window == target));
        assert!(begins, "{line}: {found:?}");
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
    assert_eq!(
        words_of(&argv(&["bash", "-lc", "a; b"])),
        words(&[&["a"], &["b"]])
    );
    assert_eq!(argv(&["env", "CI=1", "x"]).opaque, None);
    assert!(argv(&["env", "-i", "x"]).opaque.is_some());
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(line in "\\PC{0,60}") {
        let _ = read(&line);
    }
}

/// How much of a line is kept, in words.
fn kept(found: &ShellLine) -> usize {
    let commands = found.commands.iter().map(|command| command.words.len());
    let lists = found.around.iter().chain(&found.anywhere).map(Vec::len);
    commands.chain(lists).sum()
}

#[test]
fn what_is_kept_of_a_line_grows_with_the_line_and_not_faster() {
    for word in [
        "bash ",
        "sudo ",
        "env ",
        "timeout 1 ",
        "xargs bash -c ",
        "( ",
        "a; ",
        "cd d && ",
        "CI=1 ",
        "$(",
        "find -exec ",
    ] {
        for times in [1_000, 200_000] {
            let line = word.repeat(times);
            let words = line.split_whitespace().count();
            assert!(kept(&read(&line)) <= 12 * words, "{word} × {times}");
        }
    }
    let mut nested = "rm x".to_owned();
    for _ in 0..12 {
        nested = format!("bash -c {}", quoted(&nested));
    }
    let found = read(&nested);
    assert!(found.opaque.is_some() && kept(&found) < 200, "{found:?}");
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
