//! What the schemas cannot say: which type of ours stands for which of theirs, in which file it is, and what is written
//! about it. `overlay.toml` is for all of it, `types/*.toml` for a file each.

use std::path::Path;

use serde::Deserialize;
use toml::{Table, Value};

pub(crate) struct Overlay {
    /// How the names of the methods begin that have types.
    pub(crate) families: Vec<String>,
    /// Types of the protocol for which another type stands, without fields of its own here.
    pub(crate) replaced: Table,
    pub(crate) files: Vec<File>,
}

pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) methods: Vec<Entry>,
    pub(crate) types: Vec<Type>,
}

pub(crate) struct Type {
    pub(crate) name: String,
    pub(crate) doc: String,
    /// The types of the protocol that it stands for, `Type/kind` for one kind of such a type.
    pub(crate) of: Vec<String>,
    pub(crate) rust: Rust,
    /// Its fields, kinds and words by their names on the wire.
    pub(crate) entries: Vec<Entry>,
}

/// What is said of a type beside its fields.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Rust {
    /// It has a constructor although no client sends it.
    pub(crate) new: bool,
    /// Attributes, as they are written.
    pub(crate) attributes: Vec<String>,
    /// Of an object of several kinds that have fields in common: the field for what they do not, and its type.
    pub(crate) rest: Option<(String, String)>,
    /// Of a type that is written as one of others: the variants with their types.
    pub(crate) variants: Table,
}

/// A field, a kind, a word or a method.
pub(crate) struct Entry {
    pub(crate) wire: String,
    pub(crate) said: Said,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Said {
    pub(crate) doc: String,
    /// Its name here, where it does not follow from that on the wire.
    pub(crate) name: Option<String>,
    /// Its type here, where it does not follow from that on the wire.
    pub(crate) r#type: Option<String>,
    /// Null says something else than nothing.
    pub(crate) null: bool,
}

impl Overlay {
    pub(crate) fn read(directory: &Path) -> Result<Self, String> {
        let mut all = table(&directory.join("overlay.toml"))?;
        let families = all.remove("families").ok_or("overlay.toml has no families")?;
        let replaced = all.remove("replaced").ok_or("overlay.toml has no replaced")?;
        let mut paths = std::fs::read_dir(directory.join("types"))
            .map_err(|error| error.to_string())?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
            .collect::<Vec<_>>();
        paths.sort();
        Ok(Self {
            families: families.try_into().map_err(|error| error.to_string())?,
            replaced: replaced.try_into().map_err(|error| error.to_string())?,
            files: paths
                .iter()
                .map(|path| File::read(path))
                .collect::<Result<_, _>>()?,
        })
    }
}

impl File {
    fn read(path: &Path) -> Result<Self, String> {
        let mut file = Self {
            name: path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            doc: String::new(),
            methods: Vec::new(),
            types: Vec::new(),
        };
        for (key, value) in table(path)? {
            let failed = |error: String| format!("{}: {key}: {error}", path.display());
            match (key.as_str(), value) {
                ("doc", Value::String(doc)) => file.doc = doc,
                ("methods", Value::Table(methods)) => file.methods = entries(methods).map_err(failed)?,
                (_, Value::Table(table)) => file.types.push(Type::read(&key, table).map_err(failed)?),
                _ => return Err(failed("it should be a table".to_owned())),
            }
        }
        Ok(file)
    }
}

impl Type {
    fn read(name: &str, mut table: Table) -> Result<Self, String> {
        let of = match table.remove("of") {
            Some(of) => of.try_into().map_err(|error| error.to_string())?,
            None => vec![name.to_owned()],
        };
        let rust = match table.remove("rust") {
            Some(rust) => rust.try_into().map_err(|error| error.to_string())?,
            None => Rust::default(),
        };
        let doc = table
            .remove("doc")
            .and_then(|doc| doc.as_str().map(str::to_owned));
        Ok(Self {
            name: name.to_owned(),
            doc: doc.ok_or("it has no doc")?,
            of,
            rust,
            entries: entries(table)?,
        })
    }

    pub(crate) fn entry(&self, wire: &str) -> Option<&Said> {
        self.entries
            .iter()
            .find(|entry| entry.wire == wire)
            .map(|entry| &entry.said)
    }
}

fn table(path: &Path) -> Result<Table, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    text.parse()
        .map_err(|error| format!("{}: {error}", path.display()))
}

fn entries(table: Table) -> Result<Vec<Entry>, String> {
    let of = |(wire, value): (String, Value)| {
        let said = match value {
            Value::String(doc) => Said {
                doc,
                ..Said::default()
            },
            value => value.try_into().map_err(|error| format!("{wire}: {error}"))?,
        };
        Ok(Entry { wire, said })
    };
    table.into_iter().map(of).collect()
}
