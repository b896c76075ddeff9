//! The `turnwise` program: parse, run, exit code.

mod commands;
mod config;
mod input;

use std::process::ExitCode;

fn main() -> ExitCode {
    commands::main(std::env::args_os().collect()).into()
}
