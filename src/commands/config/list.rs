//! `turnwise config list`: what is in force, and where each value comes from.

use std::collections::BTreeMap;

use crate::config::{Config, ConfigError, Settings};
use crate::environment;
use crate::exit::Exit;
use crate::render::columns::{Cell, Columns};
use crate::render::style::Tone;
use crate::text::sanitize;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use serde::Serialize;
use serde_json::Value;

use crate::commands::context::Context;
use crate::commands::failure::Failure;

/// List settings and where they come from
///
/// A value comes from an option of this command, an environment variable, the profile of --profile, the file, or is the built-in
/// default, in this order.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  turnwise config list\n  turnwise --profile night config list --all")]
pub(super) struct ListArgs {
    #[command(flatten)]
    given: GivenFlags,
    /// Include options with their built-in defaults
    #[arg(long)]
    all: bool,
    /// Print JSON (`turnwise.config/1`)
    #[arg(long)]
    json: bool,
}

/// The options that were typed, with their values.
#[derive(Debug, Clone, Default)]
pub(super) struct GivenFlags(BTreeMap<String, Vec<String>>);

impl Args for GivenFlags {
    fn augment_args(command: Command) -> Command {
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        command
    }
}

impl FromArgMatches for GivenFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let ids = matches.ids().map(clap::Id::as_str);
        let given = ids.filter(|id| matches.value_source(id) == Some(ValueSource::CommandLine));
        let with_values = given.filter_map(|id| {
            let values = matches.try_get_raw(id).ok()??;
            let values = values.map(|value| value.to_string_lossy().into_owned());
            Some((id.replace('_', "-"), values.collect()))
        });
        Ok(Self(with_values.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Source {
    Flag,
    Environment,
    Profile,
    File,
    Default,
}

/// A setting that is in force.
#[derive(Debug, Serialize)]
pub(super) struct InForce<'a> {
    name: &'a str,
    value: Value,
    source: Source,
    #[serde(skip_serializing_if = "Option::is_none")]
    variable: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    path: String,
    exists: bool,
    profile: Option<&'a str>,
    settings: Vec<InForce<'a>>,
    problems: Vec<Problem>,
}

#[derive(Serialize)]
struct Problem {
    line: Option<usize>,
    message: String,
}

/// Runs the command. The exit code is 2 if something in the file is wrong.
pub(super) fn run(args: &ListArgs, context: &Context) -> Result<Exit, Failure> {
    let text = super::text(context)?;
    let flags = super::flags();
    let mut config = super::parsed(text.as_deref(), &flags, context)?;
    let problems = std::mem::take(&mut config.problems);
    let settings = in_force(config, context)?;
    let listed = flags
        .iter()
        .filter_map(|(name, flag)| found(name, flag, &settings, &args.given))
        .filter(|found| args.all || found.source != Source::Default)
        .collect::<Vec<_>>();
    let path = super::path(context)?;
    if args.json {
        context.print_json(&Document {
            schema: "turnwise.config/1",
            path: path.display().to_string(),
            exists: text.is_some(),
            profile: context.global.profile.as_deref(),
            settings: listed,
            problems: problems.iter().map(problem).collect(),
        })?;
    } else {
        let mut columns = Columns::default();
        for found in &listed {
            columns.row([
                Cell::toned(Tone::Strong, found.name),
                Cell::plain(sanitize::line(&shown(&found.value)).into_owned()),
                Cell::toned(Tone::Faint, sanitize::line(&found.origin()).into_owned()),
            ]);
        }
        let palette = context.palette();
        context.print(|out| columns.write(palette, out))?;
        if listed.is_empty() {
            context.note(&format!(
                "Nothing is set in {}; --all shows every option.",
                path.display()
            ));
        }
    }
    for problem in &problems {
        crate::commands::say(&format!("error: {problem}"));
    }
    Ok(if problems.is_empty() {
        Exit::Success
    } else {
        Exit::Usage
    })
}

/// The settings of the file that are in force with --profile.
pub(super) fn in_force(config: Config, context: &Context) -> Result<Settings, Failure> {
    let profile = context.global.profile.as_deref();
    if let Some(name) = profile
        && !config.profiles.contains_key(name)
    {
        return Err(ConfigError::UnknownProfile {
            path: super::path(context)?,
            name: name.to_owned(),
            known: config.profiles.into_keys().collect(),
        }
        .into());
    }
    Ok(config.in_force(profile))
}

/// The value of an option, and where it comes from; none if it has no single default.
pub(super) fn found<'a>(
    name: &'a str,
    flag: &[Arg],
    settings: &'a Settings,
    given: &GivenFlags,
) -> Option<InForce<'a>> {
    let in_force = |values: &[String], source| InForce {
        name,
        value: json(flag, values),
        source,
        variable: None,
        profile: None,
        line: None,
    };
    // Options of this command itself, such as --json, say nothing about others.
    let global = flag.iter().any(Arg::is_global_set);
    if let Some(values) = given.0.get(name).filter(|_| global) {
        return Some(in_force(values, Source::Flag));
    }
    let variables = flag.iter().filter_map(Arg::get_env);
    let variable = variables
        .filter_map(|name| Some((name, environment::variable(name)?)))
        .next();
    if let Some((variable, value)) = variable {
        return Some(InForce {
            variable: Some(variable.to_string_lossy().into_owned()),
            ..in_force(&[value.to_string_lossy().into_owned()], Source::Environment)
        });
    }
    if let Some(setting) = settings.get(name) {
        let source = match setting.profile {
            Some(_) => Source::Profile,
            None => Source::File,
        };
        return Some(InForce {
            profile: setting.profile.as_deref(),
            line: Some(setting.line),
            ..in_force(&setting.values, source)
        });
    }
    let mut visible = flag.iter().filter(|arg| !arg.is_hide_set()).map(defaults);
    let first = visible.next()?;
    let same = visible.all(|other| other == first);
    Some(InForce {
        value: if same { json(flag, &first) } else { Value::Null },
        ..in_force(&[], Source::Default)
    })
}

fn defaults(arg: &Arg) -> Vec<String> {
    let values = arg.get_default_values().iter();
    values.map(|value| value.to_string_lossy().into_owned()).collect()
}

/// Values in JSON: true or false, a list, or text.
fn json(flag: &[Arg], values: &[String]) -> Value {
    match flag.first().map(Arg::get_action) {
        Some(ArgAction::SetTrue | ArgAction::SetFalse) => {
            Value::Bool(values.first().is_some_and(|value| value == "true"))
        }
        Some(ArgAction::Append) => values.to_vec().into(),
        _ => values.first().map_or(Value::Null, |value| value.clone().into()),
    }
}

/// A value for people: a list with commas, nothing as a dash.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(values) if values.is_empty() => "-".to_owned(),
        Value::Array(values) => {
            let values = values.iter().filter_map(Value::as_str);
            values.collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

impl InForce<'_> {
    /// The values, a line each.
    pub(super) fn lines(&self) -> Vec<String> {
        match &self.value {
            Value::Array(values) => values.iter().map(shown).collect(),
            Value::Null => Vec::new(),
            value => vec![shown(value)],
        }
    }

    /// Where it comes from, for people.
    fn origin(&self) -> String {
        let line = self.line.map(|line| format!(", line {line}")).unwrap_or_default();
        match self.source {
            Source::Flag => "flag".to_owned(),
            Source::Environment => format!("env {}", self.variable.as_deref().unwrap_or_default()),
            Source::Profile => format!("profile {}{line}", self.profile.unwrap_or_default()),
            Source::File => format!("file{line}"),
            Source::Default => "default".to_owned(),
        }
    }
}

fn problem(error: &ConfigError) -> Problem {
    match error {
        ConfigError::Wrong { line, problem, .. } => Problem {
            line: Some(*line),
            message: problem.to_string(),
        },
        other => Problem {
            line: None,
            message: other.to_string(),
        },
    }
}
