//! What was in force when a session last ran, read from the end of its file.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::lines::Line;
use crate::files::open_regular;
use crate::protocol::surrogates::repaired;
use crate::runtime::profile::{ApprovalPolicy, Sandbox};

/// How much is read at a time.
const CHUNK: u64 = 64 * 1024;
/// How far back is looked. A turn that wrote more than this has not said what was in force.
const FARTHEST: u64 = 256 << 20;

/// What a session's last turn was allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionSettings {
    /// Its working directory.
    pub cwd: PathBuf,
    /// Its sandbox; `None` for one that this version does not know.
    pub sandbox: Option<Sandbox>,
    /// Directories beside the working directory that it could write to.
    pub writable_roots: Vec<PathBuf>,
    /// When it had to ask; `None` for a policy that this version does not know.
    pub approval: Option<ApprovalPolicy>,
    /// Its model.
    pub model: Option<String>,
    /// Its reasoning effort.
    pub effort: Option<String>,
}

/// The settings of the last turn; `None` for a session without turns.
pub fn last_settings(path: &Path) -> io::Result<Option<SessionSettings>> {
    let mut file = open_regular(path)?;
    let length = file.metadata()?.len();
    let mut end = length;
    // The bytes from `end` to the next newline after it: a line that the chunk before it begins.
    let mut rest = Vec::new();
    while end > 0 && length - end < FARTHEST {
        let start = end.saturating_sub(CHUNK);
        let mut chunk = vec![0; usize::try_from(end - start).unwrap_or_default()];
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(&mut chunk)?;
        chunk.append(&mut rest);
        // What stands before the first newline may have begun in the chunk before.
        let first = if start == 0 {
            0
        } else {
            memchr::memchr(b'\n', &chunk).map_or(chunk.len(), |at| at + 1)
        };
        for line in chunk[first..].rsplit(|byte| *byte == b'\n') {
            if let Some(settings) = settings_in(line) {
                return Ok(Some(settings));
            }
        }
        rest = chunk[..first].to_vec();
        end = start;
    }
    Ok(None)
}

fn settings_in(line: &[u8]) -> Option<SessionSettings> {
    // Most lines are something else, and long.
    memchr::memmem::find(line, b"\"turn_context\"")?;
    let line: Line = serde_json::from_slice(&repaired(line))
        .ok()
        .filter(|line: &Line| line.kind == "turn_context")?;
    settings_of(&line)
}

/// What was in force in the turn that a line begins, if it begins one.
pub fn settings_of(line: &Line) -> Option<SessionSettings> {
    if line.kind != "turn_context" {
        return None;
    }
    let context = &line.payload;
    let word = |value: &Value| value.as_str().map(str::to_owned);
    let sandbox = &context["sandbox_policy"];
    let roots = sandbox["writable_roots"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    Some(SessionSettings {
        cwd: PathBuf::from(word(&context["cwd"])?),
        sandbox: match sandbox["type"].as_str() {
            Some("read-only") => Some(Sandbox::ReadOnly),
            Some("workspace-write") => Some(Sandbox::WorkspaceWrite),
            Some("danger-full-access") => Some(Sandbox::DangerFullAccess),
            _ => None,
        },
        writable_roots: roots.iter().filter_map(word).map(PathBuf::from).collect(),
        approval: match context["approval_policy"].as_str() {
            Some("untrusted") => Some(ApprovalPolicy::Untrusted),
            Some("on-request") => Some(ApprovalPolicy::OnRequest),
            Some("never") => Some(ApprovalPolicy::Never),
            _ => None,
        },
        model: word(&context["model"]),
        effort: word(&context["effort"])
            .or_else(|| word(&context["collaboration_mode"]["settings"]["reasoning_effort"])),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::io::Write;

    fn context(number: usize) -> String {
        format!(
            r#"{{"type":"turn_context","payload":{{"cwd":"/{number}","approval_policy":"never","sandbox_policy":{{"type":"workspace-write","writable_roots":["/x"]}},"model":"m"}}}}"#
        )
    }

    #[test]
    fn the_last_turn_counts_wherever_it_lies_between_the_chunks() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rollout");
        for padding in [0, 10, 65_000, 65_400, 65_536, 131_072, 200_000] {
            let mut file = File::create(&path).unwrap();
            writeln!(file, "{}", context(1)).unwrap();
            writeln!(file, "{}", context(2)).unwrap();
            // A later line that only mentions the word.
            writeln!(
                file,
                r#"{{"type":"event_msg","payload":{{"text":"\"turn_context\""}}}}"#
            )
            .unwrap();
            write!(
                file,
                r#"{{"type":"response_item","payload":"{}"}}"#,
                "x".repeat(padding)
            )
            .unwrap();
            let found = last_settings(&path).unwrap().unwrap();
            assert_eq!(found.cwd, Path::new("/2"), "{padding}");
            assert_eq!(found.sandbox, Some(Sandbox::WorkspaceWrite));
            assert_eq!(found.writable_roots, [PathBuf::from("/x")]);
        }
    }

    #[test]
    fn a_session_without_turns_has_none_and_a_torn_end_does_not_matter() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rollout");
        std::fs::write(&path, "{\"type\":\"session_meta\"}\n").unwrap();
        assert_eq!(last_settings(&path).unwrap(), None);
        std::fs::write(&path, format!("{}\n{{\"type\":\"turn_con", context(7))).unwrap();
        assert_eq!(last_settings(&path).unwrap().unwrap().cwd, Path::new("/7"));
    }
}
