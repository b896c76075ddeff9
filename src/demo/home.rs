//! A separate Codex home, whose only provider is the scripted model.

use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A temporary `CODEX_HOME`, removed when dropped.
#[derive(Debug)]
pub struct ScriptedHome {
    directory: TempDir,
}

impl ScriptedHome {
    /// Makes it below `parent`, which must not be the system's temporary directory: from there, Codex cannot give
    /// sandboxed commands a terminal. `extra` is appended to its `config.toml`.
    pub fn create(parent: &Path, base_url: &str, extra: &str) -> io::Result<Self> {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(parent)?;
        let directory = tempfile::Builder::new()
            .prefix("codex-home-")
            .tempdir_in(parent)?;
        std::fs::write(directory.path().join("config.toml"), config(base_url, extra))?;
        Ok(Self { directory })
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Removes what runs that were killed have left in `parent`, if it is older than a day.
    pub fn sweep(parent: &Path) {
        const OLD: std::time::Duration = std::time::Duration::from_hours(24);
        let Ok(entries) = std::fs::read_dir(parent) else {
            return;
        };
        let is_old = |path: &PathBuf| {
            let modified = path.metadata().and_then(|metadata| metadata.modified());
            modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > OLD))
        };
        for path in entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(is_old)
        {
            // Another process may be at it as well.
            let _ = std::fs::remove_dir_all(path);
        }
    }
}

fn config(base_url: &str, extra: &str) -> String {
    // Keys of the top level come first, because the table of the provider ends them.
    format!(
        "model = \"gpt-5.5\"\nmodel_provider = \"scripted\"\ncheck_for_update_on_startup = false\n{extra}\n\
         [analytics]\nenabled = false\n\n\
         [model_providers.scripted]\nname = \"scripted\"\nbase_url = \"{base_url}\"\nwire_api = \"responses\"\n\
         request_max_retries = 0\nstream_max_retries = 0\n"
    )
}
