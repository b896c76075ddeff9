//! `turnwise hooks test`: calls one hook with a document, and says what its result means.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::super::context::Context;
use super::super::failure::Failure;
use super::specs;
use crate::commands::tokio_runtime::runtime;
use crate::exit::Exit;
use crate::input::attachments;
use crate::plugin::Phase;
use crate::text::sanitize;

/// Call a hook once and show its result
///
/// The hook reads the document from stdin; without one it reads a sample for the phase.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turnwise hooks test scan\n  turnwise hooks test scan --phase pre-tool-use < sample.json"
)]
pub(super) struct TestArgs {
    /// Hook
    name: String,
    /// Phase [default: the hook's first]
    #[arg(long)]
    phase: Option<Phase>,
    /// Directory of the run [default: current]
    #[arg(short = 'C', long = "cd", value_name = "DIR")]
    cd: Option<PathBuf>,
    /// Also a file with hooks (repeatable)
    #[arg(long, value_name = "FILE")]
    hook: Vec<PathBuf>,
}

/// Runs the command. The exit code is 0 for a result that lets it happen, 5 for one that blocks or denies, 1 for an error of the
/// hook.
pub(super) fn run(args: &TestArgs, context: &Context) -> Result<Exit, Failure> {
    let cwd = attachments::directory(args.cd.as_deref().unwrap_or(Path::new(".")), "--cd")?;
    let (specs, _) = specs(&args.hook, &cwd, context)?;
    let Some(spec) = specs.iter().find(|spec| spec.name == args.name) else {
        let names = specs.iter().map(|spec| spec.name.as_str()).collect::<Vec<_>>();
        let known = if names.is_empty() {
            "no hooks are configured".to_owned()
        } else {
            format!("possible values: {}", names.join(", "))
        };
        return Err(Failure::usage(format!("hook {} not found; {known}", args.name)));
    };
    let phase = args
        .phase
        .or(spec.phases.first().copied())
        .unwrap_or(Phase::PreTurn);
    if !spec.phases.contains(&phase) {
        let phases = spec
            .phases
            .iter()
            .map(|phase| phase.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        let message = format!("--phase {phase}: hook {} is called in {phases}", spec.name);
        return Err(Failure::usage(message));
    }
    let mut document = Vec::new();
    if !context.stdin_terminal {
        std::io::stdin()
            .read_to_end(&mut document)
            .map_err(|error| Failure::system("stdin", error))?;
    }
    let document = (!document.is_empty()).then_some(document);
    let called = runtime()?.block_on(async {
        let program = spec.program();
        tokio::time::timeout(spec.timeout, program.call(phase, &cwd, document)).await
    });
    let failed = |reason: String| {
        Failure::new(
            Exit::Failed,
            "hook_failed",
            format!("hook {}: {reason}", spec.name),
        )
    };
    let called = called.map_err(|_| failed(format!("no result within {} s", spec.timeout.as_secs_f32())))?;
    let shown = called.map_err(|error| failed(error.to_string()))?;
    // The stderr of a program that ended with 2 is its reason.
    let is_reason = matches!(&shown.result, Ok(result) if result.ends_with(&shown.stderr));
    for line in shown.stderr.lines().filter(|_| !is_reason) {
        context.note(&format!("stderr: {}", sanitize::line(line)));
    }
    let result = shown.result.map_err(|error| failed(error.to_string()))?;
    if shown.allows && !spec.may_allow {
        return Err(failed(
            "it allowed the use of a tool without `may_allow`".to_owned(),
        ));
    }
    context.print(|out| writeln!(out, "{}", sanitize::line(&result)))?;
    Ok(if shown.blocks {
        Exit::Approval
    } else {
        Exit::Success
    })
}
