//! Layer 4: turns that recur on one prepared session, in this process. Nothing is saved; saved jobs are in `jobs`.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::runtime::{Answer, ErrorKind, Prompt, RuntimeError, Session, Transcript};

/// A wait for a time of the clock is looked at anew this often, because clocks are set and machines sleep.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

type Observer = dyn Fn(&AutomationRun) + Send + Sync;

/// What recurs, and when.
///
/// ```
/// use std::time::Duration;
/// use turnwise::automation::AutomationSpec;
///
/// let spec = AutomationSpec::new("Is the build still green?", Duration::from_secs(600)).max_runs(6);
/// ```
#[derive(Clone)]
pub struct AutomationSpec {
    prompt: Prompt,
    every: Duration,
    start_at: Option<SystemTime>,
    stop_at: Option<SystemTime>,
    max_runs: Option<u64>,
    on_failure: OnFailure,
    observer: Option<Arc<Observer>>,
}

/// What follows a turn that did not complete.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnFailure {
    /// The automation ends as [`Failed`](AutomationState::Failed).
    #[default]
    Stop,
    /// The next turn, at its time. What no turn can mend ends the automation nevertheless: a server that is gone, a session
    /// that was closed, an input that cannot be sent, a panic.
    Continue,
}

impl AutomationSpec {
    /// The same prompt every so often, the first time at once.
    pub fn new(prompt: impl Into<Prompt>, every: Duration) -> Self {
        Self {
            prompt: prompt.into(),
            every,
            start_at: None,
            stop_at: None,
            max_runs: None,
            on_failure: OnFailure::Stop,
            observer: None,
        }
    }

    /// Time of the first turn, or at once if it is past.
    #[must_use]
    pub fn start_at(mut self, time: SystemTime) -> Self {
        self.start_at = Some(time);
        self
    }

    /// No turns from this time on. One that runs goes on to its end.
    #[must_use]
    pub fn stop_at(mut self, time: SystemTime) -> Self {
        self.stop_at = Some(time);
        self
    }

    /// So many turns at most.
    #[must_use]
    pub fn max_runs(mut self, most: u64) -> Self {
        self.max_runs = Some(most);
        self
    }

    /// What follows a turn that did not complete; [`OnFailure::Stop`] by default.
    #[must_use]
    pub fn on_failure(mut self, on_failure: OnFailure) -> Self {
        self.on_failure = on_failure;
        self
    }

    /// Is given each turn that completed. It is called between turns, so the next one waits for it. Should it panic, the
    /// automation ends as [`Failed`](AutomationState::Failed) with [`RuntimeError::Panicked`].
    #[must_use]
    pub fn on_run(mut self, observer: impl Fn(&AutomationRun) + Send + Sync + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    fn check(&self) -> Result<(), AutomationError> {
        if self.every.is_zero() {
            return Err(AutomationError::Interval);
        }
        if self.max_runs == Some(0) {
            return Err(AutomationError::NoRuns);
        }
        match (self.start_at, self.stop_at) {
            (Some(start), Some(stop)) if stop <= start => Err(AutomationError::StopsBeforeStart),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for AutomationSpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AutomationSpec")
            .field("every", &self.every)
            .field("start_at", &self.start_at)
            .field("stop_at", &self.stop_at)
            .field("max_runs", &self.max_runs)
            .field("on_failure", &self.on_failure)
            .finish_non_exhaustive()
    }
}

/// Why an automation is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AutomationError {
    /// The interval is zero.
    #[error("the interval must be greater than zero")]
    Interval,
    /// At most zero turns.
    #[error("the number of runs must be greater than zero")]
    NoRuns,
    /// The end is not after the start.
    #[error("the stop time is before the start time")]
    StopsBeforeStart,
}

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

/// A turn that completed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AutomationRun {
    /// Which one, from 1.
    pub number: u64,
    /// When it began.
    pub started_at: SystemTime,
    /// How long it took.
    pub duration: Duration,
    /// What it came to.
    pub answer: Answer,
}

/// How far an automation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AutomationState {
    /// It waits for its next turn.
    Waiting,
    /// A turn runs.
    Running,
    /// All its turns are done.
    Finished,
    /// It was told to stop.
    Stopped,
    /// An error ended it.
    Failed,
}

impl AutomationState {
    /// Whether nothing more comes.
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Waiting | Self::Running)
    }
}

/// How an automation stands.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AutomationStatus {
    /// How far it is.
    pub state: AutomationState,
    /// How many turns began.
    pub runs: u64,
    /// How many of them did not complete.
    pub failures: u64,
    /// When the next turn begins; none while one runs, and once it is over. A turn that takes longer than the interval is
    /// followed by the next multiple of it.
    pub next_due: Option<SystemTime>,
    /// The turn that ended last.
    pub last_run: Option<LastRun>,
    /// What ended it, or how the last turn that did not complete failed.
    pub last_error: Option<Arc<RuntimeError>>,
}

/// A turn that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LastRun {
    /// Which one, from 1.
    pub number: u64,
    /// When it began.
    pub started_at: SystemTime,
    /// How long it took.
    pub duration: Duration,
    /// Whether it completed.
    pub completed: bool,
}

/// An automation that was started. Dropped, it stops.
#[derive(Debug)]
#[must_use = "dropped, it stops the automation"]
pub struct AutomationHandle {
    status: watch::Receiver<AutomationStatus>,
    stop: CancellationToken,
}

impl AutomationHandle {
    /// How it stands.
    pub fn status(&self) -> AutomationStatus {
        self.status.borrow().clone()
    }

    /// Waits for its end. Cancel-safe.
    pub async fn wait(&mut self) -> AutomationStatus {
        // An error means that the runtime it ran on is gone, and it with it.
        let _ = self.status.wait_for(|status| status.state.is_over()).await;
        self.status()
    }

    /// Stops it, and waits for its end. A turn that runs is interrupted.
    pub async fn stop(&mut self) -> AutomationStatus {
        self.stop.cancel();
        self.wait().await
    }
}

impl Drop for AutomationHandle {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Starts recurring turns on a session, on the current tokio runtime.
///
/// One turn runs at a time; what falls due meanwhile is one turn afterwards. An error ends the automation, unless the
/// specification [says otherwise](AutomationSpec::on_failure), and is kept as [`AutomationStatus::last_error`].
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
    if let Err(error) = spec.check() {
        return Err(SpawnError { error, session });
    }
    let (sender, status) = watch::channel(AutomationStatus {
        state: AutomationState::Waiting,
        runs: 0,
        failures: 0,
        next_due: Some(spec.start_at.unwrap_or_else(SystemTime::now)),
        last_run: None,
        last_error: None,
    });
    let stop = CancellationToken::new();
    let recurring = Recurring {
        session,
        spec,
        stop: stop.clone(),
        status: sender,
    };
    tokio::spawn(recurring.run());
    Ok(AutomationHandle { status, stop })
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
    async fn run(self) {
        let (state, error) = match self.turns().await {
            Ok(state) => (state, None),
            Err(error) => (AutomationState::Failed, Some(Arc::new(error))),
        };
        self.status.send_modify(|status| {
            status.state = state;
            status.next_due = None;
            status.last_error = error.or(status.last_error.take());
        });
    }

    async fn turns(&self) -> Result<AutomationState, RuntimeError> {
        if !self.wait_for_start().await {
            return Ok(AutomationState::Stopped);
        }
        let base = Instant::now();
        let mut due = base;
        for number in 1.. {
            let wait = due.saturating_duration_since(Instant::now());
            self.status.send_modify(|status| {
                status.state = AutomationState::Waiting;
                status.next_due = SystemTime::now().checked_add(wait);
            });
            if let Some(over) = self.wait_until(due).await {
                return Ok(over);
            }
            if !self.turn(number).await? {
                return Ok(AutomationState::Stopped);
            }
            if self.spec.max_runs.is_some_and(|most| number >= most) {
                break;
            }
            due = next_tick(base, self.spec.every, Instant::now());
        }
        Ok(AutomationState::Finished)
    }

    /// One turn. `false`: it was stopped.
    async fn turn(&self, number: u64) -> Result<bool, RuntimeError> {
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
        let answer = match outcome {
            Ok(Some(answer)) => answer,
            Ok(None) => return Ok(false),
            Err(error) if self.spec.on_failure == OnFailure::Continue && may_pass(&error) => {
                let error = Some(Arc::new(error));
                self.status.send_modify(|status| status.last_error = error);
                return Ok(true);
            }
            Err(error) => return Err(error),
        };
        let run = AutomationRun {
            number,
            started_at,
            duration,
            answer,
        };
        if let Some(observer) = &self.spec.observer {
            catch_unwind(AssertUnwindSafe(|| observer(&run))).map_err(|panic| RuntimeError::Panicked {
                callback: "on_run",
                message: said(panic.as_ref()),
            })?;
        }
        Ok(true)
    }

    /// The answer of one turn; none if it was stopped.
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
                event = turn.next() => match event {
                    Some(event) => transcript.observe(&event),
                    None => break,
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

    /// `false`: it was stopped before.
    async fn wait_for_start(&self) -> bool {
        let left = || {
            let start = self.spec.start_at?;
            start
                .duration_since(SystemTime::now())
                .ok()
                .filter(|left| !left.is_zero())
        };
        while let Some(left) = left() {
            tokio::select! {
                () = sleep(left.min(LOOK_AGAIN)) => {}
                () = self.stop.cancelled() => return false,
            }
        }
        !self.stop.is_cancelled()
    }

    /// Waits for a turn's time; gives how it is over if that comes first.
    async fn wait_until(&self, due: Instant) -> Option<AutomationState> {
        loop {
            let over = self
                .spec
                .stop_at
                .map(|stop| stop.duration_since(SystemTime::now()).unwrap_or(Duration::ZERO));
            if over == Some(Duration::ZERO) {
                return Some(AutomationState::Finished);
            }
            if self.stop.is_cancelled() {
                return Some(AutomationState::Stopped);
            }
            let now = Instant::now();
            if due <= now {
                return None;
            }
            let look = now + over.unwrap_or(LOOK_AGAIN).min(LOOK_AGAIN);
            tokio::select! {
                () = sleep_until(due.min(look)) => {}
                () = self.stop.cancelled() => {}
            }
        }
    }
}

/// Whether the next turn may be better.
fn may_pass(error: &RuntimeError) -> bool {
    match error.kind() {
        ErrorKind::Gone | ErrorKind::Closed | ErrorKind::Usage => false,
        _ => !matches!(error, RuntimeError::Panicked { .. }),
    }
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "unknown panic".to_owned())
}

/// The first multiple of the interval after a moment: what was missed before is left out.
fn next_tick(base: Instant, every: Duration, now: Instant) -> Instant {
    let passed = now.duration_since(base).as_nanos();
    let ticks = passed / every.as_nanos() + 1;
    let after = u64::try_from(ticks.saturating_mul(every.as_nanos())).unwrap_or(u64::MAX);
    base + Duration::from_nanos(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_never_run_is_refused() {
        let every = |seconds| AutomationSpec::new("x", Duration::from_secs(seconds));
        let now = SystemTime::now();
        assert_eq!(every(0).check(), Err(AutomationError::Interval));
        assert_eq!(every(1).max_runs(0).check(), Err(AutomationError::NoRuns));
        let backwards = every(1).start_at(now).stop_at(now);
        assert_eq!(backwards.check(), Err(AutomationError::StopsBeforeStart));
        assert_eq!(every(1).stop_at(now).check(), Ok(()));
    }

    #[test]
    fn ticks_that_were_missed_are_left_out() {
        let base = Instant::now();
        let second = Duration::from_secs(1);
        let next = |passed: u64| next_tick(base, second, base + Duration::from_millis(passed)) - base;
        assert_eq!(next(0), second);
        assert_eq!(next(3_400), second * 4);
        assert_eq!(next(4_000), second * 5);
    }
}
