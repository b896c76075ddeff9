//! turnwise's own configuration: `config.toml` sets defaults for any long flag, `[profile.NAME]` named sets of them.
//!
//! A setting becomes the flag's default value, so that flags and environment variables win over it by themselves.
//! [`document`] reads the file, [`value`] checks what is in it, [`edit`] changes it.

mod document;
pub(crate) mod edit;
pub(crate) mod hooks;
mod value;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::codex::Directories;
use crate::files;
use clap::{Arg, ArgAction, Command};

use crate::input::prompt::text;
use crate::input::{InputError, text_of};

pub(crate) use document::Config;

/// The section of named sets of settings.
const PROFILE: &str = "profile";

/// Settings by flag.
pub(crate) type Settings = BTreeMap<String, Setting>;

/// The flags that can be set, each with the arguments of that name in all commands.
pub(crate) type Flags = BTreeMap<String, Vec<Arg>>;

/// Flags that choose the configuration or end the program cannot be set by it.
const NOT_SETTABLE: [&str; 4] = ["config", "profile", "help", "version"];

/// A value in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setting {
    /// Its values as they would be written on the command line.
    pub(crate) values: Vec<String>,
    /// Its line in the file, counted from 1.
    pub(crate) line: usize,
    /// The profile that it is in; none for the rest of the file.
    pub(crate) profile: Option<String>,
}

/// An error in a configuration.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error(transparent)]
    Read(InputError),
    #[error("{}: {source}", path.display())]
    Syntax {
        path: PathBuf,
        source: Box<toml_edit::TomlError>,
    },
    #[error("{}: {message}", path.display())]
    Hooks { path: PathBuf, message: String },
    #[error("{}:{line}: {problem}", path.display())]
    Wrong {
        path: PathBuf,
        line: usize,
        problem: KeyError,
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

/// Something wrong with one key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("unknown key `{key}`{}", nearest.as_ref().map(|key| format!("; did you mean `{key}`?")).unwrap_or_default())]
    Unknown { key: String, nearest: Option<String> },
    #[error("`{key}`: expected {expected}")]
    WrongType { key: String, expected: &'static str },
    #[error("`{key}`: {reason}")]
    WrongValue { key: String, reason: String },
}

/// The file of the configuration: the one that was named, or the one in turnwise's directory.
pub(crate) fn path_of(named: Option<&Path>) -> Option<PathBuf> {
    match named {
        Some(path) => Some(path.to_owned()),
        None => Some(Directories::from_env()?.config.join("config.toml")),
    }
}

/// The text of the configuration's file; `None` if there is none. One that was named must exist.
pub(crate) fn read(named: Option<&Path>, deadline: Option<Instant>) -> Result<Option<String>, ConfigError> {
    if let Some(path) = named {
        let name = format!("--config {}", path.display());
        return text_of(&name, path, deadline)
            .map(Some)
            .map_err(ConfigError::Read);
    }
    let Some(path) = path_of(None) else {
        return Ok(None);
    };
    match files::read_regular(&path, files::LARGEST) {
        Ok(bytes) => {
            let text = text(bytes, &path.display().to_string()).map_err(ConfigError::Read)?;
            Ok(Some(text))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ConfigError::Read(InputError::of(
            &path.display().to_string(),
            &error,
        ))),
    }
}

/// Reads the file, which must exist only if it was named, and gives the settings of the profile over the general ones, and the
/// text for those who read other parts of it: it can be read only once if it is a pipe.
pub(crate) fn load(
    named: Option<&Path>,
    profile: Option<&str>,
    command: &Command,
    deadline: Option<Instant>,
) -> Result<(Settings, Option<String>), ConfigError> {
    let (Some(path), Some(text)) = (path_of(named), read(named, deadline)?) else {
        return match profile {
            Some(profile) if path_of(named).is_some() => Err(ConfigError::NoFile(profile.to_owned())),
            _ => Ok((Settings::new(), None)),
        };
    };
    Ok((settings(&path, &text, profile, command)?, Some(text)))
}

fn settings(
    path: &Path,
    text: &str,
    profile: Option<&str>,
    command: &Command,
) -> Result<Settings, ConfigError> {
    let config = Config::parse(path, text, &flags(command))?;
    if let Some(problem) = config.problems.into_iter().next() {
        return Err(problem);
    }
    let mut settings = config.general;
    if let Some(name) = profile {
        let mut profiles = config.profiles;
        let Some(of_profile) = profiles.remove(name) else {
            return Err(ConfigError::UnknownProfile {
                path: path.to_owned(),
                name: name.to_owned(),
                known: profiles.into_keys().collect(),
            });
        };
        settings.extend(of_profile);
    }
    Ok(settings)
}

/// Every long flag of every command that can be set.
pub(crate) fn flags(command: &Command) -> Flags {
    fn add(command: &Command, flags: &mut Flags) {
        for arg in command.get_arguments() {
            if let Some(long) = arg.get_long().filter(|long| !NOT_SETTABLE.contains(long)) {
                flags.entry(long.to_owned()).or_default().push(arg.clone());
            }
        }
        for subcommand in command.get_subcommands() {
            add(subcommand, flags);
        }
    }
    let mut flags = Flags::new();
    add(command, &mut flags);
    flags
}

/// Makes the settings the default values of their flags, in every command that has them and takes these values.
pub(crate) fn apply(command: Command, settings: &Settings) -> Command {
    let command = command.mut_args(|arg| {
        let setting = arg.get_long().and_then(|long| settings.get(long));
        match setting {
            // A flag that takes no value has `false` as its default.
            Some(setting) if matches!(arg.get_action(), ArgAction::SetTrue | ArgAction::Count) => {
                arg.default_value(setting.values.concat())
            }
            Some(setting) if setting.values.iter().all(|given| value::is_taken(&arg, given)) => {
                arg.default_values(setting.values.clone())
            }
            _ => arg,
        }
    });
    command.mut_subcommands(|subcommand| apply(subcommand, settings))
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
                    .arg(Arg::new("attach").long("attach").action(ArgAction::Append))
                    .arg(Arg::new("level").long("level").value_parser(["low", "high"]))
                    .arg(
                        Arg::new("tokens")
                            .long("tokens")
                            .value_parser(clap::value_parser!(u64)),
                    ),
            )
            .subcommand(Command::new("other").arg(Arg::new("level").long("level").value_parser(["low"])))
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
    #[test]
    fn a_wrong_value_is_named_with_its_line_also_in_a_profile_that_is_not_used() {
        let error = loaded("# a comment\n\nprivileged = 1\n", None).unwrap_err();
        assert_eq!(error, "/c/config.toml:3: `privileged`: expected true or false");
        let error = loaded("model = \"m\"\n[profile.night]\nlevel = \"hugh\"\n", None).unwrap_err();
        assert_eq!(
            error,
            "/c/config.toml:3: `profile.night.level`: invalid value `hugh` (possible values: low, high)"
        );
        let error = loaded("tokens = \"many\"\n", None).unwrap_err();
        assert_eq!(
            error,
            "/c/config.toml:1: `tokens`: invalid value `many`: invalid digit found in string"
        );
    }

    #[test]
    fn a_setting_goes_to_the_commands_that_take_its_value() {
        let settings = loaded("level = \"high\"\n", None).unwrap();
        let matches = apply(command(), &settings)
            .try_get_matches_from(["t", "other"])
            .unwrap();
        let (_, matches) = matches.subcommand().unwrap();
        assert_eq!(matches.get_one::<String>("level"), None);
        let matches = run_matches("level = \"high\"\n", None, &["t", "run"]);
        assert_eq!(
            matches.get_one::<String>("level").map(String::as_str),
            Some("high")
        );
    }
}
