//! What a hook's owner should see beside its result: errors that change nothing, and the stderr of programs.

use std::fmt;
use std::sync::Arc;

use super::Phase;

/// Something that a hook's owner should see: an error, or a line that its program wrote to stderr.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HookNotice {
    /// The hook.
    pub hook: String,
    /// The phase that it was called in.
    pub phase: Phase,
    /// What happened, or what it wrote.
    pub message: String,
}

impl fmt::Display for HookNotice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "hook {} ({}): {}", self.hook, self.phase, self.message)
    }
}

/// Where notices go: to whoever asked for them, otherwise to the log.
#[derive(Clone, Default)]
pub(super) struct Notices(Option<Arc<OnNotice>>);

/// Reads a notice.
type OnNotice = dyn Fn(&HookNotice) + Send + Sync;

impl Notices {
    /// To this function.
    pub(super) fn to(on_notice: impl Fn(&HookNotice) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(on_notice)))
    }

    /// Whether nobody asked for them.
    pub(super) fn is_unset(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn send(&self, notice: &HookNotice) {
        if let Some(on_notice) = &self.0 {
            on_notice(notice);
        } else {
            tracing::warn!("{notice}");
        }
    }
}
