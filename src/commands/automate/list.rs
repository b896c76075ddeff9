//! `turnwise automate list` and `show`: saved jobs, their state and what is next.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use crate::automation::jobs::{JobPrompt, JobSpec, OnError, SavedSchedule, SavedTrigger, SessionUse};
use crate::automation::process::logs;
use crate::automation::{Missed, Schedule, zone};
use crate::exit::Exit;
use crate::ledger::JobLedger;
use crate::ledger::jobs::{JobRecord, JobState};
use crate::render::output;
use crate::render::style::{Palette, Tone};
use crate::text::safe_json;
use crate::text::sanitize;
use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::environment::needs_attention;
use super::history;
use super::jobs::Jobs;
use super::run_options::words;
use super::stop_all;
use super::time;
use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::say;

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
struct Document {
    schema: &'static str,
    stopped: bool,
    jobs: Vec<Listed>,
}

/// A job in `turnwise.jobs/1`.
#[derive(Serialize)]
struct Listed {
    name: String,
    state: &'static str,
    next_at: Option<String>,
    last_run: Option<&'static str>,
    last_error: Option<String>,
    runs: u64,
    session_id: Option<String>,
    created_at: String,
    revision: i64,
    /// What it does; none if it was written by another version.
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

fn about(spec: &JobSpec) -> About {
    let schedule = spec.schedule.clone();
    let (mut cron, mut every_ms, mut at) = (None, None, None);
    let words = schedule.words();
    match schedule.trigger {
        SavedTrigger::Cron(expression) => cron = Some(expression),
        SavedTrigger::Every { interval_ms, .. } => every_ms = Some(interval_ms),
        SavedTrigger::At(time) => at = Some(time.to_string()),
    }
    let (prompt, prompt_file) = match &spec.prompt {
        JobPrompt::Text(text) => (Some(text.clone()), None),
        JobPrompt::File(file) => (None, Some(file.clone())),
    };
    About {
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
        cwd: spec.cwd.clone(),
        codex: spec.surroundings.codex.clone(),
        connect: spec.surroundings.connect.clone(),
        codex_home: spec.surroundings.codex_home.clone(),
        codex_config: spec.surroundings.codex_config.clone(),
        removed_settings: spec.surroundings.removed_settings.clone(),
        options: spec.options.clone(),
    }
}

/// Schedules by what was asked for: among many jobs many have the same, and reading an expression takes longest of all.
#[derive(Default)]
struct Schedules<'a>(HashMap<&'a SavedSchedule, Option<Schedule>>);

impl<'a> Schedules<'a> {
    /// When a job runs next, if it does.
    fn next_at(&mut self, job: &JobRecord, saved: &'a SavedSchedule) -> Option<Timestamp> {
        if job.state != JobState::Active {
            return None;
        }
        let schedule = self.0.entry(saved);
        let schedule = schedule.or_insert_with(|| saved.schedule().ok());
        schedule
            .as_ref()?
            .times(time::moment_of(job.handled_at), job.runs)
            .next()
    }
}

fn listed<'a>(job: &JobRecord, spec: Option<&'a JobSpec>, schedules: &mut Schedules<'a>) -> Listed {
    Listed {
        name: job.name.clone(),
        state: job.state.word(),
        next_at: spec
            .and_then(|spec| schedules.next_at(job, &spec.schedule))
            .map(|time| time.to_string()),
        last_run: job.last_run.map(crate::ledger::jobs::JobRunState::word),
        last_error: job.last_error.clone(),
        runs: job.runs,
        session_id: job.session_id.clone(),
        created_at: time::utc(job.created_at),
        revision: job.revision,
        about: spec.map(about),
    }
}

fn json<'a>(
    jobs: impl Iterator<Item = (&'a JobRecord, Option<&'a JobSpec>)>,
    stopped: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut schedules = Schedules::default();
    let document = Document {
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
    let all = jobs.ledger.jobs()?;
    let stopped = stop_all::is_in_force(&jobs.state);
    let mut out = BufWriter::new(output::stdout());
    let written = if args.json {
        let specs = all.iter().map(|job| JobSpec::from_json(&job.spec).ok());
        let specs = specs.collect::<Vec<_>>();
        let all = all.iter().zip(&specs).map(|(job, spec)| (job, spec.as_ref()));
        json(all, stopped, &mut out)
    } else {
        if !context.global.quiet {
            if stopped {
                say("All jobs are stopped; release them with `turnwise automate stop-all --release`.");
            }
            if all.is_empty() {
                say("No jobs yet; see `turnwise automate add --help`.");
            }
        }
        table(&all, Palette::new(context.stdout.color), &mut out)
    };
    done(written.and_then(|()| out.flush()))
}

fn table(jobs: &[JobRecord], palette: Palette, out: &mut impl Write) -> io::Result<()> {
    let width = jobs.iter().map(|job| job.name.len()).max().unwrap_or_default();
    let schedules = jobs.iter().map(|job| SavedSchedule::of_json(&job.spec).ok());
    let schedules = schedules.collect::<Vec<_>>();
    let words = schedules.iter().map(|schedule| match schedule {
        Some(schedule) => sanitize::line(&schedule.words()).into_owned(),
        None => "unknown schedule (other version)".to_owned(),
    });
    let words = words.collect::<Vec<_>>();
    let wide = words.iter().map(|words| words.chars().count()).max();
    let wide = wide.unwrap_or_default();
    let (mut known, here) = (Schedules::default(), TimeZone::system());
    for ((job, schedule), words) in jobs.iter().zip(&schedules).zip(&words) {
        let tone = match job.state {
            JobState::Active => Tone::Good,
            JobState::Paused | JobState::Finished => Tone::Faint,
            JobState::Stopped => Tone::Bad,
        };
        let name = palette.paint(Tone::Strong, &format!("{:width$}", job.name));
        let state = palette.paint(tone, &format!("{:8}", job.state.word()));
        let last = job
            .last_run
            .map_or("never ran", crate::ledger::jobs::JobRunState::word);
        write!(out, "{name}  {state}  {words:wide$}  {last:11}")?;
        let next = schedule
            .as_ref()
            .and_then(|schedule| known.next_at(job, schedule));
        match next {
            Some(next) => writeln!(
                out,
                "  next {}",
                time::show(next, &here, next.as_second() % 60 != 0)
            )?,
            None if waits_for_attention(job) => {
                writeln!(out, "  see `turnwise automate show {}`", job.name)?;
            }
            None => writeln!(out)?,
        }
    }
    Ok(())
}

/// Whether a job does not run until somebody has changed it. Read only where the word is there, for lists of thousands.
fn waits_for_attention(job: &JobRecord) -> bool {
    job.spec.contains("removed_settings")
        && JobSpec::from_json(&job.spec).is_ok_and(|spec| !spec.surroundings.removed_settings.is_empty())
}

/// Shows one job.
pub(super) fn show(args: &ShowArgs, context: &Context) -> Result<Exit, Failure> {
    let jobs = Jobs::open(context)?;
    let (job, spec) = jobs.named(&args.job)?;
    let stopped = stop_all::is_in_force(&jobs.state);
    let runs = jobs.ledger.job_runs(Some(job.id), 10)?;
    let mut out = BufWriter::new(output::stdout());
    let written = if args.json {
        json(std::iter::once((&job, Some(&spec))), stopped, &mut out)
    } else {
        if stopped && !context.global.quiet {
            say("All jobs are stopped; release them with `turnwise automate stop-all --release`.");
        }
        let palette = Palette::new(context.stdout.color);
        fields(&job, &spec, palette, &mut out).and_then(|()| {
            let logs = logs::directory(&jobs.state, &job.name);
            field(palette, &mut out, "logs", &logs.display().to_string())?;
            if runs.is_empty() {
                return Ok(());
            }
            writeln!(out)?;
            history::table(&runs, true, palette, &mut out)
        })
    };
    done(written.and_then(|()| out.flush()))
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
    let mut say = |name: &str, value: &str| field(palette, out, name, value);
    say("job", &job.name)?;
    say("state", job.state.word())?;
    if let Some(error) = &job.last_error {
        say("last error", error)?;
    }
    if let Some((reason, remedy)) = needs_attention(&job.name, &spec.surroundings) {
        say("attention", &format!("{reason}\n{remedy}"))?;
    }
    say("schedule", &spec.schedule.words())?;
    if let Some(next) = Schedules::default().next_at(job, &spec.schedule) {
        let seconds = next.as_second() % 60 != 0;
        let in_zone = zone(&spec.schedule.zone).map(|zone| time::show(next, &zone, seconds));
        let local = time::local(next.as_millisecond());
        say(
            "next",
            &match in_zone {
                Ok(in_zone) if in_zone != local => format!("{in_zone}, {local} (local)"),
                _ => local,
            },
        )?;
    }
    match &spec.prompt {
        JobPrompt::Text(text) => say("prompt", text)?,
        JobPrompt::File(file) => say("prompt from", &file.display().to_string())?,
    }
    say("directory", &spec.cwd.display().to_string())?;
    if !spec.options.is_empty() {
        say("options", &words(&spec.options).join(" "))?;
    }
    if !spec.surroundings.codex_config.is_empty() {
        say("settings", &spec.surroundings.codex_config.join("\n"))?;
    }
    if spec.session == SessionUse::Reuse {
        say("session", job.session_id.as_deref().unwrap_or("reuse (none yet)"))?;
    }
    for (name, hook) in [("on failure", &spec.on_failure), ("on success", &spec.on_success)] {
        if let Some(hook) = hook {
            say(name, hook)?;
        }
    }
    if let Some(codex) = &spec.surroundings.codex {
        say("codex", &codex.display().to_string())?;
    }
    if let Some(connect) = &spec.surroundings.connect {
        say("connects to", connect)?;
    }
    if let Some(home) = &spec.surroundings.codex_home {
        say("codex home", &home.display().to_string())?;
    }
    Ok(())
}

/// A reader that went away has seen enough.
pub(super) fn done(written: io::Result<()>) -> Result<Exit, Failure> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::system("stdout", error)),
        _ => Ok(Exit::Success),
    }
}
