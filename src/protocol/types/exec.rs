//! Commands in the server's sandbox, outside of threads. [`AppServer::command_exec`](crate::app_server::AppServer::command_exec)
//! is made of them.

use std::collections::BTreeMap;

use super::common::Empty;
use super::method::{notifications, requests};
use super::settings::SandboxPolicy;
use super::shape::{objects, words};

requests! {
    /// Runs a command to its end. See [`command_exec`](crate::app_server::AppServer::command_exec) for one to talk with.
    CommandExec(COMMAND_EXEC): CommandExecParams => CommandExecResponse;
    /// Writes to a command's input, or ends that; since 0.125.
    CommandExecWrite(COMMAND_EXEC_WRITE): CommandExecWriteParams => Empty;
    /// Gives a command's terminal another size; since 0.125.
    CommandExecResize(COMMAND_EXEC_RESIZE): CommandExecResizeParams => Empty;
    /// Ends a command; since 0.125.
    CommandExecTerminate(COMMAND_EXEC_TERMINATE): CommandExecTerminateParams => Empty;
}

notifications! {
    /// More of what a command writes.
    CommandExecOutputDelta(COMMAND_EXEC_OUTPUT_DELTA): CommandExecOutputDeltaNotification;
}

objects! { "camelCase";

/// A command. All but the first four are of servers since 0.125.
#[derive(Default)]
struct CommandExecParams: new {
    /// The program and its arguments.
    command: Vec<String>,
} optional {
    /// Where it runs; the server's own directory otherwise.
    cwd: String,
    /// When it is ended, in milliseconds; the server has a limit of its own.
    timeout_ms: i64,
    /// Another sandbox than the configured one.
    sandbox_policy: SandboxPolicy,
    /// Variables to set, or with none to unset.
    env: BTreeMap<String, Option<String>>,
    /// What the other methods name it by; needed for all that follows but the limits.
    process_id: String,
    /// It gets a terminal.
    tty: bool,
    /// Of this size.
    size: CommandExecTerminalSize,
    /// Its input can be written.
    stream_stdin: bool,
    /// What it writes is told as it comes, and not in the result.
    stream_stdout_stderr: bool,
    /// It may run as long as it likes.
    disable_timeout: bool,
    /// So many bytes of each output are kept; the server has a limit of its own.
    output_bytes_cap: u64,
    /// All that it writes is kept.
    disable_output_cap: bool,
}

/// The size of a terminal, in characters.
struct CommandExecTerminalSize: new {
    /// Columns.
    cols: u16,
    /// Rows.
    rows: u16,
}

/// What a command came to.
struct CommandExecResponse {
    /// Its exit code; 124 when its time was over.
    exit_code: i32,
    /// What it wrote, unless that was told as it came.
    stdout: String,
    /// Likewise.
    stderr: String,
}

/// What to write.
struct CommandExecWriteParams: new {
    /// To which command.
    process_id: String,
} optional {
    /// It, in base64.
    delta_base64: String,
    /// Whether the input ends with it.
    close_stdin: bool,
}

/// Which size.
struct CommandExecResizeParams: new {
    /// Of which command.
    process_id: String,
    /// The size.
    size: CommandExecTerminalSize,
}

/// What to end.
struct CommandExecTerminateParams: new {
    /// The command.
    process_id: String,
}

/// More of what a command writes.
struct CommandExecOutputDeltaNotification {
    /// The command.
    process_id: String,
    /// Where it was written.
    stream: CommandExecOutputStream,
    /// It, in base64.
    delta_base64: String,
    /// Whether the server keeps to itself what follows.
    cap_reached: bool,
}

}

words! {
    /// Which of a command's outputs; with a terminal, `stdout` is both.
    enum CommandExecOutputStream { Stdout = "stdout", Stderr = "stderr" }
}
