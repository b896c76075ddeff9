//! The list of harmless arguments, as `programs.toml` has it. What a command's words mean by it is in `check`.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// All that is known.
#[derive(Debug)]
pub(crate) struct Table {
    entries: HashMap<String, Entry>,
    variables: HashMap<String, Variable>,
}

/// What is known of a program, or of one of its subcommands.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(super) options: HashMap<String, Takes>,
    /// The option whose value is the directory to run in.
    directory: Option<String>,
    pub(super) operands: Operands,
    pub(super) most_operands: Option<usize>,
    /// Options are whole words, never letters in a cluster.
    pub(super) whole_words: bool,
    /// What may stand after `--`; `None`: operands.
    pub(super) after: Option<After>,
    pub(super) check: Option<Check>,
    pub(super) repository: Option<Repository>,
    /// Only for rules that name the whole subcommand.
    pub(super) spelled: bool,
    /// No option may follow an operand.
    pub(super) options_first: bool,
    /// Characters that no operand and no value may contain.
    pub(super) without: String,
    /// Without arguments it takes its input for a program.
    pub(super) reads_program: bool,
    pub(super) has_subcommands: bool,
}

/// An environment variable.
#[derive(Debug, Clone)]
pub(crate) struct Variable {
    values: Option<Vec<String>>,
}

/// What an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    Nothing,
    /// A value, attached or as the next word.
    Value,
    /// Perhaps a value, which is then attached.
    Attached,
}

/// Which operands are harmless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub(super) enum Operands {
    /// Any.
    #[default]
    Any,
    None,
    /// Letters, digits and `_@./,:+-`, without `::` and without a scheme: names of files, targets, branches, packages.
    Names,
    /// Every word is an operand, also those that start with `-`.
    Words,
    /// Paths of files that the program changes or runs. They have to be below the rule's directory; the policy checks that.
    Inside,
}

/// What may stand after `--`.
#[derive(Debug, Clone)]
pub(super) struct After {
    pub(super) options: HashMap<String, Takes>,
}

/// Operands that need more than a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Check {
    /// `sed -n` with addresses and `p`.
    Sed,
    /// `test` and `[`, whose operands some shells evaluate.
    Test,
    /// `printf`, whose numbers some shells evaluate.
    Printf,
}

/// Files of the working directory that control a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Repository {
    /// A git repository, whose configuration can name programs.
    Git,
    /// A project: its build files, scripts and plugins are run.
    Project,
}

/// An option that was found in the table.
pub(super) struct Taken<'a> {
    /// How many words it is.
    pub(super) words: usize,
    /// The named directory.
    pub(super) directory: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    entry: Vec<RawEntry>,
    variable: Vec<RawVariable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntry {
    names: Vec<String>,
    #[expect(
        dead_code,
        reason = "for the reader of the file, and for the test that asks for it"
    )]
    why: String,
    #[serde(default)]
    options: String,
    directory: Option<String>,
    #[serde(default)]
    operands: Operands,
    most_operands: Option<usize>,
    #[serde(default)]
    whole_words: bool,
    after: Option<String>,
    check: Option<Check>,
    repository: Option<Repository>,
    #[serde(default)]
    spelled: bool,
    #[serde(default)]
    options_first: bool,
    #[serde(default)]
    without: String,
    #[serde(default)]
    reads_program: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawVariable {
    name: String,
    #[expect(
        dead_code,
        reason = "for the reader of the file, and for the test that asks for it"
    )]
    why: String,
    values: Option<Vec<String>>,
}

static BUILT_IN: LazyLock<Table> = LazyLock::new(|| {
    // The file is a part of the program, and a test reads it; were it unreadable, nothing would be known, and all is asked.
    Table::parse(include_str!("programs.toml")).unwrap_or_else(|_| Table {
        entries: HashMap::new(),
        variables: HashMap::new(),
    })
});

impl Table {
    pub(super) fn built_in() -> &'static Self {
        &BUILT_IN
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let raw: RawFile = toml::from_str(text).map_err(|error| error.to_string())?;
        let mut entries = HashMap::new();
        for raw in raw.entry {
            let entry = Entry {
                options: options(&raw.options)?,
                directory: raw.directory,
                operands: raw.operands,
                most_operands: raw.most_operands,
                whole_words: raw.whole_words,
                after: raw
                    .after
                    .map(|after| options(&after).map(|options| After { options }))
                    .transpose()?,
                check: raw.check,
                repository: raw.repository,
                spelled: raw.spelled,
                options_first: raw.options_first,
                without: raw.without,
                reads_program: raw.reads_program,
                has_subcommands: false,
            };
            for name in raw.names {
                if entries.insert(name.clone(), entry.clone()).is_some() {
                    return Err(format!("`{name}` is listed twice"));
                }
            }
        }
        let parents = entries
            .keys()
            .filter_map(|name| name.rsplit_once(' ').map(|(parent, _)| parent.to_owned()))
            .collect::<Vec<_>>();
        for parent in parents {
            entries
                .get_mut(&parent)
                .ok_or_else(|| format!("`{parent}` has subcommands and no entry"))?
                .has_subcommands = true;
        }
        let variables = raw
            .variable
            .into_iter()
            .map(|raw| (raw.name, Variable { values: raw.values }))
            .collect();
        Ok(Self { entries, variables })
    }

    pub(super) fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }

    pub(super) fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.get(name)
    }
}

/// Options as the file lists them: `-s`, `--long`, `-n=` with a value, `--color[=]` with one that may be left out.
fn options(text: &str) -> Result<HashMap<String, Takes>, String> {
    let mut found = HashMap::new();
    for word in text.split_whitespace() {
        let (name, takes) = if let Some(name) = word.strip_suffix("[=]") {
            (name, Takes::Attached)
        } else if let Some(name) = word.strip_suffix('=') {
            (name, Takes::Value)
        } else {
            (word, Takes::Nothing)
        };
        if !name.starts_with(['-', '+']) {
            return Err(format!("`{word}` is not an option"));
        }
        if found.insert(name.to_owned(), takes).is_some() {
            return Err(format!("`{name}` is listed twice"));
        }
    }
    Ok(found)
}

impl Entry {
    /// The option at a place among words, if it is known.
    pub(super) fn option<'a>(&self, words: &'a [String], at: usize) -> Option<Taken<'a>> {
        let rest = words[at..].iter().map(String::as_str);
        let found = super::check::option(&self.options, self.whole_words, rest)?;
        let directory = self.directory.as_deref();
        Some(Taken {
            words: found.words,
            directory: found.value.filter(|_| directory == Some(found.name.as_str())),
        })
    }

    /// Whether there is an option that moves the program to a directory.
    pub(super) fn moves(&self) -> bool {
        self.directory.is_some()
    }
}

impl Variable {
    pub(super) fn allows(&self, value: &str) -> bool {
        match &self.values {
            Some(values) => values.iter().any(|allowed| allowed == value),
            None => value
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || "_.,:@%+=-".contains(character)),
        }
    }
}
