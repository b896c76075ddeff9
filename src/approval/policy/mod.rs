//! The policy: rules that allow, ask or deny, and what they say about one question. The file is read in `file`.
//!
//! Deny beats ask beats allow, and what no rule matches is asked. A question with several parts (the commands of a shell
//! line, the files of a change) is allowed only if each part is.

mod file;
mod pattern;

use std::path::{Path, PathBuf};

use serde::Serialize;

pub use file::{PolicyError, Trust};
use pattern::{HostPattern, PathPattern, WordPattern};

use super::shell::{ShellLine, base_name};

/// What a policy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ruling {
    /// Go ahead without asking.
    Allow,
    /// Ask a person.
    Ask,
    /// Refuse without asking.
    Deny,
}

impl Ruling {
    /// The word in the file and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Ask => "ask",
            Self::Deny => "deny",
        }
    }
}

/// What a policy can be asked.
#[derive(Debug, Clone)]
pub enum Question {
    /// May these commands run in this directory?
    Command {
        /// The commands of a shell line or of one argv.
        line: ShellLine,
        /// Where they would run.
        cwd: PathBuf,
    },
    /// May this file be written?
    Write {
        /// Absolute path.
        path: PathBuf,
        /// What relative patterns are relative to.
        base: PathBuf,
    },
    /// May this host be reached? `*` for any host.
    Network {
        /// The host's name.
        host: String,
    },
    /// May this tool of an MCP server be called?
    Mcp {
        /// `server/tool`.
        tool: String,
    },
    /// Something that no rule can allow, and why.
    Unjudgeable(String),
}

/// What a policy decided, by which rule, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judgement {
    /// The decision.
    pub decision: Ruling,
    /// The rule that decided, as `FILE:LINE`.
    pub rule: Option<String>,
    /// Why, in a sentence.
    pub reason: String,
}

impl Judgement {
    fn asked(reason: impl Into<String>) -> Self {
        Self {
            decision: Ruling::Ask,
            rule: None,
            reason: reason.into(),
        }
    }
}

/// Rules, from one file or several.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone)]
struct Rule {
    decision: Ruling,
    matcher: Matcher,
    cwd: Option<PathPattern>,
    reason: Option<String>,
    /// `FILE:LINE`.
    place: String,
}

#[derive(Debug, Clone)]
enum Matcher {
    Command(Vec<WordPattern>),
    Write(Vec<PathPattern>),
    Network(HostPattern),
    Mcp(HostPattern),
}

impl Policy {
    /// Whether there are no rules at all.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Adds the rules of another file.
    pub fn extend(&mut self, other: Self) {
        self.rules.extend(other.rules);
    }

    /// What the rule that decided says about itself, if it says something.
    pub fn advice(&self, judgement: &Judgement) -> Option<&str> {
        let place = judgement.rule.as_ref()?;
        self.rules
            .iter()
            .find(|rule| rule.place == *place)?
            .reason
            .as_deref()
    }

    /// Decides all parts of a question together: the strictest part decides.
    pub fn judge(&self, questions: &[Question]) -> Judgement {
        let judged = questions.iter().map(|question| self.judge_one(question));
        // Of equally strict parts the first is named.
        judged
            .reduce(|strictest, next| {
                if next.decision > strictest.decision {
                    next
                } else {
                    strictest
                }
            })
            .unwrap_or_else(|| Judgement::asked("there is nothing to judge"))
    }

    fn judge_one(&self, question: &Question) -> Judgement {
        match question {
            Question::Command { line, cwd } => self.judge_line(line, cwd),
            Question::Write { path, base } => {
                let path = resolved(path);
                let base = resolved(base);
                let shown = path.display().to_string();
                self.best(&format!("`{shown}`"), |rule| match &rule.matcher {
                    Matcher::Write(patterns) => {
                        rule.applies_in(&base, false)
                            && patterns.iter().any(|pattern| {
                                pattern.matches(&path, &base)
                                    && (rule.decision != Ruling::Allow
                                        || pattern.names_protected(&path, &base))
                            })
                    }
                    Matcher::Command(_) | Matcher::Network(_) | Matcher::Mcp(_) => false,
                })
            }
            Question::Network { host } => self.best(&format!("the host `{host}`"), |rule| {
                matches!(&rule.matcher, Matcher::Network(pattern)
                    if pattern.matches(host) || (rule.decision != Ruling::Allow && host == "*"))
            }),
            Question::Mcp { tool } => self.best(
                &format!("the tool `{tool}`"),
                |rule| matches!(&rule.matcher, Matcher::Mcp(pattern) if pattern.matches(tool)),
            ),
            Question::Unjudgeable(why) => Judgement::asked(why.clone()),
        }
    }

    fn judge_line(&self, line: &ShellLine, cwd: &Path) -> Judgement {
        let cwd = resolved(cwd);
        let mut moved = false;
        let mut judged = Vec::new();
        for words in &line.commands {
            judged.push(self.judge_words(words, &cwd, moved));
            // What follows runs in a directory that is not known.
            moved |= matches!(
                words.first().map(String::as_str),
                Some("cd" | "pushd" | "popd" | "chdir")
            );
        }
        let strictest = judged.into_iter().reduce(|strictest, next| {
            if next.decision > strictest.decision {
                next
            } else {
                strictest
            }
        });
        match (strictest, &line.opaque) {
            (Some(judgement), _) if judgement.decision == Ruling::Deny => judgement,
            (_, Some(why)) => Judgement::asked(format!("{why}, which no rule can allow")),
            (Some(judgement), None) => judgement,
            (None, None) => Judgement::asked("there is no command in it"),
        }
    }

    /// What the rules say about one command. `moved`: it does not run in `cwd` for certain.
    pub(crate) fn judge_words(&self, words: &[String], cwd: &Path, moved: bool) -> Judgement {
        let by_base = words.first().map(|first| {
            let mut words = words.to_vec();
            base_name(first).clone_into(&mut words[0]);
            words
        });
        let shown = words.join(" ");
        self.best(&format!("`{shown}`"), |rule| {
            let Matcher::Command(patterns) = &rule.matcher else {
                return false;
            };
            let matches = |words: &[String]| pattern::words_match(patterns, words);
            // A program by its path is what a rule for its name refuses, and not what it allows.
            let covered =
                matches(words) || (rule.decision != Ruling::Allow && by_base.as_deref().is_some_and(matches));
            covered && rule.applies_in(cwd, moved)
        })
    }

    /// The strictest of the rules that match.
    fn best(&self, what: &str, matches: impl Fn(&Rule) -> bool) -> Judgement {
        let strictest = self
            .rules
            .iter()
            .filter(|rule| matches(rule))
            .reduce(|strictest, next| {
                if next.decision > strictest.decision {
                    next
                } else {
                    strictest
                }
            });
        match strictest {
            None => Judgement::asked(format!("no rule matches {what}")),
            Some(rule) => {
                let verb = match rule.decision {
                    Ruling::Allow => "allows",
                    Ruling::Ask => "asks about",
                    Ruling::Deny => "denies",
                };
                let mut reason = format!("{} {verb} {what}", rule.place);
                if let Some(given) = &rule.reason {
                    reason.push_str(&format!(": {given}"));
                }
                Judgement {
                    decision: rule.decision,
                    rule: Some(rule.place.clone()),
                    reason,
                }
            }
        }
    }
}

impl Rule {
    fn applies_in(&self, cwd: &Path, moved: bool) -> bool {
        match &self.cwd {
            None => true,
            // Not known: a rule that refuses applies, one that allows does not.
            Some(_) if moved => self.decision != Ruling::Allow,
            Some(pattern) => pattern.matches(cwd, cwd),
        }
    }
}

/// A path without `.` and `..`, with the symbolic links of the part that exists resolved: where a write really goes.
fn resolved(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                // `a/..` is the parent of what `a` points to.
                if let Ok(real) = plain.canonicalize() {
                    plain = real;
                }
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    let mut missing = Vec::new();
    let mut existing = plain.clone();
    loop {
        if let Ok(real) = existing.canonicalize() {
            return missing
                .iter()
                .rev()
                .fold(real, |path: PathBuf, name| path.join(name));
        }
        // A link that leads nowhere yet is followed by whoever writes through it.
        if let Ok(target) = existing.read_link() {
            let parent = existing.parent().unwrap_or(Path::new("/"));
            let target = parent.join(target);
            if missing.len() < 64 && target != existing {
                missing.push(std::ffi::OsString::from("<a link that leads nowhere>"));
                return missing.iter().rev().fold(target, |path, name| path.join(name));
            }
        }
        match (existing.file_name().map(ToOwned::to_owned), existing.parent()) {
            (Some(name), Some(parent)) => {
                missing.push(name);
                existing = parent.to_owned();
            }
            _ => return plain,
        }
    }
}

#[cfg(test)]
mod tests;
