//! `turnwise man`: manual pages, one a command, and one for files, environment variables and exit codes.
//!
//! The options that every command has are in turnwise(1) alone.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::exit::Exit;
use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::Cli;
use super::context::Context;
use super::failure::Failure;

/// The page of files, environment variables and exit codes.
const REFERENCE: &str = include_str!("turnwise-reference.7");

/// Its name on the command line.
const REFERENCE_NAME: &str = "reference";

/// Print a manual page
///
/// Without COMMAND, the main page. `turnwise man reference` is about files, environment variables and exit codes.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turnwise man run | man -l -\n  turnwise man session list | man -l -\n  turnwise man --dir ~/.local/share/man"
)]
pub(crate) struct ManArgs {
    /// Command, such as `run` or `session list`; or `reference`
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    words: Vec<String>,
    /// Write all pages below this directory, into man1 and man7
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(args: &ManArgs, context: &Context) -> Result<Exit, Failure> {
    let root = Cli::command().disable_help_subcommand(true);
    if let Some(directory) = &args.dir {
        let count =
            write_all(&root, directory).map_err(|error| Failure::system(directory.display(), error))?;
        context.note(&format!("Wrote {count} manual pages to {}.", directory.display()));
        return Ok(Exit::Success);
    }
    let text = match &args.words[..] {
        [name] if name == REFERENCE_NAME => REFERENCE.as_bytes().to_vec(),
        words => {
            let page = find(&root, words)?;
            page.text()
                .map_err(|error| Failure::system("the manual page", error))?
        }
    };
    context.print(|out| out.write_all(&text))?;
    Ok(Exit::Success)
}

/// A command and the words that lead to it.
struct Page<'a> {
    command: &'a Command,
    words: Vec<&'a str>,
}

fn find<'a>(root: &'a Command, words: &[String]) -> Result<Page<'a>, Failure> {
    let mut page = Page {
        command: root,
        words: vec!["turnwise"],
    };
    for word in words {
        let found = page.command.find_subcommand(word);
        let Some(command) = found.filter(|command| !command.is_hide_set()) else {
            return Err(
                Failure::usage(format!("{} has no command {word}", page.words.join(" ")))
                    .hint(format!("`{} --help` lists the commands", page.words.join(" "))),
            );
        };
        page = page.below(command);
    }
    Ok(page)
}

/// Writes all pages, and gives their number.
fn write_all(root: &Command, directory: &Path) -> io::Result<usize> {
    let (commands, other) = (directory.join("man1"), directory.join("man7"));
    fs::create_dir_all(&commands)?;
    fs::create_dir_all(&other)?;
    fs::write(other.join("turnwise-reference.7"), REFERENCE)?;
    let mut count = 1;
    let mut pages = vec![Page {
        command: root,
        words: vec!["turnwise"],
    }];
    while let Some(page) = pages.pop() {
        fs::write(commands.join(format!("{}.1", page.name())), page.text()?)?;
        count += 1;
        pages.extend(page.visible().map(|command| page.below(command)));
    }
    Ok(count)
}

impl<'a> Page<'a> {
    fn below(&self, command: &'a Command) -> Self {
        let words = self.words.iter().copied().chain([command.get_name()]);
        Self {
            command,
            words: words.collect(),
        }
    }

    fn name(&self) -> String {
        self.words.join("-")
    }

    fn is_main(&self) -> bool {
        self.words.len() == 1
    }

    fn visible(&self) -> impl Iterator<Item = &'a Command> + use<'a> {
        let command: &'a Command = self.command;
        command.get_subcommands().filter(|command| !command.is_hide_set())
    }

    /// The page in roff.
    fn text(&self) -> io::Result<Vec<u8>> {
        let name = self.name();
        let command = self.command.clone();
        let command = command
            .name(name.clone())
            .display_name(name.clone())
            .bin_name(self.words.join(" "))
            .disable_help_subcommand(true);
        let manual = Man::new(command)
            .title(name.to_uppercase())
            .source(format!("turnwise {}", env!("CARGO_PKG_VERSION")))
            .manual("turnwise");
        let mut page = Vec::new();
        manual.render_title(&mut page)?;
        manual.render_name_section(&mut page)?;
        manual.render_synopsis_section(&mut page)?;
        manual.render_description_section(&mut page)?;
        manual.render_options_section(&mut page)?;
        let mut more = Roff::default();
        if !self.is_main() {
            more.text([
                roman("The options that every command has are in "),
                bold("turnwise"),
                roman("(1)."),
            ]);
        }
        if self.visible().next().is_some() {
            more.control("SH", ["COMMANDS"]);
            for command in self.visible() {
                let about = command.get_about().map(ToString::to_string).unwrap_or_default();
                more.control("TP", []);
                more.text([bold(self.below(command).name()), roman("(1)")]);
                more.text([roman(about)]);
            }
        }
        self.examples(&mut more);
        more.control("SH", ["SEE ALSO"]);
        more.text(self.related());
        more.to_writer(&mut page)?;
        Ok(page)
    }

    /// What follows the help text: examples, as they are typed.
    fn examples(&self, page: &mut Roff) {
        let Some(text) = self.command.get_after_help() else {
            return;
        };
        let text = text.to_string();
        let mut lines = text.lines().peekable();
        lines.next_if(|line| matches!(line.trim(), "Example:" | "Examples:"));
        page.control("SH", ["EXAMPLES"]);
        page.control("nf", []);
        for line in lines {
            let line = line.strip_prefix("  ").unwrap_or(line);
            page.text([roman(line)]);
        }
        page.control("fi", []);
    }

    fn related(&self) -> Vec<clap_mangen::roff::Inline> {
        let above = (1..self.words.len()).map(|end| (self.words[..end].join("-"), "(1), "));
        let above = above.collect::<Vec<_>>();
        let reference = [("turnwise-reference".to_owned(), "(7)")];
        let names = above.into_iter().chain(reference);
        names
            .flat_map(|(name, section)| [bold(name), roman(section)])
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_names_every_exit_code_and_every_variable_of_an_option() {
        for exit in [
            Exit::Success,
            Exit::Failed,
            Exit::Usage,
            Exit::Codex,
            Exit::Unauthorized,
            Exit::Approval,
            Exit::Schema,
            Exit::Temporary,
            Exit::Timeout,
            Exit::Hangup,
            Exit::Interrupt,
            Exit::Terminate,
        ] {
            let code = exit.code().to_string();
            let named = REFERENCE
                .lines()
                .any(|line| line == format!(".B {code}") || line.contains(&format!("\\fB{code}\\fP")));
            assert!(named, "{code}");
        }
        let root = Cli::command();
        let variables = root.get_arguments().filter_map(clap::Arg::get_env);
        for variable in variables {
            assert!(
                REFERENCE.contains(&format!(".B {}", variable.display())),
                "{variable:?}"
            );
        }
    }

    #[test]
    fn a_page_has_its_own_options_and_not_those_of_every_command() {
        let root = Cli::command();
        let text = |words: &[&str]| {
            let words = words.iter().map(ToString::to_string).collect::<Vec<_>>();
            let page = find(&root, &words).unwrap().text().unwrap();
            String::from_utf8(page).unwrap()
        };
        let run = text(&["run"]);
        assert!(
            run.contains(".TH TURNWISE\\-RUN 1") || run.contains(".TH TURNWISE-RUN 1"),
            "{run}"
        );
        assert!(
            run.contains("\\-\\-sandbox") && !run.contains("\\-\\-codex\\-home"),
            "{run}"
        );
        assert!(
            run.contains("turnwise\\-reference") && run.contains(".SH EXAMPLES"),
            "{run}"
        );
        let main = text(&[]);
        assert!(
            main.contains("\\-\\-codex\\-home") && main.contains("turnwise\\-run"),
            "{main}"
        );
        let list = text(&["session", "list"]);
        assert!(list.contains("turnwise\\-session\\-list \\- List"), "{list}");
        assert!(find(&root, &["nonsense".to_owned()]).is_err());
    }
}
