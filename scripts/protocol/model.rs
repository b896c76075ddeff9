//! Joins the facts and the overlay: the types as they are written, or a list of what the overlay lacks and what it has
//! that is gone.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::Merged;
use super::index::{Field, Index, Source};
use super::names;
use super::overlay::{self, Overlay, Said};

pub(crate) struct Model {
    pub(crate) files: Vec<File>,
}

pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) methods: Vec<Method>,
    pub(crate) types: Vec<Type>,
}

pub(crate) struct Method {
    /// `request`, `server-request` or `notification`.
    pub(crate) kind: String,
    pub(crate) wire: String,
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) params: String,
    pub(crate) result: String,
}

pub(crate) struct Type {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) attributes: Vec<String>,
    pub(crate) new: bool,
    pub(crate) form: Form,
}

pub(crate) enum Form {
    Object(Vec<Member>),
    /// With the field for what kinds do not have in common.
    Split(Vec<Member>, (String, String)),
    Words(Vec<Variant>),
    Kinds(String, Vec<Variant>),
    Choices(Vec<Variant>),
    Union(Vec<Variant>),
}

pub(crate) struct Member {
    pub(crate) wire: String,
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) r#type: String,
    pub(crate) required: bool,
    /// Null says something else than nothing.
    pub(crate) null: bool,
}

#[derive(Clone)]
pub(crate) struct Variant {
    pub(crate) wire: String,
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) content: Option<String>,
}

struct Builder<'a> {
    merged: &'a Merged,
    overlay: &'a Overlay,
    index: Index,
    /// Which type of ours stands for one of theirs.
    claims: BTreeMap<&'a str, &'a str>,
    types: BTreeMap<&'a str, &'a overlay::Type>,
    wrong: Vec<String>,
}

impl Model {
    /// # Errors
    /// What has to be said in the overlay, or no longer be said there.
    pub(crate) fn new(merged: &Merged, overlay: &Overlay) -> Result<Self, Vec<String>> {
        let types = overlay.files.iter().flat_map(|file| &file.types);
        let by_name = types
            .clone()
            .map(|known| (known.name.as_str(), known))
            .collect::<BTreeMap<_, _>>();
        let rests = types
            .clone()
            .filter_map(|known| known.rust.rest.as_ref())
            .map(|(_, rest)| rest.as_str());
        let rests = rests.collect::<BTreeSet<_>>();
        let claims = types.filter(|known| !rests.contains(known.name.as_str()));
        let claims = claims
            .flat_map(|known| known.of.iter().map(|of| (of.as_str(), known.name.as_str())))
            .collect();
        let index = Index::new(merged);
        let mut builder = Builder {
            merged,
            overlay,
            index,
            claims,
            types: by_name,
            wrong: Vec::new(),
        };
        let mut files = overlay
            .files
            .iter()
            .map(|file| builder.file(file, &rests))
            .collect::<Vec<_>>();
        builder.look_for_what_is_missing();
        if !builder.wrong.is_empty() {
            builder.wrong.sort();
            builder.wrong.dedup();
            return Err(builder.wrong);
        }
        mark_sent(&mut files);
        Ok(Self { files })
    }
}

/// What a client writes has a constructor, and in it a field that has to be there stays even if it is null.
fn mark_sent(files: &mut [File]) {
    let methods = files.iter().flat_map(|file| &file.methods);
    let mut next = methods
        .filter_map(|method| match method.kind.as_str() {
            "request" => Some(method.params.clone()),
            "server-request" => Some(method.result.clone()),
            _ => None,
        })
        .collect::<Vec<_>>();
    let mut sent = BTreeSet::new();
    let types = files.iter().flat_map(|file| &file.types);
    let by_name = types
        .map(|known| (known.name.clone(), known.used()))
        .collect::<BTreeMap<_, _>>();
    while let Some(of) = next.pop() {
        for name in names::types_in(&of) {
            if let Some(used) = by_name.get(name)
                && sent.insert(name.to_owned())
            {
                next.extend(used.iter().cloned());
            }
        }
    }
    for known in files.iter_mut().flat_map(|file| &mut file.types) {
        let Form::Object(members) = &mut known.form else {
            continue;
        };
        let is_sent = sent.contains(&known.name);
        for member in members
            .iter_mut()
            .filter(|member| member.required && member.r#type.starts_with("Option<"))
        {
            if !is_sent {
                member.required = false;
                member.r#type = member.r#type["Option<".len()..member.r#type.len() - 1].to_owned();
            }
        }
        known.new |= is_sent && members.iter().any(|member| member.required);
    }
}

impl Type {
    /// The types that it is made of.
    pub(crate) fn used(&self) -> Vec<String> {
        match &self.form {
            Form::Object(members) => members.iter().map(|member| member.r#type.clone()).collect(),
            Form::Split(members, (_, rest)) => members
                .iter()
                .map(|member| member.r#type.clone())
                .chain([rest.clone()])
                .collect(),
            Form::Words(_) => Vec::new(),
            Form::Kinds(_, variants) | Form::Choices(variants) | Form::Union(variants) => variants
                .iter()
                .filter_map(|variant| variant.content.clone())
                .collect(),
        }
    }
}

impl<'a> Builder<'a> {
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
            return Form::Union(self.union(known));
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
            .filter_map(|(entry, need)| self.member(known, &entry.wire, &entry.said, need))
            .collect()
    }

    fn member(&mut self, known: &'a overlay::Type, wire: &str, said: &Said, need: Need) -> Option<Member> {
        let at = format!("{}.{wire}", known.name);
        let of = match &said.r#type {
            Some(of) => of.clone(),
            None => {
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
            }
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
            members.extend(self.member(known, &entry.wire, &said, need));
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

    /// The type of what a kind carries.
    fn content(&mut self, of: &str, common: &BTreeSet<String>) -> Result<String, String> {
        let source = &self.index.sources[of];
        if source.form() == "object" {
            if let Some(name) = self.claims.get(of) {
                return Ok((*name).to_owned());
            }
            let is_stable = |facts: &[Field]| {
                facts
                    .iter()
                    .any(|fact| !fact.experimental && fact.versions.contains(&self.index.newest))
            };
            let mut fields = source
                .fields
                .iter()
                .filter(|(name, facts)| is_stable(facts) && !common.contains(name));
            return match fields.next() {
                None => Ok("Empty".to_owned()),
                Some(_) => Err(format!(
                    "new: {of} has fields: give it a type in the overlay, of = [\"{of}\"]"
                )),
            };
        }
        let expression = source.form().to_owned();
        self.resolve(&expression, of)
    }

    fn union(&mut self, known: &'a overlay::Type) -> Vec<Variant> {
        let variants = known.rust.variants.iter().map(|(name, content)| Variant {
            wire: String::new(),
            name: name.clone(),
            doc: known.entry(name).map(|said| said.doc.clone()).unwrap_or_default(),
            content: content.as_str().map(str::to_owned),
        });
        variants.collect()
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

    /// A type of ours for an expression of the facts.
    fn resolve(&self, expression: &str, at: &str) -> Result<String, String> {
        if let Some(nullable) = expression.strip_suffix('?') {
            return Ok(format!("Option<{}>", self.resolve(nullable, at)?));
        }
        let between = |open, close| {
            expression
                .strip_prefix(open)
                .and_then(|rest: &str| rest.strip_suffix(close))
        };
        if expression == "{any}" {
            return Ok("Map<String, Value>".to_owned());
        }
        if let Some(of) = between('[', ']') {
            return Ok(format!("Vec<{}>", self.resolve(of, at)?));
        }
        if let Some(of) = between('{', '}') {
            return Ok(format!("BTreeMap<String, {}>", self.resolve(of, at)?));
        }
        if expression.contains('|') {
            let all = expression
                .split('|')
                .map(|one| self.resolve(one, at))
                .collect::<Result<BTreeSet<_>, _>>()?;
            return match all.first() {
                Some(one) if all.len() == 1 => Ok(one.clone()),
                _ => Err(format!(
                    "new: {at} is one of {expression}: give it a type in the overlay"
                )),
            };
        }
        match expression {
            "string" => return Ok("String".to_owned()),
            "any" => return Ok("Value".to_owned()),
            "number" => return Ok("Number".to_owned()),
            "bool" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "f64" => return Ok(expression.to_owned()),
            _ => {}
        }
        if let Some(replaced) = self
            .overlay
            .replaced
            .get(expression)
            .and_then(toml::Value::as_str)
        {
            return Ok(replaced.to_owned());
        }
        if let Some(name) = self.claims.get(expression) {
            return Ok((*name).to_owned());
        }
        let Some(source) = self.index.sources.get(expression) else {
            return Err(format!(
                "{at}: {expression} is only for clients with the experimental API"
            ));
        };
        if source.form() == "object" {
            let stable = source
                .fields
                .iter()
                .filter(|(_, facts)| facts.iter().any(|fact| !fact.experimental));
            let fields = stable.map(|(name, _)| name.as_str()).collect::<BTreeSet<_>>();
            if fields.is_empty() {
                return Ok("Empty".to_owned());
            }
            let page = BTreeSet::from(["backwardsCursor", "data", "nextCursor"]);
            if fields.is_subset(&page) && fields.contains("data") && fields.contains("nextCursor") {
                let data = self.resolve(&source.field("data")[0].expression, at)?;
                return Ok(format!(
                    "Listed<{}>",
                    data.trim_start_matches("Vec<").trim_end_matches('>')
                ));
            }
        } else if !source.form().starts_with("kinds ")
            && !["words", "choices", "union"].contains(&source.form())
        {
            return self.resolve(source.form(), expression);
        }
        Err(format!(
            "new: the type {expression} ({}), in {at}: give it a table in types/ or a line in overlay.toml",
            source.form()
        ))
    }

    /// The one type for what versions call differently.
    fn unify(&mut self, all: Vec<Result<String, String>>, at: &str) -> Option<String> {
        let mut types = BTreeSet::new();
        for one in all {
            match one {
                Ok(one) => drop(types.insert(one)),
                Err(wrong) => self.wrong.push(wrong),
            }
        }
        let is_union_of_all = |name: &&String| {
            let union = self.types.get(name.as_str()).map(|known| &known.rust.variants);
            union.is_some_and(|union| {
                types
                    .iter()
                    .all(|one| one == *name || union.values().any(|content| content.as_str() == Some(one)))
            })
        };
        let chosen = if types.len() > 1 {
            types.iter().find(is_union_of_all)
        } else {
            types.first()
        };
        if chosen.is_none() && !types.is_empty() {
            self.wrong.push(format!(
                "{at} has several types, {types:?}: say which in the overlay"
            ));
        }
        chosen.cloned()
    }
}

enum Need {
    Required,
    /// Always there, but it may be null in each version.
    Nullable,
    Optional,
}

/// Whether all versions of all types have a field and want it.
fn need(sources: &[(&str, &Source)], wire: &str) -> Need {
    let mut need = Need::Required;
    let (mut nullable, mut present) = (0, 0);
    for (_, source) in sources {
        for version in source.versions() {
            let mut facts = source
                .field(wire)
                .iter()
                .filter(|fact| fact.versions.contains(&version));
            match facts.next() {
                Some(fact) if fact.required => {
                    present += 1;
                    nullable += usize::from(fact.nullable);
                }
                _ => need = Need::Optional,
            }
        }
    }
    match need {
        Need::Required if nullable == present && present > 0 => Need::Nullable,
        Need::Required if nullable > 0 => Need::Optional,
        need => need,
    }
}
