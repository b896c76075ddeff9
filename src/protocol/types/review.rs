//! Reviews of changes. What a review says is the item `exitedReviewMode`.

use super::common::Empty;
use super::method::requests;
use super::shape::{kinds, objects, words};
use super::turn::Turn;

requests! {
    /// Begins a review, as a turn.
    ReviewStart(REVIEW_START): ReviewStartParams => ReviewStartResponse;
}

objects! { "camelCase";

/// What to review.
struct ReviewStartParams: new {
    /// In which thread.
    thread_id: String,
    /// What.
    target: ReviewTarget,
} optional {
    /// Where the review is; in the thread itself by default.
    delivery: ReviewDelivery,
}

/// A review that began.
struct ReviewStartResponse {
    /// Its turn. `turn/started` has another id, and this one as `rootTurnId`; `turn/completed` has this one.
    turn: Turn,
    /// The thread that it is in.
    review_thread_id: String,
}

/// What changed against a branch (`baseBranch`).
struct BranchTarget: new {
    /// The branch.
    branch: String,
}

/// A commit (`commit`).
struct CommitTarget: new {
    /// Its hash.
    sha: String,
} optional {
    /// What it says.
    title: String,
}

/// Something else (`custom`).
struct CustomTarget: new {
    /// What to do.
    instructions: String,
}

}

kinds! {
    /// What to review.
    enum ReviewTarget by "type" {
        /// What is not committed.
        UncommittedChanges(Empty) = "uncommittedChanges",
        /// What changed against a branch.
        BaseBranch(BranchTarget) = "baseBranch",
        /// A commit.
        Commit(CommitTarget) = "commit",
        /// Something else.
        Custom(CustomTarget) = "custom",
    }
}

words! {
    /// Where a review is.
    enum ReviewDelivery {
        Inline = "inline",
        /// In a thread of its own; before 0.169.
        Detached = "detached",
    }
}
