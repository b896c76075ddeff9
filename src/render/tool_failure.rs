//! Why a call of an MCP tool failed, in the tool's own words. Pure.

use serde_json::Value;

/// The message of a failed call: its error, or the text of a result that is marked as one. Not safe to print as it is.
pub(crate) fn tool_failure(result: &Value, error: &Value) -> Option<String> {
    let message = error["message"].as_str().or(error.as_str());
    let message = message.map(str::to_owned).or_else(|| {
        let failed = ["isError", "is_error"].iter().any(|key| result[key] == true);
        failed.then(|| text_of(&result["content"]))
    });
    message.filter(|message| !message.trim().is_empty())
}

/// The text parts of a result.
fn text_of(content: &Value) -> String {
    let parts = content.as_array().into_iter().flatten();
    let texts = parts.filter_map(|part| part["text"].as_str());
    texts.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_failed_call_has_its_error_or_the_text_of_its_result() {
        let failure = |result, error| tool_failure(&result, &error);
        assert_eq!(
            failure(Value::Null, json!({ "message": "no such file" })).as_deref(),
            Some("no such file")
        );
        let content = json!([{ "type": "text", "text": "one" }, { "type": "image" }, { "type": "text", "text": "two" }]);
        let failed = json!({ "content": content, "isError": true });
        assert_eq!(failure(failed, Value::Null).as_deref(), Some("one\ntwo"));
        assert_eq!(failure(json!({ "content": content }), Value::Null), None);
        assert_eq!(failure(Value::Null, json!({ "message": " " })), None);
    }
}
