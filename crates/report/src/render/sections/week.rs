//! The hours of the week: how many began in each, and how many of them dropped off.

use maud::{Markup, html};
use weir_domain::{OutcomeKind, Rate};

use super::linked;
use super::matrix::shade;
use crate::render::links::{ABANDONED, Behind, Links};
use crate::render::number::{count, interval, percent, too_few};
use crate::{HourCell, Narrow, Profile, Report};

const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The section.
pub(super) fn week_section(report: &Report, profile: &Profile, links: &dyn Links) -> Markup {
    let units = report.query.unit.plural();
    let most = profile.week.iter().flatten().map(|cell| cell.started).max().unwrap_or(0);
    let all = sum(profile.week.iter().flatten());
    html! {
        section #week {
            h2 { "By weekday and hour" }
            p.about {
                "How many " (units) " began in each hour of the week (" (report.query.zone.name())
                "), the stronger the shade, the more; beneath it the part of them that dropped off. "
                "Where fewer than 30 began it is left out: too few to judge."
            }
            div.scroll tabindex="0" role="region" aria-label="By weekday and hour, table" {
                table.matrix.week {
                    thead { tr {
                        th scope="col" { "Began" }
                        @for hour in 0..24 { th.num scope="col" { (format!("{hour:02}")) } }
                        th.num scope="col" { "All day" }
                    } }
                    tbody {
                        @for (day, (weekday, hours)) in (1u8..).zip(DAYS.iter().zip(&profile.week)) {
                            tr {
                                th scope="row" { (weekday) }
                                @for (hour, cell) in (0u8..).zip(hours) {
                                    @let when = When { weekday: Some(day), hour: Some(hour) };
                                    (hour_cell(*cell, most, when, links))
                                }
                                @let when = When { weekday: Some(day), hour: None };
                                (sum_cell(sum(hours), when, links))
                            }
                        }
                    }
                    tfoot { tr {
                        th scope="row" { "All days" }
                        @for hour in 0u8..24 {
                            @let column = profile.week.iter().map(|hours| &hours[usize::from(hour)]);
                            (sum_cell(sum(column), When { weekday: None, hour: Some(hour) }, links))
                        }
                        (sum_cell(all, When { weekday: None, hour: None }, links))
                    } }
                }
            }
        }
    }
}

fn sum<'a>(cells: impl IntoIterator<Item = &'a HourCell>) -> HourCell {
    let mut sum = HourCell::default();
    for HourCell { started, submitted, abandoned } in cells {
        sum.started += started;
        sum.submitted += submitted;
        sum.abandoned += abandoned;
    }
    sum
}

/// Which hours of the week.
#[derive(Clone, Copy)]
struct When {
    weekday: Option<u8>,
    hour: Option<u8>,
}

impl When {
    fn behind(self, outcomes: &'static [OutcomeKind]) -> Behind<'static> {
        let When { weekday, hour } = self;
        let narrow = Narrow { weekday, hour, ..Narrow::default() };
        Behind { outcomes, narrow, ..Behind::default() }
    }
}

fn hour_cell(cell: HourCell, most: u64, when: When, links: &dyn Links) -> Markup {
    if cell.started == 0 {
        return html! { td.num.none { "0" } };
    }
    html! { td class={ "num q" (shade(cell.started, most)) } { (numbers(cell, when, links)) } }
}

fn sum_cell(cell: HourCell, when: When, links: &dyn Links) -> Markup {
    if cell.started == 0 {
        return html! { td.num.sum { "0" } };
    }
    html! { td.num.sum { (numbers(cell, when, links)) } }
}

/// How many began, and beneath it the part that dropped off, with its numbers for who does not see
/// the table.
fn numbers(cell: HourCell, when: When, links: &dyn Links) -> Markup {
    let rate = Rate::new(cell.abandoned, cell.started);
    let dropped = links.units(&when.behind(ABANDONED)).filter(|_| 0 < rate.part);
    html! {
        (linked(&count(cell.started), links.units(&when.behind(&[]))))
        @if too_few(rate) {
            span.rate title="too few to judge" { "–" }
        } @else {
            @let short = rate.value().map_or(String::new(), |value| format!("{:.0}\u{a0}%", 100.0 * value));
            @let base = format!("{} of {} dropped off, ", count(rate.part), count(rate.whole));
            @let words = format!("{base}{} ({})", percent(rate), interval(rate));
            span.rate title=(words) {
                @match dropped {
                    Some(href) => { a href=(href) { span.hidden { (base) } (short) } },
                    None => { span.hidden { (base) } (short) },
                }
            }
        }
    }
}
