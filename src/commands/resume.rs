//! `turnwise resume`: continues a saved session, with the options and outputs of `run`.

use crate::exit::Exit;
use clap::Args;

use super::chat;
use super::context::Context;
use super::failure::Failure;
use super::resumption::resumption;
use super::run::{PromptArgs, Saved as SavedPlan, TurnArgs, attach, execute, fail_early};
use super::sessions::Saved;

/// Resume a saved session
///
/// SESSION is an ID, the start of an ID, or a name. Sandbox, approval policy, model and effort stay as in its last turn unless
/// a flag changes them. At a terminal, without a prompt, it opens a chat.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turnwise resume --last \"And now the tests\"\n  turnwise resume 01a1fc41 \"Continue\"\n  git diff | turnwise resume review --format json -"
)]
pub(crate) struct ResumeArgs {
    /// Session to resume; not with --last
    #[arg(value_name = "SESSION")]
    session: Option<String>,
    /// Prompt; `-` reads it from stdin
    #[arg(value_name = "PROMPT")]
    prompt: Vec<String>,
    /// The most recent session of this directory
    #[arg(long)]
    last: bool,
    /// Rejoin its running turn (with --connect)
    ///
    /// Pending approval requests are asked again.
    #[arg(long, conflicts_with_all = ["prompt", "prompt_file", "stdin"], hide_short_help = true)]
    join: bool,
    /// Include all directories
    #[arg(long, hide_short_help = true)]
    all: bool,
    #[command(flatten)]
    source: PromptArgs,
    #[command(flatten)]
    turn: TurnArgs,
}

/// Runs the command.
pub(crate) fn run(mut args: ResumeArgs, context: &Context) -> Result<Exit, Failure> {
    let format = args.turn.format();
    args.turn.guard_output();
    if args.last {
        // With --last, the first word belongs to the prompt.
        args.prompt.splice(0..0, args.session.take());
    }
    let plan = saved(&args, context).and_then(|saved| {
        let plan = args.turn.plan_for(Some(&saved), context)?;
        // A chat prints its own status.
        if !says_nothing(&args, context) {
            let id = &saved.id;
            let (cwd, profile) = (plan.spec.cwd.display(), &plan.profile);
            let (sandbox, approval) = (profile.sandbox.as_str(), profile.approval.as_str());
            context.note(&format!(
                "Resuming {id} in {cwd}: sandbox {sandbox}, approval {approval}"
            ));
        }
        Ok(plan)
    });
    match plan {
        Ok(plan) if args.join => attach(plan, context),
        Ok(plan) if says_nothing(&args, context) => chat::open(plan, context),
        Ok(plan) => execute(plan, args.prompt, args.source, context),
        Err(failure) => Ok(fail_early(&failure, format, context)),
    }
}

/// Whether to open a chat: at a terminal, without a prompt.
fn says_nothing(args: &ResumeArgs, context: &Context) -> bool {
    let at_terminal = context.stdin_terminal && context.stdout.terminal && context.stderr.terminal;
    at_terminal && !args.join && args.prompt.is_empty() && args.source.is_empty() && args.turn.is_plain()
}

fn saved(args: &ResumeArgs, context: &Context) -> Result<SavedPlan, Failure> {
    let saved = Saved::read(context)?;
    let here = args.turn.directory()?;
    let directory = (!args.all).then_some(here.as_path());
    let session = match &args.session {
        _ if args.last => saved.last(directory)?,
        Some(word) => saved.named(word)?,
        None if context.stdin_terminal && context.stderr.terminal => saved.picked(directory)?,
        None => return Err(Failure::usage("no session given; name one, or use --last")),
    };
    resumption(&session, &saved.sessions, here)
}
