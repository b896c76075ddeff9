//! Whether a program is Codex, and which version: what it says of itself when asked with `--version`. Asked where something is wrong
//! or in doubt, not at every start.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::error::CodexError;
use super::program::search_path;
use super::version::{Compatibility, OLDEST, Version};

/// How long a program may take to say its version; Codex needs about 20 ms.
const LIMIT: Duration = Duration::from_secs(5);
/// How much of what it says is read, in bytes.
const READ: u64 = 4096;
/// How often it is looked whether it has ended.
const LOOK: Duration = Duration::from_millis(5);

/// The version of a program that is Codex.
///
/// Blocks until the program has answered, for five seconds at most.
///
/// # Errors
/// [`CodexError::Unusable`] if it is not Codex, or does not say its version.
#[cfg(feature = "cli")]
pub(crate) fn reported_version(program: &Path) -> Result<Version, CodexError> {
    match ask(program) {
        Ok(said) => said.version(program),
        Err(error) => Err(not_started(program, error)),
    }
}

/// Why a program cannot be used as Codex, if it is another program or too old. One that is slow to answer is given the benefit of the
/// doubt.
pub(crate) fn objection(program: &Path) -> Option<CodexError> {
    let said = match ask(program) {
        Ok(said) if said.in_time => said,
        Ok(_) => return None,
        Err(error) => return Some(not_started(program, error)),
    };
    match said.version(program) {
        Ok(version) if version.compatibility() == Compatibility::TooOld => Some(CodexError::TooOld {
            found: version.to_string(),
            needed: OLDEST,
            path: program.to_owned(),
        }),
        Ok(_) => None,
        Err(error) => Some(error),
    }
}

fn not_started(program: &Path, error: std::io::Error) -> CodexError {
    let is_no_program = error.raw_os_error() == Some(rustix::io::Errno::NOEXEC.raw_os_error());
    CodexError::Unusable {
        path: program.to_owned(),
        reason: if is_no_program {
            "it is not a program of this system".to_owned()
        } else {
            error.to_string()
        },
        source: Some(Box::new(error)),
    }
}

/// The beginning of a line, for a message.
fn short(line: &str) -> &str {
    const LONGEST: usize = 120;
    let line = line.trim();
    &line[..line.floor_char_boundary(LONGEST)]
}

/// What a program wrote.
struct Said {
    out: String,
    err: String,
    /// Whether it closed its output in time.
    in_time: bool,
}

impl Said {
    fn version(&self, program: &Path) -> Result<Version, CodexError> {
        let line = self.out.lines().find(|line| !line.trim().is_empty());
        let version = line
            .filter(|line| line.to_ascii_lowercase().contains("codex"))
            .and_then(Version::from_version_output);
        if let Some(version) = version {
            return Ok(version);
        }
        let complaint = self.err.lines().find(|line| !line.trim().is_empty());
        let reason = match (line, complaint) {
            (Some(line), _) => format!("it is not Codex; its --version prints {:?}", short(line)),
            (None, Some(complaint)) => format!("it does not report a version: {}", short(complaint)),
            (None, None) if !self.in_time => {
                format!("it does not report a version within {} s", LIMIT.as_secs())
            }
            (None, None) => "it is not Codex; it does not report a version".to_owned(),
        };
        Err(CodexError::Unusable {
            path: program.to_owned(),
            reason,
            source: None,
        })
    }
}

fn ask(program: &Path) -> std::io::Result<Said> {
    let deadline = Instant::now() + LIMIT;
    let mut child = Command::new(program)
        .arg("--version")
        // A script that npm put there looks for node on it.
        .env("PATH", search_path())
        .env_remove("RUST_BACKTRACE")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()?;
    let (out, err) = (reader(child.stdout.take()), reader(child.stderr.take()));
    let text = |reader: &Receiver<Vec<u8>>| {
        let left = deadline.saturating_duration_since(Instant::now());
        let bytes = reader.recv_timeout(left).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    };
    let (out, err) = (text(&out), text(&err));
    let said = Said {
        in_time: out.is_some(),
        out: out.unwrap_or_default(),
        err: err.unwrap_or_default(),
    };
    end(child, deadline);
    Ok(said)
}

/// Reads the beginning of a pipe on a thread of its own, and closes it.
fn reader(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = sync_channel(1);
    let reading = move || {
        let mut bytes = Vec::new();
        if let Some(pipe) = pipe {
            // What came before an error counts.
            let _ = pipe.take(READ).read_to_end(&mut bytes);
        }
        let _ = sender.send(bytes);
    };
    // Without a thread nothing is read, as from a program that is silent.
    let _ = std::thread::Builder::new()
        .name("turnwise-version".to_owned())
        .spawn(reading);
    receiver
}

/// Waits for the end of a program, and kills it with its group if that does not come in time.
fn end(mut child: Child, deadline: Instant) {
    while let Ok(None) = child.try_wait() {
        if Instant::now() >= deadline {
            let _ = kill_process_group(Pid::from_child(&child), Signal::KILL);
            let _ = child.wait();
            return;
        }
        std::thread::park_timeout(LOOK);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn script(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("program");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        (directory, path)
    }

    #[test]
    fn a_program_that_says_it_is_codex_has_its_version() {
        let (_kept, path) = script("#!/bin/sh\necho codex-cli 0.150.0\n");
        assert_eq!(reported_version(&path).unwrap().to_string(), "0.150.0");
        assert!(objection(&path).is_none());
        let (_kept, path) = script("#!/bin/sh\necho codex-cli 0.50.0\n");
        assert!(matches!(objection(&path), Some(CodexError::TooOld { found, .. }) if found == "0.50.0"));
    }

    #[test]
    fn any_other_program_is_named_with_what_it_says() {
        for (text, expected) in [
            (
                "#!/bin/sh\necho Python 3.11.2\n",
                "it is not Codex; its --version prints \"Python 3.11.2\"",
            ),
            (
                "#!/bin/sh\nexit 0\n",
                "it is not Codex; it does not report a version",
            ),
            (
                "#!/bin/sh\necho broken >&2; exit 1\n",
                "it does not report a version: broken",
            ),
            ("no program", "it is not a program of this system"),
            (
                "#!/bin/sh\nwhile :; do echo y; done\n",
                "it is not Codex; its --version prints \"y\"",
            ),
        ] {
            let (_kept, path) = script(text);
            let error = reported_version(&path).unwrap_err();
            assert!(
                matches!(&error, CodexError::Unusable { reason, .. } if reason == expected),
                "{error}"
            );
        }
    }
}
