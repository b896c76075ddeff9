//! `turnwise automate install`: prints what makes a machine run jobs by itself. It changes nothing.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use turnwise::environment::variable;
use turnwise::exit::Exit;
use turnwise::render::output;

use super::list::done;
use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::say;

/// Print a crontab line, a systemd unit or a launchd agent that runs saved jobs
///
/// It works with the little that cron and systemd know: paths are absolute, and the variables that
/// name homes are in it.
/// Nothing is installed; how to do that is said on stderr.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  (crontab -l; turnwise automate install --cron) | crontab -\n  turnwise automate install --systemd > ~/.config/systemd/user/turnwise.service"
)]
#[group(required = true, multiple = false)]
pub(super) struct InstallArgs {
    /// A crontab line that looks every minute
    #[arg(long)]
    cron: bool,
    /// A unit for systemd, of a user
    #[arg(long)]
    systemd: bool,
    /// An agent for launchd on macOS
    #[arg(long)]
    launchd: bool,
}

/// The variables that a job's runner needs, as they are here. Paths are absolute.
pub(crate) fn environment(context: &Context) -> Result<Vec<(&'static str, String)>, Failure> {
    let mut environment = Vec::new();
    for name in ["HOME", "TURNWISE_HOME", "CODEX_HOME"] {
        let value = match name {
            "CODEX_HOME" => context.global.codex_home.clone().map(PathBuf::into_os_string),
            _ => variable(name),
        };
        if let Some(value) = value.filter(|value: &OsString| !value.is_empty()) {
            environment.push((name, text(name, Path::new(&value))?));
        }
    }
    Ok(environment)
}

fn text(what: &str, path: &Path) -> Result<String, Failure> {
    let failed =
        |error: &dyn std::fmt::Display| Failure::usage(format!("{what} {}: {error}", path.display()));
    let path = std::path::absolute(path).map_err(|error| failed(&error))?;
    let text = path
        .into_os_string()
        .into_string()
        .map_err(|_| failed(&"it is not UTF-8"))?;
    if text.contains('\n') {
        return Err(failed(&"it has a line break"));
    }
    Ok(text)
}

/// Runs the command.
pub(super) fn run(args: &InstallArgs, context: &Context) -> Result<Exit, Failure> {
    let program =
        std::env::current_exe().map_err(|error| Failure::system("turnwise's own program", error))?;
    let mut words = vec![text("turnwise", &program)?];
    if let Some(config) = &context.global.config {
        words.extend(["--config".to_owned(), text("--config", config)?]);
    }
    if let Some(profile) = &context.global.profile {
        words.extend(["--profile".to_owned(), profile.clone()]);
    }
    words.push("automate".to_owned());
    words.push(if args.cron { "tick" } else { "daemon" }.to_owned());
    let environment = environment(context)?;
    let (text, how) = if args.cron {
        (cron(&words, &environment), "Add it with `crontab -e`.")
    } else if args.systemd {
        (
            systemd(&words, &environment),
            "Write it to ~/.config/systemd/user/turnwise.service, then:\n  systemctl --user daemon-reload\n  \
             systemctl --user enable --now turnwise\n  loginctl enable-linger   # to run while you are logged out",
        )
    } else {
        (
            launchd(&words, &environment),
            "Write it to ~/Library/LaunchAgents/turnwise.automate.plist, then:\n  \
             launchctl bootstrap gui/$(id -u) ~/Library/LaunchAgents/turnwise.automate.plist",
        )
    };
    if !context.global.quiet {
        say(how);
    }
    done(output::stdout().write_all(text.as_bytes()))
}

/// A word for the shell, quoted where that is needed.
fn shell(word: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "/._-+:@,=".contains(character);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn cron(words: &[String], environment: &[(&str, String)]) -> String {
    let variables = environment
        .iter()
        .map(|(name, value)| format!("{name}={}", shell(value)));
    let words = words.iter().map(|word| shell(word));
    let line = variables.chain(words).collect::<Vec<_>>().join(" ");
    // Cron takes a `%` for the end of the line.
    format!("* * * * * {}\n", line.replace('%', "\\%"))
}

/// A word in a unit: quoted, without specifiers.
fn unit(word: &str) -> String {
    let word = word.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%");
    format!("\"{word}\"")
}

/// A command line in a unit: without variables too, which systemd does not look for in the program's name.
fn unit_command(words: &[String]) -> String {
    let shell = ["/bin/sh", "-c", "exec \"$0\" \"$@\""].map(str::to_owned);
    // systemd refuses programs with such names, however they are quoted.
    let refused = words
        .first()
        .is_some_and(|program| program.contains(['"', '\'', '\\']));
    let before = if refused { &shell[..] } else { &[] };
    let words = before.iter().chain(words).enumerate();
    let words = words.map(|(place, word)| match place {
        0 => unit(word),
        _ => unit(word).replace('$', "$$"),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn systemd(words: &[String], environment: &[(&str, String)]) -> String {
    let environment = environment
        .iter()
        .map(|(name, value)| format!("Environment={}\n", unit(&format!("{name}={value}"))))
        .collect::<String>();
    format!(
        "[Unit]\nDescription=turnwise: saved jobs of the Codex agent\n\n[Service]\nExecStart={}\n\
         ExecReload=/bin/kill -HUP $MAINPID\n{environment}Restart=on-failure\nRestartSec=10\n\
         SuccessExitStatus=143\nKillMode=mixed\nTimeoutStopSec=60\n\n[Install]\nWantedBy=default.target\n",
        unit_command(words)
    )
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn launchd(words: &[String], environment: &[(&str, String)]) -> String {
    let words = words
        .iter()
        .map(|word| format!("    <string>{}</string>\n", xml(word)))
        .collect::<String>();
    let environment = environment
        .iter()
        .map(|(name, value)| format!("    <key>{name}</key>\n    <string>{}</string>\n", xml(value)))
        .collect::<String>();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
         \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n<dict>\n  <key>Label</key>\n  \
         <string>turnwise.automate</string>\n  <key>ProgramArguments</key>\n  <array>\n{words}  </array>\n  \
         <key>EnvironmentVariables</key>\n  <dict>\n{environment}  </dict>\n  <key>RunAtLoad</key>\n  <true/>\n  \
         <key>KeepAlive</key>\n  <dict>\n    <key>SuccessfulExit</key>\n    <false/>\n  </dict>\n</dict>\n</plist>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Vec<String> {
        ["/opt/it's 100% $5/turnwise", "automate", "tick"]
            .map(str::to_owned)
            .to_vec()
    }

    #[test]
    fn awkward_paths_survive_every_format() {
        let environment = [("HOME", "/home/a <b> & \"c\"".to_owned())];
        assert_eq!(
            cron(&words(), &environment),
            "* * * * * HOME='/home/a <b> & \"c\"' '/opt/it'\\''s 100\\% $5/turnwise' automate tick\n"
        );
        let unit = systemd(&words(), &environment);
        assert!(
            unit.contains(
                "\"exec \\\"$$0\\\" \\\"$$@\\\"\" \"/opt/it's 100%% $$5/turnwise\" \"automate\" \"tick\"\n"
            ),
            "{unit}"
        );
        assert!(
            unit.contains("Environment=\"HOME=/home/a <b> & \\\"c\\\"\"\n"),
            "{unit}"
        );
        assert!(launchd(&words(), &environment).contains("<string>/home/a &lt;b&gt; &amp; \"c\"</string>"));
    }
}
