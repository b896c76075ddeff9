//! JSON-RPC over a transport: calls and their replies, notifications by thread, the server's requests. No turns here.

mod call;
pub(in crate::runtime) mod config;
pub(in crate::runtime) mod connection;
pub(in crate::runtime) mod fan;
pub(in crate::runtime) mod mcp;
pub(in crate::runtime) mod message_sink;
pub(in crate::runtime) mod notification_stream;
mod pending;
pub(in crate::runtime) mod queue;
mod reader;
mod refusal;
pub(in crate::runtime) mod requests;
pub(in crate::runtime) mod router;
pub(in crate::runtime) mod runtime;
