//! Support of the command line's tests: a hermetic home, the real codex, a scripted model, a terminal.
//!
//! Everything lives below `TURNWISE_TEST_DIR` (default: `~/.cache/turnwise-tests`), not in the repository and not in
//! the system's temporary directory, from where Codex cannot give sandboxed commands a terminal.

pub(crate) mod codex;
mod emulator;
pub(crate) mod hostile;
pub(crate) mod instances;
mod left_out;
pub(crate) mod listening;
pub(crate) mod proxy;
pub(crate) mod running;
pub(crate) mod terminal;
pub(crate) mod tls;
pub(crate) mod waiting;

use std::ffi::{OsStr, OsString};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use tokio::signal::unix::SignalKind;
use turnwise::demo::{
    ModelRequest, Responder, ScriptedHome, ScriptedModel, Step, loopback_without_proxy, rounds,
};
use turnwise::runtime::ClientConfig;

pub(crate) use left_out::left_out;
use listening::Listening;
pub(crate) use running::Running;
use terminal::Terminal;
pub(crate) use waiting::{until, wait_until, wait_until_async};

/// How long anything may take before a test gives up on it. Generous: two slow cores run many tests at once.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Whether tests have a place outside of the temporary directories, where Codex's sandbox lets commands write and gives them no
/// terminal. A test that needs one says why on the real stderr where there is none, and does nothing.
pub(crate) fn is_outside_temporary(reason: &str) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let place = real(&test_dir());
    let temporary = [std::env::temp_dir(), PathBuf::from("/tmp")];
    let outside = !temporary
        .iter()
        .any(|temporary| place.starts_with(real(temporary)));
    if !outside {
        left_out(&format!(
            "TURNWISE_TEST_DIR is below a temporary directory, and {reason}"
        ));
    }
    outside
}

/// Connects with a socket whose path may be longer than an address can be.
pub(crate) fn connect(path: &Path) -> std::io::Result<UnixStream> {
    let directory = std::fs::File::open(path.parent().unwrap())?;
    let name = path.file_name().unwrap();
    let short = Path::new("/proc/self/fd").join(directory.as_raw_fd().to_string());
    UnixStream::connect(short.join(name))
}

/// The variable by which a test knows the processes that come from it.
const MARK: &str = "TURNWISE_TEST_RUN";

/// Where tests keep things.
pub(crate) fn test_dir() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").expect("a home")).join(".cache/turnwise-tests");
    let named = std::env::var_os("TURNWISE_TEST_DIR").filter(|named| !named.is_empty());
    named.map_or_else(home, PathBuf::from)
}

/// The scripted models of all tests answer on one runtime.
fn model_runtime() -> &'static tokio::runtime::Runtime {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        {
            // Entered and not blocked on: tests of the library are on a runtime of their own.
            let _entered = runtime.enter();
            heed_what_is_ignored();
        }
        runtime
    })
}

/// Programs inherit ignored signals, and a script's background jobs ignore SIGINT. A signal with a handler here is not
/// ignored by child processes.
fn heed_what_is_ignored() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = mask.map_or(0, |mask| u64::from_str_radix(mask.trim(), 16).unwrap());
    for kind in [
        SignalKind::hangup(),
        SignalKind::interrupt(),
        SignalKind::terminate(),
    ] {
        if ignored & (1 << (kind.as_raw_value() - 1)) != 0 {
            drop(tokio::signal::unix::signal(kind).unwrap());
        }
    }
}

/// One test's surroundings.
pub(crate) struct Test {
    root: TempDir,
    model: ScriptedModel,
    home: ScriptedHome,
    environment: Vec<(OsString, OsString)>,
    mark: String,
    own_server: bool,
    /// The server that the tests' transport asks for, once it is needed.
    listening: OnceLock<Option<Listening>>,
}

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The exit code; none if a signal ended it.
    pub(crate) code: Option<i32>,
}

impl Outcome {
    /// The one JSON document on stdout.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// Its stderr without the line that names the session and its model.
    pub(crate) fn progress(&self) -> String {
        let names = |line: &&str| line.starts_with("session ") && line.contains(" · model ");
        let lines = self.stderr.lines().filter(|line| !names(line));
        lines.map(|line| format!("{line}\n")).collect()
    }

    /// The JSON documents on stdout, a line each.
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Checks the exit code, and shows everything if it is another.
    #[track_caller]
    pub(crate) fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }
}

impl Test {
    /// A model that answers with one text.
    pub(crate) fn answering(text: &str) -> Self {
        Self::rounds(vec![vec![Step::text(text)]])
    }

    /// A model that plays rounds.
    pub(crate) fn rounds(script: Vec<Vec<Step>>) -> Self {
        Self::responding(rounds(script), "")
    }

    /// A model that plays rounds, and lines at the top of Codex's configuration.
    pub(crate) fn rounds_with_config(script: Vec<Vec<Step>>, config: &str) -> Self {
        Self::responding(rounds(script), config)
    }

    /// A model that answers by a function.
    pub(crate) fn responding(responder: Arc<Responder>, config: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let parent = test_dir().join("run");
        std::fs::create_dir_all(&parent).unwrap();
        let root = tempfile::Builder::new()
            .prefix("test-")
            .tempdir_in(&parent)
            .unwrap();
        // Not blocked on, because tests of the library are on a runtime of their own.
        let (sender, started) = std::sync::mpsc::sync_channel(1);
        model_runtime().spawn(async move { sender.send(ScriptedModel::start(responder).await) });
        let model = started.recv().unwrap().unwrap();
        let home = ScriptedHome::create(&root.path().join("codex"), &model.base_url(), config).unwrap();
        std::fs::create_dir(root.path().join("work")).unwrap();
        let mark = format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut test = Self {
            model,
            home,
            environment: Vec::new(),
            mark: mark.clone(),
            own_server: false,
            listening: OnceLock::new(),
            root,
        };
        test.set("PATH", std::env::var_os("PATH").unwrap());
        test.set("HOME", test.root.path().as_os_str().to_owned());
        test.set(
            "TURNWISE_HOME",
            test.root.path().join("turnwise").into_os_string(),
        );
        test.set("CODEX_HOME", test.home.path().as_os_str().to_owned());
        test.set("LANG", "C.UTF-8");
        test.set("TERM", "xterm-256color");
        test.set(MARK, mark);
        test
    }

    /// The fault server instead of codex, misbehaving as `fault` says.
    pub(crate) fn fault(fault: &str) -> Self {
        let mut test = Self::answering("unused").with_own_server("the fault server speaks over pipes");
        test.set("TURNWISE_CODEX", fault_server());
        test.set("TURNWISE_FAULT", fault);
        test.set("TURNWISE_FAULT_LOG", test.root.path().join("fault.log"));
        test
    }

    /// A test of a server that turnwise starts: it uses one with every transport of the test run. Prints the reason.
    pub(crate) fn with_own_server(mut self, reason: &str) -> Self {
        listening::say_why_not(reason);
        self.own_server = true;
        self
    }

    /// Sets a variable of the environment.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.into(), value.into()));
    }

    /// Removes a variable from the environment.
    pub(crate) fn unset(&mut self, name: &str) {
        self.environment.retain(|(known, _)| known != name);
    }

    /// The directory of everything that belongs to the test.
    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    /// The directory that the program runs in.
    pub(crate) fn work(&self) -> PathBuf {
        self.root.path().join("work")
    }

    /// Codex's directory.
    pub(crate) fn codex_home(&self) -> &Path {
        self.home.path()
    }

    /// The requests of Codex to the model.
    pub(crate) fn requests(&self) -> Vec<ModelRequest> {
        self.model.requests()
    }

    /// The messages and replies that the fault server received.
    pub(crate) fn fault_log(&self) -> String {
        std::fs::read_to_string(self.root.path().join("fault.log")).unwrap_or_default()
    }

    /// Waits until Codex has asked the model something.
    #[track_caller]
    pub(crate) fn wait_for_request(&self) {
        wait_until("a request to the model", || !self.requests().is_empty());
    }

    /// Waits until the fault server was asked for something.
    #[track_caller]
    pub(crate) fn wait_for_fault_log(&self, what: &str) {
        wait_until(what, || self.fault_log().contains(what));
    }

    /// Waits until a process of this test has this in its command line.
    #[track_caller]
    pub(crate) fn wait_for_process(&self, what: &str) {
        wait_until(what, || self.processes().iter().any(|line| line.contains(what)));
    }

    /// The program, ready to be started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.dress(Command::new(env!("CARGO_BIN_EXE_turnwise")), arguments)
    }

    /// Another program in the same surroundings.
    pub(crate) fn other(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = self.dress(Command::new(program), &[]);
        command.stdin(Stdio::null());
        command
    }

    fn dress(&self, mut command: Command, arguments: &[&str]) -> Command {
        command.args(arguments).current_dir(self.work()).env_clear();
        if let Some(listening) = self.listening() {
            command.env("TURNWISE_CONNECT", &listening.url);
        }
        command.env("TURNWISE_CODEX", codex::binary());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Another program in the same surroundings, which is not told of a server.
    fn bare(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.work())
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    /// The server that the tests' transport asks for, if this test is not about one of turnwise's own.
    fn listening(&self) -> Option<&Listening> {
        if self.own_server {
            return None;
        }
        self.listening
            .get_or_init(|| Listening::of_the_tests(self))
            .as_ref()
    }

    /// Whether turnwise uses a running server.
    pub(crate) fn is_connected(&self) -> bool {
        self.listening().is_some()
    }

    /// A client of the library, with this test's home.
    pub(crate) fn client(&self) -> ClientConfig {
        // The agent's shell is a login shell, and the user's profile must not affect a test.
        let config = ClientConfig::new()
            .codex(codex::binary())
            .codex_home(self.codex_home())
            .env("HOME", self.work())
            .env(MARK, &self.mark);
        // The tests may run behind a proxy, which must not be used for the scripted model.
        let config = loopback_without_proxy()
            .into_iter()
            .fold(config, |config, (name, value)| config.env(name, value));
        match self.listening() {
            Some(listening) => config.connect(listening.url.parse().unwrap(), None),
            None => config,
        }
    }

    /// Runs the program to its end, without anything on stdin.
    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        self.spawn(arguments).wait()
    }

    /// Runs the program where no codex was named.
    #[track_caller]
    pub(crate) fn run_without_codex(&self, arguments: &[&str]) -> Outcome {
        let mut command = self.command(arguments);
        command
            .env_remove("TURNWISE_CODEX")
            .env_remove("TURNWISE_CONNECT")
            .stdin(Stdio::null());
        Running::start(command).wait()
    }

    /// Runs the program to its end with something on stdin.
    #[track_caller]
    pub(crate) fn run_with_stdin(&self, arguments: &[&str], stdin: &str) -> Outcome {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped());
        let mut running = Running::start(command);
        running.write_stdin(stdin);
        running.wait()
    }

    /// Starts the program, without anything on stdin.
    pub(crate) fn spawn(&self, arguments: &[&str]) -> Running {
        let mut command = self.command(arguments);
        command.stdin(Stdio::null());
        Running::start(command)
    }

    /// Starts the program at a terminal of this size.
    pub(crate) fn at_terminal(&self, columns: u16, rows: u16, arguments: &[&str]) -> Terminal {
        // Makes the terminal the controlling one, so that Ctrl-C is a signal.
        let mut command = Command::new("setsid");
        command.arg("--ctty").arg(env!("CARGO_BIN_EXE_turnwise"));
        Terminal::start(self.dress(command, arguments), columns, rows)
    }

    /// Waits until no process of this test is left; fails with their command lines.
    #[track_caller]
    pub(crate) fn nothing_is_left(&self) {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let left = self.processes();
            if left.is_empty() {
                return;
            }
            assert!(Instant::now() < deadline, "still running: {left:#?}");
            std::thread::park_timeout(waiting::PAUSE);
        }
    }

    /// The command lines of this test's processes, without the server that listens for it.
    pub(crate) fn processes(&self) -> Vec<String> {
        let mark = format!("{MARK}={}", self.mark);
        let entries = std::fs::read_dir("/proc").unwrap();
        let of_test = |directory: &PathBuf| {
            let environment = std::fs::read(directory.join("environ")).unwrap_or_default();
            environment
                .split(|byte| *byte == 0)
                .any(|variable| variable == mark.as_bytes())
        };
        let listening = self.listening.get().and_then(Option::as_ref);
        let listening = listening.map(|listening| listening.server.pid().to_string());
        entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|directory| listening.as_deref() != directory.file_name().and_then(|name| name.to_str()))
            .filter(of_test)
            .map(|directory| {
                let line = std::fs::read(directory.join("cmdline")).unwrap_or_default();
                format!(
                    "{} {}",
                    directory.display(),
                    String::from_utf8_lossy(&line).replace('\0', " ")
                )
            })
            .collect()
    }
}

impl Test {
    /// The servers that run for this test.
    pub(crate) fn servers(&self) -> Vec<rustix::process::Pid> {
        let servers = self.processes().into_iter();
        let servers = servers.filter(|line| line.contains("app-server"));
        servers
            .filter_map(|line| {
                let process = line.strip_prefix("/proc/")?.split(' ').next()?;
                rustix::process::Pid::from_raw(process.parse().ok()?)
            })
            .collect()
    }
}

impl Drop for Test {
    fn drop(&mut self) {
        if let Some(listening) = self.listening.get().and_then(Option::as_ref) {
            listening.clear_away(&self.processes());
        }
    }
}

fn fault_server() -> PathBuf {
    let server = Path::new(env!("CARGO_BIN_EXE_turnwise"))
        .with_file_name("examples")
        .join("fault-server");
    assert!(
        server.exists(),
        "{} is missing: run `cargo build --examples`",
        server.display()
    );
    server
}
