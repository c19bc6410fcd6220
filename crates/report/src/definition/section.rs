//! The parts that a report can show.

use serde::{Deserialize, Serialize};

/// A part of a report on paper, in a mail, on a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// The sentence, the few numbers that matter, what became of them.
    Summary,
    /// Where they leave.
    Screens,
    /// The drop-off over time.
    Trend,
    /// The way through the flow, screen by screen.
    Funnel,
    /// Why they leave.
    Reasons,
    /// Where against why.
    Matrix,
    /// How long it took.
    Times,
    /// By one more dimension, where one was asked for.
    Breakdown,
    /// How far the numbers can be trusted.
    Quality,
}

impl Section {
    /// Every section, in the order in which a reader wants them.
    pub const ALL: [Section; 9] = [
        Section::Summary,
        Section::Screens,
        Section::Trend,
        Section::Funnel,
        Section::Reasons,
        Section::Matrix,
        Section::Times,
        Section::Breakdown,
        Section::Quality,
    ];

    /// The name in a definition.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Section::Summary => "summary",
            Section::Screens => "screens",
            Section::Trend => "trend",
            Section::Funnel => "funnel",
            Section::Reasons => "reasons",
            Section::Matrix => "matrix",
            Section::Times => "times",
            Section::Breakdown => "breakdown",
            Section::Quality => "quality",
        }
    }
}
