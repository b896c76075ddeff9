//! A property of sessions against the real server: whatever was done to one, and whoever was killed meanwhile, it holds
//! afterwards what was acknowledged, in order, once each.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use turnwise::demo::{ModelRequest, Step};

use crate::control::said;
use crate::support::codex::is_newest;
use crate::support::listening::say_why_not;
use crate::support::{Running, Test};

/// What a context is made shorter by.
const SUMMARY: &str = "a summary";

/// How many words a slow message has.
const WORDS: usize = 60;

/// Something that is done to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    /// A turn, from its beginning to its end.
    Turn,
    /// Something is said while the agent writes.
    Steer,
    /// A turn is interrupted while the agent writes.
    Interrupt,
    /// turnwise is killed while the agent writes.
    KillTurnwise,
    /// Codex is killed while the agent writes.
    KillCodex,
    /// The session is copied.
    Fork,
    /// The context is made shorter.
    Compact,
}

/// A message that the session has to hold, or may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Expected {
    text: String,
    certain: bool,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        2 => Just(Deed::Turn),
        2 => Just(Deed::Steer),
        1 => Just(Deed::Interrupt),
        1 => Just(Deed::KillTurnwise),
        1 => Just(Deed::KillCodex),
        1 => Just(Deed::Fork),
        1 => Just(Deed::Compact),
    ]
}

fn slow_text() -> String {
    "slowly ".repeat(WORDS)
}

fn test() -> Test {
    let responder = |request: &ModelRequest| {
        let prompt = request.prompt();
        if prompt.starts_with("slow") {
            vec![Step::streamed(slow_text(), WORDS, Duration::from_millis(20))]
        } else if prompt.starts_with("say") {
            vec![Step::text(format!("echo {prompt}"))]
        } else {
            vec![Step::text(SUMMARY)]
        }
    };
    Test::responding(Arc::new(responder), "")
}

/// A session under test, and what it has to hold.
struct History<'a> {
    test: &'a Test,
    id: String,
    expected: Vec<Expected>,
    copies: Vec<(String, Vec<Expected>)>,
    count: usize,
}

impl History<'_> {
    fn has(&mut self, text: &str, certain: bool) {
        self.expected.push(Expected {
            text: text.trim().to_owned(),
            certain,
        });
    }

    /// Starts a turn in which the agent writes slowly, and waits until it does.
    fn writing(&mut self) -> (Running, String) {
        let prompt = format!("slow {}", self.count);
        let run = self
            .test
            .spawn(&["resume", &self.id, "--format", "jsonl", &prompt]);
        run.wait_for_stdout("slowly");
        (run, prompt)
    }

    fn does(&mut self, deed: Deed) {
        self.count += 1;
        let id = self.id.clone();
        match deed {
            Deed::Turn => {
                let prompt = format!("say {}", self.count);
                self.test.run(&["resume", &id, &prompt]).exits(0);
                self.has(&prompt, true);
                self.has(&format!("echo {prompt}"), true);
            }
            Deed::Steer => {
                let (run, prompt) = self.writing();
                let said = format!("say {}", self.count);
                self.test.run(&["session", "steer", &id, &said]).exits(0);
                run.wait().exits(0);
                self.has(&prompt, true);
                if !is_newest() {
                    self.has(&slow_text(), true);
                }
                self.has(&said, true);
                self.has(&format!("echo {said}"), true);
            }
            Deed::Interrupt => {
                let (run, prompt) = self.writing();
                self.test.run(&["session", "interrupt", &id]).exits(0);
                run.wait().exits(130);
                self.has(&prompt, true);
            }
            Deed::KillTurnwise => {
                let (run, prompt) = self.writing();
                run.signal(rustix::process::Signal::KILL);
                run.wait();
                self.test.nothing_is_left();
                self.has(&prompt, true);
            }
            Deed::KillCodex => {
                let (run, prompt) = self.writing();
                for server in self.test.servers() {
                    rustix::process::kill_process(server, rustix::process::Signal::KILL).unwrap();
                }
                run.wait().exits(3);
                // Nobody acknowledged it; it is there if Codex had written it.
                self.has(&prompt, false);
            }
            Deed::Fork => {
                let copy = self
                    .test
                    .run(&["session", "fork", &id])
                    .exits(0)
                    .stdout
                    .trim()
                    .to_owned();
                self.copies.push((copy, self.expected.clone()));
            }
            Deed::Compact => {
                self.test.run(&["session", "compact", &id]).exits(0);
            }
        }
    }

    /// Checks a session against what it has to hold.
    fn holds(&self, id: &str, expected: &[Expected]) {
        let messages = said(self.test, id)
            .into_iter()
            .filter(|(who, _)| who == "user" || who == "agent")
            .map(|(_, text)| text.trim().to_owned())
            // What a context was made shorter by.
            .filter(|text| text != SUMMARY)
            .collect::<Vec<_>>();
        let mut expected = expected.iter().peekable();
        for message in &messages {
            while expected
                .next_if(|next| !next.certain && next.text != *message)
                .is_some()
            {}
            let next = expected.next();
            assert_eq!(next.map(|next| &next.text), Some(message), "{messages:#?}");
        }
        assert!(
            expected.all(|left| !left.certain),
            "something is missing: {messages:#?}"
        );
    }
}

#[test]
fn a_session_holds_what_was_acknowledged_in_order_and_once_each() {
    let cases = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    let config = ProptestConfig {
        cases: cases.unwrap_or(4),
        max_shrink_iters: 8,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    say_why_not("kills: the turn of a server elsewhere goes on");
    // The same sequences each time, unless more are asked for.
    let mut runner = match cases {
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
        Some(_) => TestRunner::new(config),
    };
    let deeds = prop::collection::vec(deed(), 3..9);
    let outcome = runner.run(&deeds, |deeds| {
        let test = test();
        let report = test.run(&["run", "--format", "json", "say 0"]).exits(0).json();
        let mut history = History {
            test: &test,
            id: report["session_id"].as_str().unwrap().to_owned(),
            expected: Vec::new(),
            copies: Vec::new(),
            count: 0,
        };
        history.has("say 0", true);
        history.has("echo say 0", true);
        for deed in deeds {
            // The turn of a server elsewhere goes on then, and that server is nobody's to kill.
            if test.is_connected() && matches!(deed, Deed::KillTurnwise | Deed::KillCodex) {
                continue;
            }
            history.does(deed);
            history.holds(&history.id, &history.expected);
        }
        for (copy, expected) in &history.copies {
            history.holds(copy, expected);
        }
        test.nothing_is_left();
        Ok(())
    });
    outcome.unwrap();
}
