//! The number of an event: `EPOCH-N`, as a text too.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Which event of which log. As a text, and in JSON, it is `EPOCH-N`.
///
/// ```
/// use turnwise::runtime::Seq;
///
/// let seq: Seq = "1700000000000-42".parse()?;
/// assert_eq!(seq.n, 42);
/// # Ok::<(), turnwise::runtime::SeqError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq {
    /// The log: another one of the same session, after a restart for example, has another epoch.
    pub epoch: u64,
    /// The event; the first of a log is 1, and 0 comes before it.
    pub n: u64,
}

/// A text that is not the number of an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the number of an event; expected EPOCH-N")]
pub struct SeqError(String);

impl fmt::Display for Seq {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.epoch, self.n)
    }
}

impl FromStr for Seq {
    type Err = SeqError;

    fn from_str(text: &str) -> Result<Self, SeqError> {
        let digits = |part: &str| {
            let plain = part.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| part.parse().ok()).flatten()
        };
        let parts = text.split_once('-');
        let seq = parts.and_then(|(epoch, n)| {
            Some(Self {
                epoch: digits(epoch)?,
                n: digits(n)?,
            })
        });
        seq.ok_or_else(|| SeqError(text.chars().take(64).collect()))
    }
}

impl Serialize for Seq {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Seq {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_it_is_written_and_nothing_else_is() {
        let seq = Seq { epoch: 7, n: 9 };
        assert_eq!(seq.to_string().parse(), Ok(seq));
        assert_eq!(serde_json::to_string(&seq).unwrap(), "\"7-9\"");
        assert_eq!(serde_json::from_str::<Seq>("\"7-9\"").unwrap(), seq);
        for wrong in [
            "",
            "7",
            "7-",
            "-9",
            "7-9-1",
            "+7-9",
            "7- 9",
            "a-b",
            "7-99999999999999999999999",
        ] {
            assert!(wrong.parse::<Seq>().is_err(), "{wrong}");
        }
    }
}
