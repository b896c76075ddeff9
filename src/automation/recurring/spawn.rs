//! Runs recurring turns on a session: the task, and its handle.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::recurrence::{AutomationError, NextRun};
use super::spec::{AutomationSpec, OnFailure};
use super::status::{AutomationRun, AutomationState, AutomationStatus, LastRun};
use crate::runtime::{Answer, ErrorKind, RuntimeError, Session, Transcript};

/// A pause that is longer than the clock can count is this long.
const LONGEST_PAUSE: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// An automation that was not started, and the session that it would have run on.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
#[non_exhaustive]
pub struct SpawnError {
    /// Why not.
    #[source]
    pub error: AutomationError,
    /// The session, unused.
    pub session: Session,
}

/// An automation that was started. Dropped, it stops.
#[derive(Debug)]
#[must_use = "dropped, it stops the automation"]
pub struct AutomationHandle {
    status: watch::Receiver<AutomationStatus>,
    stop: CancellationToken,
    session: Session,
}

impl AutomationHandle {
    /// How it stands.
    pub fn status(&self) -> AutomationStatus {
        self.status.borrow().clone()
    }

    /// Waits for its end. Cancel-safe.
    pub async fn wait(&mut self) -> AutomationStatus {
        // An error means that the tokio runtime is gone, and the automation with it.
        let _ = self.status.wait_for(|status| status.state.is_over()).await;
        self.status()
    }

    /// Stops it, and waits for its end. A running turn is interrupted.
    pub async fn stop(&mut self) -> AutomationStatus {
        self.stop.cancel();
        self.wait().await
    }

    /// Stops it, waits for its end, and gives its session back.
    pub async fn into_session(mut self) -> Session {
        self.stop().await;
        self.session.clone()
    }
}

impl Drop for AutomationHandle {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Starts recurring turns on a session, on the current tokio runtime.
///
/// One turn runs at a time. Due times that pass while it runs are left out. An error ends the automation, unless
/// [`AutomationSpec::on_failure`] says otherwise, and is kept as [`AutomationStatus::last_error`].
///
/// ```no_run
/// # async fn example(client: turnwise::runtime::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use turnwise::automation::{AutomationSpec, spawn};
/// use turnwise::runtime::SessionConfig;
///
/// let session = client.start_session(SessionConfig::new("/src/project")).await?;
/// let spec = AutomationSpec::new("Anything new in the log?", Duration::from_secs(60))
///     .max_runs(10)
///     .on_run(|run| println!("{}: {}", run.number, run.answer.text));
/// let status = spawn(session, spec)?.wait().await;
/// if let Some(error) = status.last_error {
///     eprintln!("ended after {} runs: {error}", status.runs);
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`SpawnError`] with the session, before anything is started.
pub fn spawn(session: Session, spec: AutomationSpec) -> Result<AutomationHandle, SpawnError> {
    if let Err(error) = spec.recurrence.check() {
        return Err(SpawnError { error, session });
    }
    let (sender, status) = watch::channel(AutomationStatus {
        state: AutomationState::Waiting,
        runs: 0,
        failures: 0,
        next_due: Some(spec.recurrence.start_at.unwrap_or_else(SystemTime::now)),
        last_run: None,
        last_error: None,
    });
    let stop = CancellationToken::new();
    let recurring = Recurring {
        session: session.clone(),
        spec,
        stop: stop.clone(),
        status: sender,
    };
    tokio::spawn(recurring.run());
    Ok(AutomationHandle {
        status,
        stop,
        session,
    })
}

struct Recurring {
    session: Session,
    spec: AutomationSpec,
    stop: CancellationToken,
    status: watch::Sender<AutomationStatus>,
}

impl Drop for Recurring {
    fn drop(&mut self) {
        // Reached in the middle only when the tokio runtime ends, or something here panics.
        self.status.send_if_modified(|status| {
            let unfinished = !status.state.is_over();
            if unfinished {
                status.state = AutomationState::Failed;
                status.next_due = None;
            }
            unfinished
        });
    }
}

impl Recurring {
    async fn run(mut self) {
        let (state, error) = match self.turns().await {
            Ok(NextRun::Stopped) => (AutomationState::Stopped, None),
            Ok(NextRun::Due(_) | NextRun::Finished) => (AutomationState::Finished, None),
            Err(error) => (AutomationState::Failed, Some(Arc::new(error))),
        };
        self.status.send_modify(|status| {
            status.state = state;
            status.next_due = None;
            status.last_error = error.or(status.last_error.take());
        });
    }

    /// Runs turns until there are no more, or until it is stopped.
    async fn turns(&mut self) -> Result<NextRun, RuntimeError> {
        loop {
            let status = &self.status;
            let waiting = |due| wait_for(status, due);
            let number = match self.spec.recurrence.next(&self.stop, waiting).await {
                NextRun::Due(number) => number,
                over => return Ok(over),
            };
            if let Some(over) = self.turn_with_repetitions(number).await? {
                return Ok(over);
            }
        }
    }

    /// One turn, repeated as the specification says. Gives how the automation is over, if it is.
    async fn turn_with_repetitions(&self, number: u64) -> Result<Option<NextRun>, RuntimeError> {
        let mut repetitions = 0;
        loop {
            let error = match self.turn(number).await {
                Ok(over) => return Ok(over),
                Err(error) if may_pass(&error) => error,
                Err(error) => return Err(error),
            };
            let pause = match self.spec.on_failure {
                OnFailure::Continue => None,
                OnFailure::Retry { times, backoff } if repetitions < times => {
                    Some(backoff.saturating_mul(1 << repetitions.min(16)))
                }
                OnFailure::Stop | OnFailure::Retry { .. } => return Err(error),
            };
            let error = Some(Arc::new(error));
            self.status.send_modify(|status| status.last_error = error);
            let Some(pause) = pause else { return Ok(None) };
            wait_for(&self.status, SystemTime::now().checked_add(pause));
            let now = Instant::now();
            let due = now.checked_add(pause).unwrap_or_else(|| now + LONGEST_PAUSE);
            if let Some(over) = self.spec.recurrence.wait_until(due, &self.stop).await {
                return Ok(Some(over));
            }
            repetitions += 1;
        }
    }

    /// One turn. Gives how the automation is over, if it was stopped.
    async fn turn(&self, number: u64) -> Result<Option<NextRun>, RuntimeError> {
        self.status.send_modify(|status| {
            status.state = AutomationState::Running;
            status.runs = number;
            status.next_due = None;
        });
        let (started_at, started) = (SystemTime::now(), Instant::now());
        let outcome = self.answer().await;
        let duration = started.elapsed();
        self.status.send_modify(|status| {
            status.last_run = Some(LastRun {
                number,
                started_at,
                duration,
                completed: matches!(outcome, Ok(Some(_))),
            });
            status.failures += u64::from(outcome.is_err());
        });
        let Some(answer) = outcome? else {
            return Ok(Some(NextRun::Stopped));
        };
        let run = AutomationRun {
            number,
            started_at,
            duration,
            answer,
        };
        if let Some(observer) = &self.spec.on_run {
            called("on_run", || observer(&run))?;
        }
        Ok(None)
    }

    /// The answer of one turn. None if it was stopped.
    async fn answer(&self) -> Result<Option<Answer>, RuntimeError> {
        let starting = self.session.ask_stream(&self.spec.prompt);
        let mut turn = tokio::select! {
            turn = starting => turn?,
            // Dropped while it begins, it is interrupted.
            () = self.stop.cancelled() => return Ok(None),
        };
        turn.keep_no_transcript();
        let (mut transcript, mut stopped) = (Transcript::default(), false);
        loop {
            tokio::select! {
                event = turn.next() => {
                    let Some(event) = event else { break };
                    transcript.observe(&event);
                    if let Some(observer) = &self.spec.on_event {
                        // Dropped at a panic, the turn is interrupted.
                        called("on_event", || observer(&event))?;
                    }
                },
                () = self.stop.cancelled(), if !stopped => {
                    turn.interrupt("the automation was stopped");
                    stopped = true;
                }
            }
        }
        if stopped {
            // How it ended was asked for.
            return Ok(None);
        }
        turn.outcome(transcript).map(Some)
    }
}

fn wait_for(status: &watch::Sender<AutomationStatus>, due: Option<SystemTime>) {
    status.send_modify(|status| {
        status.state = AutomationState::Waiting;
        status.next_due = due;
    });
}

/// Whether the next turn may be better.
fn may_pass(error: &RuntimeError) -> bool {
    match error.kind() {
        ErrorKind::Gone | ErrorKind::Closed | ErrorKind::Usage => false,
        _ => !matches!(error, RuntimeError::Panicked { .. }),
    }
}

/// Calls a callback of the user's.
fn called(callback: &'static str, call: impl FnOnce()) -> Result<(), RuntimeError> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|panic| RuntimeError::Panicked {
        callback,
        message: said(panic.as_ref()),
    })
}

/// The message of a panic.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "unknown panic".to_owned())
}
