//! The README's pictures: what a terminal shows of a real run and of its approval, as SVG. `scripts/pictures` writes them.

use std::fmt::Write as _;
use std::fs;
use std::num::NonZero;
use std::path::Path;

use vt100::{Cell, Color, Parser};

use crate::support::Test;

const COLUMNS: u16 = 80;
/// High enough for a whole run, so that nothing scrolls away.
const ROWS: u16 = 100;
/// Of a character, in the picture's units.
const WIDTH: f32 = 8.4;
const HEIGHT: f32 = 19.0;
const MARGIN: f32 = 18.0;

/// Colours of a light and a dark background: the default text, the background, and the sixteen of a terminal.
const LIGHT: [&str; 18] = [
    "#24292f", "#f6f8fa", "#24292f", "#b3261e", "#116329", "#7d4e00", "#0550ae", "#8250df", "#0e6a75",
    "#57606a", "#6e7781", "#b3261e", "#116329", "#7d4e00", "#0550ae", "#8250df", "#0e6a75", "#24292f",
];
const DARK: [&str; 18] = [
    "#d7dde4", "#15191e", "#6b7580", "#ff8a80", "#7ee787", "#e3b341", "#79b8ff", "#d2a8ff", "#6fd3de",
    "#d7dde4", "#8b949e", "#ff8a80", "#7ee787", "#e3b341", "#79b8ff", "#d2a8ff", "#6fd3de", "#ffffff",
];

#[test]
#[ignore = "writes docs/pictures: run scripts/pictures"]
fn pictures_of_a_run_and_of_its_approval() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures");
    fs::create_dir_all(&directory).unwrap();
    // A short path, because the prompt shows it.
    let home = tempfile::Builder::new()
        .prefix("turnwise-")
        .tempdir_in("/tmp")
        .unwrap();
    let mut test = Test::answering("unused").with_own_server("demo starts one");
    test.set("TURNWISE_HOME", home.path());
    let mut terminal = test.at_terminal(COLUMNS, ROWS, &["demo"]);
    terminal.wait_for("Your answer");
    let asked = terminal.screen();
    terminal.press("y\r");
    let (whole, code) = terminal.wait();
    assert_eq!(code, Some(0), "{whole}");
    fs::write(
        directory.join("approval.svg"),
        picture(&asked, "An approval request"),
    )
    .unwrap();
    fs::write(directory.join("demo.svg"), picture(&whole, "turnwise demo")).unwrap();
}

/// The screen after these bytes, without the empty rows below it.
fn picture(bytes: &str, title: &str) -> String {
    let size = |number| NonZero::new(number).unwrap();
    let mut parser = Parser::new(size(ROWS), size(COLUMNS), 0);
    parser.process(bytes.as_bytes());
    let screen = parser.screen();
    let rows: Vec<Vec<&Cell>> = (0..ROWS)
        .map(|row| {
            (0..COLUMNS)
                .filter_map(|column| screen.cell(row, column))
                .collect()
        })
        .collect();
    let used = rows
        .iter()
        .rposition(|row| row.iter().any(|cell| !cell.contents().trim().is_empty()))
        .map_or(0, |last| last + 1);
    let (width, height) = (
        f32::from(COLUMNS) * WIDTH + 2.0 * MARGIN,
        f32::from(u16::try_from(used).unwrap()) * HEIGHT + 2.0 * MARGIN,
    );
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         role=\"img\" aria-label=\"{title}\">\n<style>\n{}@media (prefers-color-scheme: dark) {{\n{}}}\n\
         text {{ font: 14px ui-monospace, Menlo, Consolas, monospace; white-space: pre }}\n\
         .b {{ font-weight: bold }} .d {{ opacity: .65 }} .i {{ font-style: italic }} .u {{ text-decoration: underline }}\n\
         </style>\n<rect class=\"ground\" width=\"100%\" height=\"100%\" rx=\"8\"/>\n",
        palette(&LIGHT),
        palette(&DARK),
    );
    for (row, cells) in rows[..used].iter().enumerate() {
        line(&mut svg, row, cells);
    }
    svg.push_str("</svg>\n");
    svg
}

fn palette(colours: &[&str; 18]) -> String {
    let mut css = format!(
        "text {{ fill: {} }} .ground {{ fill: {} }}\n",
        colours[0], colours[1]
    );
    for (index, colour) in colours[2..].iter().enumerate() {
        let _ = writeln!(css, ".c{index} {{ fill: {colour} }}");
    }
    css
}

/// Neighbours that look the same become one text, which is placed by its column.
fn line(svg: &mut String, row: usize, cells: &[&Cell]) {
    let mut column = 0;
    while column < cells.len() {
        let class = class(cells[column]);
        let start = column;
        let mut text = String::new();
        while column < cells.len() && self::class(cells[column]) == class {
            let contents = cells[column].contents();
            text.push_str(if contents.is_empty() && !cells[column].is_wide_continuation() {
                " "
            } else {
                contents
            });
            column += 1;
        }
        if text.trim().is_empty() {
            continue;
        }
        #[expect(clippy::cast_precision_loss, reason = "rows and columns are few")]
        let (x, y) = (
            MARGIN + start as f32 * WIDTH,
            MARGIN + (row as f32 + 0.75) * HEIGHT,
        );
        let escaped = text.trim_end().replace('&', "&amp;").replace('<', "&lt;");
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\" xml:space=\"preserve\">{escaped}</text>"
        );
    }
}

fn class(cell: &Cell) -> String {
    let mut classes = Vec::new();
    if let Color::Idx(index @ 0..16) = cell.fgcolor() {
        classes.push(format!("c{index}"));
    }
    for (is, name) in [
        (cell.bold(), "b"),
        (cell.dim(), "d"),
        (cell.italic(), "i"),
        (cell.underline(), "u"),
    ] {
        if is {
            classes.push(name.to_owned());
        }
    }
    classes.join(" ")
}
