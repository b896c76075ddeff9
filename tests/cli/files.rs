//! Files that a user or a repository hands in: of every kind, in every encoding, under every name.

mod environment;
mod names;
mod outputs;
mod pipes;
mod project;
mod saved;
mod source;
mod texts;

use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, mknodat};

/// Makes a FIFO.
fn fifo(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
}

/// A schema that every answer matches.
const ANY: &str = "{\"type\": \"object\"}";
