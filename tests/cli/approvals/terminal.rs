//! The person at the terminal that runs the turn: sees all of it, and nothing is a yes but the key for it.

use turnwise::demo::Step;

use super::{ASKING, Kind, approve, by_outputs, kinds, patch, waiting_ids};
use crate::support::Test;

#[test]
fn the_person_at_the_terminal_sees_all_of_it_and_answers() {
    for kind in kinds() {
        for (key, code) in [("yes", 0), ("n\r", 0), ("c\r", 5), ("\u{3}", 5)] {
            let test = kind.test(1);
            let mut arguments = ASKING.to_vec();
            arguments.push("x");
            let mut terminal = test.at_terminal(80, 40, &arguments);
            terminal.wait_for("Your answer");
            let keys = match (key, kind) {
                ("yes", Kind::Question) => "a\r2\r",
                // The schema's own order of names; a wrong number is asked for again.
                ("yes", Kind::Form) => "a\rblue\rit\r99\r3\r\r",
                ("yes", _) => "y\r",
                ("n\r", Kind::Question | Kind::Form) => "n\r",
                // No reason.
                ("n\r", _) => "n\r\r",
                _ => key,
            };
            // The form as a whole is checked at its end, and started again.
            terminal.press(keys);
            if (key, kind) == ("yes", Kind::Form) {
                terminal.wait_for("choose again");
                terminal.press("a\rblue\rit\r3\r\r");
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
    assert!(screen.contains("not asked about again"), "{screen}");
}

#[test]
fn nothing_is_a_yes_but_the_key_for_it() {
    let test = Kind::Command.test(1);
    let mut terminal = test.at_terminal(80, 30, &["run", "--approval", "on-request", "x"]);
    // Typed before anything was asked: it does not count.
    terminal.press("y\ry\ry\r");
    terminal.wait_for("Your answer");
    terminal.press("\r");
    terminal.wait_for("one of the letters");
    terminal.press("yes\r");
    terminal.press("\u{1b}[A\r");
    terminal.press("n\r\r");
    let (screen, exit) = terminal.wait();
    assert_eq!(exit, Some(0), "{screen}");
    Kind::Command.effect(&test, false);
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
    for (count, keys) in [(1, "y\r"), (2, "n\r\r"), (3, "y\r")] {
        terminal.wait_for_count("Your answer", count);
        terminal.press(keys);
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
    assert!(screen.contains("answered first: accept"), "{screen}");
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
