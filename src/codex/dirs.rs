//! Where turnwise keeps things: `TURNWISE_HOME`, or the platform's own directories.

use std::path::{Path, PathBuf};

use crate::environment::variable;

/// The directories of one user.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Directories {
    /// `config.toml`, `policy.toml`.
    pub config: PathBuf,
    /// What should survive: the managed install of Codex.
    pub data: PathBuf,
    /// State kept between runs.
    pub state: PathBuf,
    /// Cached files, which can be deleted.
    pub cache: PathBuf,
}

impl Directories {
    /// From the environment. `None` when there is neither `TURNWISE_HOME` nor a home directory.
    pub fn from_env() -> Option<Self> {
        if let Some(home) = variable("TURNWISE_HOME") {
            return Some(Self::under(Path::new(&home)));
        }
        let project = directories::ProjectDirs::from("", "", "turnwise")?;
        Some(Self {
            config: project.config_dir().to_owned(),
            data: project.data_dir().to_owned(),
            // Only Linux has a directory for state.
            state: project
                .state_dir()
                .unwrap_or_else(|| project.data_local_dir())
                .to_owned(),
            cache: project.cache_dir().to_owned(),
        })
    }

    /// All of them below one directory, which is made absolute.
    pub fn under(home: &Path) -> Self {
        let home = std::path::absolute(home).unwrap_or_else(|_| home.to_owned());
        Self {
            config: home.join("config"),
            data: home.join("data"),
            state: home.join("state"),
            cache: home.join("cache"),
        }
    }

    /// The directory of the managed installs.
    pub(crate) fn codex_installs(&self) -> PathBuf {
        self.data.join("codex")
    }
}
