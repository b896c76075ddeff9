//! What decides a run, as a value that can be kept and sent. Nothing is read or started here.
//!
//! Unset fields are filled in by the caller: see [`RunSpec::fill_from`].

use std::path::PathBuf;
use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::choices::{CodexSpec, OnApproval, PromptSource, SchemaSource, SessionChoice};
use crate::runtime::{ApprovalPolicy, Prompt, RunProfile, RuntimeError, Sandbox, SessionConfig};

/// Everything that decides a run.
///
/// The JSON form has a `version`. A newer version and unknown fields are refused: an option that is not understood could be one
/// that restricts the run. It holds no secrets, as long as `codex.config` and `codex.connect` hold none: whoever keeps it has
/// to see to that.
///
/// ```
/// use turnwise::run::RunSpec;
/// use turnwise::runtime::Sandbox;
///
/// let mut spec = RunSpec::new("/src/project", "What does this repository do?");
/// spec.sandbox = Some(Sandbox::ReadOnly);
/// spec.timeout_ms = Some(300_000);
/// let json = serde_json::to_string(&spec)?;
/// assert!(json.starts_with(r#"{"version":1,"#));
/// assert_eq!(serde_json::from_str::<RunSpec>(&json)?, spec);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
// The derived functions become methods of the type; the traits below add the check of the version.
#[serde(remote = "Self", deny_unknown_fields)]
#[non_exhaustive]
pub struct RunSpec {
    version: u32,
    /// What the agent is asked.
    pub prompt: PromptSource,
    /// Files and directories that the prompt mentions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<PathBuf>,
    /// Images that are sent with the prompt: PNG, JPEG, GIF or WebP.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<PathBuf>,
    /// Skills that are used, by their names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<String>,
    /// The JSON schema that the answer has to match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<SchemaSource>,
    /// A file that the final answer is also written to. For the consumer of the report; the driver writes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<PathBuf>,
    /// Whether the directory of `output` is made if it does not exist. For the consumer of the report, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub make_output_directory: bool,
    /// The working directory. Relative paths elsewhere in the specification begin here.
    pub cwd: PathBuf,
    /// The session that the turn belongs to.
    #[serde(default, skip_serializing_if = "SessionChoice::is_new")]
    pub session: SessionChoice,
    /// A name for the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The model; Codex's configured one by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The reasoning effort; `medium` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<String>,
    /// The sandbox for commands; read-only by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<Sandbox>,
    /// When the agent has to ask; never by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<ApprovalPolicy>,
    /// Additional writable directories of a workspace-write sandbox.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub writable_roots: Vec<PathBuf>,
    /// Whether privileged combinations are allowed: see [`RunProfile::check`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub privileged: bool,
    /// The time limit of the turn in milliseconds, without the time that a person is waited for; 0 for none, 120,000 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// How long Codex may be silent, in milliseconds; 0 for any time, which is the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_timeout_ms: Option<u64>,
    /// The maximum number of tokens, input and output together; no maximum by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u64>,
    /// A file with rules that answer requests before anybody is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PathBuf>,
    /// Files with hooks, for whoever runs it with hooks: the driver itself calls those of its client.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<PathBuf>,
    /// Whether it runs without hooks.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_hooks: bool,
    /// Who answers requests that no rule decides. By default the person at the terminal, if there is one, otherwise nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_approval: Option<OnApproval>,
    /// The Codex to use.
    #[serde(default, skip_serializing_if = "CodexSpec::is_empty")]
    pub codex: CodexSpec,
}

impl RunSpec {
    /// The version of the JSON form that is written.
    pub const VERSION: u32 = 1;

    /// A run of one prompt in a new session, with the safe defaults.
    pub fn new(cwd: impl Into<PathBuf>, prompt: impl Into<PromptSource>) -> Self {
        Self {
            version: Self::VERSION,
            prompt: prompt.into(),
            attachments: Vec::new(),
            images: Vec::new(),
            skills: Vec::new(),
            output_schema: None,
            output: None,
            make_output_directory: false,
            cwd: cwd.into(),
            session: SessionChoice::New,
            name: None,
            model: None,
            effort: None,
            sandbox: None,
            approval: None,
            writable_roots: Vec::new(),
            privileged: false,
            timeout_ms: None,
            idle_timeout_ms: None,
            max_tokens: None,
            policy: None,
            hooks: Vec::new(),
            no_hooks: false,
            on_approval: None,
            codex: CodexSpec::default(),
        }
    }

    /// A limit as `timeout_ms` and `idle_timeout_ms` have it: 0 for none. One that is shorter than a millisecond is a millisecond.
    pub fn limit_ms(limit: Option<Duration>) -> u64 {
        limit.map_or(0, |limit| {
            u64::try_from(limit.as_millis()).unwrap_or(u64::MAX).max(1)
        })
    }

    /// Takes over what is not set here: lists that are empty, values that are missing, a session that is new, a privilege that
    /// is not granted. The prompt and the working directory stay. Overrides of Codex's configuration are taken over key by key.
    pub fn fill_from(&mut self, defaults: &Self) {
        fn fill<T: Clone>(value: &mut Option<T>, default: Option<&T>) {
            if value.is_none() {
                *value = default.cloned();
            }
        }
        fn fill_list<T: Clone>(list: &mut Vec<T>, default: &[T]) {
            if list.is_empty() {
                list.extend_from_slice(default);
            }
        }
        // A new field has to find its place here.
        let Self {
            version: _,
            prompt: _,
            cwd: _,
            attachments,
            images,
            skills,
            output_schema,
            output,
            make_output_directory,
            session,
            name,
            model,
            effort,
            sandbox,
            approval,
            writable_roots,
            privileged,
            timeout_ms,
            idle_timeout_ms,
            max_tokens,
            policy,
            hooks,
            no_hooks,
            on_approval,
            codex,
        } = defaults;
        fill_list(&mut self.attachments, attachments);
        fill_list(&mut self.images, images);
        fill_list(&mut self.skills, skills);
        fill(&mut self.output_schema, output_schema.as_ref());
        fill(&mut self.output, output.as_ref());
        self.make_output_directory |= make_output_directory;
        if self.session.is_new() {
            self.session.clone_from(session);
        }
        fill(&mut self.name, name.as_ref());
        fill(&mut self.model, model.as_ref());
        fill(&mut self.effort, effort.as_ref());
        fill(&mut self.sandbox, sandbox.as_ref());
        fill(&mut self.approval, approval.as_ref());
        fill_list(&mut self.writable_roots, writable_roots);
        self.privileged |= privileged;
        fill(&mut self.timeout_ms, timeout_ms.as_ref());
        fill(&mut self.idle_timeout_ms, idle_timeout_ms.as_ref());
        fill(&mut self.max_tokens, max_tokens.as_ref());
        fill(&mut self.policy, policy.as_ref());
        fill_list(&mut self.hooks, hooks);
        self.no_hooks |= no_hooks;
        fill(&mut self.on_approval, on_approval.as_ref());
        fill(&mut self.codex.program, codex.program.as_ref());
        fill(&mut self.codex.connect, codex.connect.as_ref());
        fill(
            &mut self.codex.connect_token_file,
            codex.connect_token_file.as_ref(),
        );
        fill(&mut self.codex.home, codex.home.as_ref());
        for (key, value) in &codex.config {
            let kept = self.codex.config.entry(key.clone());
            kept.or_insert_with(|| value.clone());
        }
    }

    /// What the turn may do and how long it may take, with the safe defaults in place of what is not set. A schema in a file is
    /// not read: whoever reads it adds it with [`RunProfile::output_schema`].
    pub fn profile(&self) -> RunProfile {
        let limit = |milliseconds: u64| (milliseconds > 0).then(|| Duration::from_millis(milliseconds));
        let mut profile = RunProfile::new()
            .sandbox(self.sandbox.unwrap_or_default())
            .approval(self.approval.unwrap_or_default())
            .idle_timeout(self.idle_timeout_ms.and_then(limit))
            .max_tokens(self.max_tokens);
        if let Some(timeout) = self.timeout_ms {
            profile = profile.timeout(limit(timeout));
        }
        if let Some(effort) = &self.effort {
            profile = profile.effort(effort);
        }
        if let Some(model) = &self.model {
            profile = profile.model(model);
        }
        for root in &self.writable_roots {
            profile = profile.writable_root(root);
        }
        if let Some(SchemaSource::Value(schema)) = &self.output_schema {
            profile = profile.output_schema(schema.clone());
        }
        if self.privileged {
            profile = profile.allow_privileged_escalation();
        }
        profile
    }

    /// How its session is started or resumed, with this profile.
    pub fn session_config(&self, profile: RunProfile) -> SessionConfig {
        let mut config = SessionConfig::new(&self.cwd).profile(profile);
        if self.session == SessionChoice::Ephemeral {
            config = config.ephemeral();
        }
        if let Some(name) = &self.name {
            config = config.name(name);
        }
        config
    }

    /// A text with the attachments, images and skills of the run.
    pub fn prompt_of(&self, text: impl Into<Prompt>) -> Prompt {
        let mut prompt = text.into();
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

    /// Whether the combination of sandbox, approval policy and writable directories is allowed.
    ///
    /// # Errors
    /// See [`RunProfile::check`].
    pub fn check(&self) -> Result<(), RuntimeError> {
        self.profile().check()
    }
}

impl Serialize for RunSpec {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // The method that is derived.
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for RunSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        match value.get("version").and_then(Value::as_u64) {
            Some(version) if version == u64::from(Self::VERSION) => {}
            Some(version) => {
                return Err(D::Error::custom(format!(
                    "the run is of version {version}; this turnwise reads version {}",
                    Self::VERSION
                )));
            }
            None => return Err(D::Error::missing_field("version")),
        }
        Self::deserialize(value).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn full() -> RunSpec {
        let mut config = BTreeMap::new();
        config.insert("model_verbosity".to_owned(), json!("low"));
        RunSpec {
            version: 1,
            prompt: PromptSource::File("/w/prompt.md".into()),
            attachments: vec!["/w/a.txt".into()],
            images: vec!["/w/i.png".into()],
            skills: vec!["review".to_owned()],
            output_schema: Some(SchemaSource::File("/w/schema.json".into())),
            output: Some("/w/answer.md".into()),
            make_output_directory: true,
            cwd: "/w".into(),
            session: SessionChoice::Resume("t1".to_owned()),
            name: Some("nightly".to_owned()),
            model: Some("m".to_owned()),
            effort: Some("high".to_owned()),
            sandbox: Some(Sandbox::WorkspaceWrite),
            approval: Some(ApprovalPolicy::OnRequest),
            writable_roots: vec!["/v".into()],
            privileged: true,
            timeout_ms: Some(0),
            idle_timeout_ms: Some(5_000),
            max_tokens: Some(9),
            policy: Some("/w/policy.toml".into()),
            hooks: vec!["/w/hooks.toml".into()],
            no_hooks: true,
            on_approval: Some(OnApproval::Wait(Some(Duration::from_secs(60)))),
            codex: CodexSpec {
                program: Some("/bin/codex".into()),
                connect: Some("unix:///run/codex.sock".to_owned()),
                connect_token_file: Some("/w/token".into()),
                home: Some("/w/home".into()),
                config,
            },
        }
    }

    #[test]
    fn the_form_of_version_1_stays_as_it_is() {
        let json = json!({
            "version": 1,
            "prompt": { "file": "/w/prompt.md" },
            "attachments": ["/w/a.txt"],
            "images": ["/w/i.png"],
            "skills": ["review"],
            "output_schema": { "file": "/w/schema.json" },
            "output": "/w/answer.md",
            "make_output_directory": true,
            "cwd": "/w",
            "session": { "resume": "t1" },
            "name": "nightly",
            "model": "m",
            "effort": "high",
            "sandbox": "workspace-write",
            "approval": "on-request",
            "writable_roots": ["/v"],
            "privileged": true,
            "timeout_ms": 0,
            "idle_timeout_ms": 5_000,
            "max_tokens": 9,
            "policy": "/w/policy.toml",
            "hooks": ["/w/hooks.toml"],
            "no_hooks": true,
            "on_approval": { "wait": 60_000 },
            "codex": {
                "program": "/bin/codex",
                "connect": "unix:///run/codex.sock",
                "connect_token_file": "/w/token",
                "home": "/w/home",
                "config": { "model_verbosity": "low" },
            },
        });
        assert_eq!(serde_json::to_value(full()).unwrap(), json);
        assert_eq!(serde_json::from_value::<RunSpec>(json).unwrap(), full());
        let small = json!({ "version": 1, "prompt": { "text": "hi" }, "cwd": "/w" });
        assert_eq!(serde_json::to_value(RunSpec::new("/w", "hi")).unwrap(), small);
        assert_eq!(
            serde_json::from_value::<RunSpec>(small).unwrap(),
            RunSpec::new("/w", "hi")
        );
    }

    #[test]
    fn a_newer_version_and_an_unknown_field_are_refused() {
        let refused = |json: Value| serde_json::from_value::<RunSpec>(json).unwrap_err().to_string();
        let newer = json!({ "version": 2, "prompt": { "text": "hi" }, "cwd": "/w", "jail": true });
        assert_eq!(
            refused(newer),
            "the run is of version 2; this turnwise reads version 1"
        );
        let unknown = json!({ "version": 1, "prompt": { "text": "hi" }, "cwd": "/w", "jail": true });
        assert!(refused(unknown).contains("unknown field `jail`"));
        let unversioned = json!({ "prompt": { "text": "hi" }, "cwd": "/w" });
        assert!(refused(unversioned).contains("missing field `version`"));
    }

    #[test]
    fn only_what_is_not_set_is_filled_in() {
        let mut empty = RunSpec::new("/here", "hi");
        empty.fill_from(&full());
        let expected = RunSpec {
            prompt: "hi".into(),
            cwd: "/here".into(),
            ..full()
        };
        assert_eq!(empty, expected);
        let mut set = full();
        set.fill_from(&RunSpec {
            model: Some("other".to_owned()),
            session: SessionChoice::Ephemeral,
            skills: vec!["other".to_owned()],
            timeout_ms: Some(1),
            ..RunSpec::new("/elsewhere", "x")
        });
        assert_eq!(set, full());
    }

    #[test]
    fn without_settings_the_profile_is_the_safe_default() {
        let mut spec = RunSpec::new("/w", "hi");
        assert_eq!(spec.profile(), RunProfile::new());
        spec.timeout_ms = Some(0);
        assert_eq!(spec.profile().timeout, None);
        spec.sandbox = Some(Sandbox::WorkspaceWrite);
        assert!(matches!(spec.check(), Err(RuntimeError::Privileged { .. })));
        spec.privileged = true;
        assert!(spec.check().is_ok());
    }

    #[test]
    fn debug_shows_no_prompt_and_no_override() {
        let mut spec = full();
        spec.prompt = "s3cret".into();
        spec.codex.config.insert("key".to_owned(), json!("s3cret"));
        spec.codex.connect = Some("wss://host/?token=s3cret".to_owned());
        assert!(!format!("{spec:?}").contains("s3cret"));
    }
}
