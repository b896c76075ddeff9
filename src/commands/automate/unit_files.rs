//! The files that start a runner of jobs: a crontab line, a systemd unit, a launchd agent. Each kind is built by one function,
//! from values that were checked to fit into it. Where the values come from is not known here.

use std::path::Path;

use crate::commands::failure::Failure;

/// A value that every kind of file can carry on its line: UTF-8 without characters that end a line, or that no XML document
/// can hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Value(String);

impl Value {
    /// Checks a value. `name` says in the error what it is, such as `--profile`.
    pub(crate) fn new(name: &str, text: &str) -> Result<Self, Failure> {
        let refused = |character: char| {
            character.is_control()
                || matches!(character, '\u{2028}' | '\u{2029}')
                || u32::from(character) & 0xfffe == 0xfffe
                || matches!(character, '\u{fdd0}'..='\u{fdef}')
        };
        match text.chars().find(|character| refused(*character)) {
            None => Ok(Self(text.to_owned())),
            Some(character) => {
                let what = match character {
                    '\n' | '\r' | '\u{2028}' | '\u{2029}' => "a line break",
                    _ => "a control character",
                };
                Err(Failure::usage(format!(
                    "{name}: {what} (U+{:04X}) cannot be written into a crontab or unit",
                    u32::from(character)
                ))
                .hint("use a name without it"))
            }
        }
    }

    /// A path, made absolute.
    pub(crate) fn path(name: &str, path: &Path) -> Result<Self, Failure> {
        let failed = |reason: String| Failure::usage(format!("{name} {}: {reason}", path.display()));
        let path = std::path::absolute(path).map_err(|error| failed(error.to_string()))?;
        let text = path.to_str().ok_or_else(|| failed("not UTF-8".to_owned()))?;
        Self::new(name, text)
    }

    /// A word of this program's own.
    pub(crate) fn word(word: &'static str) -> Self {
        Self(word.to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A command and the variables that it needs.
pub(super) struct Start {
    pub(super) words: Vec<Value>,
    pub(super) environment: Vec<(&'static str, Value)>,
}

/// A word for the shell, quoted where that is needed.
fn shell(word: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "/._-+:@,=".contains(character);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    let mut quoted = String::from("'");
    for character in word.chars() {
        match character {
            '\'' => quoted.push_str("'\\''"),
            // Crons differ in what they make of a backslash before another one or a percent sign. With a pair of quotes
            // after it, it is before neither.
            '\\' => quoted.push_str("\\''"),
            other => quoted.push(other),
        }
    }
    quoted.push('\'');
    quoted
}

/// A line of a crontab that starts it every minute.
pub(super) fn cron(start: &Start) -> String {
    let variables = start.environment.iter();
    let variables = variables.map(|(name, value)| format!("{name}={}", shell(value.as_str())));
    let words = start.words.iter().map(|word| shell(word.as_str()));
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
fn unit_command(words: &[Value]) -> String {
    let shell = ["/bin/sh", "-c", "exec \"$0\" \"$@\""].map(Value::word);
    // systemd refuses programs with such names, however they are quoted.
    let refused = words
        .first()
        .is_some_and(|program| program.as_str().contains(['"', '\'', '\\']));
    let before = if refused { &shell[..] } else { &[] };
    let words = before.iter().chain(words).enumerate();
    let words = words.map(|(place, word)| match place {
        0 => unit(word.as_str()),
        _ => unit(word.as_str()).replace('$', "$$"),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// A unit of a user's systemd.
pub(super) fn systemd(start: &Start) -> String {
    let environment = start.environment.iter();
    let environment = environment
        .map(|(name, value)| format!("Environment={}\n", unit(&format!("{name}={}", value.as_str()))))
        .collect::<String>();
    format!(
        "[Unit]\nDescription=turnwise: saved jobs of the Codex agent\n\n[Service]\nExecStart={}\n\
         ExecReload=/bin/kill -HUP $MAINPID\n{environment}Restart=on-failure\nRestartSec=10\n\
         SuccessExitStatus=143\nKillMode=mixed\nTimeoutStopSec=60\n\n[Install]\nWantedBy=default.target\n",
        unit_command(&start.words)
    )
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// An agent of launchd.
pub(super) fn launchd(start: &Start) -> String {
    let words = start.words.iter();
    let words = words
        .map(|word| format!("    <string>{}</string>\n", xml(word.as_str())))
        .collect::<String>();
    let environment = start.environment.iter();
    let environment = environment
        .map(|(name, value)| {
            let value = xml(value.as_str());
            format!("    <key>{name}</key>\n    <string>{value}</string>\n")
        })
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

    fn start(program: &str, home: &str) -> Start {
        Start {
            words: [program, "automate", "tick"]
                .map(|word| Value::new("it", word).unwrap())
                .to_vec(),
            environment: vec![("HOME", Value::new("HOME", home).unwrap())],
        }
    }

    #[test]
    fn awkward_paths_survive_every_format() {
        let start = start("/opt/it's 100% $5/turnwise", "/home/a <b> & \"c\"");
        assert_eq!(
            cron(&start),
            "* * * * * HOME='/home/a <b> & \"c\"' '/opt/it'\\''s 100\\% $5/turnwise' automate tick\n"
        );
        let unit = systemd(&start);
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
        assert!(launchd(&start).contains("<string>/home/a &lt;b&gt; &amp; \"c\"</string>"));
    }

    /// The command that cron runs: both ways in which crons take backslashes away.
    fn run_by(line: &str, also_double: bool) -> String {
        let (mut command, mut escaped) = (String::new(), false);
        let line = line.strip_prefix("* * * * * ").unwrap();
        for character in line.trim_end_matches('\n').chars() {
            if escaped {
                if character == '%' || (also_double && character == '\\') {
                    command.pop();
                }
                escaped = false;
            } else if character == '%' {
                break;
            } else {
                escaped = character == '\\';
            }
            command.push(character);
        }
        command
    }

    #[test]
    fn backslashes_and_percent_signs_come_through_every_cron() {
        for home in ["a\\%b", "a\\\\b%", "%\\", "\\\\%%\\'\\%", "100%"] {
            let line = cron(&start("/bin/x", home));
            for also_double in [false, true] {
                let command = run_by(&line, also_double);
                let shown = format!("env() {{ printf '%s' \"$1\"; }}; env {command}");
                let output = std::process::Command::new("/bin/sh")
                    .args(["-c", &shown])
                    .output()
                    .unwrap();
                assert_eq!(
                    String::from_utf8(output.stdout).unwrap(),
                    format!("HOME={home}"),
                    "{line}"
                );
            }
        }
    }

    #[test]
    fn a_value_that_would_end_its_line_is_refused_without_being_repeated() {
        for text in [
            "a\nb", "a\rb", "a\0b", "a\tb", "\u{b}", "\u{85}", "\u{2028}", "\u{2029}", "\u{ffff}", "\u{1b}",
        ] {
            let refused = Value::new("--profile", text).unwrap_err();
            assert!(refused.message.starts_with("--profile: a "), "{refused:?}");
            assert!(!refused.message.contains(text));
        }
        assert!(Value::new("--profile", "nächtlich 100% 'x'").is_ok());
    }
}
