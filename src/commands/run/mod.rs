//! `turnwise run`: one prompt, the answer on stdout.

mod advice;
mod approvals;
mod drive;
mod finish;
mod job_control;
mod next;
mod options;
mod parts;
mod plan;
mod prepared;
mod recording;
mod signals;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::exit::Exit;
use crate::files::{self, Limits};
use clap::Args;

use super::context::Context;
use super::failure::Failure;
use super::help::heading;
use super::tokio_runtime::runtime;
use crate::input::stdin::{self, Piped, Reading};
use crate::input::{InputError, on_thread, prompt};

pub(crate) use approvals::{Answers, ApprovalUi, on_approval};
pub(crate) use drive::{Task, drive, serve_turn};
pub(crate) use finish::fail_early;
pub(crate) use next::{Clock, Next, Waits, next};
pub(crate) use options::{AgentArgs, FormatArg, TurnArgs};
pub(crate) use plan::{Plan, Saved, demo_plan, render_options};
pub(crate) use prepared::{Started, prepare};
pub(crate) use recording::Recording;
pub(crate) use signals::Signals;

/// How long a prompt waits for a pipe that says nothing.
const STDIN_PATIENCE: Duration = Duration::from_secs(3);

/// Run one prompt and print the answer
///
/// The prompt is the arguments joined by spaces, followed by piped input in a <stdin> block. Without arguments, or with `-`,
/// piped input is the prompt. `turnwise "PROMPT"` does the same.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turnwise run \"What does this repository do?\"\n  git diff | turnwise run \"Review this change\"\n  turnwise run --format json --timeout 5m -f prompt.md -O answer.md\n  turnwise run --sandbox workspace-write --privileged \"Fix the failing test\""
)]
pub(crate) struct RunArgs {
    /// Prompt; `-` reads it from stdin
    #[arg(value_name = "PROMPT")]
    prompt: Vec<String>,
    #[command(flatten)]
    source: PromptArgs,
    #[command(flatten)]
    turn: TurnArgs,
}

impl RunArgs {
    /// The options of its turn.
    pub(crate) fn into_turn(self) -> TurnArgs {
        self.turn
    }
}

/// Where a prompt comes from besides the arguments.
#[derive(Debug, Args)]
pub(crate) struct PromptArgs {
    /// Read the prompt from a file
    #[arg(short = 'f', long, value_name = "FILE", conflicts_with = "prompt", help_heading = heading::PROMPT)]
    prompt_file: Option<PathBuf>,
    /// Read stdin to the end
    #[arg(long, conflicts_with = "no_stdin", help_heading = heading::PROMPT, hide_short_help = true)]
    stdin: bool,
    /// Ignore stdin
    #[arg(long, help_heading = heading::PROMPT, hide_short_help = true)]
    no_stdin: bool,
}

impl PromptArgs {
    /// Whether nothing was said about it.
    pub(crate) fn is_empty(&self) -> bool {
        self.prompt_file.is_none() && !self.stdin
    }

    /// Whether stdin is named as the prompt.
    fn is_stdin(&self, words: &[String]) -> bool {
        let file = self.prompt_file.as_deref();
        words == ["-"] || file.is_some_and(|file| file.as_os_str() == "-")
    }

    /// Whether the end of stdin is waited for because it was asked for.
    fn takes_stdin(&self, words: &[String]) -> bool {
        !self.no_stdin && (self.stdin || self.is_stdin(words))
    }
}

/// Runs the command.
pub(crate) fn run(args: RunArgs, context: &Context) -> Result<Exit, Failure> {
    let format = args.turn.format();
    args.turn.guard_output();
    let plan = match args.turn.plan(context) {
        Ok(plan) => plan,
        Err(failure) => return Ok(fail_early(&failure, format, context)),
    };
    execute(plan, args.prompt, args.source, context)
}

/// Runs a plan with a prompt that is yet to be read.
pub(crate) fn execute(
    plan: Plan,
    words: Vec<String>,
    source: PromptArgs,
    context: &Context,
) -> Result<Exit, Failure> {
    let (terminal, deadline) = (context.stdin_terminal, context.deadline);
    let typed = terminal && source.takes_stdin(&words);
    let task = async move {
        let began = Instant::now();
        let reading = said_and_piped(words, source, terminal, deadline.moment());
        let (text, warning) = if typed {
            reading.await?
        } else {
            let doing = || "reading the prompt".to_owned();
            deadline.hold_loosely(reading, doing).await??
        };
        Ok(Task::Prompt {
            text,
            warning,
            typed_for: if typed { began.elapsed() } else { Duration::ZERO },
        })
    };
    perform(plan, task, context)
}

/// Follows the turn that is running in the session of a plan.
pub(crate) fn attach(plan: Plan, context: &Context) -> Result<Exit, Failure> {
    perform(plan, async { Ok(Task::Attach) }, context)
}

fn perform(
    plan: Plan,
    task: impl Future<Output = Result<Task, Failure>>,
    context: &Context,
) -> Result<Exit, Failure> {
    let runtime = runtime()?;
    let exit = runtime.block_on(drive(plan, context.deadline, context, task));
    // A thread that reads stdin may be blocked for ever; nothing waits for it.
    runtime.shutdown_background();
    Ok(exit)
}

/// The prompt, and a warning if stdin was given up on.
async fn said_and_piped(
    words: Vec<String>,
    args: PromptArgs,
    terminal: bool,
    deadline: Option<Instant>,
) -> Result<(String, Option<String>), InputError> {
    let from_stdin = args.is_stdin(&words);
    if from_stdin && args.no_stdin {
        return Err(InputError::new(
            "`-` reads the prompt from stdin, which --no-stdin forbids",
        ));
    }
    let said = match &args.prompt_file {
        Some(file) if !from_stdin => {
            let name = format!("--prompt-file {}", file.display());
            let limits = Limits {
                bytes: files::LARGEST,
                deadline,
            };
            let file = file.clone();
            let bytes = on_thread(move || files::read(&file, limits)).await;
            let bytes = bytes.map_err(|error| InputError::of(&name, &error))?;
            Some(prompt::text(bytes, &name)?)
        }
        _ if from_stdin => None,
        _ => Some(words.join(" ")).filter(|said| !said.trim().is_empty()),
    };
    let asked_for = from_stdin || args.stdin;
    let reading = match (asked_for, &said) {
        _ if args.no_stdin => None,
        // A person who typed nothing would only wonder what it waits for.
        (false, _) if terminal => None,
        (true, _) | (false, None) => Some(Reading::ToTheEnd),
        (false, Some(_)) => Some(Reading::IfSomethingComes(STDIN_PATIENCE)),
    };
    let piped = match reading {
        Some(reading) => {
            let source = std::io::stdin();
            let deadline = stdin::deadline_of(&source, deadline);
            stdin::read(source, reading, deadline).await?
        }
        None => Piped::Bytes(Vec::new()),
    };
    let (piped, warning) = match piped {
        Piped::Bytes(bytes) => (Some(prompt::text(bytes, "stdin")?), None),
        Piped::Silent => {
            let warning = format!(
                "no input on stdin for {} s; continuing without it (--stdin waits for it, --no-stdin ignores it)",
                STDIN_PATIENCE.as_secs()
            );
            (None, Some(warning))
        }
    };
    if said.is_none() && asked_for && std::io::stdin().is_terminal() && piped.as_deref() == Some("") {
        return Err(InputError::new("no prompt: stdin ended without any text"));
    }
    Ok((prompt::assemble(said.as_deref(), piped.as_deref())?, warning))
}
