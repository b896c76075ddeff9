//! What a long answer costs in memory: the whole `turnwise run`, against a floor that keeps the final text once.
//!
//! The server sends 500,000 deltas, 10 MB of text, and the completed message, as Codex does. The floor reads the same pipe with
//! a blocking loop and keeps nothing but the completed message. `cargo bench --bench memory` prints a table;
//! `cargo bench --bench memory -- DELTAS` takes another number of deltas, and `TURNWISE_BENCH_PROGRAM` names another turnwise,
//! such as the one of a version before.
#![expect(clippy::disallowed_methods, reason = "what is measured is written there")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench may fail loudly"
)]

use std::borrow::Cow;
use std::io::{BufRead, BufWriter, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use serde::Deserialize;

#[path = "support/mod.rs"]
#[expect(dead_code, reason = "this bench has one measurement of each kind")]
mod support;
use support::{Measured, cpu_time, measure, peak_memory};

/// Tells the server process how many deltas to send.
const DELTAS: &str = "TURNWISE_BENCH_DELTAS";

/// Names the turnwise to measure, instead of the one of this build.
const PROGRAM: &str = "TURNWISE_BENCH_PROGRAM";

/// What the whole run may take, as a multiple of the floor.
const BUDGET: f64 = 1.5;

const THREAD: &str = "01a1fb1f-b0a4-7211-922d-865eccd28cb3";
const TURN: &str = "01a1fb1f-b0c9-7f71-bd53-6c08c32e46ce";
const ITEM: &str = "msg_3ca9f2_0";

fn main() {
    let arguments = std::env::args().skip(1).collect::<Vec<_>>();
    let words = arguments
        .iter()
        .map(String::as_str)
        // `cargo bench` adds it.
        .filter(|word| *word != "--bench")
        .collect::<Vec<_>>();
    match words.as_slice() {
        ["app-server"] => serve(std::env::var(DELTAS).unwrap().parse().unwrap()),
        ["floor", deltas] => floor(deltas.parse().unwrap()).report(),
        ["run", format, deltas] => run(format, deltas.parse().unwrap()).report(),
        [deltas] => table(deltas),
        _ => table("500000"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "megabytes fit")]
fn table(deltas: &str) {
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let floor = measure(&["floor", deltas]);
    println!(
        "{:<44} {:>9.1} MiB",
        format!("{deltas} deltas: the floor"),
        mib(floor.memory)
    );
    for format in ["text", "json", "jsonl"] {
        let measured = measure(&["run", format, deltas]);
        let ratio = measured.memory as f64 / floor.memory as f64;
        let verdict = if ratio <= BUDGET { "within" } else { "OVER" };
        println!(
            "{:<44} {:>9.1} MiB  {ratio:>5.2} x the floor  {verdict} {BUDGET:.2} x",
            format!("{deltas} deltas: turnwise run --format {format}"),
            mib(measured.memory)
        );
    }
}

/// The client that does the least: one loop, borrowed fields, the completed text kept once.
fn floor(deltas: usize) -> Measured {
    #[derive(Deserialize)]
    struct Line<'a> {
        #[serde(borrow, default)]
        method: Cow<'a, str>,
        #[serde(default)]
        params: Params,
    }
    #[derive(Deserialize, Default)]
    struct Params {
        #[serde(default)]
        item: Item,
    }
    #[derive(Deserialize, Default)]
    struct Item {
        #[serde(default)]
        text: String,
    }
    let (started, cpu) = (Instant::now(), cpu_time());
    let mut child = Command::new(std::env::current_exe().unwrap())
        .arg("app-server")
        .env(DELTAS, deltas.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"{\"id\":1,\"method\":\"initialize\"}\n{\"id\":2,\"method\":\"thread/start\"}\n{\"id\":3,\"method\":\"turn/start\"}\n").unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut buffer = vec![0; 256 * 1024];
    let (mut filled, mut text) = (0, String::new());
    'reading: loop {
        if filled == buffer.len() {
            buffer.resize(buffer.len() * 2, 0);
        }
        let read = stdout.read(&mut buffer[filled..]).unwrap();
        assert!(read > 0, "the stream ended early");
        let unread = filled;
        filled += read;
        let (mut start, mut scanned) = (0, unread);
        while let Some(offset) = memchr::memchr(b'\n', &buffer[scanned..filled]) {
            let end = scanned + offset;
            let line: Line<'_> = serde_json::from_slice(&buffer[start..end]).unwrap();
            match &*line.method {
                "item/completed" => text = line.params.item.text,
                "turn/completed" => break 'reading,
                _ => {}
            }
            start = end + 1;
            scanned = start;
        }
        buffer.copy_within(start..filled, 0);
        filled -= start;
    }
    assert_eq!(text.len(), length(deltas));
    drop(stdin);
    child.wait().unwrap();
    measured(started, cpu, peak_memory())
}

/// The whole command. Its peak is read while it waits for us to take the end of its output.
fn run(format: &str, deltas: usize) -> Measured {
    let (started, cpu) = (Instant::now(), cpu_time());
    let home = tempfile::tempdir().unwrap();
    std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let mut child = command(format, deltas, home.path()).spawn().unwrap();
    let read = drain(&mut child);
    // It is a zombie now or about to be one: its peak has been noted by then.
    let memory = read.peak;
    assert!(child.wait().unwrap().success());
    let expected = match format {
        // Once as the answer and once as an item.
        "json" | "jsonl" => 2 * length(deltas),
        _ => length(deltas),
    };
    assert!(
        read.bytes >= expected,
        "{format}: {} of {expected} bytes",
        read.bytes
    );
    measured(started, cpu, memory)
}

fn command(format: &str, deltas: usize, home: &Path) -> Command {
    let program = std::env::var_os(PROGRAM).unwrap_or_else(|| env!("CARGO_BIN_EXE_turnwise").into());
    let mut command = Command::new(program);
    command
        .args([
            "run",
            "--no-stdin",
            "--no-github",
            "--timeout",
            "0",
            "--format",
            format,
        ])
        .arg("--codex")
        .arg(std::env::current_exe().unwrap())
        .arg("--cd")
        .arg(home)
        .arg("go")
        .env(DELTAS, deltas.to_string())
        .env("HOME", home)
        .env("CODEX_HOME", home)
        .env("TURNWISE_HOME", home.join("turnwise"))
        .env_remove("TURNWISE_CONNECT")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    command
}

/// What came from the command, and the most memory that it had until then.
struct Drained {
    bytes: usize,
    peak: u64,
}

/// Reads all of the output. The peak is asked for after each piece: the last answer comes while the command is still there.
fn drain(child: &mut Child) -> Drained {
    let mut stdout = child.stdout.take().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut buffer = vec![0; 1 << 20];
    let mut drained = Drained { bytes: 0, peak: 0 };
    let mut asked = 0;
    loop {
        let read = stdout.read(&mut buffer).unwrap();
        drained.bytes += read;
        asked += 1;
        // Each of the many small pieces of JSONL would cost more than it tells.
        if read == 0 || asked % 64 == 1 || read > 32 * 1024 {
            drained.peak = drained.peak.max(peak_of(&status));
        }
        if read == 0 {
            return drained;
        }
    }
}

fn peak_of(status: &str) -> u64 {
    let status = std::fs::read_to_string(status).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024
}

fn measured(started: Instant, cpu: std::time::Duration, memory: u64) -> Measured {
    Measured {
        cpu: cpu_time().checked_sub(cpu).unwrap().as_secs_f64(),
        wall: started.elapsed().as_secs_f64(),
        memory,
    }
}

/// Twenty bytes each.
fn delta_text(number: usize) -> String {
    format!("word {number:>14} ")
}

fn length(deltas: usize) -> usize {
    20 * deltas
}

/// The server: answers the handshake as Codex does, streams one message and completes it.
fn serve(deltas: usize) {
    let mut out = BufWriter::with_capacity(64 * 1024, std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let message: serde_json::Value = serde_json::from_str(&line).unwrap();
        let id = &message["id"];
        match message["method"].as_str() {
            Some("initialize") => writeln!(
                out,
                r#"{{"id":{id},"result":{{"userAgent":"bench/0.169.0 (x)"}}}}"#
            )
            .unwrap(),
            Some("thread/start") => {
                writeln!(
                    out,
                    r#"{{"id":{id},"result":{{"thread":{{"id":"{THREAD}"}},"modelProvider":"bench"}}}}"#
                )
                .unwrap();
            }
            Some("turn/start") => {
                writeln!(out, r#"{{"id":{id},"result":{{"turn":{{"id":"{TURN}"}}}}}}"#).unwrap();
                send_turn(&mut out, deltas);
            }
            _ => {}
        }
        out.flush().unwrap();
    }
}

fn send_turn(out: &mut impl Write, deltas: usize) {
    let item = |out: &mut dyn Write, method: &str, text: &str| {
        writeln!(out, r#"{{"method":"{method}","params":{{"threadId":"{THREAD}","turnId":"{TURN}","item":{{"type":"agentMessage","id":"{ITEM}","text":"{text}"}}}}}}"#).unwrap();
    };
    writeln!(out, r#"{{"method":"turn/started","params":{{"threadId":"{THREAD}","turn":{{"id":"{TURN}","status":"inProgress"}}}}}}"#).unwrap();
    item(out, "item/started", "");
    for number in 0..deltas {
        let text = delta_text(number);
        writeln!(out, r#"{{"method":"item/agentMessage/delta","params":{{"threadId":"{THREAD}","turnId":"{TURN}","itemId":"{ITEM}","delta":"{text}"}}}}"#).unwrap();
    }
    let text = (0..deltas).map(delta_text).collect::<String>();
    item(out, "item/completed", &text);
    writeln!(out, r#"{{"method":"turn/completed","params":{{"threadId":"{THREAD}","turn":{{"id":"{TURN}","status":"completed","items":[]}}}}}}"#).expect("a pipe");
}
