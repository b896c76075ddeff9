//! The managed install: one exact version, through npm, in the data directory, all or nothing.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::dirs::Directories;
use super::error::CodexError;
use super::find::{Found, managed_version};
use super::layout::native_in_package;
use super::program::{on_path, search_path};
use super::version::{Compatibility, NEWEST_TESTED, OLDEST, Version};
use crate::environment::variable;

/// The result of an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Installed {
    /// The codex.
    pub found: Found,
    /// The directory of this version.
    pub directory: PathBuf,
    /// Whether it was there before.
    pub already: bool,
}

/// Installs a version with npm and makes it the current one.
///
/// It is put together beside its place and moved there when its binary has said its version, so that a failure or a
/// kill at any moment leaves the previous state. Installs at the same time wait for each other.
///
/// # Errors
/// [`CodexError::Install`] with npm's last words, [`CodexError::NpmMissing`].
pub fn install(directories: &Directories, version: &str) -> Result<Installed, CodexError> {
    let failed = |reason: String| CodexError::Install {
        version: version.to_owned(),
        reason,
        source: None,
    };
    let wanted = installable(version)?;
    let installs = directories.codex_installs();
    let io = |error: std::io::Error| CodexError::Install {
        version: version.to_owned(),
        reason: format!("{}: {error}", installs.display()),
        source: Some(Box::new(error)),
    };
    fs::create_dir_all(&installs).map_err(io)?;
    let lock = File::create(installs.join(".lock")).map_err(io)?;
    lock.lock().map_err(io)?;

    let directory = installs.join(version);
    let already = managed_version(directories, &wanted).is_some();
    if !already {
        let npm = on_path(OsStr::new("npm"), &variable("PATH").unwrap_or_default());
        let npm = npm.ok_or_else(|| CodexError::NpmMissing {
            version: version.to_owned(),
        })?;
        sweep(&installs).map_err(io)?;
        let staging = tempfile::Builder::new()
            .prefix(".staging-")
            .tempdir_in(&installs)
            .map_err(io)?;
        run_npm(&npm, staging.path(), version).map_err(failed)?;
        verify(staging.path(), &wanted).map_err(failed)?;
        // The existing directory is incomplete.
        if directory.exists() {
            fs::remove_dir_all(&directory).map_err(io)?;
        }
        fs::rename(staging.keep(), &directory).map_err(io)?;
    }
    let mut current = tempfile::NamedTempFile::new_in(&installs).map_err(io)?;
    writeln!(current, "{version}").map_err(io)?;
    current
        .persist(installs.join("current"))
        .map_err(|error| io(error.error))?;
    let found = managed_version(directories, &wanted)
        .ok_or_else(|| failed(format!("the binary disappeared from {}", directory.display())))?;
    Ok(Installed {
        found,
        directory,
        already,
    })
}

/// A version that can be installed, if there is one of this number.
pub(crate) fn installable(version: &str) -> Result<Version, CodexError> {
    let failed = |reason: String| CodexError::Install {
        version: version.to_owned(),
        reason,
        source: None,
    };
    let Some(wanted) = Version::parse(version) else {
        let is_number = version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        return Err(failed(if is_number && !version.is_empty() {
            format!(
                "no such version; a version has three numbers, such as {NEWEST_TESTED}, the newest tested"
            )
        } else {
            format!("expected an exact version such as {NEWEST_TESTED}, not a tag or range")
        }));
    };
    if wanted.compatibility() == Compatibility::TooOld {
        return Err(failed(format!("too old; {OLDEST} or newer is required")));
    }
    Ok(wanted)
}

/// Removes the remains of a killed installation.
fn sweep(installs: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(installs)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(".staging-") {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

fn run_npm(npm: &Path, directory: &Path, version: &str) -> Result<(), String> {
    // Without a manifest npm looks for one in the directories above.
    fs::write(directory.join("package.json"), "{\"private\":true}\n").map_err(|error| error.to_string())?;
    let output = Command::new(npm)
        // npm looks up node on it.
        .env("PATH", search_path())
        .args([
            "install",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--save-exact",
            "--loglevel=error",
        ])
        .arg(format!("@openai/codex@{version}"))
        .current_dir(directory)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cannot start npm: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    // How npm says that the package has no version of this number.
    if words.contains("ETARGET") || words.contains("No matching version found for @openai/codex") {
        return Err(format!("no such version; the newest tested is {NEWEST_TESTED}"));
    }
    let lines = words
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect::<Vec<_>>();
    Err(format!(
        "npm failed ({}):\n{}",
        output.status,
        lines[lines.len().saturating_sub(10)..].join("\n")
    ))
}

fn verify(directory: &Path, wanted: &Version) -> Result<(), String> {
    let native = native_in_package(&directory.join("node_modules/@openai/codex"))
        .ok_or("npm installed no native binary for this platform")?;
    let output = Command::new(&native.binary)
        .arg("--version")
        .env("PATH", search_path())
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("the binary does not start: {error}"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    match Version::from_version_output(&said) {
        Some(version) if version == *wanted => Ok(()),
        _ => Err(format!("the binary reports {:?}", said.trim())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_ranges_and_old_versions_are_refused_before_anything_is_done() {
        let dir = tempfile::tempdir().unwrap();
        let directories = Directories::under(&dir.path().join("home"));
        for (version, word) in [
            ("latest", "exact"),
            ("^0.169.0", "exact"),
            ("", "exact"),
            ("0.103.0", "too old"),
            ("99", "no such version"),
            ("0.169", "no such version"),
        ] {
            let error = install(&directories, version).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
        assert!(!dir.path().join("home").exists());
    }
}
