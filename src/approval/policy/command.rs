//! Matching of rules and the words of a command. Rules that allow cover only the words that they name and arguments that are
//! known to be harmless. Rules that ask or deny find their words behind options, by any path, and among the words of
//! programs that run others.

use super::pattern::WordPattern;
use crate::approval::harmless::{self, Known};
use crate::approval::shell::base_name;

/// The maximum number of words that are searched for a subcommand behind options.
const WINDOW: usize = 512;

/// The `command` of a rule.
#[derive(Debug, Clone)]
pub(super) struct CommandPattern {
    pub(super) words: Vec<WordPattern>,
    /// Whatever follows the words is allowed.
    pub(super) any_arguments: bool,
}

impl CommandPattern {
    /// `None` if a rule that allows is not about this command; otherwise the number of its known words in the rule, or the
    /// part that the rule does not cover.
    pub(super) fn allows(&self, words: &[String], known: &Known<'_>) -> Option<Result<usize, String>> {
        let covers = |words: &mut dyn Iterator<Item = &str>| {
            self.words
                .iter()
                .all(|pattern| words.next().is_some_and(|word| pattern.covers(word)))
        };
        let spelled = if covers(&mut words.iter().map(String::as_str)) {
            // The rule may spell options that stand before the subcommand.
            known.spelled(self.words.len())
        } else if covers(&mut known.words.iter().copied()) {
            self.words.len()
        } else {
            return None;
        };
        if self.any_arguments {
            return Some(Ok(known.words.len()));
        }
        if known.reads_program() {
            return Some(Err("without arguments it runs commands from its input".to_owned()));
        }
        if words.len() == self.words.len() {
            return Some(Ok(known.words.len()));
        }
        Some(known.is_harmless(spelled).map(|()| spelled))
    }

    /// Whether a rule that asks or denies is about a command that starts with these words.
    pub(super) fn refuses(&self, words: &[String]) -> bool {
        let Some(first) = words.first() else { return false };
        let Some((program, rest)) = self.words.split_first() else {
            return true;
        };
        if !program.is_like(first) && !program.is_like(base_name(first)) {
            return false;
        }
        let mut name = base_name(first).to_owned();
        let mut places = vec![1];
        for pattern in rest {
            if pattern.is_option() {
                if !words[1..].iter().take(WINDOW).any(|word| pattern.is_like(word))
                    && !pattern.is_option_among(&words[1..])
                {
                    return false;
                }
                continue;
            }
            let found = behind_options(pattern, words, &places, &name);
            let Some(&at) = found.first() else { return false };
            name = format!("{name} {}", words[at - 1]);
            places = found;
        }
        true
    }

    /// Whether the words of the rule are somewhere among these, in order.
    pub(super) fn refuses_among(&self, words: &[String]) -> bool {
        let mut rest = words.iter();
        let Some((program, arguments)) = self.words.split_first() else {
            return !words.is_empty();
        };
        rest.any(|word| program.is_like(word) || program.is_like(base_name(word)))
            && arguments.iter().all(|pattern| {
                rest.any(|word| pattern.is_like(word) || (pattern.is_option() && pattern.is_option_in(word)))
            })
    }
}

/// The places behind a word like `pattern`, which may stand at one of `places` or behind options that start there.
fn behind_options(pattern: &WordPattern, words: &[String], places: &[usize], name: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut seen = vec![false; words.len().min(WINDOW) + 3];
    let mut open = places.to_vec();
    while let Some(at) = open.pop() {
        let Some(word) = words.get(at) else { continue };
        if at >= WINDOW {
            // Too far to tell: rather found than missed.
            return vec![words.len()];
        }
        if std::mem::replace(&mut seen[at], true) {
            continue;
        }
        if pattern.is_like(word) {
            found.push(at + 1);
        } else if word.len() > 1 && word.starts_with(['-', '+']) {
            match harmless::option_length(name, words, at) {
                Some(length) => open.push(at + length),
                // It may take the next word as its value, or not.
                None => open.extend([at + 1, at + 2]),
            }
        }
    }
    found
}
