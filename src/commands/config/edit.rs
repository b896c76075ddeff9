//! `turnwise config edit`: the file in the user's editor, checked afterwards.

use std::process::ExitStatus;

use crate::environment;
use crate::exit::Exit;

use crate::commands::context::Context;
use crate::commands::failure::Failure;
use crate::commands::run::Signals;
use crate::commands::tokio_runtime::runtime;

/// The editor of a system where none was chosen.
const USUAL: &str = "vi";

/// Runs the command.
pub(super) fn run(context: &Context) -> Result<Exit, Failure> {
    let path = super::path(context)?;
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory).map_err(|error| Failure::system(directory.display(), error))?;
    }
    let editor = environment::text("VISUAL").or_else(|| environment::text("EDITOR"));
    let editor = editor.unwrap_or_else(|| USUAL.to_owned());
    // The variable is a command line, such as `code --wait`.
    let script = format!("{editor} \"$@\"");
    let status = runtime()?.block_on(async {
        // Ctrl-C is the editor's: listening keeps it from ending turnwise.
        let _signals = Signals::listen()?;
        let mut command = tokio::process::Command::new("/bin/sh");
        command.args(["-c", &script, "sh"]).arg(&path);
        command.status().await
    });
    let status: ExitStatus = status.map_err(|error| Failure::system(&editor, error))?;
    if !status.success() {
        let failure = Failure::new(Exit::Failed, "editor", format!("{editor}: {status}"));
        return Err(failure.hint("set VISUAL or EDITOR to your editor"));
    }
    let text = super::text(context)?;
    let config = super::parsed(text.as_deref(), &super::flags(), context)?;
    match config.problems.into_iter().next() {
        Some(problem) => Err(problem.into()),
        None => Ok(Exit::Success),
    }
}
