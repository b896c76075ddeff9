//! `session list`, the picker and names at a terminal.

use std::sync::Arc;

use turnwise::demo::{Gate, ModelRequest, Step};

use crate::support::Test;

fn plain(screen: &str) -> String {
    console::strip_ansi_codes(screen).replace('\r', "")
}

fn begun(test: &Test, arguments: &[&str]) -> String {
    let mut all = vec!["run", "--format", "json"];
    all.extend(arguments);
    let report = test.run(&all).exits(0).json();
    report["session_id"].as_str().unwrap().to_owned()
}

#[test]
fn a_list_has_a_header_at_a_terminal_and_fits_any_width() {
    let test = Test::answering("x");
    let long = "日本語の長い質問 ".repeat(20);
    begun(&test, &[&long]);
    let second = begun(&test, &["--name", "my review", "x"]);
    for columns in [40_u16, 45, 80, 120] {
        let (screen, code) = test.at_terminal(columns, 24, &["session", "list"]).wait();
        assert_eq!(code, Some(0), "{screen}");
        let lines = plain(&screen).lines().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert!(
            lines[0].starts_with("UPDATED") && lines[0].ends_with("SESSION"),
            "{lines:?}"
        );
        assert!(lines[1].contains("my review"), "newest first: {lines:?}");
        assert!(lines[2].ends_with('…'), "{lines:?}");
        for line in &lines {
            assert!(
                console::measure_text_width(line) <= usize::from(columns),
                "{columns}: {line}"
            );
        }
        // What is shown of the ID means the session.
        let shown = lines[1].split_whitespace().find(|word| second.starts_with(word));
        test.run(&["session", "show", shown.unwrap()]).exits(0);
    }
    let piped = test.run(&["session", "list", "-n", "1"]);
    assert_eq!(piped.exits(0).stdout.lines().count(), 1);
    assert!(
        piped.stdout.contains(&second) && !piped.stdout.contains("UPDATED"),
        "{piped:?}"
    );
}

#[test]
fn sessions_that_run_or_wait_for_an_answer_are_marked() {
    let gate = Gate::default();
    let opened = gate.clone();
    let model = move |request: &ModelRequest| {
        if request.body["input"].to_string().contains("pineapples") {
            vec![
                Step::text("begun"),
                Step::Gate(opened.clone()),
                Step::escalated("echo asked > asked", "to see"),
            ]
        } else {
            vec![Step::text("done")]
        }
    };
    let test =
        Test::responding(Arc::new(model), "").with_own_server("a turn at another server has no process here");
    begun(&test, &["finished"]);
    let listed = |test: &Test| plain(&test.at_terminal(120, 24, &["session", "list"]).wait().0);
    assert!(!listed(&test).contains("STATE"));
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
        "pineapples",
    ]);
    run.wait_for_stdout("begun");
    let list = listed(&test);
    assert!(list.contains("STATE"), "{list}");
    let line = |list: &str, what: &str| list.lines().find(|line| line.ends_with(what)).unwrap().to_owned();
    assert!(line(&list, "pineapples").contains("  running  "), "{list}");
    assert!(!line(&list, "finished").contains("running"), "{list}");
    gate.open();
    run.wait_for_stdout("approval.waiting");
    let list = listed(&test);
    assert!(line(&list, "pineapples").contains("  waiting  "), "{list}");
    run.signal(rustix::process::Signal::INT);
    run.wait();
    assert!(!listed(&test).contains("STATE"));
    test.nothing_is_left();
}

#[test]
fn the_picker_fits_any_width_and_takes_the_newest_first() {
    let test = Test::answering("x");
    begun(&test, &["an older question"]);
    begun(
        &test,
        &["--name", &"a very long name ".repeat(12), "the newest question"],
    );
    for columns in [40_u16, 80, 120] {
        let mut terminal = test.at_terminal(columns, 24, &["session", "show", "--no-pager"]);
        terminal.wait_for("an older");
        let screen = plain(terminal.screen().as_str());
        let lines = screen
            .lines()
            .filter(|line| line.contains(':'))
            .collect::<Vec<_>>();
        assert!(lines.iter().any(|line| line.contains("a very")), "{screen}");
        for line in &lines {
            assert!(
                console::measure_text_width(line) < usize::from(columns),
                "{columns}: {line:?}"
            );
        }
        terminal.press("\r");
        let (screen, code) = terminal.wait();
        assert_eq!(code, Some(0), "{screen}");
        assert!(plain(&screen).contains("the newest question"), "{screen}");
    }
}

#[test]
fn leaving_the_picker_is_not_an_error_and_shows_the_cursor_again() {
    let test = Test::answering("x");
    begun(&test, &["the question"]);
    for (key, arguments) in [
        ("\u{1b}", &["session", "show"][..]),
        ("\u{3}", &["session", "show"]),
        ("\u{1b}", &["resume"]),
        ("\u{3}", &["resume"]),
    ] {
        let mut terminal = test.at_terminal(80, 24, arguments);
        terminal.wait_for("the question");
        terminal.press(key);
        let (screen, code) = terminal.wait();
        assert_eq!(code, Some(130), "{arguments:?}: {screen}");
        assert!(!screen.contains("error"), "{arguments:?}: {screen}");
        assert!(
            screen.rfind("\u{1b}[?25h") > screen.rfind("\u{1b}[?25l"),
            "{key:?} {arguments:?}: {screen:?}"
        );
    }
}

#[test]
fn a_name_that_another_session_has_is_said() {
    let test = Test::answering("x");
    let first = begun(&test, &["--name", "review", "one"]);
    let second = begun(&test, &["two"]);
    let warning = format!("warning: another session is also named review: {first}");
    for arguments in [
        &["session", "fork", &second, "--name", "review"][..],
        &["session", "new", "--name", "review"],
        &["run", "--name", "review", "x"],
        &["session", "rename", &second, "review"],
    ] {
        let outcome = test.run(arguments);
        assert!(
            outcome.exits(0).stderr.contains(&warning),
            "{arguments:?}: {outcome:?}"
        );
    }
    let same = test.run(&["session", "rename", &first, "another"]);
    assert!(!same.exits(0).stderr.contains("warning"), "{same:?}");
    let again = test.run(&["session", "rename", &first, "another"]);
    assert!(
        !again.exits(0).stderr.contains("warning"),
        "its own name: {again:?}"
    );
}

#[test]
fn a_copy_that_keeps_the_name_is_said_and_the_last_session_needs_no_id() {
    let test = Test::answering("x");
    let first = begun(&test, &["--name", "review", "one"]);
    let fork = test.run(&["session", "fork", "--last"]);
    let copy = fork.exits(0).stdout.trim().to_owned();
    assert_ne!(copy, first);
    let listed = test.run(&["session", "list", "--json"]).exits(0).json();
    let named = listed["sessions"].as_array().unwrap().iter();
    let named = named.filter(|session| session["name"] == "review").count();
    let warning = format!("warning: another session is also named review: {first}");
    assert_eq!(fork.stderr.contains(&warning), named > 1, "{fork:?} {listed}");
    let renamed = test.run(&["session", "fork", "--last", "--name", "the copy"]);
    assert!(!renamed.exits(0).stderr.contains("warning"), "{renamed:?}");
    test.run(&["session", "compact", &first]).exits(0);
    test.run(&["session", "rename", "--last", "the original"])
        .exits(0);
    let shown = test
        .run(&["session", "show", "the original", "--json"])
        .exits(0)
        .json();
    assert_eq!(shown["session"]["id"], first);
    test.run(&["session", "compact", "--last"]).exits(0);
    test.run(&["session", "archive", "--last"]).exits(0);
    for wrong in [&["only-one-word"][..], &["--last", "a", "b"], &["a", "b", "c"]] {
        let mut arguments = vec!["session", "rename"];
        arguments.extend(wrong);
        test.run(&arguments).exits(2);
    }
}
