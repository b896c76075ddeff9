//! Asks the person at the terminal: requests for approval, and plain yes-or-no questions.
//!
//! It reads keys and draws; who is asked and what an answer causes is in `approval`.

mod cancel;
mod conversation;
mod key_bytes;
mod keys;
mod line;

pub(crate) use cancel::{CancelGuard, CancelSignal, cancel_pair};
pub(crate) use conversation::{Answered, Prompt};
pub(crate) use keys::PasteMarks;
pub(crate) use line::confirm;
