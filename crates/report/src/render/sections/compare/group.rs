//! What each group is, in words: what tells it from the other.

use weir_domain::{Catalogue, OutcomeKind};

use super::CompareView;
use crate::render::number::instant;
use crate::render::rows::{breakdown_name, named};
use crate::render::text::safe_name;
use crate::{BreakdownValue, Dimension, Filters, Narrow, Query};

/// Whether they are the same units' question of one period and of a later one.
pub(super) fn follows(view: &CompareView<'_>) -> bool {
    let (a, b) = (&view.a.query, &view.b.query);
    a.filters == b.filters && view.narrow[0] == view.narrow[1] && a.to <= b.to && a.from < b.from
}

/// `Monday, 09:00`, where both groups keep the same few.
pub(super) fn both_keep(view: &CompareView<'_>) -> Option<String> {
    let [a, b] = view.narrow.map(kept);
    let both = a.into_iter().zip(b).filter(|(a, b)| a == b).filter_map(|(a, _)| a);
    let both: Vec<String> = both.collect();
    (!both.is_empty()).then(|| both.join(", "))
}

/// What is kept of each dimension: `2 attempts`, `Monday`, `09:00`.
fn kept(narrow: &Narrow) -> [Option<String>; 3] {
    let named = |by, number: Option<u64>| {
        number.map(|number| breakdown_name(by, &BreakdownValue::Number(number)))
    };
    [
        named(Dimension::Attempts, narrow.attempts),
        named(Dimension::Weekday, narrow.weekday.map(u64::from)),
        named(Dimension::Hour, narrow.hour.map(u64::from)),
    ]
}

/// Both names: the period where the periods differ, each filter where the filters do.
pub(super) fn names(view: &CompareView<'_>) -> [String; 2] {
    let (a, b) = (&view.a.query, &view.b.query);
    let [kept_a, kept_b] = view.narrow.map(kept);
    let name = |of: &Query, other: &Query, kept: [_; 3], others: [_; 3], alone: &str| {
        let own = kept_alone(kept, others);
        let parts = [parts(of, other, view.catalogue), own].concat();
        if parts.is_empty() { alone.to_owned() } else { parts.join(", ") }
    };
    [
        name(a, b, kept_a.clone(), kept_b.clone(), "the first group"),
        name(b, a, kept_b, kept_a, "the second group"),
    ]
}

/// What one group keeps of each dimension, where the other keeps something else.
fn kept_alone(kept: [Option<String>; 3], others: [Option<String>; 3]) -> Vec<String> {
    let any = ["any number of attempts", "any weekday", "any hour"];
    let each = kept.into_iter().zip(others).zip(any).filter(|((mine, other), _)| mine != other);
    each.map(|((mine, _), any)| mine.unwrap_or_else(|| any.to_owned())).collect()
}

fn parts(of: &Query, other: &Query, catalogue: &Catalogue) -> Vec<String> {
    let mut parts = Vec::new();
    for (what, mine, others) in filters(&of.filters, catalogue)
        .into_iter()
        .zip(filters(&other.filters, catalogue))
        .map(|((what, mine), (_, others))| (what, mine, others))
    {
        if mine != others {
            parts.push(if mine.is_empty() {
                format!("any {what}")
            } else {
                format!("{what} {}", mine.join(" or "))
            });
        }
    }
    if (of.from, of.to) != (other.from, other.to) {
        parts.push(period(of));
    }
    if parts.is_empty() && of.as_of != other.as_of {
        parts.push(format!("as of {}", instant(of.as_of, &of.zone)));
    }
    parts
}

/// `2026-01-05 00:00 to 2026-02-04 00:00`.
pub(super) fn period(query: &Query) -> String {
    format!("{} to {}", instant(query.from, &query.zone), instant(query.to, &query.zone))
}

/// Each list of filters with its values as they are called.
fn filters(filters: &Filters, catalogue: &Catalogue) -> [(&'static str, Vec<String>); 5] {
    // Every field is named, so that a new one does not compile until it is told here.
    let Filters { integration, feature, state, reason, outcome } = filters;
    let texts = |values: &[Option<String>], label: &dyn Fn(&str) -> String| -> Vec<String> {
        values
            .iter()
            .map(|value| value.as_deref().map_or_else(|| "none given".to_owned(), label))
            .collect()
    };
    [
        ("integration", integration.iter().map(|name| safe_name(name)).collect()),
        ("feature", texts(feature, &safe_name)),
        ("screen", texts(state, &|raw| named(catalogue.screen_label(raw), Some(raw)))),
        ("reason", texts(reason, &|raw| named(catalogue.reason_label(raw), Some(raw)))),
        ("outcome", outcome.iter().copied().map(OutcomeKind::label).map(str::to_owned).collect()),
    ]
}
