//! Shapes that several families share.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::shape::{objects, words};
use crate::protocol::brief::{self, capped_debug};

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
#[derive(Clone, PartialEq, Serialize, Deserialize)]
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

capped_debug!(OneOrMany {
    One,
    Many,
    Unrecognized
});

/// One or several: a string, or a list of them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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
