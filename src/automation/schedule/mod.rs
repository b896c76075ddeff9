//! Schedules: at an interval, by a cron expression in a time zone, or once; each within bounds. Without a clock.

mod cron;
mod error;
#[cfg(test)]
mod tests;
mod zone;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

pub use cron::CronExpression;
pub use error::ScheduleError;
pub use zone::{moment, zone};

/// When something is due. It was checked when it was made: it is due at some time.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    trigger: Trigger,
    bounds: Bounds,
}

/// What makes something due.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Trigger {
    /// At the anchor and at every multiple of the interval after it. The anchor is [`Bounds::start_at`], or else the
    /// time at which the schedule was created.
    #[non_exhaustive]
    Every {
        /// Greater than zero.
        interval: SignedDuration,
        /// When the schedule was created.
        created: Timestamp,
    },
    /// Whenever the civil time of a zone matches.
    #[non_exhaustive]
    Cron {
        /// What has to match.
        expression: CronExpression,
        /// Where.
        zone: TimeZone,
    },
    /// Once.
    At(Timestamp),
}

/// What limits a schedule. By default, nothing does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Nothing is due before this.
    pub start_at: Option<Timestamp>,
    /// Nothing is due at this time or after it.
    pub stop_at: Option<Timestamp>,
    /// How often it runs at most. [`Schedule::next_after`] cannot know how often it ran; [`Schedule::times`] and
    /// [`super::due()`] are told, and keep to it.
    pub max_runs: Option<u64>,
}

impl Schedule {
    /// Every so often, counted from when it was created or, with [`Bounds::start_at`], from there.
    pub fn every(interval: SignedDuration, created: Timestamp) -> Result<Self, ScheduleError> {
        if !interval.is_positive() {
            return Err(ScheduleError::Interval);
        }
        Ok(Self::unbounded(Trigger::Every { interval, created }))
    }

    /// By a cron expression in a zone.
    pub fn cron(expression: CronExpression, zone: TimeZone) -> Self {
        Self::unbounded(Trigger::Cron { expression, zone })
    }

    /// Once.
    pub fn at(time: Timestamp) -> Self {
        Self::unbounded(Trigger::At(time))
    }

    fn unbounded(trigger: Trigger) -> Self {
        Self {
            trigger,
            bounds: Bounds::default(),
        }
    }

    /// The same schedule within other bounds. An error if nothing is left of it.
    pub fn within(self, bounds: Bounds) -> Result<Self, ScheduleError> {
        if bounds.max_runs == Some(0) {
            return Err(ScheduleError::NoRuns);
        }
        if let (Some(start_at), Some(stop_at)) = (bounds.start_at, bounds.stop_at)
            && stop_at <= start_at
        {
            return Err(ScheduleError::StopsBeforeStart { start_at, stop_at });
        }
        let schedule = Self { bounds, ..self };
        match schedule.next_after(Timestamp::MIN) {
            Some(_) => Ok(schedule),
            None => Err(ScheduleError::NeverRuns),
        }
    }

    /// The same within bounds that were checked when they were saved; checking searches for the first time of all.
    #[cfg(any(feature = "cli", test))]
    pub(in crate::automation) fn within_checked(self, bounds: Bounds) -> Self {
        Self { bounds, ..self }
    }

    /// What makes it due.
    pub fn trigger(&self) -> &Trigger {
        &self.trigger
    }

    /// What limits it.
    pub fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// The first time after another one at which it is due; none if there is no such time any more.
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let before_start = self
            .bounds
            .start_at
            .map(|start| just_before(start).unwrap_or(Timestamp::MIN));
        let after = before_start.map_or(after, |start| after.max(start));
        let next = match &self.trigger {
            Trigger::Every { interval, created } => {
                tick_after(*interval, self.bounds.start_at.unwrap_or(*created), after)?
            }
            Trigger::Cron { expression, zone } => zone::next_after(expression, zone, after)?,
            Trigger::At(time) => (*time > after).then_some(*time)?,
        };
        self.bounds.stop_at.is_none_or(|stop| next < stop).then_some(next)
    }

    /// The last time at or before another one at which it is due; none if there is no such time yet.
    pub fn last_until(&self, until: Timestamp) -> Option<Timestamp> {
        let until = match self.bounds.stop_at {
            Some(stop) => until.min(just_before(stop)?),
            None => until,
        };
        match &self.trigger {
            Trigger::Every { interval, created } => {
                let anchor = self.bounds.start_at.unwrap_or(*created);
                let tick = anchor.as_nanosecond() + ticks(*interval, anchor, until)? * interval.as_nanos();
                Timestamp::from_nanosecond(tick).ok()
            }
            Trigger::Cron { .. } => self.last_by_halving(until),
            Trigger::At(_) => self.next_after(Timestamp::MIN).filter(|time| *time <= until),
        }
    }

    /// Finds the last time from what comes after others: cron expressions are searched forwards only.
    fn last_by_halving(&self, until: Timestamp) -> Option<Timestamp> {
        let due_after = |after: Timestamp| self.next_after(after).filter(|next| *next <= until);
        let (mut step, mut none_after) = (SignedDuration::from_mins(1), until);
        let mut last = loop {
            let after = until.saturating_sub(step).unwrap_or(Timestamp::MIN);
            match due_after(after) {
                Some(next) => break next,
                None if after == Timestamp::MIN => return None,
                None => (none_after, step) = (after, step.saturating_mul(2)),
            }
        };
        while let Some(half) = middle(last, none_after) {
            match due_after(half) {
                Some(next) => last = next,
                None => none_after = half,
            }
        }
        // What halving whole seconds cannot reach.
        while let Some(next) = due_after(last) {
            last = next;
        }
        Some(last)
    }

    /// How often it is due after one time and up to another; more than `most` are not counted one by one where that
    /// takes time for each, and give `most`.
    pub fn count(&self, after: Timestamp, until: Timestamp, most: u64) -> u64 {
        if let (Trigger::Every { interval, .. }, Some(first), Some(last)) =
            (&self.trigger, self.next_after(after), self.last_until(until))
        {
            return ticks(*interval, first, last)
                .and_then(|ticks| u64::try_from(ticks + 1).ok())
                .unwrap_or(0);
        }
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let due = self.all_times(after).take(most);
        due.take_while(|time| *time <= until).count() as u64
    }

    /// The times after another one at which it is due, in order, if it ran so many times already.
    pub fn times(&self, after: Timestamp, runs: u64) -> Times<'_> {
        Times {
            schedule: self,
            after,
            left: self.bounds.max_runs.map(|most| most.saturating_sub(runs)),
        }
    }

    /// The times after another one at which it is due, whether or not it will run at all of them.
    pub(super) fn all_times(&self, after: Timestamp) -> Times<'_> {
        Times {
            schedule: self,
            after,
            left: None,
        }
    }
}

/// The times of a schedule, from [`Schedule::times`].
#[derive(Debug, Clone)]
pub struct Times<'a> {
    schedule: &'a Schedule,
    after: Timestamp,
    left: Option<u64>,
}

impl Iterator for Times<'_> {
    type Item = Timestamp;

    fn next(&mut self) -> Option<Timestamp> {
        let left = match self.left {
            Some(left) => Some(left.checked_sub(1)?),
            None => None,
        };
        self.after = self.schedule.next_after(self.after)?;
        self.left = left;
        Some(self.after)
    }
}

fn just_before(time: Timestamp) -> Option<Timestamp> {
    time.checked_sub(SignedDuration::from_nanos(1)).ok()
}

/// How many whole intervals passed since the anchor; none before it.
fn ticks(interval: SignedDuration, anchor: Timestamp, time: Timestamp) -> Option<i128> {
    let passed = time.as_nanosecond() - anchor.as_nanosecond();
    (passed >= 0).then(|| passed / interval.as_nanos())
}

/// The first multiple of the interval after a time. The anchor itself is the first of all.
fn tick_after(interval: SignedDuration, anchor: Timestamp, after: Timestamp) -> Option<Timestamp> {
    let Some(ticks) = ticks(interval, anchor, after) else {
        return Some(anchor);
    };
    let next = (ticks + 1).checked_mul(interval.as_nanos())?;
    Timestamp::from_nanosecond(anchor.as_nanosecond().checked_add(next)?).ok()
}

/// The whole second in the middle; none if there is nothing left to halve.
fn middle(low: Timestamp, high: Timestamp) -> Option<Timestamp> {
    let half = (low.as_second() + high.as_second()).div_euclid(2);
    let half = Timestamp::from_second(half).ok()?;
    (low < half && half < high).then_some(half)
}
