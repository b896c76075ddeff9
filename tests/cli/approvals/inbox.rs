//! Whoever looks from outside: the notifier, the inbox, `approve watch`.

use serde_json::{Value, json};
use turnwise::demo::Step;

use super::{Kind, approve, by_outputs, waiting, waiting_ids};
use crate::support::{Test, wait_until};

#[test]
fn the_notifier_learns_of_a_request_and_delays_nothing() {
    let test = Kind::Command.test(1);
    let config = test.work().join("../turnwise/config");
    std::fs::create_dir_all(&config).unwrap();
    let said = test.work().join("notified");
    let script = format!("cat > {0}.new && mv {0}.new {0}; exec sleep 60", said.display());
    let notify = format!("notify = [\"sh\", \"-c\", {script:?}]\n");
    std::fs::write(config.join("config.toml"), notify).unwrap();
    let run = waiting(&test);
    let id = waiting_ids(&test, 1).remove(0);
    wait_until("what the notifier is told", || said.exists());
    let notice: Value = serde_json::from_str(&std::fs::read_to_string(&said).unwrap()).unwrap();
    assert_eq!(notice["schema"], "turnwise.approval/1");
    assert_eq!(
        (&notice["id"], &notice["summary"]),
        (&json!(id), &json!("echo made > made"))
    );
    assert_eq!(notice["request"]["params"]["cwd"], json!(test.work()));
    approve(&test, "accept", &id, &[]).exits(0);
    // It still sleeps: the run ends all the same, and takes it with it.
    run.wait().exits(0);
    test.nothing_is_left();
}

#[test]
fn a_notifier_that_cannot_be_started_or_fails_changes_nothing() {
    for notify in ["/nonexistent/notify", "false"] {
        let test = Kind::Command.test(1);
        let config = test.work().join("../turnwise/config");
        std::fs::create_dir_all(&config).unwrap();
        std::fs::write(config.join("config.toml"), format!("notify = [{notify:?}]\n")).unwrap();
        let run = waiting(&test);
        let id = waiting_ids(&test, 1).remove(0);
        approve(&test, "accept", &id, &[]).exits(0);
        run.wait().exits(0);
    }
}

#[test]
fn the_inbox_shows_one_after_another_and_leaves_some_for_later() {
    let calls = ["a", "b", "c"].map(|name| Step::escalated(&format!("echo x > {name}"), "Why not."));
    let rounds = vec![
        calls.to_vec(),
        Vec::new(),
        Vec::new(),
        vec![Step::text("finished")],
    ];
    let test = Test::responding(by_outputs(rounds), "");
    let made = |test: &Test| {
        ["a", "b", "c"]
            .iter()
            .filter(|name| test.work().join(name).exists())
            .count()
    };
    let run = waiting(&test);
    waiting_ids(&test, 3);
    let mut inbox = test.at_terminal(80, 40, &["approve"]);
    for (count, lines) in [(1, &["l"][..]), (2, &["y"]), (3, &["n", "never"])] {
        inbox.wait_for_count("Your answer", count);
        inbox.enter(lines);
    }
    let (screen, exit) = inbox.wait();
    assert_eq!(exit, Some(0), "{screen}");
    assert!(screen.contains("1 request left for later"), "{screen}");
    let left = waiting_ids(&test, 1).remove(0);
    // Answered elsewhere while the inbox shows it.
    let mut inbox = test.at_terminal(80, 40, &["approve"]);
    inbox.wait_for("Your answer");
    inbox.press("\u{1b}[200~y\r\u{1b}[201~");
    inbox.wait_for("Pasted text is ignored");
    assert_eq!(made(&test), 1);
    approve(&test, "accept", &left, &[]).exits(0);
    let (screen, exit) = inbox.wait();
    assert_eq!(exit, Some(0), "{screen}");
    assert!(
        screen.contains("approved by ") && screen.contains(" first"),
        "{screen}"
    );
    run.wait().exits(0);
    assert_eq!(made(&test), 2);
}

#[test]
fn watching_shows_what_comes_and_goes() {
    let test = Kind::Command.test(1);
    let watch = test.spawn(&["approve", "watch", "--json"]);
    let at_terminal = test.at_terminal(80, 40, &["approve", "watch"]);
    at_terminal.wait_for("Watching");
    let run = waiting(&test);
    let id = waiting_ids(&test, 1).remove(0);
    watch.wait_for_stdout("turnwise.approval/1");
    at_terminal.wait_for("echo made > made").wait_for("\u{7}");
    approve(&test, "decline", &id, &[]).exits(0);
    watch.wait_for_stdout("turnwise.approval-over/1");
    at_terminal.wait_for("declined by");
    run.wait().exits(0);
}

#[test]
fn at_a_terminal_each_request_is_shown_in_full_and_answered_while_watching() {
    let calls = ["a", "b"].map(|name| Step::escalated(&format!("echo x > {name}"), "Why not."));
    let test = Test::rounds(vec![calls.to_vec(), vec![Step::text("finished")]]);
    let mut watch = test.at_terminal(80, 40, &["approve", "watch"]);
    watch.wait_for("Watching");
    let run = waiting(&test);
    waiting_ids(&test, 2);
    watch.wait_for("\u{7}").wait_for_count("Your answer", 1);
    watch.enter(&["l"]);
    watch.wait_for("Left for later").wait_for_count("Your answer", 2);
    watch.enter(&["y"]);
    let left = waiting_ids(&test, 1).remove(0);
    // It was left, and is not asked again.
    approve(&test, "decline", &left, &[]).exits(0);
    watch.wait_for(&format!("{left}  declined by"));
    run.wait().exits(0);
    let made = ["a", "b"].iter().filter(|name| test.work().join(name).exists());
    assert_eq!(made.count(), 1);
    watch.press("\u{3}");
    let (screen, exit) = watch.wait();
    assert!(screen.contains("Why not.") && exit != Some(0), "{screen}");
}

#[test]
fn ctrl_c_at_the_prompt_ends_watching_and_answers_nothing() {
    let test = Kind::Command.test(1);
    let mut watch = test.at_terminal(80, 40, &["approve", "watch"]);
    watch.wait_for("Watching");
    let run = waiting(&test);
    watch.wait_for("Your answer");
    watch.press("\u{3}");
    assert_eq!(watch.wait().1, Some(130));
    let id = waiting_ids(&test, 1).remove(0);
    approve(&test, "accept", &id, &[]).exits(0);
    run.wait().exits(0);
}
