//! Which process writes to a session, as far as the system tells: for a message, never for a decision.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::runtime::transport::stop_ladder::GUARD_NAME;

/// The holder of the thread's writer lock: its process and what it runs, and turnwise's process above it if there is one.
pub(crate) fn writer_of(codex_home: &Path, thread_id: &str) -> Option<String> {
    let locks = std::fs::read_dir(codex_home.join("thread-writer-locks")).ok()?;
    let lock = locks
        .filter_map(Result::ok)
        .find(|entry| entry.file_name().to_string_lossy().contains(thread_id))?;
    let inode = lock.metadata().ok()?.ino();
    // `1: FLOCK  ADVISORY  WRITE 1234 fe:00:5678 0 EOF`
    let table = std::fs::read_to_string("/proc/locks").ok()?;
    let process = table.lines().find_map(|line| {
        let mut words = line.split_whitespace().skip(4);
        let (process, file) = (words.next()?, words.next()?);
        (file.rsplit(':').next()?.parse::<u64>().ok()? == inode).then(|| process.to_owned())
    })?;
    let parent = above(&process).and_then(|parent| Some((name_of(&parent)?, parent)));
    Some(match parent {
        Some((name, parent)) if name.contains("turnwise") => format!("{name}, process {parent}"),
        _ => format!(
            "{}, process {process}",
            name_of(&process).unwrap_or_else(|| "another program".to_owned())
        ),
    })
}

/// The parent, or the one who posted the guard that is the parent.
fn above(process: &str) -> Option<String> {
    let parent = parent_of(process)?;
    let name = std::fs::read(format!("/proc/{parent}/comm")).ok()?;
    if name.trim_ascii_end() == GUARD_NAME.to_bytes() {
        parent_of(&parent)
    } else {
        Some(parent)
    }
}

fn parent_of(process: &str) -> Option<String> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("PPid:"))
        .map(|parent| parent.trim().to_owned())
}

/// The program and its first words, such as `turnwise run`.
fn name_of(process: &str) -> Option<String> {
    let line = std::fs::read(format!("/proc/{process}/cmdline")).ok()?;
    let mut words = line.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    let program = words.next()?;
    let program = program.rsplit('/').next().unwrap_or_default().to_owned();
    let subcommand = words.next().filter(|word| {
        word.chars()
            .all(|letter| letter.is_ascii_lowercase() || letter == '-')
    });
    Some(match subcommand {
        Some(word) if !word.is_empty() && !word.starts_with('-') => format!("{program} {word}"),
        _ => program,
    })
}
