//! The few numbers that matter, each with its interval, and what it did since the period before.

use maud::{Markup, html};
use weir_domain::{OutcomeKind, Rate};

use super::{linked, name};
use crate::render::Before;
use crate::render::links::{ABANDONED, Behind, Links, OPEN, SUBMITTED};
use crate::render::number::{JUDGED_MIN, count, counted, duration, interval, percent, too_few};
use crate::render::rows::{Leak, reasons, screens};
use crate::render::text::short_name;
use crate::render::verdict;
use crate::{Difference, Report, RowDifference, Verdict};

/// The strip.
pub(super) fn strip(report: &Report, before: Option<&Before>, links: &dyn Links) -> Markup {
    let totals = &report.totals;
    let open = Rate::new(totals.open(), totals.started);
    let strip = Strip { report, before, links };
    let since = |of: fn(&Before) -> &Difference| before.map(of);
    html! {
        dl.strip {
            (strip.rate("Conversion", totals.conversion_rate(), SUBMITTED, since(|b| &b.comparison.conversion)))
            (strip.rate("Drop-off", totals.drop_off_rate(), ABANDONED, since(|b| &b.comparison.drop_off)))
            (strip.rate("Still open", open, OPEN, since(|b| &b.comparison.open)))
            (strip.worst("Costliest screen", screens(report).named.first(), since_row(before, |b| &b.comparison.by_state)))
            (strip.worst("Costliest reason", reasons(report).first(), since_row(before, |b| &b.comparison.by_reason)))
            (strip.median())
        }
    }
}

type Rows<'a> = &'a [RowDifference];

fn since_row(before: Option<&Before>, of: fn(&Before) -> &Vec<RowDifference>) -> Rows<'_> {
    before.map_or(&[], |before| of(before).as_slice())
}

struct Strip<'a> {
    report: &'a Report,
    before: Option<&'a Before>,
    links: &'a dyn Links,
}

impl Strip<'_> {
    fn rate(
        &self,
        what: &str,
        rate: Rate,
        outcomes: &[OutcomeKind],
        since: Option<&Difference>,
    ) -> Markup {
        let to = |outcomes| self.links.units(&Behind { outcomes, ..Behind::default() });
        let href = to(outcomes).filter(|_| 0 < rate.part);
        html! {
            div.few[too_few(rate)] {
                dt { (what) }
                dd.value { (linked(&percent(rate), href.clone())) }
                dd { (linked(&count(rate.part), href)) " of " (linked(&self.counted(rate.whole), to(&[]))) }
                (spread(rate))
                (self.since(rate, since))
            }
        }
    }

    /// The screen or the reason that cost most.
    fn worst(&self, what: &str, worst: Option<&Leak>, rows: Rows<'_>) -> Markup {
        let Some(worst) = worst else {
            return html! { div { dt { (what) } dd.value.none { "none" } dd.soft { "nobody left at one" } } };
        };
        let rate = worst.rate();
        let short = short_name(&worst.name);
        let since = rows.iter().find(|row| worst.is(row.value.as_deref()));
        html! {
            div.few[too_few(rate)] {
                dt { (what) }
                dd.name title=(worst.raw.as_deref().unwrap_or(&worst.name)) {
                    @match worst.more(self.links) {
                        Some(href) => { a href=(href) { (name(&short)) } },
                        None => { (name(&short)) },
                    }
                }
                dd {
                    (linked(&count(rate.part), worst.href(self.links))) " left · " (percent(rate))
                    " of " (linked(&self.counted(rate.whole), self.links.units(&Behind::default())))
                }
                (spread(rate))
                (self.since(rate, since.map(|row| &row.difference)))
            }
        }
    }

    fn median(&self) -> Markup {
        let (totals, times) = (&self.report.totals, &self.report.time_to_submit);
        let to = self.links.units(&Behind { outcomes: SUBMITTED, ..Behind::default() });
        html! {
            div.few[totals.submitted < JUDGED_MIN] {
                dt { "Median time to submit" }
                dd.value { (times.p50_us.map_or("n/a".to_owned(), duration)) }
                dd { "of " (linked(&self.counted(totals.submitted), to.filter(|_| 0 < totals.submitted))) " submitted" }
                dd.soft {
                    @if totals.submitted < JUDGED_MIN { "too few to judge" }
                    @else if let Some(p90) = times.p90_us { "9 of 10 within " (duration(p90)) }
                }
                @if let Some(words) = self.median_since() { dd.since { (words) } }
            }
        }
    }

    /// What the median did; of a median no test is made.
    fn median_since(&self) -> Option<String> {
        let before = &self.before?.report;
        if self.report.totals.submitted.min(before.totals.submitted) < JUDGED_MIN {
            return None;
        }
        let (was, is) = (before.time_to_submit.p50_us?, self.report.time_to_submit.p50_us?);
        Some(match is.abs_diff(was) {
            0..2_000_000 => format!("about as long as before, {}", duration(was)),
            by if was < is => format!("{} longer, from {}", duration(by), duration(was)),
            by => format!("{} shorter, from {}", duration(by), duration(was)),
        })
    }

    fn since(&self, rate: Rate, since: Option<&Difference>) -> Markup {
        // Of too few it is said once.
        let Some(since) = since.filter(|_| !too_few(rate)) else { return html! {} };
        let units = self.report.query.unit.plural();
        let name = self.before.map(Before::name).unwrap_or_default();
        html! {
            @match (since.verdict, verdict::change(since)) {
                (Verdict::TooFew, _) | (_, None) => {
                    dd.since { "too few " (units) " in the " (name) " to compare" }
                },
                (known, Some(change)) => {
                    dd.since.real[known == Verdict::Real] {
                        (change)
                        @if let Some(spread) = verdict::spread(since) { " (" (spread) "), " }
                        (verdict::verdict(since, units))
                    }
                },
            }
        }
    }

    fn counted(&self, n: u64) -> String {
        counted(n, self.report.query.unit.plural())
    }
}

fn spread(rate: Rate) -> Markup {
    html! {
        dd.soft {
            @if too_few(rate) { "too few to judge" } @else { "95 %: " (interval(rate)) " %" }
        }
    }
}
