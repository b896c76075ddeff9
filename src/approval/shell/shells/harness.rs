//! Runs lines in real shells, in a directory whose only programs record that they were started, and returns the records.
//! For the tests in the parent module and a fuzz target.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The names of the programs.
pub(crate) const PROGRAMS: [&str; 5] = ["git", "ls", "x1", "touch", "cat"];

/// The shells that are asked, with the arguments before the line.
pub(crate) const SHELLS: [(&str, &[&str]); 4] = [
    ("bash", &["--norc", "--noprofile", "-c"]),
    ("dash", &["-c"]),
    ("mksh", &["-c"]),
    ("zsh", &["-f", "-c"]),
];

/// A program that a shell started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Started {
    /// Where.
    pub(crate) directory: PathBuf,
    /// Its name and its arguments.
    pub(crate) words: Vec<String>,
}

/// A directory with programs that only write down that they were started.
pub(crate) struct Scratch {
    root: PathBuf,
    shells: Vec<(&'static str, &'static [&'static str])>,
}

impl Scratch {
    /// Makes one below a directory, which has to exist.
    pub(crate) fn new(below: &Path) -> std::io::Result<Self> {
        let root = below.canonicalize()?;
        let programs = root.join("programs");
        fs::create_dir_all(&programs)?;
        let recorder = root.join("recorder");
        fs::write(
            &recorder,
            "#!/bin/sh\nprintf '%s\\0' \"$PWD\" \"${0##*/}\" \"$@\" '\u{1}' >>\"$RECORD\"\nexit \"${CODE:-0}\"\n",
        )?;
        fs::set_permissions(&recorder, fs::Permissions::from_mode(0o755))?;
        for name in PROGRAMS {
            let _ = std::os::unix::fs::symlink(&recorder, programs.join(name));
        }
        let shells = SHELLS
            .into_iter()
            .filter(|(name, _)| program(name).is_some())
            .collect();
        Ok(Self { root, shells })
    }

    /// The shells that are installed here.
    pub(crate) fn shells(&self) -> impl Iterator<Item = &'static str> {
        self.shells.iter().map(|(name, _)| *name)
    }

    /// Where lines start.
    pub(crate) fn start(&self) -> PathBuf {
        self.root.join("work/a")
    }

    /// Runs a line, in which each program ends with `code`, and returns the started programs. Files that the line made are an
    /// error.
    pub(crate) fn run(&self, shell: &str, line: &str, code: u8) -> Result<Vec<Started>, String> {
        let (_, arguments) = self
            .shells
            .iter()
            .find(|(name, _)| *name == shell)
            .ok_or_else(|| format!("{shell} is not installed"))?;
        let record = self.root.join("record");
        let work = self.root.join("work");
        let _ = fs::remove_file(&record);
        let _ = fs::remove_dir_all(&work);
        fs::create_dir_all(work.join("a/d/e")).map_err(|error| error.to_string())?;
        let program = program(shell).ok_or_else(|| format!("{shell} is not installed"))?;
        let status = Command::new(program)
            .args(*arguments)
            .arg(line)
            .current_dir(self.start())
            .env_clear()
            .env("PATH", self.root.join("programs"))
            .env("HOME", self.root.join("programs"))
            .env("RECORD", &record)
            .env("CODE", code.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        status.map_err(|error| error.to_string())?;
        let made = names_below(&work);
        if made != ["a", "a/d", "a/d/e"] {
            return Err(format!("{shell} left files behind: {made:?}"));
        }
        let text = fs::read(&record).unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        Ok(text
            .split("\u{1}\0")
            .filter(|started| !started.is_empty())
            .map(|started| {
                let mut parts = started.split('\0').map(str::to_owned).collect::<Vec<_>>();
                // Each word is followed by a NUL.
                parts.pop();
                Started {
                    directory: PathBuf::from(parts.remove(0)),
                    words: parts,
                }
            })
            .collect())
    }
}

/// A path without `..`; there are no links in the directory.
pub(crate) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            std::path::Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

fn program(shell: &str) -> Option<PathBuf> {
    ["/bin", "/usr/bin", "/usr/local/bin"]
        .iter()
        .map(|directory| Path::new(directory).join(shell))
        .find(|path| path.exists())
}

fn names_below(directory: &Path) -> Vec<String> {
    fn walk(directory: &Path, prefix: &str, found: &mut Vec<String>) {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                walk(&entry.path(), &format!("{name}/"), found);
            }
            found.push(name);
        }
    }
    let mut found = Vec::new();
    walk(directory, "", &mut found);
    found.sort();
    found
}
