//! turnwise's own configuration: `config.toml` sets defaults for any long flag, `[profile.NAME]` named sets of them.
//!
//! A setting becomes the flag's default value, so that flags and environment variables win over it by themselves.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::codex::Directories;
use crate::files;
use clap::{Arg, ArgAction, Command};

use crate::input::prompt::text;
use crate::input::{InputError, text_of};

/// Settings by flag, each with its values as they would be written on the command line.
pub(crate) type Settings = BTreeMap<String, Vec<String>>;

/// Flags that choose the configuration or end the program cannot be set by it.
const NOT_SETTABLE: [&str; 4] = ["config", "profile", "help", "version"];

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

/// An error in a configuration.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error(transparent)]
    Read(InputError),
    #[error("{}: {source}", path.display())]
    Syntax {
        path: PathBuf,
        source: Box<toml::de::Error>,
    },
    #[error("{}: unknown key `{key}`{}", path.display(), nearest.as_ref().map(|key| format!("; did you mean `{key}`?")).unwrap_or_default())]
    UnknownKey {
        path: PathBuf,
        key: String,
        nearest: Option<String>,
    },
    #[error("{}: `{key}`: expected {expected}", path.display())]
    WrongType {
        path: PathBuf,
        key: String,
        expected: &'static str,
    },
    #[error("--profile {name}: {} has {}", path.display(), if known.is_empty() { "no profiles".to_owned() } else { format!("only {}", known.join(", ")) })]
    UnknownProfile {
        path: PathBuf,
        name: String,
        known: Vec<String>,
    },
    #[error("--profile {0}: no configuration file found")]
    NoFile(String),
}

/// Reads the file, which must exist only if it was named, and gives the settings of the profile over the general ones.
pub(crate) fn load(
    named: Option<&Path>,
    profile: Option<&str>,
    command: &Command,
    deadline: Option<Instant>,
) -> Result<Settings, ConfigError> {
    if let Some(path) = named {
        let name = format!("--config {}", path.display());
        let text = text_of(&name, path, deadline).map_err(ConfigError::Read)?;
        return settings(path, &text, profile, command);
    }
    let Some(directories) = Directories::from_env() else {
        return Ok(Settings::new());
    };
    let path = directories.config.join("config.toml");
    match files::read_regular(&path, files::LARGEST) {
        Ok(bytes) => {
            let text = text(bytes, &path.display().to_string()).map_err(ConfigError::Read)?;
            settings(&path, &text, profile, command)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => match profile {
            Some(profile) => Err(ConfigError::NoFile(profile.to_owned())),
            None => Ok(Settings::new()),
        },
        Err(error) => Err(ConfigError::Read(InputError::of(
            &path.display().to_string(),
            &error,
        ))),
    }
}

fn settings(
    path: &Path,
    text: &str,
    profile: Option<&str>,
    command: &Command,
) -> Result<Settings, ConfigError> {
    let mut table: toml::Table = toml::from_str(text).map_err(|source| ConfigError::Syntax {
        path: path.to_owned(),
        source: Box::new(source),
    })?;
    let profiles = match table.remove("profile") {
        Some(toml::Value::Table(profiles)) => profiles,
        Some(_) => {
            let expected = "sections such as [profile.night]";
            return Err(ConfigError::WrongType {
                path: path.to_owned(),
                key: "profile".to_owned(),
                expected,
            });
        }
        None => toml::Table::new(),
    };
    let flags = flags(command);
    let mut settings = Settings::new();
    read_section(path, "", &table, &flags, &mut settings)?;
    // Every profile is checked, also the ones that are not used now.
    for (name, section) in &profiles {
        let mut of_profile = Settings::new();
        let Some(section) = section.as_table() else {
            let key = format!("profile.{name}");
            return Err(ConfigError::WrongType {
                path: path.to_owned(),
                key,
                expected: "a section",
            });
        };
        read_section(
            path,
            &format!("profile.{name}."),
            section,
            &flags,
            &mut of_profile,
        )?;
        if profile == Some(name) {
            settings.extend(of_profile);
        }
    }
    if let Some(name) = profile.filter(|name| !profiles.contains_key(*name)) {
        let known = profiles.keys().cloned().collect();
        return Err(ConfigError::UnknownProfile {
            path: path.to_owned(),
            name: name.to_owned(),
            known,
        });
    }
    Ok(settings)
}

/// Every long flag of every command, and what kind of values it takes.
fn flags(command: &Command) -> BTreeMap<String, ArgAction> {
    let of = |command: &Command| {
        let settable = |arg: &&Arg| arg.get_long().is_some_and(|long| !NOT_SETTABLE.contains(&long));
        command
            .get_arguments()
            .filter(settable)
            .filter_map(|arg| Some((arg.get_long()?.to_owned(), arg.get_action().clone())))
            .collect::<Vec<_>>()
    };
    let mut flags = of(command).into_iter().collect::<BTreeMap<_, _>>();
    for subcommand in command.get_subcommands() {
        flags.extend(self::flags(subcommand));
    }
    flags
}

fn read_section(
    path: &Path,
    prefix: &str,
    table: &toml::Table,
    flags: &BTreeMap<String, ArgAction>,
    settings: &mut Settings,
) -> Result<(), ConfigError> {
    for (key, value) in table {
        let full = format!("{prefix}{key}");
        let Some(action) = flags.get(key) else {
            let nearest = flags
                .keys()
                .map(|flag| (strsim::jaro_winkler(key, flag), flag))
                .filter(|(likeness, _)| *likeness > 0.75)
                .max_by(|a, b| a.0.total_cmp(&b.0))
                .map(|(_, flag)| flag.clone());
            return Err(ConfigError::UnknownKey {
                path: path.to_owned(),
                key: full,
                nearest,
            });
        };
        let wrong = |expected| ConfigError::WrongType {
            path: path.to_owned(),
            key: full.clone(),
            expected,
        };
        let values = match action {
            ArgAction::SetTrue | ArgAction::SetFalse => match value {
                toml::Value::Boolean(set) => vec![set.to_string()],
                _ => return Err(wrong("true or false")),
            },
            ArgAction::Count => match value {
                toml::Value::Integer(count) if (0..=255).contains(count) => vec![count.to_string()],
                _ => return Err(wrong("a small number")),
            },
            ArgAction::Append => match value {
                toml::Value::Array(values) => values
                    .iter()
                    .map(scalar)
                    .collect::<Option<_>>()
                    .ok_or_else(|| wrong("a list of values"))?,
                single => vec![scalar(single).ok_or_else(|| wrong("a list of values"))?],
            },
            _ => vec![scalar(value).ok_or_else(|| wrong("a single value"))?],
        };
        let base = path.parent().unwrap_or(Path::new("."));
        let absolute = |value: String| base.join(value).to_string_lossy().into_owned();
        // The first word is the program; the others are its arguments.
        let paths = match key.as_str() {
            "notify" => 1,
            key if PATHS.contains(&key) => values.len(),
            _ => 0,
        };
        let values = values.into_iter().enumerate().map(|(place, value)| {
            let is_command = PROGRAMS.contains(&key.as_str()) && !value.contains('/');
            if place < paths && !is_command {
                absolute(value)
            } else {
                value
            }
        });
        settings.insert(key.clone(), values.collect());
    }
    Ok(())
}

fn scalar(value: &toml::Value) -> Option<String> {
    Some(match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Boolean(set) => set.to_string(),
        toml::Value::Datetime(_) | toml::Value::Array(_) | toml::Value::Table(_) => return None,
    })
}

/// Makes the settings the default values of their flags, in every command that has them.
pub(crate) fn apply(command: Command, settings: &Settings) -> Command {
    let command = command.mut_args(|arg| match arg.get_long().and_then(|long| settings.get(long)) {
        // A flag that takes no value has `false` as its default.
        Some(values) if matches!(arg.get_action(), ArgAction::SetTrue | ArgAction::Count) => {
            arg.default_value(values.concat())
        }
        Some(values) => arg.default_values(values.clone()),
        None => arg,
    });
    let names = command
        .get_subcommands()
        .map(|subcommand| subcommand.get_name().to_owned())
        .collect::<Vec<_>>();
    names.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, |subcommand| apply(subcommand, settings))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command() -> Command {
        Command::new("t")
            .arg(Arg::new("color").long("color").global(true))
            .subcommand(
                Command::new("run")
                    .arg(
                        Arg::new("model")
                            .long("model")
                            .env("TURNWISE_TEST_NO_SUCH_VARIABLE"),
                    )
                    .arg(
                        Arg::new("privileged")
                            .long("privileged")
                            .action(ArgAction::SetTrue),
                    )
                    .arg(Arg::new("attach").long("attach").action(ArgAction::Append)),
            )
    }

    fn loaded(text: &str, profile: Option<&str>) -> Result<Settings, String> {
        settings(Path::new("/c/config.toml"), text, profile, &command()).map_err(|error| error.to_string())
    }

    fn run_matches(text: &str, profile: Option<&str>, arguments: &[&str]) -> clap::ArgMatches {
        let command = apply(command(), &loaded(text, profile).unwrap());
        command
            .try_get_matches_from(arguments)
            .unwrap()
            .remove_subcommand()
            .unwrap()
            .1
    }

    #[test]
    fn a_flag_beats_a_profile_which_beats_the_file() {
        let text = "model = \"file\"\n[profile.night]\nmodel = \"night\"\n";
        let model = |profile, arguments: &[&str]| {
            run_matches(text, profile, arguments)
                .get_one::<String>("model")
                .cloned()
        };
        assert_eq!(model(None, &["t", "run"]).as_deref(), Some("file"));
        assert_eq!(model(Some("night"), &["t", "run"]).as_deref(), Some("night"));
        assert_eq!(
            model(Some("night"), &["t", "run", "--model", "flag"]).as_deref(),
            Some("flag")
        );
    }

    #[test]
    fn switches_and_lists_can_be_set() {
        let matches = run_matches(
            "privileged = true\nattach = [\"a\", \"b\"]\n",
            None,
            &["t", "run"],
        );
        assert!(matches.get_flag("privileged"));
        assert_eq!(
            matches.get_many::<String>("attach").unwrap().collect::<Vec<_>>(),
            ["a", "b"]
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_what_it_could_be() {
        assert!(
            loaded("modle = \"x\"", None)
                .unwrap_err()
                .contains("did you mean `model`")
        );
        assert!(
            loaded("[profile.x]\nmodle = 1", None)
                .unwrap_err()
                .contains("profile.x.modle")
        );
        assert!(
            loaded("privileged = \"yes\"", None)
                .unwrap_err()
                .contains("true or false")
        );
        assert!(loaded("model = [1]", None).unwrap_err().contains("single value"));
        assert!(
            loaded("[profile.day]\n", Some("night"))
                .unwrap_err()
                .contains("day")
        );
        assert!(loaded("model = ", None).unwrap_err().contains("/c/config.toml"));
        assert!(
            loaded("config = \"x\"", None)
                .unwrap_err()
                .contains("unknown key")
        );
    }
}
