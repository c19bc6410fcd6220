//! The report's rows, named, grouped and folded as every output shows them.

use std::collections::BTreeMap;

use weir_domain::{OutcomeKind, Rate};

use super::chart::{BARS_MAX, Bar, Ink, Part};
use super::links::{Behind, KNOWN_EXITS, Links, Place};
use super::number::{count, interval, percent, too_few};
use super::text::safe_name;
use crate::{BreakdownValue, Difference, Dimension, ExitProfile, Report, RowDifference, Totals};

/// The reason that means "sent to the phone" (semantics.md, section 2): an exit with it is lost
/// in handover, an exit with any other is cancelled.
const HANDOVER_REASON: &str = "mobile_handover_screen_shown";

/// One place or one cause at which units were lost.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Leak {
    /// What it is called; safe to show.
    pub(crate) name: String,
    /// The literal value behind the name, safe to show, where it says more.
    pub(crate) raw: Option<String>,
    pub(crate) cancelled: u64,
    pub(crate) lost: u64,
    pub(crate) stalled: u64,
    pub(crate) started: u64,
    /// Of all with a known exit.
    pub(crate) share: Option<Rate>,
    /// Of those who got there.
    pub(crate) hazard: Option<Rate>,
    pub(crate) recovered: Option<u64>,
    /// The part of the flow; empty where the catalogue has none.
    pub(crate) stage: String,
    /// Where in the flow.
    pub(crate) order: Option<i64>,
    key: Key,
}

#[derive(Debug, Clone, PartialEq)]
enum Key {
    State(Option<String>, &'static [OutcomeKind]),
    Reason(Option<String>),
    Stalled,
    Several,
}

/// Where they leave: screens, and the losses that have none.
pub(crate) struct Screens {
    pub(crate) named: Vec<Leak>,
    pub(crate) without: Vec<Leak>,
}

impl Leak {
    pub(crate) const fn abandoned(&self) -> u64 {
        self.cancelled + self.lost + self.stalled
    }

    /// Of all started.
    pub(crate) const fn rate(&self) -> Rate {
        Rate::new(self.abandoned(), self.started)
    }

    /// Whether it is the sum of all that are not shown: no bar, because beside it the others
    /// could not be seen.
    pub(crate) fn is_several(&self) -> bool {
        self.key == Key::Several
    }

    pub(crate) fn href(&self, links: &dyn Links) -> Option<String> {
        let behind = match &self.key {
            Key::Several => return None,
            Key::State(state, outcomes) => {
                Behind { state: Some(state.as_deref()), outcomes, ..Behind::default() }
            }
            Key::Reason(reason) => Behind {
                reason: Some(reason.as_deref()),
                outcomes: KNOWN_EXITS,
                ..Behind::default()
            },
            Key::Stalled => Behind { outcomes: &[OutcomeKind::Stalled], ..Behind::default() },
        };
        links.units(&behind)
    }

    /// The screen's literal value.
    pub(crate) fn state(&self) -> Option<&str> {
        match &self.key {
            Key::State(state, _) => state.as_deref(),
            Key::Reason(_) | Key::Stalled | Key::Several => None,
        }
    }

    /// The literal value of the screen or the reason.
    pub(crate) fn value(&self) -> Option<&str> {
        match &self.key {
            Key::State(value, _) | Key::Reason(value) => value.as_deref(),
            Key::Stalled | Key::Several => None,
        }
    }

    /// Whether it is the screen or the reason of this literal value.
    pub(crate) fn is(&self, value: Option<&str>) -> bool {
        matches!(&self.key, Key::State(own, _) | Key::Reason(own) if own.as_deref() == value)
    }

    /// Where more is said about it: its own page, all of its kind, else its units.
    pub(crate) fn more(&self, links: &dyn Links) -> Option<String> {
        let place = match &self.key {
            Key::State(Some(state), _) => links.place(Place::Screen(state)),
            Key::Reason(Some(reason)) => links.place(Place::Reason(reason)),
            Key::Several => links.place(Place::Screens),
            Key::State(None, _) | Key::Reason(None) | Key::Stalled => None,
        };
        place.or_else(|| self.href(links))
    }

    /// The same as a bar: its length is the rate, its pieces are the outcomes.
    pub(crate) fn bar(&self, links: &dyn Links) -> Bar {
        let rate = self.rate();
        let part =
            |n: u64, ink| Part { value: Rate::new(n, self.started).value().unwrap_or(0.0), ink };
        let faint = too_few(rate);
        let drawn = !self.is_several();
        let parts = [
            part(self.cancelled, Ink::Cancelled),
            part(self.lost, Ink::Lost),
            part(self.stalled, Ink::Stalled),
        ];
        Bar {
            name: self.name.clone(),
            parts: if drawn { parts.to_vec() } else { Vec::new() },
            interval: rate.interval().filter(|_| drawn).map(|spread| (spread.low, spread.high)),
            count: count(self.abandoned()),
            rate: format!("{} of started", percent(rate)),
            note: self.hazard.map_or(String::new(), hazard_note),
            faint,
            tip: self.tip(),
            href: self.href(links),
        }
    }

    fn tip(&self) -> Vec<String> {
        let mut tip: Vec<String> = self.raw.clone().into_iter().collect();
        tip.push(format!("95 % interval {} %", interval(self.rate())));
        if let Some(hazard) = self.hazard {
            tip.push(format!("{} of the {} who got there", percent(hazard), count(hazard.whole)));
        }
        if 0 < self.cancelled && 0 < self.lost {
            tip.push(format!(
                "cancelled {}, lost in handover {}",
                count(self.cancelled),
                count(self.lost)
            ));
        }
        if let Some(recovered) = self.recovered.filter(|&n| 0 < n) {
            tip.push(format!("{} came back and submitted", count(recovered)));
        }
        tip
    }
}

fn hazard_note(hazard: Rate) -> String {
    if too_few(hazard) {
        return format!("{} of {}", count(hazard.part), count(hazard.whole));
    }
    format!("{} of {} (95 %: {})", percent(hazard), count(hazard.whole), interval(hazard))
}

/// Where they leave, the costliest first.
pub(crate) fn screens(report: &Report) -> Screens {
    let mut lost: BTreeMap<Option<&str>, u64> = BTreeMap::new();
    for pair in report.by_state_and_reason.iter().filter(|pair| is_handover(pair.reason.as_deref()))
    {
        *lost.entry(pair.state.as_deref()).or_default() += pair.abandoned;
    }
    let Totals { started, stalled, .. } = report.totals;
    let mut screens = Screens { named: Vec::new(), without: Vec::new() };
    for row in &report.by_state {
        let lost = lost.get(&row.state.as_deref()).copied().unwrap_or(0).min(row.abandoned);
        let leak = Leak {
            name: named(&row.label, row.state.as_deref()),
            raw: raw_beside(&row.label, row.state.as_deref()),
            cancelled: row.abandoned - lost,
            lost,
            stalled: 0,
            started,
            share: Some(row.share),
            hazard: row.hazard,
            recovered: Some(row.recovered),
            stage: row.stage.as_deref().map(safe_name).unwrap_or_default(),
            order: row.order,
            key: Key::State(row.state.clone(), KNOWN_EXITS),
        };
        if row.state.is_some() {
            screens.named.push(leak);
        } else {
            screens.without.extend(without_screen(&leak));
        }
    }
    if 0 < stalled {
        let silent = silent(stalled, started);
        screens.without.push(silent);
    }
    screens.without.sort_by_key(|leak| std::cmp::Reverse(leak.abandoned()));
    screens
}

/// The exits without a screen, apart by what became of them.
fn without_screen(leak: &Leak) -> Vec<Leak> {
    let of = |name: &str, outcome: &'static [OutcomeKind], cancelled, lost| Leak {
        name: name.to_owned(),
        cancelled,
        lost,
        // Both are of the row as a whole; as a part's they would be wrong.
        share: (leak.cancelled == 0 || leak.lost == 0).then_some(leak.share).flatten(),
        recovered: (leak.lost == 0).then_some(leak.recovered).flatten(),
        key: Key::State(None, outcome),
        ..leak.clone()
    };
    let parts = [
        of("Lost on the way to the phone", &[OutcomeKind::LostInHandover], 0, leak.lost),
        of("Cancelled, no screen given", &[OutcomeKind::Cancelled], leak.cancelled, 0),
    ];
    parts.into_iter().filter(|part| 0 < part.abandoned()).collect()
}

fn silent(stalled: u64, started: u64) -> Leak {
    Leak {
        name: "Silent, no screen known".to_owned(),
        raw: None,
        cancelled: 0,
        lost: 0,
        stalled,
        started,
        share: None,
        hazard: None,
        recovered: None,
        stage: String::new(),
        order: None,
        key: Key::Stalled,
    }
}

/// Why they leave, the costliest first.
pub(crate) fn reasons(report: &Report) -> Vec<Leak> {
    let rows = report.by_reason.iter().map(|row| {
        let lost = if is_handover(row.reason.as_deref()) { row.abandoned } else { 0 };
        Leak {
            name: match row.reason {
                Some(_) => named(&row.label, row.reason.as_deref()),
                None => "No reason given".to_owned(),
            },
            raw: raw_beside(&row.label, row.reason.as_deref()),
            cancelled: row.abandoned - lost,
            lost,
            stalled: 0,
            started: report.totals.started,
            share: Some(row.share),
            hazard: None,
            recovered: Some(row.recovered),
            stage: String::new(),
            order: None,
            key: Key::Reason(row.reason.clone()),
        }
    });
    rows.collect()
}

/// The losses for which no reason is known, the largest first.
pub(crate) fn reasonless(report: &Report) -> Vec<Leak> {
    let mut leaks: Vec<Leak> =
        reasons(report).into_iter().filter(|leak| leak.key == Key::Reason(None)).collect();
    let Totals { started, stalled, .. } = report.totals;
    if 0 < stalled {
        leaks.push(Leak { name: "Silent, no reason known".to_owned(), ..silent(stalled, started) });
    }
    leaks.sort_by_key(|leak| std::cmp::Reverse(leak.abandoned()));
    leaks
}

/// At most [`BARS_MAX`] rows and then one that is all the others.
pub(crate) fn folded(leaks: &[Leak]) -> Vec<Leak> {
    folded_to(BARS_MAX, leaks)
}

/// At most so many rows and then one that is all the others.
pub(crate) fn folded_to(most: usize, leaks: &[Leak]) -> Vec<Leak> {
    // To fold one row away would take as much room as to show it.
    if leaks.len() <= most + 1 {
        return leaks.to_vec();
    }
    let (shown, rest) = leaks.split_at(most);
    let sum = |of: fn(&Leak) -> u64| rest.iter().map(of).sum();
    let more = Leak {
        name: format!("and {} more", count(rest.len() as u64)),
        raw: None,
        cancelled: sum(|leak| leak.cancelled),
        lost: sum(|leak| leak.lost),
        stalled: sum(|leak| leak.stalled),
        share: None,
        hazard: None,
        recovered: None,
        stage: String::new(),
        order: None,
        key: Key::Several,
        ..rest[0].clone()
    };
    shown.iter().cloned().chain([more]).collect()
}

/// What each literal value did since the period before.
pub(crate) fn since_by_value(rows: &[RowDifference]) -> BTreeMap<Option<&str>, &Difference> {
    rows.iter().map(|row| (row.value.as_deref(), &row.difference)).collect()
}

/// What is known of those who left, by the literal value of where or why.
pub(crate) fn profiles_by_value(profiles: &[ExitProfile]) -> BTreeMap<&str, &ExitProfile> {
    profiles.iter().filter_map(|row| Some((row.value.as_deref()?, row))).collect()
}

pub(crate) fn is_handover(reason: Option<&str>) -> bool {
    reason == Some(HANDOVER_REASON)
}

/// The label, else the raw value; never nothing.
pub(crate) fn named(label: &str, raw: Option<&str>) -> String {
    let name = if label.trim().is_empty() { raw.unwrap_or_default() } else { label };
    if name.trim().is_empty() { "(blank)".to_owned() } else { safe_name(name) }
}

fn raw_beside(label: &str, raw: Option<&str>) -> Option<String> {
    raw.filter(|raw| *raw != label).map(safe_name)
}

/// The name of a breakdown's value.
pub(crate) fn breakdown_name(by: Dimension, value: &BreakdownValue) -> String {
    const DAYS: [&str; 7] =
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    match (by, value) {
        (_, BreakdownValue::None) => "none given".to_owned(),
        (Dimension::Weekday, BreakdownValue::Number(n @ 1..=7)) => {
            DAYS.get(usize::try_from(*n).unwrap_or(1) - 1).copied().unwrap_or_default().to_owned()
        }
        (Dimension::Hour, BreakdownValue::Number(n)) => format!("{n:02}:00"),
        (Dimension::Attempts, BreakdownValue::Number(n)) => super::number::counted(*n, "attempts"),
        (_, BreakdownValue::Number(n)) => n.to_string(),
        (Dimension::Outcome, BreakdownValue::Text(text)) => text
            .parse::<OutcomeKind>()
            .map_or_else(|()| safe_name(text), |kind| kind.label().to_owned()),
        (_, BreakdownValue::Text(text)) => named(text, Some(text)),
    }
}
