//! Whether a file is an image that a provider takes. The server runs a turn all the same and puts a note in the place of an
//! image that it cannot read.

use std::io::{self, Read as _};
use std::path::Path;

use super::open_regular;

/// An image larger than this is refused by every provider.
const LARGEST: u64 = 50 << 20;

/// Opens an image and looks at its first bytes.
///
/// # Errors
/// Those of opening and reading; one for another kind of file, for more than 50 MiB, and for what is not a PNG, JPEG, GIF or WebP.
pub(crate) fn check_image(path: &Path) -> io::Result<()> {
    let file = open_regular(path)?;
    let bytes = file.metadata()?.len();
    if bytes > LARGEST {
        return Err(io::Error::other(format!(
            "too large: {bytes} bytes; the maximum is {LARGEST}"
        )));
    }
    let mut head = Vec::new();
    file.take(12).read_to_end(&mut head)?;
    if is_image(&head) {
        Ok(())
    } else {
        Err(io::Error::other("not a PNG, JPEG, GIF or WebP image"))
    }
}

fn is_image(head: &[u8]) -> bool {
    head.starts_with(b"\x89PNG\r\n\x1a\n")
        || head.starts_with(b"\xff\xd8\xff")
        || head.starts_with(b"GIF87a")
        || head.starts_with(b"GIF89a")
        || (head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP"))
}
