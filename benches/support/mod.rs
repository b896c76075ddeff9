//! What the benches share: measuring a process's own CPU time and memory, running one measurement per process, ratios.

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// CPU time of this process so far, its threads included and its children not.
pub(crate) fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        time.tv_sec.unsigned_abs(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}

/// The most memory this process has had resident, in bytes.
pub(crate) fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap_or("0");
    line.trim()
        .trim_end_matches(" kB")
        .trim()
        .parse::<u64>()
        .unwrap_or_default()
        * 1024
}

/// What one process measured of itself.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Measured {
    /// CPU seconds.
    pub(crate) cpu: f64,
    /// Wall seconds.
    pub(crate) wall: f64,
    /// Peak memory in bytes.
    pub(crate) memory: u64,
}

impl Measured {
    /// Prints it for the parent.
    pub(crate) fn report(&self) {
        println!("{} {} {}", self.cpu, self.wall, self.memory);
    }

    fn parse(line: &str) -> Self {
        let mut parts = line.split_whitespace();
        let mut number = || {
            parts
                .next()
                .and_then(|part| part.parse::<f64>().ok())
                .expect("a measurement")
        };
        let (cpu, wall, memory) = (number(), number(), number());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it was printed from a u64"
        )]
        Self {
            cpu,
            wall,
            memory: memory as u64,
        }
    }
}

/// Runs this program again for one measurement, in a process of its own.
pub(crate) fn measure(arguments: &[&str]) -> Measured {
    let own = std::env::current_exe().expect("the bench's own path");
    let output = Command::new(own)
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .expect("the bench starts itself");
    assert!(output.status.success(), "{arguments:?} failed: {}", output.status);
    Measured::parse(&String::from_utf8_lossy(&output.stdout))
}

/// The medians over several runs of each variant, taken in turn so that a slow moment hits all alike.
pub(crate) fn medians(runs: usize, variants: &[&[&str]]) -> Vec<Measured> {
    let mut all = vec![Vec::new(); variants.len()];
    for _ in 0..runs {
        for (variant, measured) in variants.iter().zip(&mut all) {
            measured.push(measure(variant));
        }
    }
    all.into_iter().map(|measured| median(&measured)).collect()
}

fn median(measured: &[Measured]) -> Measured {
    let middle = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Measured {
        cpu: middle(measured.iter().map(|one| one.cpu).collect()),
        wall: middle(measured.iter().map(|one| one.wall).collect()),
        memory: measured.iter().map(|one| one.memory).max().unwrap_or_default(),
    }
}

/// A line of a table: what, the value, the floor, their ratio, the budget.
pub(crate) fn row(what: &str, value: f64, floor: f64, budget: f64) -> String {
    let ratio = value / floor;
    let verdict = if ratio <= budget { "within" } else { "OVER" };
    let mut line = String::new();
    let _ = write!(
        line,
        "{what:<44} {value:>9.4} s  floor {floor:>9.4} s  {ratio:>5.2} x  {verdict} {budget:.2} x"
    );
    line
}
