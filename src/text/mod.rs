//! Text from outside: which characters are visible text, and what replaces the others on a screen. Small words for people.
//!
//! Nothing here knows of events, terminals or formats.

mod prose;
pub(crate) mod sanitize;
pub(crate) mod words;

pub(crate) use prose::Prose;
