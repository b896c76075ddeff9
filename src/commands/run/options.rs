//! The options of a turn. What they come to is in `plan`.

use std::path::PathBuf;

use crate::render::{Format, output};
use crate::run::OnApproval;
use crate::runtime::{ApprovalPolicy, Sandbox};
use clap::{ArgAction, Args, ValueEnum};

use super::approvals::on_approval;
use crate::commands::duration::{OptionalDuration, limit};
use crate::commands::failure::Failure;
use crate::input::attachments;

/// What the agent of a session may do, how long, and who answers it.
#[derive(Debug, Args)]
pub(crate) struct AgentArgs {
    /// Work in this directory [default: here]
    #[arg(short = 'C', long = "cd", value_name = "DIR")]
    pub(super) cd: Option<PathBuf>,
    /// Let a workspace-write sandbox write here too (repeatable)
    #[arg(long, value_name = "DIR", action = ArgAction::Append)]
    pub(super) add_dir: Vec<PathBuf>,
    /// The model [default: Codex's]
    #[arg(short, long)]
    pub(super) model: Option<String>,
    /// Reasoning effort: none, minimal, low, medium, high, xhigh, or what the server knows [default: medium]
    #[arg(long, value_name = "LEVEL")]
    pub(super) effort: Option<String>,
    /// What commands can touch [default: read-only]
    #[arg(long, value_name = "MODE")]
    pub(super) sandbox: Option<SandboxArg>,
    /// When the agent has to ask [default: never]
    #[arg(long, value_name = "POLICY")]
    pub(super) approval: Option<ApprovalArg>,
    /// Allow what is privileged: workspace-write with approval never, and danger-full-access
    #[arg(long)]
    pub(super) privileged: bool,
    /// End the turn after this long; 0 for never
    #[arg(long, value_name = "DURATION", default_value = "120s", value_parser = limit)]
    pub(super) timeout: OptionalDuration,
    /// End the turn when nothing was heard from Codex for this long
    #[arg(long, value_name = "DURATION", default_value = "0", value_parser = limit, hide_default_value = true)]
    pub(super) idle_timeout: OptionalDuration,
    /// End the turn when it has used more tokens than this
    #[arg(long, value_name = "N")]
    pub(super) max_tokens: Option<u64>,
    /// Use a skill by its name (repeatable)
    #[arg(long, value_name = "NAME", action = ArgAction::Append)]
    pub(super) skill: Vec<String>,
    /// Save nothing: the session cannot be resumed
    #[arg(long)]
    pub(super) ephemeral: bool,
    /// Name the session
    #[arg(long, value_name = "NAME")]
    pub(super) name: Option<String>,
    /// Rules that answer requests before anybody is asked [default: policy.toml in the configuration's directory]
    #[arg(long, value_name = "FILE")]
    pub(super) policy: Option<PathBuf>,
    /// Who answers what no rule decides: ask (at this terminal), fail (cancel the turn, exit 5), decline (say no and go
    /// on), wait or wait=DURATION (for `turnwise approve`) [default: ask at a terminal, fail elsewhere]
    #[arg(long, value_name = "HOW", value_parser = on_approval)]
    pub(super) on_approval: Option<OnApproval>,
}

/// The same, and what goes with one prompt, and how its turn is shown.
#[derive(Debug, Args)]
pub(crate) struct TurnArgs {
    #[command(flatten)]
    pub(crate) agent: AgentArgs,
    /// Mention a file or directory (repeatable)
    #[arg(short, long, value_name = "PATH", action = ArgAction::Append)]
    pub(super) attach: Vec<PathBuf>,
    /// Send an image (repeatable)
    #[arg(short, long, value_name = "FILE", action = ArgAction::Append)]
    pub(super) image: Vec<PathBuf>,
    /// The JSON schema that the answer has to match; otherwise exit 6
    #[arg(long, value_name = "FILE")]
    pub(super) output_schema: Option<PathBuf>,
    /// What is written to stdout
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: FormatArg,
    /// Stream messages into a pipe too, instead of the final answer only
    #[arg(long)]
    pub(super) stream: bool,
    /// Also write the final answer to this file
    #[arg(short = 'O', long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Write outputs, a summary and an annotation for GitHub Actions [default: in Actions]
    #[arg(long, conflicts_with = "no_github")]
    pub(super) github: bool,
    /// Do not, even there
    #[arg(long)]
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
    /// Every command without an allow rule; one that the sandbox denies is run again outside of it
    Untrusted,
    /// When the agent wants to leave the sandbox
    OnRequest,
    /// Never: what the sandbox denies fails
    Never,
}

/// Output formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatArg {
    /// The answer
    Text,
    /// The whole turn as a Markdown document
    Markdown,
    /// One JSON document at the end
    Json,
    /// One JSON event a line, as it happens
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
                "--on-approval ask: there is no place for a prompt here",
            )
            .hint("--on-approval wait parks requests for `turnwise approve`")),
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
    /// The working directory that was asked for, or the present one.
    pub(crate) fn directory(&self) -> Result<PathBuf, Failure> {
        let here = PathBuf::from(".");
        Ok(attachments::directory(self.cd.as_ref().unwrap_or(&here), "--cd")?)
    }
}
