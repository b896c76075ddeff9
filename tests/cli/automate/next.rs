//! `automate`: what its commands print and how they fail. The rules of schedules are tested beside their code.

use serde_json::json;

use crate::support::{Outcome, Test};

/// Runs `automate next` where the local zone is this one, without any codex.
fn next(local: &str, arguments: &[&str]) -> Outcome {
    let mut test = Test::answering("unused");
    test.set("TZ", local);
    test.set("TURNWISE_CODEX", "/nowhere");
    test.run(&[&["automate", "next"], arguments].concat())
}

#[test]
fn the_next_runs_are_shown_in_the_zone_and_locally_where_that_differs() {
    let cron = ["--cron", "30 2 * * *", "--from", "2026-03-27T12:00", "-n", "3"];
    let berlin = "Sat 2026-03-28 02:30 CET\nSun 2026-03-29 03:00 CEST\nMon 2026-03-30 02:30 CEST\n";
    assert_eq!(next("Europe/Berlin", &cron).exits(0).stdout, berlin);
    let named = [&cron[..], &["--tz", "europe/berlin"]].concat();
    assert_eq!(next("Europe/Berlin", &named).exits(0).stdout, berlin);
    assert_eq!(
        next("Asia/Kathmandu", &named).exits(0).stdout,
        "Europe/Berlin              Asia/Kathmandu (local)\n\
         Sat 2026-03-28 02:30 CET   Sat 2026-03-28 07:15 +0545\n\
         Sun 2026-03-29 03:00 CEST  Sun 2026-03-29 06:45 +0545\n\
         Mon 2026-03-30 02:30 CEST  Mon 2026-03-30 06:15 +0545\n"
    );
}

#[test]
fn the_next_runs_are_a_document_for_machines() {
    let arguments = [
        "--every",
        "90s",
        "--from",
        "2026-11-01T01:59:00-04:00",
        "--count",
        "2",
        "--json",
    ];
    assert_eq!(
        next("America/New_York", &arguments).exits(0).json(),
        json!({
            "schema": "turnwise.times/1",
            "zone": "America/New_York",
            "times": [
                {
                    "id": "2026-11-01T06:00:30Z",
                    "at": "2026-11-01T01:00:30-05:00",
                    "local": "2026-11-01T01:00:30-05:00",
                },
                {
                    "id": "2026-11-01T06:02:00Z",
                    "at": "2026-11-01T01:02:00-05:00",
                    "local": "2026-11-01T01:02:00-05:00",
                },
            ],
        })
    );
    // Nothing to come is an answer too.
    let past = ["--at", "2020-01-01", "--from", "2021-01-01T00:00Z"];
    let outcome = next("UTC", &past);
    assert_eq!(outcome.exits(0).stdout, "");
    assert_eq!(outcome.stderr, "No runs after Fri 2021-01-01 00:00:00 UTC.\n");
    let outcome = next("UTC", &[&past[..], &["--json"]].concat());
    assert_eq!(outcome.exits(0).json()["times"], json!([]));
    assert_eq!(outcome.stderr, "");
}

#[test]
fn without_a_time_to_begin_at_it_is_now() {
    let outcome = next("UTC", &["--every", "1h", "--count", "1", "--json"]);
    let at = outcome.exits(0).json()["times"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let ahead = at.parse::<jiff::Timestamp>().unwrap() - jiff::Timestamp::now();
    let minutes = ahead.total(jiff::Unit::Minute).unwrap();
    assert!(minutes > 50.0 && minutes <= 60.0, "{at}");
}

#[test]
fn a_schedule_that_is_wrong_is_a_usage_error_that_says_what() {
    for (arguments, expected) in [
        (
            &["--cron", "0 25 * * *"][..],
            "error: hour `25`: number out of bounds; allowed: 0 to 23\n",
        ),
        (
            &["--cron", "0 0 30 2 *"],
            "error: `0 0 30 2 *` never happens: no year has such a day\n",
        ),
        (
            &["--cron", "0 0 * *"],
            "error: a cron expression has five fields (minute, hour, day of month, month, day of week), not 4: \
             `0 0 * *`\n  hint: write it like `30 9 * * MON-FRI`, and quote it for the shell\n",
        ),
        (
            &["--every", "0"],
            "error: the interval must be greater than zero\n",
        ),
        (
            &["--cron", "@daily", "--tz", "Europe/Atlantis"],
            "error: unknown time zone `Europe/Atlantis`\n  hint: write it like Europe/Berlin or UTC; the names come \
             from the system's time zone database (tzdata)\n",
        ),
        (
            &["--at", "tomorrow"],
            "error: --at tomorrow: not a time\n  hint: write it like 2026-03-29T09:30 (in the zone of --tz, \
             otherwise local) or 2026-03-29T09:30:00+02:00\n",
        ),
    ] {
        let outcome = next("UTC", arguments);
        assert_eq!(outcome.exits(2).stderr, expected);
        assert_eq!(outcome.stdout, "");
    }
    next("UTC", &[]).exits(2);
    next("UTC", &["--cron", "@daily", "--every", "1h"]).exits(2);
    // Not UTC in silence.
    let outcome = next("Europe/Atlantis", &["--cron", "@daily"]);
    assert!(
        outcome.exits(2).stderr.contains("name one with --tz"),
        "{outcome:?}"
    );
    next("Europe/Atlantis", &["--cron", "@daily", "--tz", "UTC"]).exits(0);
}
