//! Any text as a cron expression, asked from any time in a zone with gaps and repeats: times only go forwards.
#![no_main]

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;
use turnwise::automation::{CronExpression, Schedule, zone};

static ZONES: LazyLock<[TimeZone; 3]> =
    LazyLock::new(|| ["Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"].map(|name| zone(name).unwrap()));

fuzz_target!(|input: (u8, i64, String)| {
    let (place, second, text) = input;
    let Ok(expression) = text.parse::<CronExpression>() else { return };
    assert_eq!(expression.as_str().parse(), Ok(expression.clone()));
    let schedule = Schedule::cron(expression, ZONES[usize::from(place) % ZONES.len()].clone());
    let Ok(mut after) = Timestamp::from_second(second % 250_000_000_000) else { return };
    for _ in 0..3 {
        let Some(next) = schedule.next_after(after) else { return };
        assert!(next > after);
        assert_eq!(schedule.last_until(next), Some(next));
        after = next;
    }
});
