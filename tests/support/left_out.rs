//! What is not tested here, and why: said where whoever runs the tests sees it. Also used by the library's unit tests.

use std::io::Write as _;

/// Says that a test, or a part of it, is left out: on the real stderr, because the test harness keeps what passing tests print,
/// and in the file that `TURNWISE_TEST_LEFT_OUT` names, which `.ci/run` prints at its end.
#[expect(clippy::disallowed_methods, reason = "for whoever runs the tests")]
pub(crate) fn left_out(reason: &str) {
    let thread = std::thread::current();
    let line = format!("left out: {}: {reason}\n", thread.name().unwrap_or("a test"));
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    if let Some(path) = std::env::var_os("TURNWISE_TEST_LEFT_OUT").filter(|path| !path.is_empty()) {
        let mut list = std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(path)
            .unwrap();
        list.write_all(line.as_bytes()).unwrap();
    }
}
