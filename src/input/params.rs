//! The params of a call: JSON, a file, stdin, or `key=text` and `key:=json` pairs with dotted keys.

use std::path::Path;
use std::time::Instant;

use serde_json::{Map, Value};

use super::prompt::text;
use super::{InputError, text_of};

/// How many elements a list may have that is made of pairs.
const LONGEST_LIST: usize = 10_000;

/// Reads the params from the words of the command line; null where there are none.
pub(crate) fn read(
    words: &[String],
    stdin: impl FnOnce() -> Result<Vec<u8>, InputError>,
    deadline: Option<Instant>,
) -> Result<Value, InputError> {
    match words {
        [] => Ok(Value::Null),
        [word] if word == "-" => json(&text(stdin()?, "stdin")?, "stdin"),
        [word] if word.starts_with('@') => json(&text_of(word, Path::new(&word[1..]), deadline)?, word),
        [word] if is_json(word) => json(word, "the params"),
        pairs => from_pairs(pairs),
    }
}

fn is_json(word: &str) -> bool {
    let word = word.trim_start();
    word.starts_with(['{', '[', '"']) || serde_json::from_str::<Value>(word).is_ok()
}

fn json(text: &str, what: &str) -> Result<Value, InputError> {
    serde_json::from_str(text).map_err(|error| InputError::new(format!("{what}: not JSON: {error}")))
}

fn from_pairs(pairs: &[String]) -> Result<Value, InputError> {
    let mut params = Value::Object(Map::new());
    for pair in pairs {
        let wrong = |reason: &str| {
            InputError::new(format!("`{pair}`: {reason}"))
                .hint("params are JSON, @FILE, -, or pairs: name=text limit:=10 input.0.type=text")
        };
        let (key, value) = pair
            .split_once('=')
            .ok_or_else(|| wrong("expected JSON or a pair"))?;
        let (key, value) = match key.strip_suffix(':') {
            Some(key) => (key, json(value, &format!("`{pair}`"))?),
            None => (key, Value::String(value.to_owned())),
        };
        let path = split(key);
        if path.iter().any(String::is_empty) {
            return Err(wrong("empty part in the key"));
        }
        insert(&mut params, &path, value).map_err(|reason| wrong(&reason))?;
    }
    Ok(params)
}

/// The parts of a dotted key; `\.` is a dot that belongs to a part.
fn split(key: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = key.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some('.')) => {
                characters.next();
                push(&mut parts, '.');
            }
            ('.', _) => parts.push(String::new()),
            _ => push(&mut parts, character),
        }
    }
    parts
}

fn push(parts: &mut [String], character: char) {
    if let Some(last) = parts.last_mut() {
        last.push(character);
    }
}

fn insert(into: &mut Value, path: &[String], value: Value) -> Result<(), String> {
    let Some((first, rest)) = path.split_first() else {
        if !into.is_null() {
            return Err("given twice".to_owned());
        }
        *into = value;
        return Ok(());
    };
    if into.is_null() {
        *into = match first.parse::<usize>() {
            Ok(_) => Value::Array(Vec::new()),
            Err(_) => Value::Object(Map::new()),
        };
    }
    let slot = match into {
        Value::Object(object) => object.entry(first.clone()).or_insert(Value::Null),
        Value::Array(list) => {
            let index = first
                .parse::<usize>()
                .map_err(|_| format!("`{first}` is not a list index"))?;
            if index > list.len() || index >= LONGEST_LIST {
                return Err(format!("the list has only {} so far", list.len()));
            }
            if index == list.len() {
                list.push(Value::Null);
            }
            &mut list[index]
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            return Err(format!("cannot set `{first}` inside a plain value"));
        }
    };
    insert(slot, rest, value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn params(words: &[&str]) -> Result<Value, String> {
        let words = words.iter().map(ToString::to_string).collect::<Vec<_>>();
        read(&words, || Ok(b"\xef\xbb\xbf{\"from\":\"stdin\"}".to_vec()), None).map_err(|error| error.message)
    }

    #[test]
    fn params_come_in_every_form() {
        assert_eq!(params(&[]), Ok(Value::Null));
        assert_eq!(params(&["{\"a\":1}"]), Ok(json!({ "a": 1 })));
        assert_eq!(params(&["null"]), Ok(Value::Null));
        assert_eq!(params(&["-"]), Ok(json!({ "from": "stdin" })));
        assert_eq!(
            params(&["a=1", "b:=1", "c=x=y", "d:={\"e\":[]}", "f="]),
            Ok(json!({ "a": "1", "b": 1, "c": "x=y", "d": { "e": [] }, "f": "" }))
        );
        assert_eq!(
            params(&[
                "input.0.type=text",
                "input.0.text=hi",
                "input.1.type=image",
                r"config.a\.b:=true"
            ]),
            Ok(
                json!({ "input": [{ "type": "text", "text": "hi" }, { "type": "image" }], "config": { "a.b": true } })
            )
        );
    }

    #[test]
    fn a_wrong_pair_is_told() {
        for (words, said) in [
            (&["x"][..], "`x`: expected JSON or a pair"),
            (&["a=1", "a=2"], "`a=2`: given twice"),
            (&["a=1", "a.b=2"], "`a.b=2`: cannot set `b` inside a plain value"),
            (&["a.0=1", "a.2=2"], "`a.2=2`: the list has only 1 so far"),
            (&["a.0=1", "a.b=2"], "`a.b=2`: `b` is not a list index"),
            (&["a..b=2"], "`a..b=2`: empty part in the key"),
            (&["=2"], "`=2`: empty part in the key"),
        ] {
            assert_eq!(params(words), Err(said.to_owned()));
        }
        assert!(params(&["a:={"]).unwrap_err().starts_with("`a:={`: not JSON"));
        assert!(params(&["{"]).unwrap_err().starts_with("the params: not JSON"));
        assert!(
            params(&["@/no/such/file"])
                .unwrap_err()
                .starts_with("@/no/such/file: ")
        );
    }

    proptest! {
        #[test]
        fn no_words_make_it_panic(words in proptest::collection::vec("[a-c.0-2\\\\:={}\"]{0,8}", 0..5)) {
            let _ = read(&words, || Ok(Vec::new()), None);
        }

        #[test]
        fn a_text_arrives_as_it_was_written(key in "[a-z]{1,5}", text in "\\PC{0,20}") {
            // A colon before the sign would say that JSON follows.
            let pair = format!("{key}={text}");
            let read = read(&[pair], || Ok(Vec::new()), None).unwrap();
            prop_assert_eq!(&read[&key], &Value::String(text));
        }
    }
}
