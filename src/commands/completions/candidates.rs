//! Candidates for a word on the command line, from files alone: sessions, requests, jobs, profiles, models.
//!
//! What cannot be read gives no candidates. Names come from outside: only those that a shell takes as they are, are offered.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::codex::Directories;
use crate::environment;
use crate::files;
use crate::ledger::jobs::JobLedger as _;
use crate::ledger::{ApprovalFilter, Ledger as _, SqliteLedger};
use crate::runtime::rollout::{Home, summaries};
use crate::text::sanitize;
use clap_complete::engine::CompletionCandidate;
use serde_json::Value;

use crate::commands::sessions::{ShortIds, title, updated};
use crate::commands::tokio_runtime::runtime;

/// Maximum number of sessions and of past requests.
const LATEST: usize = 50;

/// The largest file that is read for candidates, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

/// The levels that servers know, where no list of models says it.
const EFFORTS: [&str; 6] = ["none", "minimal", "low", "medium", "high", "xhigh"];

/// What a word stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A saved session: its ID or its name.
    Session,
    /// A request that waits.
    Waiting,
    /// Any request.
    Request,
    /// A saved job.
    Job,
    /// A profile of the configuration.
    Profile,
    /// A model that Codex has listed.
    Model,
    /// A reasoning effort.
    Effort,
}

/// Where candidates are found, by the options that were typed and the environment.
#[derive(Debug, Clone)]
pub(super) struct Places {
    codex_home: PathBuf,
    config: Option<PathBuf>,
    state: Option<PathBuf>,
    /// Whether the shell inserts candidates as they are, without quoting them.
    verbatim: bool,
}

type Found = Vec<(String, Option<String>)>;

impl Places {
    /// From the words of a command line.
    pub(super) fn of(words: &[OsString], verbatim: bool) -> Self {
        let directories = Directories::from_env();
        let codex_home = option(words, "--codex-home").or_else(|| environment::variable("CODEX_HOME"));
        let default = || environment::home().unwrap_or_else(|| "/".into()).join(".codex");
        let config = option(words, "--config").map(PathBuf::from);
        let default_config = || Some(directories.as_ref()?.config.join("config.toml"));
        Self {
            codex_home: codex_home.map_or_else(default, PathBuf::from),
            config: config.or_else(default_config),
            state: directories.as_ref().map(|directories| directories.state.clone()),
            verbatim,
        }
    }

    /// The candidates for a word, best first.
    pub(super) fn candidates(&self, kind: Kind, typed: &OsStr) -> Vec<CompletionCandidate> {
        let Some(typed) = typed.to_str() else {
            return Vec::new();
        };
        let found = match kind {
            Kind::Session => self.sessions(typed),
            Kind::Waiting => self.requests(ApprovalFilter::Open),
            Kind::Request => self.requests(ApprovalFilter::Latest(LATEST)),
            Kind::Job => self.jobs(),
            Kind::Profile => self.profiles(),
            Kind::Model => self.models(),
            Kind::Effort => Some(EFFORTS.map(|level| (level.to_owned(), None)).into()),
        };
        let fitting = found.unwrap_or_default().into_iter();
        let fitting = fitting.filter(|(value, _)| value.starts_with(typed) && self.is_usable(value));
        fitting
            .map(|(value, help)| CompletionCandidate::new(value).help(help.map(Into::into)))
            .collect()
    }

    /// Whether a name shows what it is, and means itself to the shell.
    fn is_usable(&self, name: &str) -> bool {
        let plain = |character: char| character.is_alphanumeric() || "_-.:/@+".contains(character);
        !name.is_empty()
            && !name.starts_with('-')
            && sanitize::line(name) == name
            && (!self.verbatim || name.chars().all(plain))
    }

    fn sessions(&self, typed: &str) -> Option<Found> {
        let home = Home::new(&self.codex_home);
        let sessions = home.sessions().ok()?;
        let ids = ShortIds::of_all(sessions.iter().map(|session| session.id.to_string()));
        let latest = sessions.into_iter().take(LATEST).collect();
        let mut found = Vec::new();
        let mut names = Vec::new();
        for summary in summaries(latest, home.names()).filter_map(Result::ok) {
            let help = format!("{}  {}", updated(&summary, false), title(&summary));
            let short = ids.of(&summary.id).into_owned();
            // Who typed more than the short ID gets the whole.
            let id = if typed.len() > short.len() {
                summary.id.to_string()
            } else {
                short
            };
            if let Some(name) = summary.name {
                names.push((name, Some(help.clone())));
            }
            found.push((id, Some(help)));
        }
        found.extend(names);
        Some(found)
    }

    fn requests(&self, filter: ApprovalFilter) -> Option<Found> {
        let ledger = self.ledger()?;
        let listed = runtime().ok()?.block_on(ledger.list(filter)).ok()?;
        let found = listed.into_iter().map(|listed| {
            let summary = sanitize::line(&listed.summary).into_owned();
            (listed.id, Some(summary))
        });
        Some(found.collect())
    }

    fn jobs(&self) -> Option<Found> {
        let ledger = self.ledger()?;
        let jobs = runtime().ok()?.block_on(ledger.jobs()).ok()?;
        let found = jobs
            .into_iter()
            .map(|job| (job.name, Some(job.state.as_str().to_owned())));
        Some(found.collect())
    }

    fn ledger(&self) -> Option<SqliteLedger> {
        let path = SqliteLedger::path_in(self.state.as_ref()?);
        SqliteLedger::open_existing(&path).ok().flatten()
    }

    fn profiles(&self) -> Option<Found> {
        let table: toml::Table = toml::from_str(&text_of(self.config.as_ref()?)?).ok()?;
        let profiles = table.get("profile")?.as_table()?;
        Some(profiles.keys().map(|name| (name.clone(), None)).collect())
    }

    /// The models that Codex has listed lately, as it keeps them.
    fn models(&self) -> Option<Found> {
        let kept: Value = serde_json::from_str(&text_of(&self.codex_home.join("models_cache.json"))?).ok()?;
        let models = kept["models"].as_array()?.iter();
        let listed = models.filter(|model| model["visibility"].as_str().is_none_or(|word| word == "list"));
        let found = listed.filter_map(|model| {
            let name = model["display_name"]
                .as_str()
                .map(|name| sanitize::line(name).into_owned());
            Some((model["slug"].as_str()?.to_owned(), name))
        });
        Some(found.collect())
    }
}

fn text_of(path: &Path) -> Option<String> {
    String::from_utf8(files::read_regular(path, LARGEST).ok()?).ok()
}

/// The value of an option that was typed.
fn option(words: &[OsString], name: &str) -> Option<OsString> {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == name {
            return words.next().filter(|value| !value.is_empty()).cloned();
        }
        if let Some(value) = word
            .to_str()
            .and_then(|word| word.strip_prefix(name)?.strip_prefix('='))
        {
            return Some(value.into());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(verbatim: bool) -> Places {
        let words = ["turnwise", "--codex-home", "/a", "--config=/b"].map(OsString::from);
        Places::of(&words, verbatim)
    }

    #[test]
    fn options_that_were_typed_say_where_to_look() {
        let places = places(false);
        assert_eq!(places.codex_home, Path::new("/a"));
        assert_eq!(places.config.as_deref(), Some(Path::new("/b")));
    }

    #[test]
    fn a_name_that_a_shell_would_read_as_something_else_is_not_offered() {
        for (name, quoted, verbatim) in [
            ("review", true, true),
            ("my review", true, false),
            ("$(rm x)", true, false),
            ("--yes", false, false),
            ("a\u{1b}[2J", false, false),
            ("", false, false),
        ] {
            assert_eq!(places(false).is_usable(name), quoted, "{name:?}");
            assert_eq!(places(true).is_usable(name), verbatim, "{name:?}");
        }
    }

    #[test]
    fn models_are_those_that_codex_has_listed() {
        let home = tempfile::tempdir().unwrap();
        let models = r#"{"models":[{"slug":"gpt-a","display_name":"A","visibility":"list"},
            {"slug":"secret","visibility":"hide"},{"slug":"gpt-b"}]}"#;
        std::fs::write(home.path().join("models_cache.json"), models).unwrap();
        let places = Places {
            codex_home: home.path().to_owned(),
            ..places(false)
        };
        let names = |typed: &str| {
            let found = places.candidates(Kind::Model, OsStr::new(typed));
            found
                .iter()
                .map(|candidate| candidate.get_value().to_string_lossy().into_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(names(""), ["gpt-a", "gpt-b"]);
        assert_eq!(names("gpt-b"), ["gpt-b"]);
        assert_eq!(names("x"), Vec::<String>::new());
    }
}
