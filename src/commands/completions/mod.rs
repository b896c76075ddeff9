//! `turnwise completions`: a shell's completion script, and what that script asks for at every Tab.
//!
//! The script calls this program with [`VARIABLE`] set and the words typed so far. Commands and options come from the
//! command line's definition, everything else from files: see `candidates`. No server is started to complete a word.

mod candidates;

use std::ffi::{OsStr, OsString};
use std::io::{self, Write as _};

use crate::exit::Exit;
use crate::render::output::unless_closed;
use crate::render::printer::say;
use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;
use clap_complete::engine::ArgValueCompleter;
use clap_complete::env::{EnvCompleter, Shells};

use super::Cli;
use super::context::Context;
use super::failure::Failure;
use crate::environment::variable;
use crate::render::output;
use candidates::{Kind, Places};

/// The variable that asks for candidates instead of running a command; its value is the shell.
const VARIABLE: &str = "TURNWISE_COMPLETE";

/// The variable with the place of the word to complete, for shells that give all words of the line.
const INDEX: &str = "_CLAP_COMPLETE_INDEX";

/// What zsh runs when it has loaded the script as a function: the first Tab is answered, too.
const ZSH_FIRST: &str =
    "\nif [ \"$funcstack[1]\" = _turnwise ]; then\n    _clap_dynamic_completer_turnwise \"$@\"\nfi\n";

/// Print a shell completion script
///
/// It completes session IDs and names, approval requests, jobs, profiles, models and methods, too. Load it when the shell
/// starts, so that it fits the installed version.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  echo 'source <(turnwise completions bash)' >> ~/.bashrc\n  echo 'source <(turnwise completions zsh)' >> ~/.zshrc    # after compinit\n  turnwise completions fish > ~/.config/fish/completions/turnwise.fish"
)]
pub(crate) struct CompletionsArgs {
    /// Shell
    shell: Shell,
}

/// Runs the command.
pub(crate) fn run(args: &CompletionsArgs, context: &Context) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    let shells = Shells::builtins();
    let failed = |error| Failure::system("the completion script", error);
    let Some(shell) = shells.completer(&args.shell.to_string()) else {
        return Err(Failure::usage(format!("{} has no completion script", args.shell)));
    };
    shell
        .write_registration(VARIABLE, "turnwise", "turnwise", "turnwise", &mut script)
        .map_err(failed)?;
    if args.shell == Shell::Zsh {
        script.extend_from_slice(ZSH_FIRST.as_bytes());
    }
    context.print(|out| out.write_all(&script))?;
    Ok(Exit::Success)
}

/// Answers a shell that asks for candidates; `None` if this is an ordinary call.
pub(crate) fn answer(arguments: &[OsString]) -> Option<Exit> {
    let name = variable(VARIABLE)?;
    let shells = Shells::builtins();
    let Some(shell) = name.to_str().and_then(|name| shells.completer(name)) else {
        say(&format!(
            "error: {VARIABLE}: {} is not a known shell",
            name.display()
        ));
        return Some(Exit::Usage);
    };
    let words = arguments.iter().skip_while(|word| *word != "--").skip(1);
    let words = words.cloned().collect::<Vec<_>>();
    Some(match complete(shell, words) {
        Ok(()) => Exit::Success,
        // A message would be in the middle of the person's line.
        Err(_) => Exit::Failed,
    })
}

fn complete(shell: &dyn EnvCompleter, words: Vec<OsString>) -> io::Result<()> {
    if words.is_empty() {
        // The shells' code expects at least the program's name.
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let places = Places::of(&words, shell.name() == "bash");
    let mut command = with_candidates(Cli::command(), &mut Vec::new(), &places);
    if is_empty_word(&words) {
        command = without_options(command);
    }
    let mut found = Vec::new();
    let here = std::env::current_dir().ok();
    shell.write_complete(&mut command, words, here.as_deref(), &mut found)?;
    let mut out = output::stdout();
    unless_closed(out.write_all(&found))
}

/// Whether nothing of the word to complete was typed yet.
fn is_empty_word(words: &[OsString]) -> bool {
    let index = variable(INDEX).and_then(|index| index.to_str()?.parse().ok());
    let index: usize = index.unwrap_or(words.len().saturating_sub(1));
    words.get(index).is_none_or(|word| word.is_empty())
}

/// Hides options, so that they are offered only where nothing else is.
fn without_options(command: Command) -> Command {
    command
        .disable_help_flag(true)
        .disable_version_flag(true)
        .mut_args(|argument| {
            let hidden = argument.is_hide_set() || !argument.is_positional();
            argument.hide(hidden)
        })
        .mut_subcommands(without_options)
}

/// Gives every argument its candidates, by its command and its name.
fn with_candidates(command: Command, path: &mut Vec<String>, places: &Places) -> Command {
    let of_path = path.clone();
    let command = command.mut_args(|argument| {
        let kind = kind(&of_path, argument.get_id().as_str(), argument.is_positional());
        match kind {
            Some(kind) => {
                let places = places.clone();
                let find = move |typed: &OsStr| places.candidates(kind, typed);
                argument.add(ArgValueCompleter::new(find))
            }
            None => argument,
        }
    });
    let names = command.get_subcommands().map(|sub| sub.get_name().to_owned());
    let names = names.collect::<Vec<_>>();
    names.into_iter().fold(command, |command, name| {
        path.push(name.clone());
        let command = command.mut_subcommand(name, |sub| with_candidates(sub, path, places));
        path.pop();
        command
    })
}

/// What an argument is.
fn kind(path: &[String], argument: &str, positional: bool) -> Option<Kind> {
    let path = path.iter().map(String::as_str).collect::<Vec<_>>();
    match (&path[..], argument, positional) {
        (_, "profile", false) => Some(Kind::Profile),
        (_, "model", false) => Some(Kind::Model),
        (_, "effort", false) => Some(Kind::Effort),
        (["resume"] | ["session", _], "session", true) | (["session", "rename"], "words", true) => {
            Some(Kind::Session)
        }
        (["approve", "show"], "id", true) => Some(Kind::Request),
        (["approve", _], "id", true) => Some(Kind::Waiting),
        (["automate", "add"], ..) => None,
        (["automate", _], "job" | "jobs", true) => Some(Kind::Job),
        _ => None,
    }
}
