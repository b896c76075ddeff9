//! What rules match with: words of a command, paths, hosts and tools. Exact text or globs.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

/// Directories that steer what else runs. A pattern covers them only if it names them.
const PROTECTED: [&str; 4] = [".git", ".turnwise", ".codex", ".agents"];

fn is_glob(text: &str) -> bool {
    text.contains(['*', '?', '[', ']', '{', '}', '\\'])
}

fn glob(text: &str, paths: bool) -> Result<GlobMatcher, String> {
    GlobBuilder::new(text)
        .literal_separator(paths)
        .backslash_escape(true)
        .build()
        .map(|glob| glob.compile_matcher())
        .map_err(|error| error.to_string())
}

/// One word of a command.
#[derive(Debug, Clone)]
pub(super) enum WordPattern {
    Exact(String),
    Glob(GlobMatcher),
}

impl WordPattern {
    pub(super) fn new(text: &str) -> Result<Self, String> {
        if is_glob(text) {
            glob(text, false).map(Self::Glob)
        } else {
            Ok(Self::Exact(text.to_owned()))
        }
    }

    fn matches(&self, word: &str) -> bool {
        match self {
            Self::Exact(text) => text == word,
            Self::Glob(glob) => glob.is_match(word),
        }
    }
}

/// Whether a command begins with words like these.
pub(super) fn words_match(patterns: &[WordPattern], words: &[String]) -> bool {
    words.len() >= patterns.len()
        && patterns
            .iter()
            .zip(words)
            .all(|(pattern, word)| pattern.matches(word))
}

/// A path or a directory and what is below it.
#[derive(Debug, Clone)]
pub(super) struct PathPattern {
    text: String,
    glob: GlobMatcher,
    /// For `dir/**`: the directory itself, too.
    itself: Option<GlobMatcher>,
    relative: bool,
}

impl PathPattern {
    /// `home` is what `~` stands for.
    pub(super) fn new(text: &str, home: Option<&Path>) -> Result<Self, String> {
        let text = match (text.strip_prefix('~'), home) {
            (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with('/') => {
                let home = resolve_home(home);
                format!("{}{rest}", globset::escape(&home.to_string_lossy()))
            }
            (Some(rest), None) if rest.is_empty() || rest.starts_with('/') => {
                return Err("there is no home directory for `~`".to_owned());
            }
            _ => text.strip_prefix("./").unwrap_or(text).to_owned(),
        };
        if text.split('/').any(|part| part == "..") {
            return Err("a pattern cannot lead upwards with `..`".to_owned());
        }
        Ok(Self {
            glob: glob(&text, true)?,
            itself: text
                .strip_suffix("/**")
                .map(|directory| glob(directory, true))
                .transpose()?,
            relative: !text.starts_with('/'),
            text,
        })
    }

    pub(super) fn is_relative(&self) -> bool {
        self.relative
    }

    fn seen<'a>(&self, path: &'a Path, base: &Path) -> Option<&'a Path> {
        if self.relative {
            path.strip_prefix(base).ok()
        } else {
            Some(path)
        }
    }

    /// Whether an absolute path matches; relative patterns are relative to `base`, and match nothing outside of it.
    pub(super) fn matches(&self, path: &Path, base: &Path) -> bool {
        self.seen(path, base).is_some_and(|path| {
            self.glob.is_match(path) || self.itself.as_ref().is_some_and(|itself| itself.is_match(path))
        })
    }

    /// Whether the pattern names each protected directory that the path leads through.
    pub(super) fn names_protected(&self, path: &Path, base: &Path) -> bool {
        let Some(path) = self.seen(path, base) else {
            return false;
        };
        path.components().all(|component| {
            let name = component.as_os_str().to_string_lossy();
            // Some file systems do not tell case apart.
            let protected = PROTECTED
                .iter()
                .any(|protected| name.eq_ignore_ascii_case(protected));
            !protected || self.text.split('/').any(|part| part == name)
        })
    }
}

fn resolve_home(home: &Path) -> PathBuf {
    home.canonicalize().unwrap_or_else(|_| home.to_owned())
}

/// A host, or `server/tool`. Hosts are compared without regard to case.
#[derive(Debug, Clone)]
pub(super) struct HostPattern {
    glob: GlobMatcher,
}

impl HostPattern {
    pub(super) fn new(text: &str) -> Result<Self, String> {
        Ok(Self {
            glob: glob(&text.to_lowercase(), false)?,
        })
    }

    pub(super) fn matches(&self, name: &str) -> bool {
        self.glob.is_match(name.to_lowercase().trim_end_matches('.'))
    }
}
