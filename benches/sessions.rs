//! What it costs to look at saved sessions: thousands of them in a list, and one that is very large.
//! `cargo bench --bench sessions`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench may fail loudly")]

use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

/// How many sessions there are, and in how many directories they were begun.
const SESSIONS: usize = 10_000;
const DIRECTORIES: usize = 40;
/// The size of the large one, in bytes.
const LARGE: usize = 200 << 20;
/// How often a command is timed.
const RUNS: usize = 7;

fn main() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    for number in 0..SESSIONS {
        session(home, number, 1);
    }
    println!("{SESSIONS} sessions, begun in {DIRECTORIES} directories:");
    let first = measured(home, &["session", "list", "--all"]);
    println!(
        "  session list --all, the first time, its first line: {}",
        ms(first.first)
    );
    for (what, arguments, budget) in [
        (
            "session list --all (50 of them)",
            &["session", "list", "--all"][..],
            "300 ms",
        ),
        (
            "session list --search of what is in none",
            &["session", "list", "--all", "--search", "nowhere"],
            "300 ms",
        ),
        (
            "session list --all --limit 0 --json",
            &["session", "list", "--all", "--limit", "0", "--json"],
            "300 ms",
        ),
        (
            "session list in a directory that has none",
            &["session", "list", "--limit", "1"],
            "300 ms",
        ),
    ] {
        let mut all = (0..RUNS).map(|_| measured(home, arguments)).collect::<Vec<_>>();
        all.sort_by_key(|one| one.whole);
        let median = &all[RUNS / 2];
        println!(
            "  {what}: first byte {}, all {} (budget {budget}), {:.1} MiB",
            ms(median.first),
            ms(median.whole),
            mib(all.iter().map(|one| one.memory).max().unwrap())
        );
    }
    let turns = large_turns();
    let id = session(home, SESSIONS, turns);
    let size = std::fs::metadata(path(home, SESSIONS)).unwrap().len();
    println!("one session of {} MiB:", size >> 20);
    for arguments in [
        &["session", "show", &id][..],
        &["session", "export", &id, "--html"],
        &["session", "export", &id, "--json"],
    ] {
        let one = measured(home, arguments);
        println!(
            "  {}: first byte {}, all {}, {:.1} MiB",
            [&arguments[..2], &arguments[3..]].concat().join(" "),
            ms(one.first),
            ms(one.whole),
            mib(one.memory)
        );
    }
}

struct Measured {
    /// Until the first byte of output, or the end.
    first: Duration,
    /// Until the end.
    whole: Duration,
    /// The most memory that was seen, in bytes.
    memory: u64,
}

fn measured(home: &Path, arguments: &[&str]) -> Measured {
    let started = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_turnwise"))
        .args(arguments)
        .env("CODEX_HOME", home)
        .env("TURNWISE_HOME", home.join("turnwise"))
        .current_dir(home)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let (ended, watched) = std::sync::mpsc::sync_channel::<()>(1);
    // What a process has used at most is gone with it, so it is looked at until then.
    let watching = std::thread::spawn(move || {
        let mut most = 0;
        while watched.recv_timeout(Duration::from_millis(1)).is_err() {
            most = most.max(peak(&status));
        }
        most
    });
    let mut output = child.stdout.take().unwrap();
    let mut chunk = vec![0; 64 * 1024];
    let mut first = None;
    while output.read(&mut chunk).unwrap() > 0 {
        first.get_or_insert_with(|| started.elapsed());
    }
    assert!(child.wait().unwrap().success(), "{arguments:?}");
    let whole = started.elapsed();
    ended.send(()).unwrap();
    Measured {
        first: first.unwrap_or(whole),
        whole,
        memory: watching.join().unwrap(),
    }
}

fn peak(status: &str) -> u64 {
    let status = std::fs::read_to_string(status).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok());
    kib.unwrap_or_default() * 1024
}

fn ms(duration: Duration) -> String {
    format!("{:.0} ms", duration.as_secs_f64() * 1_000.0)
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn id(number: usize) -> String {
    format!("01a10000-0000-7000-8000-{number:012x}")
}

fn path(home: &Path, number: usize) -> std::path::PathBuf {
    let day = number % 28 + 1;
    let directory = home.join(format!("sessions/2026/{:02}/{day:02}", number % 12 + 1));
    directory.join(format!("rollout-2026-01-01T00-00-00-{}.jsonl", id(number)))
}

/// How many turns make a session large.
fn large_turns() -> usize {
    let mut one = Vec::new();
    turn(&mut one, 0);
    LARGE / one.len()
}

fn turn(out: &mut impl Write, number: usize) {
    let context = json!({ "turn_id": number.to_string(), "cwd": "/src", "model": "m", "approval_policy": "never", "sandbox_policy": { "type": "read-only" } });
    let message = |role: &str, kind: &str, text: String| json!({ "type": "message", "role": role, "content": [{ "type": kind, "text": text }] });
    let call = json!({ "type": "function_call", "call_id": number.to_string(), "name": "exec_command", "arguments": "{\"cmd\":\"cat src/main.rs\"}" });
    let output = json!({ "type": "function_call_output", "call_id": number.to_string(), "output": "fn main() { println!(); }\n".repeat(800) });
    for (kind, payload) in [
        ("turn_context", context),
        (
            "response_item",
            message("user", "input_text", format!("question {number}")),
        ),
        ("response_item", call),
        ("response_item", output),
        (
            "response_item",
            message(
                "assistant",
                "output_text",
                "An answer of a few words. ".repeat(20),
            ),
        ),
    ] {
        let line = json!({ "timestamp": "2026-01-01T00:00:00Z", "type": kind, "payload": payload });
        writeln!(out, "{line}").unwrap();
    }
}

/// A session as Codex writes it, as far as readers look at it; gives its id.
fn session(home: &Path, number: usize, turns: usize) -> String {
    let path = path(home, number);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut file = BufWriter::new(std::fs::File::create(path).unwrap());
    let head = json!({ "timestamp": "2026-01-01T00:00:00Z", "type": "session_meta", "payload": {
        "id": id(number), "timestamp": "2026-01-01T00:00:00Z", "cwd": format!("/src/project{}", number % DIRECTORIES),
        "originator": "turnwise", "cli_version": "0.169.0", "source": "vscode", "model_provider": "openai",
        // As long as Codex's own.
        "base_instructions": { "text": "You are an agent. ".repeat(900) },
    } });
    writeln!(file, "{head}").unwrap();
    for number in 0..turns {
        turn(&mut file, number);
    }
    file.flush().unwrap();
    id(number)
}
