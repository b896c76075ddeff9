//! The `turnwise` program: parse, run, exit code.

mod commands;
mod config;
mod input;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = std::env::args_os().collect::<Vec<_>>();
    commands::main(arguments).into()
}
