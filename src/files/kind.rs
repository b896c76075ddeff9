//! Kinds of files, in words.

use std::fs::FileType;
use std::io;
use std::os::unix::fs::FileTypeExt;

/// The kind of a file, for messages: `a directory`, `a FIFO`.
pub(crate) fn kind_of(file: FileType) -> &'static str {
    if file.is_file() {
        "a regular file"
    } else if file.is_dir() {
        "a directory"
    } else if file.is_symlink() {
        "a link"
    } else if file.is_fifo() {
        "a FIFO"
    } else if file.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

/// Refuses everything but a regular file.
///
/// # Errors
/// An error that names the actual kind.
pub(crate) fn require_regular(file: FileType) -> io::Result<()> {
    if file.is_file() {
        Ok(())
    } else {
        Err(io::Error::other(format!(
            "it is {}, not a regular file",
            kind_of(file)
        )))
    }
}
