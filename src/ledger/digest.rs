//! What identifies a request: what was shown is what is answered.

use sha2::{Digest, Sha256};

use crate::runtime::approval::PendingRequest;

impl PendingRequest {
    /// The SHA-256 of the whole request and its run, in hexadecimal. An answer has to name it, so that it is an answer to
    /// what was shown.
    pub fn digest(&self) -> String {
        // Two plain structs of strings and JSON always serialise.
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        Sha256::digest(bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}
