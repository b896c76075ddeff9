//! Saved sessions as Codex keeps them on disk: found, listed and read without a server.
//!
//! A session is one rollout file of JSON lines in a `CODEX_HOME`. Files are read line by line, from their beginning or from
//! their end, never as a whole; what is damaged is skipped and named. Nothing is written here.

mod conversation;
mod files;
mod full_history;
mod head;
mod lines;
mod settings;

pub use conversation::{Conversation, Entry, TimedEntry};
pub use files::{Home, SavedSession, find};
pub use full_history::{FullHistory, full_history};
pub use head::{Problem, SessionSummary, Summaries, summaries};
pub use lines::{Line, Lines};
pub use settings::{SessionSettings, last_settings, settings_of};
