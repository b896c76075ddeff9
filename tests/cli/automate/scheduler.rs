//! Schedulers that are installed, seen and missed: `install`, `uninstall`, `status`, `logs`, and what `add` and `list` say.
//! `crontab` and `systemctl` are stand-ins that keep what they are given.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::Signal;
use serde_json::Value;

use super::{add_due, runs, state, tick};
use crate::support::{Outcome, Running, Test, until};

/// A crontab that refuses what cron refuses: a line without a schedule and a command, and one without an end.
const CRONTAB: &str = r#"
file=$FAKE_SPOOL/crontab
case $1 in
-l) if [ -e "$file" ]; then /bin/cat "$file"; else echo "no crontab for tester" >&2; exit 1; fi ;;
-r) /bin/rm "$file" ;;
-)
  /bin/cat > "$file.new"
  if [ -n "$(/usr/bin/tail -c 1 "$file.new")" ]; then
    echo "new crontab file is missing newline before EOF, can't install." >&2; exit 1
  fi
  if /bin/grep -Evq '^[[:space:]]*(#.*)?$|^[A-Z_]+=|^@[a-z]+ [^ ]|^([0-9*/,-]+ ){5}[^ ]' "$file.new"; then
    echo "errors in crontab file, can't install." >&2; exit 1
  fi
  /bin/mv "$file.new" "$file" ;;
*) exit 2 ;;
esac
"#;

/// A systemd that notes what it is told, and knows whether the service runs.
const SYSTEMCTL: &str = r#"
[ "$1" = --user ] || exit 2
echo "$*" >> "$FAKE_SPOOL/systemctl"
case $2 in
show-environment|daemon-reload|enable) ;;
restart) [ ! -e "$FAKE_SPOOL/broken" ] || { echo "Unit entered failed state." >&2; exit 1; }; : > "$FAKE_SPOOL/active" ;;
is-active) [ -e "$FAKE_SPOOL/active" ] ;;
disable) /bin/rm -f "$FAKE_SPOOL/active" ;;
*) exit 2 ;;
esac
"#;

/// A test on a machine that has some of the tools and nothing else of that kind.
struct Machine {
    test: Test,
    spool: PathBuf,
}

fn machine(tools: &[(&str, &str)]) -> Machine {
    let mut test = Test::answering("from the schedule");
    let (bin, spool) = (test.root().join("bin"), test.root().join("spool"));
    for directory in [&bin, &spool] {
        std::fs::create_dir(directory).unwrap();
    }
    for (name, script) in tools {
        let path = bin.join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}")).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    }
    test.set("PATH", bin);
    test.set("FAKE_SPOOL", spool.clone());
    Machine { test, spool }
}

impl Machine {
    fn run(&self, arguments: &[&str]) -> Outcome {
        self.test.run(&[&["automate"], arguments].concat())
    }

    fn status(&self) -> Value {
        let document = self.run(&["status", "--json"]).exits(0).json();
        assert_eq!(document["schema"], "turnwise.runners/1");
        document
    }

    fn crontab(&self) -> String {
        std::fs::read_to_string(self.spool.join("crontab")).unwrap_or_default()
    }

    fn unit(&self) -> PathBuf {
        let directory = self.test.root().join(".config/systemd/user");
        let units = std::fs::read_dir(directory).into_iter().flatten();
        let mut units = units.map(|unit| unit.unwrap().path());
        units.next().unwrap_or_default()
    }
}

/// Runs a crontab line as cron does: with a shell, from the home directory, with next to nothing in the environment.
fn as_cron(line: &str, home: &Path) -> Outcome {
    let (minutes, command) = line.split_at(10);
    assert_eq!(minutes, "* * * * * ");
    let mut shell = Command::new("/usr/bin/env");
    let home_variable = format!("HOME={}", home.display());
    shell.args([
        "-i",
        &home_variable,
        "LOGNAME=tester",
        "SHELL=/bin/sh",
        "PATH=/usr/bin:/bin",
    ]);
    // Cron takes the backslash before a percent sign away.
    shell.args(["/bin/sh", "-c", &command.replace("\\%", "%")]);
    shell.current_dir(home).stdin(Stdio::null());
    Running::start(shell).wait()
}

#[test]
fn an_installed_crontab_line_runs_a_due_job_and_the_schedulers_last_look_is_shown() {
    let machine = machine(&[("crontab", CRONTAB)]);
    let mine = "MAILTO=me\n# mine\n0 3 * * * backup --at 5\\%\n";
    std::fs::write(machine.spool.join("crontab"), mine).unwrap();
    let added = machine.run(&["add", "early", "--cron", "0 3 * * *", "--tz", "UTC", "x"]);
    assert!(
        added.exits(0).stderr.contains("no scheduler is running")
            && added.stderr.contains("`turnwise automate install`"),
        "{added:?}"
    );
    add_due(&machine.test, "links", &["Check the links"]);
    let installed = machine.run(&["install"]);
    assert!(
        installed.exits(0).stderr.contains("Added a line to your crontab")
            && installed.stderr.contains("turnwise automate uninstall"),
        "{installed:?}"
    );
    let crontab = machine.crontab();
    assert!(crontab.starts_with(mine), "{crontab}");
    let listed = machine.run(&["list"]);
    assert!(listed.exits(0).stderr.contains("one is installed"), "{listed:?}");
    let status = machine.status();
    assert_eq!(
        (
            &status["installed"][0]["name"],
            &status["installed"][0]["current"]
        ),
        (&"cron".into(), &true.into())
    );
    assert_eq!(
        (&status["runners"], status["problem"].is_string()),
        (&Value::Array(Vec::new()), true)
    );
    // A second time it is there.
    let again = machine.run(&["install"]);
    assert!(
        again.exits(0).stderr.contains("has turnwise's line already"),
        "{again:?}"
    );
    assert_eq!(machine.crontab(), crontab);

    let ran = as_cron(crontab.lines().last().unwrap(), machine.test.root());
    assert_eq!((ran.exits(0).stdout.as_str(), ran.stderr.as_str()), ("", ""));
    assert_eq!(runs(&machine.test, "links")[0]["state"], "ran");
    let status = machine.status();
    assert_eq!(
        (
            &status["runners"][0]["kind"],
            &status["runners"][0]["recent"],
            &status["problem"]
        ),
        (&"tick".into(), &true.into(), &Value::Null)
    );
    assert_eq!((&status["jobs"], &status["active"]), (&2.into(), &2.into()));
    assert!(status["next_due"]["at"].is_string(), "{status}");
    assert_eq!(machine.run(&["list"]).exits(0).stderr, "");
    let shown = machine.run(&["status"]);
    assert!(
        shown.exits(0).stdout.contains("cron line in your crontab") && shown.stdout.contains("tick on "),
        "{shown:?}"
    );
    let logs = machine.run(&["logs", "links"]);
    assert!(logs.exits(0).stdout.contains("from the schedule"), "{logs:?}");
    let logs = machine.run(&["logs", "links", "--json"]).exits(0).json();
    assert_eq!(
        (&logs["schema"], logs["logs"].as_array().unwrap().len()),
        (&"turnwise.logs/1".into(), 1)
    );
    assert!(
        logs["logs"][0]["text"]
            .as_str()
            .unwrap()
            .contains("exit status: 0"),
        "{logs}"
    );
    let none = machine.run(&["logs", "early"]);
    assert!(none.exits(0).stderr.contains("No logs yet"), "{none:?}");

    machine.run(&["uninstall"]).exits(0);
    assert_eq!(machine.crontab(), mine);
    assert_eq!(machine.status()["installed"], Value::Array(Vec::new()));
    let nothing = machine.run(&["uninstall"]);
    assert!(
        nothing.exits(0).stderr.contains("Nothing is installed"),
        "{nothing:?}"
    );
    machine.test.nothing_is_left();
}

#[test]
fn a_crontab_of_turnwise_alone_is_removed_with_it() {
    let machine = machine(&[("crontab", CRONTAB)]);
    machine.run(&["install", "--cron"]).exits(0);
    machine.run(&["uninstall", "--cron"]).exits(0);
    assert!(!machine.spool.join("crontab").exists());
}

#[test]
fn a_crontab_that_cannot_be_read_or_written_is_left_alone() {
    for (script, said) in [
        (
            "[ $1 = -l ] && { echo 'denied by cron.deny' >&2; exit 1; }; : > $FAKE_SPOOL/written",
            "denied",
        ),
        (
            "case $1 in -l) echo '0 3 * * * mine' ;; *) echo 'disk full' >&2; exit 1 ;; esac",
            "disk full",
        ),
    ] {
        let machine = machine(&[("crontab", script)]);
        let refused = machine.run(&["install", "--cron"]);
        assert!(refused.exits(1).stderr.contains(said), "{refused:?}");
        assert!(!machine.spool.join("written").exists());
    }
}

#[test]
fn a_service_of_systemd_is_written_started_found_and_removed() {
    let machine = machine(&[("systemctl", SYSTEMCTL), ("crontab", CRONTAB)]);
    let installed = machine.run(&["install"]);
    assert!(
        installed.exits(0).stderr.contains("Started the systemd service")
            && installed.stderr.contains("enable-linger"),
        "{installed:?}"
    );
    let unit = machine.unit();
    let printed = machine
        .run(&["install", "--systemd", "--print"])
        .exits(0)
        .stdout
        .clone();
    assert_eq!(std::fs::read_to_string(&unit).unwrap(), printed);
    let name = unit.file_name().unwrap().to_str().unwrap();
    let told = || std::fs::read_to_string(machine.spool.join("systemctl")).unwrap();
    let expected = format!("--user daemon-reload\n--user enable {name}\n--user restart {name}\n");
    assert!(told().ends_with(&expected), "{}", told());
    assert_eq!(machine.crontab(), "", "cron is not needed");
    let status = machine.status();
    let place = unit.to_str().unwrap();
    assert_eq!(
        status["installed"],
        serde_json::json!([{ "name": "systemd", "place": place, "active": true, "current": true }])
    );
    let again = machine.run(&["install"]);
    assert!(again.exits(0).stderr.contains("is already running"), "{again:?}");
    assert!(told().matches("restart").count() == 1, "{}", told());
    // What an older version wrote is brought up to date.
    std::fs::write(&unit, printed.replace("RestartSec=10", "RestartSec=1")).unwrap();
    assert_eq!(machine.status()["installed"][0]["current"], false);
    let updated = machine.run(&["install"]);
    assert!(updated.exits(0).stderr.contains("Updated"), "{updated:?}");
    assert_eq!(std::fs::read_to_string(&unit).unwrap(), printed);
    machine.run(&["uninstall"]).exits(0);
    assert!(!unit.exists());
    assert!(
        told().contains(&format!("--user disable --now {name}\n")),
        "{}",
        told()
    );
}

#[test]
fn a_service_that_does_not_start_or_is_somebody_elses_leaves_everything_as_it_was() {
    let machine = machine(&[("systemctl", SYSTEMCTL)]);
    std::fs::write(machine.spool.join("broken"), "").unwrap();
    let failed = machine.run(&["install", "--systemd"]);
    assert!(
        failed.exits(1).stderr.contains("Unit entered failed state."),
        "{failed:?}"
    );
    assert_eq!(machine.unit(), PathBuf::new());
    std::fs::remove_file(machine.spool.join("broken")).unwrap();
    machine.run(&["install"]).exits(0);
    let unit = machine.unit();
    std::fs::write(&unit, "[Service]\nExecStart=/bin/other\n").unwrap();
    for command in ["install", "uninstall"] {
        let refused = machine.run(&[command]);
        assert!(
            refused.exits(2).stderr.contains("was not written by turnwise"),
            "{refused:?}"
        );
    }
    assert!(std::fs::read_to_string(&unit).unwrap().contains("/bin/other"));
}

#[test]
fn without_cron_and_systemd_the_daemon_is_named() {
    // Here is a systemctl, as in a container, and no manager that it could ask.
    let machine = machine(&[("systemctl", "echo 'Failed to connect to bus' >&2; exit 1")]);
    for kind in [
        &["install"][..],
        &["install", "--systemd"],
        &["install", "--cron"],
    ] {
        let refused = machine.run(kind);
        assert!(
            refused.exits(2).stderr.contains("turnwise automate daemon") && refused.stdout.is_empty(),
            "{refused:?}"
        );
    }
    machine.run(&["install", "--cron", "--print"]).exits(0);
    machine.run(&["install", "--launchd"]).exits(2);
    assert_eq!(
        machine.run(&["status"]).exits(0).stdout.lines().next(),
        Some("installed   no")
    );
    machine.run(&["uninstall"]).exits(0);
}

#[test]
fn an_interval_below_a_minute_needs_a_daemon_and_says_so() {
    let machine = machine(&[("crontab", CRONTAB)]);
    tick(&machine.test).exits(0);
    let add = |name: &str, every: &str| {
        machine.run(&["add", name, "--every", every, "--start-at", "2100-01-01", "x"])
    };
    assert!(
        !add("calm", "1m").exits(0).stderr.contains("warning"),
        "a tick was seen"
    );
    let often = add("often", "30s");
    assert!(
        often
            .exits(0)
            .stderr
            .contains("often is due more than once a minute, which needs a daemon"),
        "{often:?}"
    );
    let installed = machine.run(&["install", "--cron"]);
    assert!(
        installed
            .exits(0)
            .stderr
            .contains("often is due more than once a minute"),
        "{installed:?}"
    );
    let daemon = machine.test.spawn(&["automate", "daemon"]);
    until(|| {
        let runners = machine.status()["runners"].clone();
        let runners = runners.as_array().unwrap();
        runners
            .iter()
            .any(|runner| runner["kind"] == "daemon")
            .then_some(())
    });
    assert_eq!(machine.run(&["list"]).exits(0).stderr, "");
    daemon.signal(Signal::TERM);
    daemon.wait().exits(143);
    let status = machine.status();
    let runners = status["runners"].as_array().unwrap();
    let stopped = runners.iter().find(|runner| runner["kind"] == "daemon").unwrap();
    assert!(
        stopped["stopped_at"].is_string() && stopped["recent"] == false,
        "{stopped}"
    );
    let listed = machine.run(&["list"]);
    assert!(listed.exits(0).stderr.contains("needs a daemon"), "{listed:?}");
    assert!(state(&machine.test).join("ledger").exists());
}
