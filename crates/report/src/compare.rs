//! Two reports side by side, and whether they differ by more than chance would explain.

use weir_domain::Rate;

/// Below this many units in either group nothing is said about a difference.
pub const GROUP_MIN: u64 = 30;

/// Two groups, and how each of their rates differs: always the second, `b`, minus the first, `a`.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Submitted of started.
    pub conversion: Difference,
    /// Abandoned of started.
    pub drop_off: Difference,
    /// Stalled of started.
    pub stalled: Difference,
    /// Still open, of started.
    pub open: Difference,
    /// For each screen of either: abandoned there, of started; the largest loss in either first.
    pub by_state: Vec<RowDifference>,
    /// For each reason of either, likewise.
    pub by_reason: Vec<RowDifference>,
}

/// One screen or reason in both groups.
#[derive(Debug, Clone, PartialEq)]
pub struct RowDifference {
    /// The literal value; none where the exit had none.
    pub value: Option<String>,
    /// The catalogue's label, or the raw value.
    pub label: String,
    /// Its verdict is corrected for the number of rows that were looked at (Holm 1979).
    pub difference: Difference,
}

/// How a rate differs between two groups.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The first group's.
    pub a: Rate,
    /// The second group's.
    pub b: Rate,
    /// `b - a`, as a fraction of 1; none where a group is empty.
    pub value: Option<f64>,
    /// The ends of its 95 % interval (Newcombe 1998, method 10: from the Wilson intervals of
    /// both); none where a group is empty.
    pub interval: Option<(f64, f64)>,
    /// Of the two-proportion z-test with the pooled rate, two-sided; none where it says nothing.
    pub p_value: Option<f64>,
    /// What to make of it.
    pub verdict: Verdict,
}

/// What to make of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A group has fewer than [`GROUP_MIN`] units: nothing is said.
    TooFew,
    /// Chance alone would often explain as much: p is at least 5 %.
    Chance,
    /// More than chance would explain: p is below 5 %.
    Real,
}
