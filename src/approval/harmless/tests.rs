//! The list itself, and how words are read against it.

use super::*;

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

/// Whether the arguments of a command are harmless under a rule that names its first `spelled` words.
fn harmless(line: &str, spelled: usize) -> bool {
    identify(&words(line)).is_harmless(spelled).is_ok()
}

#[test]
fn the_list_can_be_read_and_gives_a_reason_for_each_line() {
    let text = include_str!("programs.toml");
    Table::parse(text).unwrap();
    let reasons = text.lines().filter(|line| line.starts_with("why = \""));
    let heads = text.lines().filter(|line| line.starts_with("[["));
    assert_eq!(reasons.clone().count(), heads.count());
    assert!(
        reasons.clone().all(|line| line.len() > 12),
        "a reason is too short"
    );
}

#[test]
fn only_listed_options_are_harmless_however_they_are_written() {
    for line in [
        "git log --oneline -5",
        "git log -n 5 --format=%h main",
        "git --no-pager log -p",
        "git status -sb",
        "sort -rn -k 2,2 f",
        "sort -k2 f",
        "tail -n +5 f",
        "find . -name x -mtime -1",
    ] {
        assert!(
            harmless(line, 1),
            "{line}: {:?}",
            identify(&words(line)).is_harmless(1)
        );
    }
    for line in [
        "git log --output=x",
        "git log --outp x",
        "git -c core.pager=x log",
        "git --exec-path=x log",
        "git grep -O./x y",
        "sort -o x f",
        "sort -ro x f",
        "sort --comp=./x f",
        "sort -T. f",
        "find . -delete",
        "find . -name x -fprint y",
        "uniq a b",
        "git nonsense",
        "no-such-program -x",
    ] {
        assert!(!harmless(line, 1), "{line}");
    }
}

#[test]
fn what_a_rule_spells_is_not_checked_but_counted() {
    assert!(harmless("git log --output=x", 3));
    assert!(!harmless("git log --output=x --output=y", 3));
    assert!(!harmless("uniq a b", 2));
    assert!(harmless("uniq a b", 3));
    assert!(!harmless("git push -q", 1));
    assert!(harmless("git push -q", 2));
}

#[test]
fn a_value_that_looks_like_an_option_is_not_taken_for_a_value() {
    assert!(!harmless("git log -n --output=x", 2));
    assert!(harmless("head -n -5 f", 1));
}

#[test]
fn a_test_compares_numbers_only_where_they_are_plain() {
    assert!(harmless("[ -f x ]", 1));
    assert!(harmless("test 1 -eq 2", 1));
    assert!(!harmless("test a[$(x)] -eq 2", 1));
    assert!(!harmless("[ -v a[$(x)] ]", 1));
    assert!(!harmless("[ 1 -eq a ]", 1));
}

#[test]
fn sed_prints_and_does_nothing_else() {
    for script in ["1,5p", "/x/p", "$p", "10,+5p", "/a/,/b/p", "5p;7p"] {
        assert!(harmless(&format!("sed -n {script} f"), 1), "{script}");
    }
    for script in [
        "1e",
        "s/a/b/e",
        "w",
        "/[/]/w",
        "1,5p;w",
        "r/x",
        "1!e",
        "/a\\/p;e/p",
        "p;1e",
        "$!N",
        "y/a/b/",
        "{p}",
    ] {
        assert!(!harmless(&format!("sed -n {script} f"), 1), "{script}");
    }
    assert!(!harmless("sed 1,5p f", 1));
    assert!(!harmless("sed -i 1,5p f", 1));
    assert!(!harmless("sed -n -e 1e f", 1));
}

#[test]
fn printf_prints_text_and_evaluates_no_numbers() {
    assert!(harmless("printf %s-%5s\\n a b", 1));
    assert!(!harmless("printf -va[$(x)] x", 1));
    assert!(!harmless("printf %d a[$(x)]", 1));
    assert!(!harmless("printf %*s a[$(x)] x", 1));
}

#[test]
fn variables_are_harmless_by_name_and_value() {
    assert!(variable_is_harmless("CI", "1"));
    assert!(variable_is_harmless("GIT_PAGER", "cat"));
    for (name, value) in [
        ("GIT_PAGER", "./x"),
        ("PATH", "/tmp"),
        ("LD_PRELOAD", "x"),
        ("LC_ALL", "/tmp/x"),
        ("RUSTFLAGS", ""),
    ] {
        assert!(!variable_is_harmless(name, value), "{name}={value}");
    }
}

#[test]
fn a_language_without_arguments_reads_a_program_from_its_input() {
    for program in ["python3", "node", "perl", "awk", "sqlite3"] {
        assert!(identify(&words(program)).reads_program(), "{program}");
        assert!(
            !identify(&words(&format!("{program} x"))).reads_program(),
            "{program}"
        );
    }
    assert!(!identify(&words("ls")).reads_program());
}
