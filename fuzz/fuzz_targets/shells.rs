//! The judge against real shells: a line that a policy allows is run in bash, dash, mksh and zsh, whichever are installed,
//! in a directory whose programs only write down that they were started. What ran is what was judged, where it was judged.
#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use turnwise::approval::policy::{Policy, Question, Ruling, Trust};
use turnwise::approval::shell::{ShellLine, read, read_argv};

#[path = "../../src/approval/shell/shells/harness.rs"]
mod harness;

use harness::{Scratch, plain};

const RULES: &str = r#"
version = 1
[[rule]]
decision = "allow"
command = ["{git,ls,x1,touch,cat}"]
any_arguments = true
[[rule]]
decision = "allow"
command = ["{test,echo,printf,true,false}"]
[[rule]]
decision = "allow"
command = ["["]
"#;

const PIECES: &[&str] = &[
    " ", "git", " ls ", "x1 ", "\n", ";", "&&", "||", "|", "'", "\"", "\\", "#", "(", ")", "cd d", "cd d && ", "cd ..", "cd -", "cd d/e ",
    "cd nowhere", "CI=1 ", "X=1 ", "=", "&", "$", "`", "<", ">", "{", "}", "*", "?", "[", "]", "~", "!", "^", "%", "@{1}", "@", "+", ":",
    ",", "-", "a", "1", "2", "é", "à", "\t", "\r", "\u{a0}", "\u{3000}", "2>&1", ">/dev/null", "</dev/null", "&>/dev/null", ">&", ">|",
    "<<E\n", "E\n", "$(x1)", "${x}", "$'", "eval ", "if ", "then ", "fi", "for ", "do ", "done", "time ", "env ", "timeout 1 ", "nice ",
    "command ", "exec ", "[ -f x ]", "[ 1 -eq 1 ]", "test ", "echo ", "printf %s ", "true ", "false ", "set -e", "set -o pipefail", "touch f",
    "bash -c ", "sh -c ", "zsh -c ", "dash -c ", "cat ", "noglob ", "repeat 2 ", "- ", "() ", "f() ", "function f ", "alias ", "\\\n",
    "'x1'", "\"x1\"", "\\x1", "x\\1", "\"a b\"", "'a;b'", "#x1", "x#1", ";;", "|&", "&|", "&!", ";|", ";&",
];

struct World {
    policy: Policy,
    scratch: Scratch,
    _directory: tempfile::TempDir,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let directory = tempfile::tempdir().expect("a temporary directory");
    World {
        policy: Policy::parse(RULES, Path::new("p"), Trust::Own).expect("the rules are right"),
        scratch: Scratch::new(directory.path()).expect("a directory to run in"),
        _directory: directory,
    }
});

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let line = rest
        .iter()
        .take(24)
        .map(|byte| PIECES[usize::from(*byte) % PIECES.len()])
        .collect::<String>();
    let code = first & 1;
    let start = WORLD.scratch.start();
    let allowed = |line: &ShellLine| {
        let question = Question::Command {
            line: line.clone(),
            cwd: start.clone(),
            root: start.clone(),
        };
        WORLD.policy.judge(&[question]).decision == Ruling::Allow
    };
    let common = read(&line);
    if allowed(&common) {
        for shell in WORLD.scratch.shells() {
            compare(shell, &line, code, &common);
        }
        return;
    }
    for shell in ["bash", "zsh"] {
        let wrapped = read_argv(&[shell, "-c", &line].map(str::to_owned));
        if allowed(&wrapped) && WORLD.scratch.shells().any(|installed| installed == shell) {
            compare(shell, &line, code, &wrapped);
        }
    }
});

fn compare(shell: &str, line: &str, code: u8, found: &ShellLine) {
    let started = match WORLD.scratch.run(shell, line, code) {
        Ok(started) => started,
        Err(why) => panic!("{line:?}: {why}"),
    };
    for started in started {
        let judged = found.commands.iter().any(|command| {
            command.words == started.words
                && command
                    .place
                    .directories(&WORLD.scratch.start())
                    .is_none_or(|directories| directories.iter().any(|directory| plain(directory) == started.directory))
        });
        assert!(judged, "{shell} started {started:?} in {line:?}: {:?}", found.commands);
    }
}
