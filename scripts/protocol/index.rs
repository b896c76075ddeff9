//! The facts, sorted by what they are about.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::Merged;

pub(crate) type Versions = BTreeSet<usize>;

#[derive(Default)]
pub(crate) struct Index {
    pub(crate) newest: usize,
    pub(crate) sources: BTreeMap<String, Source>,
    /// By kind and name: the types of params and result.
    pub(crate) methods: BTreeMap<(String, String), Vec<(String, String)>>,
}

/// A type of the protocol, or one kind of it.
#[derive(Default)]
pub(crate) struct Source {
    /// What it is, in which versions.
    pub(crate) forms: Vec<(String, Versions)>,
    pub(crate) fields: Vec<(String, Vec<Field>)>,
    pub(crate) words: Vec<String>,
    /// Of which the newest version has those that are marked.
    pub(crate) kinds: Vec<(String, bool)>,
}

pub(crate) struct Field {
    pub(crate) versions: Versions,
    pub(crate) experimental: bool,
    pub(crate) required: bool,
    pub(crate) nullable: bool,
    pub(crate) expression: String,
}

impl Index {
    pub(crate) fn new(merged: &Merged) -> Self {
        let mut index = Self {
            newest: merged.matrix.len() - 1,
            ..Self::default()
        };
        for fact in &merged.facts {
            let (key, versions) = (&fact.key, &fact.versions);
            if let Some((kind, name)) = key.split_once(' ') {
                let types = fact.value.split_once(' ').unwrap_or((&fact.value, "-"));
                let of = index
                    .methods
                    .entry((kind.to_owned(), name.to_owned()))
                    .or_default();
                of.push((types.0.to_owned(), types.1.to_owned()));
                continue;
            }
            let (experimental, value) = match fact.value.strip_prefix("experimental") {
                Some(value) => (true, value.trim_start()),
                None => (false, fact.value.as_str()),
            };
            if let Some((name, word)) = key.split_once('=') {
                if !experimental {
                    index.source(name).words.push(word.to_owned());
                }
            } else if let Some((name, field)) = key.rsplit_once('.') {
                let (need, expression) = value.split_once(' ').unwrap_or((value, "any"));
                let of = Field {
                    versions: versions.clone(),
                    experimental,
                    required: need == "required" && !experimental,
                    nullable: expression.ends_with('?'),
                    expression: expression.trim_end_matches('?').to_owned(),
                };
                let fields = &mut index.source(name).fields;
                match fields.iter_mut().find(|(known, _)| known == field) {
                    Some((_, all)) => all.push(of),
                    None => fields.push((field.to_owned(), vec![of])),
                }
            } else if !experimental {
                let newest = versions.contains(&index.newest);
                index.source(key).forms.push((value.to_owned(), versions.clone()));
                if let Some((name, kind)) = key.split_once('/') {
                    let kinds = &mut index.source(name).kinds;
                    match kinds.iter_mut().find(|(known, _)| known == kind) {
                        Some((_, is_new)) => *is_new |= newest,
                        None => kinds.push((kind.to_owned(), newest)),
                    }
                }
            }
        }
        index
    }

    fn source(&mut self, name: &str) -> &mut Source {
        self.sources.entry(name.to_owned()).or_default()
    }
}

impl Source {
    /// The versions that have it.
    pub(crate) fn versions(&self) -> impl Iterator<Item = usize> + '_ {
        self.forms
            .iter()
            .flat_map(|(_, versions)| versions.iter().copied())
    }

    pub(crate) fn form(&self) -> &str {
        // Words to which objects were added later are choices.
        let forms = || self.forms.iter().map(|(form, _)| form.as_str());
        forms()
            .find(|form| *form == "choices")
            .or_else(|| forms().next())
            .unwrap_or_default()
    }

    pub(crate) fn field(&self, name: &str) -> &[Field] {
        self.fields
            .iter()
            .find(|(known, _)| known == name)
            .map_or(&[], |(_, all)| all)
    }
}
