//! What rules match with: words of a command, paths, hosts and tools. Exact text or globs.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

/// Directories whose files control programs. A pattern covers them only if it names them.
const PROTECTED: [&str; 4] = [".git", ".turnwise", ".codex", ".agents"];

/// Whether a path is below a directory, and leads through no protected directory.
pub(super) fn is_below(path: &Path, directory: &Path) -> bool {
    path.strip_prefix(directory).is_ok_and(|inside| {
        inside.components().all(|component| {
            let name = component.as_os_str().to_string_lossy();
            !PROTECTED
                .iter()
                .any(|protected| name.eq_ignore_ascii_case(protected))
        })
    })
}

/// The longest pattern, in bytes, and the maximum depth of its braces: the cost of a pattern grows with both.
const LONGEST: usize = 1024;
const DEEPEST: usize = 4;

fn is_glob(text: &str) -> bool {
    text.contains(['*', '?', '[', ']', '{', '}', '\\'])
}

fn glob(text: &str, paths: bool) -> Result<GlobMatcher, String> {
    if text.len() > LONGEST {
        return Err(format!(
            "pattern too long: {} bytes; the maximum is {LONGEST}",
            text.len()
        ));
    }
    let mut depth = 0_usize;
    for character in text.chars() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err(format!("braces nested deeper than {DEEPEST}"));
        }
    }
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
    Glob { text: String, glob: GlobMatcher },
}

impl WordPattern {
    pub(super) fn new(text: &str) -> Result<Self, String> {
        // The command `[` and its last word are no sets of characters.
        if is_glob(text) && !matches!(text, "[" | "]") {
            let glob = glob(text, false)?;
            Ok(Self::Glob {
                text: text.to_owned(),
                glob,
            })
        } else {
            Ok(Self::Exact(text.to_owned()))
        }
    }

    /// Whether it is about an option.
    pub(super) fn is_option(&self) -> bool {
        let (Self::Exact(text) | Self::Glob { text, .. }) = self;
        text.len() > 1 && text.starts_with('-')
    }

    /// Whether an option is among words: whole, with a value, shortened, or its letters in clusters.
    pub(super) fn is_option_among(&self, words: &[String]) -> bool {
        let Self::Exact(text) = self else { return false };
        if text.starts_with("--") {
            return words.iter().any(|word| self.is_option_in(word));
        }
        let clusters = words
            .iter()
            .filter_map(|word| word.strip_prefix('-').filter(|letters| !letters.starts_with('-')))
            .collect::<Vec<_>>();
        text[1..]
            .chars()
            .all(|letter| clusters.iter().any(|cluster| cluster.contains(letter)))
    }

    /// Whether a word is this option.
    pub(super) fn is_option_in(&self, word: &str) -> bool {
        let Self::Exact(text) = self else { return false };
        let name = word.split('=').next().unwrap_or(word);
        if text.starts_with("--") {
            return name.len() > 3 && name.starts_with("--") && text.starts_with(name);
        }
        let letters = word.strip_prefix('-').filter(|letters| !letters.starts_with('-'));
        letters.is_some_and(|letters| text[1..].chars().all(|letter| letters.contains(letter)))
    }

    /// Whether a word matches in a rule that asks or denies.
    pub(super) fn is_like(&self, word: &str) -> bool {
        match self {
            Self::Exact(text) => text == word,
            Self::Glob { glob, .. } => glob.is_match(word),
        }
    }

    /// Whether a rule that allows covers a word. A glob stands for names, not for options, and leads nowhere upwards.
    pub(super) fn covers(&self, word: &str) -> bool {
        match self {
            Self::Exact(text) => text == word,
            Self::Glob { text, glob } => {
                let option = word.starts_with(['-', '+']) && !text.starts_with(['-', '+']);
                let upwards = word.split(['/', '=']).any(|part| part == "..");
                !option && !upwards && glob.is_match(word)
            }
        }
    }
}

/// A path, or a directory and everything below it.
#[derive(Debug, Clone)]
pub(super) struct PathPattern {
    text: String,
    glob: GlobMatcher,
    /// For `dir/**`: the directory itself, too.
    itself: Option<GlobMatcher>,
    relative: bool,
}

impl PathPattern {
    /// `home` replaces `~`.
    pub(super) fn new(text: &str, home: Option<&Path>) -> Result<Self, String> {
        let text = match (text.strip_prefix('~'), home) {
            (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with('/') => {
                let home = resolve_home(home);
                format!("{}{rest}", globset::escape(&home.to_string_lossy()))
            }
            (Some(rest), None) if rest.is_empty() || rest.starts_with('/') => {
                return Err("no home directory for `~`".to_owned());
            }
            _ => text.strip_prefix("./").unwrap_or(text).to_owned(),
        };
        if text.split('/').any(|part| part == "..") {
            return Err("a pattern cannot contain `..`".to_owned());
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
            // Some file systems ignore case.
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

/// A host's name or address. Names are compared without regard to case and to a last dot.
#[derive(Debug, Clone)]
pub(super) enum HostPattern {
    Name(GlobMatcher),
    Address(IpAddr),
}

impl HostPattern {
    pub(super) fn new(text: &str) -> Result<Self, String> {
        match address(text) {
            Some(address) => Ok(Self::Address(address)),
            // What is in brackets is an address, never a set of characters.
            None if text.contains(['[', ']', ':', '/', '@']) || text.is_empty() => Err(format!(
                "`{text}` is not a host; expected a name, an address, or a glob such as \"*.example.org\""
            )),
            None => Ok(Self::Name(glob(&plain_host(text), false)?)),
        }
    }

    pub(super) fn matches(&self, host: &str) -> bool {
        match (self, address(host)) {
            (Self::Address(pattern), Some(address)) => *pattern == address,
            (Self::Address(_), None) => false,
            (Self::Name(glob), None) => glob.is_match(plain_host(host)),
            (Self::Name(glob), Some(address)) => glob.is_match(address.to_string()),
        }
    }
}

fn plain_host(host: &str) -> String {
    let host = host.to_ascii_lowercase();
    host.strip_suffix('.').map_or_else(|| host.clone(), str::to_owned)
}

/// An address, with or without brackets; an IPv4 address inside an IPv6 one is that IPv4 address.
fn address(text: &str) -> Option<IpAddr> {
    let inner = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(text);
    inner.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// A tool of an MCP server. Names are compared exactly.
#[derive(Debug, Clone)]
pub(super) struct ToolPattern {
    server: WordPattern,
    tool: WordPattern,
}

impl ToolPattern {
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let (server, tool) = match text.split_once('/') {
            Some(parts) => parts,
            None if text == "*" => ("*", "*"),
            None => {
                return Err(format!(
                    "`mcp = \"{text}\"`: expected \"server/tool\" or \"server/*\""
                ));
            }
        };
        Ok(Self {
            server: WordPattern::new(server)?,
            tool: WordPattern::new(tool)?,
        })
    }

    pub(super) fn matches(&self, server: &str, tool: &str) -> bool {
        self.server.is_like(server) && self.tool.is_like(tool)
    }
}
