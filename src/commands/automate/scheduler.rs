//! Messages about the scheduler: whether one looks for due jobs, when it last did, and how to start one.

use crate::automation::jobs::ScheduleOverview;
use crate::ledger::Millis;
use crate::ledger::runners::{RunnerKind, RunnerRecord};
use crate::text::sanitize;
use jiff::Timestamp;

/// How to get a scheduler.
pub(super) const START: &str = "start one with `turnwise automate install` or `turnwise automate daemon`";

/// The same, where only a daemon will do.
const START_DAEMON: &str =
    "start one with `turnwise automate daemon` or `turnwise automate install --systemd`";

/// What to do where one is installed and has not looked.
const CHECK: &str = "one is installed: it starts within a minute, or check that cron or its service runs";

/// A problem with the scheduler, and its remedy.
pub(crate) struct Trouble {
    pub(super) problem: String,
    pub(super) remedy: &'static str,
}

impl Trouble {
    /// Both in one sentence.
    pub(crate) fn sentence(&self) -> String {
        let Self { problem, remedy } = self;
        format!("warning: {problem}; {remedy}")
    }
}

/// Why active jobs do not run when they are due. None if a scheduler was there lately, if no job is active, or if all jobs are
/// stopped, which is said elsewhere. Whether a scheduler is installed is asked only where it matters.
pub(crate) fn trouble(
    overview: &ScheduleOverview,
    now: Timestamp,
    is_installed: impl FnOnce() -> bool,
) -> Option<Trouble> {
    if overview.active == 0 || overview.stopped_at.is_some() {
        return None;
    }
    let too_fast = overview.needs_daemon.as_ref().filter(|_| {
        let now = now.as_millisecond();
        let mut runners = overview.runners.iter();
        !runners.any(|runner| runner.kind == RunnerKind::Daemon && runner.is_recent(now))
    });
    let too_fast = too_fast.map(|job| format!("{job} is due more than once a minute, which needs a daemon"));
    if overview.runner(now).is_some() {
        return too_fast.map(|problem| Trouble {
            problem,
            remedy: START_DAEMON,
        });
    }
    let last = overview.runners.first();
    let last = last.map_or(String::new(), |runner| {
        format!(" (last seen: {})", seen(runner, now))
    });
    let mut problem = format!("no scheduler is running{last}, so that jobs do not run");
    let remedy = match too_fast {
        Some(too_fast) => {
            problem = format!("{problem}; {too_fast}");
            START_DAEMON
        }
        None if is_installed() => CHECK,
        None => START,
    };
    Some(Trouble { problem, remedy })
}

/// When and where a runner last looked.
pub(crate) fn seen(runner: &RunnerRecord, now: Timestamp) -> String {
    let host = sanitize::line(&runner.host);
    let stopped = match runner.stopped_at {
        Some(_) => ", stopped",
        None => "",
    };
    let ago = ago(now.as_millisecond().saturating_sub(runner.seen_at));
    format!("{} on {host}{stopped} {ago} ago", runner.kind.as_str())
}

/// A duration, roughly.
fn ago(milliseconds: Millis) -> String {
    let seconds = milliseconds.max(0) / 1_000;
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overview(runners: Vec<RunnerRecord>, needs_daemon: Option<&str>) -> ScheduleOverview {
        ScheduleOverview {
            saved: 1,
            active: 1,
            stopped_at: None,
            next_due: None,
            needs_daemon: needs_daemon.map(str::to_owned),
            runners,
        }
    }

    fn runner(kind: RunnerKind, seen_at: Millis) -> RunnerRecord {
        let mut runner = RunnerRecord::new(kind, seen_at);
        runner.host = "here".to_owned();
        runner
    }

    fn said(overview: &ScheduleOverview) -> String {
        let now = Timestamp::from_second(100_000).unwrap();
        trouble(overview, now, || false).map_or(String::new(), |trouble| trouble.sentence())
    }

    #[test]
    fn a_scheduler_that_is_missing_late_or_too_slow_is_named_with_its_remedy() {
        let never = said(&overview(Vec::new(), None));
        assert_eq!(
            never,
            format!("warning: no scheduler is running, so that jobs do not run; {START}")
        );
        let late = vec![runner(RunnerKind::Tick, 10_000_000)];
        assert!(
            said(&overview(late, None)).contains("(last seen: tick on here 25 h ago)"),
            "it says when"
        );
        let now = Timestamp::from_second(0).unwrap();
        let installed = trouble(&overview(Vec::new(), None), now, || true);
        assert_eq!(installed.unwrap().remedy, CHECK);
        let lately = vec![runner(RunnerKind::Tick, 99_970_000)];
        assert_eq!(said(&overview(lately.clone(), None)), "");
        let slow = said(&overview(lately, Some("often")));
        assert_eq!(
            slow,
            format!("warning: often is due more than once a minute, which needs a daemon; {START_DAEMON}")
        );
        let neither = said(&overview(Vec::new(), Some("often")));
        assert!(
            neither.contains("no scheduler is running") && neither.contains("needs a daemon"),
            "{neither}"
        );
        let daemon = vec![runner(RunnerKind::Daemon, 99_970_000)];
        assert_eq!(said(&overview(daemon, Some("often"))), "");
    }

    #[test]
    fn nobody_is_warned_while_no_job_is_to_run() {
        let mut overview = overview(Vec::new(), None);
        overview.active = 0;
        assert_eq!(said(&overview), "");
        (overview.active, overview.stopped_at) = (1, Some(1));
        assert_eq!(said(&overview), "");
    }
}
