//! `--output-schema`: a file, which is checked before anything is spent. The check itself is the library's.

use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::runtime;
use serde_json::Value;

use super::{InputError, text_of};

/// A JSON schema, ready to check answers.
#[derive(Debug)]
pub(crate) struct OutputSchema {
    /// As it is sent to the model.
    pub(crate) value: Value,
    /// The file that it is from.
    pub(crate) path: PathBuf,
    /// What checks answers.
    pub(crate) checked: runtime::OutputSchema,
}

impl OutputSchema {
    /// Reads a schema from a file. References to other documents are not followed.
    pub(crate) fn load(path: &Path, deadline: Option<Instant>) -> Result<Self, InputError> {
        let name = format!("--output-schema {}", path.display());
        let wrong = |reason: String| InputError::new(format!("{name}: {reason}"));
        let text = text_of(&name, path, deadline)?;
        let value: Value =
            serde_json::from_str(&text).map_err(|error| wrong(format!("not JSON: {error}")))?;
        let checked = runtime::OutputSchema::new(&value).map_err(|error| wrong(error.to_string()))?;
        Ok(Self {
            value,
            path: path.to_owned(),
            checked,
        })
    }
}
