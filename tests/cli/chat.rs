//! `session chat` at a pseudo-terminal, against the real server: talking, steering, interrupting, its own commands.

use std::sync::Arc;
use std::time::Duration;

use turnwise::demo::{Gate, ModelRequest, Step};

use crate::control::{door, said};
use crate::support::codex::is_newest;
use crate::support::terminal::Terminal;
use crate::support::{Test, until};

/// A paste as a terminal sends it.
fn pasted(text: &str) -> String {
    format!("\u{1b}[200~{}\u{1b}[201~", text.replace('\n', "\r"))
}

/// A model that repeats what it was told last, unless another script is given for it.
fn echo(scripts: Vec<(&'static str, Vec<Step>)>) -> Test {
    let responder = move |request: &ModelRequest| {
        let prompt = request.prompt();
        let script = scripts.iter().find(|(word, _)| prompt.starts_with(word));
        // A script is played once: what follows its calls is the answer.
        match script {
            Some((_, steps)) if request.round() == 0 => steps.clone(),
            _ => vec![Step::text(format!("echo: {prompt}"))],
        }
    };
    Test::responding(Arc::new(responder), "")
}

/// A chat that is ready.
pub(crate) fn chat(test: &Test, columns: u16, arguments: &[&str]) -> Terminal {
    let mut all = vec!["session", "chat"];
    all.extend(arguments);
    let chat = test.at_terminal(columns, 24, &all);
    chat.wait_for("Ctrl-D leaves").wait_for("›");
    chat
}

/// What ends the line below an answer.
const END: &str = "tokens\u{1b}[0m\r\n";

/// Says a line and waits for the answer's end: the next prompt.
pub(crate) fn say(chat: &mut Terminal, text: &str, answer: &str) {
    let prompts = chat.screen().matches(END).count();
    chat.press(text);
    chat.press("\r");
    chat.wait_for(answer).wait_for_count(END, prompts + 1);
}

/// What the session that just ran holds, as (kind, text).
fn kept(test: &Test) -> Vec<(String, String)> {
    let list = test.run(&["session", "list", "--json"]).exits(0).json();
    said(test, list["sessions"][0]["id"].as_str().unwrap())
}

#[test]
fn turns_follow_each_other_in_one_session_and_ctrl_d_leaves() {
    for columns in [80, 40] {
        let test = echo(vec![]);
        let mut chat = chat(&test, columns, &[]);
        say(&mut chat, "first", "echo: first");
        say(&mut chat, "second", "echo: second");
        chat.press("\u{4}");
        let (_, code) = chat.wait();
        assert_eq!(code, Some(0));
        let texts = kept(&test).into_iter().map(|(_, text)| text).collect::<Vec<_>>();
        assert_eq!(texts, ["first", "echo: first", "second", "echo: second"]);
        test.nothing_is_left();
    }
}

#[test]
fn several_lines_and_pastes_are_one_prompt() {
    for columns in [80, 40] {
        let test = echo(vec![]);
        let mut chat = chat(&test, columns, &[]);
        say(&mut chat, "one \\\u{a}two\u{1b}\rthree\u{a}four", "echo: one");
        let long: String = (0..500)
            .map(|number| format!("line {number} of a paste\n"))
            .collect();
        chat.press(&pasted(&long));
        chat.wait_for("line 499 of a paste");
        assert_eq!(test.requests().len(), 1, "nothing was sent before Enter");
        say(&mut chat, "", "echo: line 0");
        chat.press("\u{4}");
        chat.wait();
        let kept = kept(&test);
        assert_eq!(kept[0].1, "one \\\ntwo\nthree\nfour");
        assert_eq!(kept[2].1, long.trim_end(), "all of it, unchanged");
        assert_eq!(kept.len(), 4);
    }
}

#[test]
fn what_was_said_is_in_the_history_of_the_next_chat() {
    for columns in [80, 40] {
        let test = echo(vec![]);
        let mut first = chat(&test, columns, &[]);
        say(&mut first, "remember me", "echo: remember me");
        first.press("/quit\r");
        assert_eq!(first.wait().1, Some(0));
        let mut second = chat(&test, columns, &[]);
        // Twice up: before the last command.
        second.press("\u{1b}[A\u{1b}[A");
        second.wait_for("remember me");
        say(&mut second, "", "echo: remember me");
        second.press("\u{4}");
        second.wait();
    }
}

#[test]
fn ctrl_c_interrupts_the_turn_and_the_chat_goes_on() {
    for columns in [80, 40] {
        let slow = Step::streamed("slowly ".repeat(2_000), 2_000, Duration::from_millis(20));
        let test = echo(vec![("begin", vec![slow])]);
        let mut chat = chat(&test, columns, &[]);
        chat.press("begin\r");
        chat.wait_for("slowly slowly");
        chat.resize(120 - columns, 20);
        let shown = chat.screen().matches("slowly").count();
        chat.wait_for_count("slowly", shown + 5);
        chat.press("\u{3}");
        chat.wait_for("interrupted by Ctrl-C");
        // At the prompt it only clears the line.
        chat.press("never said");
        chat.wait_for("never said");
        let prompts = chat.screen().matches("› ").count();
        chat.press("\u{3}");
        chat.wait_for_count("› ", prompts + 1);
        say(&mut chat, "again", "echo: again");
        chat.press("\u{4}");
        assert_eq!(chat.wait().1, Some(0));
        let prompts = kept(&test).into_iter().map(|(_, text)| text);
        assert!(!prompts.clone().any(|text| text.contains("never said")));
        test.nothing_is_left();
    }
}

#[test]
fn the_first_key_hides_nothing_of_the_answer_and_a_stop_keeps_the_line() {
    for columns in [120, 80, 45, 40] {
        let gate = Gate::default();
        let test = echo(vec![(
            "begin",
            vec![Step::held(
                "Some words that can be read, ",
                &gate,
                "and the rest.",
            )],
        )]);
        let mut chat = chat(&test, columns, &[]);
        chat.press("begin\r");
        let has = |rows: &[String], text: &str| rows.iter().filter(|row| *row == text).count();
        chat.wait_until_seen("the first part", |rows| {
            has(rows, "Some words that can be read,") == 1
        });
        chat.press("t");
        chat.wait_until_seen("the line", |rows| {
            rows.last().is_some_and(|row| row == "send › t")
        });
        assert_eq!(
            has(&chat.seen(), "Some words that can be read,"),
            1,
            "{:#?}",
            chat.seen()
        );
        chat.press("\u{7f}\r");
        gate.open();
        chat.wait_for(END);
        let seen = chat.seen();
        assert_eq!(has(&seen, "Some words that can be read,"), 1, "{seen:#?}");
        assert_eq!(has(&seen, "and the rest."), 1, "{seen:#?}");
        chat.press("\u{4}");
        assert_eq!(chat.wait().1, Some(0));
    }
}

#[test]
fn typing_during_a_turn_is_said_to_it_and_what_that_cuts_off_is_told() {
    // Older servers let the message finish first, so there it has to.
    let words = if is_newest() { 2_000 } else { 100 };
    let slow = Step::streamed("slowly ".repeat(words), words, Duration::from_millis(20));
    let test = echo(vec![("begin", vec![slow])]);
    let mut chat = chat(&test, 80, &[]);
    chat.press("begin\r");
    chat.wait_for("slowly slowly");
    chat.press(&pasted("do\nthis"));
    chat.wait_for("send ›").wait_for("this");
    assert_eq!(test.requests().len(), 1, "a paste waits for Enter");
    chat.press("\r");
    chat.wait_for("echo: do").wait_for(END);
    assert_eq!(
        chat.screen().contains("the unfinished reply was discarded"),
        is_newest()
    );
    chat.press("\u{4}");
    assert_eq!(chat.wait().1, Some(0));
    let mut texts = kept(&test).into_iter().map(|(_, text)| text).collect::<Vec<_>>();
    if !is_newest() {
        assert_eq!(texts.remove(1).matches("slowly").count(), words);
    }
    assert_eq!(texts, ["begin", "do\nthis", "echo: do\nthis"]);
}

#[test]
fn what_is_said_too_late_for_a_turn_begins_the_next() {
    let gate = Gate::default();
    let test = echo(vec![(
        "begin",
        vec![Step::Gate(gate.clone()), Step::text("done")],
    )]);
    let mut chat = chat(&test, 80, &[]);
    chat.press("begin\r");
    chat.wait_for("waiting for the model");
    chat.press("too late");
    chat.wait_for("send ›").wait_for("too late");
    gate.open();
    chat.wait_for("the turn has ended");
    chat.press("\r");
    chat.wait_for("echo: too late").wait_for_count(END, 2);
    chat.press("\u{4}");
    assert_eq!(chat.wait().1, Some(0));
}

#[test]
fn an_approval_in_the_middle_is_asked_and_noted() {
    let ask = Step::escalated("echo made > made", "It has to be made.");
    let test = echo(vec![("begin", vec![ask])]);
    let mut chat = chat(&test, 60, &["--approval", "on-request"]);
    chat.press("begin\r");
    chat.wait_for("Your answer");
    chat.press("y\r");
    chat.wait_for("echo: begin").wait_for(END);
    assert!(test.work().join("made").exists());
    chat.press("/approvals\r");
    chat.wait_for("Approval policy: on-request")
        .wait_for("Approved here");
    chat.press("\u{4}");
    assert_eq!(chat.wait().1, Some(0));
}

#[test]
fn its_own_commands_do_what_they_say() {
    let test = echo(vec![]);
    let mut chat = chat(&test, 80, &["--effort", "low"]);
    say(&mut chat, "first", "echo: first");
    for (typed, shown) in [
        ("/hepl", "did you mean /help?"),
        ("/help", "Ctrl-C interrupts it"),
        ("/diff", "no file changes"),
        ("/rename my talk", "the session to my talk"),
        ("/effort high", "Effort set to high"),
        ("/model gpt-5.4", "Model set to gpt-5.4"),
        ("/status", "effort     high"),
        ("/compact", "Compacted the context"),
        ("/fork", "Switched to the copy"),
    ] {
        chat.press(typed);
        chat.press("\r");
        chat.wait_for(shown);
    }
    say(&mut chat, "in the copy", "echo: in the copy");
    chat.press("/quit\r");
    assert_eq!(chat.wait().1, Some(0));
    let last = test.requests().pop().unwrap().body;
    assert_eq!(
        (&last["model"], &last["reasoning"]["effort"]),
        (&"gpt-5.4".into(), &"high".into())
    );
    let list = test.run(&["session", "list", "--json"]).exits(0).json();
    let sessions = list["sessions"].as_array().unwrap().clone();
    assert_eq!(sessions.len(), 2, "{list}");
    let texts = said(&test, sessions[1]["id"].as_str().unwrap());
    assert!(
        !texts.iter().any(|(_, text)| text.contains("in the copy")),
        "the original stays as it is: {texts:?}"
    );
    test.nothing_is_left();
}

#[test]
fn resume_without_a_prompt_is_a_chat_in_what_was_in_force() {
    let test = echo(vec![]);
    let run = [
        "run",
        "--sandbox",
        "workspace-write",
        "--approval",
        "on-request",
        "hello",
    ];
    test.run(&run).exits(0);
    let mut chat = test.at_terminal(80, 24, &["resume", "--last"]);
    chat.wait_for("workspace-write")
        .wait_for("on-request")
        .wait_for("›");
    say(&mut chat, "and on", "echo: and on");
    chat.press("\u{4}");
    assert_eq!(chat.wait().1, Some(0));
    assert_eq!(kept(&test).len(), 4);
}

#[test]
fn a_chat_without_a_terminal_says_what_to_do_instead() {
    let test = echo(vec![]);
    let outcome = test.run(&["session", "chat"]);
    outcome.exits(2);
    assert!(
        outcome.stderr.contains("turnwise resume SESSION PROMPT"),
        "{outcome:?}"
    );
}

#[test]
fn signals_end_a_chat_and_leave_the_terminal_as_it_was() {
    for busy in [false, true] {
        let test = echo(vec![("begin", vec![Step::Hang])]);
        let mut chat = chat(&test, 80, &[]);
        if busy {
            chat.press("begin\r");
            door(&test);
            chat.wait_for("waiting for the model");
        }
        let before = chat.modes();
        chat.signal(rustix::process::Signal::TERM);
        let modes = chat.modes_after_its_end();
        assert_eq!(modes.1, Some(143));
        assert_ne!(before, modes.0, "it had the keyboard");
        assert!(
            modes
                .0
                .contains(rustix::termios::LocalModes::ICANON | rustix::termios::LocalModes::ECHO)
        );
        test.nothing_is_left();
    }
}

#[test]
fn six_windows_on_one_turn_leave_a_consistent_session_and_nothing_behind() {
    let long = || Step::streamed("slowly ".repeat(200), 200, Duration::from_millis(20));
    let responder = move |request: &ModelRequest| match (request.prompt(), request.round()) {
        (prompt, 0) if prompt == "begin" => vec![Step::escalated("echo made > made", "It has to be made.")],
        (prompt, _) if prompt == "begin" => vec![long()],
        (prompt, _) if prompt.starts_with("more") => vec![Step::text("more it is. "), long(), long(), long()],
        (prompt, _) => vec![Step::text(format!("echo: {prompt}"))],
    };
    let test = Test::responding(Arc::new(responder), "");
    let mut chat = chat(&test, 80, &["--approval", "on-request", "--on-approval", "wait"]);
    let id = door(&test).file_stem().unwrap().to_str().unwrap().to_owned();
    let watch = test.spawn(&["session", "watch", &id, "--format", "jsonl"]);
    chat.press("begin\r");
    chat.wait_for("waiting for approval");
    // It is shown a moment before it can be answered elsewhere.
    let asked = until(|| {
        let waiting = test.run(&["approve", "list", "--json"]).exits(0).json();
        waiting["approvals"][0]["id"].as_str().map(str::to_owned)
    });
    let answers = [(); 2].map(|()| test.spawn(&["approve", "accept", &asked]));
    let mut codes = answers.map(|answer| answer.wait().code.unwrap());
    codes.sort_unstable();
    assert_eq!(codes, [0, 5], "one of the two answered it");
    watch.wait_for_stdout("slowly");
    test.run(&["session", "steer", &id, "more", "please"]).exits(0);
    watch.wait_for_stdout("more it is");
    test.run(&["session", "interrupt", &id]).exits(0);
    chat.wait_for("The turn was interrupted by ");
    let watched = watch.wait();
    assert_eq!(watched.code, Some(130), "as the turn: {}", watched.stderr);
    say(&mut chat, "still there?", "echo: still there?");
    chat.press("\u{4}");
    assert_eq!(chat.wait().1, Some(0));
    assert!(test.work().join("made").exists());
    let texts = said(&test, &id);
    let count = |text: &str| texts.iter().filter(|(_, said)| said.contains(text)).count();
    for (text, times) in [("begin", 1), ("more please", 1), ("still there?", 2)] {
        assert_eq!(count(text), times, "{text}: {texts:?}");
    }
    test.run(&["resume", &id, "and on"]).exits(0);
    test.nothing_is_left();
}
