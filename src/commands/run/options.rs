//! The options of a turn, and what they come to once they are checked.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::codex::Found;
use crate::demo::loopback_without_proxy;
use crate::environment;
use crate::render::{Format, RenderOptions, Surface, output};
use crate::runtime::approval::RunContext;
use crate::runtime::rollout::SessionSettings;
use crate::runtime::{ApprovalPolicy, ClientConfig, Prompt, RunProfile, RuntimeError, Sandbox};
use clap::{ArgAction, Args, ValueEnum};

use super::approvals::{Answers, OnApproval, on_approval};
use crate::commands::context::Context;
use crate::commands::duration::{Limit, limit};
use crate::commands::failure::Failure;
use crate::input::attachments;
use crate::input::output::OutputFile;
use crate::input::schema::OutputSchema;

/// What the agent of a session may do, how long, and who answers it.
#[derive(Debug, Args)]
pub(crate) struct AgentArgs {
    /// Working directory [default: current]
    #[arg(short = 'C', long = "cd", value_name = "DIR")]
    cd: Option<PathBuf>,
    /// Additional writable directory (repeatable)
    #[arg(long, value_name = "DIR", action = ArgAction::Append)]
    add_dir: Vec<PathBuf>,
    /// Model [default: Codex's]
    #[arg(short, long)]
    model: Option<String>,
    /// Reasoning effort [default: medium]
    ///
    /// none, minimal, low, medium, high, xhigh, or another level of the server.
    #[arg(long, value_name = "LEVEL")]
    effort: Option<String>,
    /// Sandbox for commands [default: read-only]
    ///
    /// read-only, workspace-write or danger-full-access.
    #[arg(long, value_name = "MODE", hide_possible_values = true)]
    sandbox: Option<SandboxArg>,
    /// When to ask for approval [default: never]
    ///
    /// untrusted: before every command without an allow rule; a command denied by the sandbox runs again outside it. on-request:
    /// when the agent wants to leave the sandbox. never: a command denied by the sandbox fails.
    #[arg(long, value_name = "POLICY", hide_possible_values = true)]
    approval: Option<ApprovalArg>,
    /// Allow privileged settings
    ///
    /// These are sandbox workspace-write with approval never, and sandbox danger-full-access.
    #[arg(long)]
    privileged: bool,
    /// Time limit; 0 for none
    #[arg(long, value_name = "DURATION", default_value = "120s", value_parser = limit)]
    timeout: Limit,
    /// Stop the turn after this long without output
    #[arg(long, value_name = "DURATION", default_value = "0", value_parser = limit, hide_default_value = true)]
    idle_timeout: Limit,
    /// Stop the turn after this many tokens
    #[arg(long, value_name = "N")]
    max_tokens: Option<u64>,
    /// Use a skill (repeatable)
    #[arg(long, value_name = "NAME", action = ArgAction::Append)]
    skill: Vec<String>,
    /// Do not save the session
    #[arg(long)]
    ephemeral: bool,
    /// Name the session
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Rules that answer approval requests
    ///
    /// Default: policy.toml in the configuration directory.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Who answers approval requests
    ///
    /// ask: you, at this terminal. fail: cancel the turn, exit 5. decline: decline and continue. wait or wait=DURATION: wait for
    /// `turnwise approve`. Default: ask at a terminal, fail elsewhere.
    #[arg(long, value_name = "HOW", value_parser = on_approval)]
    on_approval: Option<OnApproval>,
}

/// The same, and what goes with one prompt, and how its turn is shown.
#[derive(Debug, Args)]
pub(crate) struct TurnArgs {
    #[command(flatten)]
    pub(crate) agent: AgentArgs,
    /// Attach a file or directory (repeatable)
    #[arg(short, long, value_name = "PATH", action = ArgAction::Append)]
    attach: Vec<PathBuf>,
    /// Attach an image (repeatable)
    #[arg(short, long, value_name = "FILE", action = ArgAction::Append)]
    image: Vec<PathBuf>,
    /// JSON schema that the answer must match
    ///
    /// Exit code 6 if it does not.
    #[arg(long, value_name = "FILE")]
    output_schema: Option<PathBuf>,
    /// Output format
    ///
    /// text: the answer. markdown: a document of the whole turn. json: one document at the end. jsonl: one event per line, as it
    /// happens.
    #[arg(
        short = 'o',
        long,
        value_name = "FORMAT",
        default_value = "text",
        hide_possible_values = true
    )]
    format: FormatArg,
    /// Stream messages into a pipe too
    #[arg(long)]
    stream: bool,
    /// Also write the final answer to this file
    #[arg(short = 'O', long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write outputs for GitHub Actions
    ///
    /// Step outputs, a summary, and an annotation for a failure. Default: in GitHub Actions.
    #[arg(long, conflicts_with = "no_github")]
    github: bool,
    /// Write no outputs for GitHub Actions
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

/// A run whose options have been checked.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) client: ClientConfig,
    pub(crate) cwd: PathBuf,
    /// The saved session to go on with, instead of a new one.
    pub(crate) resume: Option<String>,
    /// The file that it was read from, if it is in several.
    pub(crate) one_of_files: Option<PathBuf>,
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

/// A saved session that shall go on.
#[derive(Debug)]
pub(crate) struct Saved {
    pub(crate) id: String,
    pub(crate) cwd: PathBuf,
    /// The file that it was read from, if it is in several.
    pub(crate) one_of_files: Option<PathBuf>,
    /// What was in force at its last turn, if it had one.
    pub(crate) settings: Option<SessionSettings>,
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

    /// Checks everything that can be wrong before Codex is started.
    pub(crate) fn plan(&self, context: &Context) -> Result<Plan, Failure> {
        self.plan_for(None, context)
    }

    /// The same for a saved session: what was in force there stays so unless a flag says otherwise.
    pub(crate) fn plan_for(&self, saved: Option<&Saved>, context: &Context) -> Result<Plan, Failure> {
        let schema = self
            .output_schema
            .as_deref()
            .map(|path| OutputSchema::load(path, context.deadline.moment()))
            .transpose()?;
        let mut plan = self.agent.plan_for(saved, context)?;
        if let Some(schema) = &schema {
            plan.profile = plan.profile.output_schema(schema.value.clone());
        }
        plan.schema = schema;
        plan.inputs.attachments = self
            .attach
            .iter()
            .map(|path| attachments::existing(path, "--attach"))
            .collect::<Result<_, _>>()?;
        plan.inputs.images = self
            .image
            .iter()
            .map(|path| attachments::image(path))
            .collect::<Result<_, _>>()?;
        let in_actions = environment::variable("GITHUB_ACTIONS").is_some_and(|value| value == "true");
        plan.github = !self.no_github && (self.github || in_actions);
        plan.output = self.output.as_deref().map(OutputFile::prepare).transpose()?;
        plan.render = RenderOptions {
            prompts: plan.answers.prompts(),
            ..render_options(self.format, self.stream, plan.github, context)
        };
        Ok(plan)
    }
}

impl AgentArgs {
    /// The working directory that was asked for, or the present one.
    pub(crate) fn directory(&self) -> Result<PathBuf, Failure> {
        let here = PathBuf::from(".");
        Ok(attachments::directory(self.cd.as_ref().unwrap_or(&here), "--cd")?)
    }

    /// Checks everything that can be wrong before Codex is started. For a saved session, what was in force there stays so
    /// unless a flag says otherwise.
    pub(crate) fn plan_for(&self, saved: Option<&Saved>, context: &Context) -> Result<Plan, Failure> {
        let cwd = match saved {
            Some(saved) if self.cd.is_none() => attachments::directory(&saved.cwd, "the session's directory")
                .map_err(|error| Failure::from(error).hint("choose another with --cd"))?,
            _ => self.directory()?,
        };
        if saved.is_some() && self.ephemeral {
            return Err(Failure::usage("--ephemeral: the session is already saved"));
        }
        let profile = self.profile(saved)?;
        profile.check().map_err(|error| match (error, saved) {
            (RuntimeError::Privileged { what }, Some(_)) => Failure::usage(format!(
                "the session would resume with {what}, which is privileged"
            ))
            .hint("add --privileged to allow it, or --sandbox read-only to continue without it"),
            (error, _) => error.into(),
        })?;
        let answers = Answers::plan(
            self.on_approval,
            self.policy.as_deref(),
            run_context(&cwd, &profile, context.codex_home()),
            context,
        )?;
        attachments::check_name(&context.codex_home(), "Codex's directory")?;
        Ok(Plan {
            client: context.client()?,
            cwd,
            resume: saved.map(|saved| saved.id.clone()),
            one_of_files: saved.and_then(|saved| saved.one_of_files.clone()),
            profile,
            inputs: Inputs {
                skills: self.skill.clone(),
                ..Inputs::default()
            },
            schema: None,
            output: None,
            github: false,
            ephemeral: self.ephemeral,
            name: self.name.clone(),
            render: RenderOptions {
                prompts: answers.prompts(),
                ..render_options(FormatArg::Text, true, false, context)
            },
            answers,
        })
    }

    fn profile(&self, saved: Option<&Saved>) -> Result<RunProfile, Failure> {
        let in_force = saved.and_then(|saved| saved.settings.as_ref());
        let effort = self.effort.clone().or_else(|| in_force?.effort.clone());
        let effort = effort.unwrap_or_else(|| "medium".to_owned());
        if effort.trim().is_empty() {
            return Err(Failure::usage("--effort: expected a level, such as medium"));
        }
        let sandbox = self.sandbox.map(Sandbox::from);
        let approval = self.approval.map(ApprovalPolicy::from);
        let mut profile = RunProfile::new()
            .effort(effort)
            .sandbox(sandbox.or_else(|| in_force?.sandbox).unwrap_or_default())
            .approval(approval.or_else(|| in_force?.approval).unwrap_or_default())
            .timeout(self.timeout.0)
            .idle_timeout(self.idle_timeout.0)
            .max_tokens(self.max_tokens);
        if sandbox.is_none()
            && let Some(SessionSettings {
                sandbox: Some(Sandbox::WorkspaceWrite),
                writable_roots,
                ..
            }) = in_force
        {
            for root in writable_roots {
                profile = profile.writable_root(root);
            }
        }
        if let Some(model) = in_force.and_then(|settings| settings.model.as_ref()) {
            profile = profile.model(model);
        }
        if let Some(model) = &self.model {
            profile = profile.model(model);
        }
        for directory in &self.add_dir {
            profile = profile.writable_root(attachments::directory(directory, "--add-dir")?);
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
        sandbox: profile.sandbox.as_str().to_owned(),
        approval: profile.approval.as_str().to_owned(),
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
    timeout: Option<Duration>,
    context: &Context,
) -> Result<Plan, Failure> {
    let cwd = attachments::directory(cwd, "the demo's directory")?;
    let profile = RunProfile::new()
        .approval(ApprovalPolicy::OnRequest)
        .timeout(timeout);
    let mut client = context.client_config(codex).codex_home(codex_home);
    for (name, value) in loopback_without_proxy() {
        client = client.env(name, value);
    }
    let answers = Answers::for_demo(run_context(&cwd, &profile, codex_home.to_owned()), context);
    Ok(Plan {
        client,
        cwd,
        resume: None,
        one_of_files: None,
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
