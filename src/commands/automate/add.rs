//! `turnwise automate add` and `edit`: everything that can be wrong is found before anything is saved.

use std::path::Path;

use crate::automation::jobs::{JobSpec, OnError, SavedSchedule, SessionUse, next_wake};
use crate::automation::{Missed, zone};
use crate::exit::Exit;
use crate::ledger::JobLedger;
use crate::ledger::jobs::{JobRecord, JobState, NewJob};
use crate::run::PromptSource;
use clap::Args;

use super::environment::{
    accept_removed, capture_environment, check, check_names, recapture_environment, update_environment,
};
use super::job_args::{ExplicitArgs, JobArgs, now};
use super::jobs::{Change, Jobs, checked_name};
use super::run_form::{Options, options_of, run_of, run_with, saved};
use super::run_options::{RunOptions, unset};
use super::time;
use super::upcoming::upcoming;
use super::wait::wait;
use super::warning::warn_of_no_scheduler;
use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::say;
use crate::input::{attachments, prompt, stdin};

/// How many runs are shown.
const SHOWN: usize = 3;

/// Save a prompt as a scheduled job
///
/// `turnwise automate tick` or `daemon` runs saved jobs; `turnwise automate install` shows how to start them automatically.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turnwise automate add nightly --cron \"0 3 * * *\" \"Check the links in docs\"\n  turnwise automate add review --every 6h --session reuse -f review.md"
)]
pub(super) struct AddArgs {
    // First, because reading an argument takes it away.
    #[command(flatten)]
    given: ExplicitArgs,
    /// Name of the job
    #[arg(value_name = "NAME")]
    job: String,
    /// Prompt; `-` reads it from stdin now
    #[arg(value_name = "PROMPT")]
    prompt: Vec<String>,
    #[command(flatten)]
    about: JobArgs,
    #[command(flatten)]
    options: RunOptions,
}

/// Change a job; options that are not given stay as they are
#[derive(Debug, Args)]
pub(super) struct EditArgs {
    // First, because reading an argument takes it away.
    #[command(flatten)]
    given: ExplicitArgs,
    /// The job
    #[arg(value_name = "NAME")]
    job: String,
    /// New prompt; `-` reads it from stdin now
    #[arg(value_name = "PROMPT")]
    prompt: Vec<String>,
    #[command(flatten)]
    about: JobArgs,
    #[command(flatten)]
    options: RunOptions,
    /// Remove an option, such as model or max-runs (repeatable)
    #[arg(long, value_name = "OPTION")]
    unset: Vec<String>,
    /// Refresh from the current environment
    ///
    /// It takes codex, Codex's home, PATH, configuration and profile from here.
    #[arg(long)]
    here: bool,
}

/// Saves a new job.
pub(super) fn add(args: &AddArgs, context: &Context) -> Result<Exit, Failure> {
    let name = checked_name(&args.job)?;
    let prompt = prompt_of(&args.prompt, &args.about, context)?.ok_or_else(|| {
        let example = format!("turnwise automate add {name} --every 6h \"Check the links in docs\"");
        Failure::usage("no prompt").hint(format!("for example: {example}"))
    })?;
    let schedule = args.about.schedule()?;
    let cwd = args.options.directory.as_deref().unwrap_or(Path::new("."));
    let cwd = attachments::directory(cwd, "--cd")?;
    let environment = capture_environment(&args.given, context)?;
    let mut options = args.options.given.clone();
    if !args.options.answers_configured {
        // Somebody learns of a request that waits only if there is a notifier.
        let how = if context.global.notify.is_empty() {
            "fail"
        } else {
            "wait"
        };
        let answers = options.entry("on-approval".to_owned());
        answers.or_insert_with(|| vec![how.to_owned()]);
    }
    let run = run_with(cwd, prompt, &options)?;
    check_names(&environment, &run)?;
    let mut spec = JobSpec {
        run: saved(&run)?,
        schedule,
        session: SessionUse::default(),
        on_error: OnError::default(),
        retries: 0,
        missed: Missed::default(),
        jitter_ms: 0,
        on_failure: None,
        on_success: None,
        environment,
    };
    args.about.apply(&mut spec)?;
    check(&spec, &run, context)?;
    let now = now();
    will_run(&spec.schedule, 0)?;
    let jobs = Jobs::open(context)?;
    let mut job = NewJob {
        name: name.to_owned(),
        spec: spec.to_json().map_err(Failure::usage)?,
        created_at: now.as_millisecond(),
        wake_at: None,
    };
    job.wake_at = next_wake(&unsaved(&job), &spec, now)?;
    if !wait(jobs.ledger.add_job(&job))? {
        return Err(Failure::usage(format!("job {name} already exists"))
            .hint(format!("change it with `turnwise automate edit {name}`")));
    }
    jobs.ring();
    let (job, spec) = jobs.named(name)?;
    show_next("Saved", &job, &spec, context)?;
    warn_of_no_scheduler(std::slice::from_ref(&job), &jobs, context)?;
    Ok(Exit::Success)
}

/// Changes a job.
pub(super) fn edit(mut args: EditArgs, context: &Context) -> Result<Exit, Failure> {
    let jobs = Jobs::open(context)?;
    args.about.keep_only(&args.given);
    let args = args;
    let prompt = prompt_of(&args.prompt, &args.about, context)?;
    let (job, spec) = jobs.change(&args.job, |job, mut spec| {
        let old = run_of(&spec).map_err(|error| Failure::usage(format!("{}: {error}", args.job)))?;
        let cwd = match &args.options.directory {
            Some(directory) => attachments::directory(directory, "--cd")?,
            None => old.cwd.clone(),
        };
        let mut options = options_of(&old);
        options.extend(args.options.given.clone());
        let mut schedule_changes = args.about.changes_schedule();
        for name in &args.unset {
            schedule_changes |= take_away(&mut spec, &mut options, name)?;
        }
        if args.about.changes_schedule() {
            spec.schedule = args.about.changed_schedule(&spec.schedule)?;
        }
        let sessions = spec.session;
        args.about.apply(&mut spec)?;
        if args.here {
            spec.environment = recapture_environment(&spec.environment, &args.given, context)?;
        } else {
            update_environment(&mut spec.environment, &args.given, context)?;
        }
        let run = run_with(cwd, prompt.clone().unwrap_or(old.prompt), &options)?;
        check_names(&spec.environment, &run)?;
        spec.run = saved(&run)?;
        check(&spec, &run, context)?;
        if schedule_changes {
            will_run(&spec.schedule, job.runs)?;
        }
        let waits = !spec.environment.removed_settings.is_empty();
        Ok(Change {
            // A finished job has due times again.
            state: match job.state {
                JobState::Finished if schedule_changes && !waits => JobState::Active,
                state => state,
            },
            skip_reason: schedule_changes.then_some("the schedule was changed"),
            forget_error: false,
            forget_session: spec.session != sessions,
            spec,
        })
    })?;
    show_next("Changed", &job, &spec, context)?;
    Ok(Exit::Success)
}

/// Whether it belongs to the schedule.
fn take_away(spec: &mut JobSpec, options: &mut Options, name: &str) -> Result<bool, Failure> {
    match name.trim_start_matches('-') {
        "start-at" => spec.schedule.start_at = None,
        "stop-at" => spec.schedule.stop_at = None,
        "max-runs" => spec.schedule.max_runs = None,
        other => {
            match other {
                "on-failure" => spec.on_failure = None,
                "on-success" => spec.on_success = None,
                "codex-config" => {
                    spec.environment.codex_config.clear();
                    accept_removed(&mut spec.environment);
                }
                other => unset(options, other)?,
            }
            return Ok(false);
        }
    }
    Ok(true)
}

/// A schedule that will never run again is a slip.
fn will_run(schedule: &SavedSchedule, runs: u64) -> Result<(), Failure> {
    let now = now();
    schedule.check()?;
    if schedule.schedule()?.times(now, runs).next().is_some() {
        return Ok(());
    }
    let zone = zone(&schedule.zone)?;
    Err(Failure::usage(format!(
        "the schedule has no run after {}",
        time::show(now, &zone, true)
    )))
}

/// The prompt that was given.
fn prompt_of(words: &[String], about: &JobArgs, context: &Context) -> Result<Option<PromptSource>, Failure> {
    if let Some(file) = &about.prompt_file {
        let file = attachments::file(file, "--prompt-file")?;
        return Ok(Some(PromptSource::File(file)));
    }
    if words == ["-"] {
        if context.stdin_terminal {
            context.note("Type the prompt; Ctrl-D ends it.");
        }
        // `--timeout` is the runs', not this command's.
        let bytes = stdin::read_now(None)?;
        return Ok(Some(PromptSource::Text(prompt::text(bytes, "stdin")?)));
    }
    Ok((!words.is_empty()).then(|| PromptSource::Text(words.join(" "))))
}

/// The record of an unsaved job, for its due times.
fn unsaved(job: &NewJob) -> JobRecord {
    JobRecord {
        id: 0,
        name: job.name.clone(),
        spec: String::new(),
        state: JobState::Active,
        revision: 0,
        last_error: None,
        session_id: None,
        created_at: job.created_at,
        handled_at: job.created_at,
        runs: 0,
        wake_at: None,
        ended_at: None,
        last_run: None,
    }
}

/// Says when it runs next, in its own zone and the local one.
fn show_next(verb: &str, job: &JobRecord, spec: &JobSpec, context: &Context) -> Result<(), Failure> {
    if context.global.quiet {
        return Ok(());
    }
    let zone = zone(&spec.schedule.zone)?;
    let schedule = spec.schedule.schedule()?;
    let times = schedule.times(now(), job.runs).take(SHOWN).collect::<Vec<_>>();
    let state = match job.state {
        JobState::Active => String::new(),
        state => format!(" ({})", state.as_str()),
    };
    let next = if times.is_empty() {
        "No more runs."
    } else {
        "Next runs:"
    };
    say(&format!("{verb} {}{state}. {next}", job.name));
    let local = time::zone_or_local(None).ok();
    let palette = context.palette();
    context.print(|mut out| upcoming(&times, &zone, local.as_ref(), palette, &mut out))
}
