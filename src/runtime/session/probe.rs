//! Whether the server's sandbox works: two commands in it, one that must succeed and one that must not.

use std::path::Path;

use serde_json::json;

use crate::protocol::types::CommandExecResponse;
use crate::runtime::error::RuntimeError;
use crate::runtime::session::client::Client;
use crate::runtime::wire_path;

/// What a probe of the read-only sandbox showed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SandboxProbe {
    /// Commands run in it and cannot write.
    Holds,
    /// A command in it fails; with its words.
    Fails(String),
    /// A command in it could write a file.
    Leaks,
}

impl Client {
    /// Probes the read-only sandbox (`command/exec`, outside of any thread) in a directory. `target` is a path where this
    /// process could write a file, and where the sandbox must not let one be made.
    ///
    /// # Errors
    /// The server's own: the oldest ones cannot run a command outside of a turn.
    pub async fn probe_sandbox(&self, cwd: &Path, target: &Path) -> Result<SandboxProbe, RuntimeError> {
        const LIMIT_MS: u64 = 10_000;
        wire_path::check("the directory", cwd)?;
        wire_path::check("the probe's target", target)?;
        let exec = |script: &str| {
            let params = json!({
                "command": ["/bin/sh", "-c", script, target], "cwd": cwd, "timeoutMs": LIMIT_MS,
                "sandboxPolicy": { "type": "readOnly" },
            });
            async move {
                self.runtime()
                    .call::<CommandExecResponse>("command/exec", &params)
                    .await
            }
        };
        let harmless = exec("exit 0").await?;
        if harmless.exit_code != 0 {
            return Ok(SandboxProbe::Fails(harmless.stderr));
        }
        // `$0` is the target. That the command fails is what is hoped for.
        exec("echo x > \"$0\"").await?;
        Ok(if target.exists() {
            SandboxProbe::Leaks
        } else {
            SandboxProbe::Holds
        })
    }
}
