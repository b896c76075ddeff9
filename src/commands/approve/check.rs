//! `approve check`: the policy's decision about a command, with its rule and reason.

use std::fmt::Write as _;

use crate::approval::policy::{Judgement, Question, Ruling};
use crate::approval::shell::{ShellLine, read, read_argv};
use crate::exit::Exit;
use crate::render::style::{Palette, Tone};
use crate::text::sanitize;
use clap::Args;
use serde::Serialize;

use super::{print, print_json};
use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::policy;

/// Show what the policy decides about a command
///
/// One argument is a shell line; several are a program and its arguments.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turnwise approve check -- \"git status && rm -rf build\"\n  turnwise approve check --policy night.toml -- git push"
)]
pub(crate) struct CheckArgs {
    /// Policy file
    ///
    /// Default: policy.toml in the configuration directory.
    #[arg(long, value_name = "FILE")]
    policy: Option<std::path::PathBuf>,
    /// Print JSON (`turnwise.check/1`)
    #[arg(long)]
    json: bool,
    /// Command
    #[arg(value_name = "COMMAND", required = true, last = true)]
    command: Vec<String>,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    #[serde(flatten)]
    judgement: &'a Judgement,
    /// The commands in the line, each with its own decision.
    commands: &'a [Part],
    /// Why the line cannot be reduced to plain commands.
    opaque: &'a Option<String>,
}

#[derive(Serialize)]
struct Part {
    words: Vec<String>,
    #[serde(flatten)]
    judgement: Judgement,
}

/// Runs the command.
pub(super) fn run(args: &CheckArgs, context: &Context) -> Result<Exit, Failure> {
    let cwd = std::env::current_dir().map_err(|error| Failure::system("the working directory", error))?;
    let policy = policy::load(args.policy.as_deref(), &cwd, context)?;
    let line = match &args.command[..] {
        [line] => read(line),
        argv => read_argv(argv),
    };
    let judge = |line: ShellLine| {
        policy.judge(&[Question::Command {
            line,
            cwd: cwd.clone(),
            root: cwd.clone(),
        }])
    };
    let judgement = judge(line.clone());
    let parts = line
        .opaque
        .is_none()
        .then(|| line.commands.iter())
        .into_iter()
        .flatten();
    let parts = parts
        .map(|command| Part {
            words: command.words.clone(),
            judgement: judge(ShellLine::of(command.clone())),
        })
        .collect::<Vec<_>>();
    if args.json {
        return print_json(
            context,
            &Document {
                schema: "turnwise.check/1",
                judgement: &judgement,
                commands: &parts,
                opaque: &line.opaque,
            },
        );
    }
    let palette = Palette::new(context.stdout.color);
    let mut text = sentence(&judgement, palette);
    if parts.len() > 1 {
        for part in &parts {
            // Writing to a String cannot fail.
            let _ = write!(text, "  {}", sentence(&part.judgement, palette));
        }
    }
    print(context, text.as_bytes())
}

fn sentence(judgement: &Judgement, palette: Palette) -> String {
    let tone = match judgement.decision {
        Ruling::Allow => Tone::Good,
        Ruling::Ask => Tone::Warn,
        Ruling::Deny => Tone::Bad,
    };
    let word = palette.paint(tone, judgement.decision.as_str());
    format!("{word}: {}\n", sanitize::line(&judgement.reason))
}
