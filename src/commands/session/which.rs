//! Which session a command is about: a word, the last one, or one picked from a list.

use clap::Args;

use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::sessions::Saved;
use crate::runtime::rollout::SavedSession;

/// Which session.
#[derive(Debug, Args)]
pub(crate) struct WhichArgs {
    /// Session [default: choose from a list]
    #[arg(conflicts_with = "last")]
    session: Option<String>,
    #[command(flatten)]
    last: LastArgs,
}

/// The most recent session.
#[derive(Debug, Args)]
pub(crate) struct LastArgs {
    /// The most recent session of this directory
    #[arg(long)]
    pub(super) last: bool,
    /// Include all directories
    #[arg(long)]
    all: bool,
}

impl WhichArgs {
    /// The session.
    pub(super) fn find(&self, saved: &Saved, context: &Context) -> Result<SavedSession, Failure> {
        self.last.or_named(self.session.as_deref(), saved, context)
    }
}

impl LastArgs {
    /// The session of a word; without one the most recent, or one that the person picks.
    pub(super) fn or_named(
        &self,
        word: Option<&str>,
        saved: &Saved,
        context: &Context,
    ) -> Result<SavedSession, Failure> {
        if let Some(word) = word {
            return saved.named(word);
        }
        let here =
            std::env::current_dir().map_err(|error| Failure::system("the working directory", error))?;
        let directory = (!self.all).then_some(here.as_path());
        if self.last {
            return saved.last(directory);
        }
        if context.stdin_terminal && context.stderr.terminal {
            return saved.picked(directory);
        }
        Err(Failure::usage("no session given; name one, or use --last"))
    }
}
