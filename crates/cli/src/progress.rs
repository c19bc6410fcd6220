//! A bar on a terminal, plain lines elsewhere. Both go to stderr: stdout is for results.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use weir_backup::Stage;

/// How often a plain line is printed where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// How far a piece of long work is.
pub(crate) struct Progress {
    what: &'static str,
    bar: Option<ProgressBar>,
    last_line: Instant,
}

impl Progress {
    /// Work called `what` (a verb: "folding deliveries") with `total` steps; 0 where that is not
    /// known.
    pub(crate) fn start(what: &'static str, total: u64) -> Progress {
        let bar = std::io::stderr().is_terminal().then(|| bar(what, total));
        Progress { what, bar, last_line: Instant::now() }
    }

    /// The work is at step `at` of `total`.
    pub(crate) fn at(&mut self, at: u64, total: u64) {
        if let Some(bar) = &self.bar {
            if 0 < total {
                bar.set_length(total);
            }
            bar.set_position(at);
        } else if LINE_EVERY <= self.last_line.elapsed() {
            self.last_line = Instant::now();
            match total {
                0 => eprintln!("{}: {at}", self.what),
                total => eprintln!("{}: {at} of {total}", self.what),
            }
        }
    }

    /// The work is done.
    pub(crate) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A bar for each stage, one after the other.
#[derive(Default)]
pub(crate) struct Stages {
    shown: Option<(Stage, Progress)>,
}

impl Stages {
    /// It is at step `at` of `all` of `stage`.
    pub(crate) fn at(&mut self, stage: Stage, at: u64, all: u64) {
        if self.shown.as_ref().is_none_or(|(shown, _)| *shown != stage) {
            self.finish();
            self.shown = Some((stage, Progress::start(stage.name(), all)));
        }
        if let Some((_, progress)) = &mut self.shown {
            progress.at(at, all);
        }
    }

    /// The work is done, or over.
    pub(crate) fn finish(&mut self) {
        if let Some((_, progress)) = self.shown.take() {
            progress.finish();
        }
    }
}

fn bar(what: &'static str, total: u64) -> ProgressBar {
    let template = match total {
        0 => "{msg} {human_pos} ({per_sec})",
        _ => "{msg} {wide_bar} {human_pos} of {human_len} ({per_sec}, {eta} left)",
    };
    let bar = ProgressBar::new(total).with_message(what);
    // A template of ours is well-formed; the default one would do as well.
    bar.set_style(
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar
}
