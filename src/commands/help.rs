//! The arrangement of the help: commands and options in groups, `-h` on one screen. The texts are at the commands themselves.

use std::fmt::Write as _;

use clap::builder::{StyledStr, Styles};
use clap::{Arg, ArgAction, Args, Command};

/// The groups of options. Options without a group come first, as "Options".
pub(crate) mod heading {
    pub(crate) const PROMPT: &str = "Prompt";
    pub(crate) const AGENT: &str = "Agent";
    pub(crate) const LIMITS: &str = "Limits";
    pub(crate) const APPROVALS: &str = "Approvals";
    pub(crate) const OUTPUT: &str = "Output";
    pub(crate) const GLOBAL: &str = "Global";
}

/// The groups of commands.
const GROUPS: [(&str, &[&str]); 6] = [
    ("Run", &["run", "resume", "replay"]),
    ("Sessions", &["session"]),
    ("Approvals", &["approve", "hooks"]),
    ("Schedules", &["automate"]),
    ("Codex", &["login", "logout", "codex", "rpc"]),
    (
        "Other",
        &["status", "config", "doctor", "demo", "help", "completions", "man"],
    ),
];

/// Commands with the options of `run` and many others. Their `-h` omits those of `run`.
const WITH_OPTIONS_OF_RUN: [&str; 3] = ["automate add", "automate edit", "automate loop"];

/// Options that a command rarely needs, although others do. Its `-h` omits them.
const LEFT_OUT: [(&str, &[&str]); 1] = [("resume", &["cd", "model", "effort"])];

/// Commands that a person rarely types. The list of `-h` omits them.
const RARE: [&str; 2] = ["completions", "man"];

/// How many examples `-h` shows.
const EXAMPLES: usize = 2;

/// Show help for a command
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  turnwise help run\n  turnwise help approve list")]
pub(crate) struct HelpArgs {
    /// Command
    #[arg(value_name = "COMMAND")]
    pub(super) command: Vec<String>,
}

/// The command line with its help arranged.
pub(super) fn arranged(command: Command) -> Command {
    let help = Arg::new("help")
        .short('h')
        .long("help")
        .help("Print help (-h: a summary)")
        .action(ArgAction::Help)
        .global(true)
        .help_heading(heading::GLOBAL);
    let (short, long) = (groups(&command, "", &RARE), groups(&command, "\n", &[]));
    let global = styled_heading(command.get_styles(), heading::GLOBAL);
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{{before-help}}{global}\n{{options}}{{after-help}}"
    );
    let command = command
        .disable_help_flag(true)
        .arg(help)
        .before_help(short)
        .before_long_help(long)
        .help_template(StyledStr::from(template));
    with_pointers(command, "turnwise")
}

/// The commands in their groups, with their summaries, without some.
fn groups(command: &Command, between: &str, without: &[&str]) -> StyledStr {
    let literal = command.get_styles().get_literal();
    let listed = || GROUPS.iter().flat_map(|(_, names)| names.iter());
    let width = listed().map(|name| name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for (index, (group, names)) in GROUPS.iter().enumerate() {
        let gap = if index == 0 { "" } else { between };
        let _ = writeln!(text, "{gap}{}", styled_heading(command.get_styles(), group));
        for name in names.iter().filter(|name| !without.contains(name)) {
            let about = command.find_subcommand(name).and_then(Command::get_about);
            let about = about.map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(text, "  {literal}{name:width$}{literal:#}  {about}");
        }
    }
    // What follows it begins after an empty line.
    text.truncate(text.trim_end().len());
    StyledStr::from(text)
}

fn styled_heading(styles: &Styles, heading: &str) -> String {
    let style = styles.get_header();
    format!("{style}{heading}:{style:#}")
}

/// Ends each `-h` with a pointer to the omitted options.
fn with_pointers(command: Command, path: &str) -> Command {
    let name = path.strip_prefix("turnwise ").unwrap_or_default();
    let without_run = WITH_OPTIONS_OF_RUN.contains(&name);
    let left_out = LEFT_OUT.iter().find(|(command, _)| *command == name);
    let left_out = left_out.map_or(&[][..], |(_, options)| options);
    let command = command.mut_args(|arg| {
        let is_of_run = arg
            .get_help_heading()
            .is_some_and(|heading| heading != heading::GLOBAL);
        if (without_run && is_of_run) || left_out.contains(&arg.get_id().as_str()) {
            arg.hide_short_help(true)
        } else {
            arg
        }
    });
    let examples = command.get_after_help().cloned().unwrap_or_default();
    let pointer = if name.is_empty() {
        "All options: turnwise --help. Help for a command: turnwise help COMMAND".to_owned()
    } else {
        format!("All options: {path} --help")
    };
    let short = format!("{}\n\n{pointer}", first_examples(&examples.to_string()));
    let long = command.get_after_long_help().cloned().unwrap_or(examples);
    let command = command.after_help(short).after_long_help(long);
    // Names that people type, and that no list has to show.
    let command = match command.get_name() {
        "list" => command.alias("ls"),
        "remove" | "delete" => command.alias("rm"),
        _ => command,
    };
    command.mut_subcommands(|subcommand| {
        let path = format!("{path} {}", subcommand.get_name());
        with_pointers(subcommand, &path)
    })
}

/// The text with the first examples only. Its first paragraph is a heading and examples.
fn first_examples(text: &str) -> String {
    let (examples, rest) = text.split_at(text.find("\n\n").unwrap_or(text.len()));
    let lines = examples.lines().take(1 + EXAMPLES).collect::<Vec<_>>();
    lines.join("\n") + rest
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::commands::Cli;

    #[test]
    fn every_visible_command_is_in_one_group() {
        let mut grouped = GROUPS
            .iter()
            .flat_map(|(_, names)| names.to_vec())
            .collect::<Vec<_>>();
        let command = Cli::command();
        let visible = command.get_subcommands().filter(|command| !command.is_hide_set());
        let mut visible = visible.map(Command::get_name).collect::<Vec<_>>();
        grouped.sort_unstable();
        visible.sort_unstable();
        assert_eq!(grouped, visible);
    }
}
