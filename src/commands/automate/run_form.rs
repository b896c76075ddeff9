//! The run that a job keeps, and the options of `turnwise run` that say the same: `add` and `edit` take options, `show` prints
//! them, and an attempt is started with them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::automation::jobs::{JobSpec, SavedRun};
use crate::run::{OnApproval, PromptSource, RunSpec, SchemaSource, SessionChoice};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::commands::duration::limit;
use crate::commands::failure::Failure;

/// Options by their long names, each with its values; none for one that takes none.
pub(super) type Options = BTreeMap<String, Vec<String>>;

/// The run of a job.
pub(super) fn run_of(spec: &JobSpec) -> Result<RunSpec, String> {
    spec.run
        .read()
        .map_err(|error| format!("its run cannot be read: {error}"))
}

/// The form in which a job keeps a run.
pub(super) fn saved(run: &RunSpec) -> Result<SavedRun, Failure> {
    SavedRun::new(run).map_err(|error| Failure::usage(format!("the job cannot be kept: {error}")))
}

/// A run with these options.
pub(super) fn run_with(cwd: PathBuf, prompt: PromptSource, options: &Options) -> Result<RunSpec, Failure> {
    let mut run = RunSpec::new(cwd, prompt);
    for (name, values) in options {
        set(&mut run, name, values).map_err(|error| Failure::usage(format!("--{name}: {error}")))?;
    }
    Ok(run)
}

fn set(run: &mut RunSpec, name: &str, values: &[String]) -> Result<(), String> {
    let last = || values.last().cloned().ok_or("a value is missing");
    let path = || last().map(PathBuf::from);
    let paths = || values.iter().map(PathBuf::from).collect();
    match name {
        "add-dir" => run.writable_roots = paths(),
        "attach" => run.attachments = paths(),
        "image" => run.images = paths(),
        "skill" => run.skills = values.to_vec(),
        "output-schema" => run.output_schema = Some(SchemaSource::File(path()?)),
        "output" => run.output = Some(path()?),
        "mkdir" => run.make_output_directory = true,
        "policy" => run.policy = Some(path()?),
        "hook" => run.hooks = paths(),
        "no-hooks" => run.no_hooks = true,
        "model" => run.model = Some(last()?),
        "effort" => run.effort = Some(last()?),
        "name" => run.name = Some(last()?),
        "sandbox" => run.sandbox = Some(word(last()?)?),
        "approval" => run.approval = Some(word(last()?)?),
        "privileged" => run.privileged = true,
        "ephemeral" => run.session = SessionChoice::Ephemeral,
        "timeout" => run.timeout_ms = Some(RunSpec::limit_ms(limit(&last()?)?.0)),
        "idle-timeout" => run.idle_timeout_ms = Some(RunSpec::limit_ms(limit(&last()?)?.0)),
        "max-tokens" => {
            let most = last()?.parse::<u64>();
            run.max_tokens = Some(most.map_err(|error| error.to_string())?);
        }
        "on-approval" => run.on_approval = Some(on_approval(&last()?)?),
        _ => return Err("a job does not keep this option".to_owned()),
    }
    Ok(())
}

/// The options that say what a run says, apart from its prompt and its directory.
pub(super) fn options_of(run: &RunSpec) -> Options {
    let mut options = Options::new();
    let mut add = |name: &str, values: Vec<String>| {
        options.insert(name.to_owned(), values);
    };
    let path = |path: &Path| path.to_string_lossy().into_owned();
    for (name, paths) in [
        ("add-dir", &run.writable_roots),
        ("attach", &run.attachments),
        ("image", &run.images),
        ("hook", &run.hooks),
    ] {
        if !paths.is_empty() {
            add(name, paths.iter().map(|one| path(one)).collect());
        }
    }
    if !run.skills.is_empty() {
        add("skill", run.skills.clone());
    }
    let schema = match &run.output_schema {
        Some(SchemaSource::File(file)) => Some(path(file)),
        _ => None,
    };
    let number = |number: u64| number.to_string();
    for (name, value) in [
        ("output-schema", schema),
        ("output", run.output.as_deref().map(path)),
        ("policy", run.policy.as_deref().map(path)),
        ("model", run.model.clone()),
        ("effort", run.effort.clone()),
        ("name", run.name.clone()),
        ("sandbox", run.sandbox.as_ref().map(text)),
        ("approval", run.approval.as_ref().map(text)),
        ("timeout", run.timeout_ms.map(duration)),
        ("idle-timeout", run.idle_timeout_ms.map(duration)),
        ("max-tokens", run.max_tokens.map(number)),
        ("on-approval", run.on_approval.map(answers)),
    ] {
        if let Some(value) = value {
            add(name, vec![value]);
        }
    }
    if run.make_output_directory {
        add("mkdir", Vec::new());
    }
    if run.privileged {
        add("privileged", Vec::new());
    }
    if run.no_hooks {
        add("no-hooks", Vec::new());
    }
    if run.session == SessionChoice::Ephemeral {
        add("ephemeral", Vec::new());
    }
    options
}

/// A value by its word, which is the same in an option and in JSON.
fn word<T: DeserializeOwned>(word: String) -> Result<T, String> {
    serde_json::from_value(Value::String(word)).map_err(|error| error.to_string())
}

fn text(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

fn on_approval(text: &str) -> Result<OnApproval, String> {
    match text.split_once('=') {
        Some(("wait", duration)) => limit(duration).map(|limit| OnApproval::Wait(limit.0)),
        None if text == "wait" => Ok(OnApproval::Wait(None)),
        _ => word(text.to_owned()),
    }
}

fn answers(how: OnApproval) -> String {
    match how {
        OnApproval::Ask => "ask".to_owned(),
        OnApproval::Fail => "fail".to_owned(),
        OnApproval::Decline => "decline".to_owned(),
        OnApproval::Wait(None) => "wait".to_owned(),
        OnApproval::Wait(Some(limit)) => format!("wait={}", duration(RunSpec::limit_ms(Some(limit)))),
    }
}

/// A duration as people write it: `1h30m`; `0` for none.
fn duration(milliseconds: u64) -> String {
    if milliseconds == 0 {
        return "0".to_owned();
    }
    let duration = jiff::SignedDuration::try_from(Duration::from_millis(milliseconds));
    let duration = duration.unwrap_or(jiff::SignedDuration::MAX);
    format!("{duration:#}").replace(' ', "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::automate::run_options;

    fn all() -> Options {
        let options = [
            ("add-dir", &["/a", "/b"][..]),
            ("attach", &["/t"]),
            ("image", &["/i"]),
            ("skill", &["s"]),
            ("output-schema", &["/s"]),
            ("output", &["/o"]),
            ("mkdir", &[]),
            ("policy", &["/p"]),
            ("hook", &["/h"]),
            ("no-hooks", &[]),
            ("model", &["m"]),
            ("effort", &["low"]),
            ("name", &["n"]),
            ("sandbox", &["workspace-write"]),
            ("approval", &["on-request"]),
            ("privileged", &[]),
            ("ephemeral", &[]),
            ("timeout", &["1h30m"]),
            ("idle-timeout", &["0"]),
            ("max-tokens", &["9"]),
            ("on-approval", &["wait=10m"]),
        ];
        let owned = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        let options = options.iter();
        options
            .map(|(name, values)| ((*name).to_owned(), owned(values)))
            .collect()
    }

    #[test]
    fn a_run_says_what_its_options_say() {
        let run = run_with("/w".into(), "x".into(), &all()).unwrap();
        assert_eq!(options_of(&run), all());
        let same = [
            ("timeout", "90s", "1m30s"),
            ("timeout", "500ms", "500ms"),
            ("on-approval", "wait", "wait"),
            ("on-approval", "decline", "decline"),
        ];
        for (name, given, kept) in same {
            let options = Options::from([(name.to_owned(), vec![given.to_owned()])]);
            let run = run_with("/w".into(), "x".into(), &options).unwrap();
            assert_eq!(options_of(&run)[name], [kept]);
        }
    }

    #[test]
    fn every_option_that_a_job_takes_has_its_place_in_a_run() {
        let mut taken = run_options::names();
        taken.retain(|name| name != "cd");
        taken.sort_unstable();
        assert_eq!(taken, all().into_keys().collect::<Vec<_>>());
    }
}
