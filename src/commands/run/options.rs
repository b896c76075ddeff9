//! The options of a turn, and what they come to once they are checked.

use std::path::{Path, PathBuf};

use clap::{ArgAction, Args, ValueEnum};
use turnwise::approval::ask::RunContext;
use turnwise::codex::Found;
use turnwise::render::{Format, RenderOptions, Surface};
use turnwise::runtime::{ApprovalPolicy, ClientConfig, Prompt, RunProfile, Sandbox};

use super::approvals::{Answers, OnApproval, on_approval};
use crate::commands::context::Context;
use crate::commands::duration::{Limit, limit};
use crate::commands::failure::Failure;
use crate::input::output::OutputFile;
use crate::input::schema::OutputSchema;
use crate::input::{InputError, attachments};

/// What a turn may do, how long, and how it is shown.
#[derive(Debug, Args)]
pub(crate) struct TurnArgs {
    /// Work in this directory [default: here]
    #[arg(short = 'C', long = "cd", value_name = "DIR")]
    cd: Option<PathBuf>,
    /// Let a workspace-write sandbox write here too (repeatable)
    #[arg(long, value_name = "DIR", action = ArgAction::Append)]
    add_dir: Vec<PathBuf>,
    /// The model [default: Codex's]
    #[arg(short, long)]
    model: Option<String>,
    /// Reasoning effort: none, minimal, low, medium, high, xhigh, or what the server knows
    #[arg(long, value_name = "LEVEL", default_value = "medium")]
    effort: String,
    /// What commands can touch
    #[arg(long, value_name = "MODE", default_value = "read-only")]
    sandbox: SandboxArg,
    /// When the agent has to ask
    #[arg(long, value_name = "POLICY", default_value = "never")]
    approval: ApprovalArg,
    /// Allow what is privileged: workspace-write with approval never, and danger-full-access
    #[arg(long)]
    privileged: bool,
    /// End the turn after this long; 0 for never
    #[arg(long, value_name = "DURATION", default_value = "120s", value_parser = limit)]
    timeout: Limit,
    /// End the turn when nothing was heard from Codex for this long
    #[arg(long, value_name = "DURATION", default_value = "0", value_parser = limit, hide_default_value = true)]
    idle_timeout: Limit,
    /// End the turn when it has used more tokens than this
    #[arg(long, value_name = "N")]
    max_tokens: Option<u64>,
    /// Mention a file or directory (repeatable)
    #[arg(short, long, value_name = "PATH", action = ArgAction::Append)]
    attach: Vec<PathBuf>,
    /// Send an image (repeatable)
    #[arg(short, long, value_name = "FILE", action = ArgAction::Append)]
    image: Vec<PathBuf>,
    /// Use a skill by its name (repeatable)
    #[arg(long, value_name = "NAME", action = ArgAction::Append)]
    skill: Vec<String>,
    /// The JSON schema that the answer has to match; otherwise exit 6
    #[arg(long, value_name = "FILE")]
    output_schema: Option<PathBuf>,
    /// Save nothing: the session cannot be resumed
    #[arg(long)]
    ephemeral: bool,
    /// Name the session
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Rules that answer requests before anybody is asked [default: policy.toml in the configuration's directory]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Who answers what no rule decides: ask (at this terminal), fail (cancel the turn, exit 5), decline (say no and go
    /// on), wait or wait=DURATION (for `turnwise approve`) [default: ask at a terminal, fail elsewhere]
    #[arg(long, value_name = "HOW", value_parser = on_approval)]
    on_approval: Option<OnApproval>,
    /// What is written to stdout
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "text")]
    format: FormatArg,
    /// Stream messages into a pipe too, instead of the final answer only
    #[arg(long)]
    stream: bool,
    /// Also write the final answer to this file
    #[arg(short = 'O', long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write outputs, a summary and an annotation for GitHub Actions [default: in Actions]
    #[arg(long, conflicts_with = "no_github")]
    github: bool,
    /// Do not, even there
    #[arg(long)]
    no_github: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SandboxArg {
    ReadOnly,
    WorkspaceWrite,
    DangerFullAccess,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ApprovalArg {
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

/// A run whose options have been checked.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) client: ClientConfig,
    pub(crate) cwd: PathBuf,
    pub(crate) profile: RunProfile,
    pub(crate) inputs: Inputs,
    pub(crate) schema: Option<OutputSchema>,
    pub(crate) ephemeral: bool,
    pub(crate) name: Option<String>,
    pub(crate) answers: Answers,
    pub(crate) output: Option<OutputFile>,
    pub(crate) github: bool,
    pub(crate) render: RenderOptions,
}

/// What goes with the text of the prompt.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    attachments: Vec<PathBuf>,
    images: Vec<PathBuf>,
    skills: Vec<String>,
}

impl Inputs {
    /// The prompt with everything that goes with it.
    pub(crate) fn prompt(&self, text: String) -> Prompt {
        let mut prompt = Prompt::from(text);
        for path in &self.attachments {
            prompt = prompt.attach(path);
        }
        for path in &self.images {
            prompt = prompt.image(path);
        }
        for name in &self.skills {
            prompt = prompt.skill(name);
        }
        prompt
    }
}

impl From<InputError> for Failure {
    fn from(error: InputError) -> Self {
        Self {
            hint: error.hint,
            ..Self::usage(error.message)
        }
    }
}

impl TurnArgs {
    pub(crate) fn format(&self) -> FormatArg {
        self.format
    }

    /// Checks everything that can be wrong before Codex is started.
    pub(crate) fn plan(&self, context: &Context) -> Result<Plan, Failure> {
        let here = PathBuf::from(".");
        let cwd = attachments::directory(self.cd.as_ref().unwrap_or(&here), "--cd")?;
        let schema = self
            .output_schema
            .as_deref()
            .map(OutputSchema::load)
            .transpose()?;
        let profile = self.profile(schema.as_ref())?;
        profile.check()?;
        let inputs = Inputs {
            attachments: self
                .attach
                .iter()
                .map(|path| attachments::existing(path, "--attach"))
                .collect::<Result<_, _>>()?,
            images: self
                .image
                .iter()
                .map(|path| attachments::image(path))
                .collect::<Result<_, _>>()?,
            skills: self.skill.clone(),
        };
        let answers = Answers::plan(
            self.on_approval,
            self.policy.as_deref(),
            run_context(&cwd, &profile, context.codex_home()),
            context,
        )?;
        let in_actions = std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true");
        let github = !self.no_github && (self.github || in_actions);
        Ok(Plan {
            output: self.output.as_deref().map(OutputFile::prepare).transpose()?,
            client: context.client_config(context.codex()?),
            cwd,
            profile,
            inputs,
            schema,
            ephemeral: self.ephemeral,
            name: self.name.clone(),
            render: RenderOptions {
                prompts: answers.prompts(),
                ..render_options(self.format, self.stream, github, context)
            },
            answers,
            github,
        })
    }

    fn profile(&self, schema: Option<&OutputSchema>) -> Result<RunProfile, Failure> {
        if self.effort.trim().is_empty() {
            return Err(Failure::usage("--effort: a level is missing, such as medium"));
        }
        let mut profile = RunProfile::new()
            .effort(&self.effort)
            .sandbox(match self.sandbox {
                SandboxArg::ReadOnly => Sandbox::ReadOnly,
                SandboxArg::WorkspaceWrite => Sandbox::WorkspaceWrite,
                SandboxArg::DangerFullAccess => Sandbox::DangerFullAccess,
            })
            .approval(match self.approval {
                ApprovalArg::Untrusted => ApprovalPolicy::Untrusted,
                ApprovalArg::OnRequest => ApprovalPolicy::OnRequest,
                ApprovalArg::Never => ApprovalPolicy::Never,
            })
            .timeout(self.timeout.0)
            .idle_timeout(self.idle_timeout.0)
            .max_tokens(self.max_tokens);
        if let Some(model) = &self.model {
            profile = profile.model(model);
        }
        for directory in &self.add_dir {
            profile = profile.writable_root(attachments::directory(directory, "--add-dir")?);
        }
        if let Some(schema) = schema {
            profile = profile.output_schema(schema.value.clone());
        }
        if self.privileged {
            profile = profile.allow_privileged_escalation();
        }
        Ok(profile)
    }
}

/// What a person has to know about a run to judge what it asks.
fn run_context(cwd: &Path, profile: &RunProfile, codex_home: PathBuf) -> RunContext {
    RunContext {
        cwd: cwd.to_owned(),
        sandbox: profile.sandbox_mode().word().to_owned(),
        approval: profile.approval_policy().word().to_owned(),
        codex_home,
        session_id: None,
    }
}

/// How a run, or a recorded one, is shown here.
pub(crate) fn render_options(
    format: FormatArg,
    stream: bool,
    github: bool,
    context: &Context,
) -> RenderOptions {
    // The runner of GitHub Actions is no terminal, whatever it says.
    let surface = |surface: Surface| {
        if github {
            Surface {
                interactive: false,
                ..surface
            }
        } else {
            surface
        }
    };
    RenderOptions {
        format: format.into(),
        stream,
        quiet: context.global.quiet,
        prompts: false,
        github,
        stdout: surface(context.stdout),
        stderr: surface(context.stderr),
    }
}

/// A run with the safe defaults that leaves nothing behind, for the demo.
pub(crate) fn demo_plan(
    codex: Found,
    codex_home: &Path,
    cwd: &Path,
    format: FormatArg,
    context: &Context,
) -> Result<Plan, Failure> {
    let cwd = attachments::directory(cwd, "the demo's directory")?;
    let profile = RunProfile::new().approval(ApprovalPolicy::OnRequest);
    let answers = Answers::for_demo(run_context(&cwd, &profile, codex_home.to_owned()), context);
    Ok(Plan {
        client: context.client_config(codex).codex_home(codex_home),
        cwd,
        profile,
        inputs: Inputs::default(),
        schema: None,
        ephemeral: true,
        name: None,
        output: None,
        github: false,
        render: RenderOptions {
            prompts: answers.prompts(),
            ..render_options(format, true, false, context)
        },
        answers,
    })
}
