//! turnwise's service in the user's systemd: written and started, found, stopped and removed.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::crontab::Changed;
use super::system_tool::{self, ToolEnd};
use crate::commands::failure::Failure;
use crate::environment::{home, variable};
use crate::files;

/// Every unit of turnwise's has this line, whichever version wrote it.
const OURS: &str = "Description=turnwise: saved jobs of the Codex agent";

/// The service that runs the jobs of one ledger.
pub(super) struct Service {
    name: String,
    path: PathBuf,
}

impl Service {
    /// The service for the jobs of this home; `None` stands for the platform's directories.
    pub(super) fn new(turnwise_home: Option<&Path>) -> Result<Self, Failure> {
        let directory = variable("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .filter(|directory| directory.is_absolute())
            .or_else(|| Some(home()?.join(".config")))
            .ok_or_else(|| Failure::usage("no home directory found").hint("set HOME"))?;
        let name = match turnwise_home {
            None => "turnwise.service".to_owned(),
            // Each ledger has its own service.
            Some(home) => {
                let digest = Sha256::digest(home.as_os_str().as_encoded_bytes());
                let [a, b, c, d, ..] = digest[..] else {
                    return Err(Failure::system("the name of the service", "no digest"));
                };
                format!("turnwise-{a:02x}{b:02x}{c:02x}{d:02x}.service")
            }
        };
        let path = directory.join("systemd/user").join(&name);
        Ok(Self { name, path })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Its unit, if there is one.
    pub(super) fn unit(&self) -> Result<Option<String>, Failure> {
        match files::read_regular(&self.path, files::LARGEST) {
            Ok(unit) => Ok(Some(String::from_utf8_lossy(&unit).into_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.unusable(error)),
        }
    }

    /// Whether systemd runs it; none if that cannot be told.
    pub(super) fn is_active(&self) -> Option<bool> {
        let end = systemctl(&["is-active", &self.name]).ok()??;
        Some(end.success)
    }

    /// Writes its unit and starts it, now and at each login. Where that fails, the unit is as it was.
    pub(super) fn install(&self, unit: &str) -> Result<Changed, Failure> {
        let before = self.unit()?;
        self.check_ours(before.as_deref())?;
        let changed = match &before {
            None => Changed::Added,
            Some(before) if before == unit => Changed::No,
            Some(_) => Changed::Replaced,
        };
        if changed == Changed::No && self.is_active() == Some(true) {
            return Ok(changed);
        }
        if changed != Changed::No {
            self.write(unit)?;
        }
        let started = required(&["daemon-reload"])
            .and_then(|()| required(&["enable", &self.name]))
            .and_then(|()| required(&["restart", &self.name]));
        if let Err(error) = started {
            match before {
                // The error is worth more than another about the same.
                None => drop(self.remove()),
                Some(before) => drop(self.write(&before)),
            }
            return Err(error);
        }
        Ok(if changed == Changed::No {
            Changed::Replaced
        } else {
            changed
        })
    }

    /// Stops it and removes its unit. `false`: there is none.
    pub(super) fn uninstall(&self) -> Result<bool, Failure> {
        let unit = self.unit()?;
        self.check_ours(unit.as_deref())?;
        if unit.is_none() {
            return Ok(false);
        }
        // Where no manager runs, nothing runs it either, and the link that enables it goes with the unit.
        if is_available()? {
            required(&["disable", "--now", &self.name])?;
        }
        self.remove()?;
        if is_available()? {
            required(&["daemon-reload"])?;
        }
        Ok(true)
    }

    fn write(&self, unit: &str) -> Result<(), Failure> {
        if let Some(directory) = self.path.parent() {
            std::fs::create_dir_all(directory).map_err(|error| self.unusable(error))?;
        }
        std::fs::write(&self.path, unit).map_err(|error| self.unusable(error))
    }

    fn remove(&self) -> Result<(), Failure> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.unusable(error)),
            _ => Ok(()),
        }
    }

    fn check_ours(&self, unit: Option<&str>) -> Result<(), Failure> {
        if unit.is_none_or(|unit| unit.lines().any(|line| line == OURS)) {
            return Ok(());
        }
        let path = self.path.display();
        Err(Failure::usage(format!("{path} was not written by turnwise")).hint("move it away, or use --cron"))
    }

    fn unusable(&self, error: io::Error) -> Failure {
        Failure::system(self.path.display(), error)
    }
}

/// Whether a systemd manages this user's services.
pub(super) fn is_available() -> Result<bool, Failure> {
    let end = systemctl(&["show-environment"])?;
    Ok(end.is_some_and(|end| end.success))
}

fn required(arguments: &[&str]) -> Result<(), Failure> {
    let said = match systemctl(arguments)? {
        Some(ToolEnd { success: true, .. }) => return Ok(()),
        Some(ToolEnd { stderr, .. }) => stderr,
        None => "not found".to_owned(),
    };
    let command = format!("systemctl --user {}", arguments.join(" "));
    Err(Failure::system(command, said).hint("use --cron, or run `turnwise automate daemon`"))
}

fn systemctl(arguments: &[&str]) -> Result<Option<ToolEnd>, Failure> {
    let all = ["--user"].iter().chain(arguments);
    let all = all.map(OsStr::new).collect::<Vec<_>>();
    system_tool::run("systemctl", &all, b"")
}
