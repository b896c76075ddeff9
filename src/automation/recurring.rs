//! Layer 4: turns that recur on one prepared session, in this process. Nothing is saved; saved jobs are in `jobs`.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::runtime::{Answer, Prompt, RuntimeError, Session, Transcript};

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
    observer: Option<Arc<Observer>>,
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
            observer: None,
        }
    }

    /// The first turn begins at this time, or at once if it is past.
    #[must_use]
    pub fn start_at(mut self, time: SystemTime) -> Self {
        self.start_at = Some(time);
        self
    }

    /// No turn begins at this time or after it. One that runs goes on to its end.
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

    /// Is given each turn that completed. It is called between turns, so the next one waits for it.
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
    #[error("it would stop before it starts")]
    StopsBeforeStart,
}

/// A turn that completed.
#[derive(Debug, Clone)]
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
pub struct AutomationStatus {
    /// How far it is.
    pub state: AutomationState,
    /// How many turns began.
    pub runs: u64,
    /// What ended it.
    pub last_error: Option<Arc<RuntimeError>>,
}

/// An automation that was started. Dropped, it stops.
#[derive(Debug)]
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
/// One turn runs at a time; what falls due meanwhile is one turn afterwards. Any error ends the automation and is kept
/// as [`AutomationStatus::last_error`].
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
/// [`AutomationError`], before anything is started.
pub fn spawn(session: Session, spec: AutomationSpec) -> Result<AutomationHandle, AutomationError> {
    spec.check()?;
    let (sender, status) = watch::channel(AutomationStatus {
        state: AutomationState::Waiting,
        runs: 0,
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

impl Recurring {
    async fn run(self) {
        let (state, error) = match self.turns().await {
            Ok(state) => (state, None),
            Err(error) => (AutomationState::Failed, Some(Arc::new(error))),
        };
        self.status.send_modify(|status| {
            status.state = state;
            status.last_error = error;
        });
    }

    async fn turns(&self) -> Result<AutomationState, RuntimeError> {
        if !self.wait_for_start().await {
            return Ok(AutomationState::Stopped);
        }
        let base = Instant::now();
        let mut due = base;
        for number in 1.. {
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
        });
        let (started_at, started) = (SystemTime::now(), Instant::now());
        let mut turn = self.session.ask_stream(self.spec.prompt.clone()).await?;
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
            return Ok(false);
        }
        if let Some(error) = transcript.end().and_then(|end| end.error.clone()) {
            return Err(RuntimeError::Turn(error));
        }
        let answer = Answer {
            text: transcript.text().to_owned(),
            transcript,
        };
        if let Some(observer) = &self.spec.observer {
            observer(&AutomationRun {
                number,
                started_at,
                duration: started.elapsed(),
                answer,
            });
        }
        self.status
            .send_modify(|status| status.state = AutomationState::Waiting);
        Ok(true)
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
