//! The way from the program into the library, and nothing else: the command line is in `commands`.

use std::process::ExitCode;

/// Runs the command line with the arguments of this process; gives its exit code.
pub fn main() -> ExitCode {
    let arguments = std::env::args_os().collect::<Vec<_>>();
    crate::commands::main(arguments).into()
}
