//! The `turnwise` program. Everything is in the library: [`turnwise::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    turnwise::cli::main()
}
