//! The live area: the rows below the finished text, which are drawn again and again.
//!
//! Between two drawings the cursor stands at the beginning of the first row. To erase the area is then "clear from here to the
//! end of the screen", however the terminal wrapped, cut or moved rows when its window changed: nothing has to be counted.
//! While a row is written the terminal does not wrap, so that one that is suddenly too wide is cut.

use std::io::Write;

const HIDE_CURSOR: &str = "\u{1b}[?25l";
const SHOW_CURSOR: &str = "\u{1b}[?25h";
const NO_WRAP: &str = "\u{1b}[?7l";
const WRAP: &str = "\u{1b}[?7h";
const CLEAR_ROW: &str = "\u{1b}[K";
const CLEAR_BELOW: &str = "\r\u{1b}[J";

/// The live area of a terminal.
pub(super) struct LiveArea {
    terminal: Box<dyn Write + Send>,
    /// Whether rows of it are on the screen.
    drawn: bool,
    /// Whether the cursor is hidden.
    hidden: bool,
    #[cfg(test)]
    pub(super) last: String,
}

impl LiveArea {
    /// An area that is empty.
    pub(super) fn new(terminal: Box<dyn Write + Send>) -> Self {
        Self {
            terminal,
            drawn: false,
            hidden: false,
            #[cfg(test)]
            last: String::new(),
        }
    }

    /// Draws rows, each narrower than the window, in place of those from before.
    pub(super) fn draw(&mut self, rows: &[String]) {
        #[cfg(test)]
        {
            self.last = rows.join("\n");
        }
        let mut frame = String::new();
        if !self.hidden {
            frame.push_str(HIDE_CURSOR);
        }
        frame.push('\r');
        frame.push_str(NO_WRAP);
        for (index, row) in rows.iter().enumerate() {
            if index > 0 {
                frame.push_str("\r\n");
            }
            frame.push_str(row);
            frame.push_str(CLEAR_ROW);
        }
        frame.push_str(WRAP);
        // What a wider window, or more rows, left below.
        frame.push_str("\u{1b}[J\r");
        let up = rows.len().saturating_sub(1);
        if up > 0 {
            frame.push_str(&format!("\u{1b}[{up}A"));
        }
        self.hidden = true;
        self.drawn = true;
        self.write(&frame);
    }

    /// Erases it, so that finished text takes its place. The cursor stays hidden.
    pub(super) fn erase(&mut self) {
        if std::mem::take(&mut self.drawn) {
            self.write(CLEAR_BELOW);
        }
    }

    /// Erases it, and leaves the terminal to others.
    pub(super) fn leave(&mut self) {
        self.erase();
        if std::mem::take(&mut self.hidden) {
            self.write(SHOW_CURSOR);
        }
    }

    /// Writes in one piece, so that no half of a frame is seen. A terminal that is gone is noticed by whoever writes the
    /// answer.
    fn write(&mut self, text: &str) {
        let written = self.terminal.write_all(text.as_bytes());
        if let Err(error) = written.and_then(|()| self.terminal.flush()) {
            tracing::debug!("the live area could not be drawn: {error}");
        }
    }
}

impl Drop for LiveArea {
    fn drop(&mut self) {
        self.leave();
    }
}
