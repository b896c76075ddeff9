//! `turnwise demo`: the whole thing without an account, on a scripted model.

use std::time::{Duration, Instant};

use crate::codex::{CodexError, Found, NEWEST_TESTED};
use crate::demo::{ScriptedHome, ScriptedModel, showcase};
use crate::environment;
use crate::exit::Exit;
use crate::render::prompt::confirm;
use clap::Args;

use super::codex::install_codex;
use super::context::Context;
use super::duration::{OptionalDuration, limit};
use super::failure::Failure;
use super::run::{FormatArg, Plan, Task, demo_plan, drive};
use crate::commands::tokio_runtime::runtime;

/// What is asked when nothing else was.
const PROMPT: &str = "What is turnwise, and does it work here?";

/// Try it offline, without an account
///
/// A real codex app-server talks to a scripted model on this machine.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  turnwise demo\n  turnwise demo --prompt \"hello\" --format json")]
pub(crate) struct DemoArgs {
    /// Prompt to send
    #[arg(long, value_name = "TEXT")]
    prompt: Option<String>,
    /// Install Codex without asking, if it is missing
    #[arg(short, long)]
    yes: bool,
    /// Output format
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "text")]
    format: FormatArg,
    /// Give up after this long; 0 for never
    #[arg(long, value_name = "DURATION", default_value = "120s", value_parser = limit)]
    timeout: OptionalDuration,
}

/// Runs the command.
pub(crate) fn run(args: &DemoArgs, context: &Context) -> Result<Exit, Failure> {
    let (asking, mut deadline) = (Instant::now(), context.deadline);
    let codex = find_or_install(args.yes, context)?;
    // A person may take time to answer, and an install may be slow.
    deadline.put_off(asking.elapsed());
    let prompt = args.prompt.clone().unwrap_or_else(|| PROMPT.to_owned());
    if prompt.trim().is_empty() {
        return Err(Failure::usage("--prompt: the prompt is empty"));
    }
    let homes = context.directories()?.cache.join("demo");
    ScriptedHome::sweep(&homes);
    let runtime = runtime()?;
    let exit = runtime.block_on(async {
        let model = ScriptedModel::start(showcase()).await.map_err(|error| {
            Failure::system("the scripted model", error).hint("it needs a free port on 127.0.0.1")
        })?;
        let home = ScriptedHome::create(&homes, &model.base_url(), "").map_err(|error| {
            Failure::system(homes.display(), error).hint("set TURNWISE_HOME to a writable directory")
        })?;
        let work = tempfile::tempdir_in(environment::temp_dir()).map_err(|error| {
            Failure::system("a temporary directory", error).hint("set TMPDIR to a writable directory")
        })?;
        context.note("Demo: the model is scripted; no account is used, nothing leaves this machine.");
        let plan: Plan = demo_plan(
            codex,
            home.path(),
            work.path(),
            args.format,
            args.timeout.0,
            context,
        )?;
        let task = Task::Prompt {
            text: prompt,
            warning: None,
            typed_for: Duration::ZERO,
        };
        let exit = Box::pin(drive(plan, deadline, context, std::future::ready(Ok(task)))).await;
        if let Some(line) = last_words(exit) {
            context.note(line);
        }
        Ok(exit)
    });
    runtime.shutdown_background();
    exit
}

/// The closing note. Errors were printed before.
fn last_words(exit: Exit) -> Option<&'static str> {
    match exit {
        Exit::Success => Some("Demo finished. Next: `turnwise doctor`, then `turnwise run \"…\"`."),
        // Whoever stopped it knows.
        Exit::Interrupt | Exit::Terminate | Exit::Hangup => None,
        Exit::Approval => {
            Some("Demo: you cancelled the request, which stopped the turn. Run it again and answer y or n.")
        }
        Exit::Failed
        | Exit::Usage
        | Exit::Codex
        | Exit::Unauthorized
        | Exit::Schema
        | Exit::Temporary
        | Exit::Timeout => Some("Demo failed. Run `turnwise doctor` to find the cause."),
    }
}

/// The installed codex, or a new install if the user agrees.
fn find_or_install(agreed: bool, context: &Context) -> Result<Found, Failure> {
    match crate::codex::find(context.global.codex.as_deref(), context.directories.as_ref()) {
        Ok(found) => return Ok(found),
        Err(CodexError::NotFound { .. }) if agreed => {}
        Err(error @ CodexError::NotFound { .. }) if context.stdin_terminal && context.stderr.terminal => {
            let question = format!(
                "Codex is not installed. Install codex {NEWEST_TESTED} for turnwise (about 400 MB, with npm)?"
            );
            if !confirm(&question).unwrap_or(false) {
                return Err(error.into());
            }
        }
        Err(error @ CodexError::NotFound { .. }) => {
            return Err(Failure::from(error).hint("run `turnwise demo --yes` to install one"));
        }
        Err(error) => return Err(error.into()),
    }
    install_codex(NEWEST_TESTED, context)
}
