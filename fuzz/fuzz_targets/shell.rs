//! Any shell line: it is read without a panic, and where a rule allows it, no trick is in it.
#![no_main]

use std::path::{Path, PathBuf};

use libfuzzer_sys::fuzz_target;
use turnwise::approval::policy::{Policy, Question, Ruling, Trust};
use turnwise::approval::shell::{parts, read};

const RULES: &str = "version = 1\n[[rule]]\ndecision = \"allow\"\ncommand = [\"git\"]\n\
                     [[rule]]\ndecision = \"allow\"\ncommand = [\"ls\"]\n\
                     [[rule]]\ndecision = \"deny\"\ncommand = [\"rm\"]\n";

fuzz_target!(|line: &str| {
    let found = read(line);
    let shown = parts(line).concat();
    assert!(shown.len() <= line.len());
    let policy = Policy::parse(RULES, Path::new("p"), Trust::Own).expect("the rules are right");
    let judgement = policy.judge(&[Question::Command {
        line: found.clone(),
        cwd: PathBuf::from("/"),
        root: PathBuf::from("/"),
    }]);
    if judgement.decision != Ruling::Allow {
        return;
    }
    assert!(found.opaque.is_none());
    for command in found.commands.iter().filter(|command| !command.is_setting) {
        assert!(matches!(command.words[0].as_str(), "git" | "ls"), "{line:?}: {command:?}");
    }
    // Outside single quotes and backslashes, nothing is left that a shell looks at.
    if line.contains('#') {
        // A comment may hold anything.
        return;
    }
    let mut quoted = false;
    let mut escaped = false;
    let mut double = false;
    for character in line.chars() {
        if escaped {
            escaped = false;
            continue;
        }
        match character {
            '\\' if !quoted => escaped = true,
            '\'' if !double => quoted = !quoted,
            '"' if !quoted => double = !double,
            '$' | '`' if !quoted => panic!("{line:?} substitutes"),
            '*' | '?' | '[' if !quoted && !double => panic!("{line:?} does more"),
            _ => {}
        }
    }
});
