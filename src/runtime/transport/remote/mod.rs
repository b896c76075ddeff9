//! Servers that somebody else started: where they listen, and the WebSocket to them. To the rest of the runtime the
//! connection looks like the pipes of a process: the bridge below carries lines between them and the socket.

mod bridge;
mod endpoint;
mod socket;
mod trust;

pub(crate) use bridge::{Link, open};
pub use endpoint::{BearerToken, Endpoint, EndpointError};
#[cfg(feature = "cli")]
pub(crate) use socket::{Address, LONGEST_PATH, Trusted, names_descriptors};
