//! Due times up to now, and when to look again. Pure: the present and the past are parameters.
//!
//! A due time is handled once. The caller keeps the last one that was handled ([`DueProgress::handled`]) and replaces it by
//! [`Due::at`] whenever [`due()`] gives something. That never goes back, whatever the clock does.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::schedule::Schedule;

/// The most due times that are counted as missed, so that a job that slept for years costs no time. Intervals are
/// counted exactly.
pub const MOST_COUNTED: u64 = 10_000;

/// How missed due times are handled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// All of them together are run once, for the last of them.
    #[default]
    Once,
    /// They are not run.
    Skip,
}

/// How a job treats its due times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DuePolicy {
    /// How missed due times are handled.
    pub missed: Missed,
    /// How late a run may begin, counted from its due time with its jitter, and still not be missed. It matters for
    /// [`Missed::Skip`] only, and must be longer than the time between two looks at what is due.
    pub on_time: SignedDuration,
    /// Each run begins later than it is due by a share of this; see [`jitter`]. Zero for none. It should be shorter than
    /// the time between two due times: what overlaps is collapsed.
    pub jitter: SignedDuration,
}

impl Default for DuePolicy {
    /// Missed runs are caught up once, five minutes late is on time, and there is no jitter.
    fn default() -> Self {
        Self {
            missed: Missed::default(),
            on_time: SignedDuration::from_mins(5),
            jitter: SignedDuration::ZERO,
        }
    }
}

/// What is known about a job's past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueProgress {
    /// The last due time that was handled, run or not; before the first, when the job was created.
    pub handled: Timestamp,
    /// How many runs there were, without those that were skipped, for [`super::Bounds::max_runs`].
    pub runs: u64,
}

impl DueProgress {
    /// Whether the last due time lies in the future: the clock was ahead once. Nothing is due until it is reached again,
    /// because a due time must not come twice; somebody should be told.
    pub fn is_ahead(&self, now: Timestamp) -> bool {
        self.handled > now
    }

    fn is_spent(self, schedule: &Schedule) -> bool {
        let most = schedule.bounds().max_runs;
        most.is_some_and(|most| self.runs >= most)
    }
}

/// A due time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The last due time, which stands for all; the next [`DueProgress::handled`].
    pub at: Timestamp,
    /// Whether to run now. If not, everything up to `at` was missed and is skipped.
    pub run: bool,
    /// How many due times were missed: those before `at`, and `at` itself if it is not run. At most [`MOST_COUNTED`]
    /// unless the schedule is an interval.
    pub missed: u64,
    /// The first of the missed ones.
    pub first_missed: Option<Timestamp>,
}

/// What is due now, of a job with this name, schedule and past.
pub fn due(
    job: &str,
    schedule: &Schedule,
    progress: DueProgress,
    now: Timestamp,
    policy: DuePolicy,
) -> Option<Due> {
    let spent = schedule
        .bounds()
        .max_runs
        .is_some_and(|most| progress.runs >= most);
    if spent || progress.is_ahead(now) {
        return None;
    }
    // The usual answer costs one search.
    let first = schedule
        .next_after(progress.handled)
        .filter(|first| *first <= now)?;
    let begins = |at: Timestamp| later(at, jitter(job, at, policy.jitter));
    // Whatever is due by then has begun, whatever its jitter is; after that, it has to be asked of each.
    let surely = now.saturating_sub(policy.jitter).unwrap_or(now);
    let mut last = schedule.last_until(surely).filter(|at| *at > progress.handled);
    if surely < now {
        let due = schedule.all_times(surely.max(progress.handled));
        for at in due.take_while(|at| *at <= now) {
            if begins(at) <= now {
                last = Some(at);
            }
        }
    }
    let at = last?;
    let late = now.duration_since(begins(at)) > policy.on_time;
    let run = policy.missed == Missed::Once || !late;
    let count = schedule.count(progress.handled, at, MOST_COUNTED);
    let missed = if run { count.saturating_sub(1) } else { count };
    Some(Due {
        at,
        run,
        missed,
        first_missed: (missed > 0).then_some(first),
    })
}

/// When something will be due next, so that it need not be asked before; none if nothing will be any more. It may lie in
/// the past: then something is due now.
pub fn wake(job: &str, schedule: &Schedule, progress: DueProgress, policy: DuePolicy) -> Option<Timestamp> {
    if progress.is_spent(schedule) {
        return None;
    }
    let mut earliest: Option<Timestamp> = None;
    // With jitter, a later due time may begin before an earlier one.
    for at in schedule.all_times(progress.handled) {
        if earliest.is_some_and(|earliest| at >= earliest) {
            break;
        }
        let begins = later(at, jitter(job, at, policy.jitter));
        earliest = Some(earliest.map_or(begins, |earliest| earliest.min(begins)));
    }
    earliest
}

/// By how much a run of a job begins later than it is due: from zero to below the bound, in whole milliseconds where the
/// bound has any. The same job and due time give the same, in every process and every version.
pub fn jitter(job: &str, at: Timestamp, bound: SignedDuration) -> SignedDuration {
    let Ok(bound) = u64::try_from(bound.as_millis()) else {
        return SignedDuration::ZERO;
    };
    if bound == 0 {
        return SignedDuration::ZERO;
    }
    // FNV-1a, whose low bits are then mixed (the finaliser of SplitMix64), because neighbouring times differ little.
    let bytes = job.bytes().chain([0xff]).chain(at.as_nanosecond().to_le_bytes());
    let mut hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ hash >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^= hash >> 31;
    SignedDuration::from_millis(i64::try_from(hash % bound).unwrap_or_default())
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::super::schedule::Bounds;
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn hourly() -> Schedule {
        Schedule::cron("0 * * * *".parse().unwrap(), TimeZone::UTC)
    }

    fn since(handled: &str) -> DueProgress {
        DueProgress {
            handled: at(handled),
            runs: 0,
        }
    }

    fn skip() -> DuePolicy {
        DuePolicy {
            missed: Missed::Skip,
            ..DuePolicy::default()
        }
    }

    #[test]
    fn missed_runs_collapse_into_one_or_are_skipped() {
        let (past, now) = (since("2026-01-01T00:00:00Z"), at("2026-01-01T04:10:00Z"));
        let once = due("job", &hourly(), past, now, DuePolicy::default()).unwrap();
        assert_eq!(
            (once.at, once.run, once.missed),
            (at("2026-01-01T04:00:00Z"), true, 3)
        );
        assert_eq!(once.first_missed, Some(at("2026-01-01T01:00:00Z")));
        let skipped = due("job", &hourly(), past, now, skip()).unwrap();
        assert_eq!((skipped.at, skipped.run, skipped.missed), (once.at, false, 4));
        let in_time = due("job", &hourly(), past, at("2026-01-01T04:05:00Z"), skip()).unwrap();
        assert_eq!((in_time.run, in_time.missed), (true, 3));
        let nothing = due(
            "job",
            &hourly(),
            past,
            at("2026-01-01T00:59:59.999Z"),
            DuePolicy::default(),
        );
        assert_eq!(nothing, None);
    }

    #[test]
    fn a_clock_that_steps_back_brings_nothing_twice() {
        let mut past = since("2026-01-01T00:00:00Z");
        let ask = |past: DueProgress, now: &str| due("job", &hourly(), past, at(now), DuePolicy::default());
        past.handled = ask(past, "2026-01-01T01:00:00Z").unwrap().at;
        assert_eq!(ask(past, "2026-01-01T00:30:00Z"), None);
        assert_eq!(ask(past, "2026-01-01T01:00:00Z"), None);
        assert!(past.is_ahead(at("2026-01-01T00:30:00Z")));
        assert_eq!(ask(past, "2026-01-01T02:00:00Z").unwrap().missed, 0);
    }

    #[test]
    fn a_clock_that_jumps_by_millennia_costs_no_time() {
        let minutely = Schedule::cron("* * * * *".parse().unwrap(), TimeZone::UTC);
        let now = at("9000-01-01T00:00:30Z");
        let found = due(
            "job",
            &minutely,
            since("2026-01-01T00:00:00Z"),
            now,
            DuePolicy::default(),
        )
        .unwrap();
        assert_eq!(
            (found.at, found.missed),
            (at("9000-01-01T00:00:00Z"), MOST_COUNTED - 1)
        );
        let every = Schedule::every(SignedDuration::from_millis(10), at("2026-01-01T00:00:00Z")).unwrap();
        let found = due(
            "job",
            &every,
            since("2026-01-01T00:00:00Z"),
            now,
            DuePolicy::default(),
        )
        .unwrap();
        let ticks = now.duration_since(at("2026-01-01T00:00:00Z")).as_millis() / 10;
        assert_eq!((found.at, i128::from(found.missed)), (now, ticks - 1));
    }

    #[test]
    fn the_number_of_runs_is_a_bound() {
        let bounds = Bounds {
            max_runs: Some(2),
            ..Bounds::default()
        };
        let schedule = hourly().within(bounds).unwrap();
        let mut past = since("2026-01-01T00:00:00Z");
        let now = at("2026-01-02T00:00:00Z");
        past.runs = 1;
        assert!(due("job", &schedule, past, now, DuePolicy::default()).is_some());
        past.runs = 2;
        assert_eq!(due("job", &schedule, past, now, DuePolicy::default()), None);
        assert_eq!(wake("job", &schedule, past, DuePolicy::default()), None);
    }

    #[test]
    fn a_single_time_is_due_once() {
        let once = Schedule::at(at("2026-01-01T12:00:00Z"));
        let mut past = since("2026-01-01T00:00:00Z");
        let ask = |past: DueProgress, now: &str, policy| due("job", &once, past, at(now), policy);
        assert_eq!(ask(past, "2026-01-01T11:59:59Z", DuePolicy::default()), None);
        assert!(!ask(past, "2026-02-01T00:00:00Z", skip()).unwrap().run);
        let found = ask(past, "2026-02-01T00:00:00Z", DuePolicy::default()).unwrap();
        assert_eq!(
            (found.at, found.run, found.missed),
            (at("2026-01-01T12:00:00Z"), true, 0)
        );
        past.handled = found.at;
        assert_eq!(ask(past, "2026-02-01T00:00:00Z", DuePolicy::default()), None);
        assert_eq!(wake("job", &once, past, DuePolicy::default()), None);
    }

    #[test]
    fn jitter_stays_the_same_across_versions() {
        let bound = SignedDuration::from_mins(10);
        let of = |job: &str, time: &str| jitter(job, at(time), bound).as_millis();
        assert_eq!(
            [
                of("nightly", "2026-01-01T00:00:00Z"),
                of("nightly", "2026-01-02T00:00:00Z"),
                of("weekly", "2026-01-01T00:00:00Z"),
            ],
            [482_783, 346_931, 389_262]
        );
        for zero in [SignedDuration::ZERO, SignedDuration::from_secs(-1)] {
            assert_eq!(
                jitter("nightly", at("2026-01-01T00:00:00Z"), zero),
                SignedDuration::ZERO
            );
        }
    }

    proptest! {
        /// A clock that goes anywhere: every due time is accounted for exactly once, run or missed, and in order.
        #[test]
        fn every_due_time_is_accounted_for_once(
            steps in prop::collection::vec(-90_i64..240, 1..60),
            once: bool,
            limited: bool,
            jitter_minutes in 0_i64..50,
            job in "[a-z]{1,8}",
        ) {
            let start = at("2026-03-29T00:00:00Z");
            let schedule = Schedule::cron("7,37 * * * *".parse().unwrap(), TimeZone::get("Europe/Berlin").unwrap());
            // A bound that is never reached, because runs are not counted here, must change nothing.
            let bounds = Bounds { max_runs: limited.then_some(1), ..Bounds::default() };
            let schedule = schedule.within(bounds).unwrap();
            let policy = DuePolicy {
                missed: if once { Missed::Once } else { Missed::Skip },
                jitter: SignedDuration::from_mins(jitter_minutes),
                ..DuePolicy::default()
            };
            let mut past = DueProgress { handled: start, runs: 0 };
            let (mut now, mut latest, mut accounted) = (start, start, 0);
            for step in steps {
                now += SignedDuration::from_mins(step);
                latest = latest.max(now);
                let wakes = wake(&job, &schedule, past, policy).unwrap();
                let found = due(&job, &schedule, past, now, policy);
                prop_assert_eq!(found.is_some(), wakes <= now);
                if let Some(found) = found {
                    prop_assert!(found.at > past.handled && found.at <= now);
                    prop_assert!(found.at + jitter(&job, found.at, policy.jitter) <= now);
                    prop_assert!(!once || found.run);
                    past.handled = found.at;
                    accounted += found.missed + u64::from(found.run);
                }
            }
            prop_assert_eq!(accounted, schedule.count(start, past.handled, u64::MAX));
            // What is left can still be waiting for its jitter only.
            let waiting = schedule.next_after(past.handled).unwrap();
            prop_assert!(waiting + policy.jitter > latest);
        }

        #[test]
        fn jitter_is_below_its_bound(job: String, second in -1_000_000_000_i64..4_000_000_000, bound in 1_i64..100_000_000) {
            let bound = SignedDuration::from_millis(bound);
            let offset = jitter(&job, Timestamp::from_second(second).unwrap(), bound);
            prop_assert!(!offset.is_negative() && offset < bound);
        }
    }
}
