//! The byte order mark that some editors put before UTF-8.

/// The mark.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// The bytes of a line or a file without a byte order mark before them.
pub(crate) fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BOM).unwrap_or(bytes)
}
