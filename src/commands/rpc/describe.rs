//! `rpc describe`: a method's parameters and result, from the installed Codex's schema.

use std::io::{self, Write};

use crate::codex::Api;
use crate::exit::Exit;
use crate::protocol::schema::{CheckError, Field, InstalledMethod, nearest};
use crate::protocol::{Direction, Stability};
use crate::render::columns::{Cell, Columns};
use crate::render::style::{Palette, Tone};
use crate::runtime::RuntimeError;
use crate::text::safe_json;
use crate::text::sanitize;
use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::list::word;
use super::method::Offered;
use crate::commands::context::Context;
use crate::commands::failure::Failure;

/// Show a method's parameters and result
#[derive(Debug, Args)]
pub(super) struct DescribeArgs {
    /// Method
    #[arg(value_name = "METHOD", value_parser = Offered::Everything, hide_possible_values = true)]
    method: String,
    /// Print JSON (`turnwise.method/1`)
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    name: &'a str,
    kind: &'static str,
    direction: Direction,
    stability: Stability,
    since: Option<&'static str>,
    description: Option<&'a str>,
    params_type: Option<&'a str>,
    fields: Vec<Field>,
    result_type: Option<&'a str>,
    result_fields: Vec<Field>,
    /// The smallest params that pass the check.
    example: Value,
}

/// Runs the command.
pub(super) fn run(args: &DescribeArgs, context: &Context) -> Result<Exit, Failure> {
    let found = context.codex()?;
    // The stable schema first: the other one has fields that only experimental clients may send.
    let mut schema = super::schema(&found, Api::Stable, context)?;
    if schema.find(&args.method).is_none() {
        schema = super::schema(&found, Api::Experimental, context)?;
    }
    let Some(method) = schema.find(&args.method) else {
        let names = schema.methods().iter().map(|method| method.name.as_str());
        let error = CheckError::UnknownMethod {
            method: args.method.clone(),
            nearest: nearest(&args.method, names),
        };
        return Err(RuntimeError::from(error).into());
    };
    let document = Document {
        schema: "turnwise.method/1",
        name: &method.name,
        kind: word(method.direction),
        direction: method.direction,
        stability: method.stability,
        since: crate::protocol::find(&method.name).map(|known| known.first),
        description: method.description.as_deref(),
        params_type: method.params_type.as_deref(),
        fields: schema.fields(method),
        result_type: method.result_type.as_deref(),
        result_fields: method
            .result_type
            .as_deref()
            .map(|name| schema.fields_of_type(name))
            .unwrap_or_default(),
        example: schema.example(method),
    };
    if args.json {
        context.print_json(&document)?;
    } else {
        context.print(|out| print(&document, method, context.palette(), out))?;
    }
    Ok(Exit::Success)
}

fn print(
    document: &Document<'_>,
    method: &InstalledMethod,
    palette: Palette,
    out: &mut dyn Write,
) -> io::Result<()> {
    let name = sanitize::line(document.name);
    let since = document
        .since
        .map_or(String::new(), |since| format!(", since {since}"));
    let about = format!("{}, {}{since}", document.direction, document.stability);
    writeln!(
        out,
        "{}  {}",
        palette.paint(Tone::Strong, &name),
        palette.paint(Tone::Faint, &about)
    )?;
    if let Some(description) = document.description {
        writeln!(out, "{}", sanitize::text(description))?;
    }
    match &method.params {
        None => writeln!(out, "\nNo params.")?,
        Some(_) => fields("Params", document.params_type, &document.fields, palette, out)?,
    }
    if document.result_type.is_some() {
        let top = document
            .result_fields
            .iter()
            .filter(|field| !field.path.contains(['.', '[']))
            .cloned()
            .collect::<Vec<_>>();
        fields("Result", document.result_type, &top, palette, out)?;
    }
    if document.direction == Direction::ClientRequest {
        writeln!(out, "\n{}", palette.paint(Tone::Strong, "Example"))?;
        let mut example = Vec::new();
        if !document.example.is_null() {
            safe_json::write(&mut example, &document.example)?;
        }
        // As a shell takes it.
        let example = String::from_utf8_lossy(&example).replace('\'', r"'\''");
        let example = if example.is_empty() {
            String::new()
        } else {
            format!(" '{example}'")
        };
        writeln!(out, "  turnwise rpc {name}{example}")?;
    }
    Ok(())
}

fn fields(
    heading: &str,
    kind: Option<&str>,
    fields: &[Field],
    palette: Palette,
    out: &mut dyn Write,
) -> io::Result<()> {
    let kind = sanitize::line(kind.unwrap_or_default());
    writeln!(
        out,
        "\n{} {}",
        palette.paint(Tone::Strong, heading),
        palette.paint(Tone::Faint, &kind)
    )?;
    if fields.is_empty() {
        return writeln!(out, "  no fields");
    }
    let mut columns = Columns::default();
    for field in fields {
        let mut about = field.kind.clone();
        if field.nullable {
            about.push_str(" or null");
        }
        if !field.values.is_empty() {
            let others = about
                .split(" or ")
                .filter(|kind| !matches!(*kind, "string" | "any" | "null"));
            let words = field.values.iter().map(String::as_str);
            about = words.chain(others).collect::<Vec<_>>().join(" | ");
        }
        if field.required {
            about.push_str(", required");
        }
        if let Some(when) = &field.when {
            about.push_str(&format!(", when {when}"));
        }
        columns.row([
            Cell::plain(format!("  {}", sanitize::line(&field.path))),
            Cell::plain(sanitize::line(&about).into_owned()),
        ]);
        if let Some(first) = field.description.as_deref().and_then(|text| text.lines().next()) {
            columns.row([Cell::plain(""), Cell::toned(Tone::Faint, sanitize::line(first))]);
        }
    }
    columns.write(palette, out)
}
