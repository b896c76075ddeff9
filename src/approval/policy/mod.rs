//! The policy: rules that allow, ask or deny, and their decision about one question. The file is read in `file`.
//!
//! Deny beats ask beats allow, and a person is asked if no rule matches. A question with several parts (the commands of a shell
//! line, the files of a change) is allowed only if each part is. Matching of commands is in `command`.

mod command;
mod file;
mod pattern;
mod repository;

use std::path::{Path, PathBuf};

use serde::Serialize;

use command::CommandPattern;
#[cfg(feature = "hooks")]
pub(crate) use file::MatchRule;
pub use file::{PolicyError, Trust};
use pattern::{HostPattern, PathPattern, ToolPattern};

use super::harmless::{self, Repository};
use super::shell::{Command, ShellLine};

/// What a policy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
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
    pub fn as_str(self) -> &'static str {
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
        /// The run's working directory: rules without `cwd` end at it where a program takes orders from its directory.
        root: PathBuf,
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
        /// The server's name.
        server: String,
        /// The tool's name.
        tool: String,
    },
    /// Something that no rule can allow, and why.
    Unjudgeable(String),
}

/// What a policy decided, by which rule, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
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
    Command(CommandPattern),
    Write(Vec<PathPattern>),
    Network(HostPattern),
    Mcp(ToolPattern),
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
        strictest(questions.iter().map(|question| self.judge_one(question)))
            .unwrap_or_else(|| Judgement::asked("the request contains nothing to match"))
    }

    fn judge_one(&self, question: &Question) -> Judgement {
        match question {
            Question::Command { line, cwd, root } => self.judge_line(line, cwd, root),
            Question::Write { path, base } => {
                let path = resolved(path);
                let base = resolved(base);
                let shown = path.display().to_string();
                self.best(&format!("`{shown}`"), |rule| match &rule.matcher {
                    Matcher::Write(patterns) => {
                        rule.applies_in(Some(std::slice::from_ref(&base)))
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
            Question::Mcp { server, tool } => self.best(
                &format!("the tool `{server}/{tool}`"),
                |rule| matches!(&rule.matcher, Matcher::Mcp(pattern) if pattern.matches(server, tool)),
            ),
            Question::Unjudgeable(why) => Judgement::asked(why.clone()),
        }
    }

    fn judge_line(&self, line: &ShellLine, cwd: &Path, root: &Path) -> Judgement {
        let cwd = resolved(cwd);
        let root = resolved(root);
        let commands = line.commands.iter().filter_map(|command| {
            let judged = self.judge_command(command, &cwd, &root);
            // A `cd` or a condition next to other commands needs no rule.
            let silent = command.is_setting && judged.rule.is_none() && line.commands.len() > 1;
            (!silent).then_some(judged)
        });
        let around = line
            .around
            .iter()
            .filter_map(|words| self.refusal(words, CommandPattern::refuses));
        let anywhere = line
            .anywhere
            .iter()
            .filter_map(|words| self.refusal(words, CommandPattern::refuses_among));
        match (strictest(commands.chain(around).chain(anywhere)), &line.opaque) {
            (Some(judgement), _) if judgement.decision == Ruling::Deny => judgement,
            (_, Some(why)) => Judgement::asked(format!("{why}, which no rule can allow")),
            (Some(judgement), None) => judgement,
            (None, None) => Judgement::asked("no rule matches it"),
        }
    }

    /// What the rules say about one command of a line.
    fn judge_command(&self, command: &Command, cwd: &Path, root: &Path) -> Judgement {
        let words = &command.words;
        let known = harmless::identify(words);
        let directories = command.place.directories(cwd).map(|directories| {
            directories
                .iter()
                .map(|directory| {
                    let moved = known
                        .directories
                        .iter()
                        .fold(directory.clone(), |here, to| here.join(to));
                    resolved(&moved)
                })
                .collect::<Vec<_>>()
        });
        let directories = directories.as_deref();
        // Of the rules that would allow it, why the first does not.
        let mut lacking = None;
        let mut judgement = self.best(&format!("`{}`", words.join(" ")), |rule| {
            let Matcher::Command(pattern) = &rule.matcher else {
                return false;
            };
            if rule.decision != Ruling::Allow {
                return pattern.refuses(words) && rule.applies_in(directories);
            }
            let Some(covered) = pattern.allows(words, &known) else {
                return false;
            };
            if !rule.applies_in(directories) {
                return false;
            }
            match covered.and_then(|spelled| rule.covers_place(words, &known, spelled, directories, root)) {
                Ok(()) => true,
                Err(why) => {
                    lacking.get_or_insert_with(|| {
                        format!("{} does not allow `{}`: {why}", rule.place, words.join(" "))
                    });
                    false
                }
            }
        });
        if judgement.rule.is_none()
            && let Some(lacking) = lacking
        {
            judgement.reason = lacking;
        }
        judgement
    }

    /// What the rules that ask or deny say about further words of a line.
    fn refusal(
        &self,
        words: &[String],
        refuses: impl Fn(&CommandPattern, &[String]) -> bool,
    ) -> Option<Judgement> {
        let judgement = self.best(&format!("`{}`", words.join(" ")), |rule| {
            rule.decision != Ruling::Allow
                && matches!(&rule.matcher, Matcher::Command(pattern) if refuses(pattern, words))
        });
        judgement.rule.is_some().then_some(judgement)
    }

    /// The strictest of the rules that match.
    fn best(&self, what: &str, mut matches: impl FnMut(&Rule) -> bool) -> Judgement {
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

/// Whether a rule that allows the first `count` words of a command covers the rest of it, too.
#[cfg(feature = "cli")]
pub(crate) fn covers_the_rest(words: &[String], count: usize) -> bool {
    let known = harmless::identify(words);
    known.is_harmless(known.spelled(count)).is_ok()
}

/// The strictest of several judgements; of equally strict ones the first.
fn strictest(judgements: impl Iterator<Item = Judgement>) -> Option<Judgement> {
    judgements.reduce(|strictest, next| {
        if next.decision > strictest.decision {
            next
        } else {
            strictest
        }
    })
}

impl Rule {
    /// Whether it is about these directories; `None` where they cannot be told.
    fn applies_in(&self, directories: Option<&[PathBuf]>) -> bool {
        let Some(pattern) = &self.cwd else { return true };
        let within = |directory: &PathBuf| pattern.matches(directory, directory);
        match (directories, self.decision) {
            // Not known: a rule that refuses applies, one that allows does not.
            (None, decision) => decision != Ruling::Allow,
            (Some(directories), Ruling::Allow) => directories.iter().all(within),
            (Some(directories), Ruling::Ask | Ruling::Deny) => directories.iter().any(within),
        }
    }

    /// Whether a rule that allows covers a command where it would run: many programs take orders from their directory.
    fn covers_place(
        &self,
        words: &[String],
        known: &harmless::Known<'_>,
        spelled: usize,
        directories: Option<&[PathBuf]>,
        root: &Path,
    ) -> Result<(), String> {
        let program = words.first().map_or("", String::as_str);
        let relative = program.contains('/') && !program.starts_with('/');
        let repository = known.repository();
        let mut paths = known.paths(spelled).peekable();
        if !relative && known.entry.is_some() && repository.is_none() && paths.peek().is_none() {
            return Ok(());
        }
        let paths = paths.collect::<Vec<_>>();
        let Some(directories) = directories else {
            return Err("its directory is unknown".to_owned());
        };
        for directory in directories {
            if self.cwd.is_none() {
                if relative && directory != root {
                    return Err(
                        "a path is relative to the run's directory; name the directory with `cwd`".to_owned(),
                    );
                }
                if !directory.starts_with(root) {
                    return Err(
                        "it runs outside the run's directory; name the directory with `cwd`".to_owned(),
                    );
                }
            }
            let top = if self.cwd.is_none() { root } else { directory };
            for path in &paths {
                let real = resolved(&directory.join(path));
                // Only a program with the operand `.` takes the directory as a whole.
                let whole = real == top && !matches!(*path, "." | "./");
                if whole || !pattern::is_below(&real, top) {
                    return Err(format!(
                        "`{path}` is outside `{}`, or in a directory whose files run commands",
                        top.display()
                    ));
                }
            }
            if repository == Some(Repository::Git) {
                let own = self.cwd.is_none().then_some(root);
                repository::is_plain(directory, own, known.words.get(1).copied().unwrap_or_default())?;
            }
        }
        Ok(())
    }
}

/// A path without `.` and `..`, with the symbolic links of the part that exists resolved: where a write really goes.
fn resolved(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                // `a/..` is the parent of the target of `a`.
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
        // A write through a link without a target creates the target.
        if let Ok(target) = existing.read_link() {
            let parent = existing.parent().unwrap_or(Path::new("/"));
            let target = parent.join(target);
            if missing.len() < 64 && target != existing {
                missing.push(std::ffi::OsString::from("<broken link>"));
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
mod corpus;
#[cfg(test)]
mod tests;
