//! One run from its start to its exit code: Codex, the turn, the display, signals, and the end of all of them.

use std::future::Future;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::approval::chain::ApproverChain;
use crate::control::host::{Host, Said};
use crate::exit::Exit;
use crate::ledger::NotPrivate;
use crate::render::terminal::TICK;
use crate::render::{Pump, build};
use crate::runtime::event::Event;
use crate::runtime::{
    Client, Prompt, RunProfile, RuntimeError, Session, SessionConfig, Transcript, Turn, servers_ended,
};
use rustix::event::{PollFd, PollFlags, poll};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::Plan;
use super::approvals::Link;
use super::finish::finish;
use crate::commands::context::Context;
use crate::commands::deadline::Deadline;
use crate::commands::failure::Failure;

/// How long a server that was let go may take to end; it needs about 20 ms.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// The tokio runtime of a command.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::system("the runtime", error))
}

/// Runs the plan. Whatever happens, nothing that was started is left running.
pub(crate) async fn drive(
    plan: Plan,
    deadline: Deadline,
    context: &Context,
    task: impl Future<Output = Result<Task, Failure>>,
) -> Exit {
    let mut run = match Run::new(plan, deadline) {
        Ok(run) => run,
        Err(failure) => {
            failure.print();
            return failure.exit;
        }
    };
    let stopped = run.execute(context, task).await;
    let exit = finish(run, stopped).await;
    servers_ended(LAST_WAIT).await;
    exit
}

/// What a run does.
#[derive(Debug)]
pub(crate) enum Task {
    /// A new turn.
    Prompt {
        text: String,
        /// If stdin was given up on.
        warning: Option<String>,
        /// How long a person typed it.
        typed_for: Duration,
    },
    /// To follow the turn that runs already.
    Join,
}

/// Why a run stopped.
#[derive(Debug)]
pub(super) enum Stop {
    /// The turn ended; how is in the transcript.
    TurnEnded,
    /// It could not go on.
    Failed(Failure),
    /// A signal came.
    Signal(Exit),
    /// Whoever read the output went away.
    OutputClosed,
}

/// The parts of a run.
pub(super) struct Run {
    pub(super) plan: Plan,
    pub(super) pump: Pump,
    pub(super) signals: Signals,
    pub(super) transcript: Transcript,
    pub(super) client: Option<Client>,
    pub(super) deadline: Deadline,
    /// Whether the turn was given up before Codex had ended it.
    pub(super) given_up: bool,
    pub(super) started: Instant,
    pub(super) started_at: SystemTime,
    /// Where others reach the turn.
    pub(super) host: Option<Host>,
    link: Link,
    chain: Option<ApproverChain>,
}

impl Run {
    fn new(mut plan: Plan, deadline: Deadline) -> Result<Self, Failure> {
        plan.profile = deadline.count_in(plan.profile);
        let system = |what: &'static str| move |error: io::Error| Failure::system(what, error);
        let pump = Pump::start(build(plan.render)).map_err(system("the display"))?;
        let (chain, link) = plan.answers.chain();
        link.stage.send_replace(Some(pump.handle()));
        Ok(Self {
            signals: Signals::listen().map_err(system("the signals"))?,
            pump,
            link,
            chain: Some(chain),
            plan,
            transcript: Transcript::default(),
            client: None,
            deadline,
            given_up: false,
            host: None,
            started: Instant::now(),
            started_at: SystemTime::now(),
        })
    }

    async fn execute(
        &mut self,
        context: &Context,
        task: impl Future<Output = Result<Task, Failure>>,
    ) -> Stop {
        let ((session, notice), task) = match self.prepare(context, task).await {
            Ok(both) => both,
            Err(stop) => return stop,
        };
        let unreachable = match open_door(&session, context) {
            Ok(host) => {
                self.host = host;
                None
            }
            Err(warning) => Some(warning),
        };
        let (text, warning) = match task {
            Task::Prompt {
                text,
                warning,
                typed_for,
            } => {
                self.deadline.put_off(typed_for);
                self.plan.profile = self.deadline.count_in(self.plan.profile.clone());
                (Some(text), warning)
            }
            Task::Join => (None, None),
        };
        for message in warning.into_iter().chain(notice).chain(unreachable) {
            self.show(Event::Warning { message });
        }
        match text {
            Some(text) => {
                let prompt = self.plan.inputs.prompt(text);
                self.turn(&session, prompt).await
            }
            None => self.join(&session).await,
        }
    }

    /// Follows the turn that runs already.
    async fn join(&mut self, session: &Session) -> Stop {
        match session.attach().await {
            Ok(mut turn) => self.follow(&mut turn).await,
            Err(RuntimeError::NoTurn) => {
                let message = format!("no turn is running in session {}", session.id());
                let failure = Failure::new(Exit::Failed, "no_turn", message);
                Stop::Failed(failure.hint("give a prompt instead of --join to start one"))
            }
            Err(error) => Stop::Failed(error.into()),
        }
    }

    /// Starts Codex while the prompt is still being read.
    async fn prepare(
        &mut self,
        context: &Context,
        task: impl Future<Output = Result<Task, Failure>>,
    ) -> Result<(Started, Task), Stop> {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let live = self.plan.render.stderr.interactive;
        let (chain, deadline) = (self.chain.take(), self.deadline);
        let starting = start(&self.plan, chain, context, deadline, &mut self.client);
        let both = async { tokio::join!(starting, task) };
        tokio::pin!(both);
        loop {
            tokio::select! {
                (started, task) = &mut both => {
                    let task = task.map_err(Stop::Failed)?;
                    return Ok((started.map_err(Stop::Failed)?, task));
                }
                exit = self.signals.next() => return Err(Stop::Signal(exit)),
                outcome = self.pump.done() => return Err(output_stopped(outcome)),
                _ = ticks.tick(), if live => self.pump.tick(),
            }
        }
    }

    async fn turn(&mut self, session: &Session, prompt: Prompt) -> Stop {
        // Not the session's own: the clock may have stood still since that began.
        let profile = self.plan.profile.clone();
        let starting = session.ask_stream_with(prompt, &profile);
        tokio::pin!(starting);
        let mut turn = tokio::select! {
            turn = &mut starting => match turn {
                Ok(turn) => turn,
                Err(error) => return Stop::Failed(error.into()),
            },
            exit = self.signals.next() => return Stop::Signal(exit),
        };
        self.follow(&mut turn).await
    }

    /// Shows a turn to its end.
    async fn follow(&mut self, turn: &mut Turn) -> Stop {
        let stop = self.consume(turn).await;
        self.deadline.put_off(turn.waited_for_answers());
        self.given_up = turn.was_given_up();
        stop
    }

    async fn consume(&mut self, turn: &mut Turn) -> Stop {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut stopped: Option<Stop> = None;
        let piped = !self.plan.render.stdout.terminal;
        let closed = output_closed();
        tokio::pin!(closed);
        loop {
            tokio::select! {
                biased;
                exit = self.signals.next() => {
                    if stopped.is_some() {
                        // The second time is meant: nothing is waited for any longer.
                        return Stop::Signal(exit);
                    }
                    turn.interrupt("interrupted");
                    stopped = Some(Stop::Signal(exit));
                }
                event = turn.next() => match event {
                    Some(event) => {
                        self.show(event);
                        self.pump.keep_pace().await;
                    }
                    None => return stopped.unwrap_or(Stop::TurnEnded),
                },
                Some(event) = self.link.events.recv() => self.show(event),
                said = heard(self.host.as_mut()) => match said {
                    Said::Interrupt(by) => turn.interrupt(&format!("interrupted by {by}")),
                    Said::Steered(by, text) => self.show(Event::Warning {
                        message: format!("steered by {by}: {text}"),
                    }),
                },
                outcome = self.pump.done(), if stopped.is_none() => {
                    turn.interrupt("the output was closed");
                    stopped = Some(output_stopped(outcome));
                }
                () = &mut closed, if piped && stopped.is_none() => {
                    turn.interrupt("the output was closed");
                    stopped = Some(Stop::OutputClosed);
                }
                _ = ticks.tick(), if self.plan.render.stderr.interactive => self.pump.tick(),
            }
        }
    }

    /// Takes an event into account and hands it to the display.
    fn show(&mut self, event: Event) {
        self.transcript.observe(&event);
        if let Some(host) = &self.host {
            host.record(&event);
        }
        let asked = match &event {
            Event::ApprovalRequested { approval } => Some(approval.id.clone()),
            _ => None,
        };
        self.pump.push(event);
        if let Some(id) = asked {
            self.link.shown.send_modify(|shown| {
                shown.insert(id);
            });
        }
    }
}

/// Lets others of the same user reach the session's turns, or says why they cannot, where somebody has to do something about
/// it. A run that cannot be reached is a run nevertheless.
pub(crate) fn open_door(session: &Session, context: &Context) -> Result<Option<Host>, String> {
    let Some(directories) = &context.directories else {
        return Ok(None);
    };
    let error = match Host::open(&directories.state, session.handle()) {
        Ok(host) => return Ok(Some(host)),
        Err(error) => error,
    };
    if let Some(reason) = NotPrivate::of(&error) {
        let hint = reason.hint();
        return Err(format!("other terminals cannot reach this run: {reason}; {hint}"));
    }
    tracing::warn!("nobody can reach this run: {error}");
    Ok(None)
}

/// What somebody did from elsewhere.
pub(crate) async fn heard(host: Option<&mut Host>) -> Said {
    match host {
        Some(host) => host.heard().await,
        None => std::future::pending().await,
    }
}

/// How a plan's session is started or taken up.
pub(crate) fn session_config(plan: &Plan, profile: &RunProfile) -> SessionConfig {
    let mut session = SessionConfig::new(&plan.cwd).profile(profile.clone());
    if plan.ephemeral {
        session = session.ephemeral();
    }
    if let Some(name) = &plan.name {
        session = session.name(name);
    }
    session
}

/// A session, and a warning if there is one.
pub(crate) type Started = (Session, Option<String>);

/// Starts Codex and a session in it by the deadline; gives a warning about its version, if there is one. The client is put
/// where the caller has it also when the rest fails, or is dropped: it is the caller's to end.
pub(crate) async fn start(
    plan: &Plan,
    chain: Option<ApproverChain>,
    context: &Context,
    deadline: Deadline,
    client: &mut Option<Client>,
) -> Result<Started, Failure> {
    // The deadline is what limits it.
    let mut config = plan.client.clone().session_timeout(Duration::MAX);
    let session_id = chain.as_ref().map(ApproverChain::session_id);
    if let Some(chain) = chain {
        config = config.approver(Arc::new(chain));
    }
    // Boxed, because every command would be as large as these are together.
    let starting = Box::pin(Client::start(config));
    let starting = deadline.hold(starting, || "starting codex app-server".to_owned());
    let client = client.insert(starting.await??);
    let session = deadline.hold(Box::pin(start_session(plan, client)), || {
        let servers = client.awaited_mcp_servers();
        servers.map_or_else(
            || "starting the session".to_owned(),
            |servers| format!("waiting for {servers}"),
        )
    });
    let session = session.await??;
    if let Some(session_id) = session_id {
        // Set once, here.
        let _ = session_id.set(session.id().to_owned());
    }
    // Only Codex's own provider needs an account at Codex; for others the question would only cost time.
    let openai = session
        .info()
        .model_provider
        .as_deref()
        .is_none_or(|provider| provider == "openai");
    if openai {
        let account = deadline.hold(client.account(), || "asking Codex for the account".to_owned());
        if account.await??.is_missing() {
            return Err(RuntimeError::NotLoggedIn.into());
        }
    }
    let notice = match &plan.one_of_files {
        Some(file) => {
            let asking = other_file(client, session.id(), file);
            deadline
                .hold(asking, || "asking Codex for the session".to_owned())
                .await?
        }
        None => None,
    };
    let notice = notice.or_else(|| context.notice_about(client.codex_version()?));
    Ok((session, notice))
}

/// The session that a plan asks for.
async fn start_session(plan: &Plan, client: &Client) -> Result<Session, RuntimeError> {
    let session = session_config(plan, &plan.profile);
    match &plan.resume {
        Some(id) => client.resume_session(id, session).await,
        None => client.start_session(session).await,
    }
}

/// What to say if Codex took up a session from another file than its settings were read from.
async fn other_file(client: &Client, id: &str, file: &Path) -> Option<String> {
    let taken = client.read_thread(id, false).await.ok()?.path?;
    (Path::new(&taken) != file).then(|| {
        let file = file.display();
        format!("Codex resumed {taken}, but the settings of session {id} were read from {file}")
    })
}

fn output_stopped(outcome: io::Result<()>) -> Stop {
    match outcome {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Stop::Failed(Failure::system("stdout", error))
        }
        _ => Stop::OutputClosed,
    }
}

/// Resolves when the reader of a piped stdout goes away, even while there is nothing to write.
async fn output_closed() {
    let (sender, closed) = oneshot::channel();
    let watching = std::thread::Builder::new()
        .name("turnwise-stdout".to_owned())
        .spawn(move || {
            let stdout = rustix::stdio::stdout();
            // Errors are reported whether they are asked for or not, and nothing else is asked for.
            let mut polled = [PollFd::new(&stdout, PollFlags::empty())];
            while let Err(rustix::io::Errno::INTR) = poll(&mut polled, None) {}
            if polled[0].revents().intersects(PollFlags::ERR | PollFlags::HUP) {
                // The receiver is gone when the run has ended.
                let _ = sender.send(());
            }
        });
    if watching.is_err() || closed.await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// The signals that stop a run. One that was ignored when turnwise started (`nohup`, a background job) stays ignored.
pub(crate) struct Signals {
    interrupt: Option<Signal>,
    terminate: Option<Signal>,
    hangup: Option<Signal>,
}

impl Signals {
    /// Begins to listen.
    pub(crate) fn listen() -> io::Result<Self> {
        let ignored = ignored_signals();
        let unless_ignored = |kind: SignalKind| {
            let bit = 1_u64 << (kind.as_raw_value() - 1);
            if ignored & bit == 0 {
                signal(kind).map(Some)
            } else {
                Ok(None)
            }
        };
        Ok(Self {
            interrupt: unless_ignored(SignalKind::interrupt())?,
            terminate: unless_ignored(SignalKind::terminate())?,
            hangup: unless_ignored(SignalKind::hangup())?,
        })
    }

    /// One that has come already.
    pub(crate) fn pending(&mut self) -> Option<Exit> {
        let next = std::pin::pin!(self.next());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match next.poll(&mut context) {
            std::task::Poll::Ready(exit) => Some(exit),
            std::task::Poll::Pending => None,
        }
    }

    /// The next one, as the exit code it leads to.
    pub(crate) async fn next(&mut self) -> Exit {
        async fn of(signal: &mut Option<Signal>) {
            match signal {
                Some(signal) => {
                    signal.recv().await;
                }
                None => std::future::pending().await,
            }
        }
        tokio::select! {
            () = of(&mut self.interrupt) => Exit::Interrupt,
            () = of(&mut self.terminate) => Exit::Terminate,
            () = of(&mut self.hangup) => Exit::Hangup,
        }
    }
}

/// The mask of ignored signals, from Linux's `/proc`; none where there is no such thing.
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}
