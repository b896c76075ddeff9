//! `turnwise hooks list`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::super::context::Context;
use super::super::failure::Failure;
use super::specs;
use crate::config::hooks::Owner;
use crate::exit::Exit;
use crate::input::attachments;
use crate::plugin::{OnError, Phase};
use crate::render::columns::{Cell, Columns};
use crate::render::style::Tone;
use crate::text::sanitize;

/// List the hooks of runs in this directory
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  turnwise hooks list\n  turnwise hooks list --json")]
pub(super) struct ListArgs {
    /// Directory of the runs [default: current]
    #[arg(short = 'C', long = "cd", value_name = "DIR")]
    cd: Option<PathBuf>,
    /// Also a file with hooks (repeatable)
    #[arg(long, value_name = "FILE")]
    hook: Vec<PathBuf>,
    /// Print JSON (`turnwise.hooks/1`)
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    hooks: Vec<HookOut<'a>>,
}

#[derive(Serialize)]
struct HookOut<'a> {
    name: &'a str,
    on: &'a [Phase],
    command: &'a [String],
    timeout_ms: u64,
    on_error: &'static str,
    may_allow: bool,
    owner: &'static str,
    place: &'a str,
}

/// Runs the command.
pub(super) fn run(args: &ListArgs, context: &Context) -> Result<Exit, Failure> {
    let cwd = attachments::directory(args.cd.as_deref().unwrap_or(Path::new(".")), "--cd")?;
    let (specs, warnings) = specs(&args.hook, &cwd, context)?;
    for warning in warnings {
        context.note(&format!("warning: {}", sanitize::line(&warning)));
    }
    if args.json {
        let hooks = specs.iter().map(|spec| HookOut {
            name: &spec.name,
            on: &spec.phases,
            command: &spec.command,
            timeout_ms: u64::try_from(spec.timeout.as_millis()).unwrap_or(u64::MAX),
            on_error: match spec.on_error {
                OnError::Block => "block",
                OnError::Ignore => "ignore",
            },
            may_allow: spec.may_allow,
            owner: match spec.owner {
                Owner::User => "user",
                Owner::Project => "project",
            },
            place: &spec.place,
        });
        context.print_json(&Document {
            schema: "turnwise.hooks/1",
            hooks: hooks.collect(),
        })?;
        return Ok(Exit::Success);
    }
    if specs.is_empty() {
        context.note("No hooks.");
        return Ok(Exit::Success);
    }
    let mut columns = Columns::default();
    for spec in &specs {
        let phases = spec
            .phases
            .iter()
            .map(|phase| phase.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        let command = spec.command.join(" ");
        columns.row([
            Cell::plain(sanitize::line(&spec.name)),
            Cell::plain(phases),
            Cell::plain(sanitize::line(&command).into_owned()),
            Cell::toned(Tone::Faint, sanitize::line(&spec.place)),
        ]);
    }
    context.print(|out| columns.write(context.palette(), out))?;
    Ok(Exit::Success)
}
