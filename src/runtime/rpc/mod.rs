//! JSON-RPC over a transport: calls and their replies, notifications by thread, the server's requests. No turns here.

pub(in crate::runtime) mod connection;
pub(in crate::runtime) mod fan;
pub(in crate::runtime) mod feed;
pub(in crate::runtime) mod mcp;
mod pending;
pub(in crate::runtime) mod queue;
mod reader;
pub(in crate::runtime) mod requests;
pub(in crate::runtime) mod router;
pub(in crate::runtime) mod tap;
