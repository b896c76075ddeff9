//! Text from outside and text for people: which characters are visible text, what stands for the rest on a screen, JSON that
//! is safe to show, and lines that fit a width.
//!
//! Nothing here knows of events, terminals or formats.

pub(crate) mod command_line;
mod prose;
pub(crate) mod safe_json;
pub(crate) mod sanitize;
pub(crate) mod words;
pub(crate) mod wrap;

pub(crate) use prose::Prose;
