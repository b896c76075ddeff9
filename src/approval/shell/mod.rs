//! The judge of shell lines: which simple commands of plain words a line runs, or why that cannot be told.
//!
//! It reads tokens by the rules of the shell's grammar, and knows only what bash, sh and zsh read in the same way without
//! looking at anything else: words, quotes, `&&`, `||`, `;`, `|`, newlines. Everything else is opaque, so a construct that
//! is unknown here is never taken for harmless. bash itself is asked in the tests whether that is so. What a rule says
//! about the words is in `policy`.

mod programs;
mod reader;

pub(crate) use programs::base_name;
use programs::{add_command, guess};
use reader::Reader;

/// How deep `sh -c 'sh -c …'` is followed.
const DEPTH: usize = 8;

/// What a shell line was found to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShellLine {
    /// The words of each simple command, in order. Where the line is opaque: those that could be made out.
    pub commands: Vec<Vec<String>>,
    /// Why the line cannot be reduced to these commands.
    pub opaque: Option<String>,
}

impl ShellLine {
    fn obscure(&mut self, why: impl Into<String>) {
        self.opaque.get_or_insert_with(|| why.into());
    }
}

/// Reads a line as a shell would.
pub fn read(line: &str) -> ShellLine {
    let mut found = ShellLine::default();
    read_into(line, 0, &mut found);
    if found.commands.is_empty() {
        found.obscure("there is no command in it");
    }
    found
}

/// The parts of a chain as they stand in the line, for a reader; what they do is not judged.
///
/// A line whose quotes or parentheses do not match is one part.
pub fn parts(line: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut quote, mut escaped) = (0, 0_i32, None, false);
    let mut before = ' ';
    for (index, character) in line.char_indices() {
        let last = std::mem::replace(&mut before, character);
        if escaped {
            escaped = false;
            continue;
        }
        match (quote, character) {
            (Some('\''), '\\') => {}
            (_, '\\') => escaped = true,
            (Some(open), character) if character == open => quote = None,
            (None, '\'' | '"') => quote = Some(character),
            (None, '(' | '{') => depth += 1,
            (None, ')' | '}') => depth -= 1,
            // A part of a redirection.
            (None, '&') if matches!(last, '>' | '<') || line[index + 1..].starts_with('>') => {}
            (None, '|') if last == '>' => {}
            (None, '&' | '|' | ';' | '\n') if depth == 0 => {
                parts.push(&line[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    // A here-document has no parts that a reader could tell apart.
    if quote.is_some() || depth != 0 || line.contains("<<") {
        return vec![line];
    }
    parts.push(&line[start..]);
    parts.retain(|part| !part.trim().is_empty());
    parts.into_iter().map(str::trim).collect()
}

/// Reads the words of a program's arguments, which no shell looks at unless they name one.
pub fn read_argv(words: &[String]) -> ShellLine {
    let mut found = ShellLine::default();
    add_command(words.to_vec(), 0, &mut found);
    found
}

fn read_into(line: &str, depth: usize, found: &mut ShellLine) {
    if depth > DEPTH {
        return found.obscure("it starts shells within shells");
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
    let mut reader = Reader::new(line);
    match reader.line() {
        Ok(()) => {
            for words in reader.commands {
                add_command(words, depth, found);
            }
        }
        Err(why) => {
            found.obscure(why);
            guess(line, found);
        }
    }
}

#[cfg(test)]
mod tests;
