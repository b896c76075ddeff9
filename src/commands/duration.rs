//! Durations on the command line: `90s`, `5m`, `1h30m`, `500ms`, `0`.

use std::time::Duration;

/// The longest duration that makes sense here.
const LONGEST: Duration = Duration::from_hours(24 * 365);

/// A duration flag's value; `0` means none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OptionalDuration(pub(crate) Option<Duration>);

/// Parses a duration flag.
pub(crate) fn limit(text: &str) -> Result<OptionalDuration, String> {
    if text.trim() == "0" {
        return Ok(OptionalDuration(None));
    }
    if text.trim().parse::<f64>().is_ok() {
        return Err(format!(
            "a unit is missing: write {}s, {}m or {}h",
            text.trim(),
            text.trim(),
            text.trim()
        ));
    }
    let span = text
        .parse::<jiff::SignedDuration>()
        .map_err(|_| "write it like 90s, 5m or 1h30m".to_owned())?;
    let duration = Duration::try_from(span).map_err(|_| "it must not be negative".to_owned())?;
    if duration > LONGEST {
        return Err("it is longer than a year".to_owned());
    }
    Ok(OptionalDuration((!duration.is_zero()).then_some(duration)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (text, seconds) in [
            ("90s", 90.0),
            ("5m", 300.0),
            ("1h30m", 5_400.0),
            ("1.5s", 1.5),
            ("500ms", 0.5),
        ] {
            assert_eq!(
                limit(text),
                Ok(OptionalDuration(Some(Duration::from_secs_f64(seconds)))),
                "{text}"
            );
        }
        assert_eq!(limit("0"), Ok(OptionalDuration(None)));
        assert_eq!(limit("0s"), Ok(OptionalDuration(None)));
    }

    #[test]
    fn a_number_without_a_unit_and_nonsense_are_refused() {
        assert!(limit("90").unwrap_err().contains("90s"));
        for wrong in ["", "soon", "-5s", "5 parsecs", "99999h"] {
            assert!(limit(wrong).is_err(), "{wrong}");
        }
    }
}
