//! The table at the end of a run.

use std::fmt;
use std::time::Duration;

use anyhow::Result;

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Passed(Duration),
    Failed(Duration),
    NotRun,
}

impl Ending {
    /// Of a step that ran this long and came to this.
    pub(super) fn after(took: Duration, outcome: &Result<()>) -> Ending {
        if outcome.is_ok() { Ending::Passed(took) } else { Ending::Failed(took) }
    }

    fn took(self) -> Option<Duration> {
        match self {
            Ending::Passed(took) | Ending::Failed(took) => Some(took),
            Ending::NotRun => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Ending::Passed(_) => "passed",
            Ending::Failed(_) => "FAILED",
            Ending::NotRun => "not run",
        }
    }
}

/// The steps in order, each with its ending.
#[derive(Default)]
pub(super) struct Summary(Vec<(&'static str, Ending)>);

impl Summary {
    pub(super) fn push(&mut self, step: &'static str, ending: Ending) {
        self.0.push((step, ending));
    }

    fn total(&self) -> Duration {
        self.0.iter().filter_map(|(_, ending)| ending.took()).sum()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (step, ending) in &self.0 {
            let took = ending.took().map(seconds).unwrap_or_default();
            writeln!(f, "{}", format!("{step:<10} {:<8} {took:>10}", ending.word()).trim_end())?;
        }
        writeln!(f, "{:<19} {:>10}", "total", seconds(self.total()))
    }
}

/// A time as people compare it: seconds, and minutes once there are some.
pub(super) fn seconds(took: Duration) -> String {
    match took.as_secs() / 60 {
        0 => format!("{:.1} s", took.as_secs_f64()),
        minutes => format!("{minutes} min {:02} s", took.as_secs() % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_a_table() {
        let mut summary = Summary::default();
        summary.push("fmt", Ending::Passed(Duration::from_millis(1_240)));
        summary.push("clippy", Ending::Failed(Duration::from_secs(61)));
        summary.push("test", Ending::NotRun);
        let expected = "\
fmt        passed        1.2 s
clippy     FAILED   1 min 01 s
test       not run
total               1 min 02 s
";
        assert_eq!(summary.to_string(), expected);
    }
}
