//! The examples for users, run as they stand against the real server.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::Arc;

use super::echo;
use crate::approvals::Kind;
use crate::support::{PATIENCE, Running, Test, codex};

/// An example in the surroundings of a test, with the tests' codex on its `PATH`.
fn example(test: &Test, name: &str) -> Command {
    let program = std::path::PathBuf::from(env!("CARGO_BIN_EXE_turnwise"))
        .with_file_name("examples")
        .join(name);
    assert!(
        program.exists(),
        "{} is missing: run `cargo build --examples`",
        program.display()
    );
    let mut command = test.other(program);
    let directory = codex::binary().parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap();
    let path = std::iter::once(directory).chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(path).unwrap());
    command
}

#[test]
fn the_stream_example_prints_the_answer() {
    let test = Test::responding(Arc::new(echo), "").with_own_server("the example starts its own server");
    let mut command = example(&test, "stream");
    command.arg("one");
    let outcome = Running::start(command).wait();
    outcome.exits(0);
    assert_eq!(outcome.stdout, "[one]\n");
    assert!(outcome.stderr.contains(" tokens\n"), "{outcome:?}");
}

#[test]
fn the_approvals_example_does_what_the_person_answers() {
    for (answer, made) in [("y\n", true), ("no\n", false), ("", false)] {
        let test = Kind::Command.test(1);
        let mut command = example(&test, "approvals");
        command.arg("make it").stdin(Stdio::piped());
        let mut running = Running::start(command);
        running.write_stdin(answer);
        let outcome = running.wait();
        outcome.exits(0);
        assert_eq!(outcome.stdout, "finished\n", "{outcome:?}");
        assert!(outcome.stderr.contains("echo made > made"), "{outcome:?}");
        assert_eq!(test.work().join("made").exists(), made, "{answer:?}");
    }
}

/// What the server of the example answers: until it closes, or until a text came.
fn request(address: &str, request: &str, until: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let (mut answer, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut chunk).unwrap() {
            0 => break,
            read => answer.extend_from_slice(&chunk[..read]),
        }
        if !until.is_empty() && String::from_utf8_lossy(&answer).contains(until) {
            break;
        }
    }
    String::from_utf8(answer).unwrap()
}

#[test]
fn the_web_example_runs_a_turn_without_a_reader_and_replays_it() {
    let test = Test::responding(Arc::new(echo), "").with_own_server("the example starts its own server");
    let mut command = example(&test, "web");
    command.arg("0");
    let running = Running::start(command);
    running.wait_until_stdout("an address", |text| text.ends_with('\n'));
    let address = running.stdout_so_far();
    let address = address.trim().strip_prefix("http://").unwrap();
    let host = format!("Host: {address}\r\n");

    let post = |path: &str, more: &str, body: &str| {
        let length = body.len();
        let text = format!("POST {path} HTTP/1.1\r\n{host}{more}Content-Length: {length}\r\n\r\n{body}");
        request(address, &text, "")
    };
    assert!(post("/turns", "", "one").starts_with("HTTP/1.1 202 "));
    let get = |more: &str| {
        request(
            address,
            &format!("GET /events HTTP/1.1\r\n{host}{more}\r\n"),
            "turn.completed",
        )
    };
    let events = get("");
    assert!(
        events.starts_with("HTTP/1.1 200 ") && events.contains("[one]"),
        "{events}"
    );

    // A browser that comes back gets what followed, and only that.
    let ids = events
        .lines()
        .filter_map(|line| line.strip_prefix("id: "))
        .collect::<Vec<_>>();
    let (before, last) = (ids[ids.len() - 2], ids[ids.len() - 1]);
    let rest = get(&format!("Last-Event-ID: {before}\r\n"));
    let rest = rest
        .lines()
        .filter_map(|line| line.strip_prefix("id: "))
        .collect::<Vec<_>>();
    assert_eq!(rest, [last]);

    assert!(post("/turns", "", "").starts_with("HTTP/1.1 400 "));
    assert!(post("/turns", "Origin: http://elsewhere.example\r\n", "one").starts_with("HTTP/1.1 403 "));
    let rebound = "POST /turns HTTP/1.1\r\nHost: elsewhere.example\r\nContent-Length: 3\r\n\r\none";
    assert!(request(address, rebound, "").starts_with("HTTP/1.1 403 "));
    assert!(post("/other", "", "").starts_with("HTTP/1.1 404 "));
    running.signal(rustix::process::Signal::TERM);
    running.wait();
    crate::support::wait_until("the end of the server", || test.servers().is_empty());
}
