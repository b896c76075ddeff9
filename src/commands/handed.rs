//! A command line that another turnwise hands over: the runner of saved jobs starts `turnwise automate attempt NAME` and says on
//! its stdin, before the prompt, what to run. The list of processes, which every user can read, shows the name of the job
//! and nothing else.

use std::ffi::OsString;
use std::io;

use rustix::io::Errno;

/// The arguments in place of the real command line.
const MARK: [&str; 2] = ["automate", "attempt"];

/// Maximum length of the command line, in bytes.
const LONGEST: usize = 4 << 20;

/// The arguments with which a job is run.
pub(crate) fn arguments(job: &str) -> [&str; 3] {
    [MARK[0], MARK[1], job]
}

/// The line for its stdin, before the prompt.
pub(crate) fn head(line: &[OsString]) -> Vec<u8> {
    // Lists of bytes always serialise.
    let mut head = serde_json::to_vec(line).unwrap_or_default();
    head.push(b'\n');
    head
}

/// The arguments, or those from stdin if these are the mark.
///
/// # Errors
/// When they should be on stdin and are not.
pub(crate) fn expand(arguments: Vec<OsString>) -> io::Result<Vec<OsString>> {
    let is_handed = arguments.len() == 4 && arguments[1..3] == MARK;
    if !is_handed {
        return Ok(arguments);
    }
    let stdin = rustix::stdio::stdin();
    if rustix::termios::isatty(stdin) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut line = Vec::new();
    let mut byte = [0];
    // One byte at a time: the prompt follows and is read elsewhere.
    while line.len() < LONGEST {
        match rustix::io::read(stdin, &mut byte) {
            Err(Errno::INTR) => {}
            Ok(0) => break,
            Ok(_) if byte == *b"\n" => {
                let handed: Vec<OsString> = serde_json::from_slice(&line)?;
                return Ok(arguments.into_iter().take(1).chain(handed).collect());
            }
            Ok(_) => line.push(byte[0]),
            Err(error) => return Err(error.into()),
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    #[test]
    fn a_command_line_is_one_line_whatever_is_in_it() {
        let line = ["run", "a\nb", "\u{2028}", ""].map(OsString::from).to_vec();
        let line = [line, vec![OsString::from_vec(vec![b'/', 0xff])]].concat();
        let head = head(&line);
        assert_eq!(head.split(|byte| *byte == b'\n').count(), 2);
        assert_eq!(serde_json::from_slice::<Vec<OsString>>(&head).unwrap(), line);
    }

    #[test]
    fn any_other_command_line_stays_as_it_is() {
        for words in [
            &["turnwise"][..],
            &["turnwise", "automate", "add", "x"],
            &["turnwise", "automate", "attempt"],
        ] {
            let words = words.iter().map(OsString::from).collect::<Vec<_>>();
            assert_eq!(expand(words.clone()).unwrap(), words);
        }
    }
}
