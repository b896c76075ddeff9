//! Reads the server's JSON into the types of the protocol, with defaults for fields that a server leaves out. Pure.
//!
//! The types require what every supported version sends. A session does not fail for want of a field that it hardly needs.

use serde::de::DeserializeOwned;
use serde_json::{Error, Map, Value};

/// Reads a message. What it lacks is taken from the defaults: empty values are filled in, objects and lists that have content
/// say what to fill into those that are there, a list by its only entry.
pub(in crate::runtime) fn read<T: DeserializeOwned>(json: &str, defaults: &Value) -> Result<T, Error> {
    serde_json::from_str(json).or_else(|error| {
        // What is wrong with the message itself says more.
        from_value(serde_json::from_str(json)?, defaults).map_err(|_| error)
    })
}

/// The same for a value. Null is an empty object.
pub(in crate::runtime) fn from_value<T: DeserializeOwned>(
    mut value: Value,
    defaults: &Value,
) -> Result<T, Error> {
    if value.is_null() {
        value = Value::Object(Map::new());
    }
    fill_in(&mut value, defaults);
    T::deserialize(value)
}

fn fill_in(value: &mut Value, defaults: &Value) {
    match (value, defaults) {
        (Value::Object(fields), Value::Object(defaults)) => {
            for (name, default) in defaults {
                match fields.get_mut(name) {
                    Some(field) if !field.is_null() => fill_in(field, default),
                    _ if has_content(default) => {}
                    _ => {
                        fields.insert(name.clone(), default.clone());
                    }
                }
            }
        }
        (Value::Array(entries), Value::Array(defaults)) => {
            if let [default] = &defaults[..] {
                for entry in entries {
                    fill_in(entry, default);
                }
            }
        }
        _ => {}
    }
}

fn has_content(default: &Value) -> bool {
    match default {
        Value::Object(fields) => !fields.is_empty(),
        Value::Array(entries) => !entries.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::types::{FileChangeItem, TurnNotification};
    use serde_json::json;

    #[test]
    fn what_a_server_leaves_out_is_filled_in_and_what_it_says_stays() {
        let defaults = json!({ "turn": { "status": "", "items": [] } });
        let turn = |json: Value| read::<TurnNotification>(&json.to_string(), &defaults);
        let read = turn(json!({ "threadId": "t", "turn": { "id": "u", "new": 1 } })).unwrap();
        assert_eq!((read.turn.status.as_str(), read.turn.items.len()), ("", 0));
        assert_eq!(read.turn.other["new"], 1);
        let read = turn(json!({ "threadId": "t", "turn": { "id": "u", "status": "failed", "items": null } }));
        assert_eq!(read.unwrap().turn.status.as_str(), "failed");
    }

    #[test]
    fn an_object_that_is_missing_is_not_made_up() {
        let error = read::<TurnNotification>(r#"{"threadId":"t"}"#, &json!({ "turn": { "status": "" } }));
        assert!(error.unwrap_err().to_string().contains("turn"));
    }

    #[test]
    fn every_entry_of_a_list_is_filled_in() {
        let json =
            r#"{"status":"completed","changes":[{"path":"a","kind":"add"},{"path":"b","kind":"add"}]}"#;
        let read: FileChangeItem = read(json, &json!({ "changes": [{ "diff": "" }] })).unwrap();
        assert_eq!(read.changes[1].diff, "");
    }
}
