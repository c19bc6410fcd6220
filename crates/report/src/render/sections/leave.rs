//! Where and why they leave.

use maud::{Markup, html};
use weir_domain::{Catalogue, Rate};

use super::figure::Figure;
use super::{linked, name};
use crate::Report;
use crate::render::chart::{Bar, Bars, bars};
use crate::render::links::Links;
use crate::render::number::{count, interval, percent, too_few};
use crate::render::rows::{Leak, folded, folded_to, reasons, screens};
use crate::render::text::safe_description;

const NOTE_HEADING: &str = "left, of those who got there";
/// Screens that the overview names.
const COSTLIEST_MAX: usize = 8;
/// Rows of a table on a page; the rest is in the CSV.
const TABLE_ROWS_MAX: usize = 500;

/// The drop-off by screen, with the losses that have no screen beside it.
pub(super) fn screens_section(report: &Report, catalogue: &Catalogue, links: &dyn Links) -> Markup {
    let leaks = screens(report);
    if leaks.named.is_empty() && leaks.without.is_empty() {
        return nobody();
    }
    let chart = screens_chart(report, links);
    let all: Vec<&Leak> = leaks.named.iter().chain(&leaks.without).collect();
    let figure = Figure {
        id: "screens",
        title: "Where they leave",
        about: html! {
            "Each bar is the part of all " (count(report.totals.started)) " started that ended at a "
            "screen, the costliest first; the whisker is the 95 % interval. "
            (key(report))
            (judged(report))
        },
        table: table(&all, "Screen", true, links, &|raw| {
            catalogue.screen(raw).map(|screen| safe_description(&screen.description))
        }),
    };
    figure.show(|size| bars(&chart, size))
}

fn nobody() -> Markup {
    html! { section #screens { h2 { "Where they leave" } p.about { "Nobody left." } } }
}

/// The few screens that cost most, with the losses that have no screen beside them. The names lead
/// to more about each, the counts to who they were.
pub(super) fn costliest_section(
    report: &Report,
    catalogue: &Catalogue,
    links: &dyn Links,
) -> Markup {
    let leaks = screens(report);
    if leaks.named.is_empty() && leaks.without.is_empty() {
        return nobody();
    }
    let shown = folded_to(COSTLIEST_MAX, &leaks.named);
    let bar = |leak: &Leak| Bar { href: leak.more(links), ..leak.bar(links) };
    let chart = Bars {
        groups: vec![shown.iter().map(bar).collect(), leaks.without.iter().map(bar).collect()],
        note_heading: NOTE_HEADING.to_owned(),
    };
    let all: Vec<&Leak> = shown.iter().chain(&leaks.without).collect();
    let figure = Figure {
        id: "screens",
        title: "Where they leave",
        about: html! {
            "The screens that cost most, each as a part of all " (count(report.totals.started))
            " started; the whisker is the 95 % interval. "
            (key(report))
            (judged(report))
        },
        table: table(&all, "Screen", true, links, &|raw| {
            catalogue.screen(raw).map(|screen| safe_description(&screen.description))
        }),
    };
    figure.show(|size| bars(&chart, size))
}

/// The drop-off by reason.
pub(super) fn reasons_section(report: &Report, catalogue: &Catalogue, links: &dyn Links) -> Markup {
    let leaks = reasons(report);
    if leaks.is_empty() {
        return html! {};
    }
    let chart = reasons_chart(report, links);
    let silent = report.totals.stalled;
    let figure = Figure {
        id: "reasons",
        title: "Why they leave",
        about: html! {
            "The reason that came with the exit, as a part of all started."
            @if 0 < silent { " The " (count(silent)) " that went silent gave none." }
        },
        table: table(&leaks.iter().collect::<Vec<_>>(), "Reason", false, links, &|raw| {
            catalogue.reason(raw).map(|reason| safe_description(&reason.description))
        }),
    };
    figure.show(|size| bars(&chart, size))
}

/// The bars of the drop-off by screen.
pub(in crate::render) fn screens_chart(report: &Report, links: &dyn Links) -> Bars {
    let leaks = screens(report);
    let group = |leaks: &[Leak]| leaks.iter().map(|leak| leak.bar(links)).collect();
    Bars {
        groups: vec![group(&folded(&leaks.named)), group(&leaks.without)],
        note_heading: NOTE_HEADING.to_owned(),
    }
}

/// The bars of the drop-off by reason.
pub(in crate::render) fn reasons_chart(report: &Report, links: &dyn Links) -> Bars {
    let bars = folded(&reasons(report)).iter().map(|leak| leak.bar(links)).collect();
    Bars { groups: vec![bars], ..Bars::default() }
}

/// What the colours in the bars are, where there is more than one.
pub(super) fn key(report: &Report) -> Markup {
    let totals = &report.totals;
    let kinds = [
        ("cancelled", totals.cancelled),
        ("lost", totals.lost_in_handover),
        ("stalled", totals.stalled),
    ];
    html! {
        @for (class, _) in kinds.into_iter().filter(|(_, n)| 0 < *n) {
            span class={ "chip c-" (class) } {
                @match class { "lost" => "lost in handover", other => (other) }
            }
            " "
        }
    }
}

fn judged(report: &Report) -> Markup {
    html! {
        @if too_few(report.totals.drop_off_rate()) {
            strong.few { "With fewer than 30 started, this is too few to judge." }
        }
    }
}

fn table(
    leaks: &[&Leak],
    what: &str,
    hazards: bool,
    links: &dyn Links,
    describe: &dyn Fn(&str) -> Option<String>,
) -> Markup {
    html! {
        table {
            thead { tr {
                th scope="col" { (what) }
                th.num scope="col" { "Left" }
                th.num scope="col" { "Of started" }
                th.num scope="col" { "95 % interval" }
                th.num scope="col" { "Of known exits" }
                @if hazards {
                    th.num scope="col" { "Got there" }
                    th.num scope="col" { "Of those" }
                    th.num scope="col" { "95 % interval" }
                }
                th.num scope="col" { "Came back" }
            } }
            tbody {
                @for leak in leaks.iter().take(TABLE_ROWS_MAX) {
                    (row(leak, hazards, links, describe))
                }
            }
        }
        @if TABLE_ROWS_MAX < leaks.len() {
            p.soft { "and " (count((leaks.len() - TABLE_ROWS_MAX) as u64)) " more, in the CSV file." }
        }
    }
}

fn row(
    leak: &Leak,
    hazards: bool,
    links: &dyn Links,
    describe: &dyn Fn(&str) -> Option<String>,
) -> Markup {
    let about = leak.raw.as_deref().and_then(describe);
    html! {
        tr {
            th scope="row" title=[about] {
                (name(&leak.name))
                @if let Some(raw) = &leak.raw { " " code { (name(raw)) } }
            }
            td.num { (linked(&count(leak.abandoned()), leak.href(links))) }
            (rate_cells(Some(leak.rate())))
            td.num { (leak.share.map_or(String::new(), percent)) }
            @if hazards {
                td.num { (leak.hazard.map_or(String::new(), |hazard| count(hazard.whole))) }
                (rate_cells(leak.hazard))
            }
            td.num { (leak.recovered.map_or(String::new(), count)) }
        }
    }
}

/// A rate and its interval; a rate of too few is grey and says so.
pub(super) fn rate_cells(rate: Option<Rate>) -> Markup {
    html! {
        @match rate {
            Some(rate) if too_few(rate) => {
                td.num.few title="too few to judge" { (percent(rate)) }
                td.num.few { (interval(rate)) }
            },
            Some(rate) => { td.num { (percent(rate)) } td.num { (interval(rate)) } },
            None => { td.num { "–" } td.num {} },
        }
    }
}

#[cfg(test)]
mod tests {
    use weir_domain::{Catalogue, Overlay};

    use super::{costliest_section, reasons_section, screens_section};
    use crate::render::{NoLinks, fixture};

    #[test]
    fn what_a_description_does_unseen_is_made_visible() {
        let report = fixture::full();
        let evil = "description = \"safe\\u202eexe\\u0000\"";
        let (screen, reason) = (&report.by_state[0].state, &report.by_reason[0].reason);
        let overlay = format!(
            "[[screen]]\nstate = {screen:?}\nlabel = \"Camera\"\n{evil}\n\
             [[reason]]\nreason = {reason:?}\nlabel = \"Quit\"\n{evil}",
            screen = screen.as_deref().unwrap(),
            reason = reason.as_deref().unwrap(),
        );
        let catalogue = Catalogue::shipped().under(&Overlay::read(&overlay).unwrap());
        for section in [screens_section, costliest_section, reasons_section] {
            let part = section(&report, &catalogue, &NoLinks).into_string();
            assert!(part.contains("title=\"safe\\u{202e}exe\\u{0}\""), "{part}");
            assert!(!part.contains(['\u{202e}', '\0']));
        }
    }
}
