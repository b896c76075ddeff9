//! Ledgers that are damaged, runs that are killed, many requests at once: none is lost, none answered twice.

use std::time::Instant;

use turnwise::demo::Step;

use super::{Kind, approve, by_outputs, waiting_ids, waiting_in};
use crate::support::{PATIENCE, Test};

#[test]
fn a_ledger_that_is_damaged_is_left_as_it_is_and_nobody_says_yes() {
    let test = Kind::Command.test(1);
    let ledger = test.work().join("../turnwise/state/ledger");
    turnwise::ledger::make_private(&ledger).unwrap();
    let file = ledger.join("ledger.sqlite");
    std::fs::write(
        &file,
        "not a database at all, but something of somebody's ".repeat(40),
    )
    .unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let listed = test.run(&["approve", "list"]);
    listed.exits(1);
    assert!(
        listed.stderr.contains("is damaged or not a ledger") && listed.stderr.contains("move "),
        "{listed:?}"
    );
    let outcome = test.run(&["run", "--approval", "on-request", "--on-approval", "wait", "x"]);
    outcome.exits(5);
    assert!(
        outcome.stderr.contains("requests cannot be queued"),
        "{outcome:?}"
    );
    assert!(
        std::fs::read_to_string(&file)
            .unwrap()
            .starts_with("not a database")
    );
    // At a terminal the person is asked all the same.
    let mut terminal = test.at_terminal(80, 30, &["run", "--approval", "on-request", "x"]);
    terminal.wait_for("Your answer");
    terminal.press("y\r");
    assert_eq!(terminal.wait().1, Some(0));
    Kind::Command.effect(&test, true);
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

#[test]
fn of_two_hundred_requests_none_is_lost_or_answered_twice_whoever_is_killed() {
    const RUNS: usize = 10;
    const EACH: usize = 20;
    let mut rounds = vec![
        (0..EACH)
            .map(|number| Step::escalated(&format!("echo x >> {number}"), ""))
            .collect::<Vec<_>>(),
    ];
    rounds.extend((1..EACH).map(|_| Vec::new()));
    rounds.push(vec![Step::text("finished")]);
    let test = Test::responding(by_outputs(rounds), "");
    let mut runs = Vec::new();
    for run in 0..RUNS {
        let directory = format!("run{run}");
        std::fs::create_dir(test.work().join(&directory)).unwrap();
        runs.push(waiting_in(&test, &["--cd", &directory]));
    }
    let ids = waiting_ids(&test, RUNS * EACH);
    let mut dice = Dice(7);
    // Three runs die at once, and with them whatever they asked.
    let killed = [2, 5, 8];
    // Approvers answer at random, four at a time; every third is killed at some point of its work.
    let mut order = ids.clone();
    for index in (1..order.len()).rev() {
        order.swap(index, usize::try_from(dice.below(index as u64 + 1)).unwrap());
    }
    for (turn, four) in order.chunks(4).enumerate() {
        if turn == 10 {
            for run in killed {
                runs[run].signal(rustix::process::Signal::KILL);
            }
        }
        let approvers = four
            .iter()
            .map(|id| test.spawn(&["approve", "accept", id]))
            .collect::<Vec<_>>();
        for approver in approvers {
            if dice.below(3) == 0 {
                std::thread::sleep(std::time::Duration::from_micros(dice.below(20_000)));
                // Dropped, it is killed.
                drop(approver);
            } else {
                let outcome = approver.wait();
                assert!(matches!(outcome.code, Some(0 | 5)), "{outcome:?}");
            }
        }
    }
    // What the killed ones did not answer still waits, and nothing else does.
    let deadline = Instant::now() + PATIENCE;
    loop {
        let listed = test.run(&["approve", "list", "--json"]).json();
        let left = listed["approvals"].as_array().unwrap().clone();
        if left.is_empty() {
            break;
        }
        assert!(Instant::now() < deadline, "stuck: {listed}");
        for approval in left {
            approve(&test, "accept", approval["id"].as_str().unwrap(), &[]);
        }
    }
    for (number, run) in runs.into_iter().enumerate() {
        let outcome = run.wait();
        if killed.contains(&number) {
            continue;
        }
        outcome.exits(0);
        for request in 0..EACH {
            let made = std::fs::read_to_string(test.work().join(format!("run{number}/{request}")));
            assert_eq!(made.unwrap_or_default(), "x\n", "run {number}, request {request}");
        }
    }
    test.nothing_is_left();
}

#[test]
fn a_sub_agents_request_reaches_a_person_like_any_other() {
    let test = Test::fault("request:item/commandExecution/requestApproval+subagent");
    let run = test.spawn(&["run", "--on-approval", "wait", "--format", "json", "x"]);
    let id = waiting_ids(&test, 1).remove(0);
    let shown = test.run(&["approve", "show", &id]).stdout;
    assert!(shown.contains("a sub-agent of the session"), "{shown}");
    approve(&test, "accept", &id, &[]).exits(0);
    let outcome = run.wait();
    outcome.exits(0);
    let report = outcome.json();
    assert_eq!(report["approvals"][0]["decision"], "accept", "{report}");
    assert!(
        test.fault_log().contains(r#""decision":"accept""#),
        "{}",
        test.fault_log()
    );
}
