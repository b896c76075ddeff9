//! The server's schema as its parser applies it: stricter where the parser is stricter, and without unknown fields in
//! objects, because an unknown field is nearly always misspelt.

use std::collections::BTreeMap;

use jsonschema::paths::Location;
use jsonschema::{Draft, Keyword, ValidationError, Validator};
use serde_json::{Map, Value, json};

use super::Schema;

/// The keyword for numbers that must be written without a point: to a JSON schema 1.0 is an integer, to the server not.
pub(super) const WHOLE: &str = "x-whole";

/// How strictly a value is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    /// What we send: nothing unknown.
    Sent,
    /// Values from the server: they may have more fields than the schema.
    Received,
}

/// The document that values of a type are checked against: the type's schema and what it refers to.
pub(super) fn document(schema: &Schema, root: &Value, strictness: Strictness) -> Value {
    let mut definitions = BTreeMap::new();
    let mut next = super::references(root);
    while let Some(name) = next.pop() {
        if definitions.contains_key(&name) {
            continue;
        }
        let Some(definition) = schema.definition(&name) else {
            continue;
        };
        next.extend(super::references(definition));
        let mut prepared = prepare(definition, strictness, true);
        if name == "AbsolutePathBuf"
            && strictness == Strictness::Sent
            && let Value::Object(prepared) = &mut prepared
        {
            prepared.insert("pattern".to_owned(), json!("^/"));
        }
        definitions.insert(name, prepared);
    }
    let mut document = prepare(root, strictness, true);
    if let Value::Object(document) = &mut document {
        document.insert("definitions".to_owned(), json!(definitions));
    }
    document
}

/// A validator for a [`document`].
pub(super) fn validator(document: &Value) -> Result<Validator, String> {
    jsonschema::options()
        // The first draft that can close an object over several schemas.
        .with_draft(Draft::Draft201909)
        .should_validate_formats(false)
        .with_keyword(WHOLE, |_, _, _| Ok(Box::new(Whole)))
        .build(document)
        .map_err(|error| error.to_string())
}

/// `closes`: whether unknown fields are refused here. Not in the alternatives of an object that has fields itself.
fn prepare(schema: &Value, strictness: Strictness, closes: bool) -> Value {
    let Value::Object(schema) = schema else {
        return schema.clone();
    };
    let fields = schema.contains_key("properties");
    let mut prepared = Map::new();
    for (keyword, value) in schema {
        let each = |value: &Value| prepare(value, strictness, true);
        let (keyword, value) = match (keyword.as_str(), value) {
            ("properties", Value::Object(fields)) => {
                let fields = fields.iter().map(|(name, field)| (name.clone(), each(field)));
                ("properties", Value::Object(fields.collect()))
            }
            ("items", Value::Array(items)) => ("items", items.iter().map(each).collect()),
            ("items" | "additionalProperties", value) => (keyword.as_str(), each(value)),
            // The server takes the first alternative that fits.
            ("anyOf" | "oneOf", Value::Array(alternatives)) => {
                let of = |one: &Value| prepare(one, strictness, closes && !fields);
                ("anyOf", alternatives.iter().map(of).collect())
            }
            ("allOf", Value::Array(parts)) => {
                let lone = parts.len() == 1;
                let of = |one: &Value| prepare(one, strictness, closes && !fields && lone);
                ("allOf", parts.iter().map(of).collect())
            }
            (
                "$ref" | "type" | "enum" | "const" | "required" | "minimum" | "maximum" | "minLength",
                value,
            ) => (keyword.as_str(), value.clone()),
            _ => continue,
        };
        prepared.insert(keyword.to_owned(), value);
    }
    if is_whole(schema) {
        prepared.insert(WHOLE.to_owned(), json!(true));
        if let Some((least, most)) = schema.get("format").and_then(Value::as_str).and_then(range) {
            prepared.entry("minimum").or_insert(least);
            prepared.entry("maximum").or_insert(most);
        }
    }
    if strictness == Strictness::Sent && fields && closes && !schema.contains_key("additionalProperties") {
        prepared.insert("unevaluatedProperties".to_owned(), json!(false));
    }
    Value::Object(prepared)
}

fn is_whole(schema: &Map<String, Value>) -> bool {
    match schema.get("type") {
        Some(Value::String(kind)) => kind == "integer",
        Some(Value::Array(kinds)) => kinds.contains(&json!("integer")),
        _ => false,
    }
}

/// The range of the server's number types.
fn range(format: &str) -> Option<(Value, Value)> {
    Some(match format {
        "int8" => (json!(i8::MIN), json!(i8::MAX)),
        "int16" => (json!(i16::MIN), json!(i16::MAX)),
        "int32" => (json!(i32::MIN), json!(i32::MAX)),
        "int64" | "int" => (json!(i64::MIN), json!(i64::MAX)),
        "uint8" => (json!(0), json!(u8::MAX)),
        "uint16" => (json!(0), json!(u16::MAX)),
        "uint32" => (json!(0), json!(u32::MAX)),
        "uint64" | "uint" => (json!(0), json!(u64::MAX)),
        _ => return None,
    })
}

struct Whole;

impl<'i> Keyword<'i> for Whole {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        if self.is_valid(instance) {
            Ok(())
        } else {
            Err(ValidationError::custom("expected a whole number"))
        }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        !instance.is_f64()
    }
}

/// A place in a document or a value, as its parts.
pub(super) fn parts(location: &Location) -> Vec<String> {
    location
        .as_str()
        .split('/')
        .skip(1)
        .map(|part| part.replace("~1", "/").replace("~0", "~"))
        .collect()
}
