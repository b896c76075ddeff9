//! Reads a line by the rules of the shell's grammar, token by token. What the words mean is in `programs`.

use std::iter::Peekable;
use std::str::Chars;

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
    "time",
    "until",
    "while",
    "{",
    "}",
];

/// Reads one line, token by token, and gives up at the first that is not plain.
pub(super) struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    /// The words of the command that is being read.
    words: Vec<String>,
    pub(super) commands: Vec<Vec<String>>,
    /// The last operator joins two commands, and the second has not come yet.
    needs_command: bool,
}

const NOT_TOLD: &str = "it ends in the middle of something";

impl<'a> Reader<'a> {
    pub(super) fn new(line: &'a str) -> Self {
        Self {
            rest: line.chars().peekable(),
            words: Vec::new(),
            commands: Vec::new(),
            needs_command: false,
        }
    }

    pub(super) fn line(&mut self) -> Result<(), String> {
        while let Some(&character) = self.rest.peek() {
            match character {
                ' ' | '\t' => self.skip(),
                '\n' => {
                    self.skip();
                    self.end_command();
                }
                ';' => {
                    self.skip();
                    self.operator(false)?;
                }
                '|' => {
                    self.skip();
                    if self.takes('&') {
                        return Err("it uses a pipe of errors".to_owned());
                    }
                    self.takes('|');
                    self.operator(true)?;
                }
                '&' => {
                    self.skip();
                    if self.takes('>') {
                        self.thrown_away()?;
                    } else if self.takes('&') {
                        self.operator(true)?;
                    } else {
                        return Err("it leaves a command in the background".to_owned());
                    }
                }
                '<' => return Err("it reads from a file".to_owned()),
                '>' => {
                    self.skip();
                    self.redirect()?;
                }
                '(' | ')' => return Err("it uses parentheses".to_owned()),
                '#' => return Err("it contains a comment".to_owned()),
                _ => self.word()?,
            }
        }
        self.end_command();
        if self.needs_command {
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

    fn end_command(&mut self) {
        if !self.words.is_empty() {
            self.commands.push(std::mem::take(&mut self.words));
            self.needs_command = false;
        }
    }

    fn operator(&mut self, joins: bool) -> Result<(), String> {
        if self.words.is_empty() {
            return Err("an operator has no command before it".to_owned());
        }
        self.end_command();
        self.needs_command = joins;
        Ok(())
    }

    /// After `>`: output may be joined (`2>&1`) or thrown away; every other redirection touches files.
    fn redirect(&mut self) -> Result<(), String> {
        if self.takes('&') {
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
            .is_none_or(|next| matches!(next, ' ' | '\t' | '\n' | ';' | '|' | '&'))
    }

    /// A word whose value is the same wherever it is read.
    fn word(&mut self) -> Result<(), String> {
        let mut value = String::new();
        let mut quoted = false;
        while let Some(&character) = self.rest.peek() {
            match character {
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
                '*' | '?' | '[' | ']' => return Err("it matches file names with a pattern".to_owned()),
                '{' | '}' => return Err("it uses braces".to_owned()),
                // zsh: the path of a command, and parts of extended patterns.
                '=' if value.is_empty() => return Err("it begins a word with `=`".to_owned()),
                '^' | '#' | '!' => return Err(format!("it uses `{character}` outside quotes")),
                plain => value.push(plain),
            }
        }
        if self.words.is_empty() && !quoted && RESERVED.contains(&value.as_str()) {
            return Err(format!("it uses `{value}` of the shell's own grammar"));
        }
        self.words.push(value);
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
                '$' | '`' | '!' => return Err("it substitutes within double quotes".to_owned()),
                plain => value.push(plain),
            }
        }
    }
}

const FILES: &str = "it redirects to or from a file";
