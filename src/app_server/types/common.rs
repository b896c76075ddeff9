//! Shapes that several families share.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::shape::{objects, words};

objects! { "camelCase";

/// No fields.
struct Empty {}

/// A thread and nothing else.
struct ThreadId: new {
    /// Its id.
    thread_id: String,
}

/// Which page of a listing.
struct Page {} optional {
    /// Where the page before ended: its `nextCursor`.
    cursor: String,
    /// At most so many; the server has a default.
    limit: u32,
}

}

words! {
    /// In which order a listing is.
    enum SortDirection { Ascending = "asc", Descending = "desc" }
}

/// A page of a listing (`data`, `nextCursor`, `backwardsCursor`).
///
/// [`Listing`](crate::runtime::Listing) is the same for layer 3, without what nobody needs who only goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed<T> {
    /// What is listed.
    pub data: Vec<T>,
    /// Where the next page begins; none after the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Where the page before begins, in the other direction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backwards_cursor: Option<String>,
    /// Fields that this type does not have.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// One or several: a string, or a list of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
    /// Something else, as it came.
    Unrecognized(Value),
}

impl From<&str> for OneOrMany {
    fn from(one: &str) -> Self {
        Self::One(one.to_owned())
    }
}
