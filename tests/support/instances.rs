//! Values at random that a server's own schema allows: params, results, what notifications say.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value, json};
use turnwise::protocol::schema::Schema;

/// From here on inwards nothing is there that does not have to be.
const DEEP: usize = 9;

/// A source of random choices; the same for the same seed.
pub(crate) struct Dice(TestRunner);

impl Dice {
    pub(crate) fn new(seed: u8) -> Self {
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
        Self(TestRunner::new_with_rng(Config::default(), rng))
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (0..limit).new_tree(&mut self.0).unwrap().current()
    }

    pub(crate) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

/// How values are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// With some of what may be there.
    Some,
    /// With all of it.
    Full,
    /// Like a newer server: with unknown fields, words and kinds.
    OfTomorrow,
}

/// Makes values of a schema's types.
pub(crate) struct Instances<'a> {
    schema: &'a Schema,
    manner: Manner,
    dice: Dice,
}

impl<'a> Instances<'a> {
    pub(crate) fn new(schema: &'a Schema, manner: Manner, seed: u8) -> Self {
        let dice = Dice::new(seed);
        Self { schema, manner, dice }
    }

    /// A value that a schema allows.
    pub(crate) fn of(&mut self, schema: &Value) -> Value {
        self.make(schema, 0)
    }

    /// A value of a named type.
    pub(crate) fn of_type(&mut self, name: &str) -> Value {
        let schema = self.schema;
        let of = schema
            .definition(name)
            .unwrap_or_else(|| panic!("{name} is no type"));
        self.make(of, 0)
    }

    fn make(&mut self, of: &Value, depth: usize) -> Value {
        if let Some(reference) = of["$ref"].as_str() {
            let name = reference.trim_start_matches("#/definitions/");
            if name == "AbsolutePathBuf" {
                return json!("/no/such/path");
            }
            let schema = self.schema;
            return self.make(schema.definition(name).unwrap(), depth + 1);
        }
        if let Some(words) = of["enum"].as_array() {
            if self.manner == Manner::OfTomorrow && self.dice.one_in(4) {
                return json!("wordOfTomorrow");
            }
            return words[self.dice.below(words.len())].clone();
        }
        let alternatives = ["anyOf", "oneOf", "allOf"]
            .iter()
            .find_map(|keyword| of[*keyword].as_array());
        let mut chosen = Value::Null;
        if let Some(alternatives) = alternatives {
            // The last one may be for whatever else there will be.
            let open = |one: &&Value| one["type"] == json!(["string", "object"]);
            let known = alternatives.len() - alternatives.iter().filter(open).count();
            let alternatives = &alternatives[..known];
            let simplest = alternatives.iter().position(|one| one["type"] == "null");
            let index = match simplest {
                Some(index) if depth >= DEEP => index,
                Some(null) if self.manner == Manner::Full && alternatives.len() == 2 => 1 - null,
                _ => self.dice.below(alternatives.len()),
            };
            chosen = self.make(&alternatives[index], depth + 1);
        }
        let mut kinds = match &of["type"] {
            Value::Array(kinds) => kinds.clone(),
            Value::Null if alternatives.is_some() => return chosen,
            Value::Null => return self.anything(),
            kind => vec![kind.clone()],
        };
        if self.manner == Manner::Full && kinds.len() > 1 {
            kinds.retain(|kind| kind != "null");
        }
        let kind = &kinds[self.dice.below(kinds.len())];
        match kind.as_str().unwrap() {
            "null" => Value::Null,
            "boolean" => json!(self.dice.one_in(2)),
            "integer" => json!(1 + self.dice.below(100)),
            "number" if self.dice.one_in(2) => json!(0.5),
            "number" => json!(self.dice.below(100)),
            "string" => {
                let texts = ["text", "é\u{202e}", "00000000-0000-0000-0000-000000000000", ""];
                let empty = usize::from(of["minLength"].is_null());
                json!(texts[self.dice.below(texts.len() - 1 + empty)])
            }
            "array" if of["items"].is_object() && depth < DEEP => {
                let least = usize::from(self.manner == Manner::Full);
                let count = least + self.dice.below(3 - least);
                (0..count).map(|_| self.make(&of["items"], depth + 1)).collect()
            }
            "array" => json!([]),
            "object" => self.object(of, chosen, depth),
            other => panic!("{other}"),
        }
    }

    fn object(&mut self, of: &Value, chosen: Value, depth: usize) -> Value {
        let mut object = Map::new();
        let required = of["required"].as_array().cloned().unwrap_or_default();
        for (name, field) in of["properties"].as_object().into_iter().flatten() {
            let wanted = depth < DEEP && (self.manner == Manner::Full || self.dice.one_in(3));
            if required.contains(&json!(name)) || wanted {
                object.insert(name.clone(), self.make(field, depth + 1));
            }
        }
        if of["additionalProperties"].is_object() && self.dice.one_in(2) {
            let value = self.make(&of["additionalProperties"], depth + 1);
            object.insert("key".to_owned(), value);
        }
        if let Value::Object(chosen) = chosen {
            object.extend(chosen);
        }
        if self.manner == Manner::OfTomorrow && of["properties"].is_object() && self.dice.one_in(2) {
            object.insert("fieldOfTomorrow".to_owned(), json!({ "a": [1, null] }));
        }
        Value::Object(object)
    }

    /// What fits where the schema says nothing.
    fn anything(&mut self) -> Value {
        let values = [
            json!("anything"),
            json!(7),
            json!([null, 0.5]),
            json!({ "a": { "b": null } }),
        ];
        values[self.dice.below(values.len())].clone()
    }
}

/// The difference between a value and its copy, read and written again, if any: a null field equals a missing one.
pub(crate) fn difference(sent: &Value, rewritten: &Value) -> Option<String> {
    match (sent, rewritten) {
        (Value::Object(sent), Value::Object(rewritten)) => {
            let mut names = sent.keys().chain(rewritten.keys());
            names.find_map(|name| {
                let field = |of: &Map<String, Value>| of.get(name).cloned().unwrap_or_default();
                difference(&field(sent), &field(rewritten)).map(|inner| format!(".{name}{inner}"))
            })
        }
        (Value::Array(sent), Value::Array(rewritten)) if sent.len() == rewritten.len() => {
            let mut pairs = sent.iter().zip(rewritten).enumerate();
            pairs.find_map(|(index, (sent, rewritten))| {
                difference(sent, rewritten).map(|inner| format!("[{index}]{inner}"))
            })
        }
        _ if sent == rewritten => None,
        _ => Some(format!(": {sent} became {rewritten}")),
    }
}
