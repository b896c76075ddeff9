//! `[[hook]]` in `config.toml`, in files of `--hook`, and in a project's `.turnwise/hooks.toml`: from TOML to hooks. Nothing is
//! started here.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::{ConfigError, KeyError};
use crate::environment;
use crate::plugin::{HookMatcher, Hooks, OnError, Phase, ShellCommandHook};

/// The key of hooks in `config.toml`.
pub(crate) const HOOK: &str = "hook";

/// The maximum number of hooks in a file.
const MOST: usize = 100;

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The user's.
    User,
    /// A project's, which the user trusts as it is. Its hooks can deny, ask and observe, and change or allow nothing.
    Project,
}

/// A hook as a file describes it.
#[derive(Debug, Clone)]
pub(crate) struct HookSpec {
    /// Its name.
    pub(crate) name: String,
    /// The phases that it is called in.
    pub(crate) phases: Vec<Phase>,
    /// The program, and its arguments.
    pub(crate) command: Vec<String>,
    /// How long it may take.
    pub(crate) timeout: Duration,
    /// What an error of it means.
    pub(crate) on_error: OnError,
    /// Whether it may allow the use of tools.
    pub(crate) may_allow: bool,
    /// The file, and the line in it.
    pub(crate) place: String,
    /// Whose it is.
    pub(crate) owner: Owner,
    matcher: HookMatcher,
    environment: Vec<String>,
}

/// `config.toml`, of which only the hooks are read here.
#[derive(Deserialize)]
struct RawConfig {
    #[serde(default)]
    hook: Vec<Spanned<RawHook>>,
}

/// A file with nothing but hooks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    version: u32,
    #[serde(default)]
    hook: Vec<Spanned<RawHook>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHook {
    name: String,
    on: Vec<String>,
    command: Vec<String>,
    #[serde(default)]
    r#match: RawMatch,
    timeout: Option<String>,
    on_error: Option<RawOnError>,
    #[serde(default)]
    may_allow: bool,
    #[serde(default)]
    env: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RawMatch {
    command: Option<Vec<String>>,
    write: Option<Vec<String>>,
    mcp: Option<String>,
    network: Option<String>,
    kind: Option<String>,
    cwd: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawOnError {
    Block,
    Ignore,
}

/// The hooks of `config.toml`.
pub(crate) fn in_config(text: &str, path: &Path) -> Result<Vec<HookSpec>, ConfigError> {
    let raw: RawConfig = toml::from_str(text).map_err(|error| syntax(path, &error))?;
    specs(raw.hook, text, path, Owner::User)
}

/// The hooks of a file of their own, which begins with `version = 1`.
pub(crate) fn in_file(text: &str, path: &Path, owner: Owner) -> Result<Vec<HookSpec>, ConfigError> {
    let raw: RawFile = toml::from_str(text).map_err(|error| syntax(path, &error))?;
    if raw.version != 1 {
        let reason = format!("unknown version {}; this turnwise reads version 1", raw.version);
        return Err(wrong(path, 1, "version", reason));
    }
    specs(raw.hook, text, path, owner)
}

fn syntax(path: &Path, error: &toml::de::Error) -> ConfigError {
    ConfigError::Hooks {
        path: path.to_owned(),
        message: error.to_string().trim_end().to_owned(),
    }
}

fn wrong(path: &Path, line: usize, key: &str, reason: impl Into<String>) -> ConfigError {
    ConfigError::Wrong {
        path: path.to_owned(),
        line,
        problem: KeyError::WrongValue {
            key: key.to_owned(),
            reason: reason.into(),
        },
    }
}

fn specs(
    raw: Vec<Spanned<RawHook>>,
    text: &str,
    path: &Path,
    owner: Owner,
) -> Result<Vec<HookSpec>, ConfigError> {
    if raw.len() > MOST {
        let reason = format!("too many: {}; the maximum is {MOST}", raw.len());
        return Err(wrong(path, 1, HOOK, reason));
    }
    raw.into_iter()
        .map(|raw| {
            let start = raw.span().start.min(text.len());
            let line = text[..start].matches('\n').count() + 1;
            let raw = raw.into_inner();
            let key = format!("hook {}", raw.name);
            spec(raw, path, line, owner).map_err(|reason| wrong(path, line, &key, reason))
        })
        .collect()
}

fn spec(raw: RawHook, path: &Path, line: usize, owner: Owner) -> Result<HookSpec, String> {
    let phases = raw
        .on
        .iter()
        .map(|phase| phase.parse())
        .collect::<Result<Vec<Phase>, _>>()?;
    if phases.is_empty() {
        let names = Phase::ALL.map(Phase::as_str).join(", ");
        return Err(format!("`on` is empty; possible values: {names}"));
    }
    let Some(program) = raw.command.first().filter(|program| !program.is_empty()) else {
        return Err("`command` needs a program".to_owned());
    };
    let mut command = raw.command.clone();
    // A path is relative to the file, wherever turnwise is started.
    if program.contains('/') {
        let base = path.parent().unwrap_or(Path::new("."));
        let program = expand_home(program)?;
        command[0] = base.join(program).to_string_lossy().into_owned();
    }
    if raw.may_allow && !phases.contains(&Phase::PreToolUse) {
        return Err("`may_allow` is only for `pre-tool-use`".to_owned());
    }
    if raw.may_allow && owner == Owner::Project {
        return Err(
            "a hook of a project can only deny, ask or observe: `may_allow` is not allowed".to_owned(),
        );
    }
    if raw.on_error.is_some() && !phases.iter().any(|phase| phase.is_before()) {
        return Err("`on_error` is only for hooks before something".to_owned());
    }
    let timeout = match &raw.timeout {
        Some(text) => duration(text)?,
        None => Duration::from_secs(5),
    };
    Ok(HookSpec {
        matcher: matcher(raw.r#match)?,
        name: raw.name,
        phases,
        command,
        timeout,
        on_error: match raw.on_error {
            None | Some(RawOnError::Block) => OnError::Block,
            Some(RawOnError::Ignore) => OnError::Ignore,
        },
        may_allow: raw.may_allow,
        place: format!("{}:{line}", path.display()),
        owner,
        environment: raw.env,
    })
}

fn matcher(raw: RawMatch) -> Result<HookMatcher, String> {
    let mut matcher = HookMatcher::any();
    if let Some(words) = raw.command {
        matcher = matcher.command(words)?;
    }
    if let Some(patterns) = raw.write {
        matcher = matcher.write(patterns)?;
    }
    if let Some(tool) = raw.mcp {
        matcher = matcher.mcp(tool)?;
    }
    if let Some(host) = raw.network {
        matcher = matcher.network(host)?;
    }
    if let Some(kind) = raw.kind {
        matcher = matcher.kind(&kind)?;
    }
    if let Some(cwd) = raw.cwd {
        matcher = matcher.within(expand_home(&cwd)?)?;
    }
    Ok(matcher)
}

fn duration(text: &str) -> Result<Duration, String> {
    let wrong = |error: jiff::Error| format!("`timeout`: {error}");
    let duration: jiff::SignedDuration = text.parse().map_err(wrong)?;
    let duration = Duration::try_from(duration).map_err(wrong)?;
    if duration.is_zero() {
        return Err("`timeout` is 0".to_owned());
    }
    Ok(duration)
}

fn expand_home(path: &str) -> Result<PathBuf, String> {
    let Some(rest) = path.strip_prefix("~/") else {
        return Ok(PathBuf::from(path));
    };
    let home = environment::variable("HOME").ok_or("`~` needs HOME")?;
    Ok(Path::new(&home).join(rest))
}

impl HookSpec {
    /// The hook's program.
    pub(crate) fn program(&self) -> ShellCommandHook {
        let (program, arguments) = self
            .command
            .split_first()
            .map_or(("", &[][..]), |(program, rest)| (program.as_str(), rest));
        let hook = ShellCommandHook::new(&self.name, program, arguments);
        self.environment
            .iter()
            .fold(hook, |hook, name| match environment::variable(name) {
                Some(value) => hook.env(name, value),
                None => hook,
            })
    }

    /// These hooks, and this one.
    pub(crate) fn add_to(&self, hooks: Hooks) -> Hooks {
        let hooks = hooks
            .with_shell_hook(self.phases.iter().copied(), self.program())
            .timeout(self.timeout)
            .on_error(self.on_error)
            .matcher(&self.matcher);
        let hooks = match self.owner {
            Owner::User => hooks,
            Owner::Project => hooks.without_changes(),
        };
        if self.may_allow { hooks.may_allow() } else { hooks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCAN: &str = r#"
        version = 1
        [[hook]]
        name = "scan"
        on = ["pre-tool-use", "post-turn"]
        command = ["./scan.sh", "--strict"]
        timeout = "2s"
        on_error = "ignore"
    "#;

    fn read(text: &str, owner: Owner) -> Result<Vec<HookSpec>, String> {
        in_file(text, Path::new("/c/hooks.toml"), owner).map_err(|error| error.to_string())
    }

    #[test]
    fn a_hook_is_read_and_its_program_is_relative_to_the_file() {
        let hooks = read(SCAN, Owner::User).unwrap();
        let [hook] = &hooks[..] else { panic!("{hooks:?}") };
        assert_eq!(hook.command, ["/c/./scan.sh", "--strict"]);
        assert_eq!(hook.phases, [Phase::PreToolUse, Phase::PostTurn]);
        assert_eq!(hook.timeout, Duration::from_secs(2));
        assert_eq!(hook.on_error, OnError::Ignore);
        assert_eq!(hook.place, "/c/hooks.toml:3");
        let config = format!("model = \"x\"\n{}", SCAN.replace("version = 1", ""));
        assert_eq!(in_config(&config, Path::new("/c/config.toml")).unwrap().len(), 1);
    }

    #[test]
    fn a_wrong_hook_is_named_with_its_line() {
        let wrong = |from: &str, to: &str| {
            let text = SCAN.replace(from, to);
            assert_ne!(text, SCAN);
            read(&text, Owner::User).unwrap_err()
        };
        assert!(wrong("pre-tool-use", "pre_tool").contains("/c/hooks.toml:3: `hook scan`: unknown phase"));
        assert!(wrong("[\"./scan.sh\", \"--strict\"]", "[]").contains("needs a program"));
        assert!(wrong("2s", "soon").contains("timeout"));
        assert!(wrong("2s", "0s").contains("timeout"));
        assert!(wrong("version = 1", "version = 2").contains("version"));
        assert!(wrong("on_error", "on_eror").contains("on_eror"));
        assert!(wrong("on = [\"pre-tool-use\", \"post-turn\"]", "on = [\"post-turn\"]").contains("on_error"));
        assert!(wrong("timeout = \"2s\"", "match = { mcp = \"x\" }").contains("server/tool"));
    }

    #[test]
    fn a_project_can_allow_nothing() {
        let allowing = SCAN.replace("on_error = \"ignore\"", "may_allow = true");
        assert!(read(&allowing, Owner::User).unwrap()[0].may_allow);
        let refused = read(&allowing, Owner::Project).unwrap_err();
        assert!(refused.contains("can only deny, ask or observe"), "{refused}");
    }
}
