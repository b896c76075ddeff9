//! Events with numbers: a bounded log that many read at their own pace, each from where it left off. No session here; a
//! session fills the log (`session::event_log`).

mod buffer;
mod seq;
mod stream;

pub(in crate::runtime) use buffer::Log;
pub use buffer::{Frame, Keep};
pub use seq::{Seq, SeqError};
pub use stream::EventStream;
