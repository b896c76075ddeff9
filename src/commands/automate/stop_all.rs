//! `turnwise automate stop-all`: nothing runs until it is released. A file in the state directory is all there is to it,
//! so that it also works by hand.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::exit::Exit;
use clap::Args;

use super::jobs::{DAEMON, state_of};
use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::say;

/// Stop all jobs, running ones too, until --release
#[derive(Debug, Args)]
pub(super) struct StopAllArgs {
    /// Release the jobs; missed runs are skipped
    #[arg(long)]
    release: bool,
}

/// The file whose being there stops everything.
pub(crate) fn file(state: &Path) -> PathBuf {
    state.join("stop-all")
}

/// Whether everything is stopped. In doubt it is not: a directory that cannot be read holds no jobs either.
pub(crate) fn is_in_force(state: &Path) -> bool {
    file(state).exists()
}

/// Runs the command.
pub(super) fn run(args: &StopAllArgs, context: &Context) -> Result<Exit, Failure> {
    let state = state_of(context)?;
    let file = file(state);
    let failed = |error: io::Error| Failure::system(file.display(), error);
    if args.release {
        match std::fs::remove_file(&file) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
    } else {
        std::fs::create_dir_all(state).map_err(failed)?;
        let note = format!("stopped at {}\n", jiff::Timestamp::now());
        std::fs::File::create(&file)
            .and_then(|mut file| file.write_all(note.as_bytes()))
            .map_err(failed)?;
    }
    crate::ledger::bell::ring_all(state, DAEMON);
    if !context.global.quiet {
        say(if args.release {
            "Released all jobs."
        } else {
            "Stopped all jobs; release them with `turnwise automate stop-all --release`."
        });
    }
    Ok(Exit::Success)
}
