//! Generates what the library knows of the protocol: the facts of all versions of the matrix, the types and the
//! inventory. See `scripts/update-protocol`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a developer's tool")]

mod collect;
mod emit;
mod facts;
mod index;
mod inventory;
mod model;
mod names;
mod overlay;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use facts::Merged;
use model::Model;
use overlay::Overlay;
use turnwise::codex::{Api, Directories, MATRIX, Version, generate_schema, install};
use turnwise::protocol::schema::Schema;

const OVERLAY: &str = "scripts/protocol";
const FACTS: &str = "scripts/protocol/facts.txt";
const TYPES: &str = "src/protocol/types/generated";
const INVENTORY: &str = "src/protocol/inventory.rs";

fn main() -> ExitCode {
    let arguments = std::env::args().skip(1).collect::<Vec<_>>();
    let arguments = arguments.iter().map(String::as_str).collect::<Vec<_>>();
    let outcome = match arguments.as_slice() {
        [] => update(),
        ["--types"] => read_facts().and_then(|facts| write_types(&facts)),
        ["--check"] => check(None),
        ["--check", binary] => check(Some(Path::new(binary))),
        _ => Err("usage: update-protocol [--types | --check [CODEX]]".to_owned()),
    };
    match outcome {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn update() -> Result<String, String> {
    let overlay = Overlay::read(Path::new(OVERLAY))?;
    let mut schemas = Vec::new();
    let mut of_versions = Vec::new();
    for version in MATRIX {
        let installed = install(&Directories::under(&test_dir().join("codex")), version);
        let binary = installed.map_err(|error| error.to_string())?.found.path;
        let (stable, all) = schemas_of(&binary)?;
        of_versions.push(collect::collect(&stable, &all, &overlay.families));
        schemas.push((version.to_owned(), all));
    }
    let merged = Merged::new(MATRIX.map(str::to_owned).to_vec(), &of_versions);
    write(Path::new(FACTS), &merged.write())?;
    write(Path::new(INVENTORY), &inventory::write(&schemas))?;
    let formatted = Command::new("rustfmt")
        .args(["--edition", "2024", INVENTORY])
        .status();
    if !formatted.is_ok_and(|status| status.success()) {
        return Err(format!("rustfmt could not format {INVENTORY}"));
    }
    write_types(&merged)
}

fn write_types(facts: &Merged) -> Result<String, String> {
    let files = generate(facts)?;
    fs::create_dir_all(TYPES).map_err(|error| format!("{TYPES}: {error}"))?;
    for (name, text) in &files {
        write(&Path::new(TYPES).join(name), text)?;
    }
    for name in surplus(&files)? {
        fs::remove_file(Path::new(TYPES).join(&name)).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(format!(
        "{} files of types are written from {} facts",
        files.len(),
        facts.facts.len()
    ))
}

/// Whether the types are those of the facts, and the facts those of a binary.
fn check(binary: Option<&Path>) -> Result<String, String> {
    let facts = read_facts()?;
    let files = generate(&facts)?;
    let run = "run scripts/update-protocol";
    for (name, text) in &files {
        if fs::read_to_string(Path::new(TYPES).join(name)).ok().as_deref() != Some(text) {
            return Err(format!(
                "{TYPES}/{name} is not what the overlay and the facts say: {run} --types"
            ));
        }
    }
    if let Some(name) = surplus(&files)?.first() {
        return Err(format!("{TYPES}/{name} has no overlay: {run} --types"));
    }
    if facts.matrix != MATRIX {
        return Err(format!("{FACTS} is of other versions than the matrix: {run}"));
    }
    let Some(binary) = binary else {
        return Ok(format!("the types are those of {FACTS}"));
    };
    let version = version_of(binary)?;
    let known = facts
        .of_version(&version)
        .ok_or_else(|| format!("codex {version} is not in the matrix"))?;
    let (stable, all) = schemas_of(binary)?;
    let overlay = Overlay::read(Path::new(OVERLAY))?;
    let installed = collect::collect(&stable, &all, &overlay.families)
        .into_iter()
        .collect::<BTreeSet<_>>();
    let line = |sign: &str, (key, value): &(String, String)| format!("{sign} {key}: {value}");
    let drift = installed.difference(&known).map(|fact| line("+", fact));
    let drift = drift
        .chain(known.difference(&installed).map(|fact| line("-", fact)))
        .collect::<Vec<_>>();
    if drift.is_empty() {
        return Ok(format!(
            "the types are those of {FACTS}, and that is right about codex {version}"
        ));
    }
    Err(format!(
        "{FACTS} and codex {version} differ: {run}\n{}",
        drift.join("\n")
    ))
}

fn generate(facts: &Merged) -> Result<Vec<(String, String)>, String> {
    let overlay = Overlay::read(Path::new(OVERLAY))?;
    let model = Model::new(facts, &overlay);
    let model =
        model.map_err(|wrong| format!("the overlay in {OVERLAY} does not fit:\n{}", wrong.join("\n")))?;
    Ok(emit::files(&model))
}

/// Files of types that are none any more.
fn surplus(files: &[(String, String)]) -> Result<Vec<String>, String> {
    let found = fs::read_dir(TYPES).map_err(|error| format!("{TYPES}: {error}"))?;
    let names = found.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()));
    Ok(names
        .filter(|name| !files.iter().any(|(known, _)| known == name))
        .collect())
}

fn read_facts() -> Result<Merged, String> {
    let text = fs::read_to_string(FACTS).map_err(|error| format!("{FACTS}: {error}"))?;
    Merged::read(&text).ok_or_else(|| format!("{FACTS} has no matrix"))
}

fn schemas_of(binary: &Path) -> Result<(Schema, Schema), String> {
    let of = |api| generate_schema(binary, api).map_err(|error| error.to_string());
    Ok((of(Api::Stable)?, of(Api::Experimental)?))
}

fn version_of(binary: &Path) -> Result<String, String> {
    let output = Command::new(binary).arg("--version").output();
    let output = output.map_err(|error| format!("{}: {error}", binary.display()))?;
    let version = Version::from_version_output(&String::from_utf8_lossy(&output.stdout));
    version
        .map(|version| version.to_string())
        .ok_or_else(|| format!("{} says no version", binary.display()))
}

/// Where the tests keep what they install.
fn test_dir() -> PathBuf {
    let named = std::env::var_os("TURNWISE_TEST_DIR").filter(|named| !named.is_empty());
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache/turnwise-tests");
    named.map_or_else(home, PathBuf::from)
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}
