//! The protocol of an installed server, read from the output of `generate-json-schema`. `codex/schema.rs` runs the binary
//! and caches its output; the modules below check params and describe methods.

#[cfg(feature = "app-server")]
mod check;
mod describe;
#[cfg(feature = "app-server")]
mod explain;
mod fault;
mod results;
#[cfg(feature = "app-server")]
mod strict;

use std::collections::{BTreeMap, BTreeSet};

pub use describe::Field;
#[cfg(feature = "app-server")]
pub use explain::nearest;
pub use fault::{CheckError, Fault};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Direction, Stability};
use crate::protocol::brief::brief_debug;

/// Where in the bundle the methods of each direction are.
const UNIONS: [(&str, Direction); 4] = [
    ("ClientRequest", Direction::ClientRequest),
    ("ClientNotification", Direction::ClientNotification),
    ("ServerRequest", Direction::ServerRequest),
    ("ServerNotification", Direction::ServerNotification),
];

/// An error in a bundle.
#[derive(Debug, thiserror::Error)]
#[error("cannot read codex's schema: {0}")]
pub struct SchemaError(String);

/// A method as the installed server describes it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct InstalledMethod {
    /// Its name on the wire.
    pub name: String,
    /// Who sends it.
    pub direction: Direction,
    /// For whom it is there.
    pub stability: Stability,
    /// The schema of its params; none where it takes none.
    pub params: Option<Value>,
    /// The name of the type of its params.
    pub params_type: Option<String>,
    /// The name of the type of its result.
    pub result_type: Option<String>,
    /// Its description in the server's schema, if any.
    pub description: Option<String>,
}

/// The protocol of an installed server, with or without its experimental part.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    methods: Vec<InstalledMethod>,
    definitions: BTreeMap<String, Value>,
}

brief_debug!(InstalledMethod, Schema);

impl Schema {
    /// Reads a bundle (`codex_app_server_protocol.schemas.json`). All of its methods count as stable.
    ///
    /// # Errors
    /// Where it has no list of requests.
    pub fn from_bundle(bundle: &Value) -> Result<Self, SchemaError> {
        let missing = |what: &str| SchemaError(format!("no {what}"));
        let all = bundle["definitions"]
            .as_object()
            .ok_or_else(|| missing("definitions"))?;
        let names = Names::new(all);
        let mut schema = Self {
            methods: Vec::new(),
            definitions: names.definitions(all),
        };
        for (union, direction) in UNIONS {
            let variants = all
                .get(union)
                .and_then(|union| union["oneOf"].as_array())
                .ok_or_else(|| missing(union))?;
            for variant in variants {
                let method = schema.method(variant, direction, &names);
                schema.methods.extend(method);
            }
        }
        schema.keep_what_is_needed();
        Ok(schema)
    }

    /// Marks what another schema, of the same server without its experimental part, does not have.
    #[must_use]
    pub fn marking_experimental(mut self, stable: &Self) -> Self {
        for method in &mut self.methods {
            if stable.method_in(&method.name, method.direction).is_none() {
                method.stability = Stability::Experimental;
            }
        }
        self
    }

    /// All methods, in the order of the server's schema.
    pub fn methods(&self) -> &[InstalledMethod] {
        &self.methods
    }

    /// The request of a client with that name.
    pub fn request(&self, name: &str) -> Option<&InstalledMethod> {
        self.method_in(name, Direction::ClientRequest)
    }

    /// The method with that name, of client or server.
    pub fn find(&self, name: &str) -> Option<&InstalledMethod> {
        self.methods.iter().find(|method| method.name == name)
    }

    /// A named type.
    pub fn definition(&self, name: &str) -> Option<&Value> {
        self.definitions.get(name)
    }

    /// The type that a reference leads to.
    pub(crate) fn resolve(&self, reference: &str) -> Option<&Value> {
        self.definition(referenced(reference)?)
    }

    fn method_in(&self, name: &str, direction: Direction) -> Option<&InstalledMethod> {
        self.methods
            .iter()
            .find(|method| method.name == name && method.direction == direction)
    }

    fn method(&self, variant: &Value, direction: Direction, names: &Names) -> Option<InstalledMethod> {
        let properties = &variant["properties"];
        let name = properties["method"]["enum"][0].as_str()?.to_owned();
        let mut params = properties.get("params").cloned();
        if let Some(params) = &mut params {
            names.rewrite(params);
        }
        let params = params.filter(|params| params["type"] != "null");
        let params_type = params.as_ref().and_then(type_name).map(str::to_owned);
        let result_type = match direction {
            Direction::ClientRequest | Direction::ServerRequest => {
                results::of(&name, params_type.as_deref(), |name| {
                    self.definitions.contains_key(name)
                })
            }
            Direction::ClientNotification | Direction::ServerNotification => None,
        };
        Some(InstalledMethod {
            name,
            direction,
            stability: Stability::Stable,
            params,
            params_type,
            result_type,
            description: variant["description"].as_str().map(str::to_owned),
        })
    }

    /// Forgets the types that no method leads to.
    fn keep_what_is_needed(&mut self) {
        let mut needed = BTreeSet::new();
        let mut next = Vec::new();
        for method in &self.methods {
            next.extend(method.result_type.clone());
            next.extend(method.params.iter().flat_map(references));
        }
        while let Some(name) = next.pop() {
            if let Some(definition) = self.definitions.get(&name)
                && needed.insert(name)
            {
                next.extend(references(definition));
            }
        }
        self.definitions.retain(|name, _| needed.contains(name));
    }
}

/// The type that a schema is a reference to, be it an optional one.
pub(crate) fn type_name(schema: &Value) -> Option<&str> {
    let direct = schema["$ref"].as_str();
    let alternatives = ["anyOf", "oneOf", "allOf"]
        .into_iter()
        .filter_map(|keyword| schema[keyword].as_array())
        .flatten();
    let mut all = direct
        .into_iter()
        .chain(alternatives.filter_map(|one| one["$ref"].as_str()));
    let first = all.next()?;
    // Of several types none is the type.
    all.next().is_none().then(|| referenced(first)).flatten()
}

fn referenced(reference: &str) -> Option<&str> {
    reference.strip_prefix("#/definitions/")
}

/// The names of all types that a schema refers to.
fn references(schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    visit(schema, &mut |object| {
        found.extend(
            object
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(referenced)
                .map(str::to_owned),
        );
    });
    found
}

fn visit(value: &Value, see: &mut impl FnMut(&Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            see(object);
            object.values().for_each(|value| visit(value, see));
        }
        Value::Array(values) => values.iter().for_each(|value| visit(value, see)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The bundle has two generations of types, the newer ones under `v2`. Here all are in one map; an older type with a
/// different namesake is called `v1.NAME`.
struct Names {
    renamed: BTreeSet<String>,
}

impl Names {
    fn new(all: &Map<String, Value>) -> Self {
        let renamed = all
            .iter()
            .filter(|(name, _)| name.as_str() != "v2")
            .filter(|(name, older)| {
                let newer = all.get("v2").and_then(|v2| v2.get(name.as_str()));
                newer.is_some_and(|newer| newer != *older)
            })
            .map(|(name, _)| name.clone())
            .collect();
        Self { renamed }
    }

    fn older(&self, name: &str) -> String {
        if self.renamed.contains(name) {
            format!("v1.{name}")
        } else {
            name.to_owned()
        }
    }

    fn definitions(&self, all: &Map<String, Value>) -> BTreeMap<String, Value> {
        let older = all.iter().filter(|(name, _)| name.as_str() != "v2");
        let older = older.map(|(name, schema)| (self.older(name), schema));
        let newer = all.get("v2").and_then(Value::as_object).into_iter().flatten();
        older
            .chain(newer.map(|(name, schema)| (name.clone(), schema)))
            .map(|(name, schema)| {
                let mut schema = schema.clone();
                self.rewrite(&mut schema);
                (name, schema)
            })
            .collect()
    }

    /// Makes references fit the one drawer.
    fn rewrite(&self, schema: &mut Value) {
        match schema {
            Value::Object(object) => {
                if let Some(Value::String(reference)) = object.get_mut("$ref")
                    && let Some(name) = referenced(reference)
                {
                    let name = name
                        .strip_prefix("v2/")
                        .map_or_else(|| self.older(name), str::to_owned);
                    *reference = format!("#/definitions/{name}");
                }
                object.values_mut().for_each(|value| self.rewrite(value));
            }
            Value::Array(values) => values.iter_mut().for_each(|value| self.rewrite(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn bundle() -> Value {
        json!({ "definitions": {
            "ClientRequest": { "oneOf": [
                { "description": "Says it.", "properties": { "method": { "enum": ["a/say"] },
                    "params": { "$ref": "#/definitions/v2/ASayParams" } } },
                { "properties": { "method": { "enum": ["account/logout"] }, "params": { "type": "null" } } },
                { "properties": { "method": { "enum": ["old"] }, "params": { "$ref": "#/definitions/Shared" } } },
            ] },
            "ClientNotification": { "oneOf": [{ "properties": { "method": { "enum": ["initialized"] } } }] },
            "ServerRequest": { "oneOf": [] },
            "ServerNotification": { "oneOf": [
                { "properties": { "method": { "enum": ["said"] }, "params": { "anyOf": [
                    { "$ref": "#/definitions/v2/Shared" }, { "type": "null" }] } } },
            ] },
            "Shared": { "type": "string" },
            "Unused": { "type": "string" },
            "v2": {
                "ASayParams": { "properties": { "x": { "$ref": "#/definitions/v2/Shared" } } },
                "ASayResponse": { "type": "object" },
                "LogoutAccountResponse": { "type": "object" },
                "Shared": { "type": "integer" },
            },
        } })
    }

    #[test]
    fn a_method_has_its_types_and_namesakes_are_kept_apart() {
        let schema = Schema::from_bundle(&bundle()).unwrap();
        let say = schema.request("a/say").unwrap();
        assert_eq!(
            (say.params_type.as_deref(), say.result_type.as_deref()),
            (Some("ASayParams"), Some("ASayResponse"))
        );
        let logout = schema.request("account/logout").unwrap();
        assert_eq!(
            (&logout.params, logout.result_type.as_deref()),
            (&None, Some("LogoutAccountResponse"))
        );
        assert_eq!(
            schema.request("old").unwrap().params_type.as_deref(),
            Some("v1.Shared")
        );
        assert_eq!(
            schema.find("said").unwrap().params_type.as_deref(),
            Some("Shared")
        );
        assert_eq!(schema.definition("Shared"), Some(&json!({ "type": "integer" })));
        assert_eq!(schema.definition("Unused"), None);
    }

    #[test]
    fn what_the_stable_schema_lacks_is_experimental() {
        let mut smaller = bundle();
        smaller["definitions"]["ClientRequest"]["oneOf"]
            .as_array_mut()
            .unwrap()
            .pop();
        let stable = Schema::from_bundle(&smaller).unwrap();
        let all = Schema::from_bundle(&bundle())
            .unwrap()
            .marking_experimental(&stable);
        assert_eq!(all.request("old").unwrap().stability, Stability::Experimental);
        assert_eq!(all.request("a/say").unwrap().stability, Stability::Stable);
    }

    #[test]
    fn something_else_than_a_bundle_is_an_error() {
        for wrong in [
            json!({}),
            json!([]),
            json!({ "definitions": { "ClientRequest": {} } }),
        ] {
            assert!(Schema::from_bundle(&wrong).is_err(), "{wrong}");
        }
    }
}
