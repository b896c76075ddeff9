//! Cron expressions over civil time: which minutes of which days match. Time zones are not known here.

use std::fmt;
use std::str::FromStr;

use croner::CronComponent;
use croner::errors::CronError;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use super::error::ScheduleError;

/// One of the five fields.
struct Field {
    name: &'static str,
    /// Whether its values come around after the same time always: days of months do not.
    even: bool,
    min: u16,
    max: u16,
    /// Names that stand for numbers, the first for `first_name`.
    names: &'static [&'static str],
    first_name: usize,
}

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const fn numeric(name: &'static str, even: bool, min: u16, max: u16) -> Field {
    Field {
        name,
        even,
        min,
        max,
        names: &[],
        first_name: 0,
    }
}

const FIELDS: [Field; 5] = [
    numeric("minute", true, 0, 59),
    numeric("hour", true, 0, 23),
    numeric("day of month", false, 1, 31),
    Field {
        name: "month",
        even: true,
        min: 1,
        max: 12,
        names: &MONTHS,
        first_name: 1,
    },
    Field {
        name: "day of week",
        even: false,
        min: 0,
        max: 7,
        names: &WEEKDAYS,
        first_name: 0,
    },
];

/// A cron expression of five fields, or one of the words with `@`, that matches some day of some year.
///
/// A day matches as in Vixie's cron: if the fields for the day of the month and for the weekday both begin with
/// something else than `*`, either of them is enough; otherwise both must match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CronExpression {
    text: String,
    /// A bit for each value.
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    /// Sunday is 0 only.
    weekdays: u64,
    /// Whether the day of the month or the weekday is enough.
    either_day: bool,
}

impl FromStr for CronExpression {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        Self::read(text, Reading::Strict)
    }
}

/// How an expression is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// A step that leaves one value of its range is refused.
    Strict,
    /// It is taken for that value, as cron takes it.
    Lenient,
}

impl CronExpression {
    /// Reads an expression that was saved. It was checked by the version that saved it, and keeps its meaning.
    pub(in crate::automation) fn saved(text: &str) -> Result<Self, ScheduleError> {
        Self::read(text, Reading::Lenient)
    }

    fn read(text: &str, reading: Reading) -> Result<Self, ScheduleError> {
        let text = text.trim();
        let expanded = if text.starts_with('@') {
            nickname(text)?
        } else {
            text
        };
        let fields = expanded.split_ascii_whitespace().collect::<Vec<_>>();
        let [minute, hour, day, month, weekday] = fields[..] else {
            return Err(ScheduleError::FieldCount {
                expression: text.to_owned(),
                found: fields.len(),
            });
        };
        let [minutes, hours, days, months, weekdays] = [
            FIELDS[0].parse(minute, reading)?,
            FIELDS[1].parse(hour, reading)?,
            FIELDS[2].parse(day, reading)?,
            FIELDS[3].parse(month, reading)?,
            FIELDS[4].parse(weekday, reading)?,
        ];
        let expression = Self {
            text: text.to_owned(),
            minutes,
            hours,
            days,
            months,
            weekdays: (weekdays | weekdays >> 7) & 0x7f,
            either_day: !day.starts_with('*') && !weekday.starts_with('*'),
        };
        if expression.has_a_day() {
            Ok(expression)
        } else {
            Err(ScheduleError::NeverMatches {
                expression: expression.text,
            })
        }
    }
}

impl fmt::Display for CronExpression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl CronExpression {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a day matches.
    pub(super) fn matches_day(&self, date: Date) -> bool {
        let has = |set: u64, value: i8| value >= 0 && set >> value & 1 == 1;
        let day = has(self.days, date.day());
        let weekday = has(self.weekdays, date.weekday().to_sunday_zero_offset());
        has(self.months, date.month())
            && if self.either_day {
                day || weekday
            } else {
                day && weekday
            }
    }

    /// The first matching minute at or after a civil time whose seconds are zero. None after the year 9999.
    pub(super) fn next_civil(&self, from: DateTime) -> Option<DateTime> {
        if self.matches_day(from.date())
            && let Some((hour, minute)) = self.time_from(from.hour(), from.minute())
        {
            return Some(from.date().at(hour, minute, 0, 0));
        }
        let (hour, minute) = self.time_from(0, 0)?;
        let mut date = from.date().tomorrow().ok()?;
        while !self.matches_day(date) {
            date = if self.months >> date.month() & 1 == 1 {
                date.tomorrow().ok()?
            } else {
                date.first_of_month().checked_add(1.month()).ok()?
            };
        }
        Some(date.at(hour, minute, 0, 0))
    }

    /// The first matching time of day at or after this one.
    fn time_from(&self, hour: i8, minute: i8) -> Option<(i8, i8)> {
        if self.hours >> hour & 1 == 1
            && let Some(minute) = first_from(self.minutes, minute)
        {
            return Some((hour, minute));
        }
        Some((first_from(self.hours, hour + 1)?, first_from(self.minutes, 0)?))
    }

    /// Whether any year has a matching day. Within 400 years every date, also 29 February, falls on every weekday.
    fn has_a_day(&self) -> bool {
        let longest = |month: i8| match month {
            2 => 29,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        self.either_day
            || (1..=12).any(|month| {
                self.months >> month & 1 == 1
                    && first_from(self.days, 1).is_some_and(|day| day <= longest(month))
            })
    }
}

/// The first value of a set at or after this one.
fn first_from(set: u64, value: i8) -> Option<i8> {
    let rest = set.checked_shr(u32::try_from(value).ok()?)?;
    (rest != 0).then(|| value + i8::try_from(rest.trailing_zeros()).unwrap_or_default())
}

fn nickname(text: &str) -> Result<&'static str, ScheduleError> {
    match text.to_ascii_lowercase().as_str() {
        "@hourly" => Ok("0 * * * *"),
        "@daily" | "@midnight" => Ok("0 0 * * *"),
        "@weekly" => Ok("0 0 * * 0"),
        "@monthly" => Ok("0 0 1 * *"),
        "@yearly" | "@annually" => Ok("0 0 1 1 *"),
        _ => Err(ScheduleError::UnknownNickname {
            name: text.to_owned(),
        }),
    }
}

impl Field {
    /// The values that a field names, a bit each.
    fn parse(&self, text: &str, reading: Reading) -> Result<u64, ScheduleError> {
        let wrong = |reason: String| ScheduleError::Field {
            field: self.name,
            text: text.to_owned(),
            reason,
        };
        if text.split(',').any(str::is_empty) {
            return Err(wrong("empty entry next to a comma".to_owned()));
        }
        let numbers = self.without_names(text).map_err(wrong)?;
        for (written, numbers) in text.split(',').zip(numbers.split(',')) {
            self.check_part(written, numbers, reading)?;
        }
        let mut component = CronComponent::new(self.min, self.max, 0, 0);
        component.parse(&numbers).map_err(|error| {
            let reason = match error {
                CronError::ComponentError(reason) => reason,
                other => other.to_string(),
            };
            let reason = reason.trim_end_matches('.');
            let mut characters = reason.chars();
            let first = characters.next().unwrap_or_default().to_ascii_lowercase();
            wrong(format!(
                "{first}{}; allowed: {} to {}",
                characters.as_str(),
                self.min,
                self.max
            ))
        })?;
        Ok(component
            .values()
            .into_iter()
            .fold(0, |set, value| set | 1 << value))
    }

    /// Finds what croner takes or refuses without saying what is meant: one part of a field, as written and in numbers.
    fn check_part(&self, written: &str, numbers: &str, reading: Reading) -> Result<(), ScheduleError> {
        let wrong = |reason: String| ScheduleError::Field {
            field: self.name,
            text: written.to_owned(),
            reason,
        };
        let (range, step) = match numbers.split_once('/') {
            Some((range, step)) => (range, step.parse::<u32>().ok()),
            None => (numbers, None),
        };
        let (low, high) = match range.split_once('-') {
            _ if range == "*" => (self.min, self.max),
            Some((low, high)) => match (low.parse::<u16>(), high.parse::<u16>()) {
                (Ok(low), Ok(high)) => (low, high),
                _ => return Ok(()),
            },
            None if step.is_some_and(|step| step > 0) => {
                let (from, step) = written.split_once('/').unwrap_or_default();
                return Err(wrong(format!(
                    "a step needs a range; write {from}-{}/{step}",
                    self.last(from)
                )));
            }
            None => return Ok(()),
        };
        if high < self.min || low > self.max || low < self.min || high > self.max {
            return Ok(());
        }
        if low > high {
            let (from, rest) = written.split_once('-').unwrap_or_default();
            let (last, first) = (self.last(from), self.first(rest));
            return Err(wrong(format!(
                "the range is reversed; write {from}-{last},{first}-{rest}"
            )));
        }
        let Some(step) = step.filter(|_| reading == Reading::Strict) else {
            return Ok(());
        };
        // Once around such a field is just as long each time: `*/60` is every hour.
        let around = (low, high) == (self.min, self.max) && self.even && step == u32::from(high - low) + 1;
        if step <= u32::from(high - low) || around {
            return Ok(());
        }
        Err(ScheduleError::Step {
            field: self.name,
            text: written.to_owned(),
            only: low,
            step: Some(step).filter(|_| range == "*"),
        })
    }

    /// The last value of the field, as a name where one was written.
    fn last(&self, like: &str) -> String {
        match self.names {
            [.., last] if like.starts_with(|first: char| first.is_alphabetic()) => (*last).to_owned(),
            _ => self.max.to_string(),
        }
    }

    /// The first value of the field, as a name where one was written.
    fn first(&self, like: &str) -> String {
        match self.names {
            [first, ..] if like.starts_with(|first: char| first.is_alphabetic()) => (*first).to_owned(),
            _ => self.min.to_string(),
        }
    }

    /// Replaces names by numbers, and lets nothing else through that croner would take beyond the five plain fields.
    fn without_names(&self, text: &str) -> Result<String, String> {
        let mut numbers = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            let end = rest
                .find(|other: char| !other.is_alphanumeric())
                .unwrap_or(rest.len());
            if matches!(character, '*' | '/' | ',' | '-') {
                numbers.push(character);
                rest = &rest[1..];
                continue;
            }
            if end == 0 {
                return Err(format!("`{character}` is not allowed here"));
            }
            let word = &rest[..end];
            rest = &rest[end..];
            if word.bytes().all(|byte| byte.is_ascii_digit()) {
                numbers.push_str(word);
                continue;
            }
            let place = self
                .names
                .iter()
                .position(|name| name.eq_ignore_ascii_case(word))
                .ok_or_else(|| match self.names {
                    [first, .., last] => format!("`{word}` is not a {}: {first} to {last}", self.name),
                    _ => format!("`{word}` is not a number"),
                })?;
            // A range may end with the Sunday after its days, which is 7 then.
            let sunday_last = self.max == 7 && place == 0 && numbers.ends_with('-');
            numbers.push_str(&if sunday_last { 7 } else { place + self.first_name }.to_string());
        }
        Ok(numbers)
    }
}

#[cfg(test)]
mod tests;
