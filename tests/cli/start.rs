//! What happens before a turn and around it: the clock of `--timeout`, MCP servers, proxies, a server that floods.

mod deadline;
mod flood;
mod mcp;
mod proxy;
mod refusals;

use std::time::{Duration, Instant};

/// How much later than its timeout a command may end on a busy machine. What it would wait for otherwise takes longer.
const SLACK: Duration = Duration::from_secs(20);

/// Measures a deed, which has to be done within `limit` and some slack.
#[track_caller]
fn within<T>(limit: Duration, deed: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let done = deed();
    let took = started.elapsed();
    assert!(took < limit + SLACK, "it took {took:?} instead of {limit:?}");
    done
}
