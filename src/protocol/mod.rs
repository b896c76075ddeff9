//! What the app-server's protocol consists of: which methods there are ([`inventory`]) and what an installed server says
//! of its own ([`schema`]). Facts and checks only: nothing here talks to a server.

pub(crate) mod brief;
pub(crate) mod framing;
pub mod inventory;
pub(crate) mod redacted;
pub mod schema;
pub(crate) mod surrogates;
pub mod types;
pub(crate) mod wire;

use std::fmt;

use serde::{Deserialize, Serialize};

/// Who sends a message, and whether it wants a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// The client asks, the server replies.
    ClientRequest,
    /// The client tells.
    ClientNotification,
    /// The server asks, the client replies.
    ServerRequest,
    /// The server tells.
    ServerNotification,
}

impl Direction {
    /// All of them, in the order of listings.
    pub const ALL: [Self; 4] = [
        Self::ClientRequest,
        Self::ClientNotification,
        Self::ServerRequest,
        Self::ServerNotification,
    ];

    /// The word for it in JSON and listings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientRequest => "client-request",
            Self::ClientNotification => "client-notification",
            Self::ServerRequest => "server-request",
            Self::ServerNotification => "server-notification",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// Whether a method is there for everybody or only for clients that ask for the experimental API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stability {
    /// For everybody.
    Stable,
    /// Only with the capability `experimentalApi`.
    Experimental,
}

impl Stability {
    /// The word for it in JSON and listings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::Experimental => "experimental",
        }
    }
}

impl fmt::Display for Stability {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// A method as [`inventory`] knows it. What is said of it is what the last version that has it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Method {
    /// Its name on the wire.
    pub name: &'static str,
    /// Who sends it.
    pub direction: Direction,
    /// For whom it is there.
    pub stability: Stability,
    /// The type of its params; none where it takes none.
    pub params: Option<&'static str>,
    /// The type of its result; none for notifications.
    pub result: Option<&'static str>,
    /// The first version of the [matrix](crate::codex::MATRIX) that has it.
    pub first: &'static str,
    /// The last version of the matrix that has it.
    pub last: &'static str,
}

/// The method of that name, if any version has it.
pub fn find(name: &str) -> Option<&'static Method> {
    inventory::inventory().iter().find(|method| method.name == name)
}

/// The notification with which what a request begins is over, where its reply is only a beginning.
pub fn end_of(method: &str) -> Option<&'static str> {
    matches!(
        method,
        inventory::TURN_START
            | inventory::REVIEW_START
            | inventory::THREAD_COMPACT_START
            | inventory::THREAD_SHELL_COMMAND
    )
    .then_some(inventory::TURN_COMPLETED)
}

impl Method {
    /// Whether it wants a reply.
    pub fn is_request(&self) -> bool {
        matches!(
            self.direction,
            Direction::ClientRequest | Direction::ServerRequest
        )
    }
}
