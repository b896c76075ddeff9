//! Pages of listings, which the protocol declares once for each of them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::protocol::brief;

/// A page of a listing (`data`, `nextCursor`, `backwardsCursor`).
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed<T> {
    /// The entries of this page.
    pub data: Vec<T>,
    /// The cursor of the next page; none after the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// The cursor for listing from here in the other direction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backwards_cursor: Option<String>,
    /// Fields that this type does not declare.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl<T> Listed<T> {
    /// The same page with other entries.
    pub(crate) fn map<U>(self, entry: impl FnMut(T) -> U) -> Listed<U> {
        Listed {
            data: self.data.into_iter().map(entry).collect(),
            next_cursor: self.next_cursor,
            backwards_cursor: self.backwards_cursor,
            other: self.other,
        }
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Listed<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        brief::capped(formatter, |formatter| {
            formatter
                .debug_struct("Listed")
                .field("data", &self.data)
                .field("next_cursor", &self.next_cursor)
                .field("backwards_cursor", &self.backwards_cursor)
                .field("other", &self.other)
                .finish()
        })
    }
}
