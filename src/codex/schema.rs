//! The protocol schema of a codex binary: asked of it once, and kept in the cache until the binary changes.
//!
//! The cache is optional: if an entry is stale, damaged or cannot be written, the binary is asked again.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufReader, BufWriter, ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Directories;
use super::error::CodexError;
use super::find::Found;
use super::program::search_path;
use crate::environment::temp_dir;
use crate::protocol::schema::Schema;

/// Which part of a server's protocol is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Api {
    /// What every client has.
    Stable,
    /// All of it, for clients that ask for the experimental API.
    Experimental,
}

/// How long a binary may take to write its schema; it needs about 0.1 s.
const LIMIT: Duration = Duration::from_secs(60);
/// Nobody gives up.
static NEVER: AtomicBool = AtomicBool::new(false);
/// Maximum number of retries if the binary is being written to.
const BUSY_RETRIES: u32 = 50;
/// Version of the cache's format.
const FORMAT: u32 = 1;
/// What `generate-json-schema` calls the file with everything in it.
const BUNDLE: &str = "codex_app_server_protocol.schemas.json";

/// Identifies a binary.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Key {
    format: u32,
    api: Api,
    path: PathBuf,
    size: u64,
    modified: Option<SystemTime>,
    version: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Kept<S> {
    key: Key,
    schema: S,
}

/// The schema of an installed codex, from the cache where that is possible.
///
/// # Errors
/// [`CodexError::Unusable`] when the binary cannot say it.
pub fn installed_schema(
    found: &Found,
    directories: Option<&Directories>,
    api: Api,
) -> Result<Schema, CodexError> {
    installed_schema_unless(found, directories, api, &NEVER)
}

/// The same, until the caller gives up: the started process is then killed.
pub(crate) fn installed_schema_unless(
    found: &Found,
    directories: Option<&Directories>,
    api: Api,
    given_up: &AtomicBool,
) -> Result<Schema, CodexError> {
    let cache = directories.map(|directories| directories.cache.join("schemas"));
    let key = key(found, api);
    let place = cache.zip(key.as_ref()).map(|(cache, key)| {
        let mut hasher = DefaultHasher::new();
        key.path.hash(&mut hasher);
        let suffix = match api {
            Api::Stable => "stable",
            Api::Experimental => "experimental",
        };
        // One file per path: an update of the binary replaces the entry of the one before.
        (
            cache.clone(),
            cache.join(format!("{:016x}-{suffix}.json", hasher.finish())),
        )
    });
    if let (Some((_, file)), Some(key)) = (&place, &key)
        && let Some(schema) = read(file, key)
    {
        return Ok(schema);
    }
    let schema = generate_schema_unless(&found.path, api, given_up)?;
    if let (Some((cache, file)), Some(key)) = (place, key)
        && let Err(error) = write(&cache, &file, key, &schema)
    {
        tracing::info!("the schema of codex is not kept: {}: {error}", file.display());
    }
    Ok(schema)
}

/// Asks a binary for its schema, without a cache.
///
/// # Errors
/// [`CodexError::Unusable`] when it cannot say it.
pub fn generate_schema(binary: &Path, api: Api) -> Result<Schema, CodexError> {
    generate_schema_unless(binary, api, &NEVER)
}

fn generate_schema_unless(binary: &Path, api: Api, given_up: &AtomicBool) -> Result<Schema, CodexError> {
    let unusable = |reason: String| CodexError::Unusable {
        path: binary.to_owned(),
        reason: format!("cannot read its list of methods: {reason}"),
        source: None,
    };
    let parse = |value: &Value| Schema::from_bundle(value).map_err(|error| unusable(error.to_string()));
    let stable = || generate(binary, Api::Stable, given_up).map_err(unusable);
    match api {
        Api::Stable => parse(&stable()?),
        Api::Experimental => {
            let all = generate(binary, Api::Experimental, given_up).map_err(unusable)?;
            Ok(parse(&all)?.marking_experimental(&parse(&stable()?)?))
        }
    }
}

fn key(found: &Found, api: Api) -> Option<Key> {
    let metadata = found.path.metadata().ok()?;
    Some(Key {
        format: FORMAT,
        api,
        path: found.path.clone(),
        size: metadata.len(),
        modified: metadata.modified().ok(),
        version: found.version.as_ref().map(ToString::to_string),
    })
}

fn read(file: &Path, key: &Key) -> Option<Schema> {
    let reader = BufReader::with_capacity(1 << 16, File::open(file).ok()?);
    let kept: Kept<Schema> = serde_json::from_reader(reader)
        .inspect_err(|error| tracing::info!("{} is damaged: {error}", file.display()))
        .ok()?;
    (kept.key == *key).then_some(kept.schema)
}

fn write(cache: &Path, file: &Path, key: Key, schema: &Schema) -> std::io::Result<()> {
    fs::create_dir_all(cache)?;
    let mut temporary = tempfile::NamedTempFile::new_in(cache)?;
    let mut writer = BufWriter::new(&mut temporary);
    serde_json::to_writer(&mut writer, &Kept { key, schema })?;
    writer.flush()?;
    drop(writer);
    temporary.persist(file)?;
    Ok(())
}

fn generate(binary: &Path, api: Api, given_up: &AtomicBool) -> Result<Value, String> {
    let text = |error: std::io::Error| error.to_string();
    let directory = tempfile::tempdir_in(temp_dir()).map_err(text)?;
    let mut said = tempfile::tempfile_in(temp_dir()).map_err(text)?;
    let mut command = Command::new(binary);
    command
        .args(["app-server", "generate-json-schema", "--out"])
        .arg(directory.path())
        .args((api == Api::Experimental).then_some("--experimental"))
        .env_remove("RUST_BACKTRACE")
        // A script that npm put there looks for node on it.
        .env("PATH", search_path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(said.try_clone().map_err(text)?);
    let status = wait(start(&mut command).map_err(text)?, given_up)?;
    if !status.success() {
        let mut words = String::new();
        let _ = said.rewind().and_then(|()| said.read_to_string(&mut words));
        return Err(format!("{status}: {}", words.trim()));
    }
    let bundle = fs::read(directory.path().join(BUNDLE)).map_err(|error| format!("{BUNDLE}: {error}"))?;
    serde_json::from_slice(&bundle).map_err(|error| format!("{BUNDLE}: {error}"))
}

/// A binary that is being written, by an update for example, is there in a moment.
fn start(command: &mut Command) -> std::io::Result<Child> {
    let mut attempts = 0;
    loop {
        match command.spawn() {
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy && attempts < BUSY_RETRIES => {
                attempts += 1;
                std::thread::park_timeout(Duration::from_millis(10));
            }
            outcome => return outcome,
        }
    }
}

fn wait(mut child: Child, given_up: &AtomicBool) -> Result<ExitStatus, String> {
    let deadline = Instant::now() + LIMIT;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if Instant::now() < deadline && !given_up.load(Ordering::Relaxed) => {
                std::thread::park_timeout(Duration::from_millis(5));
            }
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err("timed out".to_owned());
            }
            Err(error) => return Err(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codex::Origin;
    use std::os::unix::fs::PermissionsExt;

    /// A binary that writes a schema with one method and counts how often it was asked.
    struct Fake {
        root: tempfile::TempDir,
        found: Found,
        directories: Directories,
    }

    impl Fake {
        fn new() -> Self {
            let root = tempfile::tempdir().unwrap();
            let path = root.path().join("codex");
            let directories = Directories::under(&root.path().join("home"));
            let fake = Self {
                found: Found {
                    path,
                    origin: Origin::Explicit,
                    wrapper: None,
                    path_dir: None,
                    version: None,
                },
                directories,
                root,
            };
            fake.install("thread/start");
            fake
        }

        fn install(&self, method: &str) {
            let script = format!(
                r#"#!/bin/sh
echo asked >> '{}'
cat > "$4/{BUNDLE}" <<END
{{"definitions":{{"ClientRequest":{{"oneOf":[{{"properties":{{"method":{{"enum":["{method}"]}}}}}}]}},
"ClientNotification":{{"oneOf":[]}},"ServerRequest":{{"oneOf":[]}},"ServerNotification":{{"oneOf":[]}}}}}}
END
"#,
                self.root.path().join("log").display(),
            );
            fs::write(&self.found.path, script).unwrap();
            fs::set_permissions(&self.found.path, fs::Permissions::from_mode(0o755)).unwrap();
        }

        fn schema(&self) -> Schema {
            installed_schema(&self.found, Some(&self.directories), Api::Stable).unwrap()
        }

        fn asked(&self) -> usize {
            fs::read_to_string(self.root.path().join("log"))
                .unwrap_or_default()
                .lines()
                .count()
        }

        fn kept(&self) -> PathBuf {
            let mut files = fs::read_dir(self.directories.cache.join("schemas")).unwrap();
            files.next().unwrap().unwrap().path()
        }
    }

    #[test]
    fn a_binary_is_asked_once_and_again_when_it_changes() {
        let fake = Fake::new();
        assert_eq!(fake.schema(), fake.schema());
        assert_eq!(fake.asked(), 1);
        fake.install("thread/start/with/another/name");
        assert!(fake.schema().request("thread/start").is_none());
        assert_eq!(fake.asked(), 2);
    }

    #[test]
    fn a_damaged_cache_is_made_anew() {
        let fake = Fake::new();
        let good = fake.schema();
        for damage in ["", "{", "null", r#"{"key":{},"schema":{}}"#] {
            fs::write(fake.kept(), damage).unwrap();
            assert_eq!(fake.schema(), good, "{damage}");
        }
        assert_eq!(fake.asked(), 5);
        fake.schema();
        assert_eq!(fake.asked(), 5);
    }

    #[test]
    fn a_cache_that_cannot_be_written_is_done_without() {
        let fake = Fake::new();
        fs::create_dir_all(fake.root.path().join("home")).unwrap();
        fs::write(&fake.directories.cache, "a file, where a directory should be").unwrap();
        assert!(fake.schema().request("thread/start").is_some());
    }

    #[test]
    fn a_binary_without_the_command_is_told_with_its_words() {
        let fake = Fake::new();
        fs::write(&fake.found.path, "#!/bin/sh\necho no such command >&2\nexit 2\n").unwrap();
        let error = generate_schema(&fake.found.path, Api::Stable)
            .unwrap_err()
            .to_string();
        assert!(error.contains("no such command"), "{error}");
    }
}
