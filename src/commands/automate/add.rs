//! `turnwise automate add` and `edit`: everything that can be wrong is found before anything is saved.

use std::io;
use std::path::Path;

use crate::automation::jobs::{JobPrompt, JobSpec, OnError, SavedSchedule, SessionUse, next_wake};
use crate::automation::{Missed, zone};
use crate::exit::Exit;
use crate::ledger::JobLedger;
use crate::ledger::jobs::{JobRecord, JobState, NewJob};
use crate::render::output;
use crate::render::style::Palette;
use clap::Args;

use super::environment::{accept_removed, change, check, here, renew};
use super::job_args::{Given, JobArgs, now};
use super::jobs::{Change, Jobs, checked_name};
use super::run_options::{RunOptions, unset};
use super::time;
use super::upcoming::upcoming;
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
    after_help = "Examples:\n  turnwise automate add nightly --cron \"0 3 * * *\" \"Check the links in docs\"\n  turnwise automate add review --every 6h --session reuse --on-failure \"mail -s review me\" -f review.md"
)]
pub(super) struct AddArgs {
    // First, because reading an argument takes it away.
    #[command(flatten)]
    given: Given,
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
    given: Given,
    /// Job
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
    let mut spec = JobSpec {
        prompt: prompt_of(&args.prompt, &args.about, context)?.ok_or_else(|| {
            let example = format!("turnwise automate add {name} --every 6h \"Check the links in docs\"");
            Failure::usage("no prompt").hint(format!("for example: {example}"))
        })?,
        schedule: args.about.schedule()?,
        session: SessionUse::default(),
        on_error: OnError::default(),
        retries: 0,
        missed: Missed::default(),
        jitter_ms: 0,
        on_failure: None,
        on_success: None,
        cwd: attachments::directory(
            args.options.directory.as_deref().unwrap_or(Path::new(".")),
            "--cd",
        )?,
        options: args.options.given.clone(),
        surroundings: here(&args.given, context)?,
    };
    args.about.apply(&mut spec)?;
    if !args.options.answers_configured {
        // Somebody learns of a request that waits only if there is a notifier.
        let how = if context.global.notify.is_empty() {
            "fail"
        } else {
            "wait"
        };
        let answers = spec.options.entry("on-approval".to_owned());
        answers.or_insert_with(|| vec![how.to_owned()]);
    }
    check(&spec, context)?;
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
    if !jobs.ledger.add_job(&job)? {
        return Err(Failure::usage(format!("job {name} already exists"))
            .hint(format!("change it with `turnwise automate edit {name}`")));
    }
    jobs.ring();
    let (job, spec) = jobs.named(name)?;
    show_next("Saved", &job, &spec, context)
}

/// Changes a job.
pub(super) fn edit(mut args: EditArgs, context: &Context) -> Result<Exit, Failure> {
    let jobs = Jobs::open(context)?;
    args.about.keep_only(&args.given);
    let args = args;
    let prompt = prompt_of(&args.prompt, &args.about, context)?;
    let (job, spec) = jobs.change(&args.job, |job, mut spec| {
        if let Some(prompt) = &prompt {
            spec.prompt = prompt.clone();
        }
        if let Some(directory) = &args.options.directory {
            spec.cwd = attachments::directory(directory, "--cd")?;
        }
        spec.options.extend(args.options.given.clone());
        let mut schedule_changes = args.about.changes_schedule();
        for name in &args.unset {
            schedule_changes |= take_away(&mut spec, name)?;
        }
        if args.about.changes_schedule() {
            spec.schedule = args.about.changed_schedule(&spec.schedule)?;
        }
        let sessions = spec.session;
        args.about.apply(&mut spec)?;
        if args.here {
            spec.surroundings = renew(&spec.surroundings, &args.given, context)?;
        } else {
            change(&mut spec.surroundings, &args.given, context)?;
        }
        check(&spec, context)?;
        if schedule_changes {
            will_run(&spec.schedule, job.runs)?;
        }
        let waits = !spec.surroundings.removed_settings.is_empty();
        Ok(Change {
            // What was finished has something to come again.
            state: match job.state {
                JobState::Finished if schedule_changes && !waits => JobState::Active,
                state => state,
            },
            passes_over: schedule_changes.then_some("the schedule was changed"),
            forget_error: false,
            forget_session: spec.session != sessions,
            spec,
        })
    })?;
    show_next("Changed", &job, &spec, context)
}

/// Whether it belongs to the schedule.
fn take_away(spec: &mut JobSpec, name: &str) -> Result<bool, Failure> {
    match name.trim_start_matches('-') {
        "start-at" => spec.schedule.start_at = None,
        "stop-at" => spec.schedule.stop_at = None,
        "max-runs" => spec.schedule.max_runs = None,
        other => {
            match other {
                "on-failure" => spec.on_failure = None,
                "on-success" => spec.on_success = None,
                "codex-config" => {
                    spec.surroundings.codex_config.clear();
                    accept_removed(&mut spec.surroundings);
                }
                other => unset(&mut spec.options, other)?,
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
fn prompt_of(words: &[String], about: &JobArgs, context: &Context) -> Result<Option<JobPrompt>, Failure> {
    if let Some(file) = &about.prompt_file {
        let file = attachments::file(file, "--prompt-file")?;
        return Ok(Some(JobPrompt::File(file)));
    }
    if words == ["-"] {
        if context.stdin_terminal && !context.global.quiet {
            say("Type the prompt; Ctrl-D ends it.");
        }
        // `--timeout` is the runs', not this command's.
        let bytes = stdin::read_now(None)?;
        return Ok(Some(JobPrompt::Text(prompt::text(bytes, "stdin")?)));
    }
    Ok((!words.is_empty()).then(|| JobPrompt::Text(words.join(" "))))
}

/// A job that is not yet kept, as far as its due times are concerned.
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
fn show_next(verb: &str, job: &JobRecord, spec: &JobSpec, context: &Context) -> Result<Exit, Failure> {
    if context.global.quiet {
        return Ok(Exit::Success);
    }
    let zone = zone(&spec.schedule.zone)?;
    let schedule = spec.schedule.schedule()?;
    let times = schedule.times(now(), job.runs).take(SHOWN).collect::<Vec<_>>();
    let state = match job.state {
        JobState::Active => String::new(),
        state => format!(" ({})", state.word()),
    };
    let next = if times.is_empty() {
        "No more runs."
    } else {
        "Next runs:"
    };
    say(&format!("{verb} {}{state}. {next}", job.name));
    let local = time::zone_or_local(None).ok();
    let palette = Palette::new(context.stdout.color);
    match upcoming(&times, &zone, local.as_ref(), palette, &mut output::stdout()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::system("stdout", error)),
        _ => Ok(Exit::Success),
    }
}
