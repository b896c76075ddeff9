//! What a command of plain words runs in turn: shells, programs that run their arguments, options that do. And a guess, for
//! the rules that deny, at what an opaque line may run.

use super::reader::RESERVED;
use super::{ShellLine, read_into};

/// The commands that an opaque line may run, for the rules that deny: words between whatever may separate commands,
/// quotes left out. It finds too much rather than too little.
pub(super) fn guess(line: &str, found: &mut ShellLine) {
    let separates = |character: char| "\n;&|()`${}<>=".contains(character);
    for part in line.split(separates) {
        let unquoted = part.replace(['\'', '"', '\\'], "");
        let words = unquoted.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let start = words
            .iter()
            .take_while(|word| RESERVED.contains(&word.as_str()))
            .count();
        add_every(&words[start..], found);
    }
}

/// Adds words as a command, and every end of them if the first runs what follows.
fn add_every(words: &[String], found: &mut ShellLine) {
    let Some(first) = words.first() else { return };
    let name = base_name(first);
    let runs = SHELLS.contains(&name)
        || RUNNERS.contains(&name)
        || RUNNING_OPTIONS.iter().any(|(program, _)| *program == name);
    let ends = if runs { words.len().min(LONGEST_GUESS) } else { 1 };
    for start in 0..ends {
        found.commands.push(words[start..].to_vec());
    }
}

/// How many words of a program that runs others are tried as commands.
const LONGEST_GUESS: usize = 64;

/// Programs and builtins that run what their arguments say, or change what later words mean. A rule for their name does
/// not cover that. bash expands the subscripts in the arguments of `let`, `read` and their like.
const RUNNERS: &[&str] = &[
    ".",
    "alias",
    "at",
    "batch",
    "bind",
    "builtin",
    "busybox",
    "bwrap",
    "chroot",
    "chrt",
    "command",
    "compgen",
    "complete",
    "coproc",
    "csh",
    "declare",
    "doas",
    "enable",
    "entr",
    "env",
    "eval",
    "exec",
    "export",
    "fakeroot",
    "fc",
    "fish",
    "flock",
    "gdb",
    "hash",
    "ionice",
    "let",
    "local",
    "ltrace",
    "mapfile",
    "nice",
    "nohup",
    "nsenter",
    "parallel",
    "pkexec",
    "powershell",
    "prlimit",
    "proot",
    "pwsh",
    "read",
    "readarray",
    "readonly",
    "rlwrap",
    "runuser",
    "script",
    "set",
    "setarch",
    "setpriv",
    "setsid",
    "shopt",
    "source",
    "ssh",
    "stdbuf",
    "strace",
    "su",
    "sudo",
    "systemd-run",
    "taskset",
    "tcsh",
    "time",
    "timeout",
    "trap",
    "tsp",
    "typeset",
    "unbuffer",
    "unset",
    "unshare",
    "valgrind",
    "watch",
    "xargs",
    "xvfb-run",
];

/// Shells whose `-c` is read here.
const SHELLS: &[&str] = &["sh", "bash", "dash", "ksh", "zsh"];

/// Options with which a program runs another.
const RUNNING_OPTIONS: &[(&str, &[&str])] = &[
    ("find", &["-exec", "-execdir", "-ok", "-okdir"]),
    ("fd", &["-x", "-X", "--exec", "--exec-batch"]),
    ("fdfind", &["-x", "-X", "--exec", "--exec-batch"]),
    ("rg", &["--pre", "--hostname-bin"]),
    (
        "tar",
        &[
            "--to-command",
            "--checkpoint-action",
            "--use-compress-program",
            "-I",
            "--rsh-command",
        ],
    ),
    ("printf", &["-v"]),
    ("test", &["-v", "-R"]),
    ("[", &["-v", "-R"]),
    ("jobs", &["-x"]),
    ("sort", &["--compress-program"]),
    (
        "git",
        &[
            "-c",
            "--config-env",
            "--exec-path",
            "--upload-pack",
            "--receive-pack",
            "--exec",
            "-x",
        ],
    ),
];

/// The last part of a path.
pub(crate) fn base_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// Adds a command, or what the command runs in turn.
pub(super) fn add_command(words: Vec<String>, depth: usize, found: &mut ShellLine) {
    let Some(first) = words.first() else {
        return;
    };
    let name = base_name(first);
    let script = SHELLS.contains(&name).then(|| script_of(&words)).flatten();
    if let Some(script) = script {
        return read_into(script, depth + 1, found);
    }
    let runner = RUNNERS.contains(&name);
    let option = RUNNING_OPTIONS
        .iter()
        .filter(|(program, _)| *program == name)
        .find_map(|(_, options)| {
            words.iter().position(|word| {
                let long = word.split('=').next().unwrap_or(word);
                options.contains(&long)
            })
        });
    let why = if first.contains('=') {
        "it sets a variable".to_owned()
    } else if SHELLS.contains(&name) {
        format!("`{name}` runs commands that are not in the line")
    } else if runner {
        format!("`{name}` runs what its arguments say")
    } else if let Some(at) = option {
        format!("`{name} {}` runs what its arguments say", words[at])
    } else {
        found.commands.push(words);
        return;
    };
    found.obscure(why);
    for start in 0..words.len().min(LONGEST_GUESS) {
        found.commands.push(words[start..].to_vec());
    }
    guess(&words[1..].join(" "), found);
}

/// The script of `bash -lc SCRIPT`, if there is nothing else in the command.
fn script_of(words: &[String]) -> Option<&str> {
    let [_, options @ .., script] = words else {
        return None;
    };
    let (last, before) = options.split_last()?;
    let plain = |option: &String| {
        option.strip_prefix('-').is_some_and(|letters| {
            !letters.is_empty() && letters.chars().all(|letter| "leux".contains(letter))
        })
    };
    let runs = last
        .strip_prefix('-')
        .and_then(|letters| letters.strip_suffix('c'))
        .is_some_and(|letters| letters.chars().all(|letter| "leux".contains(letter)));
    (runs && before.iter().all(plain)).then_some(script)
}
