//! Cron expressions over civil time: which minutes of which days match. Time zones are not known here.

mod field;

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use super::error::ScheduleError;
use field::{DAY, HOUR, MINUTE, MONTH, WEEKDAY};

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
    #[cfg_attr(
        not(any(feature = "cli", test)),
        expect(dead_code, reason = "for saved jobs, which need `cli`")
    )]
    Lenient,
}

impl CronExpression {
    /// Reads an expression that was saved. It was checked by the version that saved it, and keeps its meaning.
    #[cfg(any(feature = "cli", test))]
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
            MINUTE.parse(minute, reading)?,
            HOUR.parse(hour, reading)?,
            DAY.parse(day, reading)?,
            MONTH.parse(month, reading)?,
            WEEKDAY.parse(weekday, reading)?,
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

#[cfg(test)]
mod tests;
