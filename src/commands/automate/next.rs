//! `turnwise automate next`: when a schedule would run. Nothing is saved.

use std::io::{self, Write};

use clap::Args;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use turnwise::automation::Schedule;
use turnwise::exit::Exit;
use turnwise::render::safe_json;
use turnwise::render::style::{Palette, Tone};

use super::time;
use crate::commands::context::Context;
use crate::commands::duration::{Limit, limit};
use crate::commands::failure::Failure;

/// Show when a schedule would run
///
/// Times are shown in the zone of the schedule and, where that differs, in yours.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turnwise automate next --cron \"30 9 * * MON-FRI\" --tz Europe/Berlin\n  turnwise automate next --every 6h --from 2026-01-01T08:00 --count 3"
)]
pub(super) struct NextArgs {
    #[command(flatten)]
    schedule: ScheduleArgs,
    /// Show the runs after this time, which is also what --every counts from [default: now]
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// How many runs to show
    #[arg(short = 'n', long, value_name = "N", default_value = "5", value_parser = clap::value_parser!(u16).range(1..=1000))]
    count: u16,
    /// Print JSON (`turnwise.times/1`)
    #[arg(long)]
    json: bool,
}

/// What a schedule is made of.
#[derive(Debug, Args)]
struct ScheduleArgs {
    #[command(flatten)]
    trigger: TriggerArgs,
    /// The time zone of the schedule, such as Europe/Berlin [default: the local one]
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct TriggerArgs {
    /// A cron expression of five fields, or one such as @daily
    #[arg(long, value_name = "EXPR")]
    cron: Option<String>,
    /// An interval, such as 90s, 5m or 1h30m
    #[arg(long, value_name = "DURATION", value_parser = limit)]
    every: Option<Limit>,
    /// A single time, such as 2026-03-29T09:30 or 2026-03-29T09:30:00+02:00
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

impl TriggerArgs {
    fn schedule(&self, zone: &TimeZone, created: Timestamp) -> Result<Schedule, Failure> {
        match (&self.cron, self.every, &self.at) {
            (Some(expression), ..) => Ok(Schedule::cron(expression.parse()?, zone.clone())),
            (_, Some(Limit(interval)), _) => {
                let interval = SignedDuration::try_from(interval.unwrap_or_default())
                    .map_err(|error| Failure::usage(format!("--every: {error}")))?;
                Ok(Schedule::every(interval, created)?)
            }
            (.., Some(at)) => Ok(Schedule::at(time::read("--at", at, zone)?)),
            (None, None, None) => Err(Failure::usage("no schedule: give --cron, --every or --at")),
        }
    }
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    zone: Option<String>,
    times: Vec<Time>,
}

#[derive(Serialize)]
struct Time {
    /// The same in every zone.
    id: String,
    /// In the zone of the schedule.
    at: String,
    /// In the local zone, where that is known.
    local: Option<String>,
}

/// Runs the command.
pub(super) fn run(args: &NextArgs, context: &Context) -> Result<Exit, Failure> {
    let zone = time::zone_or_local(args.schedule.tz.as_deref())?;
    let local = time::zone_or_local(None).ok();
    let now = Timestamp::now();
    let from = match &args.from {
        Some(text) => time::read("--from", text, &zone)?,
        // Whole seconds are all that people see.
        None => Timestamp::from_second(now.as_second()).unwrap_or(now),
    };
    let schedule = args.schedule.trigger.schedule(&zone, from)?;
    let times = schedule
        .times(from, 0)
        .take(usize::from(args.count))
        .collect::<Vec<_>>();
    let mut out = io::stdout().lock();
    let written = if args.json {
        let document = Document {
            schema: "turnwise.times/1",
            zone: zone.iana_name().map(str::to_owned),
            times: times
                .iter()
                .map(|at| Time {
                    id: at.to_string(),
                    at: time::rfc3339(*at, &zone),
                    local: local.as_ref().map(|local| time::rfc3339(*at, local)),
                })
                .collect(),
        };
        safe_json::write(&mut out, &document, false).and_then(|()| writeln!(out))
    } else {
        if times.is_empty() && !context.global.quiet {
            let _ = writeln!(
                io::stderr(),
                "It does not run after {}.",
                time::show(from, &zone, true)
            );
        }
        print(
            &times,
            &zone,
            local.as_ref(),
            Palette::new(context.stdout.color),
            &mut out,
        )
    };
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::system("stdout", error)),
        _ => Ok(Exit::Success),
    }
}

/// A line for each time; two columns under their zones where the zones differ.
fn print(
    times: &[Timestamp],
    zone: &TimeZone,
    local: Option<&TimeZone>,
    palette: Palette,
    out: &mut impl Write,
) -> io::Result<()> {
    let seconds = times.iter().any(|at| at.as_second() % 60 != 0);
    let differs = |local: &&TimeZone| times.iter().any(|at| local.to_offset(*at) != zone.to_offset(*at));
    let Some(local) = local.filter(differs) else {
        return times
            .iter()
            .try_for_each(|at| writeln!(out, "{}", time::show(*at, zone, seconds)));
    };
    let rows = times
        .iter()
        .map(|at| (time::show(*at, zone, seconds), time::show(*at, local, seconds)))
        .collect::<Vec<_>>();
    let heading = time::name(zone);
    let width = rows
        .iter()
        .map(|(shown, _)| shown.len())
        .max()
        .unwrap_or_default()
        .max(heading.len());
    let heading = format!("{heading:width$}  {} (local)", time::name(local));
    writeln!(out, "{}", palette.paint(Tone::Faint, &heading))?;
    rows.iter()
        .try_for_each(|(shown, local)| writeln!(out, "{shown:width$}  {local}"))
}
