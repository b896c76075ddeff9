//! What can be wrong with a schedule, found before anything is saved.

/// Why a schedule is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScheduleError {
    /// The cron expression has another number of fields than five.
    #[error(
        "a cron expression has five fields (minute, hour, day of month, month, day of week), not {found}: `{expression}`"
    )]
    FieldCount {
        /// The expression.
        expression: String,
        /// How many fields it has.
        found: usize,
    },
    /// A word with `@` that is none of the known ones.
    #[error("unknown schedule `{name}`")]
    UnknownNickname {
        /// The word.
        name: String,
    },
    /// One field of the cron expression is wrong.
    #[error("{field} `{text}`: {reason}")]
    Field {
        /// Which field: `minute`, `hour`, `day of month`, `month` or `day of week`.
        field: &'static str,
        /// The text in question.
        text: String,
        /// The problem.
        reason: String,
    },
    /// A step of the cron expression is as long as its range or longer, so that one value is left.
    #[error("{field} `{text}`: the step is too long: only {only} would match")]
    #[non_exhaustive]
    Step {
        /// Which field, as in [`Field`](Self::Field).
        field: &'static str,
        /// The text in question.
        text: String,
        /// The value that is left.
        only: u16,
        /// The step, where it counts from one beginning of the whole field to the next.
        step: Option<u32>,
    },
    /// The cron expression names only days that no year has, such as 30 February.
    #[error("`{expression}` never happens: no year has such a day")]
    NeverMatches {
        /// The expression.
        expression: String,
    },
    /// The interval is zero or negative.
    #[error("the interval must be greater than zero")]
    Interval,
    /// At most zero runs.
    #[error("the number of runs must be greater than zero")]
    NoRuns,
    /// The end is not after the start.
    #[error("the stop time {stop_at} is not after the start time {start_at}")]
    StopsBeforeStart {
        /// The start.
        start_at: jiff::Timestamp,
        /// The end.
        stop_at: jiff::Timestamp,
    },
    /// Nothing is due between the start and the end.
    #[error("the schedule has no run between start and stop time")]
    NeverRuns,
    /// The time zone is unknown.
    #[error("unknown time zone `{name}`")]
    UnknownZone {
        /// The name.
        name: String,
    },
}

impl ScheduleError {
    /// The remedy, where the error does not imply it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::FieldCount { .. } => "write it like `30 9 * * MON-FRI`, and quote it for the shell",
            Self::UnknownNickname { .. } => {
                "possible values: @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually"
            }
            Self::UnknownZone { .. } => {
                "write it like Europe/Berlin or UTC; the names come from the system's time zone database (tzdata)"
            }
            Self::Step {
                field, only, step, ..
            } => return Some(instead_of_step(field, *only, *step)),
            Self::Field { .. }
            | Self::NeverMatches { .. }
            | Self::Interval
            | Self::NoRuns
            | Self::StopsBeforeStart { .. }
            | Self::NeverRuns => return None,
        };
        Some(hint.to_owned())
    }
}

/// What to write instead of a step that leaves one value.
fn instead_of_step(field: &str, only: u16, step: Option<u32>) -> String {
    let (unit, minutes, every) = match (field, step) {
        ("minute", Some(step)) => ("minutes", step.into(), format!("{step}m")),
        ("hour", Some(step)) => ("hours", u64::from(step) * 60, format!("{step}h")),
        ("day of month" | "day of week", Some(step)) => {
            let hours = u64::from(step) * 24;
            ("days", hours * 60, format!("{hours}h"))
        }
        _ => return format!("write {only}"),
    };
    // The longest interval is a year.
    if minutes > 365 * 24 * 60 {
        return format!("write {only}");
    }
    let step = step.unwrap_or_default();
    format!("for every {step} {unit} use --every {every}; for {only} alone write {only}")
}
