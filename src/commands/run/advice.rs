//! What the server knows about a failed turn: when the usage limit resets, and which models there are. It is asked only after such
//! a failure, and not for long.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};
use serde_json::json;
use tokio::time::timeout;

use crate::automation::jobs::reset_time;
use crate::protocol::types::{GetAccountRateLimitsResponse, RateLimitSnapshot};
use crate::run::{Driver, RunError};
use crate::runtime::event::TurnError;
use crate::runtime::{Client, Remedy};
use crate::text::words::count;

/// How long the server may take.
const LIMIT: Duration = Duration::from_secs(2);
/// The provider whose models and limits the server lists.
const OPENAI: &str = "openai";
/// The server's words for a limit of the account, and not for a server that is overloaded.
const LIMITS: [&str; 3] = [
    "usageLimitExceeded",
    "rateLimitExceeded",
    "responseTooManyFailedAttempts",
];
/// The longest list of models in a message.
const LISTED: usize = 12;

/// Adds what the server knows to the error of a turn.
pub(super) async fn add(error: &TurnError, driver: &Driver, shown: &mut RunError) {
    let provider = driver.session().info().model_provider.as_deref();
    let is_openai = provider == Some(OPENAI);
    match &error.remedy {
        Some(Remedy::RetryLater) => {
            let now = Timestamp::now();
            let mut reset = reset_time(&error.message, now, &TimeZone::system());
            let is_limit = error.code.as_deref().is_some_and(|code| LIMITS.contains(&code));
            if reset.is_none() && is_openai && is_limit {
                reset = account_reset(driver.client()).await;
            }
            if let Some(reset) = reset.filter(|reset| *reset > now) {
                shown.hint = Some(until(reset, now, &TimeZone::system()));
                shown.resets_at = Some(reset.to_string());
            }
        }
        Some(remedy @ Remedy::ChooseModel) if is_openai => {
            if let Some(models) = models(driver.client()).await {
                shown.hint = Some(format!("{}: {models}", crate::commands::remedy::hint(remedy)));
            }
        }
        _ => {}
    }
}

/// When the limits of the account reset that are used up.
async fn account_reset(client: &Client) -> Option<Timestamp> {
    let params = json!({});
    let asking = client
        .runtime()
        .call::<GetAccountRateLimitsResponse>("account/rateLimits/read", &params);
    let reply = timeout(LIMIT, asking).await.ok()?.ok()?;
    last_reset(&reply.rate_limits)
}

/// The last reset of the windows that are used up.
fn last_reset(limits: &RateLimitSnapshot) -> Option<Timestamp> {
    let windows = [&limits.primary, &limits.secondary].into_iter().flatten();
    let used_up = windows.filter(|window| window.used_percent >= 100);
    let seconds = used_up.filter_map(|window| window.resets_at).max()?;
    Timestamp::from_second(seconds).ok()
}

/// The models that can be named, as a list.
async fn models(client: &Client) -> Option<String> {
    let models = timeout(LIMIT, client.models()).await.ok()?.ok()?;
    let names = models.iter().take(LISTED).map(|model| model.id.as_str());
    let mut names = names.collect::<Vec<_>>();
    if models.len() > LISTED {
        names.push("…");
    }
    (!names.is_empty()).then(|| names.join(", "))
}

/// `the limit resets at 2026-11-25 22:02; try again in 1 hour 59 minutes`.
fn until(reset: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let at = reset.to_zoned(zone.clone());
    let at = at.round(Unit::Minute).unwrap_or(at).strftime("%Y-%m-%d %H:%M");
    // Rounded up: a minute too late is not too early.
    let minutes = u64::try_from(reset.duration_since(now).as_secs())
        .unwrap_or_default()
        .div_ceil(60);
    let parts = [
        (minutes / 1_440, "day"),
        (minutes / 60 % 24, "hour"),
        (minutes % 60, "minute"),
    ];
    let parts = parts.into_iter().filter(|(number, _)| *number > 0);
    let left = parts.map(|(number, unit)| count(usize::try_from(number).unwrap_or(usize::MAX), unit));
    let left = left.collect::<Vec<_>>().join(" ");
    format!("the limit resets at {at}; try again in {left}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reset_is_told_as_a_time_and_as_a_duration() {
        let now: Timestamp = "2026-11-25T20:02:30Z".parse().unwrap();
        for (reset, expected) in [
            (
                "2026-11-25T22:02:00Z",
                "the limit resets at 2026-11-25 22:02; try again in 2 hours",
            ),
            (
                "2026-11-25T20:03:00Z",
                "the limit resets at 2026-11-25 20:03; try again in 1 minute",
            ),
            (
                "2026-11-28T21:03:30Z",
                "the limit resets at 2026-11-28 21:04; try again in 3 days 1 hour 1 minute",
            ),
        ] {
            let reset = reset.parse().unwrap();
            let hint = until(reset, now, &TimeZone::UTC);
            assert_eq!(hint, expected);
            // Jobs read it from the words.
            let read = reset_time(&format!("it failed ({hint})"), now, &TimeZone::UTC).unwrap();
            assert!(
                read >= reset && read.duration_since(reset).as_secs() < 60,
                "{read}"
            );
        }
    }

    #[test]
    fn only_windows_that_are_used_up_count() {
        let limits = |value| serde_json::from_value::<RateLimitSnapshot>(value).unwrap();
        let both = limits(json!({
            "primary": { "usedPercent": 100, "resetsAt": 1_000 },
            "secondary": { "usedPercent": 100, "resetsAt": 9_000 },
        }));
        assert_eq!(last_reset(&both).unwrap().as_second(), 9_000);
        let one = limits(json!({
            "primary": { "usedPercent": 100, "resetsAt": 1_000 },
            "secondary": { "usedPercent": 99, "resetsAt": 9_000 },
        }));
        assert_eq!(last_reset(&one).unwrap().as_second(), 1_000);
        assert!(
            last_reset(&limits(
                json!({ "primary": { "usedPercent": 5, "resetsAt": 1_000 } })
            ))
            .is_none()
        );
    }
}
