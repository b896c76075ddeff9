//! Reads a line by the rules of the shell's grammar, token by token. What the words mean is in `programs`.

use std::iter::Peekable;
use std::str::Chars;

use super::place::Place;
use super::{Command, Dialect};
use crate::approval::harmless;

/// Words of the grammar, where a command's name is expected.
pub(super) const RESERVED: &[&str] = &[
    "!",
    "[[",
    "]]",
    "case",
    "coproc",
    "do",
    "done",
    "elif",
    "else",
    "end",
    "esac",
    "fi",
    "for",
    "foreach",
    "function",
    "if",
    "in",
    "nocorrect",
    "noglob",
    "repeat",
    "select",
    "then",
    "until",
    "while",
    "{",
    "}",
    "-",
];

/// Commands that change the working directory, besides `cd`.
const MOVERS: &[&str] = &["pushd", "popd", "chdir"];

/// How deep subshells are followed.
const DEPTH: usize = 16;

/// What joins a command to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joint {
    And,
    Or,
    Pipe,
    /// `;`, a newline, `)` or the end.
    End,
}

/// Where the shell is.
#[derive(Debug, Clone)]
struct Walk {
    now: Place,
    /// Where it is as well once a chain of `&&` has ended, because a `cd` in it may not have been reached.
    otherwise: Option<Place>,
    /// The command is a part of a pipeline and not its first.
    piped: bool,
    /// A `||` came before it in the same list, so that it may be left out.
    after_or: bool,
}

/// Reads one line, token by token, and gives up at the first that is not plain.
pub(super) struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    dialect: Dialect,
    /// The words of the command that is being read.
    words: Vec<String>,
    /// The command began with assignments, which are harmless.
    assigned: bool,
    pub(super) commands: Vec<Command>,
    /// The last operator joins two commands, and the second has not come yet.
    needs_command: bool,
    /// A subshell has just ended: only redirections and operators can follow.
    closed: bool,
    /// There was a redirection, which by itself makes a command in some shells.
    redirected: bool,
    walk: Walk,
    /// For each open subshell: where the shell outside is, and how many commands came before it.
    open: Vec<(Walk, usize)>,
}

const NOT_TOLD: &str = "it is incomplete";
const FILES: &str = "it redirects to or from a file";

impl<'a> Reader<'a> {
    pub(super) fn new(line: &'a str, dialect: Dialect, place: Place) -> Self {
        Self {
            rest: line.chars().peekable(),
            dialect,
            words: Vec::new(),
            assigned: false,
            commands: Vec::new(),
            needs_command: false,
            closed: false,
            redirected: false,
            walk: Walk {
                now: place,
                otherwise: None,
                piped: false,
                after_or: false,
            },
            open: Vec::new(),
        }
    }

    pub(super) fn line(&mut self) -> Result<(), String> {
        while let Some(&character) = self.rest.peek() {
            match character {
                ' ' | '\t' => self.skip(),
                '\n' => {
                    self.skip();
                    if !self.needs_command || self.has_command() || self.redirected {
                        self.end_command(Joint::End)?;
                    }
                }
                ';' => {
                    self.skip();
                    self.operator(Joint::End)?;
                }
                '|' => {
                    self.skip();
                    if self.takes('&') {
                        return Err("it uses `|&`".to_owned());
                    }
                    let joint = if self.takes('|') { Joint::Or } else { Joint::Pipe };
                    self.operator(joint)?;
                }
                '&' => {
                    self.skip();
                    if self.takes('>') {
                        // Elsewhere this is a background job and a second command.
                        if self.dialect == Dialect::Common {
                            return Err("it uses `&>`, which shells read differently".to_owned());
                        }
                        self.thrown_away()?;
                    } else if self.takes('&') {
                        self.operator(Joint::And)?;
                    } else {
                        return Err("it leaves a command in the background".to_owned());
                    }
                }
                '<' => {
                    self.skip();
                    self.thrown_away()?;
                }
                '>' => {
                    self.skip();
                    self.redirect()?;
                }
                '(' => {
                    self.skip();
                    self.subshell()?;
                }
                ')' => {
                    self.skip();
                    self.end_subshell()?;
                }
                '#' => while self.rest.next_if(|&next| next != '\n').is_some() {},
                _ => self.word()?,
            }
        }
        self.end_command(Joint::End)?;
        if self.needs_command || !self.open.is_empty() {
            return Err(NOT_TOLD.to_owned());
        }
        Ok(())
    }

    fn skip(&mut self) {
        self.rest.next();
    }

    fn takes(&mut self, character: char) -> bool {
        self.rest.next_if_eq(&character).is_some()
    }

    fn has_command(&self) -> bool {
        !self.words.is_empty() || self.assigned || self.closed
    }

    fn end_command(&mut self, joint: Joint) -> Result<(), String> {
        if self.assigned && self.words.is_empty() {
            return Err("it sets a variable".to_owned());
        }
        if self.redirected && self.words.is_empty() && !self.closed {
            return Err("it redirects without a command".to_owned());
        }
        if self.closed {
            self.needs_command = false;
        }
        let words = std::mem::take(&mut self.words);
        (self.assigned, self.closed, self.redirected) = (false, false, false);
        let before = self.walk.now.clone();
        let mut goes = None;
        if let Some(first) = words.first() {
            self.needs_command = false;
            if first == "cd" {
                goes = Some(self.walk.now.moved(&words[1..]));
            } else if MOVERS.contains(&first.as_str())
                || (first == "time"
                    && words
                        .iter()
                        .any(|word| word == "cd" || MOVERS.contains(&word.as_str())))
            {
                goes = Some(Place::Unknown);
            }
            self.commands.push(Command {
                words,
                place: before.clone(),
                is_setting: false,
            });
        }
        match goes {
            // Only then is it sure that the directory was changed.
            Some(next) if joint == Joint::And && !self.walk.piped && !self.walk.after_or => {
                let otherwise = self.walk.otherwise.take();
                self.walk.otherwise = Some(otherwise.map_or(before.clone(), |other| other.or(&before)));
                self.walk.now = next;
            }
            Some(next) => self.walk.now = before.or(&next),
            None => {}
        }
        if matches!(joint, Joint::Or | Joint::End)
            && let Some(otherwise) = self.walk.otherwise.take()
        {
            self.walk.now = self.walk.now.or(&otherwise);
        }
        self.walk.piped = joint == Joint::Pipe;
        match joint {
            Joint::Or => self.walk.after_or = true,
            Joint::End => self.walk.after_or = false,
            Joint::And | Joint::Pipe => {}
        }
        Ok(())
    }

    fn operator(&mut self, joint: Joint) -> Result<(), String> {
        if !self.has_command() {
            return Err("an operator has no command before it".to_owned());
        }
        self.end_command(joint)?;
        self.needs_command = joint != Joint::End;
        Ok(())
    }

    fn subshell(&mut self) -> Result<(), String> {
        if self.has_command() {
            return Err("it uses parentheses after a word".to_owned());
        }
        if self.rest.peek() == Some(&'(') {
            return Err("it uses arithmetic".to_owned());
        }
        if self.open.len() >= DEPTH {
            return Err("it starts shells within shells".to_owned());
        }
        let inside = Walk {
            now: self.walk.now.clone(),
            otherwise: None,
            piped: false,
            after_or: false,
        };
        let outside = std::mem::replace(&mut self.walk, inside);
        self.open.push((outside, self.commands.len()));
        // The subshell itself is the command that an operator before it needs.
        self.needs_command = false;
        Ok(())
    }

    fn end_subshell(&mut self) -> Result<(), String> {
        self.end_command(Joint::End)?;
        let Some((outside, before)) = self.open.pop() else {
            return Err("its parentheses do not match".to_owned());
        };
        if self.needs_command || self.commands.len() == before {
            return Err("it uses empty parentheses".to_owned());
        }
        self.walk = outside;
        self.closed = true;
        Ok(())
    }

    /// After `>`: output may be joined (`2>&1`) or thrown away; every other redirection touches files.
    fn redirect(&mut self) -> Result<(), String> {
        if self.takes('&') {
            self.redirected = true;
            let joined = self.takes('1') || self.takes('2');
            return if joined && self.at_end_of_word() {
                Ok(())
            } else {
                Err(FILES.to_owned())
            };
        }
        self.takes('>');
        self.thrown_away()
    }

    fn thrown_away(&mut self) -> Result<(), String> {
        while self.takes(' ') || self.takes('\t') {}
        self.redirected = true;
        let thrown = "/dev/null".chars().all(|character| self.takes(character));
        if thrown && self.at_end_of_word() {
            Ok(())
        } else {
            Err(FILES.to_owned())
        }
    }

    fn at_end_of_word(&mut self) -> bool {
        self.rest
            .peek()
            .is_none_or(|next| matches!(next, ' ' | '\t' | '\n' | ';' | '|' | '&' | ')'))
    }

    /// A word whose value is the same wherever it is read.
    fn word(&mut self) -> Result<(), String> {
        let mut value = String::new();
        let mut quoted = false;
        // The length of a variable's name before an unquoted `=`.
        let mut name = None;
        while let Some(&character) = self.rest.peek() {
            match character {
                '&' if !quoted && is_number(&value) && self.rest.clone().nth(1) == Some('>') => {
                    // A descriptor in zsh, a word in bash.
                    return Err(FILES.to_owned());
                }
                ' ' | '\t' | '\n' | ';' | '|' | '&' | '(' | ')' => break,
                '<' | '>' => {
                    let descriptor = !quoted && value.chars().all(|digit| digit.is_ascii_digit());
                    if descriptor && !matches!(value.as_str(), "1" | "2") {
                        return Err(FILES.to_owned());
                    }
                    if descriptor {
                        return Ok(());
                    }
                    break;
                }
                _ => {}
            }
            self.skip();
            match character {
                '\'' => {
                    quoted = true;
                    loop {
                        match self.rest.next().ok_or(NOT_TOLD)? {
                            '\'' => break,
                            inner => value.push(inner),
                        }
                    }
                }
                '"' => {
                    quoted = true;
                    self.double_quoted(&mut value)?;
                }
                '\\' => match self.rest.next() {
                    Some(escaped) if escaped.is_ascii_graphic() || escaped == ' ' => {
                        quoted = true;
                        value.push(escaped);
                    }
                    _ => return Err("it continues on another line".to_owned()),
                },
                '$' | '`' => return Err("it substitutes a command or a variable".to_owned()),
                '~' if value.is_empty() || value.ends_with([':', '=']) => {
                    return Err("it names a home directory with `~`".to_owned());
                }
                // The command `[`, and its last word.
                '[' if self.words.is_empty() && value.is_empty() && !quoted && self.at_end_of_word() => {
                    value.push('[');
                }
                ']' if value.is_empty() && !quoted && self.at_end_of_word() => value.push(']'),
                '*' | '?' | '[' | ']' => return Err("it matches file names with a pattern".to_owned()),
                '{' if value.ends_with('@') => self.revision(&mut value)?,
                '{' | '}' => return Err("it uses braces".to_owned()),
                // zsh: the path of a command, also behind quotes with nothing in them.
                '=' if value.is_empty() => return Err("it begins a word with `=`".to_owned()),
                '=' => {
                    if name.is_none() && !quoted && self.words.is_empty() && is_name(&value) {
                        name = Some(value.len());
                    }
                    value.push('=');
                }
                '^' | '#' | '!' | '%' if self.words.is_empty() && (value.is_empty() || character == '^') => {
                    return Err(format!("it begins a command with `{character}`"));
                }
                other if !other.is_ascii() && may_be_blank(other) => {
                    return Err("it contains a character that some shells read as a space".to_owned());
                }
                plain => value.push(plain),
            }
        }
        if self.closed {
            return Err("a word follows parentheses".to_owned());
        }
        if let Some(length) = name {
            if !harmless::variable_is_harmless(&value[..length], &value[length + 1..]) {
                return Err(format!("it sets the variable `{}`", &value[..length]));
            }
            self.assigned = true;
            return Ok(());
        }
        if self.words.is_empty() && !quoted && RESERVED.contains(&value.as_str()) {
            return Err(format!("it uses the shell keyword `{value}`"));
        }
        self.words.push(value);
        Ok(())
    }

    /// `@{1}` and the like, in which no shell sees anything to expand.
    fn revision(&mut self, value: &mut String) -> Result<(), String> {
        value.push('{');
        let start = value.len();
        while let Some(character) = self
            .rest
            .next_if(|next| next.is_ascii_alphanumeric() || *next == '-')
        {
            value.push(character);
        }
        if value.len() == start || !self.takes('}') {
            return Err("it uses braces".to_owned());
        }
        value.push('}');
        Ok(())
    }

    fn double_quoted(&mut self, value: &mut String) -> Result<(), String> {
        loop {
            match self.rest.next().ok_or(NOT_TOLD)? {
                '"' => return Ok(()),
                '\\' => match self.rest.next().ok_or(NOT_TOLD)? {
                    escaped @ ('"' | '\\' | '$' | '`') => value.push(escaped),
                    '\n' => return Err("it continues on another line".to_owned()),
                    other => value.extend(['\\', other]),
                },
                '$' | '`' => return Err("it substitutes within double quotes".to_owned()),
                plain => value.push(plain),
            }
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|digit| digit.is_ascii_digit())
}

/// Whether it can be the name of a variable.
fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|next| next.is_ascii_alphanumeric() || next == '_')
}

/// Whether a shell that looks at bytes may see a blank in it: NEL and the no-break space of Latin-1.
fn may_be_blank(character: char) -> bool {
    let mut bytes = [0; 4];
    character
        .encode_utf8(&mut bytes)
        .bytes()
        .any(|byte| matches!(byte, 0x85 | 0xa0))
}
