//! `config.toml` as it is read: every setting with its line, and everything that is wrong in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml_edit::{Document, Item, Table, TableLike};

use super::hooks::HOOK;
use super::value::{Kind, refusal, with_absolute_paths};
use super::{ConfigError, Flags, KeyError, PROFILE, Setting, Settings};

/// A configuration's settings.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// What holds without a profile.
    pub(crate) general: Settings,
    /// The profiles by name.
    pub(crate) profiles: BTreeMap<String, Settings>,
    /// What is wrong, in the order of the file. A wrong setting is left out.
    pub(crate) problems: Vec<ConfigError>,
}

/// Reads one file.
struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    flags: &'a Flags,
    problems: Vec<(usize, KeyError)>,
}

impl Config {
    /// Reads a file's text. Every profile is checked, also the ones that are not used now.
    ///
    /// # Errors
    /// When it is not TOML. Everything else is in [`problems`](Self::problems).
    pub(crate) fn parse(path: &Path, text: &str, flags: &Flags) -> Result<Self, ConfigError> {
        let document = Document::parse(text).map_err(|source| ConfigError::Syntax {
            path: path.to_owned(),
            source: Box::new(source),
        })?;
        let mut reader = Reader {
            path,
            text,
            flags,
            problems: Vec::new(),
        };
        let table = document.as_table();
        let general = reader.section(table, None);
        let profiles = table.get(PROFILE).map(|item| reader.profiles(table, item));
        let mut problems = reader.problems;
        problems.sort_by_key(|(line, _)| *line);
        let path = PathBuf::from(path);
        let problems = problems.into_iter().map(|(line, problem)| ConfigError::Wrong {
            path: path.clone(),
            line,
            problem,
        });
        Ok(Self {
            general,
            profiles: profiles.unwrap_or_default(),
            problems: problems.collect(),
        })
    }

    /// The settings that are in force with a profile.
    pub(crate) fn in_force(mut self, profile: Option<&str>) -> Settings {
        let of_profile = profile.and_then(|name| self.profiles.remove(name));
        self.general.extend(of_profile.unwrap_or_default());
        self.general
    }
}

impl Reader<'_> {
    fn profiles(&mut self, table: &Table, item: &Item) -> BTreeMap<String, Settings> {
        let Some(sections) = item.as_table_like() else {
            self.wrong_type(
                table,
                PROFILE,
                PROFILE.to_owned(),
                "sections such as [profile.night]",
            );
            return BTreeMap::new();
        };
        let mut profiles = BTreeMap::new();
        for (name, section) in sections.iter() {
            match section.as_table_like() {
                Some(section) => {
                    let settings = self.section(section, Some(name));
                    profiles.insert(name.to_owned(), settings);
                }
                None => self.wrong_type(sections, name, format!("{PROFILE}.{name}"), "a section"),
            }
        }
        profiles
    }

    fn section(&mut self, table: &dyn TableLike, profile: Option<&str>) -> Settings {
        let mut settings = Settings::new();
        for (key, item) in table.iter() {
            // Hooks are read by `hooks`, which says what is wrong with them.
            if profile.is_none() && (key == PROFILE || key == HOOK) {
                continue;
            }
            let line = self.line_of(table, key);
            let full = match profile {
                Some(profile) => format!("{PROFILE}.{profile}.{key}"),
                None => key.to_owned(),
            };
            match self.values(key, full, item) {
                Ok(values) => {
                    let setting = Setting {
                        values,
                        line,
                        profile: profile.map(str::to_owned),
                    };
                    settings.insert(key.to_owned(), setting);
                }
                Err(problem) => self.problems.push((line, problem)),
            }
        }
        settings
    }

    /// The checked values of a key; `full` is its name in errors.
    fn values(&self, key: &str, full: String, item: &Item) -> Result<Vec<String>, KeyError> {
        let Some(args) = self.flags.get(key) else {
            let nearest = nearest(key, self.flags);
            return Err(KeyError::Unknown { key: full, nearest });
        };
        // Flags of one name are of one kind.
        let kind = args.first().map_or(Kind::Single, Kind::of);
        let Some(values) = kind.read(item) else {
            let expected = kind.expected();
            return Err(KeyError::WrongType { key: full, expected });
        };
        if let Some(reason) = values.iter().find_map(|value| refusal(args, value)) {
            return Err(KeyError::WrongValue { key: full, reason });
        }
        let base = self.path.parent().unwrap_or(Path::new("."));
        Ok(with_absolute_paths(key, values, base))
    }

    fn wrong_type(&mut self, table: &dyn TableLike, key: &str, full: String, expected: &'static str) {
        let line = self.line_of(table, key);
        self.problems
            .push((line, KeyError::WrongType { key: full, expected }));
    }

    /// The line of a key.
    fn line_of(&self, table: &dyn TableLike, key: &str) -> usize {
        let span = table.key(key).and_then(toml_edit::Key::span);
        let before = span.map_or(0, |span| span.start).min(self.text.len());
        self.text.get(..before).map_or(1, |text| text.split('\n').count())
    }
}

/// The known key that an unknown one is most like.
pub(super) fn nearest(key: &str, flags: &Flags) -> Option<String> {
    let likeness = |flag: &String| strsim::jaro_winkler(key, flag);
    let close = flags.keys().filter(|flag| likeness(flag) > 0.75);
    close.max_by(|a, b| likeness(a).total_cmp(&likeness(b))).cloned()
}
