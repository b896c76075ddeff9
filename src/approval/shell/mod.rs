//! The judge of shell lines: which simple commands of plain words a line runs, and where, or why that cannot be told.
//!
//! It reads tokens by the rules of the shell's grammar, and knows only what bash, dash, mksh and zsh read in the same way
//! with their default options: words, quotes, `&&`, `||`, `;`, `|`, newlines, subshells, comments. Everything else is
//! opaque, so an unknown construct never counts as harmless. The tests compare this with the shells. Rules are in `policy`,
//! known arguments in `harmless`.

mod guess;
mod parts;
mod place;
mod programs;
mod reader;

pub use parts::parts;
pub use place::Place;
use programs::add_command;
pub(crate) use programs::base_name;
use reader::Reader;

/// How deep `sh -c 'sh -c …'` is followed.
const DEPTH: usize = 8;

/// What a shell line was found to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShellLine {
    /// The simple commands, in order. Where the line is opaque: those that could be made out.
    pub commands: Vec<Command>,
    /// Why the line cannot be reduced to these commands.
    pub opaque: Option<String>,
    /// More commands, for rules that ask or deny: programs that run the commands above, and commands that an opaque line may
    /// run.
    pub(crate) around: Vec<Vec<String>>,
    /// Words in which a command may start anywhere, for the same rules.
    pub(crate) anywhere: Vec<Vec<String>>,
}

/// A simple command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Its words; the program is the first.
    pub words: Vec<String>,
    /// Where it runs.
    pub place: Place,
    /// It only changes the directory or the shell's way to stop at errors, or is a condition: next to other commands it needs no rule.
    pub is_setting: bool,
}

/// Which shell reads a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Bash,
    Zsh,
    /// Another or an unknown one: only the syntax that all shells read in the same way.
    Common,
}

impl ShellLine {
    /// A line of one command.
    pub fn of(command: Command) -> Self {
        Self {
            commands: vec![command],
            ..Self::default()
        }
    }

    fn obscure(&mut self, why: impl Into<String>) {
        self.opaque.get_or_insert_with(|| why.into());
    }
}

/// Reads a line as a shell would.
pub fn read(line: &str) -> ShellLine {
    let mut found = ShellLine::default();
    read_into(line, Dialect::Common, &Place::default(), 0, &mut found);
    finish(found)
}

/// Reads the words of a program's arguments, which no shell looks at unless they name one.
pub fn read_argv(words: &[String]) -> ShellLine {
    let mut found = ShellLine::default();
    add_command(words.to_vec(), &Place::default(), 0, &mut found);
    finish(found)
}

fn finish(mut found: ShellLine) -> ShellLine {
    if found.commands.is_empty() {
        found.obscure("it has no command");
    }
    found
}

fn read_into(line: &str, dialect: Dialect, place: &Place, depth: usize, found: &mut ShellLine) {
    if depth > DEPTH {
        found.obscure("it starts shells within shells");
        return found.anywhere.push(guess::words(line));
    }
    // A character that some shell may take for a blank, or that a reader cannot see, proves nothing.
    let unusual = |character: char| {
        (character.is_control() && character != '\n' && character != '\t')
            || (!character.is_ascii()
                && (character.is_whitespace() || crate::text::sanitize::is_dangerous(character)))
    };
    if line.contains(unusual) {
        found.obscure("it contains control or invisible characters");
    }
    let mut reader = Reader::new(line, dialect, place.clone());
    match reader.line() {
        Ok(()) => {
            for command in reader.commands {
                add_command(command.words, &command.place, depth, found);
            }
        }
        Err(why) => {
            found.obscure(why);
            guess::add(line, depth, found);
        }
    }
}

#[cfg(test)]
mod shells;
#[cfg(test)]
mod tests;
