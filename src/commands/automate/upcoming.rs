//! Times that come, as a person reads them: in the zone of the schedule and, where that differs, in the local one.

use std::io::{self, Write};

use crate::render::columns::{Cell, Columns};
use crate::render::style::{Palette, Tone};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::time;

/// A line for each time; two columns under their zones where the zones differ.
pub(super) fn upcoming(
    times: &[Timestamp],
    zone: &TimeZone,
    local: Option<&TimeZone>,
    palette: Palette,
    out: &mut impl Write,
) -> io::Result<()> {
    let seconds = times.iter().any(|at| at.as_second() % 60 != 0);
    let differs = |local: &&TimeZone| times.iter().any(|at| local.to_offset(*at) != zone.to_offset(*at));
    let Some(local) = local.filter(differs) else {
        return times
            .iter()
            .try_for_each(|at| writeln!(out, "{}", time::show(*at, zone, seconds)));
    };
    let mut columns = Columns::default();
    columns.row([
        Cell::toned(Tone::Faint, time::name(zone)),
        Cell::toned(Tone::Faint, format!("{} (local)", time::name(local))),
    ]);
    for at in times {
        let shown = [zone, local].map(|zone| time::show(*at, zone, seconds));
        columns.row(shown.map(Cell::plain));
    }
    columns.write(palette, out)
}
