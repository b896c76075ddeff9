//! A change of one file: part of an item, and of the request to approve it.

use serde::{Deserialize, Serialize};

use crate::protocol::brief::brief_debug;

/// A change of one file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FileChange {
    /// Absolute path.
    pub path: String,
    /// `add`, `delete` or `update`.
    pub kind: String,
    /// Where an updated file moves to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub move_path: Option<String>,
    /// The whole content for `add` and `delete`, unified hunks for `update`.
    #[serde(default)]
    pub diff: String,
}

impl FileChange {
    /// A change of a file: `add`, `delete` or `update`, with its content or its hunks.
    pub fn new(path: impl Into<String>, kind: impl Into<String>, diff: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            kind: kind.into(),
            move_path: None,
            diff: diff.into(),
        }
    }
}

brief_debug!(FileChange);
