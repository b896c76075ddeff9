//! The one decoder of text that comes from outside: UTF-8 with or without a byte order mark, lines ended as on any system.

use super::bom::BOM;

/// Number of bytes searched for the zero bytes of UTF-16 without a mark.
const LOOKED_AT: usize = 4096;

/// Why bytes are not text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotText {
    /// Text in another encoding.
    #[error("{0}, not UTF-8; save it as UTF-8")]
    Encoding(&'static str),
    /// Bytes that are not UTF-8.
    #[error("not UTF-8 text: invalid byte {0}")]
    Utf8(usize),
}

/// Text from bytes: without a byte order mark, and with `\n` where `\r\n` stood.
///
/// # Errors
/// [`NotText`].
pub(crate) fn decode(mut bytes: Vec<u8>) -> Result<String, NotText> {
    if let Some(encoding) = other_encoding(&bytes) {
        return Err(NotText::Encoding(encoding));
    }
    if bytes.starts_with(BOM) {
        bytes.drain(..BOM.len());
    }
    let text = String::from_utf8(bytes).map_err(|error| NotText::Utf8(error.utf8_error().valid_up_to()))?;
    Ok(if text.contains("\r\n") {
        text.replace("\r\n", "\n")
    } else {
        text
    })
}

/// The encoding of text that is certainly not UTF-8, by its mark or by its zero bytes.
fn other_encoding(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\xff\xfe\0\0") || bytes.starts_with(b"\0\0\xfe\xff") {
        return Some("UTF-32");
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Some("UTF-16");
    }
    // Mostly ASCII in UTF-16: every other byte is zero, and only those.
    let (pairs, _) = bytes[..bytes.len().min(LOOKED_AT)].as_chunks::<2>();
    let zeros = |place: usize| pairs.iter().filter(|pair| pair[place] == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    let most = |zeros: usize| zeros > 0 && zeros * 10 >= pairs.len() * 9;
    ((first == 0 && most(second)) || (second == 0 && most(first))).then_some("UTF-16")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn a_mark_is_dropped_and_lines_end_alike() {
        assert_eq!(
            decode(b"\xef\xbb\xbfone\r\ntwo\rthree\n".to_vec()).unwrap(),
            "one\ntwo\rthree\n"
        );
        assert_eq!(decode(Vec::new()).unwrap(), "");
    }

    #[test]
    fn utf16_is_refused_by_name_with_and_without_its_mark() {
        for text in ["hello", "\u{feff}hello", "\u{feff}日本"] {
            for bytes in [utf16(text, u16::to_le_bytes), utf16(text, u16::to_be_bytes)] {
                assert_eq!(decode(bytes), Err(NotText::Encoding("UTF-16")), "{text:?}");
            }
        }
        assert_eq!(
            decode(b"\xff\xfe\0\0h\0\0\0".to_vec()),
            Err(NotText::Encoding("UTF-32"))
        );
    }

    #[test]
    fn other_bytes_say_where_they_do_not_fit() {
        assert_eq!(decode(b"ok\xff".to_vec()), Err(NotText::Utf8(2)));
        assert_eq!(
            decode(b"one\0two\0".to_vec()).unwrap(),
            "one\0two\0",
            "lists with zero bytes stay"
        );
    }
}
