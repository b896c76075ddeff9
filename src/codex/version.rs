//! Versions of Codex: the known and supported ones, and the version of a server.

use std::cmp::Ordering;
use std::fmt;

/// The oldest version that works.
pub const OLDEST: &str = "0.104.0";

/// The newest version that the tests ran against, and the one that is installed by default.
pub const NEWEST_TESTED: &str = "0.169.0";

/// The versions that the end-to-end tests run against.
pub const MATRIX: [&str; 4] = [OLDEST, "0.125.0", "0.145.0", NEWEST_TESTED];

/// A version: three numbers, and perhaps the name of a pre-release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    numbers: [u64; 3],
    pre_release: Option<String>,
}

/// Whether a version is supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compatibility {
    /// Older than [`OLDEST`].
    TooOld,
    /// Between [`OLDEST`] and [`NEWEST_TESTED`].
    Supported,
    /// Newer than [`NEWEST_TESTED`]: it probably works.
    Untested,
}

/// The first version of the matrix whose servers lock a thread that they write to.
const LOCKS_THREADS: [u64; 3] = [0, 169, 0];

/// The first version of the matrix whose servers answer other requests while they start a thread.
const ANSWERS_MEANWHILE: [u64; 3] = [0, 145, 0];

impl Version {
    /// Whether servers of it answer nothing else while they start a thread.
    pub(crate) fn answers_one_at_a_time(&self) -> bool {
        self.numbers < ANSWERS_MEANWHILE
    }

    /// Whether servers of it keep others from a thread that they still write to.
    pub(crate) fn locks_threads(&self) -> bool {
        self.numbers >= LOCKS_THREADS
    }

    /// Parses `1.2.3` or `1.2.3-alpha.4`.
    pub fn parse(text: &str) -> Option<Self> {
        let (numbers, pre_release) = match text.split_once('-') {
            Some((numbers, pre_release)) if !pre_release.is_empty() => {
                (numbers, Some(pre_release.to_owned()))
            }
            Some(_) => return None,
            None => (text, None),
        };
        let mut parts = numbers.split('.').map(|part| {
            part.bytes()
                .all(|byte| byte.is_ascii_digit())
                .then(|| part.parse().ok())
                .flatten()
        });
        let numbers = [parts.next()??, parts.next()??, parts.next()??];
        parts.next().is_none().then_some(Self { numbers, pre_release })
    }

    /// From the output of `codex --version`: `codex-cli 0.169.0`.
    pub fn from_version_output(output: &str) -> Option<Self> {
        output.split_whitespace().rev().find_map(Self::parse)
    }

    /// From the `userAgent` of `initialize`: `NAME/0.169.0 (Debian …) …`.
    pub fn from_user_agent(user_agent: &str) -> Option<Self> {
        let product = user_agent.split(" (").next()?;
        Self::parse(product.rsplit('/').next()?.split_whitespace().next()?)
    }

    /// Whether this version is supported.
    pub fn compatibility(&self) -> Compatibility {
        let of = |text: &str| Self::parse(text).is_some_and(|bound| *self < bound);
        // A build from source reports 0.0.0, and is as new as its source.
        if self.numbers == [0, 0, 0] {
            Compatibility::Untested
        } else if of(OLDEST) {
            Compatibility::TooOld
        } else if of(NEWEST_TESTED) || self.to_string() == NEWEST_TESTED {
            Compatibility::Supported
        } else {
            Compatibility::Untested
        }
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers
            .cmp(&other.numbers)
            .then_with(|| match (&self.pre_release, &other.pre_release) {
                (None, None) => Ordering::Equal,
                // A pre-release comes before the release.
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(mine), Some(theirs)) => natural(mine, theirs),
            })
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(formatter, "{major}.{minor}.{patch}")?;
        match &self.pre_release {
            Some(pre_release) => write!(formatter, "-{pre_release}"),
            None => Ok(()),
        }
    }
}

/// Compares names of pre-releases part by part, numbers as numbers.
fn natural(mine: &str, theirs: &str) -> Ordering {
    let parts = |text: &str| {
        text.split('.')
            .map(|part| (part.parse::<u64>().unwrap_or(u64::MAX), part.to_owned()))
            .collect::<Vec<_>>()
    };
    parts(mine).cmp(&parts(theirs))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn versions_are_read_from_where_codex_says_them() {
        assert_eq!(
            Version::from_version_output("codex-cli 0.169.0\n"),
            Some(version("0.169.0"))
        );
        let agent = "turnwise/0.104.0 (Debian 12.0.0; x86_64) xterm (turnwise; 0.1)";
        assert_eq!(Version::from_user_agent(agent), Some(version("0.104.0")));
        assert_eq!(Version::from_user_agent("nonsense"), None);
        for wrong in ["", "1.2", "1.2.3.4", "1.2.x", "1.2.3-", "+1.2.3", "latest"] {
            assert_eq!(Version::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_pre_release_is_older_than_its_release() {
        let sorted = [
            "0.104.0-alpha.2",
            "0.104.0-alpha.10",
            "0.104.0",
            "0.104.1",
            "0.169.0",
            "1.0.0",
        ]
        .map(version);
        assert!(sorted.is_sorted());
    }

    #[test]
    fn the_supported_range_includes_both_of_its_ends() {
        for (text, expected) in [
            ("0.103.9", Compatibility::TooOld),
            ("0.104.0-alpha.1", Compatibility::TooOld),
            (OLDEST, Compatibility::Supported),
            ("0.125.0", Compatibility::Supported),
            (NEWEST_TESTED, Compatibility::Supported),
            ("0.169.1", Compatibility::Untested),
            ("0.0.0", Compatibility::Untested),
        ] {
            assert_eq!(version(text).compatibility(), expected, "{text}");
        }
    }
}
