//! What a user sees: the built program against the real codex, a scripted model, and a server full of faults.
#![expect(missing_docs, reason = "tests are named by what they check")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "support code of tests may fail loudly")]

mod faults;
mod run;

#[path = "../support/mod.rs"]
mod support;
