//! The times of recurring turns: when the first is due, when the next is, and when there are no more. Nothing is run here.

use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

/// A wait for a time of the clock is checked this often, because clocks are set and machines sleep.
const CHECK: Duration = Duration::from_secs(30);

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

/// Due times at an interval, within limits.
#[derive(Debug, Clone)]
pub(crate) struct Recurrence {
    pub(crate) every: Duration,
    pub(crate) start_at: Option<SystemTime>,
    pub(crate) stop_at: Option<SystemTime>,
    pub(crate) max_runs: Option<u64>,
    /// The first due time; none before it.
    base: Option<Instant>,
    runs: u64,
}

/// The next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NextRun {
    /// A run is due now: which one, from 1.
    Due(u64),
    /// There are no more runs.
    Finished,
    /// It was stopped while it waited.
    Stopped,
}

impl Recurrence {
    /// At this interval, from now on and without an end.
    pub(crate) fn new(every: Duration) -> Self {
        Self {
            every,
            start_at: None,
            stop_at: None,
            max_runs: None,
            base: None,
            runs: 0,
        }
    }

    pub(crate) fn check(&self) -> Result<(), AutomationError> {
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

    /// Waits until the next run is due. It is called when the run before it has ended: due times that passed meanwhile are left
    /// out. `waiting` is told once when the run is due.
    pub(crate) async fn next(
        &mut self,
        stop: &CancellationToken,
        waiting: impl FnOnce(Option<SystemTime>),
    ) -> NextRun {
        let due = match self.base {
            Some(_) if self.max_runs.is_some_and(|most| self.runs >= most) => return NextRun::Finished,
            Some(base) => next_tick(base, self.every, Instant::now()),
            None => {
                if !self.wait_for_start(stop).await {
                    return NextRun::Stopped;
                }
                *self.base.insert(Instant::now())
            }
        };
        let wait = due.saturating_duration_since(Instant::now());
        waiting(SystemTime::now().checked_add(wait));
        if let Some(over) = self.wait_until(due, stop).await {
            return over;
        }
        self.runs += 1;
        NextRun::Due(self.runs)
    }

    /// `false`: it was stopped before.
    async fn wait_for_start(&self, stop: &CancellationToken) -> bool {
        let left = || {
            let start = self.start_at?;
            start
                .duration_since(SystemTime::now())
                .ok()
                .filter(|left| !left.is_zero())
        };
        while let Some(left) = left() {
            tokio::select! {
                () = sleep(left.min(CHECK)) => {}
                () = stop.cancelled() => return false,
            }
        }
        !stop.is_cancelled()
    }

    /// Waits for a moment; gives how it is over if that comes first.
    pub(crate) async fn wait_until(&self, due: Instant, stop: &CancellationToken) -> Option<NextRun> {
        loop {
            let over = self
                .stop_at
                .map(|stop| stop.duration_since(SystemTime::now()).unwrap_or(Duration::ZERO));
            if over == Some(Duration::ZERO) {
                return Some(NextRun::Finished);
            }
            if stop.is_cancelled() {
                return Some(NextRun::Stopped);
            }
            let now = Instant::now();
            if due <= now {
                return None;
            }
            let check = now + over.unwrap_or(CHECK).min(CHECK);
            tokio::select! {
                () = sleep_until(due.min(check)) => {}
                () = stop.cancelled() => {}
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
        let every = |seconds| Recurrence::new(Duration::from_secs(seconds));
        let now = SystemTime::now();
        assert_eq!(every(0).check(), Err(AutomationError::Interval));
        let none = Recurrence {
            max_runs: Some(0),
            ..every(1)
        };
        assert_eq!(none.check(), Err(AutomationError::NoRuns));
        let mut backwards = Recurrence {
            stop_at: Some(now),
            ..every(1)
        };
        assert_eq!(backwards.check(), Ok(()));
        backwards.start_at = Some(now);
        assert_eq!(backwards.check(), Err(AutomationError::StopsBeforeStart));
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

    #[tokio::test(start_paused = true)]
    async fn runs_are_due_at_their_times_until_there_were_enough() {
        let stop = CancellationToken::new();
        let mut recurrence = Recurrence {
            max_runs: Some(2),
            ..Recurrence::new(Duration::from_secs(60))
        };
        let began = Instant::now();
        assert_eq!(recurrence.next(&stop, |_| ()).await, NextRun::Due(1));
        sleep(Duration::from_secs(70)).await;
        assert_eq!(recurrence.next(&stop, |_| ()).await, NextRun::Due(2));
        assert_eq!(began.elapsed().as_secs(), 120);
        assert_eq!(recurrence.next(&stop, |_| ()).await, NextRun::Finished);
        stop.cancel();
        let mut stopped = Recurrence::new(Duration::from_secs(60));
        assert_eq!(stopped.next(&stop, |_| ()).await, NextRun::Stopped);
    }
}
