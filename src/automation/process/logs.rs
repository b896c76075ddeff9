//! The logs of jobs: a file for each attempt, for its owner's eyes only, the oldest dropped.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::ledger::make_private;
use jiff::Timestamp;

/// How many logs of a job are kept.
const KEPT: usize = 30;

/// Where a job's logs are.
pub(crate) fn directory(state: &Path, job: &str) -> PathBuf {
    state.join("logs").join(job)
}

/// Begins the log of an attempt.
pub(super) fn begin(state: &Path, job: &str, now: Timestamp) -> io::Result<(PathBuf, File)> {
    let directory = directory(state, job);
    make_private(&directory)?;
    // Names in the order of time.
    let name = now.strftime("%Y-%m-%dT%H-%M-%S.%3fZ.log").to_string();
    let path = directory.join(name);
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(&path)?;
    tidy(&directory)?;
    Ok((path, file))
}

fn tidy(directory: &Path) -> io::Result<()> {
    let mut logs = std::fs::read_dir(directory)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .collect::<Vec<_>>();
    logs.sort_unstable();
    for path in &logs[..logs.len().saturating_sub(KEPT)] {
        std::fs::remove_file(path)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_latest_logs_are_kept() {
        let state = tempfile::tempdir().unwrap();
        let last = (0..40).map(|second| {
            let now = Timestamp::from_second(second).unwrap();
            begin(state.path(), "job", now).unwrap().0
        });
        let last = last.collect::<Vec<_>>().pop().unwrap();
        assert!(last.ends_with("job/1970-01-01T00-00-39.000Z.log"), "{last:?}");
        let left = std::fs::read_dir(directory(state.path(), "job")).unwrap().count();
        assert_eq!((left, last.exists()), (KEPT, true));
    }
}
