//! Times on the command line and for people: read in a zone, shown in a zone.

use crate::automation::{moment, zone};
use crate::ledger::Millis;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::commands::failure::Failure;

/// The zone that was named, or else the local one.
pub(super) fn zone_or_local(name: Option<&str>) -> Result<TimeZone, Failure> {
    match name {
        Some(name) => Ok(zone(name)?),
        // Not UTC in silence: a job in the wrong zone runs at the wrong time for months.
        None => TimeZone::try_system().map_err(|error| {
            Failure::usage(format!("unknown local time zone: {error}")).hint("name one with --tz, or set TZ")
        }),
    }
}

/// Reads a point in time: with an offset or a zone of its own, or else as the clock shows it in `zone`.
pub(super) fn read(flag: &str, text: &str, zone: &TimeZone) -> Result<Timestamp, Failure> {
    let text = text.trim();
    if let Ok(zoned) = text.parse::<Zoned>() {
        return Ok(zoned.timestamp());
    }
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Ok(timestamp);
    }
    text.parse::<DateTime>()
        .ok()
        .and_then(|civil| moment(zone, civil))
        .ok_or_else(|| {
            Failure::usage(format!("{flag} {text}: not a time")).hint(
                "write it like 2026-03-29T09:30 (in the zone of --tz, otherwise local) or 2026-03-29T09:30:00+02:00",
            )
        })
}

/// A time as people read it, with seconds only where they are asked for.
pub(super) fn show(time: Timestamp, zone: &TimeZone, seconds: bool) -> String {
    let format = if seconds {
        "%a %Y-%m-%d %H:%M:%S %Z"
    } else {
        "%a %Y-%m-%d %H:%M %Z"
    };
    time.to_zoned(zone.clone()).strftime(format).to_string()
}

/// A time with its offset in a zone, for machines.
pub(super) fn rfc3339(time: Timestamp, zone: &TimeZone) -> String {
    let offset = zone.to_offset(time);
    time.display_with_offset(offset).to_string()
}

/// The name of a zone.
pub(super) fn name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("local time")
}

/// A moment of the ledger.
pub(super) fn moment_of(at: Millis) -> Timestamp {
    Timestamp::from_millisecond(at).unwrap_or_default()
}

/// A moment of the ledger in UTC, for machines.
pub(super) fn utc(at: Millis) -> String {
    moment_of(at).to_string()
}

/// A moment of the ledger as a person here reads it.
pub(super) fn local(at: Millis) -> String {
    let time = moment_of(at);
    show(time, &TimeZone::system(), time.as_second() % 60 != 0)
}

/// How long something took.
pub(super) fn took(milliseconds: Millis) -> String {
    if milliseconds < 60_000 {
        return format!("{}.{} s", milliseconds / 1_000, milliseconds % 1_000 / 100);
    }
    format!("{:#}", jiff::SignedDuration::from_secs(milliseconds / 1_000))
}
