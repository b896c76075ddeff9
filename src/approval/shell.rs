//! The judge of shell lines: which simple commands of plain words a line runs, or why that cannot be told.
//!
//! It reads tokens by the rules of the shell's grammar, and knows only what bash, sh and zsh read in the same way without
//! looking at anything else: words, quotes, `&&`, `||`, `;`, `|`, newlines. Everything else is opaque, so a construct that
//! is unknown here is never taken for harmless. bash itself is asked in the tests whether that is so. What a rule says
//! about the words is in `policy`.

use std::iter::Peekable;
use std::str::Chars;

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
                && (character.is_whitespace() || crate::render::sanitize::is_dangerous(character)))
    };
    if line.contains(unusual) {
        found.obscure("it contains control or invisible characters");
    }
    let mut reader = Reader {
        rest: line.chars().peekable(),
        words: Vec::new(),
        commands: Vec::new(),
        needs_command: false,
    };
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

/// Reads one line, token by token, and gives up at the first that is not plain.
struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    /// The words of the command that is being read.
    words: Vec<String>,
    commands: Vec<Vec<String>>,
    /// The last operator joins two commands, and the second has not come yet.
    needs_command: bool,
}

const NOT_TOLD: &str = "it ends in the middle of something";

impl Reader<'_> {
    fn line(&mut self) -> Result<(), String> {
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

/// The commands that an opaque line may run, for the rules that deny: words between whatever may separate commands,
/// quotes left out. It finds too much rather than too little.
fn guess(line: &str, found: &mut ShellLine) {
    let separates = |character: char| "\n;&|()`${}<>=".contains(character);
    for part in line.split(separates) {
        let unquoted = part.replace(['\'', '"', '\\'], "");
        let words = unquoted.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let start = words
            .iter()
            .take_while(|word| RESERVED.contains(&word.as_str()))
            .count();
        add_every(&words[start..], found);
    }
}

/// Adds words as a command, and every end of them if the first runs what follows.
fn add_every(words: &[String], found: &mut ShellLine) {
    let Some(first) = words.first() else { return };
    let name = base_name(first);
    let runs = SHELLS.contains(&name)
        || RUNNERS.contains(&name)
        || RUNNING_OPTIONS.iter().any(|(program, _)| *program == name);
    let ends = if runs { words.len().min(LONGEST_GUESS) } else { 1 };
    for start in 0..ends {
        found.commands.push(words[start..].to_vec());
    }
}

/// How many words of a program that runs others are tried as commands.
const LONGEST_GUESS: usize = 64;

/// Words of the grammar, where a command's name is expected.
const RESERVED: &[&str] = &[
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

/// Programs and builtins that run what their arguments say, or change what later words mean. A rule for their name does
/// not cover that. bash expands the subscripts in the arguments of `let`, `read` and their like.
const RUNNERS: &[&str] = &[
    ".",
    "alias",
    "at",
    "batch",
    "bind",
    "builtin",
    "busybox",
    "bwrap",
    "chroot",
    "chrt",
    "command",
    "compgen",
    "complete",
    "coproc",
    "csh",
    "declare",
    "doas",
    "enable",
    "entr",
    "env",
    "eval",
    "exec",
    "export",
    "fakeroot",
    "fc",
    "fish",
    "flock",
    "gdb",
    "hash",
    "ionice",
    "let",
    "local",
    "ltrace",
    "mapfile",
    "nice",
    "nohup",
    "nsenter",
    "parallel",
    "pkexec",
    "powershell",
    "prlimit",
    "proot",
    "pwsh",
    "read",
    "readarray",
    "readonly",
    "rlwrap",
    "runuser",
    "script",
    "set",
    "setarch",
    "setpriv",
    "setsid",
    "shopt",
    "source",
    "ssh",
    "stdbuf",
    "strace",
    "su",
    "sudo",
    "systemd-run",
    "taskset",
    "tcsh",
    "time",
    "timeout",
    "trap",
    "tsp",
    "typeset",
    "unbuffer",
    "unset",
    "unshare",
    "valgrind",
    "watch",
    "xargs",
    "xvfb-run",
];

/// Shells whose `-c` is read here.
const SHELLS: &[&str] = &["sh", "bash", "dash", "ksh", "zsh"];

/// Options with which a program runs another.
const RUNNING_OPTIONS: &[(&str, &[&str])] = &[
    ("find", &["-exec", "-execdir", "-ok", "-okdir"]),
    ("fd", &["-x", "-X", "--exec", "--exec-batch"]),
    ("fdfind", &["-x", "-X", "--exec", "--exec-batch"]),
    ("rg", &["--pre", "--hostname-bin"]),
    (
        "tar",
        &[
            "--to-command",
            "--checkpoint-action",
            "--use-compress-program",
            "-I",
            "--rsh-command",
        ],
    ),
    ("printf", &["-v"]),
    ("test", &["-v", "-R"]),
    ("[", &["-v", "-R"]),
    ("jobs", &["-x"]),
    ("sort", &["--compress-program"]),
    (
        "git",
        &[
            "-c",
            "--config-env",
            "--exec-path",
            "--upload-pack",
            "--receive-pack",
            "--exec",
            "-x",
        ],
    ),
];

/// The last part of a path.
pub(crate) fn base_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// Adds a command, or what the command runs in turn.
fn add_command(words: Vec<String>, depth: usize, found: &mut ShellLine) {
    let Some(first) = words.first() else {
        return;
    };
    let name = base_name(first);
    let script = SHELLS.contains(&name).then(|| script_of(&words)).flatten();
    if let Some(script) = script {
        return read_into(script, depth + 1, found);
    }
    let runner = RUNNERS.contains(&name);
    let option = RUNNING_OPTIONS
        .iter()
        .filter(|(program, _)| *program == name)
        .find_map(|(_, options)| {
            words.iter().position(|word| {
                let long = word.split('=').next().unwrap_or(word);
                options.contains(&long)
            })
        });
    let why = if first.contains('=') {
        "it sets a variable".to_owned()
    } else if SHELLS.contains(&name) {
        format!("`{name}` runs commands that are not in the line")
    } else if runner {
        format!("`{name}` runs what its arguments say")
    } else if let Some(at) = option {
        format!("`{name} {}` runs what its arguments say", words[at])
    } else {
        found.commands.push(words);
        return;
    };
    found.obscure(why);
    for start in 0..words.len().min(LONGEST_GUESS) {
        found.commands.push(words[start..].to_vec());
    }
    guess(&words[1..].join(" "), found);
}

/// The script of `bash -lc SCRIPT`, if there is nothing else in the command.
fn script_of(words: &[String]) -> Option<&str> {
    let [_, options @ .., script] = words else {
        return None;
    };
    let (last, before) = options.split_last()?;
    let plain = |option: &String| {
        option.strip_prefix('-').is_some_and(|letters| {
            !letters.is_empty() && letters.chars().all(|letter| "leux".contains(letter))
        })
    };
    let runs = last
        .strip_prefix('-')
        .and_then(|letters| letters.strip_suffix('c'))
        .is_some_and(|letters| letters.chars().all(|letter| "leux".contains(letter)));
    (runs && before.iter().all(plain)).then_some(script)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain(line: &str) -> Option<Vec<Vec<String>>> {
        let found = read(line);
        found.opaque.is_none().then_some(found.commands)
    }

    fn words(commands: &[&[&str]]) -> Vec<Vec<String>> {
        commands
            .iter()
            .map(|command| command.iter().map(|word| (*word).to_owned()).collect())
            .collect()
    }

    #[test]
    fn plain_lines_are_their_commands() {
        for (line, commands) in [
            ("git status", &[&["git", "status"][..]][..]),
            ("git  status\t--short", &[&["git", "status", "--short"]]),
            ("a && b || c; d | e", &[&["a"], &["b"], &["c"], &["d"], &["e"]]),
            ("a\nb", &[&["a"], &["b"]]),
            (
                r#"echo 'a b' "c d" e\ f g"h"'i'"#,
                &[&["echo", "a b", "c d", "e f", "ghi"]],
            ),
            (r#"echo "say \"hi\" \n""#, &[&["echo", r#"say "hi" \n"#]]),
            ("cargo test 2>&1", &[&["cargo", "test"]]),
            ("ls 2>/dev/null | wc -l", &[&["ls"], &["wc", "-l"]]),
            ("/bin/bash -lc 'git status && ls'", &[&["git", "status"], &["ls"]]),
            (r#"sh -c "sh -c 'rm x'""#, &[&["rm", "x"]]),
            ("echo ''", &[&["echo", ""]]),
            ("head -n 5 x", &[&["head", "-n", "5", "x"]]),
            ("echo a=b", &[&["echo", "a=b"]]),
        ] {
            let found = read(line);
            assert_eq!((found.opaque, found.commands), (None, words(commands)), "{line}");
        }
    }

    /// What must never be taken for plain words.
    const TRICKS: &[&str] = &[
        "",
        "   ",
        "git status $(rm -rf x)",
        "git status `rm x`",
        r#"git status "$(rm x)""#,
        "git status $HOME",
        r#"git status "${HOME}""#,
        "git status > /etc/passwd",
        "git status >> f",
        "git status < f",
        "git status &> f",
        "git status 2> f",
        "git status >| f",
        "git status <> f",
        "cat <<EOF\nx\nEOF",
        "cat <<< x",
        "X=1 git status",
        "X=1",
        "export X=1",
        "PATH=/tmp:$PATH git status",
        "eval git status",
        "eval 'rm x'",
        "env rm x",
        "env X=1 git status",
        "/usr/bin/env git status",
        "xargs rm",
        "ls | xargs rm",
        "find . -exec rm {} ;",
        r"find . -exec rm {} \;",
        "find . -execdir rm x +",
        "find . -okdir rm x +",
        "sudo ls",
        "nohup ls",
        "command rm x",
        "exec rm x",
        "builtin eval x",
        "time rm x",
        "coproc rm x",
        "! git status",
        "git status &",
        "git status & rm x",
        "(git status)",
        "{ git status; }",
        "if true; then rm x; fi",
        "for i in a; do rm x; done",
        "while true; do rm x; done",
        "case x in x) rm x;; esac",
        "f() { rm x; }; f",
        "function f { rm x; }",
        "[[ -f x ]] && ls",
        "git status # rm",
        "echo $'a\\x62'",
        "echo $\"a\"",
        "echo *",
        "echo ?",
        "echo [a]",
        "echo {a,b}",
        "echo ~",
        "echo ~root",
        "echo a:~",
        "git status \\\n rm",
        "git \\\nstatus",
        "echo \"a\\\nb\"",
        "bash script.sh",
        "bash",
        "echo x | sh",
        "bash -c",
        "bash -c ls extra",
        "bash --rcfile x -c ls",
        "bash -ic ls",
        "bash -c 'echo $(x)'",
        "bash -c \"echo 'a\"",
        "echo 'unclosed",
        "echo \"unclosed",
        "echo a\u{a0}b",
        "echo a\u{202e}b",
        "echo a\u{3000}b",
        "echo a\rb",
        "git\u{200b} status",
        "echo a\u{1b}b",
        "ls |& rm",
        "git status ;; ls",
        "git status ) ls",
        ". ./x",
        "source x",
        "trap 'rm x' EXIT",
        "rg --pre=rm x",
        "git -c core.pager=rm status",
        "=ls",
        "a^b",
        "echo <(rm x)",
        "tar --to-command=rm x",
        "let x=1",
        "let 'a[$(rm x)]=1'",
        "test -v 'a[$(rm x)]'",
        "printf -v 'a[$(rm x)]' x",
        "mapfile -C 'rm x' -c 1 a",
        "declare x=1",
        "a[0]=1",
        "a+=1 ls",
        "((x=1))",
        "$((1))",
        "echo $[1]",
        "\"$cmd\" x",
        "$cmd",
    ];

    #[test]
    fn no_trick_is_taken_for_plain_words() {
        for trick in TRICKS {
            assert_eq!(plain(trick), None, "{trick:?}");
        }
    }

    #[test]
    fn what_is_hidden_in_an_opaque_line_is_found_for_rules_that_deny() {
        for line in [
            "echo $(rm -rf x)",
            "if true; then rm -rf x; fi",
            "sudo -u root rm -rf x",
            "find . -exec rm -rf x +",
            "X=$(rm -rf x)",
            "sh -c 'echo `rm -rf x`'",
            "(rm -rf x) > f",
            "f() { rm -rf x; }",
        ] {
            let found = read(line);
            assert!(found.opaque.is_some(), "{line}");
            let target = words(&[&["rm", "-rf", "x"]]).remove(0);
            assert!(
                found.commands.iter().any(|command| command.starts_with(&target)),
                "{line}: {:?}",
                found.commands
            );
        }
    }

    #[test]
    fn a_chain_is_shown_in_its_parts_and_what_is_no_chain_is_not_taken_apart() {
        assert_eq!(
            parts("a 'x && y' && b 2>&1 > f; c | d\ne"),
            ["a 'x && y'", "b 2>&1 > f", "c", "d", "e"]
        );
        for line in [
            "a $(b; c)",
            "a 'b",
            "cat <<E\nx\nE",
            "(a; b)",
            r#"a "b;c""#,
            r"a \; b",
            "a &>f",
            "a >|f",
        ] {
            assert_eq!(parts(line), [line]);
        }
    }

    #[test]
    fn the_words_of_arguments_are_not_read_by_a_shell() {
        let argv =
            |words: &[&str]| read_argv(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(argv(&["echo", "$(x)"]).opaque, None);
        assert_eq!(argv(&["bash", "-lc", "a; b"]).commands, words(&[&["a"], &["b"]]));
        assert!(argv(&["env", "x"]).opaque.is_some());
    }

    /// Pieces that lines are made of, harmless and not.
    fn piece() -> impl Strategy<Value = String> {
        prop::sample::select(vec![
            "git",
            "ls",
            "x1",
            "status",
            "-a",
            " ",
            " ",
            " ",
            "\t",
            "\n",
            ";",
            "&&",
            "||",
            "|",
            "&",
            "'",
            "\"",
            "\\",
            "$",
            "`",
            "(",
            ")",
            "{",
            "}",
            "<",
            ">",
            "=",
            "~",
            "*",
            "?",
            "[",
            "]",
            "!",
            "#",
            "a b",
            "$(x1)",
            "${x}",
            "'a'",
            "\"b\"",
            ",",
            "^",
            "%",
            "@",
            "+",
            ":",
            "2>&1",
            ">/dev/null",
            "é",
            "\\\n",
            "eval",
            "<<E",
            "E\n",
            "$'",
            "if",
            "then",
            "fi",
        ])
        .prop_map(str::to_owned)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(600))]

        /// bash itself is the judge: with no program to be found, it tells which commands it would have run.
        #[test]
        fn what_is_taken_for_plain_is_what_bash_runs(pieces in prop::collection::vec(piece(), 1..9)) {
            let line = pieces.concat();
            let Some(commands) = plain(&line) else { return Ok(()) };
            // Builtins run without being looked for, and what follows `&&` would not run.
            let builtin = |command: &Vec<String>| !matches!(command[0].as_str(), "git" | "ls" | "x1");
            if commands.iter().any(builtin) || line.contains("/dev/null") || line.contains("2>") { return Ok(()) }
            let script = format!(
                "command_not_found_handle() {{ printf '%s\\0' \"$@\" >&3; printf '\\1' >&3; return ${{RC:-0}}; }}\n{line}"
            );
            for code in ["0", "1"] {
                let output = std::process::Command::new("/bin/bash")
                    .args(["-c", &format!("exec 3>&1 >/dev/null 2>&1; {script}")])
                    .env_clear()
                    .env("PATH", "/nonexistent")
                    .env("RC", code)
                    .output()
                    .unwrap();
                let text = String::from_utf8(output.stdout).unwrap();
                let ran = text
                    .split('\u{1}')
                    .filter(|command| !command.is_empty())
                    .map(|command| command.trim_end_matches('\0').split('\0').map(str::to_owned).collect::<Vec<_>>());
                for command in ran {
                    let trimmed = commands.iter().any(|known| {
                        let mut known = known.clone();
                        while known.last().is_some_and(String::is_empty) { known.pop(); }
                        known == command
                    });
                    prop_assert!(trimmed, "{line:?} ran {command:?}, not one of {commands:?}");
                }
            }
        }

        #[test]
        fn any_text_is_read_without_a_panic(line in "\\PC{0,60}") {
            let _ = read(&line);
        }
    }
}
