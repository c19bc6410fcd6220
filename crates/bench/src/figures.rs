//! Medians, and lines that say what was measured.

/// The median of some figures; the lower of the two in the middle.
///
/// # Panics
/// If there are none.
pub(crate) fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(sorted.len() - 1) / 2]
}

/// Says one figure beside the one that is to be reached.
pub(crate) fn say(what: &str, value: f64, unit: &str, target: Target) {
    let (holds, words) = match target {
        Target::AtLeast(target) => (target <= value, format!("at least {}", number(target))),
        Target::Under(target) => (value < target, format!("under {}", number(target))),
        Target::None => (true, String::new()),
    };
    let verdict = match (target, holds) {
        (Target::None, _) => String::new(),
        (_, true) => format!("  (target: {words}: reached)"),
        (_, false) => format!("  (target: {words}: MISSED)"),
    };
    println!("  {what:<52} {:>12} {unit}{verdict}", number(value));
}

/// What a figure is to reach.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target {
    /// At least this.
    AtLeast(f64),
    /// Under this.
    Under(f64),
    /// Told for itself.
    None,
}

fn number(value: f64) -> String {
    match value {
        value if 100.0 <= value => group(&format!("{value:.0}")),
        value if 10.0 <= value => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

fn group(digits: &str) -> String {
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if 0 < at && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
