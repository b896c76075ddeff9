//! The environment of a job and the command line of its runs, captured and checked before the job is saved.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::automation::jobs::{JobEnvironment, JobSpec, SessionUse};
use crate::codex::search_path;
use crate::environment::variable;
use crate::ledger::settings::{is_storable_address, storable_setting};
use crate::run::{OnApproval, PromptSource, RunSpec, SessionChoice};
use crate::runtime::remote::Endpoint;

use super::job_args::ExplicitArgs;
use super::run_form::options_of;
use super::run_options::words;
use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::{Setting, parse_run};
use crate::input::{prompt, text_of};

/// What stands in the list of removed settings for the address of a server.
const CONNECT: &str = "connect";

/// Captures everything anew. Removed settings stay listed until a person decides about them.
pub(super) fn recapture_environment(
    old: &JobEnvironment,
    given: &ExplicitArgs,
    context: &Context,
) -> Result<JobEnvironment, Failure> {
    let mut new = capture_environment(given, context)?;
    if !given.has("codex_config") {
        let removed = old.removed_settings.iter();
        new.removed_settings = removed.filter(|removed| *removed != CONNECT).cloned().collect();
    }
    Ok(new)
}

/// The job shall run without the settings that were removed.
pub(super) fn accept_removed(environment: &mut JobEnvironment) {
    environment.removed_settings.retain(|removed| removed == CONNECT);
}

/// Why a job does not run although it is due, and what to do about it.
pub(super) fn needs_attention(name: &str, environment: &JobEnvironment) -> Option<(String, String)> {
    let removed = &environment.removed_settings;
    if removed.is_empty() {
        return None;
    }
    let remedy = if removed.iter().any(|removed| removed == CONNECT) {
        "`--connect URL` with --connect-token-file, or `--here`"
    } else {
        "`--unset codex-config`, once they are in Codex's config.toml or not needed"
    };
    Some((
        format!(
            "possible secrets removed from the settings: {}",
            removed.join(", ")
        ),
        format!("`turnwise automate edit {name}` with {remedy}; then `turnwise automate unpause {name}`"),
    ))
}

/// Captures the environment that runs need. Codex settings in the configuration are not captured: each run reads them.
pub(super) fn capture_environment(
    given: &ExplicitArgs,
    context: &Context,
) -> Result<JobEnvironment, Failure> {
    let absolute = |path: &Path| {
        std::path::absolute(path).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
    };
    let codex = if context.endpoint().is_some() {
        None
    } else {
        let found = context.codex()?;
        Some(absolute(found.wrapper.as_deref().unwrap_or(&found.path))?)
    };
    let codex_home = context.codex_home();
    let named = context
        .global
        .codex_home
        .as_deref()
        .is_some_and(|home| home != Path::new(""));
    let codex_config = if given.has("codex_config") {
        let settings = context.global.codex_config.iter();
        settings.map(kept).collect::<Result<_, _>>()?
    } else {
        Vec::new()
    };
    Ok(JobEnvironment {
        codex,
        connect: context.endpoint().map(address).transpose()?,
        connect_token_file: context
            .global
            .connect_token_file
            .as_deref()
            .map(absolute)
            .transpose()?,
        codex_home: (named || codex_home.is_dir())
            .then(|| absolute(&codex_home))
            .transpose()?,
        turnwise_home: variable("TURNWISE_HOME")
            .map(|home| absolute(Path::new(&home)))
            .transpose()?,
        config: context.global.config.as_deref().map(absolute).transpose()?,
        profile: context.global.profile.clone(),
        codex_config,
        removed_settings: Vec::new(),
        home: variable("HOME").map(PathBuf::from),
        path: search_path()
            .into_string()
            .map(Some)
            .map_err(|path| not_kept("PATH", Path::new(&path)))?,
    })
}

/// A setting that a job keeps.
fn kept(setting: &Setting) -> Result<String, Failure> {
    storable_setting(&setting.0).map_err(|key| {
        Failure::usage(format!(
            "-c {key}: a saved job keeps only settings that cannot be secrets"
        ))
        .hint(
            "set it in Codex's config.toml, which each run reads; for a key or token, name an environment variable there, \
             such as a provider's env_key",
        )
    })
}

/// An address that means the same in any directory.
fn address(endpoint: &Endpoint) -> Result<String, Failure> {
    let Endpoint::Unix(path) = endpoint else {
        let address = endpoint.to_string();
        if !is_storable_address(&address) {
            return Err(Failure::usage(
                "--connect: a saved job cannot keep an address with a query or fragment, which may be a secret",
            )
            .hint("put the token in a file and name it with --connect-token-file"));
        }
        return Ok(address);
    };
    let path = std::path::absolute(path)
        .map_err(|error| Failure::usage(format!("--connect {endpoint}: {error}")))?;
    Ok(Endpoint::Unix(path).to_string())
}

/// Takes from here what was named on the command line, and leaves the rest.
pub(super) fn update_environment(
    old: &mut JobEnvironment,
    given: &ExplicitArgs,
    context: &Context,
) -> Result<(), Failure> {
    const NAMED: [&str; 7] = [
        "codex",
        "connect",
        "connect_token_file",
        "codex_home",
        "config",
        "profile",
        "codex_config",
    ];
    if !NAMED.iter().any(|id| given.has(id)) {
        return Ok(());
    }
    let current = capture_environment(given, context)?;
    if given.has("codex") || given.has("connect") {
        old.removed_settings.retain(|removed| removed != CONNECT);
        old.codex = current.codex;
        old.connect = current.connect;
        old.connect_token_file = current.connect_token_file;
    }
    if given.has("codex_home") {
        old.codex_home = current.codex_home;
    }
    if given.has("config") {
        old.config = current.config;
    }
    if given.has("profile") {
        old.profile = current.profile;
    }
    if given.has("codex_config") {
        accept_removed(old);
        old.codex_config = current.codex_config;
    }
    Ok(())
}

/// The arguments of the `turnwise` that makes one run. A prompt that is a text is on its stdin.
pub(super) fn command_line(
    environment: &JobEnvironment,
    run: &RunSpec,
    session: Option<&str>,
) -> Vec<OsString> {
    let JobEnvironment {
        codex,
        connect,
        connect_token_file,
        codex_home,
        config,
        profile,
        codex_config,
        ..
    } = environment;
    let mut line = Vec::<OsString>::new();
    let mut option = |name: &str, value: &std::ffi::OsStr| {
        line.push(name.into());
        line.push(value.to_owned());
    };
    for (name, path) in [
        ("--codex", codex),
        ("--connect-token-file", connect_token_file),
        ("--codex-home", codex_home),
        ("--config", config),
    ] {
        if let Some(path) = path {
            option(name, path.as_os_str());
        }
    }
    if let Some(connect) = connect {
        option("--connect", connect.as_ref());
    }
    if let Some(profile) = profile {
        option("--profile", profile.as_ref());
    }
    for setting in codex_config {
        option("--codex-config", setting.as_ref());
    }
    option("--cd", run.cwd.as_os_str());
    // `--cd` belongs to the subcommand.
    let directory = line.split_off(line.len() - 2);
    line.push(if session.is_some() { "resume" } else { "run" }.into());
    line.extend(directory);
    line.extend(words(&options_of(run)).into_iter().map(OsString::from));
    line.extend(["--format=json", "--no-github"].map(OsString::from));
    if let PromptSource::File(file) = &run.prompt {
        line.push("--prompt-file".into());
        line.push(file.clone().into_os_string());
        line.push("--no-stdin".into());
    }
    line.extend(session.map(OsString::from));
    if let PromptSource::Text(_) = &run.prompt {
        line.push("-".into());
    }
    line
}

/// Checks everything of a job that can be wrong before it runs, just as its runs will.
pub(super) fn check(spec: &JobSpec, run: &RunSpec, context: &Context) -> Result<(), Failure> {
    if spec.session == SessionUse::Reuse && run.session == SessionChoice::Ephemeral {
        return Err(Failure::usage(
            "--ephemeral and --session reuse exclude each other",
        ));
    }
    if run.on_approval == Some(OnApproval::Ask) {
        return Err(Failure::usage("--on-approval ask: a job has no terminal")
            .hint("--on-approval wait queues requests for `turnwise approve`"));
    }
    match &run.prompt {
        PromptSource::Text(text) => drop(prompt::assemble(Some(text), None)?),
        PromptSource::File(file) => {
            let name = format!("--prompt-file {}", file.display());
            prompt::assemble(Some(&text_of(&name, file, context.deadline.moment())?), None)?;
        }
    }
    let (turn, global) = parse_run(command_line(&spec.environment, run, None))?;
    let plan = turn.plan(&context.with(global)?)?;
    match plan.output {
        // A descriptor of the run would be its runner's.
        Some(output) if output.is_descriptor() => Err(Failure::usage(format!(
            "--output {}: not available to a job; name a file",
            output.path().display()
        ))),
        _ => Ok(()),
    }
}

/// Refuses paths that a job cannot keep: it is kept as text.
pub(super) fn check_names(environment: &JobEnvironment, run: &RunSpec) -> Result<(), Failure> {
    let JobEnvironment {
        codex,
        connect: _,
        connect_token_file,
        codex_home,
        turnwise_home,
        config,
        profile: _,
        codex_config: _,
        removed_settings: _,
        home,
        path: _,
    } = environment;
    let prompt_file = match &run.prompt {
        PromptSource::File(file) => Some(file),
        PromptSource::Text(_) => None,
    };
    for (name, path) in [
        ("--cd", Some(&run.cwd)),
        ("--prompt-file", prompt_file),
        ("--codex", codex.as_ref()),
        ("--connect-token-file", connect_token_file.as_ref()),
        ("CODEX_HOME", codex_home.as_ref()),
        ("TURNWISE_HOME", turnwise_home.as_ref()),
        ("--config", config.as_ref()),
        ("HOME", home.as_ref()),
    ] {
        if let Some(path) = path.filter(|path| path.to_str().is_none()) {
            return Err(not_kept(name, path));
        }
    }
    Ok(())
}

fn not_kept(name: &str, path: &Path) -> Failure {
    Failure::usage(format!("{name} {}: a saved job needs UTF-8", path.display()))
}
