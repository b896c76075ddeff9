//! `turnwise automate next`: the next runs of a job, or of a schedule that is not saved.

use crate::automation::{Schedule, zone};
use crate::exit::Exit;
use crate::ledger::jobs::JobState;
use clap::Args;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::jobs::Jobs;
use super::time;
use super::upcoming::upcoming;
use crate::commands::context::Context;
use crate::commands::duration::{OptionalDuration, limit};
use crate::commands::failure::Failure;

/// Show the next runs of a job or schedule
///
/// Times are in the zone of the schedule and, if it differs, in the local zone.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turnwise automate next --cron \"30 9 * * MON-FRI\" --tz Europe/Berlin\n  turnwise automate next --every 6h --from 2026-01-01T08:00 --count 3\n  turnwise automate next nightly"
)]
pub(super) struct NextArgs {
    /// Saved job, instead of a schedule
    #[arg(value_name = "NAME", conflicts_with_all = ["trigger", "tz"], required_unless_present = "trigger")]
    job: Option<String>,
    #[command(flatten)]
    schedule: ScheduleArgs,
    /// Start of the list and of --every [default: now]
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Number of runs to show
    #[arg(short = 'n', long, value_name = "N", default_value = "5", value_parser = clap::value_parser!(u16).range(1..=1000))]
    count: u16,
    /// Print JSON (`turnwise.times/1`)
    #[arg(long)]
    json: bool,
}

/// The parts of a schedule.
#[derive(Debug, Args)]
struct ScheduleArgs {
    #[command(flatten)]
    trigger: TriggerArgs,
    /// Time zone, such as Europe/Berlin [default: the local one]
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
}

#[derive(Debug, Args)]
#[group(id = "trigger", multiple = false)]
struct TriggerArgs {
    /// Cron expression: five fields, or @daily
    #[arg(long, value_name = "EXPR")]
    cron: Option<String>,
    /// Interval, such as 90s, 5m or 1h30m
    #[arg(long, value_name = "DURATION", value_parser = limit)]
    every: Option<OptionalDuration>,
    /// Single time, such as 2026-03-29T09:30
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

impl TriggerArgs {
    fn schedule(&self, zone: &TimeZone, created: Timestamp) -> Result<Schedule, Failure> {
        match (&self.cron, self.every, &self.at) {
            (Some(expression), ..) => Ok(Schedule::cron(expression.parse()?, zone.clone())),
            (_, Some(OptionalDuration(interval)), _) => {
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
    match &args.job {
        Some(name) => of_job(name, args, context),
        None => of_schedule(args, context),
    }
}

fn of_schedule(args: &NextArgs, context: &Context) -> Result<Exit, Failure> {
    let zone = time::zone_or_local(args.schedule.tz.as_deref())?;
    let now = Timestamp::now();
    let from = match &args.from {
        Some(text) => time::read("--from", text, &zone)?,
        // Whole seconds are all that people see.
        None => Timestamp::from_second(now.as_second()).unwrap_or(now),
    };
    let schedule = args.schedule.trigger.schedule(&zone, from)?;
    print(args, &schedule, &zone, from, 0, context)
}

fn of_job(name: &str, args: &NextArgs, context: &Context) -> Result<Exit, Failure> {
    let jobs = Jobs::open(context)?;
    let (job, spec) = jobs.named(name)?;
    let zone = zone(&spec.schedule.zone)?;
    let from = match &args.from {
        Some(text) => time::read("--from", text, &zone)?,
        None => Timestamp::now().max(time::moment_of(job.handled_at)),
    };
    if job.state != JobState::Active {
        context.note(&format!(
            "{name} is {}; it does not run at these times.",
            job.state.as_str()
        ));
    }
    print(args, &spec.schedule.schedule()?, &zone, from, job.runs, context)
}

fn print(
    args: &NextArgs,
    schedule: &Schedule,
    zone: &TimeZone,
    from: Timestamp,
    runs: u64,
    context: &Context,
) -> Result<Exit, Failure> {
    let local = time::zone_or_local(None).ok();
    let times = schedule
        .times(from, runs)
        .take(usize::from(args.count))
        .collect::<Vec<_>>();
    if args.json {
        let document = Document {
            schema: "turnwise.times/1",
            zone: zone.iana_name().map(str::to_owned),
            times: times
                .iter()
                .map(|at| Time {
                    id: at.to_string(),
                    at: time::rfc3339(*at, zone),
                    local: local.as_ref().map(|local| time::rfc3339(*at, local)),
                })
                .collect(),
        };
        context.print_json(&document)?;
    } else {
        if times.is_empty() {
            context.note(&format!("No runs after {}.", time::show(from, zone, true)));
        }
        context.print(|mut out| upcoming(&times, zone, local.as_ref(), context.palette(), &mut out))?;
    }
    Ok(Exit::Success)
}
