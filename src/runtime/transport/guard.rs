//! A guard between this program and the server, on Linux: a process that outlives a turnwise that was killed, and then
//! ends the server and everything that came of it.
//!
//! The server's stdin closes when turnwise dies, and the server then ends itself and its commands. What a command has
//! moved into a session of its own is not among them. The guard is the parent of the server and a "child subreaper", so
//! every orphan below becomes its child, and it ends when it has none left. It is told what to do by single bytes, and
//! takes the end of that stream for "turnwise has gone". Its exit status is the server's.
//!
//! This is the one module with `unsafe` code. The guard is a fork of this program that never calls `exec`, made between
//! the fork and the exec of the standard library, where other threads may have held any lock: below [`GuardSpawn::split`]
//! nothing allocates, locks, panics or returns.
#![expect(
    unsafe_code,
    reason = "fork, signal masks and signalfd have no safe interface"
)]

use std::ffi::{CStr, c_int};
use std::io::{self, Read, Write};
use std::mem::{MaybeUninit, zeroed};
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::ptr::null_mut;
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{CWD, Mode, OFlags, RawDir, Timespec, openat};
use rustix::io::Errno;
use rustix::process::{
    Pid, Resource, Rlimit, Signal, WaitId, WaitIdOptions, WaitOptions, WaitStatus, getpid, kill_process,
    kill_process_group, set_child_subreaper, setpgid, setrlimit, wait, waitid, waitpid,
};

use crate::runtime::transport::stop_ladder::{GUARD_NAME, StopLadder};

/// Send SIGTERM to the server's group.
const TERM: u8 = b't';
/// Send SIGKILL to the server's group.
const KILL: u8 = b'k';
/// The guard's last word: the server has ended and is about to be reaped, after which its id may be somebody else's.
const DONE: u8 = b'.';

/// Where the guard keeps its two descriptors; all others are closed.
const CONTROL: RawFd = 0;
const SIGNALS: RawFd = 1;

/// How long killed strays are waited for, in milliseconds: one that stays is stuck in the kernel.
const SWEEP_LIMIT: u128 = 2_000;

/// This program's end of the line to a guard that is about to be posted.
pub(crate) struct GuardSpawn {
    line: UnixStream,
}

impl GuardSpawn {
    /// Puts a guard between this process and what the command will start.
    pub(crate) fn before(command: &mut Command) -> io::Result<Self> {
        let (line, theirs) = UnixStream::pair()?;
        // SAFETY: the closure runs in the forked child and keeps to what is safe there, see the module's words.
        unsafe { command.pre_exec(move || Self::split(&theirs)) };
        Ok(Self { line })
    }

    /// The guard, once the command was started; what the command was started as is its process.
    pub(crate) fn finish(mut self) -> io::Result<Guard> {
        let mut id = [0; size_of::<c_int>()];
        self.line.read_exact(&mut id)?;
        let server = Pid::from_raw(c_int::from_ne_bytes(id)).filter(|server| *server != Pid::INIT);
        let server = server.ok_or(Errno::SRCH)?;
        Ok(Guard {
            line: self.line,
            server,
        })
    }

    /// In the forked child: makes another, which goes on to become the server, and stays as its guard.
    fn split(control: &UnixStream) -> io::Result<()> {
        set_child_subreaper(Some(getpid()))?;
        // SAFETY: this process has one thread, and both sides keep to async-signal-safe calls.
        match unsafe { libc::fork() } {
            -1 => Err(io::Error::last_os_error()),
            0 => Ok(setpgid(None, None)?),
            // Any other id would be taken for "every process" below.
            server => match Pid::from_raw(server).filter(|server| *server != Pid::INIT) {
                Some(server) => Watch::begin(control.as_raw_fd(), server).keep(),
                None => Err(Errno::SRCH.into()),
            },
        }
    }
}

/// A guard at its post.
#[derive(Debug)]
pub(crate) struct Guard {
    line: UnixStream,
    server: Pid,
}

impl Guard {
    /// Has SIGTERM sent to the server's group.
    pub(crate) fn term(&self) {
        self.order(TERM);
    }

    /// Has the server's group killed; strays follow when the server is gone.
    pub(crate) fn kill(&self) {
        self.order(KILL);
    }

    /// Leaves the rest to the guard: it waits for the server's orderly end, and enforces it after the bounds of
    /// [`StopLadder::ORDERLY`].
    pub(crate) fn leave(&self) {
        let _ = self.line.shutdown(std::net::Shutdown::Write);
    }

    /// Once the guard has ended: if it was killed, what it watched is killed here.
    pub(crate) fn reap(&self) {
        let mut last = [0];
        let done = matches!((&self.line).read(&mut last), Ok(1)) && last == [DONE];
        if !done {
            // It was killed before it saw the server end.
            end_family(self.server);
        }
    }

    /// A guard that has gone needs no orders.
    fn order(&self, order: u8) {
        let _ = (&self.line).write(&[order]);
    }
}

/// The guard's side: its state while it watches.
struct Watch {
    server: Pid,
    /// When turnwise went, and how hard the server was urged since.
    left: Option<(Instant, Urged)>,
}

#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Urged {
    Asked,
    Terminated,
    Killed,
}

impl Watch {
    /// Makes the forked process a guard: deaf to signals, with nothing open but its two descriptors.
    fn begin(control: RawFd, server: Pid) -> Self {
        let id = server.as_raw_nonzero().get();
        // SAFETY: plain system calls on values of this frame; the descriptors are this process's own, and nothing else in
        // it uses one again.
        unsafe {
            let mut mask = zeroed();
            libc::sigfillset(&raw mut mask);
            libc::sigprocmask(libc::SIG_SETMASK, &raw const mask, null_mut());
            libc::write(control, (&raw const id).cast(), size_of::<c_int>());
            libc::prctl(libc::PR_SET_NAME, GUARD_NAME.as_ptr());
            let mut children = zeroed();
            libc::sigemptyset(&raw mut children);
            libc::sigaddset(&raw mut children, libc::SIGCHLD);
            let signals = libc::signalfd(-1, &raw const children, libc::SFD_NONBLOCK);
            libc::dup2(control, CONTROL);
            libc::dup2(signals, SIGNALS);
            close_from(SIGNALS + 1);
            // A directory that is somebody's mount is not kept busy.
            libc::chdir(c"/".as_ptr());
        }
        Self { server, left: None }
    }

    /// Watches until the server and all that came of it have gone, and ends as the server ended.
    fn keep(mut self) -> ! {
        loop {
            if self.reap() {
                self.finish();
            }
            let limit = self.urge();
            // SAFETY: both were put there by `begin` and stay open for the life of this process.
            let (control, signals) =
                unsafe { (BorrowedFd::borrow_raw(CONTROL), BorrowedFd::borrow_raw(SIGNALS)) };
            let mut polled = [
                PollFd::from_borrowed_fd(signals, PollFlags::IN),
                PollFd::from_borrowed_fd(control, PollFlags::IN),
            ];
            // The line of somebody who has gone is always ready.
            let watched = if self.left.is_some() { 1 } else { 2 };
            let (watched, _) = polled.split_at_mut(watched);
            let _ = poll(watched, limit.as_ref());
            let mut news = [0_u8; 256];
            let _ = rustix::io::read(signals, &mut news);
            if self.left.is_none() && !watched.last().is_none_or(|line| line.revents().is_empty()) {
                self.listen(control);
            }
        }
    }

    /// Takes an order, or the end of the line.
    fn listen(&mut self, control: BorrowedFd<'_>) {
        let mut order = [0];
        match rustix::io::read(control, &mut order) {
            Ok(1) if order == [TERM] => drop(kill_process_group(self.server, Signal::TERM)),
            Ok(1) if order == [KILL] => drop(kill_process_group(self.server, Signal::KILL)),
            Ok(1) | Err(Errno::INTR | Errno::AGAIN) => {}
            Ok(_) | Err(_) => self.left = Some((Instant::now(), Urged::Asked)),
        }
    }

    /// Urges a server that does not end although turnwise has gone; gives how long to wait until the next step.
    fn urge(&mut self) -> Option<Timespec> {
        let ladder = StopLadder::ORDERLY;
        let (since, urged) = self.left?;
        let (signal, next, at) = match urged {
            Urged::Asked => (Signal::TERM, Urged::Terminated, ladder.close),
            Urged::Terminated => (Signal::KILL, Urged::Killed, ladder.close + ladder.term),
            Urged::Killed => return None,
        };
        let rest = at.saturating_sub(since.elapsed());
        if !rest.is_zero() {
            return rest.try_into().ok();
        }
        let _ = kill_process_group(self.server, signal);
        self.left = Some((since, next));
        Some(Timespec::default())
    }

    /// Reaps strays that ended by themselves; says whether the server has ended, which is left to [`finish`](Self::finish).
    fn reap(&self) -> bool {
        let peek = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        loop {
            // Asked for by its id: it is not always the first that "any child" gives.
            if let Ok(Some(_)) | Err(Errno::CHILD) = waitid(WaitId::Pid(self.server), peek) {
                return true;
            }
            let Some(stray) = any_dead(peek) else {
                return false;
            };
            let _ = waitpid(Some(stray), WaitOptions::NOHANG);
        }
    }

    /// Ends what the server left behind, and then this process, in the way the server ended.
    fn finish(&self) -> ! {
        // Before it is reaped, while its id cannot be anybody else's.
        let _ = kill_process_group(self.server, Signal::KILL);
        // SAFETY: both descriptors are open, see `keep`.
        let _ = rustix::io::write(unsafe { BorrowedFd::borrow_raw(CONTROL) }, &[DONE]);
        let status = waitpid(Some(self.server), WaitOptions::empty());
        sweep();
        end_as(status.ok().flatten().map(|(_, status)| status))
    }
}

/// A child that has ended and was not reaped.
fn any_dead(peek: WaitIdOptions) -> Option<Pid> {
    // SAFETY: `siginfo_t` is plain data, and the kernel fills it or leaves it zero.
    unsafe {
        let mut info: libc::siginfo_t = zeroed();
        let options = c_int::try_from(peek.bits()).unwrap_or_default();
        if libc::waitid(libc::P_ALL, 0, &raw mut info, options) != 0 {
            return None;
        }
        Pid::from_raw(info.si_pid())
    }
}

/// Kills and reaps every child, and theirs, which then become this process's, until there is none.
fn sweep() {
    let started = Instant::now();
    loop {
        match wait(WaitOptions::NOHANG) {
            Err(Errno::CHILD) => return,
            Ok(Some(_)) | Err(Errno::INTR) => continue,
            _ => {}
        }
        if started.elapsed().as_millis() > SWEEP_LIMIT || kill_children().is_err() {
            return;
        }
        // SAFETY: open, see `Watch::keep`.
        let signals = unsafe { BorrowedFd::borrow_raw(SIGNALS) };
        let mut polled = [PollFd::from_borrowed_fd(signals, PollFlags::IN)];
        // A child that was adopted in between announces nothing.
        let soon = Timespec {
            tv_sec: 0,
            tv_nsec: 5_000_000,
        };
        let _ = poll(&mut polled, Some(&soon));
        let mut news = [0_u8; 256];
        let _ = rustix::io::read(signals, &mut news);
    }
}

/// Kills a server that has lost its guard, and all that descends from it. Each is stopped before its children are looked for,
/// so that none is born unseen; what had left the server before was the guard's, and is not found.
fn end_family(server: Pid) {
    let mut family = vec![server];
    let _ = kill_process_group(server, Signal::STOP);
    loop {
        let known = family.len();
        let looked = each_process(|pid, parent| {
            if family.contains(&parent) && !family.contains(&pid) {
                let _ = kill_process(pid, Signal::STOP);
                family.push(pid);
            }
        });
        if looked.is_err() || family.len() == known {
            break;
        }
    }
    let _ = kill_process_group(server, Signal::KILL);
    for process in family {
        let _ = kill_process(process, Signal::KILL);
    }
}

/// Kills every living child, as `/proc` knows them.
fn kill_children() -> Result<(), Errno> {
    let own = getpid();
    each_process(|pid, parent| {
        if parent == own {
            let _ = kill_process(pid, Signal::KILL);
        }
    })
}

/// Goes through `/proc`: every process with its parent. Allocates nothing.
fn each_process(mut see: impl FnMut(Pid, Pid)) -> Result<(), Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY;
    let processes = openat(CWD, c"/proc", flags, Mode::empty())?;
    let mut space = [MaybeUninit::uninit(); 4096];
    let mut entries = RawDir::new(&processes, &mut space);
    while let Some(entry) = entries.next() {
        let Some(pid) = number(entry?.file_name().to_bytes()) else {
            continue;
        };
        if let Some(parent) = parent(&processes, pid) {
            see(pid, parent);
        }
    }
    Ok(())
}

/// The parent of a process, from `stat` in its directory: `pid (name) state parent …`, where the name may hold anything.
fn parent(processes: &impl std::os::fd::AsFd, pid: Pid) -> Option<Pid> {
    let mut path = [0_u8; 32];
    // Writing to a slice moves it on; what is left stays zero, and ends the path.
    let (head, _) = path.split_at_mut_checked(31)?;
    let mut rest = head;
    write!(rest, "{}/stat", pid.as_raw_nonzero()).ok()?;
    let path = CStr::from_bytes_until_nul(&path).ok()?;
    let file = openat(processes, path, OFlags::RDONLY, Mode::empty()).ok()?;
    let mut stat = [0_u8; 512];
    let read = rustix::io::read(&file, &mut stat).ok()?;
    let stat = stat.get(..read)?;
    let end = stat.iter().rposition(|byte| *byte == b')')?;
    number(stat.get(end + 1..)?.split(|byte| *byte == b' ').nth(2)?)
}

fn number(digits: &[u8]) -> Option<Pid> {
    Pid::from_raw(std::str::from_utf8(digits).ok()?.parse().ok()?)
}

/// Closes every descriptor from `first` on.
///
/// # Safety
/// Nothing in this process may use one of them again.
unsafe fn close_from(first: RawFd) {
    let from = first.unsigned_abs();
    // SAFETY: a plain system call; the rest is the caller's promise.
    if unsafe { libc::syscall(libc::SYS_close_range, from, u32::MAX, 0) } == 0 {
        return;
    }
    // Before Linux 5.9. Programs rarely have more open, and what stays open is only not given back.
    for descriptor in first..65_536 {
        // SAFETY: as above.
        unsafe { libc::close(descriptor) };
    }
}

/// Ends this process with the exit code or the signal that the server ended with.
fn end_as(status: Option<WaitStatus>) -> ! {
    // SAFETY: plain system calls; the process ends here.
    unsafe {
        if let Some(signal) = status.and_then(WaitStatus::terminating_signal) {
            let none = Rlimit {
                current: Some(0),
                maximum: Some(0),
            };
            // One core file is enough, and it is the server's.
            let _ = setrlimit(Resource::Core, none);
            let mut mask = zeroed();
            libc::sigemptyset(&raw mut mask);
            libc::signal(signal, libc::SIG_DFL);
            libc::sigprocmask(libc::SIG_SETMASK, &raw const mask, null_mut());
            libc::kill(libc::getpid(), signal);
        }
        libc::_exit(status.and_then(WaitStatus::exit_status).unwrap_or(1))
    }
}
