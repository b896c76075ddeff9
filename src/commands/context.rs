//! The surroundings of a command: global options, directories, outputs and the Codex to use.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use crate::codex::{Compatibility, Directories, Found, NEWEST_TESTED, Version, find};
use crate::environment::{home, variable};
use crate::files;
use crate::ledger::Retention;
use crate::render::printer::Printer;
use crate::render::style::{Palette, color_stderr};
use crate::render::{Surface, output};
use crate::run::CodexSpec;
use crate::runtime::ClientConfig;
use crate::runtime::remote::{BearerToken, Endpoint};
use crate::text::sanitize;
use rustix::termios::isatty;
use serde::Serialize;
use serde_json::Value;
use tracing_subscriber::filter::LevelFilter;

use super::deadline::Deadline;
use super::failure::Failure;
use super::remedy;
use super::{ColorChoice, GlobalArgs, Setting};
use crate::input::{codex_config, text_of};

/// The variable with the token of a running server.
const TOKEN: &str = "TURNWISE_CONNECT_TOKEN";

/// The surroundings of a command.
pub(crate) struct Context {
    pub(crate) global: GlobalArgs,
    pub(crate) directories: Option<Directories>,
    pub(crate) stdin_terminal: bool,
    pub(crate) stdout: Surface,
    pub(crate) stderr: Surface,
    /// The deadline of `--timeout`. Reading from a named pipe also stops then.
    pub(crate) deadline: Deadline,
    codex_config: Vec<(String, Value)>,
    remote: Option<Remote>,
}

/// A running server.
#[derive(Debug)]
struct Remote {
    endpoint: Endpoint,
    token: Option<BearerToken>,
}

impl Context {
    pub(crate) fn new(global: GlobalArgs, deadline: Deadline) -> Result<Self, Failure> {
        start_log(&global)?;
        let surface = |terminal| surface(terminal, global.color);
        let (stdout, stderr) = (
            surface(isatty(rustix::stdio::stdout())),
            surface(isatty(rustix::stdio::stderr())),
        );
        color_stderr(stderr.color);
        let codex_config = parsed(&global.codex_config)?;
        let remote = remote(&global, deadline)?;
        Ok(Self {
            deadline,
            remote,
            directories: Directories::from_env(),
            stdin_terminal: std::io::stdin().is_terminal(),
            stdout,
            stderr,
            codex_config,
            global,
        })
    }

    /// The same surroundings with other global options, without a log of their own.
    pub(crate) fn with(&self, global: GlobalArgs) -> Result<Self, Failure> {
        Ok(Self {
            directories: self.directories.clone(),
            codex_config: parsed(&global.codex_config)?,
            remote: remote(&global, self.deadline)?,
            global,
            ..*self
        })
    }

    /// What prints for the command.
    pub(crate) fn printer(&self) -> Printer {
        Printer {
            stdout: self.stdout,
            quiet: self.global.quiet,
        }
    }

    /// Writes to stdout: see [`Printer::print`].
    pub(crate) fn print(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
        self.printer().print(write).map_err(Failure::stdout)
    }

    /// Writes a document to stdout, as one line of JSON.
    pub(crate) fn print_json(&self, document: &impl Serialize) -> Result<(), Failure> {
        self.printer().json(document).map_err(Failure::stdout)
    }

    /// Prints a note on stderr, unless `--quiet` is set.
    pub(crate) fn note(&self, text: &str) {
        self.printer().note(text);
    }

    /// The colours of stdout.
    pub(crate) fn palette(&self) -> Palette {
        self.printer().palette()
    }

    /// The directories, where a command cannot do without.
    pub(crate) fn directories(&self) -> Result<&Directories, Failure> {
        self.directories
            .as_ref()
            .ok_or_else(|| Failure::usage("no home directory found").hint("set HOME or TURNWISE_HOME"))
    }

    /// The Codex to use.
    pub(crate) fn codex(&self) -> Result<Found, Failure> {
        Ok(find(self.global.codex.as_deref(), self.directories.as_ref())?)
    }

    /// A warning about an untested version, once for each version.
    pub(crate) fn notice_about(&self, version: &Version) -> Option<String> {
        if version.compatibility() != Compatibility::Untested {
            return None;
        }
        if let Some(directories) = &self.directories {
            let marker = directories.state.join(format!("warned-about-codex-{version}"));
            if marker.exists() {
                return None;
            }
            // Without the marker, the warning appears every time.
            let _ = std::fs::create_dir_all(&directories.state).and_then(|()| std::fs::write(marker, ""));
        }
        Some(format!(
            "codex {version} is newer than the newest tested version, {NEWEST_TESTED}; it will probably work"
        ))
    }

    /// How long answered requests are kept.
    pub(crate) fn retention(&self) -> Retention {
        Retention {
            age: Duration::from_secs(u64::from(self.global.history_days) * 24 * 60 * 60),
            count: self.global.history_limit,
        }
    }

    /// Codex's directory.
    pub(crate) fn codex_home(&self) -> PathBuf {
        codex_home(&self.global)
    }

    /// A client of the server of `--connect`, otherwise of a server of its own.
    pub(crate) fn client(&self) -> Result<ClientConfig, Failure> {
        match &self.remote {
            Some(remote) => {
                let config = ClientConfig::new()
                    .wording(remedy::hint)
                    .connect(remote.endpoint.clone(), remote.token.clone());
                Ok(self.with_codex_config(config))
            }
            None => Ok(self.client_config(self.codex()?)),
        }
    }

    /// The same as part of a specification. A token stays where it is.
    pub(crate) fn codex_spec(&self) -> CodexSpec {
        let mut codex = CodexSpec::default();
        codex.program.clone_from(&self.global.codex);
        codex.connect = self.endpoint().map(ToString::to_string);
        codex
            .connect_token_file
            .clone_from(&self.global.connect_token_file);
        let home = self.global.codex_home.as_deref();
        codex.home = home.filter(|home| *home != Path::new("")).map(Path::to_owned);
        codex.config = self.codex_config.iter().cloned().collect();
        codex
    }

    /// The server of `--connect`.
    pub(crate) fn endpoint(&self) -> Option<&Endpoint> {
        self.remote.as_ref().map(|remote| &remote.endpoint)
    }

    /// A client of this Codex, with the global options.
    pub(crate) fn client_config(&self, found: Found) -> ClientConfig {
        let mut config = ClientConfig::new().wording(remedy::hint).found(found).guarded();
        // An empty one means "not set", as for Codex itself.
        if let Some(home) = self
            .global
            .codex_home
            .as_deref()
            .filter(|home| *home != Path::new(""))
        {
            config = config.codex_home(home);
        }
        self.with_codex_config(config)
    }

    fn with_codex_config(&self, mut config: ClientConfig) -> ClientConfig {
        for (key, value) in &self.codex_config {
            config = config.codex_config(key.clone(), value.clone());
        }
        config
    }
}

/// An output, by what it is and by the environment.
fn surface(terminal: bool, color: ColorChoice) -> Surface {
    let plain = variable("TERM").is_some_and(|term| term == "dumb")
        || variable("CI").is_some_and(|ci| ci == "true" || ci == "1");
    let colorless = plain || variable("NO_COLOR").is_some();
    let forced = variable("CLICOLOR_FORCE").is_some_and(|force| force != "0");
    Surface {
        terminal,
        interactive: terminal && !plain,
        color: match color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => forced || (terminal && !colorless),
        },
    }
}

/// Colours errors for as long as the options are not known.
pub(super) fn color_first_errors() {
    color_stderr(surface(isatty(rustix::stdio::stderr()), ColorChoice::Auto).color);
}

/// `-c KEY=VALUE`, read.
fn parsed(pairs: &[Setting]) -> Result<Vec<(String, Value)>, Failure> {
    let pairs = pairs.iter().map(|pair| codex_config::parse(&pair.0));
    pairs
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::usage(error.to_string()))
}

fn codex_home(global: &GlobalArgs) -> PathBuf {
    let named = global.codex_home.clone().filter(|home| home != Path::new(""));
    let own = || home().unwrap_or_else(|| "/".into()).join(".codex");
    named.unwrap_or_else(own)
}

/// The address of a running server, and its token: from a file or the environment, never from the command line, which
/// other users can read.
fn remote(global: &GlobalArgs, deadline: Deadline) -> Result<Option<Remote>, Failure> {
    let Some(text) = global.connect.as_deref().filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let endpoint = if text == "unix://" {
        Endpoint::daemon(&codex_home(global))
    } else {
        text.parse()
            .map_err(|error| Failure::usage(format!("--connect {error}")))?
    };
    let (token, from) = if let Some(file) = &global.connect_token_file {
        let name = format!("--connect-token-file {}", file.display());
        (Some(text_of(&name, file, deadline.moment())?), name)
    } else {
        let token = variable(TOKEN).map(OsString::into_string).transpose();
        let token = token.map_err(|_| Failure::usage(format!("{TOKEN}: not UTF-8")))?;
        (token, TOKEN.to_owned())
    };
    let token = token
        .map(|token| BearerToken::new(&token))
        .transpose()
        .map_err(|error| Failure::usage(format!("{from}: {error}")))?;
    if token.is_some() && endpoint.is_exposed() {
        return Err(Failure::usage(format!(
            "--connect {endpoint}: the token would be sent unencrypted"
        ))
        .hint("use wss://, or a tunnel to this machine"));
    }
    Ok(Some(Remote { endpoint, token }))
}

/// Logs contain text from outside and are read in terminals, so it is sanitised.
struct SafeLog<W>(W);

impl<W: Write> Write for SafeLog<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        self.0.write_all(sanitize::text(&text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

/// Diagnostics: nowhere by default, to stderr with `-v`, to a file with `--log-file`.
fn start_log(global: &GlobalArgs) -> Result<(), Failure> {
    let level = match (global.verbose, &global.log_file) {
        (0, None) => return Ok(()),
        (0 | 1, _) => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    let builder = tracing_subscriber::fmt().with_max_level(level).with_ansi(false);
    let outcome = if let Some(path) = &global.log_file {
        let file = files::append(path, 0o600)
            .map_err(|error| Failure::usage(format!("--log-file {}: {error}", path.display())))?;
        builder.with_writer(Mutex::new(SafeLog(file))).try_init()
    } else {
        let stderr = Mutex::new(SafeLog(output::stderr()));
        builder.with_writer(stderr).without_time().try_init()
    };
    outcome.map_err(|error| Failure::system("the log", error))
}
