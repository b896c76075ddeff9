//! A hook that is a program: an argv, no shell. It reads the context on its stdin and writes its result to its stdout.

use std::ffi::OsString;
#[cfg(feature = "cli")]
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use tokio::process::Command;
use tokio_util::sync::CancellationToken;

#[cfg(feature = "cli")]
use super::Phase;
use super::document::{HookResult, document};
use super::hook::{AnyHook, Running};
use super::notice::{HookNotice, Notices};
use super::{HookAction, HookContext, HookError, PostHook, PreHook, ToolHook, ToolOpinion};
use crate::codex::{named, search_path};
use crate::environment::variable;
use crate::user_program::{ProgramEnd, ProgramError, ProgramLimits, UserProgram};

/// The maximum length of a result, in bytes.
pub(super) const LONGEST_RESULT: usize = 1024 * 1024;
/// The exit code by which a program blocks without a document.
const BLOCKS: i32 = 2;
/// Variables that a program gets of the environment: what programs need to run, and nothing that holds secrets.
const ENVIRONMENT: [&str; 13] = [
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TERM",
    "TZ",
    "TMPDIR",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "XDG_RUNTIME_DIR",
];

/// A program as a hook.
///
/// It gets a `turnwise.hook/1` document on stdin and writes a `turnwise.hook-result/1` document to stdout, or nothing for no
/// opinion. Exit code 2 blocks, with its stderr as the reason; any other but 0 is an error. It runs in the session's directory, in
/// its own process group, and is killed with everything it started when its time is over.
#[derive(Debug, Clone)]
pub struct ShellCommandHook {
    name: String,
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
}

impl ShellCommandHook {
    /// A program and its arguments. A program without a slash is looked up on the `PATH` when it is called.
    pub fn new<A: Into<OsString>>(
        name: impl Into<String>,
        program: impl Into<PathBuf>,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        Self {
            name: name.into(),
            program: program.into(),
            arguments: arguments.into_iter().map(Into::into).collect(),
            environment: Vec::new(),
        }
    }

    /// Adds a variable to its environment, which otherwise has only `PATH`, `HOME`, the locale and the like.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn command(&self, context: &HookContext) -> Result<Command, HookError> {
        let start = |source| HookError::Start {
            program: self.program.display().to_string(),
            source,
        };
        let program = match self.program.to_str() {
            Some(name) => named(name).map_err(|error| start(std::io::Error::other(error)))?,
            None => self.program.clone(),
        };
        let mut command = Command::new(program);
        command
            .args(&self.arguments)
            .env_clear()
            .env("PATH", search_path());
        for name in ENVIRONMENT {
            if let Some(value) = variable(name) {
                command.env(name, value);
            }
        }
        command
            .env("TURNWISE_HOOK_NAME", &self.name)
            .env("TURNWISE_HOOK_PHASE", context.phase.as_str())
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        if context.cwd.is_dir() {
            command.current_dir(&context.cwd);
        }
        Ok(command)
    }

    /// Calls it once with a document, or with a sample for the phase, and says what its result means.
    #[cfg(feature = "cli")]
    pub(crate) async fn call(
        &self,
        phase: Phase,
        cwd: &Path,
        input: Option<Vec<u8>>,
    ) -> Result<Called, HookError> {
        let context = HookContext::sample(phase, cwd);
        let input = input.unwrap_or_else(|| document(&self.name, &context));
        let end = self.end(&context, input).await?;
        let stderr = String::from_utf8_lossy(&end.stderr).trim().to_owned();
        let result = understood(end);
        let allows = matches!(&result, Ok(result) if result.allows());
        let blocks = matches!(&result, Ok(result) if result.blocks());
        let result = result.and_then(|result| {
            if phase == Phase::PreToolUse {
                result.opinion().map(|opinion| match opinion {
                    ToolOpinion::NoOpinion => "no opinion".to_owned(),
                    ToolOpinion::Ask => "ask".to_owned(),
                    ToolOpinion::Allow => "allow".to_owned(),
                    ToolOpinion::Deny(reason) => format!("deny: {reason}"),
                })
            } else {
                result.action().map(|action| match action {
                    HookAction::Noop => "no change".to_owned(),
                    HookAction::Mutate(patch) => format!("change: {}", patch.describe()),
                    HookAction::Block(reason) => format!("block: {reason}"),
                })
            }
        });
        Ok(Called {
            result,
            stderr,
            allows,
            blocks,
        })
    }

    async fn end(&self, context: &HookContext, input: Vec<u8>) -> Result<ProgramEnd, HookError> {
        let program =
            UserProgram::start_reading(self.command(context)?).map_err(|source| HookError::Start {
                program: self.program.display().to_string(),
                source,
            })?;
        // Whoever calls the hook limits it: dropped, the program is killed with its group.
        let limits = ProgramLimits {
            run: Duration::MAX,
            stopping: Duration::ZERO,
        };
        Ok(program.finish(input, limits, CancellationToken::new()).await)
    }

    async fn result(&self, context: &HookContext, notices: &Notices) -> Result<HookResult, HookError> {
        let end = self.end(context, document(&self.name, context)).await?;
        if !blocks(&end) {
            for line in String::from_utf8_lossy(&end.stderr).trim().lines() {
                notices.send(&HookNotice {
                    hook: self.name.clone(),
                    phase: context.phase,
                    message: line.to_owned(),
                });
            }
        }
        understood(end)
    }
}

/// What a hook did that was called once.
#[cfg(feature = "cli")]
pub(crate) struct Called {
    /// Its result in words.
    pub(crate) result: Result<String, HookError>,
    /// Its stderr.
    pub(crate) stderr: String,
    /// Whether it allows the use of a tool.
    pub(crate) allows: bool,
    /// Whether it blocks or denies.
    pub(crate) blocks: bool,
}

fn blocks(end: &ProgramEnd) -> bool {
    matches!(&end.outcome, Err(ProgramError::Failed(status)) if status.code() == Some(BLOCKS))
}

fn understood(end: ProgramEnd) -> Result<HookResult, HookError> {
    if blocks(&end) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        let reason = match text(&end.stderr) {
            said if said.is_empty() => text(&end.stdout),
            said => said,
        };
        return Ok(HookResult::block(reason));
    }
    end.outcome.map_err(|error| HookError::Ended(error.to_string()))?;
    if end.stdout.len() > LONGEST_RESULT {
        return Err(HookError::TooLong(LONGEST_RESULT));
    }
    HookResult::read(&end.stdout)
}

impl AnyHook<HookAction> for ShellCommandHook {
    fn run<'a>(&'a self, context: &'a HookContext, notices: &'a Notices) -> Running<'a, HookAction> {
        Box::pin(async move { self.result(context, notices).await?.action() })
    }
}

impl AnyHook<ToolOpinion> for ShellCommandHook {
    fn run<'a>(&'a self, context: &'a HookContext, notices: &'a Notices) -> Running<'a, ToolOpinion> {
        Box::pin(async move { self.result(context, notices).await?.opinion() })
    }
}

impl AnyHook<()> for ShellCommandHook {
    fn run<'a>(&'a self, context: &'a HookContext, notices: &'a Notices) -> Running<'a, ()> {
        Box::pin(async move { self.result(context, notices).await.map(drop) })
    }
}

impl PreHook for ShellCommandHook {
    fn name(&self) -> String {
        self.name.clone()
    }

    async fn run(&self, context: &HookContext) -> Result<HookAction, HookError> {
        self.result(context, &Notices::default()).await?.action()
    }
}

impl ToolHook for ShellCommandHook {
    fn name(&self) -> String {
        self.name.clone()
    }

    async fn run(&self, context: &HookContext) -> Result<ToolOpinion, HookError> {
        self.result(context, &Notices::default()).await?.opinion()
    }
}

impl PostHook for ShellCommandHook {
    fn name(&self) -> String {
        self.name.clone()
    }

    async fn run(&self, context: &HookContext) -> Result<(), HookError> {
        self.result(context, &Notices::default()).await.map(drop)
    }
}
