//! Untrusted text and text for people: visible characters and marks for the others, JSON that is safe to show, wording
//! helpers, and wrapped lines.
//!
//! Nothing here knows of events, terminals or formats.

pub(crate) mod command_line;
#[cfg(feature = "cli")]
pub(crate) mod command_output;
mod prose;
#[cfg(feature = "cli")]
pub(crate) mod safe_json;
#[cfg_attr(
    not(feature = "cli"),
    expect(dead_code, reason = "hooks need to know dangerous characters only")
)]
pub(crate) mod sanitize;
#[cfg(feature = "cli")]
pub(crate) mod words;
#[cfg(feature = "cli")]
pub(crate) mod wrap;

pub(crate) use prose::Prose;
