//! From the options to a run: everything that can be wrong before Codex is started is checked here.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::codex::Found;
use crate::demo::loopback_without_proxy;
use crate::environment;
use crate::render::{RenderOptions, Surface};
use crate::run::{PromptSource, RunSpec, SchemaSource, SessionChoice};
use crate::runtime::approval::RunContext;
use crate::runtime::rollout::SessionSettings;
use crate::runtime::{ApprovalPolicy, ClientConfig, RunProfile, RuntimeError, Sandbox};

use super::approvals::Answers;
use super::options::{AgentArgs, FormatArg, TurnArgs};
use crate::commands::ColorChoice;
use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::hooks::{self, RunHooks};
use crate::commands::sessions;
use crate::input::attachments;
use crate::input::output::{Directory, OutputFile};
use crate::input::record::RecordFile;
use crate::input::schema::OutputSchema;

/// A run whose options have been checked.
#[derive(Debug)]
pub(crate) struct Plan {
    /// What decides the run. Its prompt is not known yet: it is read while Codex starts.
    pub(crate) spec: RunSpec,
    /// What the specification says of its turns, with the schema that was read.
    pub(crate) profile: RunProfile,
    pub(crate) client: ClientConfig,
    /// The file that the saved session was read from, if it is in several.
    pub(crate) one_of_files: Option<PathBuf>,
    pub(crate) schema: Option<OutputSchema>,
    pub(crate) answers: Answers,
    pub(crate) hooks: RunHooks,
    pub(crate) output: Option<OutputFile>,
    /// Where the events are kept.
    pub(crate) record: Option<RecordFile>,
    pub(crate) github: bool,
    pub(crate) render: RenderOptions,
}

/// A saved session that is to be resumed.
#[derive(Debug)]
pub(crate) struct Saved {
    pub(crate) id: String,
    pub(crate) cwd: PathBuf,
    /// The file that it was read from, if it is in several.
    pub(crate) one_of_files: Option<PathBuf>,
    /// What was in force at its last turn, if it had one.
    pub(crate) settings: Option<SessionSettings>,
}

impl TurnArgs {
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
            plan.spec.output_schema = Some(SchemaSource::File(schema.path.clone()));
        }
        plan.schema = schema;
        plan.spec.attachments = self
            .attach
            .iter()
            .map(|path| attachments::existing(path, "--attach"))
            .collect::<Result<_, _>>()?;
        plan.spec.images = self
            .image
            .iter()
            .map(|path| attachments::image(path))
            .collect::<Result<_, _>>()?;
        let in_actions = environment::variable("GITHUB_ACTIONS").is_some_and(|value| value == "true");
        plan.github = !self.no_github && (self.github || in_actions);
        let directory = Directory::made_if(self.mkdir);
        let output = self.output.as_deref();
        plan.output = output
            .map(|path| OutputFile::prepare(path, directory))
            .transpose()?;
        plan.spec.output = output.map(absolute);
        plan.spec.make_output_directory = self.mkdir;
        plan.render = RenderOptions {
            prompts: plan.answers.prompts(),
            saved: !self.agent.ephemeral,
            ..render_options(self.format, self.stream, plan.github, context)
        };
        Ok(plan)
    }
}

impl AgentArgs {
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
        let spec = self.spec(cwd, saved, context)?;
        let profile = spec.profile();
        profile.check().map_err(|error| match (error, saved) {
            (RuntimeError::Privileged { what }, Some(_)) => Failure::usage(format!(
                "the session would resume with {what}, which is privileged"
            ))
            .hint("add --privileged to allow it, or --sandbox read-only to continue without it"),
            (error, _) => error.into(),
        })?;
        let answers = Answers::plan(
            spec.on_approval,
            self.policy.as_deref(),
            run_context(&spec.cwd, &profile, context.codex_home()),
            context,
        )?;
        attachments::check_name(&context.codex_home(), "Codex's directory")?;
        let hooks = hooks::load(&self.hook, self.no_hooks, &spec.cwd, profile.approval, context)?;
        Ok(Plan {
            hooks,
            client: context.client()?,
            profile,
            one_of_files: saved.and_then(|saved| saved.one_of_files.clone()),
            schema: None,
            output: None,
            // Last, because it makes the file.
            record: self.record.as_deref().map(RecordFile::prepare).transpose()?,
            github: false,
            render: RenderOptions {
                prompts: answers.prompts(),
                saved: !self.ephemeral,
                ..render_options(FormatArg::Text, true, false, context)
            },
            answers,
            spec,
        })
    }

    /// The options as a specification, over what was in force in a saved session.
    fn spec(&self, cwd: PathBuf, saved: Option<&Saved>, context: &Context) -> Result<RunSpec, Failure> {
        let in_force = saved.and_then(|saved| saved.settings.as_ref());
        let effort = self.effort.clone().or_else(|| in_force?.effort.clone());
        if effort.as_ref().is_some_and(|effort| effort.trim().is_empty()) {
            return Err(Failure::usage("--effort: expected a level, such as medium"));
        }
        let mut spec = RunSpec::new(cwd, PromptSource::Text(String::new()));
        spec.session = match saved {
            Some(saved) => SessionChoice::Resume(saved.id.clone()),
            None if self.ephemeral => SessionChoice::Ephemeral,
            None => SessionChoice::New,
        };
        if let Some(name) = self.name.as_ref().filter(|_| !self.ephemeral)
            && let Ok(sessions) = sessions::Saved::read(context)
        {
            sessions.warn_of_same_name(name, saved.map_or("", |saved| &saved.id), context);
        }
        spec.name.clone_from(&self.name);
        spec.skills.clone_from(&self.skill);
        spec.model = self.model.clone().or_else(|| in_force?.model.clone());
        spec.effort = effort;
        let sandbox = self.sandbox.map(Sandbox::from);
        let approval = self.approval.map(ApprovalPolicy::from);
        spec.sandbox = sandbox.or_else(|| in_force?.sandbox);
        spec.approval = approval.or_else(|| in_force?.approval);
        if sandbox.is_none()
            && let Some(SessionSettings {
                sandbox: Some(Sandbox::WorkspaceWrite),
                writable_roots,
                ..
            }) = in_force
        {
            spec.writable_roots.clone_from(writable_roots);
        }
        for directory in &self.add_dir {
            let directory = attachments::directory(directory, "--add-dir")?;
            spec.writable_roots.push(directory);
        }
        spec.privileged = self.privileged;
        spec.timeout_ms = Some(RunSpec::limit_ms(self.timeout.0));
        spec.idle_timeout_ms = Some(RunSpec::limit_ms(self.idle_timeout.0));
        spec.max_tokens = self.max_tokens;
        spec.policy = self.policy.as_deref().map(absolute);
        spec.hooks = self.hook.iter().map(|path| absolute(path)).collect();
        spec.no_hooks = self.no_hooks;
        spec.on_approval = self.on_approval;
        spec.codex = context.codex_spec();
        Ok(spec)
    }
}

/// A path that means the same wherever the run works. One that cannot be made absolute fails where it is opened.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
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
    // The runner of GitHub Actions is not a terminal, whatever it says.
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
        all: context.global.verbose > 0,
        saved: true,
        rendered: context.global.color == ColorChoice::Always,
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
    let mut spec = RunSpec::new(cwd, PromptSource::Text(String::new()));
    spec.session = SessionChoice::Ephemeral;
    spec.approval = Some(ApprovalPolicy::OnRequest);
    spec.timeout_ms = Some(RunSpec::limit_ms(timeout));
    spec.codex = context.codex_spec();
    spec.codex.program = Some(codex.path.clone());
    spec.codex.home = Some(codex_home.to_owned());
    let profile = spec.profile();
    let mut client = context.client_config(codex).codex_home(codex_home);
    for (name, value) in loopback_without_proxy() {
        client = client.env(name, value);
    }
    let answers = Answers::for_demo(run_context(&spec.cwd, &profile, codex_home.to_owned()), context);
    Ok(Plan {
        hooks: RunHooks::default(),
        spec,
        client,
        one_of_files: None,
        profile,
        schema: None,
        output: None,
        record: None,
        github: false,
        render: RenderOptions {
            prompts: answers.prompts(),
            saved: false,
            ..render_options(format, true, false, context)
        },
        answers,
    })
}
