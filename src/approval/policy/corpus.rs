//! The corpus of commands: ordinary ones that a rule allows, evasions that none may allow, and commands that a rule that
//! denies finds.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;
use crate::approval::shell;

#[derive(Deserialize)]
struct Corpus {
    ordinary: Vec<Allowed>,
    evasion: Vec<Allowed>,
    refused: Vec<Denied>,
    refused_or_asked: Vec<Denied>,
    unrefused: Vec<Denied>,
}

#[derive(Deserialize)]
struct Allowed {
    rules: Vec<Vec<String>>,
    lines: Vec<String>,
}

#[derive(Deserialize)]
struct Denied {
    deny: Vec<String>,
    lines: Vec<String>,
}

fn corpus() -> Corpus {
    toml::from_str(include_str!("../../../tests/corpus/commands.toml")).unwrap()
}

fn policy(decision: &str, rules: &[Vec<String>]) -> Policy {
    let rules = rules
        .iter()
        .map(|words| {
            format!(
                "[[rule]]\ndecision = \"{decision}\"\ncommand = {}\n",
                serde_json::to_string(words).unwrap()
            )
        })
        .collect::<String>();
    Policy::parse(&format!("version = 1\n{rules}"), Path::new("p.toml"), Trust::Own).unwrap()
}

/// As Codex sends it.
fn judged(policy: &Policy, line: &str) -> Judgement {
    judged_in("/bin/bash", policy, line)
}

fn judged_in(shell: &str, policy: &Policy, line: &str) -> Judgement {
    let directory = PathBuf::from("/work");
    policy.judge(&[Question::Command {
        line: shell::read_argv(&[shell, "-lc", line].map(str::to_owned)),
        cwd: directory.clone(),
        root: directory,
    }])
}

#[test]
fn no_evasion_is_allowed() {
    let mut allowed = Vec::new();
    let mut count = 0;
    for entry in corpus().evasion {
        let policy = policy("allow", &entry.rules);
        for line in entry.lines {
            let shells = ["/bin/bash", "/bin/sh", "/bin/zsh"];
            if shells
                .iter()
                .any(|shell| judged_in(shell, &policy, &line).decision == Ruling::Allow)
            {
                allowed.push(line);
            }
            count += 1;
        }
    }
    assert_eq!(allowed, Vec::<String>::new());
    assert!(count >= 600, "only {count} evasions were tried");
}

#[test]
fn few_ordinary_commands_are_asked_needlessly() {
    let mut asked = BTreeMap::new();
    let mut count = 0;
    for entry in corpus().ordinary {
        let policy = policy("allow", &entry.rules);
        for line in &entry.lines {
            let judgement = judged(&policy, line);
            if judgement.decision != Ruling::Allow {
                asked.insert(line.clone(), judgement.reason);
            }
            count += 1;
        }
    }
    assert!(count >= 500, "only {count} ordinary commands were tried");
    assert!(
        asked.len() * 20 <= count,
        "{} of {count}: {asked:#?}",
        asked.len()
    );
}

#[test]
fn a_rule_that_denies_finds_its_command() {
    let corpus = corpus();
    for entry in corpus.refused {
        let policy = policy("deny", std::slice::from_ref(&entry.deny));
        for line in &entry.lines {
            assert_eq!(judged(&policy, line).decision, Ruling::Deny, "{line}");
        }
    }
    for entry in corpus.refused_or_asked {
        let rules = policy("deny", std::slice::from_ref(&entry.deny));
        let mut all = policy("allow", &[vec!["*".to_owned()]]);
        all.extend(rules);
        for line in &entry.lines {
            assert_ne!(judged(&all, line).decision, Ruling::Allow, "{line}");
        }
    }
    for entry in corpus.unrefused {
        let policy = policy("deny", std::slice::from_ref(&entry.deny));
        for line in &entry.lines {
            assert_ne!(judged(&policy, line).decision, Ruling::Deny, "{line}");
        }
    }
}
