//! `--output-schema`: a file, which is checked before anything is spent. The check itself is the library's.

use std::path::Path;

use serde_json::Value;
use turnwise::runtime;

use super::InputError;

/// A JSON schema, ready to check answers.
#[derive(Debug)]
pub(crate) struct OutputSchema {
    /// As it is sent to the model.
    pub(crate) value: Value,
    checked: runtime::OutputSchema,
}

impl OutputSchema {
    /// Reads a schema from a file. References to other documents are not followed.
    pub(crate) fn load(path: &Path) -> Result<Self, InputError> {
        let wrong = |reason: String| InputError::new(format!("--output-schema {}: {reason}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        let value: Value =
            serde_json::from_str(&text).map_err(|error| wrong(format!("it is not JSON: {error}")))?;
        let checked = runtime::OutputSchema::new(&value).map_err(wrong)?;
        Ok(Self { value, checked })
    }

    /// The answer as JSON, or what does not fit. The answer has to be JSON as a whole.
    pub(crate) fn check(&self, answer: &str) -> Result<Value, String> {
        self.checked.check(answer)
    }
}
