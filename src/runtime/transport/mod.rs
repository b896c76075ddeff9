//! The other end of a connection and the bytes to and from it: a process of this program or a server that somebody else
//! started. No JSON-RPC here.

#[cfg(target_os = "linux")]
mod guard;
pub(in crate::runtime) mod outbox;
pub(in crate::runtime) mod peer;
pub(in crate::runtime) mod process;
#[cfg(feature = "remote")]
pub mod remote;
pub(in crate::runtime) mod started;
pub(in crate::runtime) mod stop_ladder;
