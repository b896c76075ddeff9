//! At a terminal: the live display, keys, narrow windows, and hostile text that must not do anything.

use std::time::Duration;

use turnwise::demo::{Gate, Step};

use crate::support::Test;
use crate::support::hostile::{assert_no_trick, corpus, without_own_sequences};

/// An answer with everything that could harm a terminal.
fn hostile() -> String {
    let tricks = corpus().into_iter().map(|trick| trick.text).collect::<Vec<_>>();
    format!(
        "safe {} [https://good.example](https://evil.example) end",
        tricks.join(" ")
    )
}

#[test]
fn the_answer_is_streamed_as_markdown_with_a_status_line() {
    let gate = Gate::default();
    let test = Test::rounds(vec![vec![
        Step::text("# Title\n\nSome **bold** text.\n\n"),
        Step::Gate(gate.clone()),
        Step::text("- a list"),
    ]]);
    let terminal = test.at_terminal(80, 24, &["run", "x"]);
    terminal
        .wait_for("Title")
        .wait_for("bold")
        .wait_for("waiting for the model");
    gate.open();
    let (screen, code) = terminal.wait();
    assert_eq!(code, Some(0), "{screen}");
    let plain = without_own_sequences(&screen);
    assert!(plain.contains("• a list"), "{plain}");
    assert!(!plain.contains("**"), "{plain}");
    assert!(
        plain.contains("session "),
        "the session can be found again: {plain}"
    );
    test.nothing_is_left();
}

#[test]
fn a_hostile_answer_can_do_nothing_to_a_terminal() {
    for arguments in [
        &["run", "x"][..],
        &["run", "--format", "markdown", "x"],
        &["run", "--color", "never", "x"],
        &["run", "--format", "jsonl", "x"],
        &["run", "--format", "json", "x"],
    ] {
        let test = Test::rounds(vec![
            vec![
                Step::Reasoning(vec![hostile()]),
                Step::command("printf '\\033]0;t\\007\\033[2J\\r'; exit 1"),
            ],
            vec![Step::streamed(hostile(), 40, Duration::ZERO)],
        ]);
        let (screen, code) = test.at_terminal(80, 24, arguments).wait();
        assert_eq!(code, Some(0), "{screen}");
        let plain = without_own_sequences(&screen);
        assert_no_trick(&plain);
        // Carriage returns are the terminal's own line ends, or start the live region anew.
        assert!(
            plain.contains("evil.example"),
            "a link says where it leads: {plain}"
        );
    }
}

#[test]
fn a_narrow_terminal_gets_no_line_that_is_too_wide() {
    let text = "A paragraph that is a good deal wider than forty columns, so that it has to be wrapped.\n\n\
                | a heading | another heading |\n|---|---|\n| some cell | some other cell |\n\n```\nshort_code();\n```\n";
    let test = Test::rounds(vec![vec![Step::streamed(text, 20, Duration::from_millis(5))]]);
    let (screen, code) = test.at_terminal(40, 20, &["run", "x"]).wait();
    assert_eq!(code, Some(0));
    let plain = without_own_sequences(&screen);
    // The live region is drawn as full rows, each padded to the width, without newlines between them.
    let live = |line: &str| "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏".chars().any(|frame| line.contains(frame));
    for line in plain.split(['\n', '\r']).filter(|line| !live(line)) {
        assert!(line.chars().count() <= 40, "{line:?}");
    }
}

#[test]
fn ctrl_c_interrupts_and_the_cursor_is_visible_again() {
    let test = Test::rounds(vec![vec![Step::text("begun\n\nmore"), Step::Hang]]);
    let mut terminal = test.at_terminal(80, 24, &["run", "--timeout", "0", "x"]);
    terminal.wait_for("begun");
    terminal.press("\u{3}");
    let (screen, code) = terminal.wait();
    assert_eq!(code, Some(130), "{screen}");
    assert!(screen.contains("interrupted"), "{screen}");
    let hidden = screen.rfind("\u{1b}[?25l");
    assert!(
        hidden.is_none_or(|hidden| screen.rfind("\u{1b}[?25h") > Some(hidden)),
        "the cursor stays hidden"
    );
    test.nothing_is_left();
}

#[test]
fn a_plain_terminal_gets_plain_rows() {
    for (name, value) in [("TERM", "dumb"), ("CI", "true")] {
        let mut test = Test::rounds(vec![
            vec![Step::command("true")],
            vec![Step::text("**plain** `rows`")],
        ]);
        test.set(name, value);
        let (screen, code) = test.at_terminal(80, 24, &["run", "x"]).wait();
        assert_eq!(code, Some(0));
        assert!(!screen.contains('\u{1b}'), "{name}: {screen:?}");
        assert!(screen.contains("plain rows\r\n"), "{name}: {screen:?}");
    }
}

#[test]
fn markdown_is_rendered_on_a_terminal_whatever_colours_and_stderr_are() {
    let colour = |screen: &str| {
        screen.split("\u{1b}[").skip(1).any(|part| {
            part.split(|c: char| c.is_alphabetic())
                .next()
                .is_some_and(|numbers| part[numbers.len()..].starts_with('m'))
        })
    };
    let run = |no_color: bool, arguments: &str| {
        let mut test = Test::answering("some **bold** `code`").with_own_server("a shell starts the program");
        if no_color {
            test.set("NO_COLOR", "1");
        }
        let mut shell = test.other("setsid");
        let line = format!("{} {arguments}", env!("CARGO_BIN_EXE_turnwise"));
        shell.args(["--ctty", "sh", "-c", &line]);
        shell.env("TURNWISE_CODEX", crate::support::codex::binary());
        let (screen, code) = crate::support::terminal::Terminal::start(shell, 80, 24).wait();
        assert_eq!(code, Some(0), "{screen}");
        screen
    };
    for (no_color, arguments, coloured) in [
        (false, "run x", true),
        (false, "run -q x", true),
        (false, "run x 2>/dev/null", true),
        (false, "run --color never x", false),
        (true, "run x", false),
        (true, "run -q x", false),
        (false, "run --color always x | cat", true),
        (false, "run --color always --stream x | cat", true),
        (true, "run --color always -q x | cat", true),
    ] {
        let screen = run(no_color, arguments);
        let plain = without_own_sequences(&screen);
        assert!(plain.contains("some bold code\r\n"), "{arguments}: {screen:?}");
        assert_eq!(colour(&screen), coloured, "{arguments}: {screen:?}");
    }
    for arguments in [
        "run x | cat",
        "run --format text --stream x | cat",
        "run --format markdown x",
    ] {
        assert!(
            run(false, arguments).contains("some **bold** `code`"),
            "{arguments}"
        );
    }
}

#[test]
fn nothing_typed_and_nothing_piped_does_not_wait_at_a_terminal() {
    let test = Test::answering("x");
    let (screen, code) = test.at_terminal(80, 24, &["run"]).wait();
    assert_eq!(code, Some(2), "{screen}");
}

#[test]
fn the_demo_works_at_a_terminal_and_says_that_its_model_is_scripted() {
    let test = Test::answering("unused");
    let mut terminal = test.at_terminal(80, 40, &["demo"]);
    terminal.wait_for("Your answer");
    terminal.press("y\r");
    let (screen, code) = terminal.wait();
    assert_eq!(code, Some(0), "{screen}");
    let plain = without_own_sequences(&screen);
    assert!(
        plain.contains("the model is scripted") && plain.contains("Ran uname -s"),
        "{plain}"
    );
    assert!(
        plain.contains("It works") && plain.contains("which was allowed"),
        "{plain}"
    );
    test.nothing_is_left();
}

#[test]
fn an_input_error_shows_no_summary_of_a_run() {
    let test = Test::answering("unused");
    let (screen, code) = test.at_terminal(80, 24, &["run", "-f", "missing.md"]).wait();
    assert_eq!(code, Some(2), "{screen}");
    let plain = without_own_sequences(&screen);
    assert!(!plain.contains("tokens") && !plain.contains("0.0s"), "{plain:?}");
    assert!(
        screen.contains("\u{1b}[1;31merror:\u{1b}[0m"),
        "as clap has it: {screen:?}"
    );
    let (screen, _) = test
        .at_terminal(80, 24, &["run", "--color", "never", "-f", "missing.md"])
        .wait();
    assert!(
        without_own_sequences(&screen).contains("error: ") && !screen.contains("[1;31m"),
        "{screen:?}"
    );
}

#[test]
fn ctrl_c_at_an_approval_says_so() {
    let test = Test::rounds(vec![vec![Step::escalated(
        "echo made > made",
        "It has to be made.",
    )]]);
    let mut terminal = test.at_terminal(80, 40, &["run", "--approval", "on-request", "x"]);
    terminal.wait_for("Your answer");
    terminal.press("\u{3}");
    let (screen, code) = terminal.wait();
    assert_eq!(code, Some(5), "{screen}");
    let plain = without_own_sequences(&screen);
    assert!(
        plain.contains("Interrupted\r\n") && !plain.contains("Cancelled here"),
        "{plain}"
    );
}

#[test]
fn a_command_that_outlives_its_turn_is_named_when_it_is_stopped() {
    let call = Step::Call {
        name: "exec_command".to_owned(),
        arguments: serde_json::json!({ "cmd": "sleep 61", "yield_time_ms": 250 }),
        namespace: None,
    };
    let test = Test::rounds(vec![vec![call], vec![Step::text("done")]]);
    let outcome = test.run(&["run", "x"]);
    outcome.exits(0);
    assert!(
        outcome
            .stderr
            .contains("warning: stopped `sleep 61`: still running when the turn ended"),
        "{outcome:#?}"
    );
    test.nothing_is_left();
}

#[test]
fn plain_stderr_tells_the_session_and_its_model_once() {
    let test = Test::answering("done");
    let outcome = test.run(&["run", "x"]);
    outcome.exits(0);
    let lines = outcome
        .stderr
        .lines()
        .filter(|line| line.starts_with("session "))
        .collect::<Vec<_>>();
    assert!(lines.len() == 1 && lines[0].contains(" · model "), "{outcome:#?}");
    assert_eq!(test.run(&["run", "-q", "x"]).stderr, "");
}

#[test]
fn a_long_output_is_cut_by_rows_and_the_cut_says_how_to_see_it() {
    let script = || {
        vec![
            vec![Step::command("seq -s ' ' 1 400; echo end")],
            vec![Step::text("done")],
        ]
    };
    let test = Test::rounds(script());
    let (screen, code) = test.at_terminal(60, 40, &["run", "x"]).wait();
    assert_eq!(code, Some(0), "{screen}");
    let plain = without_own_sequences(&screen);
    assert!(
        plain.contains("earlier line") && !plain.contains("  1 2 3 4"),
        "{plain}"
    );
    let words = plain.split_whitespace().collect::<Vec<_>>();
    let item = words
        .iter()
        .position(|word| *word == "--item")
        .map(|at| words[at + 1].trim_end_matches(')'));
    let show = test.run(&["session", "show", "--last", "--item", item.unwrap()]);
    show.exits(0);
    assert!(
        show.stdout.contains("$ seq") && show.stdout.contains(" 1 2 3 4")
            || show.stdout.contains("\n1 2 3 4"),
        "{show:#?}"
    );
    test.run(&["session", "show", "--last", "--item", "nothing"])
        .exits(2);
    let test = Test::rounds(script());
    let (screen, _) = test.at_terminal(60, 40, &["run", "-v", "x"]).wait();
    assert!(
        screen.contains("1 2 3 4") && !screen.contains("earlier line"),
        "{screen}"
    );
}
