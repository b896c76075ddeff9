//! The options of a turn. What they come to is in `plan`.

use std::path::{Path, PathBuf};

use crate::render::{Format, output};
use crate::run::OnApproval;
use crate::runtime::{ApprovalPolicy, Sandbox};
use clap::{ArgAction, Args, ValueEnum};

use super::approvals::on_approval;
use crate::commands::duration::{OptionalDuration, limit};
use crate::commands::failure::Failure;
use crate::commands::help::heading;
use crate::input::attachments;

/// What the agent of a session may do, how long, and who answers it.
#[derive(Debug, Args)]
pub(crate) struct AgentArgs {
    /// Working directory [default: current]
    #[arg(short = 'C', long = "cd", value_name = "DIR", help_heading = heading::AGENT)]
    pub(super) cd: Option<PathBuf>,
    /// Additional writable directory (repeatable)
    #[arg(long, value_name = "DIR", action = ArgAction::Append, help_heading = heading::AGENT, hide_short_help = true)]
    pub(super) add_dir: Vec<PathBuf>,
    /// Model [default: Codex's]
    #[arg(short, long, help_heading = heading::AGENT)]
    pub(super) model: Option<String>,
    /// Reasoning effort [default: medium]
    ///
    /// none, minimal, low, medium, high, xhigh, or another level of the server.
    #[arg(long, value_name = "LEVEL", help_heading = heading::AGENT)]
    pub(super) effort: Option<String>,
    /// Sandbox for commands [default: read-only]
    #[arg(long, value_name = "MODE", hide_possible_values = true, help_heading = heading::AGENT)]
    pub(super) sandbox: Option<SandboxArg>,
    /// When to ask for approval [default: never]
    #[arg(long, value_name = "POLICY", hide_possible_values = true, help_heading = heading::APPROVALS)]
    pub(super) approval: Option<ApprovalArg>,
    /// Allow privileged settings
    ///
    /// These are sandbox workspace-write with approval never, and sandbox danger-full-access.
    #[arg(long, help_heading = heading::AGENT)]
    pub(super) privileged: bool,
    /// Time limit; 0 for none
    #[arg(long, value_name = "DURATION", default_value = "120s", value_parser = limit, help_heading = heading::LIMITS)]
    pub(super) timeout: OptionalDuration,
    /// Stop the turn after this long without output
    #[arg(long, value_name = "DURATION", default_value = "0", value_parser = limit, hide_default_value = true, help_heading = heading::LIMITS, hide_short_help = true)]
    pub(super) idle_timeout: OptionalDuration,
    /// Stop the turn after this many tokens
    #[arg(long, value_name = "N", help_heading = heading::LIMITS, hide_short_help = true)]
    pub(super) max_tokens: Option<u64>,
    /// Use a skill (repeatable)
    #[arg(long, value_name = "NAME", action = ArgAction::Append, help_heading = heading::AGENT, hide_short_help = true)]
    pub(super) skill: Vec<String>,
    /// Do not save the session
    #[arg(long, help_heading = heading::AGENT, hide_short_help = true)]
    pub(super) ephemeral: bool,
    /// Name the session
    #[arg(long, value_name = "NAME", help_heading = heading::AGENT, hide_short_help = true)]
    pub(super) name: Option<String>,
    /// Also write all events to this file, as JSONL
    ///
    /// The file is private. `turnwise replay FILE` shows the run again.
    #[arg(long, value_name = "FILE", help_heading = heading::OUTPUT, hide_short_help = true)]
    pub(super) record: Option<PathBuf>,
    /// Rules that answer approval requests
    ///
    /// Default: policy.toml in the configuration directory.
    #[arg(long, value_name = "FILE", help_heading = heading::APPROVALS, hide_short_help = true)]
    pub(super) policy: Option<PathBuf>,
    /// Also the hooks of this file (repeatable)
    ///
    /// In addition to those of config.toml and of the project. See docs/hooks.md.
    #[arg(long, value_name = "FILE", action = ArgAction::Append, help_heading = heading::APPROVALS, hide_short_help = true)]
    pub(super) hook: Vec<PathBuf>,
    /// Run without hooks
    #[arg(long, conflicts_with = "hook", help_heading = heading::APPROVALS, hide_short_help = true)]
    pub(super) no_hooks: bool,
    /// Who answers approval requests
    ///
    /// ask: you, at this terminal. fail: cancel the turn, exit 5. decline: decline and continue. wait or wait=DURATION: wait for
    /// `turnwise approve`. Default: ask at a terminal, fail elsewhere.
    #[arg(long, value_name = "HOW", value_parser = on_approval, help_heading = heading::APPROVALS)]
    pub(super) on_approval: Option<OnApproval>,
}

/// The same, and what goes with one prompt, and how its turn is shown.
#[derive(Debug, Args)]
pub(crate) struct TurnArgs {
    #[command(flatten)]
    pub(crate) agent: AgentArgs,
    /// Attach a file or directory (repeatable)
    #[arg(short, long, value_name = "PATH", action = ArgAction::Append, help_heading = heading::PROMPT)]
    pub(super) attach: Vec<PathBuf>,
    /// Attach an image (repeatable)
    #[arg(short, long, value_name = "FILE", action = ArgAction::Append, help_heading = heading::PROMPT, hide_short_help = true)]
    pub(super) image: Vec<PathBuf>,
    /// JSON schema that the answer must match
    ///
    /// Exit code 6 if it does not.
    #[arg(long, value_name = "FILE", help_heading = heading::OUTPUT, hide_short_help = true)]
    pub(super) output_schema: Option<PathBuf>,
    /// Format: text, markdown, json or jsonl
    ///
    /// `--json` is the same as `--format json`.
    #[arg(
        short = 'o',
        long,
        value_name = "FORMAT",
        default_value = "text",
        hide_possible_values = true,
        help_heading = heading::OUTPUT
    )]
    pub(super) format: FormatArg,
    /// Stream messages into a pipe too
    #[arg(long, help_heading = heading::OUTPUT, hide_short_help = true)]
    pub(super) stream: bool,
    /// Also write the final answer to this file
    #[arg(short = 'O', long, value_name = "FILE", help_heading = heading::OUTPUT)]
    pub(super) output: Option<PathBuf>,
    /// Create the directory of --output
    #[arg(long, help_heading = heading::OUTPUT, hide_short_help = true)]
    pub(super) mkdir: bool,
    /// Write outputs for GitHub Actions
    ///
    /// Step outputs, a summary, and an annotation for a failure. Default: in GitHub Actions.
    #[arg(long, conflicts_with = "no_github", help_heading = heading::OUTPUT, hide_short_help = true)]
    pub(super) github: bool,
    /// Write no outputs for GitHub Actions
    #[arg(long, help_heading = heading::OUTPUT, hide_short_help = true)]
    pub(super) no_github: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SandboxArg {
    ReadOnly,
    WorkspaceWrite,
    DangerFullAccess,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ApprovalArg {
    /// Before every command without an allow rule; a command denied by the sandbox runs again outside it
    Untrusted,
    /// When the agent wants to leave the sandbox
    OnRequest,
    /// Never; a command denied by the sandbox fails
    Never,
}

/// Output formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatArg {
    /// Answer
    Text,
    /// Markdown document of the whole turn
    Markdown,
    /// One JSON document at the end
    Json,
    /// One JSON event per line, as it happens
    Jsonl,
}

impl From<SandboxArg> for Sandbox {
    fn from(sandbox: SandboxArg) -> Self {
        match sandbox {
            SandboxArg::ReadOnly => Self::ReadOnly,
            SandboxArg::WorkspaceWrite => Self::WorkspaceWrite,
            SandboxArg::DangerFullAccess => Self::DangerFullAccess,
        }
    }
}

impl From<ApprovalArg> for ApprovalPolicy {
    fn from(approval: ApprovalArg) -> Self {
        match approval {
            ApprovalArg::Untrusted => Self::Untrusted,
            ApprovalArg::OnRequest => Self::OnRequest,
            ApprovalArg::Never => Self::Never,
        }
    }
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Text => Self::Text,
            FormatArg::Markdown => Self::Markdown,
            FormatArg::Json => Self::Json,
            FormatArg::Jsonl => Self::Jsonl,
        }
    }
}

impl TurnArgs {
    pub(crate) fn format(&self) -> FormatArg {
        self.format
    }

    /// The same where no prompt can be shown: requests fail unless a flag says otherwise, or wait if somebody is told.
    pub(crate) fn away_from_the_terminal(&mut self, notified: bool) -> Result<(), Failure> {
        match self.agent.on_approval {
            Some(OnApproval::Ask) => Err(Failure::usage(
                "--on-approval ask: no terminal available for a prompt",
            )
            .hint("--on-approval wait queues requests for `turnwise approve`")),
            Some(_) => Ok(()),
            None => {
                self.agent.on_approval = Some(if notified {
                    OnApproval::Wait(None)
                } else {
                    OnApproval::Fail
                });
                Ok(())
            }
        }
    }

    /// The working directory that was asked for, or the present one.
    pub(crate) fn directory(&self) -> Result<PathBuf, Failure> {
        self.agent.directory()
    }

    /// Says whether what is written is kept from being commands to GitHub's runner, where an option does.
    pub(crate) fn guard_output(&self) {
        if self.github || self.no_github {
            output::guard(self.github);
        }
    }

    /// Whether nothing was said about a single prompt or how its turn is shown.
    pub(crate) fn is_plain(&self) -> bool {
        let Self {
            agent: _,
            attach,
            image,
            output_schema,
            format,
            stream,
            output,
            mkdir: _,
            github,
            no_github: _,
        } = self;
        attach.is_empty()
            && image.is_empty()
            && output_schema.is_none()
            && *format == FormatArg::Text
            && !stream
            && output.is_none()
            && !github
    }
}

impl AgentArgs {
    /// Whether the events are to be kept in a file.
    pub(crate) fn is_recorded(&self) -> bool {
        self.record.is_some()
    }

    /// The working directory that was asked for, or the present one.
    pub(crate) fn directory(&self) -> Result<PathBuf, Failure> {
        let Some(named) = &self.cd else {
            std::env::current_dir().map_err(|_| Failure::current_directory())?;
            return Ok(attachments::directory(Path::new("."), "--cd")?);
        };
        Ok(attachments::directory(named, "--cd")?)
    }
}
