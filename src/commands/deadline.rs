//! The clock of `--timeout`: it begins with the command, and everything before the turn is held to the one moment at which it
//! ends. The turn is told when it began. It stands still while a person is waited for.

use std::time::{self, Duration};

use crate::exit::Exit;
use crate::runtime::RunProfile;
use tokio::time::Instant;

use super::failure::Failure;

/// Extra time for work that checks the deadline itself, to report it.
const GRACE: Duration = Duration::from_millis(500);

/// When a command has to be done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    began: Instant,
    limit: Option<Duration>,
    /// The command has no `--timeout`.
    is_fixed: bool,
}

impl Deadline {
    /// The clock began at this moment.
    pub(crate) fn since(began: time::Instant, limit: Option<Duration>) -> Self {
        Self {
            began: began.into(),
            limit,
            is_fixed: false,
        }
    }

    /// A clock that begins now, for limits other than `--timeout`.
    pub(crate) fn begin(limit: Option<Duration>) -> Self {
        Self {
            began: Instant::now(),
            limit,
            is_fixed: false,
        }
    }

    /// The clock of a command without `--timeout` begins now.
    pub(crate) fn fixed(limit: Duration) -> Self {
        Self {
            is_fixed: true,
            ..Self::begin(Some(limit))
        }
    }

    /// Has the turns of a profile count from the same moment.
    pub(crate) fn count_in(self, profile: RunProfile) -> RunProfile {
        profile.timeout_from(self.began.into_std())
    }

    /// The clock stood still for so long, because a person was waited for.
    pub(crate) fn put_off(&mut self, waited: Duration) {
        self.began += waited;
    }

    /// The moment, unless there is none.
    pub(crate) fn moment(self) -> Option<time::Instant> {
        Some(self.began.checked_add(self.limit?)?.into_std())
    }

    /// Resolves at the deadline.
    pub(crate) async fn reached(self) {
        match self.moment() {
            Some(moment) => tokio::time::sleep_until(moment.into()).await,
            None => std::future::pending().await,
        }
    }

    /// The same, but not before `least` from now.
    pub(crate) async fn reached_after(self, least: Duration) {
        tokio::time::sleep(least).await;
        self.reached().await;
    }

    /// Awaits a future until the deadline.
    ///
    /// # Errors
    /// A timeout at the deadline; `doing` describes the interrupted work.
    pub(crate) async fn hold<T>(
        self,
        work: impl Future<Output = T>,
        doing: impl FnOnce() -> String,
    ) -> Result<T, Failure> {
        self.hold_until(self.reached(), work, doing).await
    }

    /// The same for work that checks the deadline itself and has a better error.
    pub(crate) async fn hold_loosely<T>(
        self,
        work: impl Future<Output = T>,
        doing: impl FnOnce() -> String,
    ) -> Result<T, Failure> {
        let later = async {
            self.reached().await;
            tokio::time::sleep(GRACE).await;
        };
        self.hold_until(later, work, doing).await
    }

    async fn hold_until<T>(
        self,
        end: impl Future<Output = ()>,
        work: impl Future<Output = T>,
        doing: impl FnOnce() -> String,
    ) -> Result<T, Failure> {
        tokio::select! {
            biased;
            done = work => Ok(done),
            () = end => Err(self.failure(&doing())),
        }
    }

    /// The error of a command that reached its deadline while `doing` this.
    pub(crate) fn failure(self, doing: &str) -> Failure {
        let limit = self.limit.unwrap_or_default();
        let message = format!("timeout of {limit:?} reached while {doing}");
        let hint = if self.is_fixed {
            "run `turnwise doctor` to check that Codex answers"
        } else {
            "raise it with --timeout"
        };
        Failure::new(Exit::Timeout, "timeout", message).hint(hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_done_in_time_is_done_and_what_is_not_is_named() {
        let deadline = Deadline::begin(Some(Duration::from_secs(5)));
        assert_eq!(deadline.hold(async { 1 }, String::new).await.unwrap(), 1);
        let late = deadline.hold(std::future::pending::<()>(), || "it was waiting".to_owned());
        let failure = late.await.unwrap_err();
        assert_eq!(failure.exit, Exit::Timeout);
        assert_eq!(failure.message, "timeout of 5s reached while it was waiting");
    }

    #[tokio::test(start_paused = true)]
    async fn what_says_itself_that_it_is_late_is_heard_and_what_does_not_is_ended() {
        let deadline = Deadline::begin(Some(Duration::from_secs(5)));
        let own = async {
            tokio::time::sleep_until(deadline.moment().unwrap().into()).await;
            tokio::time::sleep(Duration::from_millis(100)).await;
            "its own words"
        };
        let said = deadline.hold_loosely(own, String::new).await;
        assert_eq!(said.unwrap(), "its own words");
        let late = deadline.hold_loosely(std::future::pending::<()>(), || "reading".to_owned());
        assert_eq!(late.await.unwrap_err().exit, Exit::Timeout);
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_person_is_waited_for_does_not_count() {
        let mut deadline = Deadline::begin(Some(Duration::from_secs(5)));
        let moment = deadline.moment().unwrap();
        deadline.put_off(Duration::from_secs(60));
        assert_eq!(deadline.moment().unwrap(), moment + Duration::from_secs(60));
    }

    #[tokio::test(start_paused = true)]
    async fn all_parts_share_one_clock() {
        let deadline = Deadline::begin(Some(Duration::from_secs(5)));
        let part = || tokio::time::sleep(Duration::from_secs(3));
        assert!(deadline.hold(part(), String::new).await.is_ok());
        assert!(deadline.hold(part(), String::new).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_nothing_is_late() {
        let deadline = Deadline::begin(None);
        let year = tokio::time::sleep(Duration::from_hours(24 * 365));
        assert!(deadline.hold(year, String::new).await.is_ok());
    }
}
