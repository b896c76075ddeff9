//! Proxies in the environment: what is on loopback is reached without them.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use turnwise::demo::Step;

use crate::support::listening::Listening;
use crate::support::{Running, Test};

const VARIABLES: [&str; 6] = [
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
];

/// A proxy that takes requests and never answers, and their first lines.
struct SilentProxy {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl SilentProxy {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let lines = Arc::clone(&asked);
        std::thread::spawn(move || {
            // Kept open, so that whoever came goes on to wait.
            let mut open = Vec::new();
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                open.push(stream.try_clone().unwrap());
                let lines = Arc::clone(&lines);
                std::thread::spawn(move || {
                    let mut line = String::new();
                    if BufReader::new(stream).read_line(&mut line).is_ok() {
                        lines.lock().unwrap().push(line);
                    }
                });
            }
        });
        Self { url, asked }
    }

    /// Nobody asked it for something on this machine.
    #[track_caller]
    fn assert_not_asked_for_loopback(&self) {
        let asked = self.asked.lock().unwrap();
        assert!(!asked.iter().any(|line| line.contains("127.0.0.1")), "{asked:?}");
    }
}

#[test]
fn the_demo_works_behind_every_kind_of_proxy_setting_and_sends_it_nothing() {
    let proxy = SilentProxy::start();
    for variables in [&VARIABLES[..2], &VARIABLES[2..4], &VARIABLES[4..], &VARIABLES] {
        let mut test = Test::answering("unused");
        test.unset("CODEX_HOME");
        for name in variables {
            test.set(name, &proxy.url);
        }
        test.set("NO_PROXY", "example.org");
        let outcome = test.run(&["demo", "--prompt", "hello", "--timeout", "30s"]);
        assert!(outcome.exits(0).stderr.contains("Demo finished"), "{outcome:?}");
        test.nothing_is_left();
    }
    proxy.assert_not_asked_for_loopback();
}

#[test]
fn an_ordinary_run_inherits_the_proxy_as_it_is() {
    let proxy = SilentProxy::start();
    let test = Test::rounds(vec![
        vec![Step::command("echo [$http_proxy] [$NO_PROXY]")],
        vec![Step::text("done")],
    ])
    .with_own_server("it is about what a server of turnwise's own inherits");
    let mut command = test.command(&["run", "--format", "json", "hello"]);
    command
        .env("http_proxy", &proxy.url)
        .env("NO_PROXY", "127.0.0.1")
        .stdin(std::process::Stdio::null());
    let outcome = Running::start(command).wait();
    let expected = format!("[{}] [127.0.0.1]", proxy.url);
    assert!(outcome.exits(0).stdout.contains(&expected), "{outcome:?}");
}

#[test]
fn a_server_on_loopback_is_connected_to_without_the_proxy() {
    let proxy = SilentProxy::start();
    let test = Test::answering("straight").with_own_server("it says itself what it connects to");
    let listening = Listening::websocket(&test, &[]);
    let mut command = test.command(&["run", "--connect", &listening.url, "--timeout", "30s", "hello"]);
    command
        .envs(VARIABLES.map(|name| (name, &proxy.url)))
        .stdin(std::process::Stdio::null());
    assert_eq!(Running::start(command).wait().exits(0).stdout, "straight\n");
    proxy.assert_not_asked_for_loopback();
}

#[test]
fn a_demo_that_fails_says_what_to_do_and_does_not_say_goodbye_as_if_it_had_not() {
    for (fault, arguments, code) in [
        ("never-initialize", &["demo", "--timeout", "1s"][..], 124),
        ("exit-at-start", &["demo"], 3),
        ("turn-refused", &["demo"], 1),
        ("die-after:delta", &["demo"], 3),
    ] {
        let test = Test::fault(fault);
        let outcome = test.run(arguments);
        outcome.exits(code);
        assert!(!outcome.stderr.contains("that was"), "{outcome:?}");
        assert!(outcome.stderr.contains("error: "), "{outcome:?}");
        assert!(
            outcome
                .stderr
                .trim_end()
                .ends_with("Run `turnwise doctor` to find the cause."),
            "{outcome:?}"
        );
        test.nothing_is_left();
    }
}
