//! Known harmless arguments of programs: they neither run another program nor write to a place that they name. The list is
//! `programs.toml`; this module reads it and checks a command's words against it. Unlisted arguments are unknown, so a
//! person is asked. Matching of rules and commands is in `policy`.

mod check;
mod table;

pub(crate) use table::{Entry, Repository, Table};

/// A command with the table's knowledge of it.
#[derive(Debug)]
pub(crate) struct Known<'a> {
    /// Program, subcommands, and the words after them; options between them are left out.
    pub(crate) words: Vec<&'a str>,
    /// Where each of these words stands in the command.
    at: Vec<usize>,
    /// How many of the words are the program and its subcommands.
    pub(crate) path: usize,
    /// Where an option such as `git -C` moves the command to, in order.
    pub(crate) directories: Vec<&'a str>,
    /// An option between program and subcommand that is not known to be harmless.
    pub(crate) unknown_option: Option<&'a str>,
    /// The entry of the program or of its innermost subcommand, if there is one.
    pub(crate) entry: Option<&'static Entry>,
}

/// Finds program and subcommands among a command's words.
pub(crate) fn identify(words: &[String]) -> Known<'_> {
    let table = Table::built_in();
    let mut known = Known {
        words: words.iter().take(1).map(String::as_str).collect(),
        at: vec![0],
        path: 1,
        directories: Vec::new(),
        unknown_option: None,
        entry: None,
    };
    let Some(program) = words.first() else {
        return known;
    };
    let mut name = program.clone();
    let mut entry = table.entry(&name);
    let mut at = 1;
    while let Some(parent) = entry.filter(|entry| entry.has_subcommands) {
        let Some(word) = words.get(at) else { break };
        let longer = format!("{name} {word}");
        if let Some(child) = table.entry(&longer) {
            name = longer;
            known.words.push(word);
            known.at.push(at);
            known.path += 1;
            at += 1;
            entry = Some(child);
            continue;
        }
        if !word.starts_with(['-', '+']) || word == "-" || word == "--" {
            break;
        }
        let Some(taken) = parent.option(words, at) else {
            known.unknown_option = Some(word);
            break;
        };
        if let Some(directory) = taken.directory {
            known.directories.push(directory);
        }
        at += taken.words;
    }
    if let Some(entry) = entry.filter(|entry| entry.moves() && !entry.has_subcommands) {
        let mut option = at;
        while option < words.len() && words[option] != "--" {
            let taken = entry.option(words, option);
            known
                .directories
                .extend(taken.as_ref().and_then(|taken| taken.directory));
            option += taken.map_or(1, |taken| taken.words);
        }
    }
    known.entry = entry;
    for (place, word) in words.iter().enumerate().skip(at) {
        known.words.push(word);
        known.at.push(place);
    }
    known
}

impl Known<'_> {
    /// How many of `self.words` are among the first `count` words of the command.
    pub(crate) fn spelled(&self, count: usize) -> usize {
        self.at.iter().filter(|at| **at < count).count()
    }

    /// Whether the words that a rule does not spell are known to be harmless. `spelled` counts the words from the start that
    /// it does, in `self.words`.
    ///
    /// # Errors
    /// The reason why they are not, as the end of a sentence that starts with the command.
    pub(crate) fn is_harmless(&self, spelled: usize) -> Result<(), String> {
        if self.words.len() <= spelled {
            return Ok(());
        }
        let program = self.words.first().copied().unwrap_or_default();
        if let Some(option) = self.unknown_option {
            return Err(format!(
                "the effect of `{option}` before its subcommand is unknown"
            ));
        }
        let Some(entry) = self.entry else {
            return Err(format!("the arguments of `{program}` are unknown"));
        };
        let name = self.words[..self.path].join(" ");
        if entry.has_subcommands && self.words.len() > self.path {
            return Err(format!(
                "the subcommand `{}` of `{name}` is unknown",
                self.words[self.path]
            ));
        }
        if entry.spelled && spelled < self.path {
            return Err(format!("`{name}` is allowed only by a rule that names it"));
        }
        check::arguments(entry, &self.words[self.path..], spelled.saturating_sub(self.path))
    }

    /// Whether the command is an interpreter without a script: it runs its input.
    pub(crate) fn reads_program(&self) -> bool {
        self.words.len() == 1 && self.entry.is_some_and(|entry| entry.reads_program)
    }

    /// The operands beyond the first `spelled` words that have to lie below the directory that a rule is for.
    pub(crate) fn paths(&self, spelled: usize) -> impl Iterator<Item = &str> {
        let applies = self
            .entry
            .is_some_and(|entry| entry.operands == table::Operands::Inside);
        let mut ended = false;
        self.words
            .iter()
            .enumerate()
            .skip(self.path)
            .filter(move |(at, word)| {
                let option = !ended && word.starts_with('-');
                ended |= **word == "--";
                applies && !option && *at >= spelled
            })
            .map(|(_, word)| *word)
    }

    /// Files of the working directory that control the program.
    pub(crate) fn repository(&self) -> Option<Repository> {
        self.entry.and_then(|entry| entry.repository)
    }
}

/// How many words the option at a place takes, if the program or subcommand of this name has it.
pub(crate) fn option_length(name: &str, words: &[String], at: usize) -> Option<usize> {
    let entry = Table::built_in().entry(name)?;
    entry.option(words, at).map(|taken| taken.words)
}

/// Whether setting an environment variable for one command is known to be harmless.
pub(crate) fn variable_is_harmless(name: &str, value: &str) -> bool {
    Table::built_in()
        .variable(name)
        .is_some_and(|variable| variable.allows(value))
}

#[cfg(test)]
mod tests;
