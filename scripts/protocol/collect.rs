//! Reads the facts of one version out of the schema that its binary generates: which types there are, their fields,
//! words and kinds. Nothing of the texts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use turnwise::protocol::schema::Schema;
use turnwise::protocol::{Direction, Stability};

/// A fact and what it says; in the order of the schema.
pub(crate) type Facts = Vec<(String, String)>;

/// The facts of the methods whose names begin with one of `families`, and of the types they lead to. `all` has the
/// experimental part of the protocol, `stable` does not.
pub(crate) fn collect(stable: &Schema, all: &Schema, families: &[String]) -> Facts {
    let mut methods = Facts::new();
    let mut next = Vec::new();
    for method in all.methods() {
        let in_family = families
            .iter()
            .any(|family| method.name.starts_with(family.as_str()));
        if !in_family || method.stability == Stability::Experimental {
            continue;
        }
        let kind = match method.direction {
            Direction::ClientRequest => "request",
            Direction::ServerRequest => "server-request",
            Direction::ServerNotification => "notification",
            Direction::ClientNotification => continue,
        };
        let name = |name: &Option<String>| name.as_deref().map_or_else(|| "-".to_owned(), plain);
        let nullable = method
            .params
            .as_ref()
            .is_some_and(|params| expression(params).ends_with('?'));
        let params = name(&method.params_type) + if nullable { "?" } else { "" };
        let result = name(&method.result_type);
        methods.push((format!("{kind} {}", method.name), format!("{params} {result}")));
        next.extend(method.params_type.clone());
        next.extend(method.result_type.clone());
    }
    methods.sort();
    let mut types = BTreeMap::new();
    let mut seen = BTreeSet::new();
    while let Some(name) = next.pop() {
        let Some(definition) = all.definition(&name) else {
            continue;
        };
        if !seen.insert(name.clone()) {
            continue;
        }
        let facts = definition_facts(&plain(&name), definition);
        let known = stable
            .definition(&name)
            .map(|known| definition_facts(&plain(&name), known));
        let marked = facts
            .into_iter()
            .map(|(key, value)| match &known {
                // Kept with the experimental API and of the same form without it.
                Some(known) if known.iter().any(|(other, _)| *other == key) => (key, value),
                _ => (key, format!("experimental {value}").trim_end().to_owned()),
            })
            .collect::<Facts>();
        // What only the experimental part leads to is of no interest.
        if let Some(known) = stable.definition(&name) {
            references(known, &mut next);
        }
        types.insert(plain(&name), marked);
    }
    methods.extend(types.into_values().flatten());
    methods
}

/// A namesake of a newer type has another name there.
fn plain(name: &str) -> String {
    name.replace("v1.", "Old")
}

fn references(schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Object(object) => {
            let reference = object.get("$ref").and_then(Value::as_str);
            found.extend(
                reference
                    .and_then(|name| name.strip_prefix("#/definitions/"))
                    .map(str::to_owned),
            );
            object.values().for_each(|value| references(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

fn definition_facts(name: &str, schema: &Value) -> Facts {
    let mut facts = Facts::new();
    if let Some(words) = words(schema) {
        facts.push((name.to_owned(), "words".to_owned()));
        facts.extend(
            words
                .into_iter()
                .map(|word| (format!("{name}={word}"), String::new())),
        );
        return facts;
    }
    let alternatives = alternatives(schema);
    let Some(form) = form(alternatives) else {
        if schema["properties"].is_object() || (schema["type"] == "object" && is_closed(schema)) {
            facts.push((name.to_owned(), "object".to_owned()));
            object_facts(name, schema, None, &mut facts);
        } else {
            facts.push((name.to_owned(), expression(schema)));
        }
        return facts;
    };
    match form {
        Form::Tagged(tag) => {
            facts.push((name.to_owned(), format!("kinds {tag}")));
            object_facts(
                name,
                &without(schema, &["oneOf", "anyOf"]),
                Some(&tag),
                &mut facts,
            );
            for kind in alternatives {
                let word = kind["properties"][&tag]["enum"][0].as_str().unwrap_or_default();
                let name = format!("{name}/{word}");
                facts.push((name.clone(), "object".to_owned()));
                object_facts(&name, kind, Some(&tag), &mut facts);
            }
        }
        Form::Choices => {
            facts.push((name.to_owned(), "choices".to_owned()));
            for choice in alternatives {
                if let Some(words) = words(choice) {
                    facts.extend(
                        words
                            .into_iter()
                            .map(|word| (format!("{name}={word}"), String::new())),
                    );
                    continue;
                }
                for (key, content) in choice["properties"].as_object().into_iter().flatten() {
                    let name = format!("{name}/{key}");
                    if content["properties"].is_object() {
                        facts.push((name.clone(), "object".to_owned()));
                        object_facts(&name, content, None, &mut facts);
                    } else {
                        facts.push((name, expression(content)));
                    }
                }
            }
        }
        Form::Union => {
            facts.push((name.to_owned(), "union".to_owned()));
            for (place, one) in (1..).zip(alternatives) {
                let name = format!("{name}/{place}");
                if one["properties"].is_object() {
                    facts.push((name.clone(), "object".to_owned()));
                    object_facts(&name, one, None, &mut facts);
                } else {
                    facts.push((name, expression(one)));
                }
            }
        }
    }
    facts
}

enum Form {
    Tagged(String),
    Choices,
    Union,
}

fn alternatives(schema: &Value) -> &[Value] {
    let of = |keyword: &str| schema[keyword].as_array().map(Vec::as_slice);
    of("oneOf").or_else(|| of("anyOf")).unwrap_or_default()
}

fn form(alternatives: &[Value]) -> Option<Form> {
    let objects = alternatives
        .iter()
        .filter(|one| one["properties"].is_object())
        .collect::<Vec<_>>();
    let first = objects.first()?["properties"].as_object()?;
    let is_tag = |name: &str| {
        objects
            .iter()
            .all(|one| words(&one["properties"][name]).is_some_and(|words| words.len() == 1))
    };
    let tag = ["type", "kind", "mode"]
        .into_iter()
        .map(str::to_owned)
        .chain(first.keys().cloned())
        .find(|name| is_tag(name));
    if objects.len() == alternatives.len()
        && let Some(tag) = tag
    {
        return Some(Form::Tagged(tag));
    }
    // Beside its words and objects a type may have an alternative that allows others.
    let is_open =
        |one: &Value| words(one).is_none() && !one["properties"].is_object() && one["$ref"].is_null();
    let is_choice = |one: &Value| {
        words(one).is_some()
            || one["properties"]
                .as_object()
                .is_some_and(|fields| fields.len() == 1)
                && is_closed(one)
    };
    let has_words = alternatives.iter().any(|one| words(one).is_some());
    let is_choices = alternatives
        .iter()
        .all(|one| is_choice(one) || (has_words && is_open(one)));
    Some(if is_choices { Form::Choices } else { Form::Union })
}

fn is_closed(schema: &Value) -> bool {
    matches!(
        schema.get("additionalProperties"),
        None | Some(Value::Bool(false))
    )
}

/// The words, where a schema allows nothing but some.
fn words(schema: &Value) -> Option<Vec<String>> {
    if let Some(words) = schema["enum"].as_array() {
        return words
            .iter()
            .map(|word| word.as_str().map(str::to_owned))
            .collect();
    }
    let all = alternatives(schema)
        .iter()
        .map(words)
        .collect::<Option<Vec<_>>>()?;
    (!all.is_empty()).then(|| all.concat())
}

fn object_facts(name: &str, schema: &Value, tag: Option<&str>, facts: &mut Facts) {
    let properties = |part: &Value| part["properties"].as_object().cloned().unwrap_or_default();
    let required = |field: &str| {
        let names = schema["required"].as_array();
        names.is_some_and(|names| names.iter().any(|name| name == field))
    };
    let mut fields = properties(schema);
    let mut always = fields
        .keys()
        .filter(|field| required(field))
        .cloned()
        .collect::<BTreeSet<_>>();
    // An object of which some fields depend on others has all of them, and those are optional.
    for (field, schema) in alternatives(schema).iter().flat_map(properties) {
        always.remove(&field);
        fields.insert(field, schema);
    }
    for (field, schema) in &fields {
        if Some(field.as_str()) != tag {
            let need = if always.contains(field) {
                "required"
            } else {
                "optional"
            };
            facts.push((
                format!("{name}.{field}"),
                format!("{need} {}", expression(schema)),
            ));
        }
    }
}

fn without(schema: &Value, keys: &[&str]) -> Value {
    let mut schema = schema.clone();
    if let Some(object) = schema.as_object_mut() {
        keys.iter().for_each(|key| drop(object.remove(*key)));
    }
    schema
}

/// A schema in one word: `string`, `i64`, `[Thread]` for a list, `{bool}` for a map, with `?` where it may be null.
fn expression(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return plain(reference.trim_start_matches("#/definitions/"));
    }
    let Some(object) = schema.as_object() else {
        return "any".to_owned();
    };
    if let Some(all) = object.get("allOf").and_then(Value::as_array)
        && let [one] = all.as_slice()
    {
        return expression(one);
    }
    let several = alternatives(schema);
    if !several.is_empty() {
        let mut all = several.iter().map(expression).collect::<Vec<_>>();
        let nullable = all.iter().any(|one| one == "null");
        all.retain(|one| one != "null");
        return all.join("|") + if nullable { "?" } else { "" };
    }
    let (types, nullable) = match &schema["type"] {
        Value::String(one) => (vec![one.as_str()], false),
        Value::Array(several) => {
            let all = several.iter().filter_map(Value::as_str);
            (
                all.filter(|one| *one != "null").collect(),
                several.iter().any(|one| one == "null"),
            )
        }
        _ => return "any".to_owned(),
    };
    let written = types
        .iter()
        .map(|one| of_type(one, schema))
        .collect::<Vec<_>>()
        .join("|");
    written + if nullable { "?" } else { "" }
}

fn of_type(name: &str, schema: &Value) -> String {
    match (name, schema["format"].as_str()) {
        ("integer", Some(format)) => match format {
            "int32" => "i32",
            "int64" => "i64",
            "uint8" => "u8",
            "uint16" => "u16",
            "uint32" => "u32",
            "uint" | "uint64" => "u64",
            other => other,
        }
        .to_owned(),
        ("integer", None) => "i64".to_owned(),
        ("boolean", _) => "bool".to_owned(),
        ("array", _) => format!(
            "[{}]",
            schema.get("items").map_or_else(|| "any".to_owned(), expression)
        ),
        ("object", _) => match schema.get("additionalProperties") {
            Some(of @ Value::Object(_)) => format!("{{{}}}", expression(of)),
            _ => "{any}".to_owned(),
        },
        (other, _) => other.to_owned(),
    }
}
