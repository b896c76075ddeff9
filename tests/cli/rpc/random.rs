//! Params at random, valid and broken, against the real server: it does not call malformed what the check lets pass, and
//! what the check refuses it calls malformed. `TURNWISE_TEST_PARAMS=10000` tries so many, other ones each time.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use turnwise::app_server::AppServer;
use turnwise::protocol::schema::{CheckError, Schema};
use turnwise::runtime::RuntimeError;

use super::connect;
use crate::support::Test;
use crate::support::instances::Dice;

/// Methods that look and change nothing, or that refuse to without an id that exists. Whatever the params are, nothing
/// comes of a call.
const HARMLESS: [&str; 30] = [
    "account/read",
    "app/list",
    "app/read",
    "command/exec/resize",
    "command/exec/terminate",
    "command/exec/write",
    "config/read",
    "experimentalFeature/list",
    "fs/getMetadata",
    "fs/readDirectory",
    "fs/readFile",
    "fs/unwatch",
    "hooks/list",
    "mcpServerStatus/list",
    "model/list",
    "review/start",
    "skills/list",
    "thread/archive",
    "thread/fork",
    "thread/goal/set",
    "thread/items/list",
    "thread/list",
    "thread/metadata/update",
    "thread/name/set",
    "thread/read",
    "thread/resume",
    "thread/turns/list",
    "turn/interrupt",
    "turn/start",
    "turn/steer",
];

/// Refused here and taken by the server, on purpose.
const STRICTER: [(&str, &str); 1] = [(
    "is unknown",
    "the server ignores fields that it does not know, which are nearly always misspelt",
)];

/// A value that the schema allows.
fn valid(schema: &Schema, of: &Value, dice: &mut Dice, depth: usize) -> Value {
    if let Some(reference) = of["$ref"].as_str() {
        let name = reference.trim_start_matches("#/definitions/");
        if name == "AbsolutePathBuf" {
            return json!("/no/such/path");
        }
        return valid(schema, schema.definition(name).unwrap(), dice, depth + 1);
    }
    if let Some(words) = of["enum"].as_array() {
        return words[dice.below(words.len())].clone();
    }
    let alternatives = ["anyOf", "oneOf", "allOf"]
        .iter()
        .find_map(|keyword| of[*keyword].as_array());
    let mut chosen = Value::Null;
    if let Some(alternatives) = alternatives {
        let simplest = alternatives.iter().position(|one| one["type"] == "null");
        let index = match simplest {
            Some(index) if depth > 8 => index,
            _ => dice.below(alternatives.len()),
        };
        chosen = valid(schema, &alternatives[index], dice, depth + 1);
    }
    let kinds = match &of["type"] {
        Value::Array(kinds) => kinds.clone(),
        Value::Null => {
            return if alternatives.is_some() {
                chosen
            } else {
                json!("anything")
            };
        }
        kind => vec![kind.clone()],
    };
    match kinds[dice.below(kinds.len())].as_str().unwrap() {
        "null" => Value::Null,
        "boolean" => json!(dice.one_in(2)),
        "integer" => json!(1 + dice.below(100)),
        "number" => json!(dice.below(100)),
        "string" => json!(["", "text", "é\u{202e}", "00000000-0000-0000-0000-000000000000"][dice.below(4)]),
        "array" if of["items"].is_object() && depth <= 8 => (0..dice.below(3))
            .map(|_| valid(schema, &of["items"], dice, depth + 1))
            .collect(),
        "array" => json!([]),
        "object" => {
            let mut object = Map::new();
            let required = of["required"].as_array().cloned().unwrap_or_default();
            for (name, field) in of["properties"].as_object().into_iter().flatten() {
                if required.contains(&json!(name)) || (depth <= 8 && dice.one_in(3)) {
                    object.insert(name.clone(), valid(schema, field, dice, depth + 1));
                }
            }
            if of["additionalProperties"].is_object() && dice.one_in(2) {
                object.insert(
                    "key".to_owned(),
                    valid(schema, &of["additionalProperties"], dice, depth + 1),
                );
            }
            object.extend(chosen.as_object().cloned().unwrap_or_default());
            Value::Object(object)
        }
        other => panic!("{other}"),
    }
}

/// Breaks one place of a value: another type, a field gone, a field more.
fn broken(value: &mut Value, dice: &mut Dice) {
    match value {
        Value::Object(object) if !object.is_empty() && !dice.one_in(6) => {
            let name = object.keys().nth(dice.below(object.len())).unwrap().clone();
            if dice.one_in(5) {
                object.remove(&name);
            } else {
                broken(object.get_mut(&name).unwrap(), dice);
            }
        }
        Value::Object(object) if dice.one_in(2) => {
            object.insert("extraField".to_owned(), json!(1));
        }
        Value::Array(list) if !list.is_empty() && !dice.one_in(4) => {
            let index = dice.below(list.len());
            broken(&mut list[index], dice);
        }
        _ => {
            let others = [
                json!(-1),
                json!(1.5),
                json!("nonsense"),
                json!([7]),
                json!({ "a": 1 }),
                json!(true),
                json!(1_u64 << 63),
            ];
            *value = others[dice.below(others.len())].clone();
        }
    }
}

/// Whether the server could not read the params at all.
async fn malformed(server: &AppServer, method: &str, params: &Value) -> Option<String> {
    match server.call_json_unchecked(method, params).await {
        Err(RuntimeError::Server { message, .. }) if message.starts_with("Invalid request") => Some(message),
        Ok(_) | Err(RuntimeError::Server { .. }) => None,
        Err(error) => panic!("{method} {params}: {error}"),
    }
}

/// How many params are tried by default.
const TRIED: usize = 4_000;

#[tokio::test]
async fn the_check_and_the_server_agree_on_random_params() {
    let asked_for = std::env::var("TURNWISE_TEST_PARAMS").ok();
    let tried = asked_for.as_ref().map_or(TRIED, |tried| tried.parse().unwrap());
    let test = Test::answering("unused");
    let server = connect(&test).await;
    let schema = server.schema().await.unwrap();
    // The same ones each time, unless more are asked for.
    let seed = asked_for.map_or(7, |_| u8::try_from(std::process::id() % 251).unwrap());
    let mut dice = Dice::new(seed);
    let mut tally = BTreeMap::<&str, usize>::new();
    let mut disagreements = Vec::new();
    // What an older server does not have is not asked.
    let methods = HARMLESS.iter().filter(|method| schema.request(method).is_some());
    let methods = methods.copied().collect::<Vec<_>>();
    for round in 0..tried.div_ceil(methods.len()) {
        let mut calls = Vec::new();
        for method in &methods {
            let of = schema.request(method).unwrap().params.as_ref().unwrap();
            let mut params = valid(schema, of, &mut dice, 0);
            if round % 2 == 1 {
                broken(&mut params, &mut dice);
            }
            let (server, method) = (server.clone(), *method);
            let called = tokio::spawn(async move {
                let refused = malformed(&server, method, &params).await;
                (params, refused)
            });
            calls.push((method, called));
        }
        for (method, called) in calls {
            let (params, refused) = called.await.unwrap();
            let checked = schema.check(method, &params);
            match (&checked, &refused) {
                (Ok(_), None) => *tally.entry("both take it").or_default() += 1,
                (Err(_), Some(_)) => *tally.entry("both refuse it").or_default() += 1,
                (Ok(_), Some(message)) => {
                    disagreements.push(format!("only the server refuses {method} {params}: {message}"));
                }
                (Err(error), None) => {
                    let CheckError::Params { faults, .. } = error else {
                        panic!("{error}")
                    };
                    let on_purpose = faults
                        .iter()
                        .all(|fault| STRICTER.iter().any(|(known, _)| fault.expected.contains(known)));
                    if on_purpose {
                        *tally.entry("the check is stricter on purpose").or_default() += 1;
                    } else {
                        disagreements.push(format!("only the check refuses {method} {params}: {error}"));
                    }
                }
            }
        }
    }
    assert!(
        disagreements.is_empty(),
        "seed {seed}, {} of {tried}:\n{}\n{tally:?}",
        disagreements.len(),
        disagreements.join("\n")
    );
    assert!(
        tally.values().all(|count| *count > tried / 100) && tally.len() == 3,
        "{tally:?}"
    );
    println!("seed {seed}: {tally:?}");
    server.close().await;
}
