//! From civil times to instants, with one rule for times that a zone skips or repeats.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};

use super::cron::CronExpression;
use super::error::ScheduleError;

/// A time zone by its name in the tz database, such as `Europe/Berlin` or `UTC`, in any case.
pub fn zone(name: &str) -> Result<TimeZone, ScheduleError> {
    TimeZone::get(name).map_err(|_| ScheduleError::UnknownZone {
        name: name.to_owned(),
    })
}

/// The instant of a civil time in a zone: of a repeated time the first, of a skipped time the moment right after the gap.
///
/// None if it is out of range, at the ends of the years −9999 to 9999. A later civil time never gives an earlier instant.
pub fn moment(zone: &TimeZone, civil: DateTime) -> Option<Timestamp> {
    match zone.to_ambiguous_timestamp(civil).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(civil).ok(),
        AmbiguousOffset::Fold { before, .. } => before.to_timestamp(civil).ok(),
        AmbiguousOffset::Gap { before, after } => {
            // Read with the later offset, a skipped time lies before the change.
            let earlier = after.to_timestamp(civil).ok()?;
            zone.following(earlier)
                .find(|change| change.offset() == after)
                .map(|change| change.timestamp())
                .or_else(|| before.to_timestamp(civil).ok())
        }
    }
}

/// The first instant after another one that an expression gives in a zone.
pub(super) fn next_after(
    expression: &CronExpression,
    zone: &TimeZone,
    after: Timestamp,
) -> Option<Timestamp> {
    let civil = zone.to_datetime(after);
    let minute = civil.date().at(civil.hour(), civil.minute(), 0, 0);
    // Civil times up to this one give instants up to `after`, so that none of them can be the next.
    let mut from = minute.checked_add(1.minute()).ok()?;
    loop {
        let next = expression.next_civil(from)?;
        let instant = moment(zone, next)?;
        if instant > after {
            return Some(instant);
        }
        // In a repeated hour: the first time round has been, and there is no second.
        from = next.checked_add(1.minute()).ok()?;
    }
}
