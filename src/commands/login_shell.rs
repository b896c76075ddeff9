//! How long the user's login shell takes to start: Codex runs each command of the agent through it, so a slow profile makes every
//! command slow.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use crate::environment::variable;
use crate::files;
use crate::user_program::{ProgramError, ProgramLimits, UserProgram};

/// How long it is waited for.
const LIMIT: Duration = Duration::from_secs(5);
/// The shells that Codex starts as login shells. It replaces any other.
const KNOWN: [&str; 3] = ["bash", "zsh", "sh"];

/// A login shell and the time that it took to start.
#[derive(Debug)]
pub(super) struct LoginShell {
    pub(super) program: PathBuf,
    /// None if it was not ready within [`LIMIT`].
    pub(super) took: Option<Duration>,
}

impl LoginShell {
    /// From which time on it is slow.
    pub(super) const SLOW: Duration = Duration::from_secs(1);

    /// Starts the login shell and waits until it is ready, but no longer than [`LIMIT`]. None if it does not start.
    pub(super) async fn start() -> Option<Self> {
        let program = program()?;
        let mut command = Command::new(&program);
        command.args(["-lc", ":"]);
        let began = Instant::now();
        let limits = ProgramLimits {
            run: LIMIT,
            stopping: Duration::ZERO,
        };
        let started = UserProgram::start(command).ok()?;
        let end = started.finish(Vec::new(), limits, CancellationToken::new()).await;
        let took = began.elapsed();
        let took = match end.outcome {
            Err(ProgramError::TimedOut(_)) => None,
            // A profile that ends with an error has still been read.
            _ => Some(took),
        };
        Some(Self { program, took })
    }

    /// How long it took, in words.
    pub(super) fn in_words(&self) -> String {
        match self.took {
            Some(took) if took < Self::SLOW => format!("{} ms", took.as_millis()),
            Some(took) => format!("{:.1} s", took.as_secs_f32()),
            None => format!("more than {} s", LIMIT.as_secs()),
        }
    }

    /// Whether it takes so long that a person would look for the reason.
    pub(super) fn is_slow(&self) -> bool {
        self.took.is_none_or(|took| took >= Self::SLOW)
    }
}

/// The shell that Codex uses: the user's, or a usual one if that is none that it knows.
fn program() -> Option<PathBuf> {
    let uid = rustix::process::getuid().as_raw();
    let users = files::read_regular(Path::new("/etc/passwd"), files::LARGEST).unwrap_or_default();
    let users = String::from_utf8_lossy(&users);
    let listed = shell_of(&users, uid).map(OsString::from);
    let own = listed.or_else(|| variable("SHELL")).map(PathBuf::from);
    let usual = ["/bin/bash", "/bin/zsh", "/bin/sh"].map(PathBuf::from);
    let known = own.filter(|own| is_known(own));
    known.into_iter().chain(usual).find(|shell| shell.is_file())
}

fn is_known(shell: &Path) -> bool {
    shell
        .file_name()
        .is_some_and(|name| KNOWN.iter().any(|known| name == *known))
}

/// The shell of a user, in the system's list.
fn shell_of(users: &str, uid: u32) -> Option<&str> {
    let uid = uid.to_string();
    let mut lines = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let user = lines.find(|fields| fields.get(2) == Some(&uid.as_str()))?;
    user.get(6).copied().filter(|shell| !shell.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shell_of_a_user_is_found_in_the_list() {
        let users = "root:x:0:0:root:/root:/bin/bash\nmia:x:1000:1000:Mia,,,:/home/mia:/usr/bin/zsh\nweb:x:33:33::/:\n";
        assert_eq!(shell_of(users, 0), Some("/bin/bash"));
        assert_eq!(shell_of(users, 1000), Some("/usr/bin/zsh"));
        assert_eq!(shell_of(users, 33), None);
        assert_eq!(shell_of(users, 5), None);
    }

    #[test]
    fn a_shell_that_codex_does_not_know_is_none_of_its() {
        assert!(is_known(Path::new("/usr/bin/zsh")) && !is_known(Path::new("/usr/bin/fish")));
    }
}
