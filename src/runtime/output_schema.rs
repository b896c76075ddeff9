//! The check of an answer against the JSON schema that was asked for, because Codex checks neither the schema nor the answer.
//! Without the feature `output-schema` an answer only has to be JSON.

use std::error::Error;

use serde_json::Value;

/// How many of an answer's faults are told.
#[cfg(feature = "output-schema")]
const TOLD: usize = 5;

/// Why a value is not a JSON schema.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub struct OutputSchemaError {
    reason: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// A JSON schema, ready to check answers.
///
/// ```
/// use turnwise::runtime::OutputSchema;
///
/// let schema = OutputSchema::new(&serde_json::json!({ "type": "object" }))?;
/// assert!(schema.check("{}").is_ok());
/// assert!(schema.check("no JSON at all").is_err());
/// # Ok::<(), turnwise::runtime::OutputSchemaError>(())
/// ```
pub struct OutputSchema {
    #[cfg(feature = "output-schema")]
    validator: jsonschema::Validator,
}

impl std::fmt::Debug for OutputSchema {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("OutputSchema")
    }
}

impl OutputSchema {
    /// Checks the schema itself. References to other documents are not followed.
    ///
    /// # Errors
    /// Why it is not a schema.
    pub fn new(schema: &Value) -> Result<Self, OutputSchemaError> {
        if !schema.is_object() {
            return Err(OutputSchemaError {
                reason: "a JSON schema must be an object".to_owned(),
                source: None,
            });
        }
        Ok(Self {
            #[cfg(feature = "output-schema")]
            validator: jsonschema::validator_for(schema).map_err(|error| OutputSchemaError {
                reason: format!("not a JSON schema: {error}"),
                source: Some(Box::new(error)),
            })?,
        })
    }

    /// The answer as JSON, or what does not fit. The answer has to be JSON as a whole.
    ///
    /// # Errors
    /// The first faults, each with its place.
    pub fn check(&self, answer: &str) -> Result<Value, String> {
        let value: Value =
            serde_json::from_str(answer).map_err(|error| format!("the answer is not JSON: {error}"))?;
        self.validate(&value)?;
        Ok(value)
    }

    #[cfg(not(feature = "output-schema"))]
    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "as with the feature"
    )]
    pub(in crate::runtime) fn validate(&self, _: &Value) -> Result<(), String> {
        Ok(())
    }

    #[cfg(feature = "output-schema")]
    pub(in crate::runtime) fn validate(&self, value: &Value) -> Result<(), String> {
        let faults = self
            .validator
            .iter_errors(value)
            .map(|error| {
                let place = error.instance_path().to_string();
                format!("{}: {error}", if place.is_empty() { "/" } else { &place })
            })
            .collect::<Vec<_>>();
        if faults.is_empty() {
            return Ok(());
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

    #[cfg(feature = "output-schema")]
    #[test]
    fn an_answer_is_checked_and_its_faults_say_where() {
        let schema =
            json!({ "type": "object", "properties": { "n": { "type": "integer" } }, "required": ["n"] });
        let schema = OutputSchema::new(&schema).unwrap();
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
        assert!(OutputSchema::new(&json!([])).is_err());
        #[cfg(feature = "output-schema")]
        assert!(OutputSchema::new(&json!({ "type": "nonsense" })).is_err());
    }

    #[cfg(feature = "output-schema")]
    #[test]
    fn nothing_is_fetched_for_a_reference_to_elsewhere() {
        let error = OutputSchema::new(&json!({ "$ref": "http://127.0.0.1:9/x.json" })).unwrap_err();
        assert!(error.to_string().contains("127.0.0.1"), "{error}");
    }
}
