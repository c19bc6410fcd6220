//! The rows of the list, and what they are sorted by.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::str::FromStr;

use weir_domain::{Catalogue, Evidence, Rate};

use super::ExitsView;
use crate::render::links::{Behind, KNOWN_EXITS};
use crate::render::rows::{is_handover, named, profiles_by_value};
use crate::render::text::safe_name;
use crate::{ExitProfile, Narrow};

/// What is ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitKind {
    /// Where they leave.
    Screen,
    /// Why they leave.
    Reason,
}

/// What the list is sorted by, the most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExitSort {
    /// How many left.
    #[default]
    Cost,
    /// How many of those who got there; reasons have none.
    Hazard,
    /// How many came back.
    Recovered,
    /// The median time before leaving.
    Time,
}

/// One screen, or one reason.
#[derive(Debug, Clone)]
pub(super) struct Exit<'a> {
    pub(super) kind: ExitKind,
    /// The literal value.
    pub(super) value: &'a str,
    /// What it is called; safe to show.
    pub(super) name: String,
    pub(super) left: u64,
    /// Of those, lost on the way to the phone.
    pub(super) lost: u64,
    /// Of started.
    pub(super) rate: Rate,
    /// Of those who got there.
    pub(super) hazard: Option<Rate>,
    pub(super) recovered: u64,
    pub(super) below: Option<&'a ExitProfile>,
}

impl ExitKind {
    /// In a sentence.
    pub(super) const fn name(self) -> &'static str {
        match self {
            ExitKind::Screen => "screen",
            ExitKind::Reason => "reason",
        }
    }

    /// At the head of a column.
    pub(super) const fn title(self) -> &'static str {
        match self {
            ExitKind::Screen => "Screen",
            ExitKind::Reason => "Reason",
        }
    }

    pub(super) const fn other(self) -> ExitKind {
        match self {
            ExitKind::Screen => ExitKind::Reason,
            ExitKind::Reason => ExitKind::Screen,
        }
    }

    /// What a list of this kind can be sorted by.
    #[must_use]
    pub const fn sorts(self) -> &'static [ExitSort] {
        match self {
            ExitKind::Screen => {
                &[ExitSort::Cost, ExitSort::Hazard, ExitSort::Recovered, ExitSort::Time]
            }
            ExitKind::Reason => &[ExitSort::Cost, ExitSort::Recovered, ExitSort::Time],
        }
    }

    /// The catalogue's label, or the raw value; safe to show.
    pub(super) fn label(self, catalogue: &Catalogue, value: &str) -> String {
        let label = match self {
            ExitKind::Screen => catalogue.screen_label(value),
            ExitKind::Reason => catalogue.reason_label(value),
        };
        named(label, Some(value))
    }

    /// What the catalogue says of it, and how sure its literal value is; none if it does not name it.
    pub(super) fn described(
        self,
        catalogue: &Catalogue,
        value: &str,
    ) -> Option<(String, Evidence)> {
        match self {
            ExitKind::Screen => {
                catalogue.screen(value).map(|screen| (screen.description.clone(), screen.evidence))
            }
            ExitKind::Reason => {
                catalogue.reason(value).map(|reason| (reason.description.clone(), reason.evidence))
            }
        }
    }

    /// Those who ended so.
    pub(super) fn behind(self, value: &str) -> Behind<'_> {
        let behind = Behind { outcomes: KNOWN_EXITS, ..Behind::default() };
        match self {
            ExitKind::Screen => Behind { state: Some(Some(value)), ..behind },
            ExitKind::Reason => Behind { reason: Some(Some(value)), ..behind },
        }
    }

    /// Those who cancelled so, and then submitted.
    pub(super) fn recovered(self, value: &str) -> Behind<'static> {
        let value = Some(Some(value.to_owned()));
        let narrow = match self {
            ExitKind::Screen => Narrow { recovered_state: value, ..Narrow::default() },
            ExitKind::Reason => Narrow { recovered_reason: value, ..Narrow::default() },
        };
        Behind { narrow, ..Behind::default() }
    }
}

impl ExitSort {
    /// The name in an address.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            ExitSort::Cost => "cost",
            ExitSort::Hazard => "hazard",
            ExitSort::Recovered => "recovered",
            ExitSort::Time => "time",
        }
    }
}

impl FromStr for ExitSort {
    type Err = ();

    fn from_str(text: &str) -> Result<ExitSort, ()> {
        let all = ExitKind::Screen.sorts();
        all.iter().copied().find(|sort| sort.name() == text).ok_or(())
    }
}

impl Exit<'_> {
    /// The median time before leaving, in microseconds.
    pub(super) fn median_us(&self) -> Option<u64> {
        self.below.and_then(|below| below.time_to_exit.p50_us)
    }

    /// The literal value where it says more than the name; safe to show.
    pub(super) fn raw(&self) -> Option<String> {
        let raw = safe_name(self.value);
        (raw != self.name).then_some(raw)
    }

    /// Those who got there.
    pub(super) fn at_risk(&self) -> Behind<'static> {
        let narrow = Narrow { at_risk: Some(self.value.to_owned()), ..Narrow::default() };
        Behind { narrow, ..Behind::default() }
    }
}

/// Every row that has a value, the costliest first: the report's order.
pub(super) fn rows<'a>(view: &ExitsView<'a>) -> Vec<Exit<'a>> {
    let started = view.report.totals.started;
    let exit = |value: &'a str, left: u64, lost: u64| Exit {
        kind: view.kind,
        value,
        name: view.kind.label(view.catalogue, value),
        left,
        lost,
        rate: Rate::new(left, started),
        hazard: None,
        recovered: 0,
        below: None,
    };
    match view.kind {
        ExitKind::Screen => {
            let below = profiles_by_value(&view.profile.by_state);
            let lost = lost_by_screen(view);
            let rows = view.report.by_state.iter().filter_map(|row| {
                let value = row.state.as_deref()?;
                let lost = lost.get(value).copied().unwrap_or(0).min(row.abandoned);
                Some(Exit {
                    hazard: row.hazard,
                    recovered: row.recovered,
                    below: below.get(value).copied(),
                    ..exit(value, row.abandoned, lost)
                })
            });
            rows.collect()
        }
        ExitKind::Reason => {
            let below = profiles_by_value(&view.profile.by_reason);
            let rows = view.report.by_reason.iter().filter_map(|row| {
                let value = row.reason.as_deref()?;
                let lost = if is_handover(Some(value)) { row.abandoned } else { 0 };
                Some(Exit {
                    recovered: row.recovered,
                    below: below.get(value).copied(),
                    ..exit(value, row.abandoned, lost)
                })
            });
            rows.collect()
        }
    }
}

/// The rows as the list has them.
pub(super) fn ranked<'a>(view: &ExitsView<'a>) -> Vec<Exit<'a>> {
    let mut rows = rows(view);
    // Stable: what is equal stays in the order of what it costs.
    match view.sort {
        ExitSort::Cost => {}
        ExitSort::Recovered => rows.sort_by_key(|row| Reverse(row.recovered)),
        ExitSort::Time => rows.sort_by_key(|row| Reverse(row.median_us())),
        ExitSort::Hazard => rows.sort_by(|a, b| {
            let hazard = |row: &Exit<'_>| row.hazard.and_then(Rate::value).unwrap_or(-1.0);
            hazard(b).total_cmp(&hazard(a))
        }),
    }
    rows
}

fn lost_by_screen<'a>(view: &ExitsView<'a>) -> BTreeMap<&'a str, u64> {
    let mut lost: BTreeMap<&str, u64> = BTreeMap::new();
    for pair in &view.report.by_state_and_reason {
        if let (Some(state), true) = (pair.state.as_deref(), is_handover(pair.reason.as_deref())) {
            *lost.entry(state).or_default() += pair.abandoned;
        }
    }
    lost
}
