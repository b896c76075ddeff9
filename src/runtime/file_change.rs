//! A change of one file: part of an item, and of the request to approve it.

use serde::{Deserialize, Serialize};

use crate::protocol::brief::brief_debug;

/// A change of one file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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

brief_debug!(FileChange);
