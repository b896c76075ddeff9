//! What an approval costs: from the answer in another process to the reply on the server's pipe, and the commands that
//! people wait for. `cargo bench --bench approvals`.
#![expect(
    clippy::disallowed_methods,
    reason = "the numbers are for a terminal or a file"
)]
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench may fail loudly")]

use std::io::{BufRead, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use turnwise::approval::{AnswerOutcome, ApprovalQueue, ApprovalService, ApproverChain, QueueLink};
use turnwise::ledger::{Ledger, NewAnswer, NewRequest, RunRecord, SqliteLedger};
use turnwise::runtime::approval::{ApprovalKind, ApprovalRequest, Decision, PendingRequest, RunContext};
use turnwise::runtime::{Runtime, RuntimeConfig};

/// Answers in a row.
const ANSWERS: usize = 300;
/// Rows of the ledger that is listed.
const ROWS: usize = 10_000;
/// How often a command is timed.
const RUNS: usize = 21;

fn main() {
    let arguments = std::env::args().skip(1).collect::<Vec<_>>();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["server", times] => server(Path::new(times)),
        ["answer", state, times] => answer(Path::new(state), Path::new(times)),
        _ => table(),
    }
}

/// Microseconds of a clock that all processes share.
fn clock() -> i64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
}

fn table() {
    let directory = tempfile::tempdir().unwrap();
    let mut latencies = wake_ups(directory.path());
    latencies.sort_unstable();
    let at = |share: usize| latencies[(latencies.len() * share / 100).min(latencies.len() - 1)];
    let ms = |micros: i64| Duration::from_micros(micros.unsigned_abs()).as_secs_f64() * 1_000.0;
    println!(
        "from the answer in another process to the reply on the server's pipe, {ANSWERS} answers in a row:"
    );
    println!(
        "  median {:.1} ms, 99th percentile {:.1} ms (budget 50 ms), longest {:.1} ms",
        ms(at(50)),
        ms(at(99)),
        ms(at(100))
    );
    commands(directory.path());
}

fn wake_ups(directory: &Path) -> Vec<i64> {
    let state = directory.join("state");
    let (replies, answers) = (directory.join("replies"), directory.join("answers"));
    let ended = runtime().block_on(async {
        let queue = Arc::new(ApprovalQueue::in_directory(&state));
        let chain = ApproverChain::new(RunContext::default()).link(QueueLink::new(queue));
        let config = RuntimeConfig::new(std::env::current_exe().unwrap())
            .arguments(["server".as_ref(), replies.as_os_str()])
            .approver(chain);
        let running = Runtime::start(config).unwrap();
        let mut answering = Command::new(std::env::current_exe().unwrap())
            .arg("answer")
            .args([&state, &answers])
            .spawn()
            .unwrap();
        running.closed().await;
        answering.wait().unwrap()
    });
    assert!(ended.success());
    let times = |path: &Path| {
        let text = std::fs::read_to_string(path).unwrap();
        text.lines()
            .map(|line| line.parse::<i64>().unwrap())
            .collect::<Vec<_>>()
    };
    times(&replies)
        .iter()
        .zip(times(&answers))
        .map(|(reply, answer)| reply - answer)
        .collect()
}

/// Asks, and notes when each reply was there.
fn server(times: &Path) {
    let mut lines = std::io::stdin().lock().lines();
    let mut out = std::io::stdout().lock();
    let mut noted = String::new();
    for id in 0..ANSWERS {
        let params = json!({ "threadId": "t", "turnId": "u", "itemId": "i", "command": format!("echo {id}"), "cwd": "/" });
        let request =
            json!({ "id": id, "method": "item/commandExecution/requestApproval", "params": params });
        writeln!(out, "{request}").unwrap();
        out.flush().unwrap();
        let reply: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        noted.push_str(&format!("{}\n", clock()));
        assert_eq!(reply["result"]["decision"], "accept", "{reply}");
    }
    std::fs::write(times, noted).unwrap();
}

/// Answers whatever waits, and notes when it began to.
fn answer(state: &Path, times: &Path) {
    let mut noted = String::new();
    let mut answered = 0;
    let deadline = Instant::now() + Duration::from_secs(60);
    runtime().block_on(async {
        while answered < ANSWERS {
            assert!(Instant::now() < deadline, "only {answered} were answered");
            let service = ApprovalService::open(state).unwrap();
            for waiting in service.waiting().await.unwrap() {
                let record = service.request(&waiting.id).await.unwrap();
                noted.push_str(&format!("{}\n", clock()));
                let answering = service.answer(&record, &Decision::Accept, None, "bench");
                let outcome = answering.await.unwrap();
                assert!(matches!(outcome, AnswerOutcome::Delivered(_)), "{outcome:?}");
                answered += 1;
            }
        }
    });
    std::fs::write(times, noted).unwrap();
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// What people wait for at a shell.
fn commands(directory: &Path) {
    let home = directory.join("home");
    let state = home.join("state");
    let ledger = SqliteLedger::open(&SqliteLedger::path_in(&state)).unwrap();
    runtime().block_on(async {
        ledger
            .register_run(RunRecord::new("/").id("bench"))
            .await
            .unwrap();
        for number in 0..ROWS {
            ledger.add_request(request(number)).await.unwrap();
        }
    });
    for (what, arguments, budget) in [
        ("turnwise --help", &["--help"][..], 15.0),
        (
            "approve list, 10,000 rows, none waits",
            &["approve", "list"],
            50.0,
        ),
        (
            "approve list --all --limit 10000",
            &["approve", "list", "--all", "--limit", "10000"],
            50.0,
        ),
    ] {
        let mut times = (0..RUNS)
            .map(|_| {
                let started = Instant::now();
                let status = Command::new(env!("CARGO_BIN_EXE_turnwise"))
                    .args(arguments)
                    .env("TURNWISE_HOME", &home)
                    .stdin(Stdio::null())
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .status()
                    .unwrap();
                assert!(status.success());
                started.elapsed().as_secs_f64() * 1_000.0
            })
            .collect::<Vec<_>>();
        times.sort_by(f64::total_cmp);
        println!("{what}: median {:.1} ms (budget {budget} ms)", times[RUNS / 2]);
    }
}

fn request(number: usize) -> NewRequest {
    let command = format!("/bin/bash -lc 'cargo test --package number{number} && git status --short'");
    let params = json!({ "command": command, "cwd": "/home/user/project" });
    let method = "item/commandExecution/requestApproval";
    let mut request = ApprovalRequest::new(number.to_string(), ApprovalKind::Command, method, params);
    request.thread_id = Some("01a1fc1f-67d9-7ee2-9417-164f244bba7c".into());
    request.turn_id = Some("01a1fc1f-6808-7183-aa4d-8b66cba374eb".into());
    request.item_id = Some("call".into());
    request.reason = Some("The tests have to run outside the sandbox.".to_owned());
    request.command = Some(command.clone());
    request.cwd = Some("/home/user/project".to_owned());
    let pending = PendingRequest::new(request, RunContext::default());
    NewRequest::new("bench", pending, command).answered(NewAnswer::new(Decision::Accept, "user", "approve"))
}
