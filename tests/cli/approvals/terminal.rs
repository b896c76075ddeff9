//! The person at the terminal that runs the turn: sees all of it, and nothing is a yes but the key for it.

use std::time::{Duration, Instant};

use turnwise::demo::Step;

use super::{ASKING, Kind, approve, by_outputs, kinds, patch, waiting_ids};
use crate::support::Test;
use crate::support::terminal::Terminal;

#[test]
fn the_person_at_the_terminal_sees_all_of_it_and_answers() {
    for kind in kinds() {
        for (key, code) in [("yes", 0), ("n", 0), ("c", 5), ("\u{3}", 5)] {
            let test = kind.test(1);
            let mut arguments = ASKING.to_vec();
            arguments.push("x");
            let mut terminal = test.at_terminal(80, 40, &arguments);
            terminal.wait_for("Your answer");
            match (key, kind) {
                ("yes", Kind::Question) => terminal.enter(&["a", "2"]),
                ("yes", Kind::Form) => {
                    // The schema's own order of names; a wrong number is asked for again.
                    terminal.enter(&["a", "blue", "it", "99", "3", ""]);
                    // The form as a whole is checked at its end, and started again.
                    terminal.wait_for("choose again");
                    terminal.enter(&["a", "blue", "it", "3", ""]);
                }
                ("yes", _) => terminal.enter(&["y"]),
                ("n", Kind::Question | Kind::Form) => terminal.enter(&["n"]),
                // No reason.
                ("n", _) => terminal.enter(&["n", ""]),
                ("\u{3}", _) => terminal.press(key),
                _ => terminal.enter(&[key]),
            }
            let (screen, exit) = terminal.wait();
            assert_eq!(exit, Some(code), "{kind:?} {key:?}: {screen}");
            kind.effect(&test, key == "yes");
            let shown = match kind {
                Kind::Command => "echo made > made",
                Kind::FileChange => "+made",
                Kind::Permission => "write /var/tmp",
                Kind::Question => "Which colour?",
                Kind::Form => "Which one?",
                Kind::McpTool => "tiny/echo",
            };
            assert!(screen.contains(shown), "{kind:?}: {screen}");
            let hidden = screen.rfind("\u{1b}[?25l");
            assert!(hidden.is_none_or(|hidden| screen.rfind("\u{1b}[?25h") > Some(hidden)));
            test.nothing_is_left();
        }
    }
}

#[test]
fn a_session_is_allowed_at_the_terminal_once() {
    let test = Kind::Command.test(3);
    let mut terminal = test.at_terminal(60, 30, &["run", "--approval", "on-request", "x"]);
    terminal.wait_for("Your answer");
    terminal.press("s\r");
    let (screen, exit) = terminal.wait();
    assert_eq!(exit, Some(0), "{screen}");
    assert_eq!(
        screen.matches("The agent wants to run a command").count(),
        1,
        "{screen}"
    );
    assert!(screen.contains("needs no approval again"), "{screen}");
}

#[test]
fn nothing_is_a_yes_but_the_key_for_it() {
    let test = Kind::Command.test(1);
    let mut terminal = test.at_terminal(80, 30, &["run", "--approval", "on-request", "x"]);
    // Typed before anything was asked: it does not count.
    terminal.press("y\ry\ry\r");
    terminal.wait_for("Your answer");
    terminal.enter(&[""]);
    terminal.wait_for("Type one of");
    terminal.enter(&["yes", "\u{1b}[A", "n", ""]);
    let (screen, exit) = terminal.wait();
    assert_eq!(exit, Some(0), "{screen}");
    Kind::Command.effect(&test, false);
}

/// A run whose prompt waits.
fn asked(test: &Test) -> Terminal {
    let mut arguments = ASKING.to_vec();
    arguments.push("x");
    let terminal = test.at_terminal(80, 30, &arguments);
    terminal.wait_for("Your answer");
    terminal
}

#[test]
fn pasted_text_is_not_an_answer() {
    for pasted in [
        // As terminals mark it, whatever is in it.
        "\u{1b}[200~y\u{1b}[201~\r",
        "\u{1b}[200~notes\ry\rmore\u{1b}[201~",
        "\u{1b}[200~y\r\u{1b}[201~",
        "\u{1b}[200~\u{3}\u{1b}[201~",
        // As those do that mark nothing.
        "notes\ry\r",
        "y\ry\r",
        "y\r\n",
        "y\r\u{1b}[201~",
    ] {
        let test = Kind::Command.test(1);
        let mut terminal = asked(&test);
        terminal.press(pasted);
        terminal.wait_for("Pasted text is ignored");
        terminal.wait_for_count("Your answer", 2);
        terminal.enter(&["n", ""]);
        let (screen, exit) = terminal.wait();
        assert_eq!(exit, Some(0), "{pasted:?}: {screen}");
        assert!(screen.contains("\u{1b}[?2004h"), "{screen}");
        assert!(
            screen.rfind("\u{1b}[?2004l") > screen.rfind("\u{1b}[?2004h"),
            "the terminal marks pastes still: {screen}"
        );
        Kind::Command.effect(&test, false);
    }
}

#[test]
fn a_paste_that_begins_before_the_prompt_can_be_read_is_not_an_answer() {
    let test = Kind::Command.test(1);
    let mut terminal = test.at_terminal(80, 30, &["run", "--approval", "on-request", "x"]);
    // The choices are there, and the prompt does not listen yet.
    terminal.wait_for("and stop the turn");
    terminal.press("\u{1b}[200~notes\ry\r");
    terminal.press("y\r\u{1b}[201~");
    terminal.wait_for("Pasted text").wait_for("Your answer");
    terminal.enter(&["n", ""]);
    assert_eq!(terminal.wait().1, Some(0));
    Kind::Command.effect(&test, false);
}

#[test]
fn what_is_typed_before_the_prompt_can_be_read_is_not_an_answer() {
    let test = Kind::Command.test(1);
    let mut terminal = test.at_terminal(80, 30, &["run", "--approval", "on-request", "x"]);
    terminal.wait_for("and stop the turn");
    let seen = Instant::now();
    terminal.press("y\r");
    terminal.wait_for("Your answer");
    assert!(
        seen.elapsed() >= Duration::from_millis(200),
        "{:?}",
        seen.elapsed()
    );
    terminal.enter(&["n", ""]);
    let (screen, exit) = terminal.wait();
    assert_eq!(exit, Some(0), "{screen}");
    Kind::Command.effect(&test, false);
}

#[test]
fn a_carriage_return_in_a_command_is_seen() {
    let test = Test::rounds(vec![vec![Step::escalated("./build.sh\r\nls\r", "It is needed.")]]);
    let mut terminal = asked(&test);
    terminal.wait_for(r"    ./build.sh\r").wait_for(r"    ls\r");
    terminal.enter(&["n", ""]);
    assert_eq!(terminal.wait().1, Some(0));
}

#[test]
fn a_pasted_value_is_taken_when_enter_is_typed() {
    if !Kind::Question.exists() {
        return;
    }
    let test = Kind::Question.test(1);
    let mut terminal = asked(&test);
    terminal.enter(&["a"]);
    // Lines are not taken, a word is.
    terminal.press("\u{1b}[200~1\r2\r\u{1b}[201~");
    terminal.wait_for("Pasted text");
    terminal.press("\u{1b}[200~2\u{1b}[201~");
    terminal.wait_for("Colour: 2");
    terminal.press("\r");
    let (screen, exit) = terminal.wait();
    assert_eq!(exit, Some(0), "{screen}");
    Kind::Question.effect(&test, true);
}

#[test]
fn a_long_change_is_shown_to_its_end_before_it_can_be_answered() {
    let lines = (0..100)
        .map(|number| format!("+line {number}\n"))
        .collect::<String>();
    let change = format!("*** Begin Patch\n*** Add File: made\n{lines}*** End Patch");
    let test = Test::rounds(vec![vec![patch(&change)]]);
    let mut terminal = test.at_terminal(80, 24, &["run", "--approval", "on-request", "x"]);
    terminal.wait_for("more lines: Space");
    // Not an answer: the end has not been seen.
    terminal.press("y");
    // How many pages it is depends on the length of the file's path.
    let screen = terminal.screen();
    let (before, _) = screen.split_once(" more lines: Space").unwrap();
    let left: usize = before.rsplit(' ').next().unwrap().parse().unwrap();
    for page in 2..=left.div_ceil(21) {
        terminal.press(" ");
        terminal.wait_for_count("more lines: Space", page);
    }
    terminal.press(" ");
    terminal.wait_for("line 99").wait_for("Your answer");
    terminal.press("y\r");
    let (screen, exit) = terminal.wait();
    assert_eq!(exit, Some(0), "{screen}");
    for number in 0..100 {
        assert!(
            screen.contains(&format!("+line {number}")),
            "line {number} was left out"
        );
    }
    assert!(test.work().join("made").exists());
}

#[test]
fn several_requests_at_once_are_answered_one_after_another() {
    let calls = ["a", "b", "c"].map(|name| Step::escalated(&format!("echo x > {name}"), "Why not."));
    let rounds = vec![
        calls.to_vec(),
        Vec::new(),
        Vec::new(),
        vec![Step::text("finished")],
    ];
    let test = Test::responding(by_outputs(rounds), "");
    let mut terminal = test.at_terminal(80, 40, &["run", "--approval", "on-request", "x"]);
    for (count, lines) in [(1, &["y"][..]), (2, &["n", ""]), (3, &["y"])] {
        terminal.wait_for_count("Your answer", count);
        terminal.enter(lines);
    }
    let (screen, exit) = terminal.wait();
    assert_eq!(exit, Some(0), "{screen}");
    for name in ["a", "b", "c"] {
        assert_eq!(
            screen.matches(&format!("    echo x > {name}\u{1b}")).count(),
            1,
            "{screen}"
        );
    }
    let made = ["a", "b", "c"]
        .iter()
        .filter(|name| test.work().join(name).exists());
    assert_eq!(made.count(), 2, "{screen}");
}

#[test]
fn a_prompt_is_closed_when_another_window_answers() {
    let test = Kind::Command.test(1);
    let terminal = test.at_terminal(80, 30, &["run", "--approval", "on-request", "x"]);
    terminal.wait_for("Your answer");
    let id = waiting_ids(&test, 1).remove(0);
    approve(&test, "accept", &id, &[]).exits(0);
    let (screen, exit) = terminal.wait();
    assert_eq!(exit, Some(0), "{screen}");
    assert!(
        screen.contains("approved by ") && screen.contains(" first"),
        "{screen}"
    );
    Kind::Command.effect(&test, true);
}

#[test]
fn asking_without_a_terminal_is_a_usage_error() {
    let test = Test::answering("x");
    let outcome = test.run(&["run", "--on-approval", "ask", "x"]);
    outcome.exits(2);
    assert!(outcome.stderr.contains("--on-approval wait"), "{outcome:?}");
    test.run(&["approve"]).exits(2);
}
