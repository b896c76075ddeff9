//! The params of messages whose type the caller names.

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::runtime::RuntimeError;

/// Reads the params of a message, if it is the wanted one.
pub(super) fn parse<T: DeserializeOwned>(
    wanted: &str,
    method: &str,
    params: &RawValue,
) -> Result<Option<T>, RuntimeError> {
    if method != wanted {
        return Ok(None);
    }
    serde_json::from_str(params.get())
        .map(Some)
        .map_err(|error| RuntimeError::bad_reply(method, error))
}
