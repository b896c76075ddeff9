//! One run from its start to its exit code: the driver, the display, signals, and the end of all of them.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::control::server::{RemoteCommand, TurnServer};
use crate::exit::Exit;
use crate::ledger::NotPrivate;
use crate::plugin::Phase;
use crate::render::output::unless_closed;
use crate::render::{RenderThread, build};
use crate::run::Driver;
use crate::runtime::event::Event;
use crate::runtime::{RuntimeError, Session, servers_ended};
use tokio::time::Instant;

use super::Plan;
use super::finish::finish;
use super::next::{Clock, Next, Waits, next};
use super::parts::{Run, Stop};
use super::prepared::{Started, start};
use super::recording::Recording;
use super::signals::Signals;
use crate::commands::context::Context;
use crate::commands::deadline::Deadline;
use crate::commands::failure::Failure;

/// How long a server that was let go may take to end; it needs about 20 ms.
const LAST_WAIT: Duration = Duration::from_secs(5);

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
    // Boxed, because it is large.
    let exit = Box::pin(finish(run, stopped)).await;
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
    /// To follow the turn that is already running.
    Attach,
}

impl Run {
    fn new(mut plan: Plan, deadline: Deadline) -> Result<Self, Failure> {
        plan.profile = deadline.count_in(plan.profile);
        let system = |what: &'static str| move |error: io::Error| Failure::system(what, error);
        let display = RenderThread::start(build(plan.render)).map_err(system("the display"))?;
        let record = Recording::start(plan.record.as_ref())?;
        let (chain, events, ui) = plan.answers.chain(&plan.hooks);
        ui.host_on(Some(&display));
        Ok(Self {
            signals: Signals::listen().map_err(system("the signals"))?,
            clock: Clock::new(plan.render.stderr.interactive),
            display,
            record,
            ui,
            chain: Some((chain, events)),
            plan,
            log: Arc::default(),
            client: None,
            driver: None,
            deadline,
            server: None,
            started: Instant::now(),
            started_at: SystemTime::now(),
        })
    }

    async fn execute(
        &mut self,
        context: &Context,
        task: impl Future<Output = Result<Task, Failure>>,
    ) -> Stop {
        let (started, task) = match self.prepare(context, task).await {
            Ok(both) => both,
            Err(stop) => return stop,
        };
        let unreachable = match serve_turn(started.driver.session(), context) {
            Ok(server) => {
                self.server = server;
                None
            }
            Err(warning) => Some(warning),
        };
        let mut driver = started.driver.with_log(Arc::clone(&self.log));
        let (text, warning) = match task {
            Task::Prompt {
                text,
                warning,
                typed_for,
            } => {
                self.deadline.put_off(typed_for);
                // Not as the session was started: the clock may have stood still since that began.
                driver.set_profile(self.deadline.count_in(driver.profile().clone()));
                (Some(text), warning)
            }
            Task::Attach => (None, None),
        };
        let of_hooks = std::mem::take(&mut self.plan.hooks.warnings);
        let warnings = warning.into_iter().chain(started.notice).chain(unreachable);
        for message in of_hooks.into_iter().chain(warnings) {
            let event = Event::Warning { message };
            self.log.push(&event);
            self.show(event);
        }
        let begun = async {
            match text {
                Some(text) => driver.ask(text).await,
                None => driver.attach().await,
            }
        };
        let begun = tokio::select! {
            begun = begun => begun,
            exit = self.signals.next() => {
                self.driver = Some(driver);
                return Stop::Signal(exit);
            }
        };
        let stop = match begun {
            Ok(()) => self.follow(&mut driver).await,
            Err(RuntimeError::NoTurn) => {
                let message = format!("no turn is running in session {}", driver.session().id());
                let failure = Failure::new(Exit::Failed, "no_turn", message);
                Stop::Failed(failure.hint("give a prompt instead of --join to start one"))
            }
            Err(error) => Stop::Failed(error.into()),
        };
        self.deadline.put_off(driver.waited_for_answers());
        self.driver = Some(driver);
        stop
    }

    /// Calls the hooks before the run, if there are any. They see the prompt, so that it is read before Codex starts then.
    async fn before_run<'a>(
        &mut self,
        task: impl Future<Output = Result<Task, Failure>> + 'a,
    ) -> Result<Pin<Box<dyn Future<Output = Result<Task, Failure>> + 'a>>, Stop> {
        let runner = self.plan.hooks.runner.clone();
        let Some(runner) = runner.filter(|runner| runner.hooks().has(Phase::PreRun)) else {
            return Ok(Box::pin(task));
        };
        let (cwd, profile) = (self.plan.spec.cwd.clone(), self.plan.profile.clone());
        let hooked = async {
            let task = task.await?;
            let Task::Prompt {
                text,
                warning,
                typed_for,
            } = task
            else {
                return Ok((task, None));
            };
            let called = runner.before_run(&cwd, text, profile.model, Some(profile.effort));
            let context = called.await?;
            let text = context.prompt.clone().unwrap_or_default();
            let task = Task::Prompt {
                text,
                warning,
                typed_for,
            };
            Ok((task, Some(context)))
        };
        let hooked: Result<_, Failure> = tokio::select! {
            hooked = hooked => hooked,
            exit = self.signals.next() => return Err(Stop::Signal(exit)),
        };
        let (task, changed) = hooked.map_err(Stop::Failed)?;
        if let Some(changed) = changed {
            self.plan.profile.model.clone_from(&changed.model);
            self.plan.spec.model = changed.model;
            if let Some(effort) = changed.effort {
                self.plan.profile.effort.clone_from(&effort);
                self.plan.spec.effort = Some(effort);
            }
            self.plan.spec.attachments.extend(changed.attachments);
        }
        Ok(Box::pin(std::future::ready(Ok(task))))
    }

    /// Starts Codex while the prompt is still being read.
    async fn prepare(
        &mut self,
        context: &Context,
        task: impl Future<Output = Result<Task, Failure>>,
    ) -> Result<(Started, Task), Stop> {
        let task = self.before_run(task).await?;
        let (chain, deadline) = (self.chain.take(), self.deadline);
        let starting = start(&self.plan, chain, context, deadline, &mut self.client);
        let both = async { tokio::join!(starting, task) };
        tokio::pin!(both);
        loop {
            let waits = Waits {
                signals: &mut self.signals,
                server: None,
                display: &mut self.display,
                watch_display: true,
                clock: &mut self.clock,
            };
            tokio::select! {
                (started, task) = &mut both => {
                    let task = task.map_err(Stop::Failed)?;
                    return Ok((started.map_err(Stop::Failed)?, task));
                }
                next = next(None::<&mut Driver>, waits) => match next {
                    Next::Signal(exit) => return Err(Stop::Signal(exit)),
                    Next::Closed(outcome) => return Err(output_stopped(outcome)),
                    Next::Item(_) | Next::Ended | Next::Command(_) => {}
                },
            }
        }
    }

    /// Shows a turn to its end.
    async fn follow(&mut self, driver: &mut Driver) -> Stop {
        let mut stopped: Option<Stop> = None;
        if !self.plan.render.stdout.terminal {
            self.clock.watch_output();
        }
        loop {
            let waits = Waits {
                signals: &mut self.signals,
                server: self.server.as_mut(),
                display: &mut self.display,
                watch_display: stopped.is_none(),
                clock: &mut self.clock,
            };
            match next(Some(&mut *driver), waits).await {
                Next::Item(event) => {
                    self.show(event);
                    self.display.keep_pace().await;
                    if let Some(record) = &self.record {
                        record.keep_pace().await;
                    }
                }
                Next::Ended => return stopped.unwrap_or(Stop::TurnEnded),
                // The second time is meant: nothing is waited for any longer.
                Next::Signal(exit) if stopped.is_some() => return Stop::Signal(exit),
                Next::Signal(exit) => {
                    driver.interrupt("interrupted");
                    stopped = Some(Stop::Signal(exit));
                }
                Next::Command(RemoteCommand::Interrupt(by)) => {
                    driver.interrupt(&format!("interrupted by {by}"));
                }
                Next::Command(RemoteCommand::Steered(by, text)) => {
                    let event = Event::TurnSteered { by, message: text };
                    self.log.push(&event);
                    self.show(event);
                }
                Next::Closed(outcome) => {
                    driver.interrupt("the output was closed");
                    stopped = Some(output_stopped(outcome));
                }
            }
        }
    }

    /// Hands an event of the log to the display.
    fn show(&mut self, event: Event) {
        if let Some(server) = &self.server {
            server.serve(&self.log);
        }
        if let Some(record) = &self.record {
            record.push(&event);
        }
        self.ui.show(&self.display, event);
    }
}

/// Lets other processes of the same user reach the session's turns, or says why they cannot, where somebody has to do something
/// about it. A run that cannot be reached is a run nevertheless.
pub(crate) fn serve_turn(session: &Session, context: &Context) -> Result<Option<TurnServer>, String> {
    let Some(directories) = &context.directories else {
        return Ok(None);
    };
    let error = match TurnServer::open(&directories.state, session.handle()) {
        Ok(server) => return Ok(Some(server)),
        Err(error) => error,
    };
    if let Some(reason) = NotPrivate::of(&error) {
        let hint = reason.hint();
        return Err(format!("other terminals cannot reach this run: {reason}; {hint}"));
    }
    tracing::warn!("nobody can reach this run: {error}");
    Ok(None)
}

fn output_stopped(outcome: io::Result<()>) -> Stop {
    match unless_closed(outcome) {
        Err(error) => Stop::Failed(Failure::system("stdout", error)),
        Ok(()) => Stop::OutputClosed,
    }
}
