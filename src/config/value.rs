//! The values of settings: from TOML to what would be written on the command line, checked by the flag's own parser.

use std::path::Path;

use clap::builder::Styles;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};
use toml_edit::{Item, Value};

/// Flags whose values are paths: relative ones are relative to the configuration's directory.
const PATHS: [&str; 10] = [
    "policy",
    "codex",
    "codex-home",
    "connect-token-file",
    "log-file",
    "output-schema",
    "prompt-file",
    "add-dir",
    "output",
    "record",
];

/// Flags whose values are programs: a name without a slash is looked up on the `PATH`.
const PROGRAMS: [&str; 2] = ["codex", "notify"];

/// What TOML has to hold for a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Switch,
    Count,
    List,
    Single,
}

impl Kind {
    pub(super) fn of(arg: &Arg) -> Self {
        match arg.get_action() {
            ArgAction::SetTrue | ArgAction::SetFalse => Self::Switch,
            ArgAction::Count => Self::Count,
            ArgAction::Append => Self::List,
            _ => Self::Single,
        }
    }

    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::Switch => "true or false",
            Self::Count => "a number from 0 to 255",
            Self::List => "a list of values",
            Self::Single => "a single value",
        }
    }

    /// The values in an item, as they would be written on the command line; none if they are of another kind.
    pub(super) fn read(self, item: &Item) -> Option<Vec<String>> {
        let value = item.as_value()?;
        match (self, value) {
            (Self::Switch, Value::Boolean(set)) => Some(vec![set.value().to_string()]),
            (Self::Count, Value::Integer(count)) if (0..=255).contains(count.value()) => {
                Some(vec![count.value().to_string()])
            }
            (Self::Switch | Self::Count, _) => None,
            (Self::List, Value::Array(values)) => values.iter().map(scalar).collect(),
            (Self::List | Self::Single, value) => scalar(value).map(|value| vec![value]),
        }
    }
}

fn scalar(value: &Value) -> Option<String> {
    Some(match value {
        Value::String(text) => text.value().clone(),
        Value::Integer(number) => number.value().to_string(),
        Value::Float(number) => number.value().to_string(),
        Value::Boolean(set) => set.value().to_string(),
        Value::Datetime(_) | Value::Array(_) | Value::InlineTable(_) => return None,
    })
}

/// The values of a flag with absolute paths, where they are paths.
pub(super) fn with_absolute_paths(flag: &str, values: Vec<String>, base: &Path) -> Vec<String> {
    // The first word is the program; the others are its arguments.
    let paths = match flag {
        "notify" => 1,
        flag if PATHS.contains(&flag) => values.len(),
        _ => 0,
    };
    let values = values.into_iter().enumerate().map(|(place, value)| {
        let is_command = PROGRAMS.contains(&flag) && !value.contains('/');
        if place < paths && !is_command {
            base.join(value).to_string_lossy().into_owned()
        } else {
            value
        }
    });
    values.collect()
}

/// Why no flag of this name takes a value; none if one does.
pub(super) fn refusal(args: &[Arg], value: &str) -> Option<String> {
    let mut first = None;
    for arg in args {
        match probe(arg, value) {
            Ok(()) => return None,
            Err(reason) => first = first.or(Some(reason)),
        }
    }
    first
}

/// Whether a flag takes a value.
pub(super) fn is_taken(arg: &Arg, value: &str) -> bool {
    probe(arg, value).is_ok()
}

/// Lets the flag's own parser read a value.
fn probe(arg: &Arg, value: &str) -> Result<(), String> {
    if !arg.get_action().takes_values() {
        return Ok(());
    }
    let alone = Arg::new("value")
        .long("value")
        .value_parser(arg.get_value_parser().clone())
        .action(ArgAction::Set);
    let command = Command::new("probe")
        .no_binary_name(true)
        .disable_help_flag(true)
        .styles(Styles::plain())
        .arg(alone);
    let read = command.try_get_matches_from([format!("--value={value}")]);
    read.map(drop).map_err(|error| reason(&error, value))
}

/// Why a parser does not take a value, without the name of the probe.
fn reason(error: &clap::Error, value: &str) -> String {
    let wrong = format!("invalid value `{value}`");
    let possible = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) if error.kind() == ErrorKind::InvalidValue => values,
        _ => {
            let source = std::error::Error::source(error);
            return source.map_or_else(|| wrong.clone(), |source| format!("{wrong}: {source}"));
        }
    };
    format!("{wrong} (possible values: {})", possible.join(", "))
}
