//! One field of a cron expression: lists of values, ranges and steps, as a set of bits.

use super::Reading;
use crate::automation::schedule::ScheduleError;

/// One of the five fields.
pub(super) struct Field {
    name: &'static str,
    /// Whether the time from its last value to its first is always the same: not so for days of months.
    even: bool,
    min: u16,
    max: u16,
    /// Names that stand for numbers, the first for `first_name`.
    names: &'static [&'static str],
    first_name: u16,
}

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

pub(super) const MINUTE: Field = numeric("minute", true, 0, 59);
pub(super) const HOUR: Field = numeric("hour", true, 0, 23);
pub(super) const DAY: Field = numeric("day of month", false, 1, 31);
pub(super) const MONTH: Field = Field {
    name: "month",
    even: true,
    min: 1,
    max: 12,
    names: &[
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ],
    first_name: 1,
};
/// Sunday is 0 and 7.
pub(super) const WEEKDAY: Field = Field {
    name: "day of week",
    even: false,
    min: 0,
    max: 7,
    names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
    first_name: 0,
};

impl Field {
    /// The values that a field names, a bit each.
    pub(super) fn parse(&self, text: &str, reading: Reading) -> Result<u64, ScheduleError> {
        if text.split(',').any(str::is_empty) {
            return Err(self.wrong(text, "empty entry next to a comma"));
        }
        let mut set = 0;
        for part in text.split(',') {
            set |= self.parse_part(part, reading)?;
        }
        Ok(set)
    }

    /// The values of one part of a list: `*`, `5`, `1-5`, each with a step or without.
    fn parse_part(&self, part: &str, reading: Reading) -> Result<u64, ScheduleError> {
        let strange = |character: &char| !character.is_alphanumeric() && !"*/-".contains(*character);
        if let Some(character) = part.chars().find(strange) {
            return Err(self.wrong(part, &format!("`{character}` is not allowed here")));
        }
        let (range, step_text) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (part, None),
        };
        let ends = range.split_once('-');
        let (low, high) = match ends {
            _ if range == "*" => (self.min, self.max),
            Some((low, high)) => (self.value(part, low, false)?, self.value(part, high, true)?),
            None => {
                let value = self.value(part, range, false)?;
                (value, value)
            }
        };
        let step = step_text.map(|step| self.step(part, step)).transpose()?;
        if [low, high]
            .iter()
            .any(|value| !(self.min..=self.max).contains(value))
        {
            return Err(self.out_of(part, "number out of bounds"));
        }
        if let (Some(step), None) = (step_text, ends)
            && range != "*"
        {
            let last = self.last(range);
            let reason = format!("a step needs a range; write {range}-{last}/{step}");
            return Err(self.wrong(part, &reason));
        }
        if low > high {
            let (from, rest) = part.split_once('-').unwrap_or_default();
            let (last, first) = (self.last(from), self.first(rest));
            let reason = format!("the range is reversed; write {from}-{last},{first}-{rest}");
            return Err(self.wrong(part, &reason));
        }
        if let Some(step) = step.filter(|_| reading == Reading::Strict) {
            self.check_step(part, (low, high), step)?;
        }
        let step = usize::try_from(step.unwrap_or(1)).unwrap_or(usize::MAX);
        Ok((low..=high).step_by(step).fold(0, |set, value| set | 1 << value))
    }

    /// Refuses a step that leaves one value of its range.
    fn check_step(&self, part: &str, (low, high): (u16, u16), step: u32) -> Result<(), ScheduleError> {
        let whole = (low, high) == (self.min, self.max);
        // Once around such a field is always as long: `*/60` is every hour.
        let around = whole && self.even && step == u32::from(high - low) + 1;
        if step <= u32::from(high - low) || around {
            return Ok(());
        }
        Err(ScheduleError::Step {
            field: self.name,
            text: part.to_owned(),
            only: low,
            step: Some(step).filter(|_| part.starts_with('*')),
        })
    }

    /// A number, or the name of one.
    fn value(&self, part: &str, word: &str, ends_range: bool) -> Result<u16, ScheduleError> {
        if word.is_empty() || word.contains(['*', '-']) {
            return Err(self.wrong(part, "write a value, a range such as 1-5, or `*`"));
        }
        if word.bytes().all(|byte| byte.is_ascii_digit()) {
            let number = word.parse::<u16>();
            return number.map_err(|_| self.out_of(part, "number out of bounds"));
        }
        let place = self
            .names
            .iter()
            .zip(self.first_name..)
            .find(|(name, _)| name.eq_ignore_ascii_case(word));
        match place {
            // A range may end with the Sunday after its days.
            Some((_, 0)) if ends_range && self.max == 7 => Ok(7),
            Some((_, number)) => Ok(number),
            None => Err(self.wrong(
                part,
                &match self.names {
                    [first, .., last] => format!("`{word}` is not a {}: {first} to {last}", self.name),
                    _ => format!("`{word}` is not a number"),
                },
            )),
        }
    }

    fn step(&self, part: &str, step: &str) -> Result<u32, ScheduleError> {
        if step.is_empty() || !step.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.wrong(part, &format!("the step `{step}` is not a number")));
        }
        // One that does not fit is longer than any range.
        match step.parse::<u32>().unwrap_or(u32::MAX) {
            0 => Err(self.out_of(part, "step cannot be zero")),
            step => Ok(step),
        }
    }

    fn wrong(&self, text: &str, reason: &str) -> ScheduleError {
        ScheduleError::Field {
            field: self.name,
            text: text.to_owned(),
            reason: reason.to_owned(),
        }
    }

    fn out_of(&self, text: &str, reason: &str) -> ScheduleError {
        self.wrong(text, &format!("{reason}; allowed: {} to {}", self.min, self.max))
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
}
