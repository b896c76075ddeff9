//! The logs of jobs: a file for each attempt, for its owner's eyes only, the oldest dropped.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::ledger::make_private;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The number of logs that are kept of a job.
const KEPT: usize = 30;

/// The name of a log: in UTC, so that names sort in the order of time.
const NAME: &str = "%Y-%m-%dT%H-%M-%S.%3fZ.log";

/// Where a job's logs are.
pub(crate) fn directory(state: &Path, job: &str) -> PathBuf {
    state.join("logs").join(job)
}

/// Begins the log of an attempt.
pub(super) fn begin(state: &Path, job: &str, now: Timestamp) -> io::Result<(PathBuf, File)> {
    let directory = directory(state, job);
    make_private(&directory)?;
    let name = now.strftime(NAME).to_string();
    let path = directory.join(name);
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(&path)?;
    tidy(&directory)?;
    Ok((path, file))
}

/// The latest logs of a job, oldest first. None if it has not run yet.
pub(crate) fn latest(state: &Path, job: &str, most: usize) -> io::Result<Vec<PathBuf>> {
    let mut logs = match all(&directory(state, job)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        logs => logs?,
    };
    Ok(logs.split_off(logs.len().saturating_sub(most)))
}

/// When the attempt of a log began, as its name says.
pub(crate) fn started_at(log: &Path) -> Option<Timestamp> {
    let name = log.file_name()?.to_str()?;
    DateTime::strptime(NAME, name)
        .ok()?
        .to_zoned(TimeZone::UTC)
        .ok()
        .map(|at| at.timestamp())
}

/// All logs in a directory, oldest first.
fn all(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut logs = std::fs::read_dir(directory)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .collect::<Vec<_>>();
    logs.sort_unstable();
    Ok(logs)
}

fn tidy(directory: &Path) -> io::Result<()> {
    let logs = all(directory)?;
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
        assert_eq!(started_at(&last), Some(Timestamp::from_second(39).unwrap()));
        assert_eq!(latest(state.path(), "job", 2).unwrap()[1], last);
        assert_eq!(latest(state.path(), "other", 2).unwrap(), Vec::<PathBuf>::new());
    }
}
