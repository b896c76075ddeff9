//! The approvals port: what the server asks, what can be answered, and the trait through which somebody answers.
//!
//! The runtime hands every server request to an [`Approver`] and turns its [`Decision`] into the one valid reply. Who decides
//! (a flag, a policy, a person) and where requests are stored lies above the runtime: both stand on the types here.
//!
//! | type | what it is |
//! |---|---|
//! | [`ApprovalRequest`] | one request of the server, unchanged |
//! | [`PendingRequest`] | a request and the run that it came up in: shown, stored and answered |
//! | [`RequestDetails`] | what a request asks, by kind |
//! | [`Choice`] | a possible answer, and what it causes |
//! | [`Decision`], [`DecidedBy`], [`Verdict`] | an answer, who gave it, and both |
//! | [`Approver`] | whoever answers; [`approvals`] is one that hands requests to a channel |

mod approver;
mod channel;
mod choices;
mod decided_by;
mod decision;
mod details;
mod pending;
mod request;

pub use approver::{Approver, FixedAnswer};
pub use channel::{Approvals, PendingApproval, approvals};
pub use choices::{Choice, ChoiceAction};
pub use decided_by::DecidedBy;
pub use decision::{Decision, Verdict};
pub use details::{
    CommandDetails, FieldKind, FormField, PermissionsDetails, QuestionOption, RequestDetails, UserQuestion,
};
pub use pending::{PendingRequest, RunContext};
pub use request::{ApprovalKind, ApprovalRequest};
