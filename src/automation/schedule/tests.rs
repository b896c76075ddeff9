//! Schedules against an independent reading of their rules: a clock on the wall that is watched minute by minute.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;

const ZONES: [&str; 5] = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "UTC",
];

/// A leap year with all changes of all zones.
const YEAR: &str = "2028-01-01T00:00:00Z";
const MINUTES: usize = 367 * 24 * 60;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn cron(expression: &str, zone: &str) -> Schedule {
    Schedule::cron(expression.parse().unwrap(), super::zone(zone).unwrap())
}

/// Minutes, and what the clock on the wall shows at them.
type WallClock = [(Timestamp, DateTime)];

/// What the clock on the wall shows at every minute of the year.
fn wall_clock(zone: &'static str) -> &'static WallClock {
    static CLOCKS: OnceLock<Mutex<HashMap<&'static str, &'static WallClock>>> = OnceLock::new();
    let mut clocks = CLOCKS.get_or_init(Mutex::default).lock().unwrap();
    clocks.entry(zone).or_insert_with(|| {
        let tz = TimeZone::get(zone).unwrap();
        let start = at(YEAR).as_second();
        (0..MINUTES)
            .map(|minute| Timestamp::from_second(start + 60 * i64::try_from(minute).unwrap()).unwrap())
            .map(|instant| (instant, tz.to_datetime(instant)))
            .collect::<Vec<_>>()
            .leak()
    })
}

/// The values of a field, and how it is written.
#[derive(Debug, Clone)]
struct Written {
    text: String,
    values: Vec<i8>,
    starred: bool,
}

#[derive(Debug, Clone)]
struct WrittenCron {
    fields: [Written; 5],
}

impl WrittenCron {
    fn text(&self) -> String {
        self.fields
            .iter()
            .map(|field| field.text.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn matches(&self, shown: DateTime) -> bool {
        let [minute, hour, day, month, weekday] = &self.fields;
        if !minute.values.contains(&shown.minute())
            || !hour.values.contains(&shown.hour())
            || !month.values.contains(&shown.month())
        {
            return false;
        }
        let by_day = day.values.contains(&shown.day());
        let sunday_zero = shown.weekday().to_sunday_zero_offset();
        let by_weekday =
            weekday.values.contains(&sunday_zero) || (sunday_zero == 0 && weekday.values.contains(&7));
        if day.starred || weekday.starred {
            by_day && by_weekday
        } else {
            by_day || by_weekday
        }
    }

    /// Every civil time that the clock reaches or jumps over is due at that moment, but only if the clock had not
    /// been there before.
    fn watched(&self, clock: &WallClock) -> Vec<Timestamp> {
        let mut latest = clock[0].1;
        let mut due = Vec::new();
        for &(instant, shown) in &clock[1..] {
            let mut matched = false;
            let mut civil = latest;
            while civil < shown {
                civil = civil.checked_add(SignedDuration::from_mins(1)).unwrap();
                matched |= self.matches(civil);
            }
            latest = latest.max(shown);
            if matched {
                due.push(instant);
            }
        }
        due
    }
}

fn field(min: i8, max: i8) -> impl Strategy<Value = Written> {
    let all = move |step: i8| {
        (min..=max)
            .filter(|value| (value - min) % step == 0)
            .collect::<Vec<_>>()
    };
    let part = prop_oneof![
        (min..=max).prop_map(|value| (value.to_string(), vec![value])),
        (min..=max, min..=max)
            .prop_map(|(a, b)| (a.min(b), a.max(b)))
            .prop_map(|(low, high)| (format!("{low}-{high}"), (low..=high).collect::<Vec<_>>())),
        (min..=max, min..=max, 1_i8..20)
            .prop_map(|(a, b, step)| (a.min(b), a.max(b), step))
            .prop_map(|(low, high, step)| {
                let values = (low..=high)
                    .filter(|value| (value - low) % step == 0)
                    .collect::<Vec<_>>();
                (format!("{low}-{high}/{step}"), values)
            }),
    ];
    prop_oneof![
        3 => Just(Written { text: "*".to_owned(), values: all(1), starred: true }),
        1 => (1_i8..20).prop_map(move |step| Written { text: format!("*/{step}"), values: all(step), starred: true }),
        3 => prop::collection::vec(part, 1..4).prop_map(|parts| Written {
            text: parts.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>().join(","),
            values: parts.into_iter().flat_map(|(_, values)| values).collect(),
            starred: false,
        }),
    ]
}

fn expression() -> impl Strategy<Value = WrittenCron> {
    (
        field(0, 59),
        field(0, 23),
        field(1, 31),
        field(1, 12),
        field(0, 7),
    )
        .prop_map(|fields| WrittenCron {
            fields: fields.into(),
        })
}

fn a_zone() -> impl Strategy<Value = &'static str> {
    prop::sample::select(ZONES.as_slice())
}

/// Compares a schedule with what a watched clock gives.
fn agrees(written: &WrittenCron, zone: &'static str, clock: &WallClock) {
    let due = written.watched(clock);
    let Ok(expression) = CronExpression::saved(&written.text()) else {
        assert_eq!(due, [], "{written:?}");
        return;
    };
    let schedule = Schedule::cron(expression, super::zone(zone).unwrap());
    let (first, last) = (clock[0].0, clock[clock.len() - 1].0);
    let found = schedule
        .times(first, 0)
        .take_while(|time| *time <= last)
        .collect::<Vec<_>>();
    assert_eq!(found, due, "{} in {zone}", written.text());
    assert_eq!(
        schedule.last_until(last).filter(|time| *time > first),
        due.last().copied()
    );
    assert_eq!(schedule.count(first, last, u64::MAX), due.len() as u64);
}

#[test]
fn the_year_of_every_zone_is_what_a_watched_clock_gives() {
    let any = |min: i8, max: i8| Written {
        text: "*".to_owned(),
        values: (min..=max).collect(),
        starred: true,
    };
    let only = |value: i8| Written {
        text: value.to_string(),
        values: vec![value],
        starred: false,
    };
    let quarters = Written {
        text: "*/15".to_owned(),
        values: vec![0, 15, 30, 45],
        starred: true,
    };
    for fields in [
        [only(10), only(2), any(1, 31), any(1, 12), any(0, 7)],
        [quarters, any(0, 23), any(1, 31), any(1, 12), any(0, 7)],
        [only(0), only(12), only(29), only(2), any(0, 7)],
        [only(45), only(1), only(13), any(1, 12), only(7)],
    ] {
        let written = WrittenCron { fields };
        for zone in ZONES {
            agrees(&written, zone, wall_clock(zone));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_year_is_what_a_watched_clock_gives(written in expression(), zone in a_zone()) {
        agrees(&written, zone, wall_clock(zone));
    }
}

proptest! {
    /// The days around which clocks change and around leap day, with more expressions than whole years allow.
    #[test]
    fn days_of_change_are_what_a_watched_clock_gives(written in expression(), zone in a_zone()) {
        let clock = wall_clock(zone);
        let jumps = clock.windows(2).enumerate().filter(|(_, pair)| {
            pair[1].1.duration_since(pair[0].1) != SignedDuration::from_mins(1)
        });
        let leap_day = 59 * 24 * 60;
        for minute in jumps.map(|(minute, _)| minute).chain([leap_day]) {
            agrees(&written, zone, &clock[minute - 1_500..minute + 3_000]);
        }
    }

    /// Whatever was asked before: the answer depends on nothing but the time.
    #[test]
    fn asking_from_anywhere_gives_the_same_times(
        written in expression(),
        zone in a_zone(),
        minute in 0..366 * 24 * 60_usize,
        second in 0..60_i64,
    ) {
        let clock = wall_clock(zone);
        let after = clock[minute].0 + SignedDuration::from_secs(second);
        if let Ok(expression) = CronExpression::saved(&written.text()) {
            let schedule = Schedule::cron(expression, super::zone(zone).unwrap());
            let next = schedule.next_after(after).unwrap();
            prop_assert!(next > after);
            prop_assert_eq!(schedule.last_until(next), Some(next));
            let before = next - SignedDuration::from_nanos(1);
            prop_assert_eq!(schedule.next_after(before), Some(next));
            prop_assert!(schedule.last_until(before).is_none_or(|last| last <= after));
        }
    }

    #[test]
    fn intervals_are_aligned_to_their_anchor(
        interval in 1_i64..100_000_000,
        anchor in 0_i64..4_000_000_000_000,
        after in 0_i64..4_000_000_000_000,
    ) {
        let (anchor, after) = (Timestamp::from_millisecond(anchor).unwrap(), Timestamp::from_millisecond(after).unwrap());
        let schedule = Schedule::every(SignedDuration::from_millis(interval), anchor).unwrap();
        let next = schedule.next_after(after).unwrap();
        let apart = next.as_millisecond() - anchor.as_millisecond();
        prop_assert!(next > after && apart >= 0 && apart % interval == 0);
        prop_assert!(next == anchor || next.as_millisecond() - after.as_millisecond() <= interval);
        prop_assert_eq!(schedule.last_until(next), Some(next));
        prop_assert_eq!(schedule.count(after, next, u64::MAX), 1);
    }
}

#[test]
fn a_skipped_time_runs_right_after_the_gap_and_a_repeated_one_once() {
    let days = |expression: &str, zone: &str, after: &str, count: usize| {
        cron(expression, zone)
            .times(at(after), 0)
            .take(count)
            .map(|time| time.to_string())
            .collect::<Vec<_>>()
    };
    // 02:30 becomes 03:00 on the day of the gap.
    assert_eq!(
        days("30 2 * * *", "Europe/Berlin", "2026-03-27T12:00:00Z", 3),
        [
            "2026-03-28T01:30:00Z",
            "2026-03-29T01:00:00Z",
            "2026-03-30T00:30:00Z"
        ]
    );
    assert_eq!(
        days("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2),
        ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]
    );
    // Half an hour only, there.
    assert_eq!(
        days("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", 2),
        ["2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"]
    );
    // A civil time comes once, also when the hour is any.
    assert_eq!(
        days("*/30 * * * *", "America/New_York", "2026-11-01T05:00:00Z", 3),
        [
            "2026-11-01T05:30:00Z",
            "2026-11-01T07:00:00Z",
            "2026-11-01T07:30:00Z"
        ]
    );
    // A whole day was skipped: Samoa went from 29 to 31 December 2011.
    assert_eq!(
        days("0 9 * * *", "Pacific/Apia", "2011-12-29T20:00:00Z", 2),
        ["2011-12-30T10:00:00Z", "2011-12-30T19:00:00Z"]
    );
}

#[test]
fn bounds_include_the_start_and_exclude_the_end() {
    let bounds = |start: &str, stop: &str| Bounds {
        start_at: Some(at(start)),
        stop_at: Some(at(stop)),
        max_runs: None,
    };
    let office = bounds("2026-01-01T09:00:00Z", "2026-01-01T17:00:00Z");
    let every = Schedule::every(SignedDuration::from_hours(4), at("2026-01-01T01:23:45Z")).unwrap();
    for schedule in [every.clone(), cron("0 1-23/4 * * *", "UTC")] {
        let schedule = schedule.within(office).unwrap();
        assert_eq!(
            schedule.times(Timestamp::MIN, 0).collect::<Vec<_>>(),
            [at("2026-01-01T09:00:00Z"), at("2026-01-01T13:00:00Z")]
        );
        assert_eq!(
            schedule.last_until(Timestamp::MAX),
            Some(at("2026-01-01T13:00:00Z"))
        );
        assert_eq!(schedule.last_until(at("2026-01-01T08:00:00Z")), None);
    }
    let noon = bounds("2026-01-01T12:00:00Z", "2026-01-01T12:00:01Z");
    assert_eq!(
        cron("0 9 * * *", "UTC").within(noon),
        Err(ScheduleError::NeverRuns)
    );
    assert!(cron("0 12 * * *", "UTC").within(noon).is_ok());
    let once = Schedule::at(at("2026-01-01T17:00:00Z"));
    assert_eq!(once.clone().within(office), Err(ScheduleError::NeverRuns));
    assert_eq!(once.times(Timestamp::MIN, 0).count(), 1);
    let backwards = bounds("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z");
    assert!(matches!(
        every.clone().within(backwards),
        Err(ScheduleError::StopsBeforeStart { .. })
    ));
    let none = Bounds {
        max_runs: Some(0),
        ..Bounds::default()
    };
    assert_eq!(every.clone().within(none), Err(ScheduleError::NoRuns));
    let three = Bounds {
        max_runs: Some(3),
        ..Bounds::default()
    };
    let three = every.within(three).unwrap();
    assert_eq!(three.times(at("2026-01-01T00:00:00Z"), 1).count(), 2);
}

#[test]
fn an_interval_must_be_greater_than_zero() {
    for wrong in [SignedDuration::ZERO, SignedDuration::from_secs(-1)] {
        assert_eq!(Schedule::every(wrong, at(YEAR)), Err(ScheduleError::Interval));
    }
}

#[test]
fn the_ends_of_time_end_a_schedule() {
    assert_eq!(cron("* * * * *", "UTC").next_after(Timestamp::MAX), None);
    assert_eq!(
        cron("* * * * *", "Asia/Kathmandu").last_until(Timestamp::MIN),
        None
    );
    let every = Schedule::every(SignedDuration::MAX, at(YEAR)).unwrap();
    assert_eq!(every.next_after(at(YEAR)), None);
    assert_eq!(every.last_until(Timestamp::MAX), Some(at(YEAR)));
    assert!(super::zone("Europe/Atlantis").is_err());
}
