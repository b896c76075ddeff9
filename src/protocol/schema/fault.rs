//! Why a request is not sent, in words.

use std::fmt;

use crate::protocol::Direction;

/// Why a request is not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// The installed server has no such method.
    #[error("codex has no method `{method}`{}", did_you_mean(nearest.as_deref()))]
    UnknownMethod {
        /// The method.
        method: String,
        /// The one that was probably meant.
        nearest: Option<String>,
    },
    /// It is not for clients to ask.
    #[error("`{method}` is not a request that a client sends: it is a {direction}")]
    NotARequest {
        /// The method.
        method: String,
        /// Its kind.
        direction: Direction,
    },
    /// The params do not fit.
    #[error("{method}: {}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Params {
        /// The method.
        method: String,
        /// What does not fit; never empty.
        faults: Vec<Fault>,
    },
    /// The schema itself cannot be used.
    #[error("cannot use the schema of {method}: {reason}")]
    Schema {
        /// The method.
        method: String,
        /// Why.
        reason: String,
    },
}

/// Something in the params that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where: `params.input[0].text`.
    pub path: String,
    /// The expected value.
    pub expected: String,
    /// The valid name that was probably meant.
    pub nearest: Option<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let meant = did_you_mean(self.nearest.as_deref());
        write!(formatter, "{} {}{meant}", self.path, self.expected)
    }
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or(String::new(), |nearest| format!("; did you mean `{nearest}`?"))
}
