//! `turnwise automate tick`, `daemon` and `run`: the commands that run jobs.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use crate::automation::jobs::{
    ManualRun, Runner, RunnerEnd, RunnerOptions, RunnerSignal, SystemClock, Until,
};
use crate::automation::process::ProcessExecutor;
use crate::exit::Exit;
use crate::ledger::jobs::{JobRun, JobRunState};
use crate::ledger::{JobLedger, SqliteLedger, host, now};
use crate::run::RunReport;
use crate::text::sanitize;
use clap::Args;
use tokio_util::sync::CancellationToken;

use super::attempt::{TurnwiseHost, Verbosity};
use super::history;
use super::jobs::Jobs;
use super::watch::Watch;
use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::tokio_runtime::runtime;

/// How long a runner holds a run without renewing its lease.
const LEASE: Duration = Duration::from_secs(60);

/// Run due jobs, then exit (for cron)
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  turnwise automate tick\n\nExits with 0 if all runs succeeded, otherwise with their exit code (1 if they differ)."
)]
pub(super) struct TickArgs {
    /// Maximum number of jobs at once
    #[arg(long, value_name = "N", default_value = "4", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: u16,
    /// Print the runs as JSON (`turnwise.runs/1`)
    #[arg(long)]
    json: bool,
}

/// Run jobs as they become due, in the foreground
///
/// SIGTERM interrupts running jobs and ends it; SIGHUP makes it read the jobs again.
#[derive(Debug, Args)]
pub(super) struct DaemonArgs {
    /// Maximum number of jobs at once
    #[arg(long, value_name = "N", default_value = "4", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: u16,
}

/// Run a job now and print its answer
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// Job
    #[arg(value_name = "NAME")]
    job: String,
    /// Print JSON (`turnwise.run/1`) instead of the answer
    #[arg(long)]
    json: bool,
}

fn runner(jobs: &Jobs, at_once: u16, verbosity: Verbosity) -> Result<Runner<ProcessExecutor>, Failure> {
    let program = std::env::current_exe()
        .map_err(|error| Failure::system("cannot find the turnwise program", error))?;
    let turnwise = TurnwiseHost { verbosity };
    let executor = ProcessExecutor::new(jobs.state.clone(), program, Arc::new(turnwise));
    let ledger: Arc<dyn JobLedger> = Arc::clone(&jobs.ledger) as _;
    let renewals: Arc<dyn JobLedger> = Arc::new(SqliteLedger::open(jobs.ledger.path())?);
    let host = host();
    let options = RunnerOptions {
        at_once: usize::from(at_once),
        lease: LEASE,
        holder: format!("{host}:{}:{}", std::process::id(), now()),
        host,
        zone: jiff::tz::TimeZone::system(),
    };
    Ok(Runner::new(
        ledger,
        renewals,
        Arc::new(SystemClock),
        executor,
        options,
    ))
}

fn listening(error: io::Error) -> Failure {
    Failure::system("the signals", error)
}

/// Runs due jobs.
pub(super) fn tick(args: &TickArgs, context: &Context) -> Result<Exit, Failure> {
    let jobs = Jobs::open(context)?;
    if jobs.are_stopped()? && context.stderr.terminal {
        context.note("All jobs are stopped; release them with `turnwise automate stop-all --release`.");
    }
    // Cron mails any output, so success is silent.
    let verbosity = if context.global.verbose > 0 || (context.stderr.terminal && !context.global.quiet) {
        Verbosity::All
    } else {
        Verbosity::Failures
    };
    let runner = runner(&jobs, args.jobs, verbosity)?;
    let tokio = runtime()?;
    let served = tokio.block_on(async {
        let mut watch = Watch::begin(&jobs.state, false).map_err(listening)?;
        let served = runner.serve(Until::Idle, &mut watch.wakes).await?;
        Ok::<_, Failure>((served, watch.stopped_by()))
    });
    tokio.shutdown_background();
    let (served, stopped_by) = served?;
    let ended = runner.executor().take_ended();
    if args.json {
        let runs = ended.iter().map(|(run, _)| run.clone()).collect::<Vec<_>>();
        context.print(|mut out| history::json(&runs, &mut out))?;
    }
    if served == RunnerEnd::Stopped {
        return Ok(stopped_by.unwrap_or(Exit::Terminate));
    }
    Ok(worst(&ended))
}

/// The exit code of all that failed.
fn worst(ended: &[(JobRun, Option<i32>)]) -> Exit {
    let mut codes = ended.iter().filter_map(|(_, code)| *code).collect::<Vec<_>>();
    codes.sort_unstable();
    codes.dedup();
    match codes[..] {
        [] => Exit::Success,
        [code] => exit_of(code),
        _ => Exit::Failed,
    }
}

pub(super) fn exit_of(code: i32) -> Exit {
    const ALL: [Exit; 8] = [
        Exit::Success,
        Exit::Usage,
        Exit::Codex,
        Exit::Unauthorized,
        Exit::Approval,
        Exit::Schema,
        Exit::Temporary,
        Exit::Timeout,
    ];
    let known = ALL.into_iter().find(|exit| i32::from(exit.code()) == code);
    known.unwrap_or(Exit::Failed)
}

/// Runs jobs as they become due.
pub(super) fn daemon(args: &DaemonArgs, context: &Context) -> Result<Exit, Failure> {
    let jobs = Jobs::open(context)?;
    let verbosity = if context.global.quiet {
        Verbosity::Failures
    } else {
        Verbosity::All
    };
    let runner = runner(&jobs, args.jobs, verbosity)?;
    let tokio = runtime()?;
    let stopped_by = tokio.block_on(async {
        let mut watch = Watch::begin(&jobs.state, true).map_err(listening)?;
        context.note("Running jobs as they become due; stop with Ctrl-C or SIGTERM.");
        runner.serve(Until::Stopped, &mut watch.wakes).await?;
        Ok::<_, Failure>(watch.stopped_by())
    });
    tokio.shutdown_background();
    Ok(stopped_by?.unwrap_or(Exit::Terminate))
}

/// Runs one job now.
pub(super) fn run_now(args: &RunArgs, context: &Context) -> Result<Exit, Failure> {
    let jobs = Jobs::open(context)?;
    let (job, spec) = jobs.named(&args.job)?;
    let name = job.name.clone();
    if jobs.are_stopped()? {
        return Err(Failure::usage("all jobs are stopped")
            .hint("run `turnwise automate stop-all --release` to release them"));
    }
    let runner = runner(&jobs, 1, Verbosity::Silent)?;
    let tokio = runtime()?;
    let record = job.clone();
    let ran = tokio.block_on(async {
        let mut watch = Watch::begin(&jobs.state, false).map_err(listening)?;
        let stop = CancellationToken::new();
        let running = runner.run_now(job, spec, stop.clone());
        tokio::pin!(running);
        loop {
            tokio::select! {
                ran = &mut running => return Ok::<_, Failure>((ran?, watch.stopped_by())),
                signal = watch.wakes.recv() => {
                    let stopped = signal != Some(RunnerSignal::Poll) || jobs.ledger.stopped_at().await?.is_some();
                    if stopped {
                        stop.cancel();
                    }
                }
            }
        }
    });
    tokio.shutdown_background();
    let (ran, stopped_by) = ran?;
    let ended = match ran {
        ManualRun::Ended(ended) => ended,
        ManualRun::Busy => {
            let open = jobs.open_run(&record)?;
            let what = match open.map(|run| run.state) {
                Some(JobRunState::Retry) => "is waiting for its retry",
                _ => "is already running",
            };
            return Err(Failure::new(Exit::Temporary, "busy", format!("{name} {what}"))
                .hint(format!("see its runs with `turnwise automate history {name}`")));
        }
        ManualRun::Lost => {
            let message = format!("{name}: run considered dead by another scheduler");
            return Err(Failure::new(Exit::Failed, "lost", message));
        }
    };
    let report = ended.outcome.report.trim_end();
    context.print(|mut out| {
        if args.json && !report.is_empty() {
            writeln!(out, "{report}")
        } else {
            print_answer(report, context, &mut out)
        }
    })?;
    if let Some(exit) = stopped_by {
        return Ok(exit);
    }
    if let Some(settlement) = &ended.settlement
        && settlement.state != JobRunState::Ran
    {
        let reason = settlement.reason.as_deref().unwrap_or("failed");
        let exit = exit_of(settlement.exit_code.unwrap_or(1));
        return Err(Failure::new(exit, "failed", format!("{name}: {reason}")));
    }
    Ok(Exit::Success)
}

fn print_answer(report: &str, context: &Context, out: &mut impl Write) -> io::Result<()> {
    let report = serde_json::from_str::<RunReport>(report).ok();
    match report
        .as_ref()
        .and_then(RunReport::text)
        .filter(|text| !text.is_empty())
    {
        Some(text) if context.stdout.terminal => writeln!(out, "{}", sanitize::prose(text)),
        Some(text) => writeln!(out, "{text}"),
        None => Ok(()),
    }
}
