//! Times that come, as a person reads them: in the zone of the schedule and, where that differs, in the local one.

use std::io::{self, Write};

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
    let rows = times
        .iter()
        .map(|at| (time::show(*at, zone, seconds), time::show(*at, local, seconds)))
        .collect::<Vec<_>>();
    let heading = time::name(zone);
    let width = rows
        .iter()
        .map(|(shown, _)| shown.len())
        .max()
        .unwrap_or_default()
        .max(heading.len());
    let heading = format!("{heading:width$}  {} (local)", time::name(local));
    writeln!(out, "{}", palette.paint(Tone::Faint, &heading))?;
    rows.iter()
        .try_for_each(|(shown, local)| writeln!(out, "{shown:width$}  {local}"))
}
