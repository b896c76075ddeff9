//! The end of a usage limit, read from its message: Codex gives the time nowhere else. Pure.

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp, ToSpan};

use crate::automation::moment;

/// The time that follows "try again at" or "try again in", in the zone of the machine.
pub(crate) fn reset_time(message: &str, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    // Where the words are found must be where they are cut, so only ASCII changes its case.
    let lower = message.to_ascii_lowercase();
    let (_, rest) = lower.split_once("try again ")?;
    if let Some(rest) = rest.strip_prefix("at ") {
        return at(rest, now, zone);
    }
    let rest = rest.strip_prefix("in ")?;
    now.checked_add(after(rest)?).ok()
}

/// `3:05 pm`, or `oct 25th, 2026 3:05 pm`.
fn at(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let words = text
        .split([' ', ',', '\u{202f}', '\u{a0}'])
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>();
    if let [month, day, year, clock, half, ..] = words[..]
        && day.starts_with(|first: char| first.is_ascii_digit())
    {
        let (month, half) = (month.get(..3)?, half.get(..2)?);
        let day = day.trim_end_matches(char::is_alphabetic);
        let text = format!("{month} {day} {year} {clock} {half}");
        return moment(zone, DateTime::strptime("%b %d %Y %I:%M %p", text).ok()?);
    }
    let (clock, half) = (words.first()?, words.get(1)?.get(..2)?);
    let time = Time::strptime("%I:%M %p", format!("{clock} {half}")).ok()?;
    let civil = zone.to_datetime(now).date().to_datetime(time);
    let found = moment(zone, civil)?;
    if found > now {
        return Some(found);
    }
    moment(zone, civil.checked_add(1.day()).ok()?)
}

/// `3 days 4 hours 12 minutes`, or `30 seconds`.
fn after(text: &str) -> Option<SignedDuration> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    let words = words.collect::<Vec<_>>();
    let is_amount =
        |pair: &&[&str]| pair.len() == 2 && pair[0].starts_with(|first: char| first.is_ascii_digit());
    let amounts = words.chunks(2).take_while(is_amount).collect::<Vec<_>>();
    let span = amounts.concat().join(" ").parse::<Span>().ok()?;
    let total = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    total.is_positive().then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(message: &str) -> Option<String> {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let now = "2026-10-24T12:00:00Z".parse().unwrap();
        reset_time(message, now, &zone).map(|time| time.to_string())
    }

    #[test]
    fn the_end_of_a_usage_limit_is_read_from_its_words() {
        for (message, expected) in [
            (
                "You've hit your usage limit. Try again at 3:05 PM.",
                "2026-10-24T13:05:00Z",
            ),
            ("Please try again at 1:05 PM", "2026-10-25T12:05:00Z"),
            ("or try again at Oct 26th, 2026 12:30 AM.", "2026-10-25T23:30:00Z"),
            ("Try again in 3 days 4 hours 12 minutes.", "2026-10-27T16:12:00Z"),
            ("try again in 30 seconds", "2026-10-24T12:00:30Z"),
        ] {
            assert_eq!(read(message).as_deref(), Some(expected), "{message}");
        }
        for message in [
            "Try again later.",
            "try again at noon",
            "try again in a while",
            "",
        ] {
            assert_eq!(read(message), None, "{message}");
        }
    }

    proptest! {
        #[test]
        fn no_words_make_it_panic(text in "\\PC{0,40}", of_known in "(at|in) [0-9a-z:, ]{0,24}") {
            read(&format!("try again {text}"));
            read(&format!("try again {of_known}"));
        }
    }
}
