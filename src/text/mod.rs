//! Text from outside: which characters are visible text, and what stands for the rest on a screen.
//!
//! Nothing here knows of events, terminals or formats.

mod prose;
pub(crate) mod sanitize;

pub(crate) use prose::Prose;
