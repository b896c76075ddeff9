//! Doing something again until it succeeds, or for long enough.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::Instant;

/// How often, and how long, something is repeated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Retry {
    /// The pause between two attempts; doubled each time where none is given.
    pause: Option<Duration>,
    until: Option<Instant>,
    attempts: u32,
}

impl Retry {
    /// After each `pause`, for as long as `limit`.
    pub(crate) fn every(pause: Duration, limit: Duration) -> Self {
        Self {
            pause: Some(pause),
            until: Instant::now().checked_add(limit),
            attempts: u32::MAX,
        }
    }

    /// At most `retries` times more, each after a longer pause.
    pub(crate) fn backing_off(retries: u32) -> Self {
        Self {
            pause: None,
            until: None,
            attempts: retries.saturating_add(1),
        }
    }
}

/// Attempts something until its outcome [is enough](bool), or the [`Retry`] is used up; gives the last outcome. At least one
/// attempt is made.
pub(crate) async fn retry_until<T, F>(
    retry: Retry,
    is_enough: impl Fn(&T) -> bool,
    mut attempt: impl FnMut() -> F,
) -> T
where
    F: Future<Output = T>,
{
    let mut made = 0;
    loop {
        let outcome = attempt().await;
        made += 1;
        let is_late = retry.until.is_some_and(|until| Instant::now() >= until);
        if is_enough(&outcome) || is_late || made >= retry.attempts {
            return outcome;
        }
        tokio::time::sleep(retry.pause.unwrap_or_else(|| backoff(made - 1))).await;
    }
}

/// 50 ms, doubled with each attempt, and up to as much again at random so that callers do not return in step.
fn backoff(attempt: u32) -> Duration {
    let base = 50 << attempt.min(6);
    Duration::from_millis(base + RandomState::new().hash_one(attempt) % base)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_ends_with_the_first_outcome_that_is_enough() {
        let made = Cell::new(0);
        let attempt = || {
            made.set(made.get() + 1);
            let outcome = made.get();
            async move { outcome }
        };
        let retry = Retry::every(Duration::from_millis(10), Duration::from_secs(1));
        assert_eq!(retry_until(retry, |outcome| *outcome == 3, attempt).await, 3);
        assert_eq!(made.get(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn it_gives_up_after_its_time_and_after_its_attempts() {
        let started = Instant::now();
        let retry = Retry::every(Duration::from_millis(10), Duration::from_millis(100));
        assert!(!retry_until(retry, |outcome| *outcome, async || false).await);
        assert_eq!(started.elapsed(), Duration::from_millis(100));
        let made = Cell::new(0);
        let attempt = || {
            made.set(made.get() + 1);
            async { false }
        };
        retry_until(Retry::backing_off(6), |outcome| *outcome, attempt).await;
        assert_eq!(made.get(), 7);
    }
}
