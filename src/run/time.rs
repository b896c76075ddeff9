//! A moment as RFC 3339 in UTC, where no calendar is at hand. Pure.

use std::time::SystemTime;

/// The moment, with as many digits of the second as it needs. Moments before 1970 are 1970.
pub(super) fn rfc3339(at: SystemTime) -> String {
    let since = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let (days, second) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    let (year, month, day) = civil(days);
    let fraction = match since.subsec_nanos() {
        0 => String::new(),
        nanos => format!(".{nanos:09}").trim_end_matches('0').to_owned(),
    };
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

/// The Gregorian date of a day since 1970-01-01. Years are counted from March, so that the leap day is the last one.
fn civil(days: u64) -> (u64, u64, u64) {
    const ERA: u64 = 146_097; // days in 400 years
    let days = days + 719_468; // since 0000-03-01
    let (era, day) = (days / ERA, days % ERA);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let january = u64::from(month >= 10);
    let month = if january == 1 { month - 9 } else { month + 3 };
    (era * 400 + year + january, month, day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn moments_are_written_as_rfc_3339() {
        for (seconds, nanos, expected) in [
            (0, 0, "1970-01-01T00:00:00Z"),
            (951_782_399, 0, "2000-02-28T23:59:59Z"),
            (951_782_400, 5_000_000, "2000-02-29T00:00:00.005Z"),
            (4_107_542_400, 1, "2100-03-01T00:00:00.000000001Z"),
            (1_795_625_358, 123_000_000, "2026-11-25T16:49:18.123Z"),
        ] {
            let at = SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos);
            assert_eq!(rfc3339(at), expected);
        }
    }

    #[cfg(feature = "cli")]
    #[test]
    fn every_day_of_four_centuries_has_its_date() {
        for day in 0..146_097_u64 {
            let at = SystemTime::UNIX_EPOCH + Duration::from_secs(day * 86_400);
            let expected = jiff::Timestamp::try_from(at).unwrap().to_string();
            assert_eq!(rfc3339(at), expected);
        }
    }
}
