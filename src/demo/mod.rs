//! A model that needs no account: scripted answers on loopback, and a Codex home that points to them.
//!
//! `turnwise demo` and the tests run the real Codex against it. The only thing that is not real is the model.

mod home;
mod http;
mod loopback;
mod model;
mod reply;
mod showcase;

pub use home::ScriptedHome;
pub use loopback::loopback_without_proxy;
pub use model::{Gate, ModelRequest, Responder, ScriptedModel, rounds};
pub use reply::Step;
pub use showcase::showcase;
