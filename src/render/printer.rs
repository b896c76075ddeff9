//! How a command prints: documents and lines on stdout, notes for the person on stderr.
//!
//! A reader that went away has seen enough: that is no error. What may not be shown with `--quiet` is a note.

use std::io::{self, BufWriter, Write};

use serde::Serialize;

use super::Surface;
use super::output::{self, unless_closed};
use super::style::Palette;
use crate::text::{safe_json, sanitize};

/// Prints to this process's outputs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Printer {
    /// The standard output.
    pub(crate) stdout: Surface,
    /// Only errors are said.
    pub(crate) quiet: bool,
}

impl Printer {
    /// The colours of stdout.
    pub(crate) fn palette(self) -> Palette {
        Palette::new(self.stdout.color)
    }

    /// Writes to stdout, and flushes.
    ///
    /// # Errors
    /// When it cannot be written to, as on a full disk.
    #[expect(clippy::unused_self, reason = "there is one way to stdout")]
    pub(crate) fn print(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let mut out = BufWriter::new(output::stdout());
        let written = write(&mut out).and_then(|()| out.flush());
        if written.is_err() {
            // What could not be written is not tried again.
            drop(out.into_parts());
        }
        unless_closed(written)
    }

    /// Writes a document to stdout, as one line of JSON.
    ///
    /// # Errors
    /// As [`print`](Self::print).
    pub(crate) fn json(self, document: &impl Serialize) -> io::Result<()> {
        self.print(|mut out| {
            safe_json::write(&mut out, document)?;
            writeln!(out)
        })
    }

    /// Says something on stderr, unless only errors are said. What of it comes from outside cannot do anything to a terminal.
    pub(crate) fn note(self, text: &str) {
        if !self.quiet {
            say(text);
        }
    }
}

/// Says something on stderr, whatever was asked for. What of it comes from outside cannot do anything to a terminal.
pub(crate) fn say(text: &str) {
    // There is nowhere left to complain to.
    let _ = writeln!(output::stderr(), "{}", sanitize::text(text));
}
