//! Command lines without a command: a prompt alone, `help`, `version`, `--json`, and names from other tools. They are rewritten
//! before they are parsed. An unknown word is an error that names the right command.

use std::ffi::{OsStr, OsString};

use clap::{Arg, Command};

use super::failure::Failure;

/// Commands of other tools, and the same here.
const ALIASES: [(&str, &[&str], Rest); 6] = [
    ("exec", &["run"], Rest::Anything),
    ("chat", &["session", "chat"], Rest::One),
    ("ls", &["session", "list"], Rest::Nothing),
    ("sessions", &["session", "list"], Rest::Nothing),
    ("approvals", &["approve", "list"], Rest::Nothing),
    ("jobs", &["automate", "list"], Rest::Nothing),
];

/// Words from other tools, with a tip for each.
const TIPS: [(&[&str], &str); 6] = [
    (
        &["continue"],
        "`turnwise resume --last` continues the most recent session",
    ),
    (
        &["new", "fork", "rename", "archive", "export", "show", "list"],
        "see `turnwise session -h`",
    ),
    (&["accept", "decline", "pending"], "see `turnwise approve -h`"),
    (&["schedule", "cron", "loop"], "see `turnwise automate -h`"),
    (
        &["install", "update", "upgrade", "which"],
        "see `turnwise codex -h`",
    ),
    (
        &["auth", "whoami"],
        "`turnwise login` logs in; `turnwise doctor` shows the account",
    ),
];

/// Options of other tools, with a tip for each.
const OPTION_TIPS: [(&[&str], &str); 5] = [
    (
        &["-p", "--print"],
        "`turnwise run PROMPT` prints the answer and exits; --profile NAME uses a profile",
    ),
    (
        &["--resume", "-r"],
        "`turnwise resume SESSION PROMPT` resumes a session",
    ),
    (&["--output-format"], "use --format"),
    (
        &["--full-auto", "--yolo", "--dangerously-skip-permissions"],
        "use --sandbox workspace-write --privileged",
    ),
    (&["--format"], "this command has --json"),
];

/// How many words may follow an alias. With more, it is the first word of a prompt.
#[derive(Clone, Copy)]
enum Rest {
    Nothing,
    One,
    Anything,
}

/// A command line without the shorthand.
pub(super) fn expanded(
    arguments: Vec<OsString>,
    command: &Command,
    stdin_terminal: bool,
) -> Result<Vec<OsString>, Failure> {
    let mut arguments = arguments.into_iter();
    let program = arguments.next();
    let words = meant(arguments.collect(), command, stdin_terminal)?;
    let words = with_format(words, command);
    Ok(program.into_iter().chain(words).collect())
}

/// A tip for an unknown option.
pub(super) fn tip(option: &str) -> Option<&'static str> {
    let name = option.split('=').next().unwrap_or(option);
    let tip = OPTION_TIPS.iter().find(|(names, _)| names.contains(&name));
    tip.map(|(_, tip)| *tip)
}

fn meant(words: Vec<OsString>, command: &Command, stdin_terminal: bool) -> Result<Vec<OsString>, Failure> {
    let run = command.find_subcommand("run");
    let options = [command]
        .into_iter()
        .chain(run)
        .chain(command.find_subcommand("resume"));
    let options = options.flat_map(Command::get_arguments).collect::<Vec<_>>();
    let places = positionals(&words, &options);
    let is_help = |word: &OsString| {
        ["-h", "--help", "-V", "--version"]
            .iter()
            .any(|help| word == help)
    };
    let Some(&first) = places.first() else {
        let only_global = options_given(&words, &options).all(|arg| arg.is_some_and(Arg::is_global_set));
        if words.is_empty() && stdin_terminal {
            return Ok(vec!["-h".into()]);
        }
        let asks = words.iter().any(is_help) || (stdin_terminal && only_global);
        return Ok(if asks { words } else { prompted(words) });
    };
    let Some(word) = words[first].to_str() else {
        return Ok(prompted(words));
    };
    let rest = places.len() - 1;
    if let Some(known) = command.find_subcommand(word) {
        return match known.get_name() {
            "help" => help(&words, &places, command),
            "version" if rest == 0 => Ok(without(words, &places, &["--version"])),
            "run" if words[first..].iter().any(|word| word == "--continue") => Ok(resumed(words, first)),
            _ => match places.get(1) {
                Some(&second) if words[second] == "help" && known.is_subcommand_required_set() => {
                    help(&words, &swapped(&places), command)
                }
                _ => Ok(words),
            },
        };
    }
    let alias = ALIASES.iter().find(|(alias, _, fits)| {
        *alias == word
            && match fits {
                Rest::Nothing => rest == 0,
                Rest::One => rest <= 1,
                Rest::Anything => true,
            }
    });
    if let Some((_, instead, _)) = alias {
        let mut words = words;
        words.splice(first..=first, instead.iter().map(OsString::from));
        return Ok(words);
    }
    let is_prompt = word == "-" || word.contains(char::is_whitespace);
    if is_prompt || word.is_empty() {
        return Ok(prompted(words));
    }
    let near = nearest(word, command, rest == 0);
    if rest > 0 && near.is_none() {
        return Ok(prompted(words));
    }
    let tip = TIPS.iter().find(|(names, _)| names.contains(&word));
    let as_prompt = format!("to run it as a prompt: turnwise run {}", quoted(&words, &places));
    let hint = match (near, tip) {
        (Some(near), _) => format!("did you mean `turnwise {near}`? {}", capital(&as_prompt)),
        (None, Some((_, tip))) => format!("{tip}; {as_prompt}"),
        (None, None) => as_prompt,
    };
    Err(Failure::usage(format!("unknown command `{word}`")).hint(hint))
}

/// `turnwise run` with these words, or `resume` if they say `--continue`.
fn prompted(words: Vec<OsString>) -> Vec<OsString> {
    let continues = words
        .iter()
        .take_while(|word| *word != "--")
        .any(|word| word == "--continue");
    let command = if continues { "resume" } else { "run" };
    let words = std::iter::once(OsString::from(command)).chain(words);
    words.map(last).collect()
}

/// `turnwise resume --last` where `run --continue` was typed.
fn resumed(mut words: Vec<OsString>, command: usize) -> Vec<OsString> {
    words[command] = "resume".into();
    words.into_iter().map(last).collect()
}

fn last(word: OsString) -> OsString {
    if word == "--continue" {
        "--last".into()
    } else {
        word
    }
}

/// `turnwise help COMMAND…` as `turnwise COMMAND… --help`. The first place is that of `help`.
fn help(words: &[OsString], places: &[usize], command: &Command) -> Result<Vec<OsString>, Failure> {
    if words.iter().any(|word| word == "-h" || word == "--help") {
        return Ok(words.to_vec());
    }
    let path = places[1..].iter().map(|place| &words[*place]).collect::<Vec<_>>();
    let mut at = command;
    for name in &path {
        at = at.find_subcommand(name).ok_or_else(|| {
            let path = path.iter().map(|name| name.to_string_lossy()).collect::<Vec<_>>();
            Failure::usage(format!("no command `{}`", path.join(" ")))
                .hint("list all commands with `turnwise help`")
        })?;
    }
    let path = path.into_iter().cloned();
    Ok(path.chain([OsString::from("--help")]).collect())
}

/// The places with the first two exchanged: `approve help list` is `help approve list`.
fn swapped(places: &[usize]) -> Vec<usize> {
    let mut places = places.to_vec();
    places.swap(0, 1);
    places
}

/// The words without those at the places, with others at their end.
fn without(words: Vec<OsString>, places: &[usize], others: &[&str]) -> Vec<OsString> {
    let kept = words.into_iter().enumerate();
    let kept = kept
        .filter(|(place, _)| !places.contains(place))
        .map(|(_, word)| word);
    kept.chain(others.iter().map(OsString::from)).collect()
}

/// `--json` is `--format json` where the command has a format.
fn with_format(mut words: Vec<OsString>, command: &Command) -> Vec<OsString> {
    let mut at = command;
    for word in &words {
        at = at.find_subcommand(word).unwrap_or(at);
    }
    let has = |long| at.get_arguments().any(|arg| arg.get_long() == Some(long));
    if has("format") && !has("json") {
        let options = words.iter_mut().take_while(|word| *word != "--");
        for word in options.filter(|word| *word == "--json") {
            *word = "--format=json".into();
        }
    }
    words
}

/// The command with a similar name. A word alone may differ more than the first word of a sentence.
fn nearest(word: &str, command: &Command, alone: bool) -> Option<String> {
    let word = word.to_lowercase();
    let close = |name: &str| {
        let allowed = match (name.len(), alone) {
            (..=4, false) => 0,
            (6.., true) => 2,
            _ => 1,
        };
        let begins = alone && word.len() >= 3 && name.starts_with(&word);
        let distance = strsim::osa_distance(&word, name);
        (begins || distance <= allowed).then_some(distance)
    };
    let visible = command.get_subcommands().filter(|command| !command.is_hide_set());
    let names = visible.map(Command::get_name);
    let close = names.filter_map(|name| Some((close(name)?, name)));
    close.min().map(|(_, name)| name.to_owned())
}

/// The places of the words that are not options or their values.
fn positionals(words: &[OsString], options: &[&Arg]) -> Vec<usize> {
    let mut places = Vec::new();
    let mut index = 0;
    while let Some(word) = words.get(index) {
        if word == "--" {
            places.extend(index + 1..words.len());
            break;
        }
        if is_option(word) {
            index += usize::from(takes_next(word, options));
        } else {
            places.push(index);
        }
        index += 1;
    }
    places
}

fn is_option(word: &OsStr) -> bool {
    word.as_encoded_bytes().starts_with(b"-") && word != "-"
}

/// Whether the value of an option is the next word.
fn takes_next(word: &OsStr, options: &[&Arg]) -> bool {
    let word = word.to_string_lossy();
    let takes = |arg: &&&Arg| arg.get_action().takes_values();
    if let Some(long) = word.strip_prefix("--") {
        return !long.contains('=') && named(long, options).filter(takes).is_some();
    }
    // The first short option with a value takes the rest of its word.
    let mut letters = word.chars().skip(1);
    letters
        .by_ref()
        .any(|letter| lettered(letter, options).filter(takes).is_some())
        && letters.next().is_none()
}

/// The given options; none for an unknown one.
fn options_given<'a>(words: &'a [OsString], options: &'a [&'a Arg]) -> impl Iterator<Item = Option<&'a Arg>> {
    let given = words.iter().filter(|word| is_option(word));
    given.map(|word| {
        let word = word.to_string_lossy();
        let found = match word.strip_prefix("--") {
            Some(long) => named(long.split('=').next().unwrap_or(long), options),
            None => word.chars().nth(1).and_then(|letter| lettered(letter, options)),
        };
        found.copied()
    })
}

fn named<'a>(long: &str, options: &'a [&'a Arg]) -> Option<&'a &'a Arg> {
    options.iter().find(|arg| {
        arg.get_long() == Some(long)
            || arg
                .get_all_aliases()
                .is_some_and(|aliases| aliases.contains(&long))
    })
}

fn lettered<'a>(letter: char, options: &'a [&'a Arg]) -> Option<&'a &'a Arg> {
    options.iter().find(|arg| arg.get_short() == Some(letter))
}

/// The words at the places as one argument of a shell.
fn quoted(words: &[OsString], places: &[usize]) -> String {
    let words = places.iter().map(|place| words[*place].to_string_lossy());
    quoted_word(&words.collect::<Vec<_>>().join(" "))
}

/// A word as it is typed in a shell.
fn quoted_word(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "_-./,:=@%+".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::commands::Cli;

    fn expanded_at(words: &[&str], terminal: bool) -> Result<String, String> {
        let words = words.iter().map(OsString::from).collect();
        let words = meant(words, &Cli::command(), terminal).map(|words| with_format(words, &Cli::command()));
        let words = words.map_err(|failure| format!("{} ({})", failure.message, failure.hint.unwrap()))?;
        let words = words.iter().map(|word| quoted_word(word.to_str().unwrap()));
        Ok(words.collect::<Vec<_>>().join(" "))
    }

    fn command_line(words: &[&str]) -> String {
        expanded_at(words, true).unwrap()
    }

    #[test]
    fn a_prompt_alone_is_run() {
        assert_eq!(command_line(&["fix the test"]), "run 'fix the test'");
        assert_eq!(command_line(&["fix", "the", "test"]), "run fix the test");
        assert_eq!(command_line(&["-m", "x", "fix it"]), "run -m x 'fix it'");
        assert_eq!(
            command_line(&["fix it", "-om", "--effort=low"]),
            "run 'fix it' -om --effort=low"
        );
        assert_eq!(
            command_line(&["--sandbox", "read-only", "Can", "you"]),
            "run --sandbox read-only Can you"
        );
        assert_eq!(
            command_line(&["-qC", "run", "say hello"]),
            "run -qC run 'say hello'"
        );
        assert_eq!(command_line(&["--", "run the tests"]), "run -- 'run the tests'");
        assert_eq!(command_line(&["-"]), "run -");
        assert_eq!(command_line(&["-f", "prompt.md"]), "run -f prompt.md");
    }

    #[test]
    fn a_command_stays_as_it_is() {
        for line in [
            "run x",
            "session list --all",
            "-q approve",
            "--profile run doctor",
            "--help",
            "-V",
        ] {
            let words = line.split(' ').collect::<Vec<_>>();
            assert_eq!(command_line(&words), line);
        }
    }

    #[test]
    fn nothing_is_help_for_a_person_and_a_run_in_a_pipe() {
        assert_eq!(expanded_at(&[], true).unwrap(), "-h");
        assert_eq!(expanded_at(&["-q"], true).unwrap(), "-q");
        assert_eq!(expanded_at(&[], false).unwrap(), "run");
        assert_eq!(expanded_at(&["--json"], false).unwrap(), "run --format=json");
    }

    #[test]
    fn a_word_that_nobody_can_mean_is_an_error_that_names_the_right_one() {
        let error = |words| expanded_at(words, true).unwrap_err();
        assert!(error(&["sesion"]).contains("did you mean `turnwise session`"));
        assert!(error(&["sesion", "list"]).contains("turnwise run 'sesion list'"));
        assert!(error(&["auto"]).contains("`turnwise automate`"));
        assert!(error(&["hello"]).contains("to run it as a prompt: turnwise run hello"));
        assert!(error(&["list"]).contains("turnwise session -h"));
        assert!(error(&["help", "nonsense"]).contains("no command `nonsense`"));
    }

    #[test]
    fn sentences_do_not_look_like_commands() {
        for sentence in [
            "can you read this",
            "improve the docs",
            "hello there",
            "map the modules",
            "ran into an error",
        ] {
            let words = sentence.split(' ').collect::<Vec<_>>();
            assert_eq!(command_line(&words), format!("run {sentence}"));
        }
    }

    #[test]
    fn names_from_other_tools_work() {
        assert_eq!(command_line(&["exec", "--json", "x"]), "run --format=json x");
        assert_eq!(command_line(&["chat", "review"]), "session chat review");
        assert_eq!(command_line(&["ls", "--all"]), "session list --all");
        assert_eq!(
            command_line(&["--continue", "and the tests"]),
            "resume --last 'and the tests'"
        );
        assert_eq!(command_line(&["run", "--continue", "x"]), "resume --last x");
        assert_eq!(command_line(&["help", "approve", "list"]), "approve list --help");
        assert_eq!(command_line(&["session", "help"]), "session --help");
        assert_eq!(command_line(&["help"]), "--help");
        assert_eq!(command_line(&["version"]), "--version");
        assert_eq!(command_line(&["replay", "x", "--json"]), "replay x --format=json");
        assert_eq!(
            command_line(&["session", "list", "--json"]),
            "session list --json"
        );
        assert_eq!(command_line(&["run", "--", "--json"]), "run -- --json");
    }
}
