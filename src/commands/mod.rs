//! The command line: one file for each command, with its arguments and the lines that join runtime and renderer.

mod approve;
mod automate;
mod chat;
mod codex;
mod completions;
mod config;
mod context;
mod deadline;
mod demo;
mod doctor;
mod duration;
mod failure;
mod handed;
mod help;
mod hooks;
mod login;
mod login_shell;
mod man;
mod policy;
mod remedy;
mod replay;
mod resume;
mod resumption;
mod rpc;
mod run;
mod session;
mod sessions;
mod shorthand;
mod status;
mod tokio_runtime;
mod usage;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::environment;
use crate::exit::Exit;
use crate::render::printer::say;
use crate::render::tty;
use clap::builder::Styles;
use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use context::Context;
use deadline::Deadline;
use duration::OptionalDuration;
use failure::Failure;
use help::heading;

/// Run Codex prompts from scripts, with sessions, approvals and schedules.
///
/// Compared with `codex exec`, it adds approvals that you can answer from any terminal, an exit code for each kind of failure,
/// stdin that never hangs a run, sessions to watch and steer, and schedules.
///
/// Safe by default: the agent cannot request extra permissions, commands run in a read-only sandbox, and a run stops after
/// 120 s.
#[derive(Debug, Parser)]
#[command(
    name = "turnwise",
    version,
    about,
    long_about,
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    override_usage = "turnwise [OPTIONS] <COMMAND>\n       turnwise [OPTIONS] \"PROMPT\"",
    after_help = "Examples:\n  turnwise demo\n  turnwise \"What does this repository do?\""
)]
struct Cli {
    #[command(flatten)]
    global: GlobalArgs,
    #[command(subcommand)]
    command: Command,
}

/// Options that every command has.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = heading::GLOBAL)]
pub(crate) struct GlobalArgs {
    /// Codex binary
    ///
    /// A native binary or npm's wrapper. Default: the managed install, then `codex` on the PATH.
    #[arg(
        long,
        global = true,
        value_name = "PATH",
        env = "TURNWISE_CODEX",
        hide_env_values = true,
        hide_short_help = true
    )]
    codex: Option<PathBuf>,
    /// Codex's directory
    ///
    /// It holds Codex's configuration, credentials and sessions. Default: ~/.codex.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "CODEX_HOME",
        hide_env_values = true,
        hide_short_help = true
    )]
    codex_home: Option<PathBuf>,
    /// Connect to a running server
    ///
    /// `unix://PATH`, `ws://HOST:PORT` or `wss://HOST`. `unix://` alone is Codex's own daemon. Default: the variable
    /// `TURNWISE_CONNECT`.
    #[arg(
        long,
        global = true,
        value_name = "URL",
        hide_env = true,
        env = "TURNWISE_CONNECT",
        hide_env_values = true,
        hide_short_help = true
    )]
    connect: Option<String>,
    /// File with that server's token
    ///
    /// Default: the variable `TURNWISE_CONNECT_TOKEN`.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        requires = "connect",
        hide_short_help = true
    )]
    connect_token_file: Option<PathBuf>,
    /// Override a Codex setting (repeatable)
    ///
    /// VALUE is TOML.
    #[arg(short = 'c', long, global = true, value_name = "KEY=VALUE", action = ArgAction::Append, hide_default_value = true, hide_short_help = true)]
    codex_config: Vec<Setting>,
    /// Configuration file of turnwise
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    config: Option<PathBuf>,
    /// The text of the configuration file, once it was read.
    #[arg(skip)]
    config_text: Option<String>,
    /// Use a profile from the configuration
    #[arg(long, global = true, value_name = "NAME", hide_short_help = true)]
    profile: Option<String>,
    /// Colors: auto, always or never
    ///
    /// auto: at a terminal, unless `NO_COLOR` or `TERM=dumb` is set.
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true,
        hide_short_help = true
    )]
    color: ColorChoice,
    /// Suppress everything except errors
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Print diagnostics to stderr (-vv: more)
    #[arg(short, long, global = true, action = ArgAction::Count, hide_short_help = true)]
    verbose: u8,
    /// Program to run for each waiting approval request (no shell; `notify = ["cmd", …]` in the configuration)
    #[arg(long, global = true, value_name = "WORD", action = ArgAction::Append, hide = true)]
    notify: Vec<String>,
    /// Days to keep answered approval requests
    #[arg(long, global = true, value_name = "DAYS", default_value = "90", hide = true)]
    history_days: u32,
    /// Maximum number of answered approval requests to keep
    #[arg(long, global = true, value_name = "N", default_value = "20000", hide = true)]
    history_limit: usize,
    /// Write diagnostics to a file
    #[arg(long, global = true, value_name = "PATH", hide_short_help = true)]
    log_file: Option<PathBuf>,
}

/// `KEY=VALUE` as typed. The value may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Setting(String);

impl From<&str> for Setting {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl std::fmt::Debug for Setting {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Setting")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// At a terminal, unless `NO_COLOR` or `TERM=dumb` is set
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(Box<run::RunArgs>),
    Resume(Box<resume::ResumeArgs>),
    Session(session::SessionArgs),
    Approve(approve::ApproveArgs),
    Rpc(Box<rpc::RpcArgs>),
    Replay(replay::ReplayArgs),
    Demo(demo::DemoArgs),
    Automate(automate::AutomateArgs),
    Doctor(doctor::DoctorArgs),
    Login(login::LoginArgs),
    Logout(login::LogoutArgs),
    Codex(codex::CodexArgs),
    Status(status::StatusArgs),
    Config(config::ConfigArgs),
    Hooks(hooks::HooksArgs),
    Help(help::HelpArgs),
    /// Print the version
    #[command(hide = true, after_help = "Example:\n  turnwise version")]
    Version,
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// Parses the arguments and runs the command.
pub(crate) fn main(arguments: Vec<OsString>) -> Exit {
    if let Some(exit) = completions::answer(&arguments) {
        return exit;
    }
    install_panic_message();
    context::color_first_errors();
    let began = Instant::now();
    let arguments = &match handed::expand(arguments, automate::arguments_of) {
        Ok(arguments) => arguments,
        Err(error) => {
            let failure = Failure::usage(format!("no run received from the job runner: {error}"));
            return failure
                .hint("`turnwise automate run NAME` runs a job")
                .report(true);
        }
    };
    let json = asks_for_json(arguments);
    let stdin_terminal = rustix::termios::isatty(rustix::stdio::stdin());
    let arguments = &match shorthand::expanded(arguments.clone(), &Cli::command(), stdin_terminal) {
        Ok(arguments) => arguments,
        Err(failure) => return failure.report(json),
    };
    let json = asks_for_json(arguments);
    let (cli, deadline) = match parse(arguments, began) {
        Ok(parsed) => parsed,
        Err(ParseFailure::Clap(error)) => {
            return usage::report(error, arguments, json);
        }
        Err(ParseFailure::Config(failure)) => return failure.report(json),
    };
    let outcome = Context::new(cli.global, deadline).and_then(|context| dispatch(cli.command, &context));
    outcome.unwrap_or_else(|failure| failure.report(json))
}

fn dispatch(command: Command, context: &Context) -> Result<Exit, Failure> {
    match command {
        Command::Run(args) => run::run(*args, context),
        Command::Resume(args) => resume::run(*args, context),
        Command::Session(args) => session::run(args, context),
        Command::Approve(args) => approve::run(args, context),
        Command::Rpc(args) => rpc::run(*args, context),
        Command::Replay(args) => replay::run(&args, context),
        Command::Demo(args) => demo::run(&args, context),
        Command::Automate(args) => automate::run(args, context),
        Command::Doctor(args) => doctor::run(&args, context),
        Command::Login(args) => login::login(&args, context),
        Command::Logout(args) => login::logout(&args, context),
        Command::Codex(args) => codex::run(&args, context),
        Command::Status(args) => status::run(&args, context),
        Command::Config(args) => config::run(&args, context),
        Command::Hooks(args) => hooks::run(args, context),
        // `shorthand` has rewritten both, except with unexpected options.
        Command::Help(_) | Command::Version => Err(Failure::usage("`help` and `version` take no options")),
        Command::Completions(args) => completions::run(&args, context),
        Command::Man(args) => man::run(&args, context),
    }
}

/// Parses the arguments of a run, to check them before they are saved.
fn parse_run(arguments: Vec<OsString>) -> Result<(run::TurnArgs, GlobalArgs), Failure> {
    let words = std::iter::once(OsString::from("turnwise")).chain(arguments);
    let parsed = parse(&words.collect::<Vec<_>>(), Instant::now());
    let (cli, _) = parsed.map_err(|failure| match failure {
        ParseFailure::Config(failure) => failure,
        ParseFailure::Clap(error) => usage::failure(&error),
    })?;
    match cli.command {
        Command::Run(args) => Ok((args.into_turn(), cli.global)),
        _ => Err(Failure::usage("not a run")),
    }
}

enum ParseFailure {
    Clap(clap::Error),
    Config(Failure),
}

/// The command line without colors: its errors quote arguments, and only plain text can be sanitised.
fn plain_command() -> clap::Command {
    let command = help::arranged(Cli::command().styles(Styles::plain()));
    without_variables(command, &|name| environment::is_empty(name))
}

/// Parses once to find the configuration, and again with its settings as defaults. Also returns the deadline of `--timeout`.
fn parse(arguments: &[OsString], began: Instant) -> Result<(Cli, Deadline), ParseFailure> {
    let read = |command: clap::Command| -> Result<_, clap::Error> {
        let mut matches = command.try_get_matches_from(arguments)?;
        let deadline = Deadline::since(began, timeout_in(&matches));
        Ok((Cli::from_arg_matches_mut(&mut matches)?, deadline))
    };
    let command = plain_command();
    let (mut cli, deadline) = read(command.clone()).map_err(ParseFailure::Clap)?;
    let loaded = crate::config::load(
        cli.global.config.as_deref(),
        cli.global.profile.as_deref(),
        &command,
        deadline.moment(),
    );
    let (settings, text) = match loaded {
        Ok(loaded) => loaded,
        // This command reads the file itself and can repair it.
        Err(_) if matches!(cli.command, Command::Config(_)) => return Ok((cli, deadline)),
        Err(error) => return Err(ParseFailure::Config(error.into())),
    };
    let mut deadline = deadline;
    if !settings.is_empty() {
        (cli, deadline) = read(crate::config::apply(command, &settings)).map_err(ParseFailure::Clap)?;
    }
    cli.global.config_text = text;
    Ok((cli, deadline))
}

/// The options of which a variable is to be ignored, as if it was not set.
fn without_variables(command: clap::Command, ignored: &dyn Fn(&OsStr) -> bool) -> clap::Command {
    let command = command.mut_args(|arg| {
        if arg.get_env().is_some_and(ignored) {
            arg.env(None).hide_env(true)
        } else {
            arg
        }
    });
    command.mut_subcommands(|subcommand| without_variables(subcommand, ignored))
}

/// `--timeout` of the command, if it has one.
fn timeout_in(matches: &clap::ArgMatches) -> Option<Duration> {
    let mut matches = matches;
    while let Some((_, of_subcommand)) = matches.subcommand() {
        matches = of_subcommand;
    }
    let timeout = matches.try_get_one::<OptionalDuration>("timeout").ok().flatten();
    timeout.and_then(|limit| limit.0)
}

/// Whether errors go to stdout as JSON too. Read from the raw arguments, which may be wrong.
fn asks_for_json(arguments: &[OsString]) -> bool {
    let words = arguments
        .iter()
        .filter_map(|argument| argument.to_str())
        .collect::<Vec<_>>();
    let is_json = |word: &str| matches!(word, "json" | "jsonl");
    words.iter().any(|word| {
        word.strip_prefix("--format=")
            .or_else(|| word.strip_prefix("-o"))
            .is_some_and(is_json)
    }) || words
        .windows(2)
        .any(|pair| matches!(pair[0], "--format" | "-o") && is_json(pair[1]))
}

/// A panic prints one line. Its location is in the log.
fn install_panic_message() {
    std::panic::set_hook(Box::new(|info| {
        tracing::error!("{info}");
        tty::restore();
        let failure = Failure::new(Exit::Failed, "bug", "turnwise stopped because of a bug")
            .hint("run it again with -vv and report the output");
        failure.print();
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn json_is_recognised_in_every_spelling() {
        let asks = |words: &[&str]| asks_for_json(&words.iter().map(OsString::from).collect::<Vec<_>>());
        assert!(
            asks(&["run", "--format", "json"])
                && asks(&["run", "-ojsonl"])
                && asks(&["run", "--format=json"])
        );
        assert!(!asks(&["run", "--format", "text", "json"]));
    }
}
