//! `turnwise automate pause`, `unpause` and `remove`.

use crate::automation::process::logs;
use crate::exit::Exit;
use crate::ledger::JobLedger;
use crate::ledger::jobs::JobState;
use clap::Args;

use super::environment::needs_attention;
use super::jobs::{Change, Jobs};
use super::wait::wait;
use crate::commands::context::Context;
use crate::commands::failure::Failure;

/// The jobs to change.
#[derive(Debug, Args)]
pub(super) struct NamesArgs {
    /// Jobs
    #[arg(value_name = "NAME", required = true)]
    jobs: Vec<String>,
}

/// Pauses jobs. Running ones finish.
pub(super) fn pause(args: &NamesArgs, context: &Context) -> Result<Exit, Failure> {
    let jobs = Jobs::open(context)?;
    for name in &args.jobs {
        let (job, _) = jobs.change(name, |job, spec| {
            Ok(Change {
                spec,
                state: match job.state {
                    JobState::Active | JobState::Stopped => JobState::Paused,
                    state => state,
                },
                skip_reason: None,
                forget_error: false,
                forget_session: false,
            })
        })?;
        confirm(context, &changed("Paused", name, job.state, JobState::Paused));
    }
    Ok(Exit::Success)
}

/// Unpauses paused and stopped jobs. Missed runs are skipped.
pub(super) fn unpause(args: &NamesArgs, context: &Context) -> Result<Exit, Failure> {
    let jobs = Jobs::open(context)?;
    for name in &args.jobs {
        let (job, _) = jobs.change(name, |job, spec| {
            if let Some((reason, remedy)) = needs_attention(name, &spec.environment) {
                return Err(Failure::usage(format!("{name}: {reason}")).hint(remedy));
            }
            let skip_reason = match job.state {
                JobState::Paused => Some("the job was paused"),
                JobState::Stopped => Some("the job was stopped after an error"),
                JobState::Active | JobState::Finished => None,
            };
            Ok(Change {
                spec,
                state: skip_reason.map_or(job.state, |_| JobState::Active),
                skip_reason,
                forget_error: job.state == JobState::Stopped,
                forget_session: false,
            })
        })?;
        confirm(context, &changed("Unpaused", name, job.state, JobState::Active));
    }
    Ok(Exit::Success)
}

/// Removes jobs, with their history and logs.
pub(super) fn remove(args: &NamesArgs, context: &Context) -> Result<Exit, Failure> {
    let jobs = Jobs::open(context)?;
    for name in &args.jobs {
        let job = jobs.record(name)?;
        if !wait(jobs.ledger.remove_job(job.id))? {
            return Err(
                Failure::new(Exit::Temporary, "busy", format!("{name} is running"))
                    .hint("pause it, then remove it when the run has ended"),
            );
        }
        let logs = logs::directory(&jobs.state, name);
        if let Err(error) = std::fs::remove_dir_all(&logs)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(Failure::system(logs.display(), error));
        }
        jobs.ring();
        confirm(context, &format!("Removed {name}."));
    }
    Ok(Exit::Success)
}

/// The change that was made, or the state of a job that could not be brought into the wanted one.
fn changed(verb: &str, name: &str, state: JobState, wanted: JobState) -> String {
    if state == wanted {
        format!("{verb} {name}.")
    } else {
        format!("{name} is {}.", state.as_str())
    }
}

fn confirm(context: &Context, sentence: &str) {
    context.note(sentence);
}
