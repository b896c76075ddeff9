//! What turnwise costs on the real server: first text and exit of a run, and JSON-RPC round trips, against floors.
//!
//! The floor of a run is the shortest client: initialize, initialized, thread/start, turn/start to the native binary,
//! and out at `turn/completed`. Not waiting for the server's end is its only other advantage, so it is also measured
//! with that. The floor of a round trip is a blocking loop on the same pipes. `cargo bench --bench server`.
#![expect(
    clippy::disallowed_methods,
    reason = "the numbers are for a terminal or a file"
)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench may fail loudly"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use serde_json::{Value, json};
use turnwise::codex::{Directories, NEWEST_TESTED, install};
use turnwise::demo::{ScriptedHome, ScriptedModel, Step, rounds};
use turnwise::runtime::{Client, ClientConfig};

#[path = "support/mod.rs"]
#[expect(dead_code, reason = "the benches share more than each of them uses")]
mod support;
use support::row;

/// Runs of each variant, in turn.
const RUNS: usize = 21;
/// Pairs of servers for round trips: one server differs from the next by more than any client.
const PAIRS: usize = 9;
/// Round trips one after another, with each server.
const TRIPS: usize = 150;
/// Round trips before they are measured.
const WARM_UP: usize = 100;
/// Requests at once, and how often with each server.
const AT_ONCE: usize = 64;
const BURSTS: usize = 10;

fn main() {
    let arguments = std::env::args().skip(1).collect::<Vec<_>>();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["shortest", codex, wait] => shortest(Path::new(codex), *wait == "wait"),
        _ => table(),
    }
}

fn codex() -> PathBuf {
    if let Some(path) = std::env::var_os("TURNWISE_TEST_CODEX") {
        return path.into();
    }
    let home = || PathBuf::from(std::env::var_os("HOME").expect("a home")).join(".cache/turnwise-tests");
    let root = std::env::var_os("TURNWISE_TEST_DIR").map_or_else(home, PathBuf::from);
    install(&Directories::under(&root.join("codex")), NEWEST_TESTED)
        .expect("codex")
        .found
        .path
}

fn table() {
    let codex = codex();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let model = runtime
        .block_on(ScriptedModel::start(rounds(vec![vec![Step::text("hello")]])))
        .unwrap();
    let parent = codex
        .ancestors()
        .find(|directory| directory.ends_with("codex/data"))
        .map_or_else(std::env::temp_dir, Path::to_owned);
    let home = ScriptedHome::create(&parent.join("bench"), &model.base_url(), "").unwrap();
    runs(&codex, &home);
    round_trips(&codex, &home);
}

/// A program to be timed from its start to its first output and to its end.
fn variant(program: &Path, arguments: &[&str], codex: &Path, home: &ScriptedHome) -> (f64, f64) {
    let started = Instant::now();
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(home.path())
        // Codex asks the user's login shell for its settings, and what that does is not measured.
        .env("HOME", home.path())
        .env("CODEX_HOME", home.path())
        .env("TURNWISE_HOME", home.path().join("turnwise"))
        .env("TURNWISE_CODEX", codex)
        .env_remove("RUST_BACKTRACE")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut first = 0.0;
    let mut output = Vec::new();
    let mut chunk = [0; 4096];
    // Text counts when it is there, not when its line ends.
    while let Ok(read @ 1..) = stdout.read(&mut chunk) {
        output.extend_from_slice(&chunk[..read]);
        if first == 0.0 && String::from_utf8_lossy(&output).contains("hello") {
            first = started.elapsed().as_secs_f64();
        }
    }
    assert!(child.wait().unwrap().success(), "{}", program.display());
    (first, started.elapsed().as_secs_f64())
}

/// Waits for servers that were left to end by themselves, which would slow down whoever comes next.
fn wait_until_all_ended(home: &ScriptedHome) {
    let is_of_ours = |process: &std::fs::DirEntry| {
        let environment = std::fs::read(process.path().join("environ")).unwrap_or_default();
        memchr::memmem::find(&environment, home.path().as_os_str().as_bytes()).is_some()
    };
    while std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(Result::ok)
        .any(|process| is_of_ours(&process))
    {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

fn runs(codex: &Path, home: &ScriptedHome) {
    let own = std::env::current_exe().unwrap();
    let turnwise = PathBuf::from(env!("CARGO_BIN_EXE_turnwise"));
    let path = codex.to_str().unwrap();
    let variants: [(&Path, Vec<&str>); 4] = [
        (&own, vec!["shortest", path, "leave"]),
        (&own, vec!["shortest", path, "wait"]),
        (&turnwise, vec!["run", "--stream", "x"]),
        (codex, vec!["exec", "--json", "--skip-git-repo-check", "x"]),
    ];
    let mut times = vec![Vec::new(); variants.len()];
    // The first round warms the caches and creates the databases.
    for round in 0..=RUNS {
        let mut order = (0..variants.len()).collect::<Vec<_>>();
        // There and back: nobody always comes after the same one.
        if round % 2 == 1 {
            order.reverse();
        }
        for index in order {
            let (program, arguments) = &variants[index];
            let time = variant(program, arguments, codex, home);
            wait_until_all_ended(home);
            if round > 0 {
                times[index].push(time);
            }
        }
    }
    let median = |times: &[(f64, f64)], which: fn(&(f64, f64)) -> f64| {
        let mut values = times.iter().map(which).collect::<Vec<_>>();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    // Ratios are taken round by round: the machine's own speed drifts more than what is measured.
    let compare = |what: &str, which: fn(&(f64, f64)) -> f64, other: usize, budget: f64| {
        let rounds = times[2].iter().zip(&times[other]);
        let ratios = rounds
            .map(|(ours, other)| (which(ours) / which(other), 0.0))
            .collect::<Vec<_>>();
        let (ratio, floor) = (median(&ratios, |ratio| ratio.0), median(&times[other], which));
        println!("{}", row(what, ratio * floor, floor, budget));
    };
    println!("wall seconds on the real server, medians of {RUNS} rounds; scripted model without delay");
    compare("run: first text", |time| time.0, 0, 1.05);
    compare(
        "run: exit (floor leaves the server alone)",
        |time| time.1,
        0,
        1.05,
    );
    compare("run: exit (floor waits for the server)", |time| time.1, 1, 1.05);
    compare("run: exit, against codex exec --json", |time| time.1, 3, 1.00);
}

/// The shortest client: prints the first piece of text, and ends with the turn.
fn shortest(codex: &Path, wait: bool) {
    let mut server = Server::start(codex, None);
    server.send("{\"id\":1,\"method\":\"initialize\",\"params\":{\"clientInfo\":{\"name\":\"floor\",\"version\":\"1\"}}}\n{\"method\":\"initialized\"}\n");
    server.until("\"id\":1");
    server.send("{\"id\":2,\"method\":\"thread/start\",\"params\":{}}\n");
    let reply = server.until("\"id\":2");
    let reply: Value = serde_json::from_str(&reply).unwrap();
    let thread = reply["result"]["thread"]["id"].as_str().unwrap();
    server.send(&format!(
        "{{\"id\":3,\"method\":\"turn/start\",\"params\":{{\"threadId\":\"{thread}\",\"input\":[{{\"type\":\"text\",\"text\":\"x\"}}]}}}}\n"
    ));
    server.until("item/agentMessage/delta");
    let mut out = std::io::stdout();
    out.write_all(b"hello\n").unwrap();
    out.flush().unwrap();
    server.until("\"turn/completed\"");
    if wait {
        drop(server.stdin);
        server.child.wait().unwrap();
    }
}

/// A server on blocking pipes.
struct Server {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Server {
    fn start(codex: &Path, home: Option<&Path>) -> Self {
        let mut command = Command::new(codex);
        if let Some(home) = home {
            command.env("CODEX_HOME", home).env("HOME", home);
        }
        let mut child = command
            .arg("app-server")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            stdin: child.stdin.take().unwrap(),
            stdout: BufReader::new(child.stdout.take().unwrap()),
            child,
        }
    }

    fn send(&mut self, text: &str) {
        self.stdin.write_all(text.as_bytes()).unwrap();
    }

    fn until(&mut self, what: &str) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            assert!(self.stdout.read_line(&mut line).unwrap() > 0, "no {what}");
            if line.contains(what) {
                return line;
            }
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// What one pair of servers took, in seconds: ours and the floor's.
struct Took {
    ours: f64,
    floor: f64,
}

fn round_trips(codex: &Path, home: &ScriptedHome) {
    let (single, at_once): (Vec<_>, Vec<_>) =
        (0..PAIRS).map(|pair| pair_of_servers(codex, home, pair)).unzip();
    let tell = |what: &str, pairs: &[Took]| {
        let mut ratios = pairs
            .iter()
            .map(|took| took.ours / took.floor)
            .collect::<Vec<_>>();
        let floor = median(pairs.iter().map(|took| took.floor).collect());
        println!("{}", row(what, median(ratios.clone()) * floor, floor, 1.30));
        ratios.sort_by(f64::total_cmp);
        let ratios = ratios
            .iter()
            .map(|ratio| format!("{ratio:.2}"))
            .collect::<Vec<_>>();
        println!("    pair by pair: {}", ratios.join(" "));
    };
    println!("wall seconds of account/read, medians of {PAIRS} pairs of servers, and of what each took");
    tell("a round trip", &single);
    tell(&format!("{AT_ONCE} requests at once"), &at_once);
}

/// One server behind a blocking loop, one behind a client, asked in turn so that a slow moment hits both alike.
fn pair_of_servers(codex: &Path, home: &ScriptedHome, pair: usize) -> (Took, Took) {
    let start_floor = || {
        let mut server = Server::start(codex, Some(home.path()));
        server.send("{\"id\":0,\"method\":\"initialize\",\"params\":{\"clientInfo\":{\"name\":\"floor\",\"version\":\"1\"}}}\n");
        server.until("\"id\":0");
        server
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let start_client = || {
        let config = ClientConfig::new()
            .codex(codex)
            .codex_home(home.path())
            .env("HOME", home.path());
        runtime.block_on(Client::start(config)).unwrap()
    };
    let (mut server, client) = if pair.is_multiple_of(2) {
        let server = start_floor();
        (server, start_client())
    } else {
        let client = start_client();
        (start_floor(), client)
    };
    let mut by_hand = || {
        let started = Instant::now();
        server.send("{\"id\":1,\"method\":\"account/read\",\"params\":{}}\n");
        server.until("\"id\":1,");
        started.elapsed().as_secs_f64()
    };
    let by_client = || {
        let started = Instant::now();
        let params = json!({});
        let call = client.runtime().call::<Value>("account/read", &params);
        runtime.block_on(call).unwrap();
        started.elapsed().as_secs_f64()
    };
    let mut trips = (0..WARM_UP + TRIPS)
        .map(|trip| in_turn(trip, &mut by_hand, &by_client))
        .collect::<Vec<_>>();
    let single = typical(trips.split_off(WARM_UP));

    let mut all_by_hand = || {
        let started = Instant::now();
        let batch =
            (0..AT_ONCE).map(|id| format!("{{\"id\":{id},\"method\":\"account/read\",\"params\":{{}}}}\n"));
        server.send(&batch.collect::<String>());
        for _ in 0..AT_ONCE {
            server.until("\"result\"");
        }
        started.elapsed().as_secs_f64()
    };
    let all_by_client = || {
        let started = Instant::now();
        runtime.block_on(all_at_once(&client));
        started.elapsed().as_secs_f64()
    };
    let bursts = (0..BURSTS).map(|burst| in_turn(burst, &mut all_by_hand, &all_by_client));
    let at_once = typical(bursts.collect());

    runtime.block_on(client.close());
    drop(server.stdin);
    let mut rest = Vec::new();
    server.stdout.read_to_end(&mut rest).unwrap();
    server.child.wait().unwrap();
    (single, at_once)
}

/// Both, now one first and now the other.
fn in_turn(time: usize, floor: &mut impl FnMut() -> f64, ours: &impl Fn() -> f64) -> Took {
    if time.is_multiple_of(2) {
        let floor = floor();
        Took { ours: ours(), floor }
    } else {
        Took {
            ours: ours(),
            floor: floor(),
        }
    }
}

fn typical(times: Vec<Took>) -> Took {
    let (ours, floors) = times.into_iter().map(|took| (took.ours, took.floor)).unzip();
    Took {
        ours: median(ours),
        floor: median(floors),
    }
}

/// All are sent before the first is waited for.
async fn all_at_once(client: &Client) {
    let params = json!({});
    let calls = (0..AT_ONCE).map(|_| client.runtime().call::<Value>("account/read", &params));
    let mut calls = calls.map(Box::pin).collect::<Vec<_>>();
    std::future::poll_fn(|context| {
        calls.retain_mut(|call| match call.as_mut().poll(context) {
            std::task::Poll::Ready(reply) => {
                reply.unwrap();
                false
            }
            std::task::Poll::Pending => true,
        });
        if calls.is_empty() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
}
