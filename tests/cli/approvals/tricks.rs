//! Every trick of the corpus through every display of a request.

use serde_json::{Value, json};
use turnwise::demo::Step;

use super::{approve, by_outputs, patch, waiting_ids};
use crate::support::hostile::{Trick, assert_no_trick, corpus, without_own_sequences};
use crate::support::{Test, until};

/// A run whose agent asks for one command for each trick of the corpus, with the trick in the command and in the reason.
fn tricky() -> (Test, Vec<Trick>) {
    let tricks = corpus();
    let calls = tricks
        .iter()
        .map(|trick| Step::escalated(&format!("mark '<{}>'", trick.text), &trick.text));
    let mut rounds = vec![calls.collect::<Vec<_>>()];
    rounds.extend((1..tricks.len()).map(|_| Vec::new()));
    rounds.push(vec![Step::text("finished")]);
    (Test::responding(by_outputs(rounds), ""), tricks)
}

/// The text of a screen without line ends, so that wrapped lines are whole again.
fn unwrapped(plain: &str) -> String {
    plain.replace(['\r', '\n'], "").replace("  ↪ ", "")
}

#[test]
fn the_prompt_shows_each_trick_for_what_it_is() {
    let (test, tricks) = tricky();
    let mut terminal = test.at_terminal(
        100,
        50,
        &["run", "--approval", "on-request", "--timeout", "0", "x"],
    );
    for count in 1..=tricks.len() {
        terminal.wait_for_count("Your answer", count);
        terminal.enter(&["n", ""]);
    }
    let (screen, exit) = terminal.wait();
    assert_eq!(exit, Some(0), "{screen}");
    let plain = without_own_sequences(&screen);
    assert_no_trick(&plain);
    let plain = unwrapped(&plain);
    for trick in tricks {
        assert!(
            plain.contains(&format!("mark '<{}>'", trick.seen)),
            "{}: {plain:?}",
            trick.name
        );
    }
}

#[test]
fn every_list_of_requests_shows_each_trick_for_what_it_is() {
    let (mut test, tricks) = tricky();
    let said = test.work().join("notified");
    let config = test.work().join("../turnwise/config");
    std::fs::create_dir_all(&config).unwrap();
    let script = format!("cat >> {}", said.display());
    std::fs::write(
        config.join("config.toml"),
        format!("notify = [\"sh\", \"-c\", {script:?}]\n"),
    )
    .unwrap();
    let log = test.work().join("diagnostics.log");
    let log_name = log.display().to_string();
    test.set("CLICOLOR_FORCE", "1");
    let arguments = [
        "run",
        "--approval",
        "on-request",
        "--on-approval",
        "wait",
        "-vv",
        "--log-file",
        &log_name,
        "x",
    ];
    let run = test.spawn(&arguments);
    let ids = waiting_ids(&test, tricks.len());
    let mut screens = String::new();
    for arguments in [
        &["approve", "list"][..],
        &["approve", "show", &ids[0]],
        &["approve", "show", &ids[20], "--json"],
    ] {
        let (screen, exit) = test.at_terminal(80, 40, arguments).wait();
        assert_eq!(exit, Some(0), "{screen}");
        screens.push_str(&screen);
    }
    let watch = test.spawn(&["approve", "watch", "--no-bell"]);
    let shown = tricks
        .iter()
        .map(|trick| format!("mark '<{}>'", trick.seen))
        .collect::<Vec<_>>();
    watch.wait_until_stdout("all of them", |text| shown.iter().all(|mark| text.contains(mark)));
    for id in &ids {
        approve(&test, "decline", id, &["--reason", "no\u{1b}[2J\u{202e}"]).exits(0);
    }
    let outcome = run.wait();
    outcome.exits(0);
    for arguments in [&["approve", "log"][..], &["approve", "suggest", "--min", "1"]] {
        let (screen, _) = test.at_terminal(80, 40, arguments).wait();
        screens.push_str(&screen);
    }
    let plain = without_own_sequences(&screens);
    assert_no_trick(&plain);
    let plain = unwrapped(&plain);
    for trick in &tricks {
        assert!(plain.contains(&trick.seen), "{}: {plain:?}", trick.name);
    }
    assert_no_trick(&without_own_sequences(&outcome.stderr));
    assert_no_trick(&without_own_sequences(&std::fs::read_to_string(&log).unwrap()));
    // JSON carries the tricks unchanged, and escaped.
    let notices = until(|| {
        let notices = std::fs::read_to_string(&said).ok()?;
        (notices.lines().count() == tricks.len()).then_some(notices)
    });
    assert_no_trick(&notices);
    let summaries = notices
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["summary"].clone());
    let summaries = summaries.collect::<Vec<_>>();
    for trick in &tricks {
        assert!(
            summaries.contains(&json!(format!("mark '<{}>'", trick.text))),
            "{}",
            trick.name
        );
    }
}

#[test]
fn the_diff_and_the_name_of_a_file_show_each_trick_for_what_it_is() {
    let tricks = corpus();
    // A patch has lines, so those that hold a line end of its own are left to the other tests.
    let usable = tricks
        .iter()
        .filter(|trick| !trick.text.contains(['\r', '\u{b}', '\u{c}']));
    let lines = usable
        .clone()
        .map(|trick| format!("+<{}>\n", trick.text))
        .collect::<String>();
    let test = Test::rounds(vec![vec![patch(&format!(
        "*** Begin Patch\n*** Add File: ma\u{202e}de\n{lines}*** End Patch"
    ))]]);
    let mut terminal = test.at_terminal(100, 80, &["run", "--approval", "on-request", "x"]);
    terminal.wait_for("Your answer");
    terminal.enter(&["n", ""]);
    let (screen, exit) = terminal.wait();
    assert_eq!(exit, Some(0), "{screen}");
    let plain = without_own_sequences(&screen);
    assert_no_trick(&plain);
    let plain = unwrapped(&plain);
    assert!(plain.contains("ma<U+202E>de"), "{plain}");
    for trick in usable {
        assert!(
            plain.contains(&format!("+<{}>", trick.seen)),
            "{}: {plain}",
            trick.name
        );
    }
}
