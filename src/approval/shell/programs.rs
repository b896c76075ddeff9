//! What a command of plain words runs in turn: shells, and programs that run their arguments.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::place::Place;
use super::reader::RESERVED;
use super::{Command, DEPTH, Dialect, ShellLine, guess, read_into};
use crate::approval::harmless;

/// Programs and builtins that run their arguments, or change the meaning of later words. A rule for their name does not
/// cover that. bash expands the subscripts in the arguments of `let`, `read` and their like.
const RUNNERS: &[&str] = &[
    ".",
    "alias",
    "at",
    "autoload",
    "batch",
    "bind",
    "builtin",
    "bunx",
    "busybox",
    "bwrap",
    "catchsegv",
    "chpst",
    "chroot",
    "chrt",
    "command",
    "compgen",
    "complete",
    "coproc",
    "cpulimit",
    "csh",
    "dbus-run-session",
    "declare",
    "doas",
    "dumb-init",
    "eatmydata",
    "emulate",
    "enable",
    "entr",
    "env",
    "eval",
    "exec",
    "export",
    "fakeroot",
    "faketime",
    "fc",
    "firejail",
    "fish",
    "float",
    "flock",
    "gdb",
    "gosu",
    "hash",
    "hyperfine",
    "integer",
    "ionice",
    "let",
    "local",
    "ltrace",
    "mapfile",
    "nameref",
    "nice",
    "nohup",
    "npx",
    "nsenter",
    "parallel",
    "perf",
    "pkexec",
    "pnpx",
    "powershell",
    "prlimit",
    "proot",
    "proxychains",
    "proxychains4",
    "pwsh",
    "read",
    "readarray",
    "readonly",
    "rlwrap",
    "rr",
    "run0",
    "runuser",
    "sched",
    "script",
    "sem",
    "setarch",
    "setlock",
    "setpriv",
    "setsid",
    "sg",
    "shopt",
    "softlimit",
    "source",
    "ssh",
    "sshpass",
    "start-stop-daemon",
    "stdbuf",
    "strace",
    "su",
    "su-exec",
    "sudo",
    "systemd-inhibit",
    "systemd-run",
    "taskset",
    "tcsh",
    "time",
    "timeout",
    "tini",
    "torify",
    "torsocks",
    "toybox",
    "trap",
    "tsp",
    "typeset",
    "unbuffer",
    "unset",
    "unshare",
    "uvx",
    "valgrind",
    "vared",
    "watch",
    "xargs",
    "xvfb-run",
    "zmodload",
];

/// Shells whose `-c` is read here.
const SHELLS: &[&str] = &[
    "sh", "bash", "dash", "ash", "ksh", "mksh", "zsh", "csh", "tcsh", "fish",
];

/// Of these, the ones that read a script as `reader` does.
const READ: &[&str] = &["sh", "bash", "dash", "ksh", "mksh", "zsh"];

/// The last part of a path.
pub(crate) fn base_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// Whether a program may run its arguments, so that a rule that denies searches them for commands.
pub(super) fn is_runner(name: &str) -> bool {
    RUNNERS.contains(&name) || SHELLS.contains(&name) || TRANSPARENT.contains(&name)
}

/// Adds a command, or the commands that it runs.
pub(super) fn add_command(words: Vec<String>, place: &Place, depth: usize, found: &mut ShellLine) {
    let Some(first) = words.first() else {
        return;
    };
    let name = base_name(first);
    if SHELLS.contains(&name) {
        if let Some((dialect, script)) = script_of(&words) {
            let script = script.to_owned();
            // A rule may be about the shell itself.
            found.around.push(words);
            return read_into(&script, dialect, place, depth + 1, found);
        }
        found.obscure(format!("`{name}` runs commands that are not in the line"));
        return guess::add_words(words, depth, found);
    }
    if first.contains('=') {
        found.obscure("it sets a variable");
        return guess::add_words(words, depth, found);
    }
    if let Some(inner) = transparent(&words).filter(|_| depth < DEPTH) {
        let inner = words[inner..].to_vec();
        found.around.push(words);
        return add_command(inner, place, depth + 1, found);
    }
    if RUNNERS.contains(&name) || TRANSPARENT.contains(&name) {
        found.obscure(format!("`{name}` runs its arguments"));
        return guess::add_words(words, depth, found);
    }
    add_inner(&words, found);
    found.commands.push(Command {
        is_setting: is_setting(&words),
        words,
        place: place.clone(),
    });
}

/// The command that an option of `find` or `fd` runs: the list of harmless arguments leaves these options out, so only rules
/// that ask or deny look at it.
pub(super) fn add_inner(words: &[String], found: &mut ShellLine) {
    let options: &[&str] = match words.first().map(|first| base_name(first)) {
        Some("find") => &["-exec", "-execdir", "-ok", "-okdir"],
        Some("fd" | "fdfind") => &["-x", "-X", "--exec", "--exec-batch"],
        _ => return,
    };
    if let Some(at) = words.iter().position(|word| options.contains(&word.as_str())) {
        found.anywhere.push(words[at + 1..].to_vec());
    }
}

/// `cd` to a place that is followed, `set -e` and the like, and plain conditions: they do nothing by themselves.
fn is_setting(words: &[String]) -> bool {
    match words.first().map(String::as_str) {
        Some("true" | "false" | ":") => words.len() == 1,
        Some("[" | "test") => harmless::identify(words).is_harmless(1).is_ok(),
        Some("cd") => Place::default().moved(&words[1..]) != Place::Unknown,
        Some("set") => {
            words.len() > 1 && shell_options(&words[1..]).is_some_and(|taken| taken == words.len() - 1)
        }
        _ => false,
    }
}

/// Programs that run the words after their own options unchanged.
const TRANSPARENT: &[&str] = &["env", "nice", "time", "timeout"];

/// The start of the command that such a program runs, if its own words are all known.
fn transparent(words: &[String]) -> Option<usize> {
    let number = |word: &str| !word.is_empty() && word.chars().all(|digit| digit.is_ascii_digit());
    let duration = |word: &str| number(word.trim_end_matches(['s', 'm', 'h', 'd', '.']));
    let word = |at: usize| words.get(at).map(String::as_str);
    let start = match word(0)? {
        "env" => {
            let set = |word: &&String| {
                word.split_once('=')
                    .is_some_and(|(name, value)| harmless::variable_is_harmless(name, value))
            };
            1 + words[1..].iter().take_while(set).count()
        }
        "time" => 1,
        "nice" => match (word(1)?, word(2)) {
            ("-n", Some(value)) if number(value) => 3,
            _ => 1,
        },
        "timeout" => {
            let mut at = 1;
            loop {
                match (word(at)?, word(at + 1)) {
                    ("-k" | "--kill-after", Some(value)) if duration(value) => at += 2,
                    ("-s" | "--signal", Some("TERM" | "KILL" | "INT" | "HUP" | "9" | "15")) => at += 2,
                    ("--preserve-status" | "--foreground" | "-v" | "--verbose", _) => at += 1,
                    (value, _) if duration(value) => break at + 1,
                    _ => return None,
                }
            }
        }
        _ => return None,
    };
    // `time` is a word of some shells' grammar, after which others count too.
    let first = word(start)?;
    let plain =
        !first.is_empty() && !first.starts_with('-') && !first.contains('=') && !RESERVED.contains(&first);
    plain.then_some(start)
}

/// The script of `bash -lc SCRIPT`, if there is nothing else in the command, and the shell that reads it.
fn script_of(words: &[String]) -> Option<(Dialect, &str)> {
    let [program, options @ .., script] = words else {
        return None;
    };
    let name = base_name(program);
    if !READ.contains(&name) || !is_trusted(program) {
        return None;
    }
    let taken = shell_options(options)?;
    // The last option says that the script comes next.
    if taken != options.len() || !options.last()?.ends_with('c') || options.last()?.starts_with("--") {
        return None;
    }
    let dialect = match name {
        "bash" => Dialect::Bash,
        "zsh" => Dialect::Zsh,
        _ => Dialect::Common,
    };
    Some((dialect, script))
}

/// How many of the words are options of a shell that change nothing in how a script is read: `-l`, `-e`, `-u`, `-x`,
/// `-o pipefail` and the like, and `-c` at the end.
fn shell_options(words: &[String]) -> Option<usize> {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        if matches!(word.as_str(), "--login" | "--norc" | "--noprofile") {
            at += 1;
            continue;
        }
        let letters = word.strip_prefix('-').filter(|letters| !letters.is_empty())?;
        let letters = match letters.strip_suffix('c') {
            Some(rest) if at + 1 == words.len() => rest,
            Some(_) => return None,
            None => letters,
        };
        let (letters, named) = match letters.strip_suffix('o') {
            Some(rest) => (rest, true),
            None => (letters, false),
        };
        if !letters.chars().all(|letter| "leux".contains(letter)) {
            return None;
        }
        at += 1;
        if named {
            let known = ["errexit", "nounset", "pipefail", "xtrace"];
            words.get(at).filter(|option| known.contains(&option.as_str()))?;
            at += 1;
        }
    }
    Some(at)
}

/// Whether a name can be trusted: a bare name, which is looked up like every other command, or a file of the system that the
/// user cannot write.
fn is_trusted(program: &str) -> bool {
    let Some((directory, name)) = program.rsplit_once('/') else {
        return true;
    };
    if !matches!(directory, "/bin" | "/usr/bin") || name.is_empty() {
        return false;
    }
    let of_the_system =
        |path: &Path| std::fs::metadata(path).is_ok_and(|data| data.uid() == 0 && data.mode() & 0o022 == 0);
    let path = Path::new(program);
    match path.canonicalize() {
        Ok(real) => of_the_system(&real) && real.parent().is_some_and(of_the_system),
        // It does not exist: it cannot run, and no other user can create it.
        Err(_) => of_the_system(Path::new(directory)),
    }
}
