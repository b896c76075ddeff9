//! `turnwise automate status`: whether a scheduler is installed, which ones looked for due jobs, and what is due next.

use std::io::{self, Write};

use crate::automation::jobs::{ScheduleOverview, schedule_overview};
use crate::exit::Exit;
use crate::ledger::runners::RunnerRecord;
use crate::render::style::{Palette, Tone};
use crate::text::sanitize;
use crate::text::words::count;
use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use super::install::{Installed, installed};
use super::jobs::Jobs;
use super::wait::wait;
use super::{scheduler, time};
use crate::commands::context::Context;
use crate::commands::failure::Failure;

/// Show the scheduler, its last look and the next due job
#[derive(Debug, Args)]
pub(super) struct StatusArgs {
    /// Print JSON (`turnwise.runners/1`)
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct RunnersDocument<'a> {
    schema: &'static str,
    jobs: usize,
    active: usize,
    stopped: bool,
    next_due: Option<DueOut<'a>>,
    installed: Vec<InstalledOut<'a>>,
    runners: Vec<RunnerOut<'a>>,
    problem: Option<&'a str>,
    remedy: Option<&'a str>,
}

#[derive(Serialize)]
struct DueOut<'a> {
    job: &'a str,
    at: String,
}

#[derive(Serialize)]
struct InstalledOut<'a> {
    name: &'static str,
    place: &'a str,
    active: Option<bool>,
    current: bool,
}

/// A runner in JSON.
#[derive(Serialize)]
pub(crate) struct RunnerOut<'a> {
    id: String,
    kind: &'static str,
    host: &'a str,
    pid: u32,
    version: &'a str,
    started_at: String,
    pub(crate) seen_at: String,
    stopped_at: Option<String>,
    recent: bool,
}

/// Everything that is shown.
struct Status {
    overview: ScheduleOverview,
    installed: Vec<Installed>,
    now: Timestamp,
    problem: Option<String>,
    remedy: Option<String>,
}

/// Runs the command.
pub(super) fn run(args: &StatusArgs, context: &Context) -> Result<Exit, Failure> {
    let jobs = Jobs::open(context)?;
    let overview = wait(schedule_overview(&*jobs.ledger))?;
    // Where what is installed cannot be read, the runners still can.
    let installed = installed(context).unwrap_or_else(|failure| {
        context.note(&format!("warning: {}", sanitize::line(&failure.message)));
        Vec::new()
    });
    let now = Timestamp::now();
    let trouble = scheduler::trouble(&overview, now, || !installed.is_empty());
    let (problem, remedy) = trouble
        .map(|trouble| (trouble.problem, trouble.remedy.to_owned()))
        .unzip();
    let status = Status {
        overview,
        installed,
        now,
        problem,
        remedy,
    };
    if args.json {
        context.print_json(&status.document())?;
    } else {
        context.print(|out| status.print(context.palette(), out))?;
    }
    Ok(Exit::Success)
}

impl Status {
    fn document(&self) -> RunnersDocument<'_> {
        let Self { overview, now, .. } = self;
        RunnersDocument {
            schema: "turnwise.runners/1",
            jobs: overview.saved,
            active: overview.active,
            stopped: overview.stopped_at.is_some(),
            next_due: overview.next_due.as_ref().map(|next| DueOut {
                job: &next.job,
                at: next.at.to_string(),
            }),
            installed: self
                .installed
                .iter()
                .map(|installed| InstalledOut {
                    name: installed.kind,
                    place: &installed.place,
                    active: installed.active,
                    current: installed.current,
                })
                .collect(),
            runners: overview
                .runners
                .iter()
                .map(|runner| runner_out(runner, *now))
                .collect(),
            problem: self.problem.as_deref(),
            remedy: self.remedy.as_deref(),
        }
    }

    fn print(&self, palette: Palette, mut out: &mut dyn Write) -> io::Result<()> {
        let mut field = |name: &str, value: &str| {
            let name = palette.paint(Tone::Faint, &format!("{name:12}"));
            writeln!(out, "{name}{}", sanitize::line(value))
        };
        let Self { overview, now, .. } = self;
        if self.installed.is_empty() {
            field("installed", "no")?;
        }
        for installed in &self.installed {
            field("installed", &described(installed))?;
        }
        if overview.runners.is_empty() {
            field("last look", "never")?;
        }
        for runner in &overview.runners {
            let process = match runner.stopped_at {
                None => format!(", process {}", runner.pid),
                Some(_) => String::new(),
            };
            let seen = scheduler::seen(runner, *now);
            field(
                "last look",
                &format!("{seen}{process}, turnwise {}", runner.version),
            )?;
        }
        let jobs = format!("{}, {} active", count(overview.saved, "job"), overview.active);
        field("saved", &jobs)?;
        match &overview.next_due {
            _ if overview.stopped_at.is_some() => {
                field(
                    "next due",
                    "all jobs are stopped; release them with `turnwise automate stop-all --release`",
                )?;
            }
            Some(next) => {
                let at = time::local(next.at.as_millisecond());
                field("next due", &format!("{at}  {}", next.job))?;
            }
            None => field("next due", "nothing")?,
        }
        if let (Some(problem), Some(remedy)) = (&self.problem, &self.remedy) {
            let sign = palette.paint(Tone::Warn, "!");
            writeln!(&mut out, "{sign} {}\n  → {remedy}", sanitize::line(problem))?;
        }
        Ok(())
    }
}

fn described(installed: &Installed) -> String {
    let outdated = if installed.current {
        ""
    } else {
        "; not as this turnwise would install it: run `turnwise automate install` again"
    };
    match installed.active {
        Some(true) => format!(
            "{} service, running ({}){outdated}",
            installed.kind, installed.place
        ),
        Some(false) => format!(
            "{} service, not running ({}){outdated}",
            installed.kind, installed.place
        ),
        None => format!("{} line in your {}{outdated}", installed.kind, installed.place),
    }
}

pub(crate) fn runner_out(runner: &RunnerRecord, now: Timestamp) -> RunnerOut<'_> {
    RunnerOut {
        id: format!("{}:{}:{}", runner.host, runner.kind.as_str(), runner.pid),
        kind: runner.kind.as_str(),
        host: &runner.host,
        pid: runner.pid,
        version: &runner.version,
        started_at: time::utc(runner.started_at),
        seen_at: time::utc(runner.seen_at),
        stopped_at: runner.stopped_at.map(time::utc),
        recent: runner.is_recent(now.as_millisecond()),
    }
}
