//! `rpc list`: the methods of the installed Codex; without one, those of the newest known version.

use crate::codex::{Api, NEWEST_TESTED};
use crate::exit::Exit;
use crate::protocol::inventory::inventory;
use crate::protocol::{Direction, Stability};
use crate::render::columns::{Cell, Columns};
use crate::render::style::Tone;
use crate::text::sanitize;
use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::commands::context::Context;
use crate::commands::failure::Failure;

/// List the methods of the installed Codex
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Client requests, notifications or server requests
    #[arg(long, value_name = "KIND")]
    kind: Option<Kind>,
    /// Include experimental methods
    #[arg(long)]
    experimental: bool,
    /// Print JSON (`turnwise.methods/1`)
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Request,
    Notification,
    ServerRequest,
}

impl Kind {
    fn includes(self, direction: Direction) -> bool {
        match direction {
            Direction::ClientRequest => self == Self::Request,
            Direction::ServerRequest => self == Self::ServerRequest,
            Direction::ClientNotification | Direction::ServerNotification => self == Self::Notification,
        }
    }
}

/// The word of `--kind` for a direction.
pub(super) fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::ClientRequest => "request",
        Direction::ClientNotification | Direction::ServerNotification => "notification",
        Direction::ServerRequest => "server-request",
    }
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    codex_version: Option<String>,
    methods: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    name: String,
    kind: &'static str,
    direction: Direction,
    stability: Stability,
    params_type: Option<String>,
    result_type: Option<String>,
    /// The first version of the matrix that has it.
    since: Option<&'static str>,
}

/// Runs the command.
pub(super) fn run(args: &ListArgs, context: &Context) -> Result<Exit, Failure> {
    let (codex_version, mut methods) = match context.codex() {
        Ok(found) => {
            let schema = super::schema(&found, Api::Experimental, context)?;
            let methods = schema.methods().iter().map(|method| Listed {
                since: since(&method.name),
                name: method.name.clone(),
                kind: word(method.direction),
                direction: method.direction,
                stability: method.stability,
                params_type: method.params_type.clone(),
                result_type: method.result_type.clone(),
            });
            (
                found.version.map(|version| version.to_string()),
                methods.collect(),
            )
        }
        Err(failure) if failure.kind == "codex_not_found" => {
            context.note(&format!(
                "Codex not found; listing the methods of {NEWEST_TESTED}."
            ));
            (Some(NEWEST_TESTED.to_owned()), known())
        }
        Err(failure) => return Err(failure),
    };
    methods.retain(|method| {
        args.kind.is_none_or(|kind| kind.includes(method.direction))
            && (args.experimental || method.stability == Stability::Stable)
    });
    methods.sort_by(|one, other| (one.direction, &one.name).cmp(&(other.direction, &other.name)));
    if args.json {
        context.print_json(&Document {
            schema: "turnwise.methods/1",
            codex_version,
            methods,
        })?;
    } else {
        context.print(|out| table(&methods).write(context.palette(), out))?;
    }
    Ok(Exit::Success)
}

fn since(name: &str) -> Option<&'static str> {
    crate::protocol::find(name).map(|method| method.first)
}

fn known() -> Vec<Listed> {
    inventory()
        .iter()
        .filter(|method| method.last == NEWEST_TESTED)
        .map(|method| Listed {
            name: method.name.to_owned(),
            kind: word(method.direction),
            direction: method.direction,
            stability: method.stability,
            params_type: method.params.map(str::to_owned),
            result_type: method.result.map(str::to_owned),
            since: Some(method.first),
        })
        .collect()
}

fn table(methods: &[Listed]) -> Columns<'_> {
    let mut columns = Columns::default();
    for method in methods {
        let experimental = match method.stability {
            Stability::Stable => "",
            Stability::Experimental => "  experimental",
        };
        let about = format!("{}{experimental}", method.kind);
        columns.row([
            Cell::plain(sanitize::line(&method.name)),
            Cell::toned(Tone::Faint, about),
        ]);
    }
    columns
}
