//! The steps before a turn, as a specification asks for them.

use std::path::{Path, PathBuf};

use super::choices::{CodexSpec, SessionChoice};
use super::spec::RunSpec;
use crate::files;
use crate::runtime::{Client, ClientConfig, RunProfile, RuntimeError, Session};

/// The longest file that is read, in bytes: more than Codex takes as a prompt.
const LONGEST: u64 = 16 << 20;

/// The client of the Codex that is asked for.
pub(super) fn client_config(codex: &CodexSpec) -> Result<ClientConfig, RuntimeError> {
    let mut config = match &codex.connect {
        Some(address) => connected(address, codex.connect_token_file.as_deref())?,
        None => ClientConfig::new(),
    };
    if let Some(program) = &codex.program {
        config = config.codex(program);
    }
    if let Some(home) = &codex.home {
        config = config.codex_home(home);
    }
    for (key, value) in &codex.config {
        config = config.codex_config(key, value.clone());
    }
    Ok(config)
}

#[cfg(feature = "remote")]
fn connected(address: &str, token_file: Option<&Path>) -> Result<ClientConfig, RuntimeError> {
    use crate::runtime::remote::{BearerToken, Endpoint};
    let endpoint: Endpoint = address
        .parse()
        .map_err(|error| RuntimeError::invalid_because("the address of the server", error))?;
    let token = match token_file {
        Some(file) => {
            let text = read("the token", file)?;
            Some(BearerToken::new(&text).map_err(|error| RuntimeError::invalid_because("the token", error))?)
        }
        None => None,
    };
    if token.is_some() && endpoint.is_exposed() {
        return Err(RuntimeError::invalid("the token: it would travel unencrypted"));
    }
    Ok(ClientConfig::new().connect(endpoint, token))
}

#[cfg(not(feature = "remote"))]
fn connected(_: &str, _: Option<&Path>) -> Result<ClientConfig, RuntimeError> {
    Err(RuntimeError::invalid(
        "the address of a server: it needs the feature `remote`",
    ))
}

/// The session that is asked for.
pub(crate) async fn open_session(
    spec: &RunSpec,
    profile: &RunProfile,
    client: &Client,
) -> Result<Session, RuntimeError> {
    let config = spec.session_config(profile.clone());
    match &spec.session {
        SessionChoice::New | SessionChoice::Ephemeral => client.start_session(config).await,
        SessionChoice::Resume(id) | SessionChoice::Attach(id) => client.resume_session(id, config).await,
    }
}

/// Refuses a session whose model needs an account that is missing. Only Codex's own provider needs one at Codex; for others the
/// question would only cost time.
pub(crate) async fn check_account(client: &Client, session: &Session) -> Result<(), RuntimeError> {
    let provider = session.info().model_provider.as_deref();
    if provider.is_none_or(|provider| provider == "openai") && client.account().await?.is_missing() {
        return Err(RuntimeError::NotLoggedIn);
    }
    Ok(())
}

/// The text of a file.
pub(super) async fn text_of(what: &'static str, file: &Path) -> Result<String, RuntimeError> {
    let file: PathBuf = file.to_owned();
    let reading = tokio::task::spawn_blocking(move || read(what, &file));
    reading
        .await
        .map_err(|error| RuntimeError::invalid_because(what, error))?
}

fn read(what: &str, file: &Path) -> Result<String, RuntimeError> {
    let read = || {
        let bytes = files::read_regular(file, LONGEST)?;
        String::from_utf8(bytes).map_err(std::io::Error::other)
    };
    read().map_err(|error| RuntimeError::invalid_because(format_args!("{what}: {}", file.display()), error))
}
