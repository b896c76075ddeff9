//! Half a surrogate pair in JSON, such as `"\ud800"`: no character, so that a reader of JSON refuses the whole document.
//!
//! JavaScript writes such text where it cuts a pair. The halves become U+FFFD, which is as long, and the rest is kept.

use std::borrow::Cow;

use memchr::memmem;

/// The same line with every half replaced.
pub(crate) fn repaired(line: &[u8]) -> Cow<'_, [u8]> {
    let mut line = Cow::Borrowed(line);
    let mut from = 0;
    while let Some(found) = memmem::find(&line[from..], br"\u") {
        let at = from + found;
        from = at + 2;
        // After an odd number of backslashes this one is escaped itself.
        let before = line[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
        if before % 2 == 1 {
            continue;
        }
        match unit(&line, at) {
            Some(0xd800..=0xdbff) if matches!(unit(&line, at + 6), Some(0xdc00..=0xdfff)) => from = at + 12,
            Some(0xd800..=0xdfff) => {
                line.to_mut()[at + 2..at + 6].copy_from_slice(b"fffd");
                from = at + 6;
            }
            _ => {}
        }
    }
    line
}

/// The number of the escape `\uXXXX` that begins here.
fn unit(line: &[u8], at: usize) -> Option<u16> {
    let digits = line.get(at..at + 6)?.strip_prefix(br"\u")?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(json: &str) -> String {
        serde_json::from_slice(&repaired(json.as_bytes())).unwrap()
    }

    #[test]
    fn a_half_is_replaced_and_the_rest_is_kept() {
        assert_eq!(read(r#""a\ud800b""#), "a\u{fffd}b");
        assert_eq!(read(r#""\uDC00\ud83d""#), "\u{fffd}\u{fffd}");
        assert_eq!(read(r#""\ud800\ud83d\ude00""#), "\u{fffd}😀");
        assert_eq!(read(r#""\\\ud800""#), "\\\u{fffd}");
    }

    #[test]
    fn what_is_whole_stays_as_it_is() {
        for whole in [
            r#""\ud83d\ude00 \u001b""#,
            r#""\\ud800""#,
            r#""plain""#,
            r"\u",
            r"\ud8",
        ] {
            assert!(matches!(repaired(whole.as_bytes()), Cow::Borrowed(same) if same == whole.as_bytes()));
        }
    }

    proptest! {
        #[test]
        fn every_string_of_escapes_can_be_read(parts in proptest::collection::vec(
            prop_oneof![Just(r"\ud800"), Just(r"\uDBFF"), Just(r"\udc00"), Just(r"\\"), Just(r"\u0041"), Just("ud800"), Just("x"), Just(r#"\""#)], 0..12)) {
            let json = format!("\"{}\"", parts.concat());
            let text = read(&json);
            prop_assert_eq!(text.matches('x').count(), parts.iter().filter(|part| **part == "x").count());
        }
    }
}
