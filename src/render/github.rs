//! GitHub Actions: step outputs, the step summary, one annotation, and no workflow command from foreign text.
//!
//! The runner reads every line of a step's output. A line that begins with `::` is a command, and so is `##[` anywhere.

use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};

use super::RunReport;
use super::markdown::summary;

/// What a step summary may hold; GitHub throws away one that is longer.
const SUMMARY_LIMIT: usize = 1 << 20;

/// A writer whose lines no runner takes for workflow commands. Switched off, it changes nothing.
pub struct GithubSafe<W> {
    inner: W,
    enabled: bool,
    /// Number signs that were held back until what follows them is known.
    hashes: usize,
    /// Only white space so far in this line.
    line_start: bool,
    /// A colon at the line's start that was held back.
    colon: bool,
}

impl<W: Write> GithubSafe<W> {
    /// `::` at the start of a line becomes `\x3a:`, and `##[` becomes `#\x23[`.
    pub fn new(inner: W, enabled: bool) -> Self {
        Self {
            inner,
            enabled,
            hashes: 0,
            line_start: true,
            colon: false,
        }
    }

    fn byte(&mut self, byte: u8, out: &mut Vec<u8>) {
        if self.colon {
            self.colon = false;
            out.extend_from_slice(if byte == b':' { br"\x3a" } else { b":" });
        }
        if byte == b'#' {
            self.hashes += 1;
            self.line_start = false;
            return;
        }
        if self.hashes > 0 {
            let guarded = byte == b'[' && self.hashes >= 2;
            out.resize(out.len() + self.hashes - usize::from(guarded), b'#');
            if guarded {
                out.extend_from_slice(br"\x23");
            }
            self.hashes = 0;
        }
        if byte == b':' && self.line_start {
            self.colon = true;
            self.line_start = false;
            return;
        }
        self.line_start = matches!(byte, b'\n' | b'\r') || (self.line_start && byte.is_ascii_whitespace());
        out.push(byte);
    }
}

impl<W: Write> Write for GithubSafe<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.enabled {
            return self.inner.write(bytes);
        }
        let mut out = Vec::with_capacity(bytes.len() + 8);
        for byte in bytes {
            self.byte(*byte, &mut out);
        }
        self.inner.write_all(&out)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// A text that no runner takes for a workflow command.
pub fn neutralise(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut safe = GithubSafe::new(&mut out, true);
    // A Vec takes everything; the newline releases what was held back.
    let _ = safe
        .write_all(text.as_bytes())
        .and_then(|()| safe.write_all(b"\n"));
    out.pop();
    String::from_utf8_lossy(&out).into_owned()
}

/// The line that makes a failure an annotation.
pub fn annotation(message: &str) -> String {
    let data = message
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A");
    format!("::error title=turnwise::{data}")
}

/// What is appended to the file that `GITHUB_OUTPUT` names.
pub fn outputs(report: &RunReport) -> String {
    let status = serde_json::to_value(report.status).unwrap_or_default();
    let values = [
        ("answer", report.text.as_str()),
        ("status", status.as_str().unwrap_or_default()),
        ("exit_code", &report.exit_code.to_string()),
        ("session_id", report.session_id.as_deref().unwrap_or_default()),
    ];
    values.iter().map(|(name, value)| heredoc(name, value)).collect()
}

/// `NAME<<DELIMITER`, the value, the delimiter: a delimiter that cannot be guessed and is not in the value.
fn heredoc(name: &str, value: &str) -> String {
    let delimiter = loop {
        let delimiter = format!("turnwise_{:016x}", RandomState::new().hash_one(name));
        if !value.contains(&delimiter) {
            break delimiter;
        }
    };
    format!("{name}<<{delimiter}\n{value}\n{delimiter}\n")
}

/// What is appended to the file that `GITHUB_STEP_SUMMARY` names, of which `used` bytes are taken.
pub fn step_summary(report: &RunReport, used: usize) -> String {
    let whole = summary(report);
    let room = SUMMARY_LIMIT.saturating_sub(used);
    if whole.len() <= room {
        return whole;
    }
    // Room for the note about what is missing.
    let mut cut = room.saturating_sub(100).min(whole.len());
    while !whole.is_char_boundary(cut) {
        cut -= 1;
    }
    let note = format!(
        "\n\n*{} bytes more did not fit into the step summary.*\n",
        whole.len() - cut
    );
    if note.len() > room {
        String::new()
    } else {
        format!("{}{note}", &whole[..cut])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What the runner does with a line, as documented: a command at the start after white space, or `##[` anywhere.
    fn is_command(line: &str) -> bool {
        line.trim_start().starts_with("::") || line.contains("##[")
    }

    #[test]
    fn commands_become_visible_text() {
        assert_eq!(
            neutralise("::add-mask::x\n  ::error::y"),
            "\\x3a:add-mask::x\n  \\x3a:error::y"
        );
        assert_eq!(neutralise("a ##[group]b ###[c]"), r"a #\x23[group]b ##\x23[c]");
        assert_eq!(neutralise("std::io: #1 ## [x] :"), "std::io: #1 ## [x] :");
    }

    #[test]
    fn an_annotation_is_one_line() {
        assert_eq!(annotation("50%\nno"), "::error title=turnwise::50%25%0Ano");
    }

    proptest! {
        #[test]
        fn no_text_is_a_command_however_it_is_cut(text in "[:#\\[ a\n\r]{0,40}", cut in 0usize..40) {
            let mut out = Vec::new();
            let mut safe = GithubSafe::new(&mut out, true);
            let cut = cut.min(text.len());
            safe.write_all(&text.as_bytes()[..cut]).unwrap();
            safe.write_all(&text.as_bytes()[cut..]).unwrap();
            safe.write_all(b"\n").unwrap();
            let out = String::from_utf8(out).unwrap();
            prop_assert!(!out.split(['\n', '\r']).any(is_command), "{:?}", out);
            prop_assert_eq!(out.replace("\\x3a", ":").replace("\\x23", "#"), format!("{text}\n"));
        }

        #[test]
        fn a_value_cannot_end_its_heredoc(value in "(turnwise_|[a-f0-9]|\n|<<){0,60}") {
            let output = heredoc("answer", &value);
            let (first, rest) = output.split_once('\n').unwrap();
            let delimiter = first.strip_prefix("answer<<").unwrap();
            let ending = format!("\n{delimiter}\n");
            prop_assert_eq!(rest.strip_suffix(&ending).unwrap(), &value);
            prop_assert!(!value.lines().any(|line| line == delimiter));
        }
    }
}
