//! Checks params against the installed server's schema before they are sent; errors give the place, the expected value and
//! the nearest valid name.

use serde_json::Value;

use super::explain::{Explain, nearest};
use super::fault::{CheckError, Fault};
use super::strict::{Strictness, document, validator};
use super::{InstalledMethod, Schema};

impl Schema {
    /// Checks the params of a request that a client sends, and gives what the server knows of the method.
    ///
    /// # Errors
    /// What would be wrong with it.
    pub fn check(&self, method: &str, params: &Value) -> Result<&InstalledMethod, CheckError> {
        let Some(known) = self.request(method) else {
            return Err(match self.find(method) {
                Some(other) => CheckError::NotARequest {
                    method: method.to_owned(),
                    direction: other.direction,
                },
                None => CheckError::UnknownMethod {
                    method: method.to_owned(),
                    nearest: nearest(method, self.methods().iter().map(|known| known.name.as_str())),
                },
            });
        };
        let Some(schema) = &known.params else {
            if params.is_null() {
                return Ok(known);
            }
            let faults = vec![Fault {
                path: "params".to_owned(),
                expected: "must be omitted; this method has no params".to_owned(),
                nearest: None,
            }];
            return Err(CheckError::Params {
                method: method.to_owned(),
                faults,
            });
        };
        let faults = self.faults(schema, params, Strictness::Sent, "params");
        match faults {
            Ok(faults) if faults.is_empty() => Ok(known),
            Ok(faults) => Err(CheckError::Params {
                method: method.to_owned(),
                faults,
            }),
            Err(reason) => Err(CheckError::Schema {
                method: method.to_owned(),
                reason,
            }),
        }
    }

    /// What in a value of the server does not fit a named type. Fields that the type does not have are none of it.
    ///
    /// # Errors
    /// If the type does not exist.
    pub fn check_received(&self, type_name: &str, value: &Value) -> Result<Vec<Fault>, String> {
        let schema = self
            .definition(type_name)
            .ok_or_else(|| format!("unknown type {type_name}"))?;
        self.faults(schema, value, Strictness::Received, "result")
    }

    /// Params as a method takes them: an empty object where nothing was given and it takes fields.
    pub fn complete(&self, method: &str, params: Value) -> Value {
        let known = self.request(method).and_then(|known| known.params.as_ref());
        match known {
            Some(_) if params.is_null() => Value::Object(serde_json::Map::new()),
            _ => params,
        }
    }

    fn faults(
        &self,
        schema: &Value,
        value: &Value,
        strictness: Strictness,
        root: &str,
    ) -> Result<Vec<Fault>, String> {
        let document = document(self, schema, strictness);
        let validator = validator(&document)?;
        let explain = Explain {
            document: &document,
            root,
        };
        let mut faults = Vec::new();
        let mut fits = true;
        for error in validator.iter_errors(value) {
            fits = false;
            for fault in explain.fault(&error) {
                if !faults.contains(&fault) {
                    faults.push(fault);
                }
            }
        }
        if faults.is_empty() && !fits {
            faults.push(Fault {
                path: root.to_owned(),
                expected: "does not fit".to_owned(),
                nearest: None,
            });
        }
        Ok(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema() -> Schema {
        Schema::from_bundle(&json!({ "definitions": {
            "ClientRequest": { "oneOf": [
                { "properties": { "method": { "enum": ["turn/start"] }, "params": { "$ref": "#/definitions/P" } } },
                { "properties": { "method": { "enum": ["logout"] }, "params": { "type": "null" } } },
            ] },
            "ClientNotification": { "oneOf": [] },
            "ServerRequest": { "oneOf": [] },
            "ServerNotification": { "oneOf": [{ "properties": { "method": { "enum": ["turn/started"] } } }] },
            "P": { "type": "object", "required": ["threadId"], "properties": {
                "threadId": { "type": "string" },
                "limit": { "type": ["integer", "null"], "format": "uint32", "minimum": 0 },
                "sandbox": { "anyOf": [{ "$ref": "#/definitions/Mode" }, { "type": "null" }] },
                "input": { "type": "array", "items": { "$ref": "#/definitions/Input" } },
                "config": { "type": ["object", "null"], "additionalProperties": true },
                "root": { "allOf": [{ "$ref": "#/definitions/AbsolutePathBuf" }] },
            } },
            "AbsolutePathBuf": { "type": "string" },
            "Mode": { "type": "string", "enum": ["read-only", "workspace-write"] },
            "Input": { "oneOf": [
                { "type": "object", "required": ["type", "text"], "properties": {
                    "type": { "enum": ["text"] }, "text": { "type": "string" } } },
                { "type": "object", "required": ["type"], "properties": { "type": { "enum": ["image"] } },
                    "anyOf": [{ "required": ["url"], "properties": { "url": { "type": "string" } } },
                              { "required": ["fileId"], "properties": { "fileId": { "type": "string" } } }] },
            ] },
        } }))
        .unwrap()
    }

    fn fault(params: &Value) -> String {
        schema()
            .check("turn/start", params)
            .map_or_else(|error| error.to_string(), |_| "fits".to_owned())
    }

    #[test]
    fn params_that_fit_pass() {
        for params in [
            json!({ "threadId": "t" }),
            json!({ "threadId": "t", "limit": 3, "sandbox": null, "config": { "any": { "thing": 1 } }, "root": "/x" }),
            json!({ "threadId": "t", "input": [{ "type": "text", "text": "x" }, { "type": "image", "url": "u" }] }),
        ] {
            assert_eq!(fault(&params), "fits", "{params}");
        }
        assert!(schema().check("logout", &Value::Null).is_ok());
    }

    #[test]
    fn an_error_names_the_place_what_was_expected_and_what_was_meant() {
        for (params, expected) in [
            (json!({}), "turn/start: params.threadId is missing"),
            (
                json!({ "threadId": 1 }),
                "turn/start: params.threadId must be a string, not 1",
            ),
            (
                json!({ "threadId": "t", "sandBox": null }),
                "turn/start: params.sandBox is unknown; did you mean `sandbox`?",
            ),
            (
                json!({ "threadId": "t", "sandbox": "read_only" }),
                "turn/start: params.sandbox must be one of `read-only`, `workspace-write`; did you mean `read-only`?",
            ),
            (
                json!({ "threadId": "t", "limit": 4_294_967_296_u64 }),
                "turn/start: params.limit must be at most 4294967295",
            ),
            (
                json!({ "threadId": "t", "limit": 1.0 }),
                "turn/start: params.limit must be a whole number, not 1.0",
            ),
            (
                json!({ "threadId": "t", "root": "x" }),
                "turn/start: params.root must be an absolute path",
            ),
            (
                json!({ "threadId": "t", "input": [{ "type": "txt" }] }),
                "turn/start: params.input[0].type must be one of `text`, `image`; did you mean `text`?",
            ),
            (
                json!({ "threadId": "t", "input": [{ "type": "text", "test": "x" }] }),
                "turn/start: params.input[0].text is missing; params.input[0].test is unknown; did you mean `text`?",
            ),
            (
                json!({ "threadId": "t", "input": [{ "type": "image", "uri": "x" }] }),
                "turn/start: params.input[0].url is missing; params.input[0].uri is unknown; did you mean `url`?",
            ),
            (json!([]), "turn/start: params must be an object, not []"),
        ] {
            assert_eq!(fault(&params), expected, "{params}");
        }
    }

    #[test]
    fn a_method_that_does_not_exist_gets_the_nearest_one() {
        let schema = schema();
        let said = |method: &str| schema.check(method, &json!({})).unwrap_err().to_string();
        assert_eq!(
            said("turn/strat"),
            "codex has no method `turn/strat`; did you mean `turn/start`?"
        );
        assert_eq!(said("zzz"), "codex has no method `zzz`");
        assert_eq!(
            said("turn/started"),
            "`turn/started` is not a request that a client sends: it is a server-notification"
        );
        assert_eq!(
            said("logout"),
            "logout: params must be omitted; this method has no params"
        );
    }

    #[test]
    fn what_the_server_sends_may_have_more_fields() {
        let schema = schema();
        let received = json!({ "threadId": "t", "new": 1 });
        assert_eq!(schema.check_received("P", &received), Ok(Vec::new()));
        assert_eq!(schema.check_received("P", &json!({})).unwrap().len(), 1);
        assert!(schema.check_received("Nothing", &json!({})).is_err());
    }
}
