//! What a model's API says when it refuses a request. Codex passes the body of the answer on as it came, which is JSON: here
//! it becomes a sentence. Pure.

use std::borrow::Cow;

use serde_json::Value;

/// How a provider names a schema that it does not take.
const INVALID_SCHEMA: &str = "invalid_json_schema";

/// A refusal, read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ProviderError {
    /// The whole text, with the message in the place of the JSON.
    pub(super) message: String,
    /// The provider's own word for the kind.
    pub(super) code: Option<String>,
    /// What to do about it.
    pub(super) hint: Option<String>,
}

/// The text of an error with the message of the JSON in it instead of that; as it is where it has none.
pub(crate) fn readable(text: &str) -> Cow<'_, str> {
    read(text).map_or(Cow::Borrowed(text), |error| Cow::Owned(error.message))
}

/// Reads the text of an error that is JSON, or has some in it; none if there is no message to be found.
pub(super) fn read(text: &str) -> Option<ProviderError> {
    let (body, place) = json_in(text)?;
    let message = message_of(&body)?;
    let error = first(&body);
    let code = ["code", "type", "status"]
        .iter()
        .find_map(|key| error["error"][key].as_str().or(error[key].as_str()))
        .map(str::to_owned);
    let message = message.trim();
    let of_schema =
        code.as_deref() == Some(INVALID_SCHEMA) || message.starts_with("Invalid schema for response_format");
    let (message, hint) = if of_schema {
        let fault = SchemaFault::read(message);
        let message = format!("the model's API rejected the output schema: {}", fault.what);
        (message, Some(fault.hint()))
    } else {
        (message.to_owned(), None)
    };
    let (before, after) = (&text[..place.start], &text[place.end..]);
    Some(ProviderError {
        message: format!("{before}{message}{after}"),
        code,
        hint,
    })
}

/// The first object or array in a text, and where it is.
fn json_in(text: &str) -> Option<(Value, std::ops::Range<usize>)> {
    let starts = text.match_indices(['{', '[']).map(|(start, _)| start);
    // More than a few beginnings of something else are no JSON.
    starts.take(16).find_map(|start| {
        let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>();
        let value = values.next()?.ok()?;
        Some((value, start..start + values.byte_offset()))
    })
}

/// Some answer with a list of one.
fn first(body: &Value) -> &Value {
    body.as_array().and_then(|list| list.first()).unwrap_or(body)
}

/// The message, in the places where providers put it.
fn message_of(body: &Value) -> Option<&str> {
    let body = first(body);
    let error = &body["error"];
    [
        &error["message"],
        error,
        &body["message"],
        &body["detail"],
        &body["detail"][0]["msg"],
        &body["errors"][0]["message"],
        &error["metadata"]["raw"],
    ]
    .into_iter()
    .find_map(Value::as_str)
    .filter(|message| !message.trim().is_empty())
}

/// What is wrong with a schema, and where.
struct SchemaFault<'a> {
    /// With its place.
    what: String,
    /// As a JSON pointer; empty for the schema itself.
    place: String,
    /// The keyword that is named.
    keyword: Option<&'a str>,
    /// Whether the keyword has to go, or has to be there.
    is_too_much: bool,
}

impl<'a> SchemaFault<'a> {
    /// Reads `Invalid schema for response_format 'NAME': In context=('properties', 'x'), 'minLength' is not permitted.`
    fn read(message: &'a str) -> Self {
        let said = message.split_once("': ").map_or(message, |(_, said)| said);
        let said = said.trim_end_matches('.');
        let (place, what) = said
            .strip_prefix("In context=(")
            .and_then(|rest| rest.split_once("), "))
            .map_or((String::new(), said), |(context, what)| (pointer(context), what));
        let keyword = what.split('\'').nth(1).filter(|word| {
            !word.is_empty()
                && word
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || letter == '$')
        });
        Self {
            what: format!("{what}, at {}", shown(&place)),
            keyword,
            is_too_much: what.contains("not permitted") || what.contains("not supported"),
            place,
        }
    }

    fn hint(&self) -> String {
        let place = shown(&self.place);
        match self.keyword {
            Some(keyword) if self.is_too_much => {
                format!("remove `{keyword}` at {place} of the output schema")
            }
            Some(keyword) => format!("correct `{keyword}` at {place} of the output schema"),
            None => format!("correct the output schema at {place}"),
        }
    }
}

/// A place as people find it.
fn shown(pointer: &str) -> &str {
    if pointer.is_empty() {
        "its top level"
    } else {
        pointer
    }
}

/// `'properties', 'x', '0'` as `/properties/x/0`.
fn pointer(context: &str) -> String {
    let keys = context.split(',').map(|key| key.trim().trim_matches(['\'', '"']));
    keys.filter(|key| !key.is_empty())
        .map(|key| format!("/{}", key.replace('~', "~0").replace('/', "~1")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn refused(message: &str) -> ProviderError {
        let body = json!({ "error": {
            "message": format!("Invalid schema for response_format 'codex_output_schema': {message}"),
            "type": "invalid_request_error", "param": "text.format.schema", "code": "invalid_json_schema",
        } });
        read(&body.to_string()).unwrap()
    }

    #[test]
    fn a_refused_schema_says_which_keyword_is_meant_and_where() {
        let cases = [
            (
                "In context=('properties', 'x'), 'minLength' is not permitted.",
                "'minLength' is not permitted, at /properties/x",
                "remove `minLength` at /properties/x of the output schema",
            ),
            (
                "In context=(), 'additionalProperties' is required to be supplied and to be false.",
                "'additionalProperties' is required to be supplied and to be false, at its top level",
                "correct `additionalProperties` at its top level of the output schema",
            ),
            (
                "In context=('properties', 'a/b', 'anyOf', '0'), 'required' is required to be supplied and to be an array including every key in properties. Missing 'y'.",
                "Missing 'y', at /properties/a~1b/anyOf/0",
                "correct `required` at /properties/a~1b/anyOf/0 of the output schema",
            ),
            (
                "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"array\"'.",
                "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"array\"', at its top level",
                "correct the output schema at its top level",
            ),
        ];
        for (said, what, hint) in cases {
            let error = refused(said);
            assert!(
                error
                    .message
                    .starts_with("the model's API rejected the output schema: ")
            );
            assert!(error.message.ends_with(what), "{}", error.message);
            assert_eq!(error.hint.as_deref(), Some(hint));
            assert_eq!(error.code.as_deref(), Some("invalid_json_schema"));
        }
    }

    #[test]
    fn the_message_of_a_body_takes_its_place() {
        let cases = [
            (r#"{"error":{"message":"No.","type":"t","code":"c"}}"#, "No."),
            (r#"{"error":"No."}"#, "No."),
            (r#"{"message":"No."}"#, "No."),
            (r#"{"detail":"No."}"#, "No."),
            (r#"{"detail":[{"loc":["x"],"msg":"No."}]}"#, "No."),
            (
                r#"[{"error":{"code":400,"message":"No.","status":"INVALID"}}]"#,
                "No.",
            ),
            (
                r#"unexpected status 404 Not Found: {"detail":"No."}, url: http://x/v1"#,
                "unexpected status 404 Not Found: No., url: http://x/v1",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(readable(text), expected);
        }
    }

    #[test]
    fn what_has_no_message_stays_as_it_is() {
        for text in ["no network", "{", "{}", "[1]", "a {b} c", r#"{"code":7}"#, ""] {
            assert_eq!(readable(text), text);
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "\\PC*|[\\[\\]{}\":,'a()= ]*") {
            let _ = readable(&text);
            let _ = refused(&text);
        }
    }
}
