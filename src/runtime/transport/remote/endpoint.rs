//! Where a server listens: `unix://PATH`, `ws://HOST:PORT`, `wss://HOST`; and the token it may want.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use tokio_tungstenite::tungstenite::http::Uri;
use tokio_tungstenite::tungstenite::http::header::HeaderValue;

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Endpoint {
    /// A socket in the file system.
    Unix(PathBuf),
    /// A WebSocket, encrypted with `wss`.
    WebSocket(String),
}

/// Why a text is no endpoint, or no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EndpointError(String);

impl Endpoint {
    /// The socket at which Codex's own daemon listens, in its home.
    pub fn daemon(codex_home: &Path) -> Self {
        Self::Unix(codex_home.join("app-server-control/app-server-control.sock"))
    }

    /// Whether what is sent there can be read on its way.
    pub fn is_exposed(&self) -> bool {
        let Self::WebSocket(url) = self else {
            return false;
        };
        let host = url
            .parse::<Uri>()
            .ok()
            .and_then(|uri| uri.host().map(str::to_owned));
        let host = host.unwrap_or_default();
        let host = host.trim_matches(['[', ']']);
        let here = host == "localhost"
            || host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback());
        url.starts_with("ws://") && !here
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    /// `unix://` alone is refused: which home's socket it means is not known here.
    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let wrong = |reason: &str| EndpointError(format!("`{text}`: {reason}"));
        if let Some(path) = text.strip_prefix("unix://") {
            return if path.is_empty() {
                Err(wrong("the path is missing"))
            } else {
                Ok(Self::Unix(path.into()))
            };
        }
        let uri = text.parse::<Uri>().map_err(|error| wrong(&error.to_string()))?;
        match (uri.scheme_str(), uri.host()) {
            (Some("ws" | "wss"), Some(host)) if !host.is_empty() => {
                if uri
                    .authority()
                    .is_some_and(|authority| authority.as_str().contains('@'))
                {
                    return Err(wrong("an address must not contain a token or password"));
                }
                Ok(Self::WebSocket(text.to_owned()))
            }
            _ => Err(wrong("expected unix://PATH, ws://HOST:PORT or wss://HOST")),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(formatter, "unix://{}", path.display()),
            Self::WebSocket(url) => formatter.write_str(url),
        }
    }
}

/// What a server wants to see before it talks (`--ws-auth`). Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct BearerToken(HeaderValue);

impl BearerToken {
    /// A token, without the white space around it.
    ///
    /// # Errors
    /// When it is empty, or not what a header can carry.
    pub fn new(token: &str) -> Result<Self, EndpointError> {
        let token = token.trim();
        if token.is_empty() {
            return Err(EndpointError("the token is empty".to_owned()));
        }
        let mut value = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| {
            EndpointError("the token has characters that are not allowed in a header".to_owned())
        })?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BearerToken")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_read_as_they_are_written() {
        for text in ["unix:///run/codex.sock", "ws://127.0.0.1:4500", "wss://host/path"] {
            assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "unix://",
            "http://host",
            "host:1",
            "ws://",
            "wss://user:secret@host",
        ] {
            assert!(text.parse::<Endpoint>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_leaves_the_machine_in_the_clear_is_exposed() {
        let exposed = |text: &str| text.parse::<Endpoint>().unwrap().is_exposed();
        assert!(exposed("ws://10.0.0.1:1") && exposed("ws://example.com"));
        for text in [
            "unix:///x",
            "ws://localhost:1",
            "ws://127.0.0.9:1",
            "ws://[::1]:1",
            "wss://example.com",
        ] {
            assert!(!exposed(text), "{text}");
        }
    }

    #[test]
    fn a_token_is_never_shown() {
        let token = BearerToken::new(" secret\n").unwrap();
        assert!(!format!("{token:?} {:?}", token.header()).contains("secret"));
        assert!(BearerToken::new(" \n").is_err() && BearerToken::new("a\nb").is_err());
    }
}
