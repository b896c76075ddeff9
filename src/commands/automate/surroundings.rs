//! From a job to the command line that runs it, and what has to be right for that before the job is saved.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use turnwise::automation::jobs::{JobPrompt, JobSpec, SessionUse, Surroundings};
use turnwise::environment::variable;
use turnwise::runtime::remote::Endpoint;

use super::job_args::Given;
use super::run_options::words;
use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::parse_run;
use crate::input::{prompt, text_of};

/// Words in the keys of Codex's configuration whose values nobody should find in a ledger.
const SECRET: [&str; 5] = ["token", "secret", "password", "api_key", "authorization"];

/// What a run has to find, as things are here. What the configuration says about Codex's is read at each run.
pub(super) fn here(given: &Given, context: &Context) -> Result<Surroundings, Failure> {
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
        context.global.codex_config.clone()
    } else {
        Vec::new()
    };
    for setting in &codex_config {
        let key = setting.split('=').next().unwrap_or_default().to_lowercase();
        if SECRET.iter().any(|secret| key.contains(secret)) && !key.contains("env") {
            return Err(Failure::usage(format!("-c {key}: a job does not keep secrets"))
                .hint("put it into Codex's own configuration, or name an environment variable there"));
        }
    }
    Ok(Surroundings {
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
        home: variable("HOME").map(PathBuf::from),
        path: variable("PATH")
            .map(|path| {
                path.into_string()
                    .map_err(|path| not_kept("PATH", Path::new(&path)))
            })
            .transpose()?,
    })
}

/// An address that means the same in any directory.
fn address(endpoint: &Endpoint) -> Result<String, Failure> {
    let Endpoint::Unix(path) = endpoint else {
        return Ok(endpoint.to_string());
    };
    let path = std::path::absolute(path)
        .map_err(|error| Failure::usage(format!("--connect {endpoint}: {error}")))?;
    Ok(Endpoint::Unix(path).to_string())
}

/// Takes from here what was named on the command line, and leaves the rest.
pub(super) fn change(old: &mut Surroundings, given: &Given, context: &Context) -> Result<(), Failure> {
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
    let here = here(given, context)?;
    if given.has("codex") || given.has("connect") {
        old.codex = here.codex;
        old.connect = here.connect;
        old.connect_token_file = here.connect_token_file;
    }
    if given.has("codex_home") {
        old.codex_home = here.codex_home;
    }
    if given.has("config") {
        old.config = here.config;
    }
    if given.has("profile") {
        old.profile = here.profile;
    }
    if given.has("codex_config") {
        old.codex_config = here.codex_config;
    }
    Ok(())
}

/// The arguments of the turnwise that makes one run. The prompt comes through stdin, where nobody else sees it.
pub(super) fn command_line(spec: &JobSpec, session: Option<&str>) -> Vec<OsString> {
    let Surroundings {
        codex,
        connect,
        connect_token_file,
        codex_home,
        config,
        profile,
        codex_config,
        ..
    } = &spec.surroundings;
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
    option("--cd", spec.cwd.as_os_str());
    // `--cd` belongs to the subcommand.
    let directory = line.split_off(line.len() - 2);
    line.push(if session.is_some() { "resume" } else { "run" }.into());
    line.extend(directory);
    line.extend(words(&spec.options).into_iter().map(OsString::from));
    line.extend(["--format=json", "--no-github"].map(OsString::from));
    if let JobPrompt::File(file) = &spec.prompt {
        line.push("--prompt-file".into());
        line.push(file.clone().into_os_string());
        line.push("--no-stdin".into());
    }
    line.extend(session.map(OsString::from));
    if let JobPrompt::Text(_) = &spec.prompt {
        line.push("-".into());
    }
    line
}

/// Checks everything of a job that can be wrong before it runs, just as its runs will.
pub(super) fn check(spec: &JobSpec, context: &Context) -> Result<(), Failure> {
    check_names(spec)?;
    if spec.session == SessionUse::Reuse && spec.options.contains_key("ephemeral") {
        return Err(Failure::usage(
            "--ephemeral saves no session that --session reuse could go on with",
        ));
    }
    if given(&spec.options, "on-approval") == Some("ask") {
        return Err(
            Failure::usage("--on-approval ask: a job has no terminal to ask at")
                .hint("--on-approval wait parks requests for `turnwise approve`"),
        );
    }
    match &spec.prompt {
        JobPrompt::Text(text) => drop(prompt::assemble(Some(text), None)?),
        JobPrompt::File(file) => {
            let name = format!("--prompt-file {}", file.display());
            prompt::assemble(Some(&text_of(&name, file, context.deadline)?), None)?;
        }
    }
    let (turn, global) = parse_run(command_line(spec, None))?;
    let plan = turn.plan(&context.with(global)?)?;
    match plan.output {
        // What a run has open there is its runner's.
        Some(output) if output.is_descriptor() => Err(Failure::usage(format!(
            "--output {}: a job has no such output; name a file",
            output.path().display()
        ))),
        _ => Ok(()),
    }
}

/// Refuses paths that a job cannot keep: it is kept as text.
fn check_names(spec: &JobSpec) -> Result<(), Failure> {
    let Surroundings {
        codex,
        connect: _,
        connect_token_file,
        codex_home,
        turnwise_home,
        config,
        profile: _,
        codex_config: _,
        home,
        path: _,
    } = &spec.surroundings;
    let prompt_file = match &spec.prompt {
        JobPrompt::File(file) => Some(file),
        JobPrompt::Text(_) => None,
    };
    for (name, path) in [
        ("--cd", Some(&spec.cwd)),
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
    Failure::usage(format!("{name} {}: a job can only keep UTF-8", path.display()))
}

fn given<'a>(options: &'a BTreeMap<String, Vec<String>>, name: &str) -> Option<&'a str> {
    options.get(name)?.first().map(String::as_str)
}
