//! Changes in `config.toml`: one key is set or removed, comments and everything else stay as they are.

use std::any::TypeId;
use std::path::{Path, PathBuf};

use clap::Arg;
use toml_edit::{Array, DocumentMut, Item, Table, TableLike, Value};

use super::document::nearest;
use super::value::{Kind, refusal};
use super::{ConfigError, Flags, KeyError, PROFILE};

/// A key, as in `model` or `profile.night.model`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) profile: Option<String>,
    pub(crate) flag: String,
}

impl Key {
    /// Reads a key. Whether its flag exists is not checked.
    pub(crate) fn parse(text: &str) -> Self {
        let of_profile = text
            .strip_prefix(PROFILE)
            .and_then(|rest| rest.strip_prefix('.'))
            // A flag has no dot in it, a profile may.
            .and_then(|rest| rest.rsplit_once('.'));
        match of_profile {
            Some((profile, flag)) => Self {
                profile: Some(profile.to_owned()),
                flag: flag.to_owned(),
            },
            None => Self {
                profile: None,
                flag: text.to_owned(),
            },
        }
    }

    /// The flags of this name.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn args<'a>(&self, flags: &'a Flags) -> Result<&'a [Arg], KeyError> {
        flags
            .get(&self.flag)
            .map(Vec::as_slice)
            .ok_or_else(|| KeyError::Unknown {
                key: self.to_string(),
                nearest: nearest(&self.flag, flags),
            })
    }

    /// The values as TOML, checked as the flag would.
    ///
    /// # Errors
    /// When no flag of this name takes them.
    pub(crate) fn value(&self, values: &[String], flags: &Flags) -> Result<Value, KeyError> {
        let args = self.args(flags)?;
        let key = || self.to_string();
        let kind = args.first().map_or(Kind::Single, Kind::of);
        let wrong_type = || KeyError::WrongType {
            key: key(),
            expected: kind.expected(),
        };
        let value = match (kind, values) {
            (Kind::List, values) => Value::Array(values.iter().collect::<Array>()),
            (Kind::Switch, [value]) => value.parse::<bool>().map_err(|_| wrong_type())?.into(),
            (Kind::Count, [value]) => i64::from(value.parse::<u8>().map_err(|_| wrong_type())?).into(),
            (Kind::Single, [value]) => match value.parse::<i64>() {
                Ok(number) if args.iter().all(is_number) => number.into(),
                _ => value.into(),
            },
            _ => return Err(wrong_type()),
        };
        match values.iter().find_map(|value| refusal(args, value)) {
            Some(reason) => Err(KeyError::WrongValue { key: key(), reason }),
            None => Ok(value),
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(profile) = &self.profile {
            write!(formatter, "{PROFILE}.{profile}.")?;
        }
        formatter.write_str(&self.flag)
    }
}

/// Whether a flag's values read better without quotes.
fn is_number(arg: &Arg) -> bool {
    let parser = arg.get_value_parser().type_id();
    let numbers = [
        TypeId::of::<u16>(),
        TypeId::of::<u32>(),
        TypeId::of::<u64>(),
        TypeId::of::<usize>(),
    ];
    numbers.iter().any(|number| parser == *number)
}

/// The text with a key set.
///
/// # Errors
/// When the text is not TOML, or has something else in the key's place.
pub(crate) fn set(path: &Path, text: &str, key: &Key, value: Value) -> Result<String, ConfigError> {
    let mut document = parsed(path, text)?;
    let section = match &key.profile {
        None => Some(document.as_table_mut() as &mut dyn TableLike),
        Some(profile) => profile_section(&mut document, profile),
    };
    let section = section.ok_or_else(|| ConfigError::Wrong {
        path: PathBuf::from(path),
        line: 1,
        problem: KeyError::WrongType {
            key: PROFILE.to_owned(),
            expected: "sections such as [profile.night]",
        },
    })?;
    match section.get_mut(&key.flag).and_then(Item::as_value_mut) {
        // What stands behind the old value, such as a comment, stays.
        Some(old) => {
            let decor = old.decor().clone();
            *old = value;
            *old.decor_mut() = decor;
        }
        None => {
            section.insert(&key.flag, Item::Value(value));
        }
    }
    Ok(document.to_string())
}

/// The text without a key; `None` if it was not set.
///
/// # Errors
/// When the text is not TOML.
pub(crate) fn unset(path: &Path, text: &str, key: &Key) -> Result<Option<String>, ConfigError> {
    let mut document = parsed(path, text)?;
    let section = match &key.profile {
        None => Some(document.as_table_mut() as &mut dyn TableLike),
        Some(profile) => document
            .get_mut(PROFILE)
            .and_then(Item::as_table_like_mut)
            .and_then(|profiles| profiles.get_mut(profile))
            .and_then(Item::as_table_like_mut),
    };
    let removed = section.and_then(|section| section.remove(&key.flag));
    Ok(removed.map(|_| document.to_string()))
}

fn parsed(path: &Path, text: &str) -> Result<DocumentMut, ConfigError> {
    text.parse().map_err(|source| ConfigError::Syntax {
        path: path.to_owned(),
        source: Box::new(source),
    })
}

/// The section of a profile, made where it is missing; `None` if something else is in its place.
fn profile_section<'a>(document: &'a mut DocumentMut, profile: &str) -> Option<&'a mut dyn TableLike> {
    let profiles = document.entry(PROFILE).or_insert_with(|| {
        let mut table = Table::new();
        // It has no heading of its own: [profile.night] is enough.
        table.set_implicit(true);
        Item::Table(table)
    });
    let profiles = profiles.as_table_like_mut()?;
    let section = profiles
        .entry(profile)
        .or_insert_with(|| Item::Table(Table::new()));
    section.as_table_like_mut()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Mine.\nmodel = \"a\" # good enough\n\n[profile.night]\n# Long.\ntimeout = \"1h\"\n";

    fn with(key: &str, value: impl Into<Value>) -> String {
        set(Path::new("/c"), TEXT, &Key::parse(key), value.into()).unwrap()
    }

    #[test]
    fn comments_and_other_keys_stay() {
        assert_eq!(with("model", "b"), TEXT.replace("\"a\"", "\"b\""));
        assert_eq!(with("profile.night.timeout", "2h"), TEXT.replace("1h", "2h"));
        let added = with("effort", "low");
        assert_eq!(added, TEXT.replace("enough\n", "enough\neffort = \"low\"\n"));
    }

    #[test]
    fn a_profile_is_made_where_it_is_missing() {
        let made = with("profile.day.privileged", true);
        assert_eq!(made, format!("{TEXT}\n[profile.day]\nprivileged = true\n"));
        let empty = set(Path::new("/c"), "", &Key::parse("profile.day.model"), "m".into()).unwrap();
        assert_eq!(empty, "[profile.day]\nmodel = \"m\"\n");
    }

    #[test]
    fn a_key_that_is_not_set_cannot_be_removed() {
        let without = |key| unset(Path::new("/c"), TEXT, &Key::parse(key)).unwrap();
        assert_eq!(without("effort"), None);
        assert_eq!(without("profile.day.model"), None);
        let left = without("profile.night.timeout").unwrap();
        assert!(
            left.ends_with("[profile.night]\n") && left.starts_with("# Mine."),
            "{left}"
        );
    }

    #[test]
    fn a_profile_may_have_dots_in_its_name() {
        let key = Key::parse("profile.a.b.model");
        assert_eq!(
            (key.profile.as_deref(), key.flag.as_str()),
            (Some("a.b"), "model")
        );
        assert_eq!(key.to_string(), "profile.a.b.model");
    }
}
