//! Opening and reading regular files from untrusted paths, with a limit of size.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

use super::kind::require_regular;

/// Opens a regular file, and refuses every other kind without blocking or reading.
///
/// # Errors
/// Those of opening, and one that says what the file is instead.
pub(crate) fn open_regular(path: &Path) -> io::Result<File> {
    let file = open(path)?;
    // The check uses the open file, because the path may lead to another one by now.
    require_regular(file.metadata()?.file_type())?;
    Ok(file)
}

/// Reads a regular file.
///
/// # Errors
/// Those of opening and reading; one for another kind of file, and for more than `bytes`.
pub(crate) fn read_regular(path: &Path, bytes: u64) -> io::Result<Vec<u8>> {
    read_to_limit(open_regular(path)?, bytes)
}

/// Opens for reading. A FIFO without a writer does not block, and a terminal does not become the controlling one.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits();
    OpenOptions::new()
        .read(true)
        .custom_flags(flags.cast_signed())
        .open(path)
}

pub(super) fn read_to_limit(file: File, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // The size that a file claims is not the size that it has, as below /proc.
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(too_long(limit));
    }
    Ok(bytes)
}

pub(super) fn too_long(limit: u64) -> io::Error {
    let limit = if limit >= 1 << 20 {
        format!("{} MiB", limit >> 20)
    } else {
        format!("{} KiB", limit >> 10)
    };
    io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {limit}"))
}
