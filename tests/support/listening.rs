//! A running server, and the switch that lets every test use one: with `TURNWISE_TEST_TRANSPORT=unix|ws` each test starts a
//! listening server and sets `TURNWISE_CONNECT`. A test of a server that turnwise starts gives its reason
//! (`Test::with_own_server`).

use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::{Running, Test, codex, left_out, wait_until};

/// What carries the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Stdio,
    Unix,
    WebSocket,
}

impl Transport {
    /// The transport of this test run.
    pub(crate) fn of_the_tests() -> Self {
        match std::env::var("TURNWISE_TEST_TRANSPORT").as_deref() {
            Err(_) | Ok("" | "stdio") => Self::Stdio,
            Ok("unix") => Self::Unix,
            Ok("ws") => Self::WebSocket,
            Ok(other) => panic!("TURNWISE_TEST_TRANSPORT={other}: stdio, unix or ws"),
        }
    }
}

/// A test for a server of turnwise's own and one for each kind of server elsewhere that this Codex can be.
pub(crate) fn over_every_transport(answer: &str) -> Vec<(Test, Option<Listening>)> {
    let kinds: [fn(&Test) -> Option<Listening>; 3] = [
        |_| None,
        |test| Some(Listening::websocket(test, &[])),
        |test| Some(Listening::unix(test)),
    ];
    let start = |kind: &fn(&Test) -> Option<Listening>| {
        let test = Test::answering(answer).with_own_server("it says itself what it connects to");
        let listening = kind(&test);
        (test, listening)
    };
    let count = if codex::has_socket() { 3 } else { 2 };
    if count < kinds.len() {
        left_out("over a socket: this server cannot be reached at one");
    }
    kinds[..count].iter().map(start).collect()
}

/// Says that a test does without the transport that the tests were asked to use.
pub(crate) fn say_why_not(reason: &str) {
    let transport = Transport::of_the_tests();
    if transport != Transport::Stdio {
        left_out(&format!("not over {transport:?}: {reason}"));
    }
}

/// A server of its own, as `codex app-server --listen` starts one.
pub(crate) struct Listening {
    pub(crate) url: String,
    pub(crate) server: Running,
    /// Where its socket is, if it has one.
    _place: Option<TempDir>,
}

/// A directory for sockets. Their paths have to be short, wherever the tests keep other things.
pub(crate) fn socket_directory() -> TempDir {
    tempfile::Builder::new()
        .prefix("tw-")
        .permissions(PermissionsExt::from_mode(0o700))
        .tempdir_in("/tmp")
        .unwrap()
}

impl Listening {
    /// With the home and the surroundings of a test.
    pub(crate) fn start(test: &Test, url: &str, arguments: &[&str]) -> Self {
        let mut command = test.bare(codex::binary());
        command
            .args(["app-server", "--listen", url])
            .args(arguments)
            // As turnwise does for its servers.
            .env_remove("RUST_BACKTRACE")
            // Its banner is read here.
            .env_remove("CLICOLOR_FORCE")
            .env("NO_COLOR", "1");
        let server = Running::start(command);
        let url = if url.ends_with(":0") {
            server.stderr_after("listening on: ", "\n")
        } else {
            url.to_owned()
        };
        let answers = || match url.strip_prefix("unix://") {
            Some(path) => UnixStream::connect(path).is_ok(),
            None => TcpStream::connect(url.trim_start_matches("ws://")).is_ok(),
        };
        wait_until(&format!("whoever listens at {url}"), answers);
        Self {
            url,
            server,
            _place: None,
        }
    }

    /// At a socket in the file system.
    pub(crate) fn unix(test: &Test) -> Self {
        let place = socket_directory();
        let url = format!("unix://{}", place.path().join("s.sock").display());
        Self {
            _place: Some(place),
            ..Self::start(test, &url, &[])
        }
    }

    /// At a port that the system chooses.
    pub(crate) fn websocket(test: &Test, arguments: &[&str]) -> Self {
        Self::start(test, "ws://127.0.0.1:0", arguments)
    }

    /// One for each kind of connection on which this Codex continues a turn after its client has left, and reports it: none
    /// for the oldest.
    pub(crate) fn kinds_that_keep_turns() -> &'static [fn(&Test) -> Self] {
        if codex::is_oldest() {
            left_out("the oldest server does not continue a turn whose client has left");
            &[]
        } else if !codex::has_socket() {
            left_out("over a socket: this server cannot be reached at one");
            &[|test| Self::websocket(test, &[])]
        } else {
            &[Self::unix, |test| Self::websocket(test, &[])]
        }
    }

    /// At a port, for those who know the token, which is `the-secret` and in the file that is given.
    pub(crate) fn with_token(test: &Test) -> (Self, String) {
        let file = test.root().join("token").display().to_string();
        std::fs::write(&file, "the-secret\n").unwrap();
        let arguments = ["--ws-auth", "capability-token", "--ws-token-file", &file];
        (Self::websocket(test, &arguments), file)
    }

    /// With the transport of this test run.
    pub(super) fn of_the_tests(test: &Test) -> Option<Self> {
        match Transport::of_the_tests() {
            Transport::Stdio => None,
            Transport::Unix => Some(Self::unix(test)),
            Transport::WebSocket => Some(Self::websocket(test, &[])),
        }
    }

    /// Kills the processes that the server left after a test.
    pub(super) fn clear_away(&self, processes: &[String]) {
        let process = |line: &String| {
            let number = Path::new(line.split(' ').next()?).file_name()?.to_str()?;
            Pid::from_raw(number.parse().ok()?)
        };
        self.server.signal(Signal::KILL);
        for process in processes.iter().filter_map(process) {
            // It may have ended by itself.
            let _ = kill_process(process, Signal::KILL);
        }
    }
}
