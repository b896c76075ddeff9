//! The output of a command as a terminal would have left it: without colours, and with the last state of each line that was
//! written again and again. What else is in it is left to the sanitiser.

/// A line without its colours, as it was written last.
pub(crate) fn last_state(line: &str) -> String {
    let line = line.strip_suffix('\r').unwrap_or(line);
    let state = line.rsplit('\r').find(|state| !state.trim().is_empty());
    without_colours(state.unwrap_or_default())
}

/// Takes out the sequences for colours (SGR), and those that clear the rest of a line.
fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("\u{1b}[") {
        let body = &rest[start + 2..];
        let end = body.find(|c: char| !(c.is_ascii_digit() || matches!(c, ';' | ':')));
        plain.push_str(&rest[..start]);
        match end.map(|end| (end, &body[end..])) {
            Some((end, behind)) if behind.starts_with(['m', 'K']) => rest = &body[end + 1..],
            // Something else: it stays, to be made visible.
            _ => {
                plain.push_str(&rest[start..start + 2]);
                rest = body;
            }
        }
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_go_progress_keeps_its_last_state_and_the_rest_stays() {
        for (line, expected) in [
            ("plain", "plain"),
            ("\u{1b}[1;31merror\u{1b}[0m: no", "error: no"),
            ("10%\r50%\r100%", "100%"),
            ("10%\r100%\r", "100%"),
            ("10%\r\u{1b}[Kdone\r", "done"),
            ("line\r", "line"),
            ("\u{1b}[2Jx\u{1b}]0;t\u{7}", "\u{1b}[2Jx\u{1b}]0;t\u{7}"),
            ("\u{1b}[", "\u{1b}["),
        ] {
            assert_eq!(last_state(line), expected, "{line:?}");
        }
    }
}
