//! Screens and reasons in both groups.

use maud::{Markup, html};
use weir_domain::Rate;

use super::strips::{cells, head};
use super::{COMPARED_MAX, CompareView};
use crate::render::chart::{BARS_MAX, Dumbbell, Dumbbells, dumbbells};
use crate::render::links::{Behind, KNOWN_EXITS, Place};
use crate::render::number::{count, percent};
use crate::render::rows::named;
use crate::render::sections::figure::charts;
use crate::render::sections::{linked, name};
use crate::render::text::safe_name;
use crate::render::verdict::{change, spread, verdict_short};
use crate::{RowDifference, Verdict};

/// One of the two tables.
struct Table<'a> {
    id: &'static str,
    title: &'static str,
    what: &'static str,
    none: &'static str,
    rows: &'a [RowDifference],
    behind: fn(Option<&str>) -> Behind<'_>,
    place: fn(&str) -> Place<'_>,
}

/// Where they left.
pub(super) fn screens_section(view: &CompareView<'_>, names: &[String; 2]) -> Markup {
    let table = Table {
        id: "screens",
        title: "Where they left",
        what: "Screen",
        none: "No screen",
        rows: &view.comparison.by_state,
        behind: |value| Behind { state: Some(value), outcomes: KNOWN_EXITS, ..Behind::default() },
        place: |value| Place::Screen(value),
    };
    table.section(view, names)
}

/// Why they left.
pub(super) fn reasons_section(view: &CompareView<'_>, names: &[String; 2]) -> Markup {
    let table = Table {
        id: "reasons",
        title: "Why they left",
        what: "Reason",
        none: "No reason",
        rows: &view.comparison.by_reason,
        behind: |value| Behind { reason: Some(value), outcomes: KNOWN_EXITS, ..Behind::default() },
        place: |value| Place::Reason(value),
    };
    table.section(view, names)
}

impl Table<'_> {
    fn section(&self, view: &CompareView<'_>, names: &[String; 2]) -> Markup {
        if self.rows.is_empty() {
            return html! {};
        }
        let shown = self.rows.iter().take(BARS_MAX).map(|row| self.dumbbell(row, view)).collect();
        let chart = Dumbbells { rows: shown, names: (names[0].clone(), names[1].clone()) };
        html! {
            section id=(self.id) {
                h2 { (self.title) }
                p.about {
                    "Of all that started in its group, the largest loss in either first: hollow the "
                    "first group, full the second; strong where they differ by more than chance "
                    "would explain."
                    @if BARS_MAX < self.rows.len() {
                        " And " (count((self.rows.len() - BARS_MAX) as u64)) " more in the table."
                    }
                }
                (charts(self.title, |size| dumbbells(&chart, size)))
                div.scroll tabindex="0" role="region" aria-label={ (self.title) ", table" } {
                    table.compared {
                        (head(self.what, names))
                        tbody { @for row in self.shown(view) { (self.row(row, view)) } }
                    }
                }
                (self.foot(view))
            }
        }
    }

    fn name(&self, row: &RowDifference) -> String {
        if row.value.is_none() {
            return self.none.to_owned();
        }
        named(&row.label, row.value.as_deref())
    }

    fn dumbbell(&self, row: &RowDifference, view: &CompareView<'_>) -> Dumbbell {
        let difference = &row.difference;
        let of = |rate: Rate| {
            format!("{} of {} · {}", count(rate.part), count(rate.whole), percent(rate))
        };
        let mut tip =
            vec![format!("first {}", of(difference.a)), format!("second {}", of(difference.b))];
        if let (Some(change), Some(spread)) = (change(difference), spread(difference)) {
            tip.push(format!("{change} ({spread})"));
        }
        tip.push(verdict_short(difference.verdict).to_owned());
        Dumbbell {
            name: self.name(row),
            a: difference.a.value(),
            b: difference.b.value(),
            label: format!("{} to {}", percent(difference.a), percent(difference.b)),
            real: difference.verdict == Verdict::Real,
            tip,
            href: view
                .links_b
                .units(&(self.behind)(row.value.as_deref()))
                .filter(|_| 0 < difference.b.part),
        }
    }

    fn shown(&self, view: &CompareView<'_>) -> &[RowDifference] {
        // To fold one row away would take as much room as to show it.
        let whole = view.all || self.rows.len() <= COMPARED_MAX + 1;
        if whole { self.rows } else { &self.rows[..COMPARED_MAX] }
    }

    fn row(&self, row: &RowDifference, view: &CompareView<'_>) -> Markup {
        let called = self.name(row);
        let raw = row.value.as_deref().map(safe_name).filter(|raw| *raw != called);
        let place = row.value.as_deref().and_then(|value| view.links_b.place((self.place)(value)));
        html! {
            tr {
                th scope="row" title=[raw] {
                    @match place {
                        Some(href) => { a href=(href) { (name(&called)) } },
                        None => { (name(&called)) },
                    }
                }
                (cells(&row.difference, &(self.behind)(row.value.as_deref()), view))
            }
        }
    }

    /// What is not shown, and why the verdicts are stricter than of one row alone.
    fn foot(&self, view: &CompareView<'_>) -> Markup {
        let hidden = self.rows.len() - self.shown(view).len();
        html! {
            @if 0 < hidden {
                p.more-rows {
                    (linked(&format!("and {} more", count(hidden as u64)), view.whole.map(str::to_owned))) "."
                }
            }
            @if 1 < self.rows.len() {
                p.soft.footnote {
                    "Of many rows some would differ by chance. So what to make of each is corrected for the "
                    (count(self.rows.len() as u64)) " that were looked at (Holm 1979); the intervals are not."
                }
            }
        }
    }
}
