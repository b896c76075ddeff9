//! The refusal of a server that cannot load its configuration: what is wrong, and where. Pure but for a look whether the file exists.

use std::path::{Path, PathBuf};

use crate::runtime::error::RuntimeError;

/// How servers begin such a refusal, the older ones last.
const BEGINNINGS: [&str; 2] = ["failed to load configuration: ", "error deriving config: "];

/// The same error, or [`RuntimeError::CodexConfig`] if the server could not load its configuration.
pub(in crate::runtime) fn of_configuration(error: RuntimeError, codex_home: Option<&Path>) -> RuntimeError {
    let RuntimeError::Server { message, .. } = &error else {
        return error;
    };
    let found = BEGINNINGS.iter().find_map(|words| message.strip_prefix(words));
    let Some(reason) = found else {
        return error;
    };
    let reason = reason.trim().replace('\n', " ");
    let (file, line) = match place(&reason) {
        Some((file, line)) => (Some(file), Some(line)),
        None => (
            codex_home
                .map(|home| home.join("config.toml"))
                .filter(|file| file.exists()),
            None,
        ),
    };
    RuntimeError::CodexConfig { reason, file, line }
}

/// The file and line in `FILE:LINE:COLUMN: what is wrong`.
fn place(reason: &str) -> Option<(PathBuf, u64)> {
    let ends = reason.match_indices(": ").map(|(end, _)| end);
    // A path can have colons, too.
    ends.into_iter().find_map(|end| {
        let (rest, column) = reason[..end].rsplit_once(':')?;
        let (file, line) = rest.rsplit_once(':')?;
        column.parse::<u64>().ok()?;
        Some((PathBuf::from(file), line.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(message: &str) -> RuntimeError {
        let error = RuntimeError::Server {
            method: "thread/start".to_owned(),
            code: -32600,
            message: message.to_owned(),
            data: None,
        };
        of_configuration(error, None)
    }

    #[test]
    fn a_configuration_that_cannot_be_loaded_has_its_file_and_line() {
        for (message, expected_file, expected_line) in [
            (
                "failed to load configuration: /h/config.toml:1:10: unclosed array, expected `]`",
                Some("/h/config.toml"),
                Some(1),
            ),
            (
                "error deriving config: /a: b:2/config.toml:12:1: duplicate key",
                Some("/a: b:2/config.toml"),
                Some(12),
            ),
            (
                "failed to load configuration: Model provider `nope` not found",
                None,
                None,
            ),
            (
                "error deriving config: unknown variant `foo`, expected one of: a, b\nin `sandbox_mode`\n",
                None,
                None,
            ),
        ] {
            let RuntimeError::CodexConfig { file, line, reason } = refused(message) else {
                panic!("{message}");
            };
            assert_eq!(
                (file.as_deref(), line),
                (expected_file.map(Path::new), expected_line),
                "{message}"
            );
            assert!(
                !reason.contains('\n') && message.contains(&reason[..10]),
                "{reason}"
            );
        }
    }

    #[test]
    fn other_refusals_stay_as_they_are() {
        assert!(matches!(refused("thread not found"), RuntimeError::Server { .. }));
    }
}
