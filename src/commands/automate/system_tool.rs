//! Runs `crontab` and `systemctl`: found on the absolute entries of the `PATH`, with a time limit, their output kept.

use std::ffi::OsStr;
use std::io;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::codex::search_path;
use crate::commands::failure::Failure;
use crate::commands::tokio_runtime::runtime;
use crate::text::sanitize;

/// How long a tool may take. `systemctl --user` waits for up to 25 s where no manager answers.
const LIMIT: Duration = Duration::from_secs(40);

/// How a tool ended.
pub(super) struct ToolEnd {
    pub(super) success: bool,
    pub(super) stdout: Vec<u8>,
    /// One line, safe to print.
    pub(super) stderr: String,
}

/// Runs a tool to its end. `None`: there is no such tool. Blocks.
pub(super) fn run(name: &str, arguments: &[&OsStr], stdin: &[u8]) -> Result<Option<ToolEnd>, Failure> {
    // On another thread, because the caller's may be busy with tokio.
    std::thread::scope(|scope| {
        let running = scope.spawn(|| run_here(name, arguments, stdin));
        let failed = || Failure::system(name, "its thread ended unexpectedly");
        running.join().unwrap_or_else(|_| Err(failed()))
    })
}

fn run_here(name: &str, arguments: &[&OsStr], stdin: &[u8]) -> Result<Option<ToolEnd>, Failure> {
    let mut command = Command::new(name);
    command
        .args(arguments)
        // The programs found there are not this directory's. What they say is read here.
        .env("PATH", search_path())
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let output = runtime()?.block_on(async {
        let mut child = command.spawn()?;
        let input = child.stdin.take();
        let writing = async {
            if let Some(mut input) = input {
                // A tool that fails ends without reading it.
                let _ = input.write_all(stdin).await;
            }
        };
        let ending = async { tokio::join!(child.wait_with_output(), writing).0 };
        tokio::time::timeout(LIMIT, ending).await?
    });
    match output {
        Ok(output) => Ok(Some(ToolEnd {
            success: output.status.success(),
            stdout: output.stdout,
            stderr: sanitize::line(String::from_utf8_lossy(&output.stderr).trim()).into_owned(),
        })),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::system(name, error)),
    }
}
