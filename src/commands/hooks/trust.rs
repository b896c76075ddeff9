//! `turnwise hooks trust`: the hooks of a project are used only as they were when the user trusted them.
//!
//! What is trusted is the file and the programs that it names by a path inside the project. A change of one of them ends it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use sha2::{Digest, Sha256};

use super::super::context::Context;
use super::super::failure::Failure;
use crate::config::hooks::{HookSpec, Owner, in_file};
use crate::exit::Exit;
use crate::files;
use crate::input::attachments;
use crate::input::output::{Directory, OutputFile};
use crate::text::sanitize;

/// The file of a project's hooks, below its root.
const FILE: &str = ".turnwise/hooks.toml";
/// The maximum size of it, in bytes.
const LARGEST: u64 = 256 << 10;
/// The maximum size of a program of a project, in bytes.
const LARGEST_PROGRAM: u64 = 64 << 20;

/// Trust the hooks of this project
///
/// It prints the hooks in `.turnwise/hooks.toml` and trusts them as they are now: the file, and the programs of the project that it
/// names. After a change they are not used until you trust them again.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  turnwise hooks trust\n  turnwise hooks trust --revoke")]
pub(super) struct TrustArgs {
    /// Directory of the project [default: current]
    #[arg(short = 'C', long = "cd", value_name = "DIR")]
    cd: Option<PathBuf>,
    /// Do not trust them any longer
    #[arg(long)]
    revoke: bool,
}

/// A project with hooks.
#[derive(Debug)]
pub(super) struct Project {
    root: PathBuf,
    path: PathBuf,
    text: String,
}

impl Project {
    /// The project of a directory, if it has hooks.
    pub(super) fn find(cwd: &Path) -> Result<Option<Self>, Failure> {
        let root = cwd.ancestors().find(|directory| directory.join(".git").exists());
        let root = root.unwrap_or(cwd).to_owned();
        let path = root.join(FILE);
        let wrong = |reason: &dyn std::fmt::Display| {
            Failure::usage(format!("hooks {}: {reason}", path.display()))
                .hint("a project's hooks must be in a regular file inside the project; --no-hooks runs without hooks")
        };
        let bytes = files::read_beneath(&root, Path::new(FILE), LARGEST).map_err(|error| wrong(&error))?;
        let Some(bytes) = bytes else { return Ok(None) };
        let text = files::decode(bytes).map_err(|error| wrong(&error))?;
        Ok(Some(Self { root, path, text }))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn specs(&self) -> Result<Vec<HookSpec>, Failure> {
        Ok(in_file(&self.text, &self.path, Owner::Project)?)
    }

    /// What identifies the file and the programs that it names inside the project.
    fn digest(&self) -> Result<String, Failure> {
        let mut digest = Sha256::new();
        let mut add = |bytes: &[u8]| {
            digest.update((bytes.len() as u64).to_le_bytes());
            digest.update(bytes);
        };
        add(self.text.as_bytes());
        let root = self.root.canonicalize().unwrap_or_else(|_| self.root.clone());
        for spec in self.specs()? {
            for word in &spec.command {
                let path = Path::new(word);
                let path = if path.is_absolute() {
                    path.to_owned()
                } else {
                    self.root.join(path)
                };
                let inside = path
                    .canonicalize()
                    .is_ok_and(|real| real.starts_with(&root) && real.is_file());
                if inside {
                    let bytes = files::read_regular(&path, LARGEST_PROGRAM)
                        .map_err(|error| Failure::system(path.display(), error))?;
                    add(word.as_bytes());
                    add(&bytes);
                }
            }
        }
        Ok(digest
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect())
    }

    pub(super) fn is_trusted(&self, context: &Context) -> Result<bool, Failure> {
        let trusted = trusted(context)?;
        match trusted.get(&self.key()) {
            Some(digest) => Ok(*digest == self.digest()?),
            None => Ok(false),
        }
    }

    fn key(&self) -> String {
        let path = self.path.canonicalize().unwrap_or_else(|_| self.path.clone());
        path.to_string_lossy().into_owned()
    }
}

fn store(context: &Context) -> Result<PathBuf, Failure> {
    Ok(context.directories()?.state.join("trusted-hooks.json"))
}

/// The digests of trusted files, by path. One that cannot be read trusts nobody.
fn trusted(context: &Context) -> Result<BTreeMap<String, String>, Failure> {
    let path = store(context)?;
    match files::read_regular(&path, LARGEST) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| Failure::system(path.display(), error)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(Failure::system(path.display(), error)),
    }
}

/// Runs the command.
pub(super) fn run(args: &TrustArgs, context: &Context) -> Result<Exit, Failure> {
    let cwd = attachments::directory(args.cd.as_deref().unwrap_or(Path::new(".")), "--cd")?;
    let Some(project) = Project::find(&cwd)? else {
        return Err(Failure::usage(format!("no {FILE} found for {}", cwd.display())));
    };
    let mut trusted = trusted(context)?;
    let shown = sanitize::line(&project.path.to_string_lossy()).into_owned();
    if args.revoke {
        trusted.remove(&project.key());
        save(&trusted, context)?;
        context.note(&format!("Revoked the trust in the hooks in {shown}."));
        return Ok(Exit::Success);
    }
    for spec in project.specs()? {
        let phases = spec
            .phases
            .iter()
            .map(|phase| phase.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        let command = sanitize::line(&spec.command.join(" ")).into_owned();
        context.note(&format!("{}  {phases}  {command}", sanitize::line(&spec.name)));
    }
    trusted.insert(project.key(), project.digest()?);
    save(&trusted, context)?;
    context.note(&format!("Trusted the hooks in {shown} as they are now."));
    Ok(Exit::Success)
}

fn save(trusted: &BTreeMap<String, String>, context: &Context) -> Result<(), Failure> {
    let path = store(context)?;
    let system = |error: io::Error| Failure::system(path.display(), error);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(system)?;
    }
    let bytes = serde_json::to_vec_pretty(trusted).unwrap_or_default();
    let output = OutputFile::prepare(&path, Directory::made_if(true))?;
    output
        .write_with(None, |mut out| io::Write::write_all(&mut out, &bytes))
        .map_err(|error| Failure::system(path.display(), error))
}
