//! The types as they are written, made of the facts and the overlay by `build.rs`.

use std::collections::{BTreeMap, BTreeSet};

use super::build::Builder;
use super::facts::Merged;
use super::names;
use super::overlay::Overlay;

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

impl Model {
    /// # Errors
    /// What has to be said in the overlay, or no longer be said there.
    pub(crate) fn new(merged: &Merged, overlay: &Overlay) -> Result<Self, Vec<String>> {
        let mut files = Builder::new(merged, overlay).files()?;
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
