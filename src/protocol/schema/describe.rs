//! Describes a method's params for people: fields, types, and a minimal example that passes the check.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{InstalledMethod, Schema, referenced};

/// Maximum depth of nested fields.
const DEPTH: usize = 6;

/// A field of a method's params.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Where it is: `input[].text`.
    pub path: String,
    /// Its type: `string`, `array of UserInput`, `map of string`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it has to be there.
    pub required: bool,
    /// Whether it may be null.
    pub nullable: bool,
    /// The values that it can have, where they are counted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// For which alternative it is there: `type = text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Its description in the server's schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Schema {
    /// The fields of a method's params, those inside of others below them.
    pub fn fields(&self, method: &InstalledMethod) -> Vec<Field> {
        let mut fields = Vec::new();
        if let Some(params) = &method.params {
            self.collect(params, "", None, &mut Vec::new(), &mut fields);
        }
        fields
    }

    /// The fields of a named type.
    pub fn fields_of_type(&self, name: &str) -> Vec<Field> {
        let mut fields = Vec::new();
        if let Some(definition) = self.definition(name) {
            self.collect(definition, "", None, &mut vec![name.to_owned()], &mut fields);
        }
        fields
    }

    /// The smallest params that fit; null where a method takes none.
    pub fn example(&self, method: &InstalledMethod) -> Value {
        method
            .params
            .as_ref()
            .map_or(Value::Null, |params| self.example_of(params, "", 0))
    }

    fn collect(
        &self,
        schema: &Value,
        path: &str,
        when: Option<&str>,
        inside: &mut Vec<String>,
        fields: &mut Vec<Field>,
    ) {
        if inside.len() > DEPTH {
            return;
        }
        if let Some(name) = schema["$ref"].as_str().and_then(referenced) {
            // A recursive type is described once.
            if !inside.iter().any(|outer| outer == name)
                && let Some(definition) = self.definition(name)
            {
                inside.push(name.to_owned());
                self.collect(definition, path, when, inside, fields);
                inside.pop();
            }
            return;
        }
        let required = |name: &str| {
            let names = schema["required"].as_array();
            names.is_some_and(|names| names.iter().any(|required| required == name))
        };
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let place = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}.{name}")
            };
            // The field that distinguishes the alternatives is described once, with all values.
            let values = self.values(field);
            if let Some(known) = fields
                .iter_mut()
                .find(|known| known.path == place && !known.values.is_empty())
            {
                for value in values {
                    if !known.values.contains(&value) {
                        known.values.push(value);
                    }
                }
                continue;
            }
            let (kind, nullable) = self.kind(field);
            let tells_apart = values.len() == 1 && when.is_some();
            fields.push(Field {
                path: place.clone(),
                kind,
                required: required(name),
                nullable,
                values,
                when: when.filter(|_| !tells_apart).map(str::to_owned),
                description: field["description"].as_str().map(str::to_owned),
            });
            self.collect(field, &place, when, inside, fields);
        }
        if schema["items"].is_object() {
            inside.push(String::new());
            self.collect(&schema["items"], &format!("{path}[]"), when, inside, fields);
            inside.pop();
        }
        if schema["additionalProperties"].is_object() {
            inside.push(String::new());
            self.collect(
                &schema["additionalProperties"],
                &format!("{path}.*"),
                when,
                inside,
                fields,
            );
            inside.pop();
        }
        for alternative in alternatives(schema) {
            let tag = self.tag(alternative);
            self.collect(alternative, path, tag.as_deref().or(when), inside, fields);
        }
    }

    /// `type = text`: the field with one value by which an alternative is known.
    fn tag(&self, alternative: &Value) -> Option<String> {
        let fields = alternative["properties"].as_object()?;
        fields
            .iter()
            .find_map(|(name, field)| match &self.values(field)[..] {
                [only] => Some(format!("{name} = {only}")),
                _ => None,
            })
    }

    /// The words that a value can be.
    fn values(&self, schema: &Value) -> Vec<String> {
        let mut values = Vec::new();
        self.collect_values(schema, &mut values, 0);
        values
    }

    fn collect_values(&self, schema: &Value, values: &mut Vec<String>, depth: usize) {
        if depth > DEPTH {
            return;
        }
        let words = schema["enum"].as_array().into_iter().flatten();
        let words = words.chain(schema.get("const"));
        values.extend(words.filter_map(Value::as_str).map(str::to_owned));
        if let Some(definition) = schema["$ref"].as_str().and_then(|name| self.resolve(name)) {
            self.collect_values(definition, values, depth + 1);
        }
        for alternative in alternatives(schema) {
            self.collect_values(alternative, values, depth + 1);
        }
    }

    /// The name of a type, and whether it may be null.
    fn kind(&self, schema: &Value) -> (String, bool) {
        let mut kinds = Vec::new();
        self.collect_kinds(schema, &mut kinds);
        let nullable = kinds.iter().any(|kind| kind == "null");
        kinds.retain(|kind| kind != "null");
        let mut unique = Vec::new();
        for kind in kinds {
            if !unique.contains(&kind) {
                unique.push(kind);
            }
        }
        if unique.is_empty() {
            unique.push("any".to_owned());
        }
        (unique.join(" or "), nullable)
    }

    fn collect_kinds(&self, schema: &Value, kinds: &mut Vec<String>) {
        if let Some(name) = schema["$ref"].as_str().and_then(referenced) {
            let plain = self.definition(name).is_some_and(|definition| {
                !definition["properties"].is_object() && alternatives(definition).next().is_none()
            });
            match self.definition(name) {
                Some(definition) if plain => self.collect_kinds(definition, kinds),
                _ => kinds.push(name.to_owned()),
            }
            return;
        }
        let named = match &schema["type"] {
            Value::String(kind) => vec![kind.as_str()],
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        for kind in named {
            kinds.push(match kind {
                "array" => format!("array of {}", self.kind(&schema["items"]).0),
                "object" if schema["additionalProperties"].is_object() => {
                    format!("map of {}", self.kind(&schema["additionalProperties"]).0)
                }
                kind => kind.to_owned(),
            });
        }
        for alternative in alternatives(schema) {
            self.collect_kinds(alternative, kinds);
        }
    }

    fn example_of(&self, schema: &Value, name: &str, depth: usize) -> Value {
        if depth > 2 * DEPTH {
            return Value::Null;
        }
        if let Some(reference) = schema["$ref"].as_str() {
            if referenced(reference) == Some("AbsolutePathBuf") {
                return json!("/absolute/path");
            }
            return self.resolve(reference).map_or(Value::Null, |definition| {
                self.example_of(definition, name, depth + 1)
            });
        }
        let first = schema["enum"].as_array().and_then(|words| words.first());
        if let Some(word) = first.or(schema.get("const")) {
            return word.clone();
        }
        let mut example = match alternatives(schema).find(|one| one["type"] != "null") {
            Some(alternative) => self.example_of(alternative, name, depth + 1),
            None => Value::Null,
        };
        let kind = match &schema["type"] {
            Value::Array(several) => several.iter().find(|kind| *kind != "null"),
            kind => Some(kind),
        };
        match kind.and_then(Value::as_str) {
            Some("string") => json!(format!("<{name}>")),
            Some("integer" | "number") => json!(1),
            Some("boolean") => json!(false),
            Some("array") if schema["items"].is_object() => {
                json!([self.example_of(&schema["items"], name, depth + 1)])
            }
            Some("array") => json!([]),
            Some("object") => {
                let mut object = Map::new();
                for required in schema["required"].as_array().into_iter().flatten() {
                    let Some(field) = required.as_str() else { continue };
                    let value = self.example_of(&schema["properties"][field], field, depth + 1);
                    object.insert(field.to_owned(), value);
                }
                if let Value::Object(alternative) = example.take() {
                    object.extend(alternative);
                }
                Value::Object(object)
            }
            _ => example,
        }
    }
}

fn alternatives(schema: &Value) -> impl Iterator<Item = &Value> {
    ["anyOf", "oneOf", "allOf"]
        .into_iter()
        .filter_map(|keyword| schema[keyword].as_array())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Schema {
        Schema::from_bundle(&json!({ "definitions": {
            "ClientRequest": { "oneOf": [
                { "properties": { "method": { "enum": ["turn/start"] }, "params": { "$ref": "#/definitions/P" } } },
            ] },
            "ClientNotification": { "oneOf": [] }, "ServerRequest": { "oneOf": [] }, "ServerNotification": { "oneOf": [] },
            "P": { "type": "object", "required": ["threadId", "input"], "properties": {
                "threadId": { "type": "string", "description": "Which one." },
                "mode": { "anyOf": [{ "$ref": "#/definitions/Mode" }, { "type": "null" }] },
                "input": { "type": "array", "items": { "$ref": "#/definitions/Input" } },
                "env": { "type": ["object", "null"], "additionalProperties": { "type": "string" } },
            } },
            "Mode": { "type": "string", "enum": ["a", "b"] },
            "Input": { "oneOf": [
                { "type": "object", "required": ["type", "text"], "properties": {
                    "type": { "enum": ["text"] }, "text": { "type": "string" },
                    "more": { "type": "array", "items": { "$ref": "#/definitions/Input" } } } },
                { "type": "object", "required": ["type", "url"], "properties": {
                    "type": { "enum": ["image"] }, "url": { "type": "string" } } },
            ] },
        } }))
        .unwrap()
    }

    #[test]
    fn fields_are_told_with_their_types_values_and_alternatives() {
        let schema = schema();
        let fields = schema.fields(schema.request("turn/start").unwrap());
        let lines = fields
            .iter()
            .map(|field| {
                let null = if field.nullable { "?" } else { "" };
                let required = if field.required { "!" } else { "" };
                let when = field.when.as_deref().unwrap_or_default();
                format!(
                    "{}{required}: {}{null} {:?} {when}",
                    field.path, field.kind, field.values
                )
            })
            .collect::<Vec<_>>();
        assert_eq!(
            lines,
            [
                "env: map of string? [] ",
                "input!: array of Input [] ",
                "input[].more: array of Input [] type = text",
                "input[].text!: string [] type = text",
                "input[].type!: any [\"text\", \"image\"] ",
                "input[].url!: string [] type = image",
                "mode: string? [\"a\", \"b\"] ",
                "threadId!: string [] ",
            ]
        );
    }

    #[test]
    fn the_example_is_small_and_fits() {
        let schema = schema();
        let example = schema.example(schema.request("turn/start").unwrap());
        assert_eq!(
            example,
            json!({ "threadId": "<threadId>", "input": [{ "type": "text", "text": "<text>" }] })
        );
    }
}
