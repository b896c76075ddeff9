//! Reading stdin without blocking a run: an open pipe that sends nothing has a time limit.

use std::io::{IsTerminal, Read};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use crate::files::{Limits, read_stream};

use super::InputError;

/// Maximum size; far more than fits into a prompt.
const LIMIT: usize = 64 << 20;

/// How stdin is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// To the end.
    ToTheEnd,
    /// If neither a byte nor the end comes within this time, without it.
    IfSomethingComes(Duration),
}

/// The result.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piped {
    /// All of it.
    Bytes(Vec<u8>),
    /// Nothing came in time.
    Silent,
}

/// Until when the end of stdin is waited for: a person who types has as long as it takes.
pub(crate) fn deadline_of(stdin: &impl IsTerminal, deadline: Option<Instant>) -> Option<Instant> {
    deadline.filter(|_| !stdin.is_terminal())
}

/// Reads all of stdin, until the deadline.
pub(crate) fn read_now(deadline: Option<Instant>) -> Result<Vec<u8>, InputError> {
    let stdin = std::io::stdin();
    let limits = Limits {
        bytes: LIMIT as u64,
        deadline: deadline_of(&stdin, deadline),
    };
    read_stream(stdin, limits).map_err(|error| InputError::of("stdin", &error))
}

/// Reads `source` on its own thread, which is abandoned if no input arrives: a blocked read cannot be cancelled.
pub(crate) async fn read(
    source: impl Read + Send + 'static,
    reading: Reading,
    deadline: Option<Instant>,
) -> Result<Piped, InputError> {
    let (first, mut first_byte) = mpsc::channel(1);
    let (sender, whole) = oneshot::channel();
    let spawned = std::thread::Builder::new()
        .name("turnwise-stdin".to_owned())
        .spawn(move || {
            // The receiver is gone when the run went on without stdin.
            let _ = sender.send(read_all(source, &first));
        });
    let failed = |error: &dyn std::fmt::Display| InputError::new(format!("cannot read stdin: {error}"));
    spawned.map_err(|error| failed(&error))?;
    if let Reading::IfSomethingComes(patience) = reading {
        // The channel closes at the end of the input, which is something as well.
        if tokio::time::timeout(patience, first_byte.recv()).await.is_err() {
            return Ok(Piped::Silent);
        }
    }
    let outcome = match deadline {
        None => whole.await,
        Some(deadline) => match tokio::time::timeout_at(deadline.into(), whole).await {
            Ok(outcome) => outcome,
            Err(_) => return Err(late()),
        },
    };
    let outcome = outcome.map_err(|error| failed(&error))?;
    outcome.map(Piped::Bytes).map_err(|error| failed(&error))
}

/// It stays open.
fn late() -> InputError {
    InputError {
        timed_out: true,
        ..InputError::new("stdin: timed out before its end").hint("--no-stdin ignores stdin")
    }
}

fn read_all(mut source: impl Read, first: &mpsc::Sender<()>) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let read = match source.read(&mut chunk) {
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            // A closed stdin is an empty one.
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::BADF.raw_os_error()) => 0,
            Err(error) => return Err(error),
        };
        let _ = first.try_send(());
        if read == 0 {
            return Ok(bytes);
        }
        bytes.extend_from_slice(&chunk[..read]);
        if bytes.len() > LIMIT {
            return Err(std::io::Error::other(format!("more than {LIMIT} bytes")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const PATIENCE: Reading = Reading::IfSomethingComes(Duration::from_secs(3));

    #[tokio::test(start_paused = true)]
    async fn a_pipe_that_stays_silent_is_not_waited_for() {
        let (read_end, _write_end) = std::io::pipe().unwrap();
        assert_eq!(read(read_end, PATIENCE, None).await.unwrap(), Piped::Silent);
    }

    #[tokio::test]
    async fn once_a_byte_has_come_the_rest_is_waited_for() {
        let (read_end, mut write_end) = std::io::pipe().unwrap();
        write_end.write_all(b"a").unwrap();
        let reading = tokio::spawn(read(read_end, PATIENCE, None));
        write_end.write_all(b"b").unwrap();
        drop(write_end);
        assert_eq!(reading.await.unwrap().unwrap(), Piped::Bytes(b"ab".to_vec()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pipe_that_stays_open_is_waited_for_until_the_deadline() {
        let (read_end, mut write_end) = std::io::pipe().unwrap();
        write_end.write_all(b"a").unwrap();
        let deadline = Some(Instant::now() + Duration::from_secs(5));
        let error = read(read_end, Reading::ToTheEnd, deadline).await.unwrap_err();
        assert!(error.timed_out, "{error}");
    }

    #[tokio::test]
    async fn an_empty_input_is_empty_and_not_silent() {
        assert_eq!(
            read(std::io::empty(), PATIENCE, None).await.unwrap(),
            Piped::Bytes(Vec::new())
        );
    }
}
