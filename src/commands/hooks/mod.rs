//! `turnwise hooks`, and which hooks a run has: those of `config.toml`, of `--hook` files, and of a project that is trusted.

mod list;
mod notices;
mod test;
mod trust;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::context::Context;
use super::failure::Failure;
use crate::config::hooks::{HookSpec, Owner, in_config, in_file};
use crate::config::path_of;
use crate::exit::Exit;
use crate::input::text_of;
use crate::plugin::interceptor::HookRunner;
use crate::plugin::{Hooks, OnError, Phase};
use crate::runtime::ApprovalPolicy;

pub(crate) use notices::Notices;

/// Manage hooks: your programs around runs, turns and tools
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  turnwise hooks list\n  turnwise hooks test scan")]
pub(crate) struct HooksArgs {
    #[command(subcommand)]
    command: HooksCommand,
}

#[derive(Debug, Subcommand)]
enum HooksCommand {
    List(list::ListArgs),
    Test(test::TestArgs),
    /// Print the JSON schemas of the documents that hooks read and write
    #[command(after_help = "Example:\n  turnwise hooks schema > hooks.schema.json")]
    Schema,
    Trust(trust::TrustArgs),
}

/// The JSON schemas of both documents.
const SCHEMAS: &str = include_str!("schema.json");

/// Runs the command.
pub(crate) fn run(args: HooksArgs, context: &Context) -> Result<Exit, Failure> {
    match args.command {
        HooksCommand::List(args) => list::run(&args, context),
        HooksCommand::Test(args) => test::run(&args, context),
        HooksCommand::Schema => {
            context.print(|out| out.write_all(SCHEMAS.as_bytes()))?;
            Ok(Exit::Success)
        }
        HooksCommand::Trust(args) => trust::run(&args, context),
    }
}

/// The hooks of a run.
#[derive(Debug, Default)]
pub(crate) struct RunHooks {
    /// None if there are no hooks.
    pub(crate) runner: Option<Arc<HookRunner>>,
    pub(crate) notices: Notices,
    /// What to say before the run.
    pub(crate) warnings: Vec<String>,
}

/// The hooks that are configured: the user's own, those of these files, and those of the project, if it is trusted. Also what to
/// say of a project that is not.
fn specs(files: &[PathBuf], cwd: &Path, context: &Context) -> Result<(Vec<HookSpec>, Vec<String>), Failure> {
    let named = context.global.config.as_deref();
    let deadline = context.deadline.moment();
    let mut specs = Vec::new();
    if let (Some(path), Some(text)) = (path_of(named), &context.global.config_text) {
        specs.extend(in_config(text, &path)?);
    }
    for path in files {
        let text = text_of(&format!("--hook {}", path.display()), path, deadline)?;
        let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        specs.extend(in_file(&text, &path, Owner::User)?);
    }
    let mut warnings = Vec::new();
    if let Some(project) = trust::Project::find(cwd)? {
        if project.is_trusted(context)? {
            specs.extend(project.specs()?);
        } else {
            warnings.push(format!(
                "the hooks in {} are not used, because they are not trusted; review them, then run `turnwise hooks trust`",
                project.path().display()
            ));
        }
    }
    Ok((specs, warnings))
}

/// The hooks for a run in this directory.
pub(crate) fn load(
    files: &[PathBuf],
    no_hooks: bool,
    cwd: &Path,
    approval: ApprovalPolicy,
    context: &Context,
) -> Result<RunHooks, Failure> {
    if no_hooks {
        return Ok(RunHooks::default());
    }
    let (specs, mut warnings) = specs(files, cwd, context)?;
    if specs.is_empty() {
        return Ok(RunHooks {
            warnings,
            ..RunHooks::default()
        });
    }
    let of_tools = specs.iter().find(|spec| spec.phases.contains(&Phase::PreToolUse));
    if let Some(spec) = of_tools
        && approval == ApprovalPolicy::Never
    {
        let message = format!(
            "hook {} ({}): with approval never the agent does not ask before it uses tools, so that the hook would see none",
            spec.name, spec.place
        );
        if spec.on_error == OnError::Block {
            return Err(Failure::usage(message)
                .hint("use --approval on-request or untrusted, or --no-hooks to run without hooks"));
        }
        warnings.push(message);
    }
    let notices = Notices::default();
    let sink = notices.clone();
    let hooks = specs
        .iter()
        .fold(Hooks::new(), |hooks, spec| spec.add_to(hooks))
        .on_notice(move |notice| sink.send(&notice.to_string()))
        .with_tools_in_chain();
    hooks.check()?;
    Ok(RunHooks {
        runner: Some(HookRunner::new(hooks)),
        notices,
        warnings,
    })
}
