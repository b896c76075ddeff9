//! Joins the facts and the overlay, and collects what the overlay lacks and what it has that is gone.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::Merged;
use super::index::{Field, Index, Source};
use super::model::{File, Form, Member, Method, Type, Variant};
use super::names;
use super::overlay::{self, Overlay, Said};
use super::resolve::{Need, need};

pub(super) struct Builder<'a> {
    pub(super) merged: &'a Merged,
    pub(super) overlay: &'a Overlay,
    pub(super) index: Index,
    /// Which type of ours stands for one of theirs.
    pub(super) claims: BTreeMap<&'a str, &'a str>,
    pub(super) types: BTreeMap<&'a str, &'a overlay::Type>,
    pub(super) wrong: Vec<String>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(merged: &'a Merged, overlay: &'a Overlay) -> Self {
        let types = overlay.files.iter().flat_map(|file| &file.types);
        let by_name = types.clone().map(|known| (known.name.as_str(), known)).collect();
        let rests = rests(overlay);
        let claims = types.filter(|known| !rests.contains(known.name.as_str()));
        let claims = claims
            .flat_map(|known| known.of.iter().map(|of| (of.as_str(), known.name.as_str())))
            .collect();
        let index = Index::new(merged);
        Self {
            merged,
            overlay,
            index,
            claims,
            types: by_name,
            wrong: Vec::new(),
        }
    }

    pub(super) fn files(mut self) -> Result<Vec<File>, Vec<String>> {
        let rests = rests(self.overlay);
        let files = self
            .overlay
            .files
            .iter()
            .map(|file| self.file(file, &rests))
            .collect::<Vec<_>>();
        self.look_for_what_is_missing();
        self.wrong.sort();
        self.wrong.dedup();
        if self.wrong.is_empty() {
            Ok(files)
        } else {
            Err(self.wrong)
        }
    }

    fn file(&mut self, file: &'a overlay::File, rests: &BTreeSet<&str>) -> File {
        let at = format!("types/{}.toml", file.name);
        let methods = file
            .methods
            .iter()
            .filter_map(|entry| self.method(&at, &entry.wire, &entry.said))
            .collect();
        let types = file
            .types
            .iter()
            .map(|known| self.r#type(&at, known, rests))
            .collect();
        File {
            name: file.name.clone(),
            doc: file.doc.clone(),
            methods,
            types,
        }
    }

    fn method(&mut self, at: &str, wire: &str, said: &Said) -> Option<Method> {
        let kinds = ["request", "server-request", "notification"];
        let key = kinds.map(|kind| (kind.to_owned(), wire.to_owned()));
        let Some(key) = key.into_iter().find(|key| self.index.methods.contains_key(key)) else {
            self.wrong
                .push(format!("gone: the method {wire}: take it out of {at}"));
            return None;
        };
        let types = std::mem::take(self.index.methods.get_mut(&key)?);
        let mut resolve = |names: Vec<&str>| {
            let given = names
                .iter()
                .map(|name| name.trim_end_matches('?'))
                .filter(|name| *name != "-");
            let given = given.map(|name| self.resolve(name, wire)).collect();
            self.unify(given, wire)
        };
        let params = types
            .iter()
            .map(|(params, _)| params.as_str())
            .collect::<Vec<_>>();
        let may_lack = params.iter().any(|name| *name == "-" || name.ends_with('?'));
        let params = match resolve(params) {
            Some(params) if may_lack => format!("Option<{params}>"),
            Some(params) => params,
            None => "()".to_owned(),
        };
        let result = resolve(types.iter().map(|(_, result)| result.as_str()).collect());
        let result = result.unwrap_or_else(|| "()".to_owned());
        Some(Method {
            kind: key.0,
            wire: wire.to_owned(),
            name: said.name.clone().unwrap_or_else(|| names::pascal(wire)),
            doc: said.doc.clone(),
            params,
            result,
        })
    }

    fn r#type(&mut self, at: &str, known: &'a overlay::Type, rests: &BTreeSet<&str>) -> Type {
        let missing = known
            .of
            .iter()
            .filter(|of| !self.index.sources.contains_key(of.as_str()));
        let missing = missing.cloned().collect::<Vec<_>>();
        for of in &missing {
            self.wrong.push(format!(
                "gone: the type {of}: take it out of {} in {at}",
                known.name
            ));
        }
        let form = if missing.is_empty() {
            self.form(at, known, rests)
        } else {
            Form::Object(Vec::new())
        };
        Type {
            name: known.name.clone(),
            doc: known.doc.clone(),
            attributes: known.rust.attributes.clone(),
            new: known.rust.new,
            form,
        }
    }

    fn form(&mut self, at: &str, known: &'a overlay::Type, rests: &BTreeSet<&str>) -> Form {
        if let Some((field, rest)) = &known.rust.rest {
            return Form::Split(self.common(at, known), (field.clone(), rest.clone()));
        }
        if !known.rust.variants.is_empty() {
            return Form::Union(union(known));
        }
        // An empty type stands for no other.
        let form = known
            .of
            .first()
            .map_or("object", |of| self.index.sources[of].form())
            .to_owned();
        match form.split_once(' ').unwrap_or((&form, "")) {
            ("object", _) => Form::Object(self.members(at, known)),
            ("words", _) => Form::Words(self.words(at, known)),
            ("kinds", tag) => Form::Kinds(tag.to_owned(), self.kinds(at, known, rests)),
            ("choices", _) => {
                let mut variants = self.words(at, known);
                variants.extend(self.kinds(at, known, rests));
                Form::Choices(variants)
            }
            _ => {
                let name = &known.name;
                self.wrong
                    .push(format!("{name} is {form}: say in {at} which variants it has"));
                Form::Object(Vec::new())
            }
        }
    }

    fn sources(&self, known: &'a overlay::Type) -> Vec<(&'a str, &Source)> {
        known
            .of
            .iter()
            .filter_map(|of| Some((of.as_str(), self.index.sources.get(of)?)))
            .collect()
    }

    fn members(&mut self, at: &str, known: &'a overlay::Type) -> Vec<Member> {
        // What is in common is in the type that this one belongs to.
        let common = known
            .of
            .iter()
            .filter_map(|of| self.types.get(self.claims.get(of.split_once('/')?.0)?));
        let common = common.filter(|owner| owner.rust.rest.is_some());
        let common = common.flat_map(|owner| owner.entries.iter().map(|entry| entry.wire.as_str()));
        let common = common.collect::<BTreeSet<_>>();
        let sources = self.sources(known);
        let mut new = Vec::new();
        for (of, source) in &sources {
            for (field, facts) in &source.fields {
                let is_stable =
                    |fact: &&Field| !fact.experimental && fact.versions.contains(&self.index.newest);
                let Some(fact) = facts.iter().find(is_stable) else {
                    continue;
                };
                if known.entry(field).is_none() && !common.contains(field.as_str()) {
                    let since = facts
                        .iter()
                        .flat_map(|fact| &fact.versions)
                        .min()
                        .map_or(0, |first| *first);
                    let (expression, since) = (&fact.expression, &self.merged.matrix[since]);
                    new.push(format!("new: {of}.{field} ({expression}, since {since}): add a line to {at}: [{}] {field} = \"…\"", known.name));
                }
            }
        }
        let fields = known.entries.iter().filter_map(|entry| {
            let facts = sources.iter().flat_map(|(_, source)| source.field(&entry.wire));
            (facts.count() > 0).then(|| (entry, need(&sources, &entry.wire)))
        });
        let fields = fields.collect::<Vec<_>>();
        self.wrong.extend(new);
        let gone = known
            .entries
            .iter()
            .filter(|entry| !fields.iter().any(|(known, _)| known.wire == entry.wire));
        self.wrong
            .extend(gone.map(|entry| format!("gone: {}.{}: take it out of {at}", known.name, entry.wire)));
        fields
            .into_iter()
            .filter_map(|(entry, need)| self.member(known, &entry.wire, &entry.said, &need))
            .collect()
    }

    fn member(&mut self, known: &'a overlay::Type, wire: &str, said: &Said, need: &Need) -> Option<Member> {
        let at = format!("{}.{wire}", known.name);
        let of = if let Some(of) = &said.r#type {
            of.clone()
        } else {
            let sources = self.sources(known);
            let facts = sources.iter().flat_map(|(_, source)| source.field(wire));
            let stable = facts
                .clone()
                .filter(|fact| !fact.experimental)
                .collect::<Vec<_>>();
            let facts = if stable.is_empty() {
                facts.collect()
            } else {
                stable
            };
            let expressions = facts
                .iter()
                .map(|fact| fact.expression.clone())
                .collect::<BTreeSet<_>>();
            let all = expressions
                .iter()
                .map(|expression| self.resolve(expression, &at))
                .collect();
            self.unify(all, &at)?
        };
        let (required, of) = match need {
            Need::Required => (true, of),
            Need::Nullable => (true, format!("Option<{of}>")),
            Need::Optional if said.null => (false, format!("Option<{of}>")),
            Need::Optional => (false, of),
        };
        Some(Member {
            wire: wire.to_owned(),
            name: said.name.clone().unwrap_or_else(|| names::snake(wire)),
            doc: said.doc.clone(),
            r#type: of,
            required,
            null: said.null,
        })
    }

    /// The fields that all kinds of a type have, so far as the overlay has them.
    fn common(&mut self, at: &str, known: &'a overlay::Type) -> Vec<Member> {
        let mut members = Vec::new();
        for entry in &known.entries {
            let sources = self.sources(known);
            let of_kinds = sources
                .iter()
                .flat_map(|(of, source)| source.kinds.iter().map(move |(kind, _)| format!("{of}/{kind}")));
            let of_kinds = of_kinds.collect::<Vec<_>>();
            let of_kinds = of_kinds.iter().map(|of| (of.as_str(), &self.index.sources[of]));
            let of_kinds = of_kinds.collect::<Vec<_>>();
            let has = |sources: &[(&str, &Source)]| {
                sources
                    .iter()
                    .any(|(_, source)| !source.field(&entry.wire).is_empty())
            };
            let (facts, need) = if has(&sources) {
                (sources[0].1.field(&entry.wire), need(&sources, &entry.wire))
            } else if has(&of_kinds) {
                (of_kinds[0].1.field(&entry.wire), need(&of_kinds, &entry.wire))
            } else {
                self.wrong.push(format!(
                    "gone: {}.{}: take it out of {at}",
                    known.name, entry.wire
                ));
                continue;
            };
            let expression = facts[0].expression.clone();
            let of = self.resolve(&expression, &entry.wire);
            let said = Said {
                doc: entry.said.doc.clone(),
                r#type: of.ok(),
                ..Said::default()
            };
            members.extend(self.member(known, &entry.wire, &said, &need));
        }
        members
    }

    fn words(&mut self, at: &str, known: &'a overlay::Type) -> Vec<Variant> {
        let mut words = Vec::<String>::new();
        for (_, source) in self.sources(known) {
            for word in &source.words {
                if !words.contains(word) {
                    words.push(word.clone());
                }
            }
        }
        let kinds = self
            .sources(known)
            .into_iter()
            .flat_map(|(_, source)| source.kinds.iter().map(|(kind, _)| kind.clone()));
        let kinds = kinds.collect::<BTreeSet<_>>();
        let gone = known
            .entries
            .iter()
            .filter(|entry| !words.contains(&entry.wire) && !kinds.contains(&entry.wire));
        self.wrong
            .extend(gone.map(|entry| format!("gone: {} {:?}: take it out of {at}", known.name, entry.wire)));
        let variant = |word: String| {
            let said = known.entry(&word);
            Variant {
                name: said
                    .and_then(|said| said.name.clone())
                    .unwrap_or_else(|| names::pascal(&word)),
                doc: said.map(|said| said.doc.clone()).unwrap_or_default(),
                wire: word,
                content: None,
            }
        };
        words.into_iter().map(variant).collect()
    }

    fn kinds(&mut self, at: &str, known: &'a overlay::Type, rests: &BTreeSet<&str>) -> Vec<Variant> {
        let sources = self.sources(known);
        let mut new = Vec::new();
        for (of, source) in &sources {
            for (kind, is_new) in &source.kinds {
                if *is_new && known.entry(kind).is_none() {
                    new.push(format!(
                        "new: {of}/{kind}: add a line to {at}: [{}] {kind} = \"…\"",
                        known.name
                    ));
                }
            }
        }
        let all = sources.iter().flat_map(|(of, source)| {
            source
                .kinds
                .iter()
                .map(move |(kind, _)| (kind.clone(), format!("{of}/{kind}")))
        });
        let all = all.collect::<Vec<_>>();
        let words = sources
            .iter()
            .flat_map(|(_, source)| source.words.iter().cloned())
            .collect::<BTreeSet<_>>();
        self.wrong.extend(new);
        let mut variants = Vec::new();
        for entry in known.entries.iter().filter(|entry| !words.contains(&entry.wire)) {
            let of = all
                .iter()
                .filter(|(kind, _)| *kind == entry.wire)
                .map(|(_, of)| of.clone())
                .collect::<Vec<_>>();
            if of.is_empty() && words.is_empty() {
                self.wrong.push(format!(
                    "gone: {}/{}: take it out of {at}",
                    known.name, entry.wire
                ));
            }
            if of.is_empty() {
                continue;
            }
            let common = if rests.contains(known.name.as_str()) {
                self.owner_fields(&known.of)
            } else {
                BTreeSet::new()
            };
            let contents = of.iter().map(|of| self.content(of, &common)).collect();
            let content = self.unify(contents, &known.name);
            variants.push(Variant {
                wire: entry.wire.clone(),
                name: entry
                    .said
                    .name
                    .clone()
                    .unwrap_or_else(|| names::pascal(&entry.wire)),
                doc: entry.said.doc.clone(),
                content: content.or_else(|| Some("Empty".to_owned())),
            });
        }
        variants
    }

    /// The fields of the type that has what kinds have in common.
    fn owner_fields(&self, of: &[String]) -> BTreeSet<String> {
        let owners = of
            .iter()
            .filter_map(|of| self.types.get(self.claims.get(of.as_str())?));
        owners
            .flat_map(|owner| owner.entries.iter().map(|entry| entry.wire.clone()))
            .collect()
    }

    fn look_for_what_is_missing(&mut self) {
        for ((kind, name), types) in &self.index.methods {
            // Those that have a place have lost their types.
            if !types.is_empty() {
                self.wrong.push(format!(
                    "new: the {kind} {name}: add a line to [methods] of a file in types/"
                ));
            }
        }
        for name in self.overlay.replaced.keys() {
            if !self.index.sources.contains_key(name) {
                self.wrong
                    .push(format!("gone: the type {name}: take it out of overlay.toml"));
            }
        }
    }
}

/// The types that have what the kinds of another type do not have in common.
fn rests(overlay: &Overlay) -> BTreeSet<&str> {
    let types = overlay.files.iter().flat_map(|file| &file.types);
    types
        .filter_map(|known| known.rust.rest.as_ref())
        .map(|(_, rest)| rest.as_str())
        .collect()
}

fn union(known: &overlay::Type) -> Vec<Variant> {
    let variants = known.rust.variants.iter().map(|(name, content)| Variant {
        wire: String::new(),
        name: name.clone(),
        doc: known.entry(name).map(|said| said.doc.clone()).unwrap_or_default(),
        content: content.as_str().map(str::to_owned),
    });
    variants.collect()
}
