//! A terminal emulator: which text is on the screen after the bytes that a program wrote, through all sizes of its window.

use std::num::NonZero;

use rustix::termios::Winsize;

/// How many rows that were scrolled away are kept.
const SCROLLBACK: usize = 10_000;

/// The rows of the screen, and before them those that were scrolled away. Without blanks at the ends of rows, and without empty
/// rows at the end.
pub(crate) fn seen(bytes: &[u8], sizes: &[(usize, Winsize)]) -> Vec<String> {
    let mut sizes = sizes.iter().peekable();
    let (_, first) = sizes.next().unwrap();
    let mut parser = vt100::Parser::new(count(first.ws_row), count(first.ws_col), SCROLLBACK);
    let mut done = 0;
    for (written, size) in sizes {
        parser.process(&bytes[done..*written]);
        done = *written;
        parser.set_size(count(size.ws_row), count(size.ws_col));
    }
    parser.process(&bytes[done..]);
    let screen = parser.screen_mut();
    let (_, columns) = screen.size();
    let mut rows = Vec::new();
    for offset in (1..=screen.scrollback_len()).rev() {
        screen.set_scrollback(offset);
        rows.extend(screen.rows(0, columns.get()).next());
    }
    screen.set_scrollback(0);
    rows.extend(screen.rows(0, columns.get()));
    let mut rows = rows
        .iter()
        .map(|row| row.trim_end().to_owned())
        .collect::<Vec<_>>();
    while rows.last().is_some_and(String::is_empty) {
        rows.pop();
    }
    rows
}

fn count(number: u16) -> NonZero<u16> {
    NonZero::new(number).unwrap()
}
