//! What `install` prints, read as those read it whom it is for: with every path as awkward as a path can be.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use plist::Value;

use crate::support::listening::socket_directory;
use crate::support::{Running, Test};

/// A name with everything that one of the formats gives a meaning to.
const AWKWARD: &str = "it's 100% \"A&B\" <$HOME> %h \\n; #";

/// One without what systemd refuses in the name of a program.
const ALLOWED: &str = "100% A&B <$HOME> %h; #";

/// The name of a profile, which nothing checks.
const PROFILE: &str = "a 'b' %c";

/// A test whose program, home and configuration have such names.
struct Awkward {
    test: Test,
    program: PathBuf,
    environment: BTreeMap<String, String>,
    config: PathBuf,
}

fn awkward(name: &str) -> Awkward {
    let mut test = Test::answering("unused");
    let place = test.work().with_file_name(name);
    std::fs::create_dir(&place).unwrap();
    let program = place.join("turnwise");
    let built = env!("CARGO_BIN_EXE_turnwise");
    // Elsewhere than on one disk it has to be copied.
    if std::fs::hard_link(built, &program).is_err() {
        std::fs::copy(built, &program).unwrap();
    }
    let config = place.join("config.toml");
    std::fs::write(&config, format!("[profile.\"{PROFILE}\"]\n")).unwrap();
    let mut environment = BTreeMap::new();
    for (name, directory) in [
        ("HOME", "home"),
        ("TURNWISE_HOME", "state"),
        ("CODEX_HOME", "codex"),
    ] {
        let path = place.join(directory);
        std::fs::create_dir(&path).unwrap();
        test.set(name, path.clone());
        environment.insert(name.to_owned(), path.into_os_string().into_string().unwrap());
    }
    Awkward {
        test,
        program,
        environment,
        config,
    }
}

impl Awkward {
    fn install(&self, format: &str) -> String {
        let as_here = self.test.command(&[]);
        let mut command = Command::new(&self.program);
        command.arg("--config").arg(&self.config);
        command.args(["--profile", PROFILE, "automate", "install", "--print", format]);
        command.env_clear().stdin(Stdio::null());
        command.envs(
            as_here
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        Running::start(command).wait().exits(0).stdout.clone()
    }

    /// The words of the command line that is to be run.
    fn words(&self, verb: &str) -> Vec<String> {
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let words = [
            text(&self.program),
            "--config".to_owned(),
            text(&self.config),
            "--profile".to_owned(),
            PROFILE.to_owned(),
            "automate".to_owned(),
            verb.to_owned(),
        ];
        words.to_vec()
    }
}

#[test]
fn the_agent_for_launchd_says_what_it_should_to_a_reader_of_property_lists() {
    let awkward = awkward(AWKWARD);
    let agent = Value::from_reader_xml(awkward.install("--launchd").as_bytes()).unwrap();
    let agent = agent.as_dictionary().unwrap();
    let text = |value: &Value| value.as_string().unwrap().to_owned();
    assert_eq!(
        agent.keys().collect::<Vec<_>>(),
        [
            "Label",
            "ProgramArguments",
            "EnvironmentVariables",
            "RunAtLoad",
            "KeepAlive"
        ]
    );
    assert_eq!(agent["Label"].as_string(), Some("turnwise.automate"));
    let words = agent["ProgramArguments"].as_array().unwrap();
    assert_eq!(
        words.iter().map(text).collect::<Vec<_>>(),
        awkward.words("daemon")
    );
    let environment = agent["EnvironmentVariables"].as_dictionary().unwrap();
    let environment = environment
        .iter()
        .map(|(name, value)| (name.clone(), text(value)));
    assert_eq!(environment.collect::<BTreeMap<_, _>>(), awkward.environment);
    assert_eq!(agent["RunAtLoad"].as_boolean(), Some(true));
    // It is started again if it fails, and not if it was told to end.
    let keep_alive = agent["KeepAlive"].as_dictionary().unwrap();
    assert_eq!(keep_alive["SuccessfulExit"].as_boolean(), Some(false));
}

/// A unit: its sections, with the values of each name in their order.
fn unit(text: &str) -> BTreeMap<&str, Vec<(&str, &str)>> {
    let (mut sections, mut section) = (BTreeMap::<_, Vec<_>>::new(), "");
    for line in text.lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(name) => section = name,
            None => sections
                .entry(section)
                .or_default()
                .push(line.split_once('=').unwrap()),
        }
    }
    sections
}

/// The words of a value as systemd reads them: quotes, backslashes, and doubled signs that would begin a specifier or,
/// after the first word of a command, a variable.
fn unquoted(value: &str, command: bool) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), None::<String>, false);
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(word.take()),
            '\\' => word.get_or_insert_default().push(match characters.next() {
                Some(escaped @ ('"' | '\\')) => escaped,
                other => panic!("an escape of its own meaning: {other:?}"),
            }),
            '%' | '$' if character == '%' || (command && !words.is_empty()) => {
                assert_eq!(characters.next(), Some(character), "{value}");
                word.get_or_insert_default().push(character);
            }
            other => word.get_or_insert_default().push(other),
        }
    }
    assert!(!quoted, "{value}");
    words.extend(word);
    words
}

#[test]
fn the_unit_for_systemd_says_what_it_should_and_systemd_finds_nothing_wrong_with_it() {
    for name in [AWKWARD, ALLOWED] {
        check_unit(name);
    }
}

fn check_unit(name: &str) {
    let awkward = awkward(name);
    let text = awkward.install("--systemd");
    let unit = unit(&text);
    assert_eq!(
        unit.keys().copied().collect::<Vec<_>>(),
        ["Install", "Service", "Unit"]
    );
    let service = &unit["Service"];
    let value = |wanted: &str| service.iter().find(|(name, _)| *name == wanted).unwrap().1;
    // A program of such a name is refused by systemd itself, so that a shell starts it.
    let words = unquoted(value("ExecStart"), true);
    let shell = usize::from(name == AWKWARD) * 3;
    assert_eq!(words[..shell], ["/bin/sh", "-c", "exec \"$0\" \"$@\""][..shell]);
    assert_eq!(words[shell..], awkward.words("daemon"));
    let mut program = Command::new(&words[0]);
    program
        .args(&words[1..=shell])
        .arg("--version")
        .stdin(Stdio::null());
    let version = Running::start(program).wait().exits(0).stdout.clone();
    assert!(version.starts_with("turnwise "), "{version}");
    let environment = service
        .iter()
        .filter(|(name, _)| *name == "Environment")
        .map(|(_, value)| {
            let words = unquoted(value, false);
            let [word] = &words[..] else { panic!("{words:?}") };
            let (name, value) = word.split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        });
    assert_eq!(environment.collect::<BTreeMap<_, _>>(), awkward.environment);
    assert_eq!((value("KillMode"), value("SuccessExitStatus")), ("mixed", "143"));
    assert_eq!(unit["Install"], [("WantedBy", "default.target")]);
    let file = awkward.test.work().join("turnwise.service");
    std::fs::write(&file, &text).unwrap();
    // Units that a machine has of its own put sockets there.
    let runtime = socket_directory();
    let mut verify = Command::new("systemd-analyze");
    verify
        .args(["--user", "--man=no", "--generators=no", "verify"])
        .arg(&file);
    verify.env("XDG_RUNTIME_DIR", runtime.path()).stdin(Stdio::null());
    let verified = match verify.output() {
        Ok(verified) => verified,
        // Where there is no systemd, the reading above has to do.
        Err(error) => return assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{error}"),
    };
    let said = String::from_utf8_lossy(&verified.stderr).into_owned();
    if !said.contains("Failed to initialize manager") {
        // Machines have other units, which may have faults of their own.
        let about_it = said
            .lines()
            .filter(|line| line.contains("turnwise"))
            .collect::<Vec<_>>();
        assert_eq!(
            (verified.status.success(), about_it),
            (true, Vec::new()),
            "{said}"
        );
    }
}

#[test]
fn the_line_for_cron_comes_through_cron_and_the_shell_unchanged() {
    let awkward = awkward(AWKWARD);
    let line = awkward.install("--cron");
    let command = line.strip_prefix("* * * * * ").unwrap().trim_end();
    // Cron ends the command at a percent sign, unless there is a backslash before it, which it takes away.
    assert_eq!(command.matches('%').count(), command.matches("\\%").count());
    let command = command.replace("\\%", "%");
    // The shell is asked for the words instead of running them.
    let shown = format!("env() {{ for word; do printf '%s\\n' \"$word\"; done; }}; env {command}");
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", &shown]).env_clear().stdin(Stdio::null());
    let words = Running::start(shell).wait().exits(0).stdout.clone();
    let expected = ["HOME", "TURNWISE_HOME", "CODEX_HOME"]
        .map(|name| format!("{name}={}", awkward.environment[name]))
        .into_iter()
        .chain(awkward.words("tick"));
    assert_eq!(words.lines().collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}

#[test]
fn a_value_with_a_line_break_is_refused_and_nothing_is_printed() {
    let mut test = Test::answering("unused");
    let config = test.work().join("config.toml");
    std::fs::write(&config, "[profile.\"a\\n0 0 * * * evil\"]\n[profile.\"a\\rb\"]\n").unwrap();
    let config = config.to_str().unwrap().to_owned();
    for format in ["--cron", "--systemd", "--launchd"] {
        for profile in ["a\n0 0 * * * evil", "a\rb"] {
            let named = [
                "--config",
                &config,
                "--profile",
                profile,
                "automate",
                "install",
                "--print",
                format,
            ];
            let refused = test.run(&named);
            assert!(
                refused.exits(2).stderr.contains("--profile: a line break"),
                "{refused:?}"
            );
            assert_eq!(refused.stdout, "");
        }
    }
    for name in ["HOME", "TURNWISE_HOME", "CODEX_HOME"] {
        let before = test.command(&[]);
        let before = before
            .get_envs()
            .find(|(known, _)| *known == name)
            .unwrap()
            .1
            .unwrap()
            .to_owned();
        test.set(name, "/x\n* * * * * evil");
        for format in ["--cron", "--systemd", "--launchd"] {
            let refused = test.run(&["automate", "install", "--print", format]);
            assert!(
                refused.exits(2).stderr.contains(&format!("{name}: a line break")),
                "{refused:?}"
            );
            assert_eq!(refused.stdout, "");
        }
        test.set(name, before);
    }
}
