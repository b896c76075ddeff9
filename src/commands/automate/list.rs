//! `turnwise automate list` and `show`: saved jobs, their state and what is next.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use crate::automation::jobs::{JobSpec, OnError, SavedSchedule, SavedTrigger, Schedules, SessionUse};
use crate::automation::process::logs;
use crate::automation::{Missed, zone};
use crate::exit::Exit;
use crate::ledger::JobLedger;
use crate::ledger::jobs::{JobRecord, JobState};
use crate::render::columns::{Cell, Columns};
use crate::render::style::{Palette, Tone};
use crate::run::PromptSource;
use crate::text::safe_json;
use crate::text::sanitize;
use clap::Args;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::environment::needs_attention;
use super::history;
use super::jobs::Jobs;
use super::run_form::{options_of, run_of};
use super::run_options::words;
use super::time;
use super::wait::wait;
use super::warning::warn_of_no_scheduler;
use crate::commands::context::Context;
use crate::commands::failure::Failure;

/// List saved jobs
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Print JSON (`turnwise.jobs/1`)
    #[arg(long)]
    json: bool,
}

/// Show a job, its next runs and its last runs
#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// Job
    #[arg(value_name = "NAME")]
    job: String,
    /// Print JSON (`turnwise.jobs/1` with this job alone)
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct JobsDocument {
    schema: &'static str,
    stopped: bool,
    jobs: Vec<JobSummary>,
}

/// A job in `turnwise.jobs/1`.
#[derive(Serialize)]
struct JobSummary {
    name: String,
    state: &'static str,
    next_at: Option<String>,
    last_run: Option<&'static str>,
    last_error: Option<String>,
    runs: u64,
    session_id: Option<String>,
    created_at: String,
    revision: i64,
    /// Its specification; none if another version wrote it.
    #[serde(flatten)]
    about: Option<About>,
}

#[derive(Serialize)]
struct About {
    prompt: Option<String>,
    prompt_file: Option<PathBuf>,
    schedule: String,
    cron: Option<String>,
    every_ms: Option<i64>,
    at: Option<String>,
    zone: String,
    start_at: Option<String>,
    stop_at: Option<String>,
    max_runs: Option<u64>,
    session: SessionUse,
    on_error: OnError,
    retries: u32,
    missed: Missed,
    jitter_ms: i64,
    on_failure: Option<String>,
    on_success: Option<String>,
    cwd: PathBuf,
    codex: Option<PathBuf>,
    connect: Option<String>,
    codex_home: Option<PathBuf>,
    codex_config: Vec<String>,
    removed_settings: Vec<String>,
    options: BTreeMap<String, Vec<String>>,
}

fn about(spec: &JobSpec) -> Option<About> {
    let run = run_of(spec).ok()?;
    let options = options_of(&run);
    let schedule = spec.schedule.clone();
    let (mut cron, mut every_ms, mut at) = (None, None, None);
    let words = schedule.words();
    match schedule.trigger {
        SavedTrigger::Cron(expression) => cron = Some(expression),
        SavedTrigger::Every { interval_ms, .. } => every_ms = Some(interval_ms),
        SavedTrigger::At(time) => at = Some(time.to_string()),
    }
    let (prompt, prompt_file) = match run.prompt {
        PromptSource::Text(text) => (Some(text), None),
        PromptSource::File(file) => (None, Some(file)),
    };
    Some(About {
        prompt,
        prompt_file,
        schedule: words,
        cron,
        every_ms,
        at,
        zone: schedule.zone,
        start_at: schedule.start_at.map(|time| time.to_string()),
        stop_at: schedule.stop_at.map(|time| time.to_string()),
        max_runs: schedule.max_runs,
        session: spec.session,
        on_error: spec.on_error,
        retries: spec.retries,
        missed: spec.missed,
        jitter_ms: spec.jitter_ms,
        on_failure: spec.on_failure.clone(),
        on_success: spec.on_success.clone(),
        cwd: run.cwd,
        codex: spec.environment.codex.clone(),
        connect: spec.environment.connect.clone(),
        codex_home: spec.environment.codex_home.clone(),
        codex_config: spec.environment.codex_config.clone(),
        removed_settings: spec.environment.removed_settings.clone(),
        options,
    })
}

fn listed(job: &JobRecord, spec: Option<&JobSpec>, schedules: &mut Schedules) -> JobSummary {
    JobSummary {
        name: job.name.clone(),
        state: job.state.as_str(),
        next_at: spec
            .and_then(|spec| schedules.next_at(job, &spec.schedule))
            .map(|time| time.to_string()),
        last_run: job.last_run.map(crate::ledger::jobs::JobRunState::as_str),
        last_error: job.last_error.clone(),
        runs: job.runs,
        session_id: job.session_id.clone(),
        created_at: time::utc(job.created_at),
        revision: job.revision,
        about: spec.and_then(about),
    }
}

fn json<'a>(
    jobs: impl Iterator<Item = (&'a JobRecord, Option<&'a JobSpec>)>,
    stopped: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut schedules = Schedules::default();
    let document = JobsDocument {
        schema: "turnwise.jobs/1",
        stopped,
        jobs: jobs
            .map(|(job, spec)| listed(job, spec, &mut schedules))
            .collect(),
    };
    safe_json::write(out, &document)?;
    writeln!(out)
}

/// Lists all jobs.
pub(super) fn list(args: &ListArgs, context: &Context) -> Result<Exit, Failure> {
    let jobs = Jobs::open(context)?;
    let all = wait(jobs.ledger.jobs())?;
    let stopped = jobs.are_stopped()?;
    if args.json {
        let specs = all.iter().map(|job| JobSpec::from_json(&job.spec).ok());
        let specs = specs.collect::<Vec<_>>();
        let listed = all.iter().zip(&specs).map(|(job, spec)| (job, spec.as_ref()));
        context.print(|mut out| json(listed, stopped, &mut out))?;
    } else {
        if stopped {
            context.note("All jobs are stopped; release them with `turnwise automate stop-all --release`.");
        }
        if all.is_empty() {
            context.note("No jobs yet; see `turnwise automate add --help`.");
        }
        context.print(|mut out| table(&all, context.palette(), &mut out))?;
    }
    warn_of_no_scheduler(&all, &jobs, context)?;
    Ok(Exit::Success)
}

fn table(jobs: &[JobRecord], palette: Palette, out: &mut impl Write) -> io::Result<()> {
    let schedules = jobs.iter().map(|job| SavedSchedule::of_json(&job.spec).ok());
    let schedules = schedules.collect::<Vec<_>>();
    let words = schedules.iter().map(|schedule| match schedule {
        Some(schedule) => sanitize::line(&schedule.words()).into_owned(),
        None => "unknown schedule (other version)".to_owned(),
    });
    let words = words.collect::<Vec<_>>();
    let mut columns = Columns::at_least(&[0, 8, 0, 11]);
    let (mut known, here) = (Schedules::default(), TimeZone::system());
    for ((job, schedule), words) in jobs.iter().zip(&schedules).zip(&words) {
        let tone = match job.state {
            JobState::Active => Tone::Good,
            JobState::Paused | JobState::Finished => Tone::Faint,
            JobState::Stopped => Tone::Bad,
        };
        let last = job
            .last_run
            .map_or("never ran", crate::ledger::jobs::JobRunState::as_str);
        let next = schedule
            .as_ref()
            .and_then(|schedule| known.next_at(job, schedule));
        let next = match next {
            Some(next) => Some(format!(
                "next {}",
                time::show(next, &here, next.as_second() % 60 != 0)
            )),
            None if waits_for_attention(job) => Some(format!("see `turnwise automate show {}`", job.name)),
            None => None,
        };
        let cells = [
            Cell::toned(Tone::Strong, &job.name),
            Cell::toned(tone, job.state.as_str()),
            Cell::plain(words),
            Cell::plain(last),
        ];
        columns.row(cells.into_iter().chain(next.map(Cell::plain)));
    }
    columns.write(palette, out)
}

/// Whether a job waits for an edit. Parsed only where the field is present, for lists of thousands of jobs.
fn waits_for_attention(job: &JobRecord) -> bool {
    job.spec.contains("removed_settings")
        && JobSpec::from_json(&job.spec).is_ok_and(|spec| !spec.environment.removed_settings.is_empty())
}

/// Shows one job.
pub(super) fn show(args: &ShowArgs, context: &Context) -> Result<Exit, Failure> {
    let jobs = Jobs::open(context)?;
    let (job, spec) = jobs.named(&args.job)?;
    let stopped = jobs.are_stopped()?;
    let runs = wait(jobs.ledger.job_runs(Some(job.id), 10))?;
    if args.json {
        context.print(|mut out| json(std::iter::once((&job, Some(&spec))), stopped, &mut out))?;
        return Ok(Exit::Success);
    }
    if stopped {
        context.note("All jobs are stopped; release them with `turnwise automate stop-all --release`.");
    }
    let palette = context.palette();
    context.print(|mut out| {
        fields(&job, &spec, palette, &mut out)?;
        let logs = logs::directory(&jobs.state, &job.name);
        field(palette, &mut out, "logs", &logs.display().to_string())?;
        if runs.is_empty() {
            return Ok(());
        }
        writeln!(out)?;
        history::table(&runs, true, palette, &mut out)
    })?;
    Ok(Exit::Success)
}

fn field(palette: Palette, out: &mut impl Write, name: &str, value: &str) -> io::Result<()> {
    let name = palette.paint(Tone::Faint, &format!("{name:12}"));
    writeln!(
        out,
        "{name}{}",
        sanitize::text(value).replace('\n', "\n            ")
    )
}

fn fields(job: &JobRecord, spec: &JobSpec, palette: Palette, out: &mut impl Write) -> io::Result<()> {
    let mut print = |name: &str, value: &str| field(palette, out, name, value);
    print("job", &job.name)?;
    print("state", job.state.as_str())?;
    if let Some(error) = &job.last_error {
        print("last error", error)?;
    }
    if let Some((reason, remedy)) = needs_attention(&job.name, &spec.environment) {
        print("attention", &format!("{reason}\n{remedy}"))?;
    }
    print("schedule", &spec.schedule.words())?;
    if let Some(next) = Schedules::default().next_at(job, &spec.schedule) {
        let seconds = next.as_second() % 60 != 0;
        let in_zone = zone(&spec.schedule.zone).map(|zone| time::show(next, &zone, seconds));
        let local = time::local(next.as_millisecond());
        print(
            "next",
            &match in_zone {
                Ok(in_zone) if in_zone != local => format!("{in_zone}, {local} (local)"),
                _ => local,
            },
        )?;
    }
    match run_of(spec) {
        Ok(run) => {
            match &run.prompt {
                PromptSource::Text(text) => print("prompt", text)?,
                PromptSource::File(file) => print("prompt from", &file.display().to_string())?,
            }
            print("directory", &run.cwd.display().to_string())?;
            let options = options_of(&run);
            if !options.is_empty() {
                print("options", &words(&options).join(" "))?;
            }
        }
        Err(error) => print("run", &error)?,
    }
    if !spec.environment.codex_config.is_empty() {
        print("settings", &spec.environment.codex_config.join("\n"))?;
    }
    if spec.session == SessionUse::Reuse {
        print("session", job.session_id.as_deref().unwrap_or("reuse (none yet)"))?;
    }
    for (name, hook) in [("on failure", &spec.on_failure), ("on success", &spec.on_success)] {
        if let Some(hook) = hook {
            print(name, hook)?;
        }
    }
    if let Some(codex) = &spec.environment.codex {
        print("codex", &codex.display().to_string())?;
    }
    if let Some(connect) = &spec.environment.connect {
        print("connects to", connect)?;
    }
    if let Some(home) = &spec.environment.codex_home {
        print("codex home", &home.display().to_string())?;
    }
    Ok(())
}
