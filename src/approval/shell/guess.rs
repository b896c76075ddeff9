//! The commands that an opaque line may run, for rules that ask or deny. In doubt it finds more than there are.

use super::place::Place;
use super::programs::{add_inner, is_runner};
use super::reader::RESERVED;
use super::{Dialect, ShellLine, base_name, read_into};

/// Adds the commands that a line may run: words between possible separators, without quotes.
pub(super) fn add(line: &str, depth: usize, found: &mut ShellLine) {
    let separates = |character: char| "\n;&|()`${}".contains(character);
    for part in line.split(separates) {
        let words = words(part);
        let start = words.iter().take_while(|word| is_before_command(word)).count();
        let mut words = words;
        words.drain(..start);
        add_words(words, depth, found);
    }
}

/// Adds the words of a command, and the commands that it may run.
pub(super) fn add_words(words: Vec<String>, depth: usize, found: &mut ShellLine) {
    let Some(first) = words.first() else { return };
    let runs = is_runner(base_name(first));
    if runs {
        for word in &words[1..] {
            // A word that could be a script.
            if word.contains([' ', '\t', '\n', ';', '&', '|', '(', '`', '<', '>']) {
                read_into(word, Dialect::Common, &Place::Unknown, depth + 1, found);
                found.obscure("it starts a shell with a script");
            }
        }
    }
    add_inner(&words, found);
    if runs {
        found.anywhere.push(words);
    } else {
        found.around.push(words);
    }
}

/// The words of a text, without quotes; redirections are separate words.
pub(super) fn words(text: &str) -> Vec<String> {
    let unquoted = text.replace(['\'', '"', '\\'], "");
    let apart = unquoted.replace('>', " > ").replace('<', " < ");
    let mut words = Vec::new();
    let mut targets = 0;
    for word in apart.split_whitespace() {
        if matches!(word, "<" | ">") {
            targets = 1;
        } else if targets == 1 {
            // The target of a redirection, before or behind the command.
            targets = 0;
        } else {
            words.push(word.to_owned());
        }
    }
    words
}

/// What may stand before a command's name: words of the grammar, assignments, numbers of descriptors.
fn is_before_command(word: &str) -> bool {
    RESERVED.contains(&word)
        || word == "time"
        || word.chars().all(|digit| digit.is_ascii_digit())
        || (word.contains('=') && !word.starts_with('='))
}
