//! The policy file: TOML to rules, with errors that name the line. What rules mean is in the parent.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::command::CommandPattern;
use super::pattern::{HostPattern, PathPattern, ToolPattern, WordPattern};
use super::{Matcher, Policy, Question, Rule, Ruling};
use crate::approval::shell;

/// The maximum number of rules in a file: each is compared with each command.
const MOST_RULES: usize = 1000;

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// The user's own: it can allow.
    Own,
    /// The project's: it can only ask or deny, because a repository cannot allow itself anything.
    Project,
}

/// What is wrong with a policy file.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// It is not a valid policy file; the message names line and column.
    #[error("policy {}: {message}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What the parser says.
        message: String,
    },
    /// A rule says something wrong.
    #[error("policy {}:{line}: {what}", path.display())]
    Rule {
        /// The file.
        path: PathBuf,
        /// The first line of the rule.
        line: usize,
        /// What is wrong.
        what: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    version: u32,
    #[serde(default)]
    rule: Vec<Spanned<RawRule>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    decision: Ruling,
    command: Option<Vec<String>>,
    any_arguments: Option<bool>,
    write: Option<Vec<String>>,
    network: Option<String>,
    mcp: Option<String>,
    cwd: Option<String>,
    reason: Option<String>,
    #[serde(default)]
    r#match: Vec<String>,
    #[serde(default)]
    no_match: Vec<String>,
}

/// What a rule matches, for whoever matches as a policy does and decides something else by it.
#[cfg(feature = "hooks")]
#[derive(Debug, Clone)]
pub(crate) enum MatchRule {
    /// Commands with these first words.
    Command(Vec<String>),
    /// Paths.
    Write(Vec<String>),
    /// A host.
    Network(String),
    /// `server/tool`.
    Mcp(String),
}

impl Policy {
    /// A policy that denies just this.
    #[cfg(feature = "hooks")]
    pub(crate) fn matching(wanted: MatchRule) -> Result<Self, String> {
        let mut raw = RawRule {
            decision: Ruling::Deny,
            command: None,
            any_arguments: None,
            write: None,
            network: None,
            mcp: None,
            cwd: None,
            reason: None,
            r#match: Vec::new(),
            no_match: Vec::new(),
        };
        match wanted {
            MatchRule::Command(words) if words.is_empty() => {
                return Err("`command` is empty: it matches every command; use `kind`".to_owned());
            }
            MatchRule::Command(words) => raw.command = Some(words),
            MatchRule::Write(paths) => raw.write = Some(paths),
            MatchRule::Network(host) => raw.network = Some(host),
            MatchRule::Mcp(tool) => raw.mcp = Some(tool),
        }
        let rules = vec![rule(raw, Path::new("matcher"), 1, Trust::Own)?];
        Ok(Self { rules })
    }

    /// Reads the text of a file; `path` is for messages and relative paths.
    pub fn parse(text: &str, path: &Path, trust: Trust) -> Result<Self, PolicyError> {
        let syntax = |message: String| PolicyError::Syntax {
            path: path.to_owned(),
            message,
        };
        let raw: RawFile =
            toml::from_str(text).map_err(|error| syntax(error.to_string().trim_end().to_owned()))?;
        if raw.version != 1 {
            return Err(syntax(format!(
                "unknown version {}; this turnwise reads version 1",
                raw.version
            )));
        }
        if raw.rule.len() > MOST_RULES {
            return Err(syntax(format!(
                "too many rules: {}; the maximum is {MOST_RULES}",
                raw.rule.len()
            )));
        }
        let (mut counted, mut line) = (0, 1);
        let rules = raw.rule.into_iter().map(|raw| {
            let start = raw.span().start.clamp(counted, text.len());
            line += text[counted..start].matches('\n').count();
            counted = start;
            rule(raw.into_inner(), path, line, trust).map_err(|what| PolicyError::Rule {
                path: path.to_owned(),
                line,
                what,
            })
        });
        Ok(Self {
            rules: rules.collect::<Result<_, _>>()?,
        })
    }
}

fn rule(raw: RawRule, path: &Path, line: usize, trust: Trust) -> Result<Rule, String> {
    if trust == Trust::Project && raw.decision == Ruling::Allow {
        return Err("a policy in the project's own directory can only ask or deny".to_owned());
    }
    let home = crate::environment::variable("HOME").map(PathBuf::from);
    let home = home.as_deref();
    let matcher = match (raw.command, raw.write, raw.network, raw.mcp) {
        (Some(words), None, None, None) => Matcher::Command(CommandPattern {
            words: command(&words, raw.decision)?,
            any_arguments: raw.any_arguments.unwrap_or_default(),
        }),
        (None, Some(patterns), None, None) if !patterns.is_empty() => Matcher::Write(
            patterns
                .iter()
                .map(|pattern| PathPattern::new(pattern, home))
                .collect::<Result<_, _>>()?,
        ),
        (None, None, Some(host), None) => Matcher::Network(HostPattern::new(&host)?),
        (None, None, None, Some(tool)) => Matcher::Mcp(ToolPattern::new(&tool)?),
        (None, Some(_), None, None) => return Err("`write` is empty: it matches nothing".to_owned()),
        (None, None, None, None) => {
            return Err("the rule needs one of `command`, `write`, `network`, `mcp`".to_owned());
        }
        _ => return Err("a rule can have only one of `command`, `write`, `network`, `mcp`".to_owned()),
    };
    let cwd = raw
        .cwd
        .as_deref()
        .map(|cwd| PathPattern::new(cwd, home))
        .transpose()?;
    if cwd.as_ref().is_some_and(PathPattern::is_relative) {
        return Err("`cwd` must be an absolute path or start with `~/`".to_owned());
    }
    if raw.any_arguments.is_some()
        && (raw.decision != Ruling::Allow || !matches!(matcher, Matcher::Command(_)))
    {
        return Err("`any_arguments` is only for `command` rules with `decision = \"allow\"`; other rules cover all arguments".to_owned());
    }
    if cwd.is_some() && matches!(matcher, Matcher::Network(_) | Matcher::Mcp(_)) {
        return Err("`cwd` is only for `command` and `write` rules".to_owned());
    }
    let rule = Rule {
        decision: raw.decision,
        matcher,
        cwd,
        reason: raw.reason,
        place: format!("{}:{line}", path.display()),
    };
    check_examples(&rule, &raw.r#match, &raw.no_match)?;
    Ok(rule)
}

fn command(words: &[String], decision: Ruling) -> Result<Vec<WordPattern>, String> {
    let words = match words {
        [words @ .., last] if last == "**" => words,
        words => words,
    };
    if words.iter().any(|word| word == "**") {
        return Err("`**` must be the last word".to_owned());
    }
    if words.is_empty() && decision == Ruling::Allow {
        return Err("`command` would match every command".to_owned());
    }
    words.iter().map(|word| WordPattern::new(word)).collect()
}

/// Examples are checked when the file is loaded, without regard to the directory.
fn check_examples(rule: &Rule, matching: &[String], others: &[String]) -> Result<(), String> {
    let alone = Policy {
        rules: vec![Rule {
            cwd: None,
            ..rule.clone()
        }],
    };
    let decides = |example: &String| {
        let base = PathBuf::from("/");
        let question = match &rule.matcher {
            Matcher::Command(_) => Question::Command {
                line: shell::read(example),
                cwd: base.clone(),
                root: base,
            },
            Matcher::Write(_) => Question::Write {
                path: base.join(example),
                base,
            },
            Matcher::Network(_) => Question::Network {
                host: example.clone(),
            },
            Matcher::Mcp(_) => {
                let (server, tool) = example.split_once('/').unwrap_or((example, ""));
                Question::Mcp {
                    server: server.to_owned(),
                    tool: tool.to_owned(),
                }
            }
        };
        alone.judge(&[question]).rule.is_some()
    };
    if let Some(example) = matching.iter().find(|example| !decides(example)) {
        return Err(format!("the rule does not match its `match` example `{example}`"));
    }
    if let Some(example) = others.iter().find(|example| decides(example)) {
        return Err(format!("the rule matches its `no_match` example `{example}`"));
    }
    Ok(())
}
