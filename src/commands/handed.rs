//! A run that another turnwise hands over: the runner of saved jobs starts `turnwise automate attempt NAME` and writes the run to
//! its stdin, before the prompt. The list of processes, which every user can read, shows the name of the job and nothing else.

use std::ffi::OsString;
use std::io;

use rustix::io::Errno;
use serde::Serialize;

/// Begins the arguments.
const MARK: [&str; 2] = ["automate", "attempt"];

/// The longest line that is taken, in bytes.
const LONGEST: usize = 4 << 20;

/// The arguments that start an attempt of a job.
pub(crate) fn arguments(job: &str) -> [&str; 3] {
    [MARK[0], MARK[1], job]
}

/// What has to stand on its stdin before the prompt: one line.
pub(crate) fn head(run: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut head = serde_json::to_vec(run)?;
    head.push(b'\n');
    Ok(head)
}

/// The arguments to go by: those of the run that was handed over, as `arguments_of` reads them from its line, where these say so.
///
/// # Errors
/// When a run should be on stdin and is not.
pub(crate) fn expand(
    arguments: Vec<OsString>,
    arguments_of: impl FnOnce(&[u8]) -> io::Result<Vec<OsString>>,
) -> io::Result<Vec<OsString>> {
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
    // One at a time: the prompt follows, which others read.
    while line.len() < LONGEST {
        match rustix::io::read(stdin, &mut byte) {
            Err(Errno::INTR) => {}
            Ok(0) => break,
            Ok(_) if byte == *b"\n" => {
                let handed = arguments_of(&line)?;
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
    use super::*;

    #[test]
    fn a_run_is_one_line_whatever_is_in_it() {
        let run = ["run", "a\nb", "\u{2028}", ""];
        let head = head(&run).unwrap();
        assert_eq!(head.split(|byte| *byte == b'\n').count(), 2);
        assert_eq!(serde_json::from_slice::<Vec<String>>(&head).unwrap(), run);
    }

    #[test]
    fn any_other_command_line_stays_as_it_is() {
        for words in [
            &["turnwise"][..],
            &["turnwise", "automate", "add", "x"],
            &["turnwise", "automate", "attempt"],
        ] {
            let words = words.iter().map(OsString::from).collect::<Vec<_>>();
            assert_eq!(expand(words.clone(), |_| Ok(Vec::new())).unwrap(), words);
        }
    }
}
