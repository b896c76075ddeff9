//! Times for people: local, with minutes.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `24 Nov 2026, 21:14`, local; `None` if `at` is not RFC 3339.
pub(super) fn local(at: &str) -> Option<String> {
    formatted(at, "%-d %b %Y, %H:%M")
}

/// The same with the time zone.
pub(super) fn with_zone(at: &str) -> Option<String> {
    formatted(at, "%-d %b %Y, %H:%M %Z")
}

fn formatted(at: &str, format: &str) -> Option<String> {
    let time: Timestamp = at.parse().ok()?;
    Some(time.to_zoned(TimeZone::system()).strftime(format).to_string())
}
