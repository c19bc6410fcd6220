//! The hours of the week: how many began in each, and how many of them dropped off.

use maud::{Markup, html};
use weir_domain::Rate;

use super::matrix::shade;
use crate::render::links::{Behind, Links};
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
                "), the darker the more; beneath it the part of them that dropped off. "
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
                                    (hour_cell(*cell, most, &format!("{weekday} {hour:02}:00"),
                                        href(Some(day), Some(hour), links)))
                                }
                                (sum_cell(sum(hours), weekday, href(Some(day), None, links)))
                            }
                        }
                    }
                    tfoot { tr {
                        th scope="row" { "All days" }
                        @for hour in 0u8..24 {
                            @let column = profile.week.iter().map(|hours| &hours[usize::from(hour)]);
                            (sum_cell(sum(column), &format!("{hour:02}:00"), href(None, Some(hour), links)))
                        }
                        (sum_cell(all, "All week", href(None, None, links)))
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

fn href(weekday: Option<u8>, hour: Option<u8>, links: &dyn Links) -> Option<String> {
    links.units(&Behind {
        narrow: Narrow { weekday, hour, ..Narrow::default() },
        ..Behind::default()
    })
}

fn hour_cell(cell: HourCell, most: u64, when: &str, href: Option<String>) -> Markup {
    if cell.started == 0 {
        return html! { td.num.none { "0" } };
    }
    html! { td class={ "num q" (shade(cell.started, most)) } { (numbers(cell, when, href)) } }
}

fn sum_cell(cell: HourCell, when: &str, href: Option<String>) -> Markup {
    if cell.started == 0 {
        return html! { td.num.sum { "0" } };
    }
    html! { td.num.sum { (numbers(cell, when, href)) } }
}

/// One link for both numbers: the second is a part of the first.
fn numbers(cell: HourCell, when: &str, href: Option<String>) -> Markup {
    let rate = Rate::new(cell.abandoned, cell.started);
    let words = if too_few(rate) {
        format!("{when}: {} began, too few to judge", count(cell.started))
    } else {
        let (part, whole) = (count(rate.part), count(rate.whole));
        format!("{when}: {whole} began, {part} dropped off, {} ({})", percent(rate), interval(rate))
    };
    let short = rate
        .value()
        .filter(|_| !too_few(rate))
        .map_or("–".to_owned(), |value| format!("{:.0}\u{a0}%", 100.0 * value));
    html! {
        @match href {
            Some(href) => {
                a href=(href) title=(words) aria-label=(words) { (count(cell.started)) span { (short) } }
            },
            None => { span title=(words) { (count(cell.started)) } span { (short) } },
        }
    }
}
