//! `--output-schema`: the schema is checked before the turn, and the answer after it, because Codex checks neither.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::InputError;

/// How many of an answer's faults are told.
const TOLD: usize = 5;

/// A JSON schema, ready to check answers.
#[derive(Debug)]
pub(crate) struct OutputSchema {
    /// As it is sent to the model.
    pub(crate) value: Value,
    /// The file that it is from.
    pub(crate) path: PathBuf,
    validator: jsonschema::Validator,
}

impl OutputSchema {
    /// Reads a schema from a file. References to other documents are not followed.
    pub(crate) fn load(path: &Path) -> Result<Self, InputError> {
        let wrong = |reason: String| InputError::new(format!("--output-schema {}: {reason}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        let value: Value =
            serde_json::from_str(&text).map_err(|error| wrong(format!("it is not JSON: {error}")))?;
        Self::new(value, path).map_err(wrong)
    }

    fn new(value: Value, path: &Path) -> Result<Self, String> {
        if !value.is_object() {
            return Err("a JSON schema is an object".to_owned());
        }
        let validator =
            jsonschema::validator_for(&value).map_err(|error| format!("it is not a JSON schema: {error}"))?;
        Ok(Self {
            value,
            path: path.to_owned(),
            validator,
        })
    }

    /// The answer as JSON, or what does not fit. The answer has to be JSON as a whole.
    pub(crate) fn check(&self, answer: &str) -> Result<Value, String> {
        let value: Value =
            serde_json::from_str(answer).map_err(|error| format!("the answer is not JSON: {error}"))?;
        let faults = self
            .validator
            .iter_errors(&value)
            .map(|error| {
                let place = error.instance_path().to_string();
                format!("{}: {error}", if place.is_empty() { "/" } else { &place })
            })
            .collect::<Vec<_>>();
        if faults.is_empty() {
            return Ok(value);
        }
        let mut message = format!(
            "the answer does not match the schema: {}",
            faults[..faults.len().min(TOLD)].join("; ")
        );
        if faults.len() > TOLD {
            message.push_str(&format!("; and {} more", faults.len() - TOLD));
        }
        Err(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_is_checked_and_its_faults_say_where() {
        let schema =
            json!({ "type": "object", "properties": { "n": { "type": "integer" } }, "required": ["n"] });
        let schema = OutputSchema::new(schema, Path::new("s")).unwrap();
        assert_eq!(schema.check(r#"{"n":1}"#).unwrap(), json!({ "n": 1 }));
        assert!(schema.check(r#"{"n":"x"}"#).unwrap_err().contains("/n"));
        assert!(schema.check("{}").unwrap_err().contains('n'));
        assert!(
            schema
                .check("```json\n{\"n\":1}\n```")
                .unwrap_err()
                .contains("not JSON")
        );
    }

    #[test]
    fn a_schema_that_is_none_is_refused() {
        assert!(OutputSchema::new(json!([]), Path::new("s")).is_err());
        assert!(OutputSchema::new(json!({ "type": "nonsense" }), Path::new("s")).is_err());
    }

    #[test]
    fn nothing_is_fetched_for_a_reference_to_elsewhere() {
        let error =
            OutputSchema::new(json!({ "$ref": "http://127.0.0.1:9/x.json" }), Path::new("s")).unwrap_err();
        assert!(error.contains("127.0.0.1"), "{error}");
    }
}
