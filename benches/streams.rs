//! What a stream costs the client: floods, paced streams, one giant line; CPU and memory against a floor.
//!
//! The floor reads the same pipe with a blocking loop that splits lines with memchr and parses only method and delta
//! into borrowed fields. `cargo bench --bench streams` prints a table; each measurement is a process of its own.
#![expect(clippy::disallowed_methods, reason = "what is measured is written there")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench may fail loudly"
)]

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufWriter, Read, Write};
use std::pin::Pin;
use std::process::{Command, Stdio};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use futures_core::Stream;
use serde::Deserialize;
use turnwise::runtime::event::Event;
use turnwise::runtime::{Client, ClientConfig, RunProfile, SessionConfig};

#[path = "support/mod.rs"]
mod support;
use support::{Measured, cpu_time, measure, medians, peak_memory, row};

/// Names the stream that the server process shall send: `flood N`, `paced RATE SECONDS`, `giant BYTES`.
const STREAM: &str = "TURNWISE_BENCH_STREAM";

fn main() {
    let arguments = std::env::args().skip(1).collect::<Vec<_>>();
    let words = arguments.iter().map(String::as_str).collect::<Vec<_>>();
    match words.as_slice() {
        ["app-server"] => serve(&std::env::var(STREAM).expect("which stream")),
        ["floor", stream] => floor(stream).report(),
        ["events", stream] => turnwise(stream, false).report(),
        ["jsonl", stream] => turnwise(stream, true).report(),
        // `cargo bench` adds --bench.
        _ => table(),
    }
}

fn table() {
    println!("CPU seconds of the client, median of 5");
    for count in ["10000", "100000", "500000"] {
        let stream = format!("flood {count}");
        let [floor, events, jsonl] = three(5, &stream);
        println!(
            "{}",
            row(
                &format!("{count} deltas: typed events"),
                events.cpu,
                floor.cpu,
                1.5
            )
        );
        println!(
            "{}",
            row(
                &format!("{count} deltas: JSONL to a file"),
                jsonl.cpu,
                floor.cpu,
                2.0
            )
        );
        println!(
            "{:<44} {:>9.1} MiB",
            format!("{count} deltas: peak memory"),
            mib(jsonl.memory)
        );
    }
    for rate in ["1000", "5000"] {
        let stream = format!("paced {rate} 4");
        let [floor, _, jsonl] = three(3, &stream);
        println!(
            "{}",
            row(
                &format!("{rate} deltas a second, 4 s: JSONL"),
                jsonl.cpu,
                floor.cpu,
                2.5
            )
        );
    }
    let size = 50_000_000.0;
    let giant = measure(&["jsonl", "giant 50000000"]);
    #[expect(clippy::cast_precision_loss, reason = "megabytes fit")]
    let times = giant.memory as f64 / size;
    let verdict = if times <= 3.0 { "within" } else { "OVER" };
    println!(
        "{:<44} {:>9.1} MiB  {times:>5.2} x its size  {verdict} 3.00 x",
        "one 50 MB line: peak memory",
        mib(giant.memory)
    );
    let [small, large] = [measure(&["jsonl", "giant 12500000"]), giant];
    println!(
        "{:<44} {:>9.4} s  {:>5.2} x the time of a quarter of it",
        "one 50 MB line: CPU",
        large.cpu,
        large.cpu / small.cpu
    );
}

fn three(runs: usize, stream: &str) -> [Measured; 3] {
    let medians = medians(
        runs,
        &[&["floor", stream], &["events", stream], &["jsonl", stream]],
    );
    medians.try_into().expect("three variants")
}

#[expect(clippy::cast_precision_loss, reason = "megabytes fit")]
fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// The client that does the least: one loop, borrowed fields, nothing kept.
fn floor(stream: &str) -> Measured {
    #[derive(Deserialize)]
    struct Line<'a> {
        #[serde(borrow, default)]
        method: Cow<'a, str>,
        #[serde(borrow, default)]
        params: Params<'a>,
    }
    #[derive(Deserialize, Default)]
    struct Params<'a> {
        #[serde(borrow, default)]
        delta: Cow<'a, str>,
    }
    let (started, cpu) = (Instant::now(), cpu_time());
    let mut child = Command::new(std::env::current_exe().unwrap())
        .arg("app-server")
        .env(STREAM, stream)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"{\"id\":1,\"method\":\"initialize\"}\n{\"id\":2,\"method\":\"thread/start\"}\n{\"id\":3,\"method\":\"turn/start\"}\n").unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let _ = rustix::pipe::fcntl_setpipe_size(&stdout, 1 << 20);
    let mut buffer = vec![0; 256 * 1024];
    let (mut filled, mut text) = (0, 0);
    'reading: loop {
        if filled == buffer.len() {
            buffer.resize(buffer.len() * 2, 0);
        }
        let read = stdout.read(&mut buffer[filled..]).unwrap();
        assert!(read > 0, "the stream ended early");
        filled += read;
        let mut start = 0;
        while let Some(end) = memchr::memchr(b'\n', &buffer[start..filled]) {
            let line: Line<'_> = serde_json::from_slice(&buffer[start..start + end]).unwrap();
            if line.method == "item/agentMessage/delta" {
                text += line.params.delta.len();
            } else if line.method == "turn/completed" {
                break 'reading;
            }
            start += end + 1;
        }
        buffer.copy_within(start..filled, 0);
        filled -= start;
    }
    assert_eq!(text, expected_text(stream));
    let cpu = cpu_time().checked_sub(cpu).unwrap();
    drop(stdin);
    child.wait().unwrap();
    Measured {
        cpu: cpu.as_secs_f64(),
        wall: started.elapsed().as_secs_f64(),
        memory: peak_memory(),
    }
}

/// The whole runtime, with typed events; with `jsonl` each event is also written to a file.
fn turnwise(stream: &str, jsonl: bool) -> Measured {
    let (started, cpu) = (Instant::now(), cpu_time());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let text = runtime.block_on(async {
        let config = ClientConfig::new()
            .codex(std::env::current_exe().unwrap())
            .env(STREAM, stream);
        let client = Client::start(config).await.unwrap();
        let profile = RunProfile::new().timeout(Some(Duration::from_secs(600)));
        let session = client
            .start_session(SessionConfig::new("/").profile(profile))
            .await
            .unwrap();
        let mut turn = session.ask_stream("go").await.unwrap();
        let mut file = jsonl.then(|| BufWriter::new(tempfile::tempfile().unwrap()));
        let mut text = 0;
        loop {
            // What is at hand is taken without waiting; when nothing is, it is time to flush.
            let at_hand = Pin::new(&mut turn).poll_next(&mut Context::from_waker(Waker::noop()));
            let event = match at_hand {
                Poll::Ready(event) => event,
                Poll::Pending => {
                    if let Some(file) = &mut file {
                        file.flush().unwrap();
                    }
                    turn.next().await
                }
            };
            let Some(event) = event else { break };
            if let Event::ItemDelta(delta) = &event {
                text += delta.delta.len();
            }
            if let Some(file) = &mut file {
                write_event(file, &event);
            }
        }
        drop(turn);
        client.close().await;
        text
    });
    assert_eq!(text, expected_text(stream));
    let cpu = cpu_time().checked_sub(cpu).unwrap();
    Measured {
        cpu: cpu.as_secs_f64(),
        wall: started.elapsed().as_secs_f64(),
        memory: peak_memory(),
    }
}

fn write_event(file: &mut BufWriter<File>, event: &Event) {
    serde_json::to_writer(&mut *file, event).unwrap();
    file.write_all(b"\n").unwrap();
}

fn numbers(stream: &str) -> (&str, Vec<usize>) {
    let mut words = stream.split(' ');
    let kind = words.next().unwrap();
    (kind, words.map(|word| word.parse().unwrap()).collect())
}

fn delta_text(number: usize) -> String {
    format!("word{number} ")
}

fn expected_text(stream: &str) -> usize {
    let (kind, numbers) = numbers(stream);
    match kind {
        "giant" => numbers[0],
        "flood" => (0..numbers[0]).map(|number| delta_text(number).len()).sum(),
        _ => (0..numbers[0] * numbers[1])
            .map(|number| delta_text(number).len())
            .sum(),
    }
}

/// The server: answers the handshake as codex does and streams one turn with lines as long as codex's.
fn serve(stream: &str) {
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
                writeln!(out, r#"{{"id":{id},"result":{{"thread":{{"id":"{THREAD}"}}}}}}"#).unwrap();
            }
            Some("turn/start") => {
                writeln!(out, r#"{{"id":{id},"result":{{"turn":{{"id":"{TURN}"}}}}}}"#).unwrap();
                send_turn(&mut out, stream);
            }
            _ => {}
        }
        out.flush().unwrap();
    }
}

const THREAD: &str = "01a1fb1f-b0a4-7211-922d-865eccd28cb3";
const TURN: &str = "01a1fb1f-b0c9-7f71-bd53-6c08c32e46ce";

fn send_turn(out: &mut impl Write, stream: &str) {
    let (kind, numbers) = numbers(stream);
    let delta = |out: &mut dyn Write, text: &str| {
        writeln!(out, r#"{{"method":"item/agentMessage/delta","params":{{"threadId":"{THREAD}","turnId":"{TURN}","itemId":"msg_3ca9f2_0","delta":"{text}"}},"emittedAtMs":1795214520632}}"#).unwrap();
    };
    writeln!(out, r#"{{"method":"turn/started","params":{{"threadId":"{THREAD}","turn":{{"id":"{TURN}","status":"inProgress"}}}}}}"#).unwrap();
    match kind {
        "giant" => delta(out, &"x".repeat(numbers[0])),
        "flood" => (0..numbers[0]).for_each(|number| delta(out, &delta_text(number))),
        _ => {
            let pause = Duration::from_secs(1) / u32::try_from(numbers[0]).unwrap();
            let start = Instant::now();
            for number in 0..numbers[0] * numbers[1] {
                let due = start + pause * u32::try_from(number).unwrap();
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                delta(out, &delta_text(number));
                out.flush().unwrap();
            }
        }
    }
    writeln!(out, r#"{{"method":"turn/completed","params":{{"threadId":"{THREAD}","turn":{{"id":"{TURN}","status":"completed","items":[]}}}}}}"#).unwrap();
}
