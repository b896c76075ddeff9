//! How a [`Runtime`](crate::runtime::Runtime) starts its server and talks with it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::runtime::approval::{Approver, FixedAnswer};
use crate::runtime::remedy::{Remedy, Wording};
use crate::runtime::rpc::message_sink::MessageSink;

/// How to start a [`Runtime`](crate::runtime::Runtime).
///
/// ```
/// use std::time::Duration;
/// use turnwise::runtime::RuntimeConfig;
///
/// let config = RuntimeConfig::new("/usr/local/bin/codex")
///     .env("CODEX_HOME", "/home/me/.codex-work")
///     .request_timeout(Duration::from_secs(10));
/// ```
#[derive(Clone)]
pub struct RuntimeConfig {
    pub(in crate::runtime) program: PathBuf,
    pub(in crate::runtime) arguments: Vec<OsString>,
    pub(in crate::runtime) environment: Vec<(OsString, OsString)>,
    /// Nobody where the server's other clients answer.
    pub(in crate::runtime) approver: Option<Arc<dyn Approver>>,
    pub(in crate::runtime) request_timeout: Duration,
    pub(in crate::runtime) session_timeout: Option<Duration>,
    pub(in crate::runtime) frame_limit: usize,
    pub(in crate::runtime) guarded: bool,
    /// Who takes what the server says, instead of sessions and notification streams.
    pub(in crate::runtime) sink: Option<Arc<dyn MessageSink>>,
    /// How events word what to do about an error.
    pub(in crate::runtime) wording: Wording,
}

impl RuntimeConfig {
    /// The defaults, for a native `codex` binary.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            arguments: vec!["app-server".into()],
            environment: Vec::new(),
            approver: Some(Arc::new(FixedAnswer::Fail)),
            request_timeout: Duration::from_secs(60),
            session_timeout: None,
            frame_limit: 64 << 20,
            guarded: false,
            sink: None,
            wording: Remedy::to_string,
        }
    }

    /// The arguments; `app-server` alone by default.
    #[must_use]
    pub fn arguments<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments = arguments.into_iter().map(Into::into).collect();
        self
    }

    /// Adds a variable to the inherited environment.
    #[must_use]
    pub fn env(mut self, key: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((key.into(), value.into()));
        self
    }

    /// Who answers the server's requests; [`FixedAnswer::Fail`] by default.
    #[must_use]
    pub fn approver(mut self, approver: impl Approver + 'static) -> Self {
        self.approver = Some(Arc::new(approver));
        self
    }

    /// Leaves the server's requests to its other clients.
    #[must_use]
    pub fn observe_only(mut self) -> Self {
        self.approver = None;
        self
    }

    /// How long a reply may take; 60 s by default.
    #[must_use]
    pub fn request_timeout(mut self, limit: Duration) -> Self {
        self.request_timeout = limit;
        self
    }

    /// How long the start of a thread may take, see
    /// [`ClientConfig::session_timeout`](crate::runtime::ClientConfig::session_timeout); as any reply by default.
    #[must_use]
    pub fn session_timeout(mut self, limit: Duration) -> Self {
        self.session_timeout = Some(limit);
        self
    }

    /// The longest line taken from the server, in bytes; 64 MiB by default.
    #[must_use]
    pub fn frame_limit(mut self, bytes: usize) -> Self {
        self.frame_limit = bytes;
        self
    }

    /// Linux: a process between this program and the server ends what the server leaves behind, see
    /// [`ClientConfig::guarded`](crate::runtime::ClientConfig::guarded); off by default.
    #[must_use]
    pub fn guarded(mut self) -> Self {
        self.guarded = true;
        self
    }
}

impl std::fmt::Debug for RuntimeConfig {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The environment may hold secrets.
        formatter
            .debug_struct("RuntimeConfig")
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}
