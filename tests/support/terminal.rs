//! The program at a pseudo-terminal: its screen as bytes, and keys to press.

use std::cell::RefCell;
use std::fs::File;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use rustix::io::ioctl_fionread;
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use super::running::Collected;
use super::waiting::{PAUSE, wait_until};
use super::{PATIENCE, emulator};

/// A program at a terminal. Killed when dropped.
pub(crate) struct Terminal {
    child: Child,
    keys: File,
    screen: (Arc<Collected>, JoinHandle<()>),
    /// The sizes of the window, each with the number of bytes that were written before.
    sizes: RefCell<Vec<(usize, Winsize)>>,
}

impl Terminal {
    pub(crate) fn start(mut command: Command, columns: u16, rows: u16) -> Self {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        tcsetwinsize(&controller, size(columns, rows)).unwrap();
        let name = ptsname(&controller, Vec::new()).unwrap();
        let user = || {
            File::options()
                .read(true)
                .write(true)
                .open(name.to_str().unwrap())
                .unwrap()
        };
        let child = command
            .stdin(user())
            .stdout(Stdio::from(user()))
            .stderr(user())
            .spawn()
            .unwrap();
        // The program's ends have to be the only ones, or its end would not be seen.
        drop(command);
        let keys = File::from(controller);
        let screen = Collected::from(keys.try_clone().unwrap());
        let sizes = RefCell::new(vec![(0, size(columns, rows))]);
        Self {
            child,
            keys,
            screen,
            sizes,
        }
    }

    /// Presses keys: text, or `\u{3}` for Ctrl-C.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Types lines at prompts, each when the prompt for it is there. A line that comes closely behind another is a paste.
    #[track_caller]
    pub(crate) fn enter(&mut self, lines: &[&str]) {
        for line in lines {
            self.screen
                .0
                .wait_until("a prompt", |screen| screen.ends_with(": "));
            let before = self.screen().matches('\n').count();
            self.press(line);
            self.press("\r");
            self.wait_for_count("\n", before + 1);
        }
    }

    /// Makes the window another size.
    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        // What was written for the size from before belongs to it.
        wait_until("the output to be read", || {
            ioctl_fionread(&self.keys).unwrap() == 0
        });
        let written = self.screen.0.bytes().len();
        tcsetwinsize(&self.keys, size(columns, rows)).unwrap();
        self.sizes.borrow_mut().push((written, size(columns, rows)));
    }

    /// What a person sees, with what was scrolled away.
    pub(crate) fn seen(&self) -> Vec<String> {
        emulator::seen(&self.screen.0.bytes(), &self.sizes.borrow())
    }

    /// Waits until a person sees a screen like that.
    #[track_caller]
    pub(crate) fn wait_until_seen(&self, what: &str, is_so: impl Fn(&[String]) -> bool) -> &Self {
        wait_until(&format!("{what} in {:#?}", self.seen()), || is_so(&self.seen()));
        self
    }

    /// Waits until the live area was drawn again after now.
    #[track_caller]
    pub(crate) fn wait_for_frame(&self) -> &Self {
        let written = self.screen.0.bytes().len();
        self.screen.0.wait_until("a frame", |screen| {
            screen.len() > written
                && screen[screen.ceil_char_boundary(written)..].contains("\u{1b}[?7h\u{1b}[J")
        });
        self
    }

    /// Waits for its end; gives what a person sees then, whether the cursor is visible, and the exit code.
    #[track_caller]
    pub(crate) fn seen_at_its_end(self) -> (Vec<String>, Option<i32>) {
        let (screen, sizes) = (Arc::clone(&self.screen.0), self.sizes.borrow().clone());
        let (text, code) = self.wait();
        let hidden = text.rfind("\u{1b}[?25l");
        assert!(
            hidden.is_none_or(|hidden| text.rfind("\u{1b}[?25h") > Some(hidden)),
            "the cursor stays hidden"
        );
        (emulator::seen(&screen.bytes(), &sizes), code)
    }

    /// All bytes that it wrote so far.
    pub(crate) fn screen(&self) -> String {
        self.screen.0.text()
    }

    #[track_caller]
    pub(crate) fn wait_for(&self, what: &str) -> &Self {
        self.screen.0.wait_for(what);
        self
    }

    /// Waits until a text was shown this many times.
    #[track_caller]
    pub(crate) fn wait_for_count(&self, what: &str, count: usize) -> &Self {
        self.screen
            .0
            .wait_until(&format!("{what:?}, {count} times"), |screen| {
                screen.matches(what).count() >= count
            });
        self
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// The terminal's modes.
    pub(crate) fn modes(&self) -> LocalModes {
        tcgetattr(&self.keys).unwrap().local_modes
    }

    /// The terminal's modes once it has ended, and its exit code.
    #[track_caller]
    pub(crate) fn modes_after_its_end(self) -> (LocalModes, Option<i32>) {
        // A terminal without anybody at it has no modes any longer on some systems.
        let keys = self.keys.try_clone().unwrap();
        let (_, code) = self.wait();
        (tcgetattr(&keys).unwrap().local_modes, code)
    }

    /// Waits for its end; gives all bytes that it wrote and its exit code.
    #[track_caller]
    pub(crate) fn wait(mut self) -> (String, Option<i32>) {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(
                Instant::now() < deadline,
                "it does not end: {:?}",
                self.screen.0.text()
            );
            // A child's end wakes nobody but a blocking wait, which knows no deadline.
            std::thread::park_timeout(PAUSE);
        };
        // Output before the end is already there, or comes before the end of the terminal.
        while !self.screen.1.is_finished() && Instant::now() < deadline {
            std::thread::park_timeout(PAUSE);
        }
        (self.screen.0.text(), status.code())
    }
}

fn size(columns: u16, rows: u16) -> Winsize {
    Winsize {
        ws_row: rows,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
