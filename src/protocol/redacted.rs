//! Values that no `Debug` shows, because they may be secrets or long. A type that keeps them in these wrappers can derive
//! its `Debug`.

use std::ffi::OsString;
use std::fmt;
use std::ops::Deref;

use serde_json::{Map, Value};

/// A value that is only said to be there.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Unshown<T>(pub(crate) T);

impl<T> Deref for Unshown<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Unshown<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("…")
    }
}

/// Overrides of Codex's config, by dotted key.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct CodexConfig(Map<String, Value>);

impl CodexConfig {
    pub(crate) fn set(&mut self, key: String, value: Value) {
        self.0.insert(key, value);
    }

    /// Takes over what is not set here.
    pub(crate) fn fill_in(&mut self, defaults: &Self) {
        for (key, value) in &defaults.0 {
            self.0.entry(key).or_insert_with(|| value.clone());
        }
    }

    pub(crate) fn values(&self) -> &Map<String, Value> {
        &self.0
    }
}

impl fmt::Debug for CodexConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} overrides", self.0.len())
    }
}

/// Variables for the server.
#[derive(Clone, Default)]
pub(crate) struct Environment(pub(crate) Vec<(OsString, OsString)>);

impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} variables", self.0.len())
    }
}
