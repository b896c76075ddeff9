//! What events say of the server's requests.

use serde::{Deserialize, Serialize};

use crate::protocol::brief::brief_debug;
use crate::runtime::approval::DecidedBy;
use crate::runtime::id::ApprovalId;

/// Where a request waits.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApprovalWaiting {
    /// The id of `approval.requested`.
    pub id: ApprovalId,
    /// The ledger's short id of it, for `turnwise approve`.
    pub approval_id: String,
    /// How long it waits, in milliseconds; without a limit if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
}

brief_debug!(ApprovalWaiting);

/// How a request of the server was settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ApprovalResolution {
    /// Id of the request, as in `approval.requested`.
    pub id: ApprovalId,
    /// `accept`, `decline`, `cancel`, `answer`, or `closed` when nobody answered before the server moved on.
    pub decision: String,
    /// Who decided.
    pub by: DecidedBy,
}
