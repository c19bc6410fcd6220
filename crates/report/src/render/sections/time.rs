//! The page of times: how long it took to submit and to leave, and in which hours of the week.

use maud::{Markup, html};

use super::durations::{Durations, percentiles_table, used};
use super::empty;
use super::figure::Figure;
use super::week::week_section;
use crate::render::chart::{Ink, distribution};
use crate::render::links::{Behind, Links};
use crate::render::number::{JUDGED_MIN, count, counted, duration};
use crate::render::words::{basis, range};
use crate::{Percentiles, Profile, Report, Until};
use weir_domain::OutcomeKind;

/// The page.
#[must_use]
pub fn time(report: &Report, profile: &Profile, links: &dyn Links) -> Markup {
    if report.totals.started == 0 {
        return empty(report);
    }
    let units = report.query.unit.plural();
    let submit = Durations {
        until: Until::Submit,
        bins: &profile.time_to_submit,
        percentiles: &report.time_to_submit,
        behind: Behind { outcomes: &[OutcomeKind::Submitted], ..Behind::default() },
        ink: Ink::Submitted,
        count_name: format!("{units} that submitted"),
    };
    let abandon = Durations {
        until: Until::Abandon,
        bins: &profile.time_to_abandon,
        percentiles: &report.time_to_abandon,
        behind: Behind { outcomes: &[OutcomeKind::Cancelled], ..Behind::default() },
        ink: Ink::Cancelled,
        count_name: format!("{units} that cancelled"),
    };
    html! {
        section #answer .answer {
            p.context { (range(report)) " · " (basis(report)) }
            h1 { (answer(report)) }
        }
        (distribution_section("to-submit", "Time to submit", &submit, &abandon, links))
        (distribution_section("to-abandon", "Time to abandon", &abandon, &submit, links))
        @if report.time_to_submit.p50_us.or(report.time_to_abandon.p50_us).is_some() {
            section #percentiles {
                h2 { "Percentiles" }
                p.about { "Such a part of them was done within this time." }
                div.scroll tabindex="0" role="region" aria-label="Percentiles, table" {
                    (percentiles_table(&[
                        (&format!("To submit, of {}", count(submit.bins.total())), &report.time_to_submit),
                        (&format!("To abandon, of {}", count(abandon.bins.total())), &report.time_to_abandon),
                    ]))
                }
            }
        }
        (week_section(report, profile, links))
    }
}

/// How long half of them took, and nine of ten where there are enough.
fn answer(report: &Report) -> String {
    let totals = &report.totals;
    let units = report.query.unit.plural();
    let submit = said(&report.time_to_submit, totals.submitted);
    let abandon = said(&report.time_to_abandon, totals.cancelled);
    match (submit, abandon) {
        (Some(submit), Some(abandon)) => format!(
            "Of {} that submitted, {submit}. Of the {} that cancelled, {abandon}.",
            counted(totals.submitted, units),
            count(totals.cancelled)
        ),
        (Some(submit), None) => {
            format!("Of {} that submitted, {submit}.", counted(totals.submitted, units))
        }
        (None, Some(abandon)) => {
            format!("Of {} that cancelled, {abandon}.", counted(totals.cancelled, units))
        }
        (None, None) => {
            format!("None of {} submitted or cancelled.", counted(totals.started, units))
        }
    }
}

fn said(times: &Percentiles, units: u64) -> Option<String> {
    let half = duration(times.p50_us?);
    Some(match times.p90_us {
        Some(p90) if JUDGED_MIN <= units => {
            format!("half were done within {half} and 9 of 10 within {}", duration(p90))
        }
        _ => format!("half were done within {half}"),
    })
}

fn distribution_section(
    id: &str,
    title: &str,
    of: &Durations<'_>,
    beside: &Durations<'_>,
    links: &dyn Links,
) -> Markup {
    if of.bins.total() == 0 {
        return html! {};
    }
    // Both charts show the same bins, so that they can be held against each other.
    let bins = used(&[of.bins, beside.bins]);
    let figure = Figure {
        id,
        title,
        about: html! {
            "From the first sign of a session to "
            @match of.until {
                Until::Submit => "its submission",
                Until::Abandon => "its last cancel, of those that ended cancelled",
                Until::Exit => "its exit",
            }
            ". The columns are of like width whatever the length; their edges say what each is."
        },
        table: of.table(links),
    };
    figure.show(|size| distribution(&of.chart(bins.clone(), links), size))
}

#[cfg(test)]
mod tests {
    use super::time;
    use crate::render::links::{Behind, Links};
    use crate::render::{fixture, fixture_below};
    use crate::{Percentiles, Report};

    /// Says what it was asked for.
    struct Said;

    impl Links for Said {
        fn units(&self, behind: &Behind<'_>) -> Option<String> {
            let narrow = &behind.narrow;
            let time = narrow.time.map(|time| (time.until, time.from_us / 1_000_000));
            Some(format!("/{:?}/{:?}/{:?}/{time:?}", behind.outcomes, narrow.weekday, narrow.hour))
        }
    }

    fn page(report: &Report) -> String {
        time(report, &fixture_below::profile(report), &Said).into_string().replace('\u{a0}', " ")
    }

    #[test]
    fn the_answer_says_how_long_half_of_them_took() {
        let text = page(&fixture::full());
        assert!(text.contains(
            "Of 1,317 sessions that submitted, half were done within 3 min 12 s and 9 of 10 within \
             9 min 8 s. Of the 414 that cancelled, half were done within 1 min 26 s and 9 of 10 \
             within 4 min 6 s."
        ), "{text}");
        let mut few = fixture::tiny();
        few.time_to_abandon = Percentiles::default();
        assert!(
            page(&few).contains("Of 1 session that submitted, half were done within 3 min 12 s.")
        );
    }

    #[test]
    fn every_bin_and_every_hour_leads_to_its_sessions() {
        let report = fixture::full();
        let text = page(&report);
        assert!(
            text.contains("<a href=\"/[Submitted]/None/None/Some((Submit, 60))\">659</a>"),
            "{text}"
        );
        assert!(text.contains("/[Cancelled]/None/None/Some((Abandon, 60))\">207</a>"));
        assert!(text.contains("href=\"/[]/Some(1)/Some(0)/None\""));
        assert!(text.contains("href=\"/[]/Some(7)/None/None\""));
        assert!(text.contains("href=\"/[]/None/Some(23)/None\""));
        assert!(text.contains("Europe/Tallinn"));
    }

    #[test]
    fn the_hours_of_the_week_add_up() {
        let report = fixture::full();
        let profile = fixture_below::profile(&report);
        let text = page(&report);
        let began = |weekday: &str, hour: &str| {
            let place = format!("href=\"/[]/{weekday}/{hour}/None\"");
            let cell = text.split(&place).nth(1).unwrap();
            let number = cell.split_once('>').unwrap().1.split('<').next().unwrap();
            number.replace(',', "").parse::<u64>().unwrap()
        };
        for (day, hours) in profile.week.iter().enumerate() {
            let weekday = format!("Some({})", day + 1);
            assert_eq!(began(&weekday, "None"), hours.iter().map(|cell| cell.started).sum::<u64>());
        }
        let all: u64 = (0..24).map(|hour| began("None", &format!("Some({hour})"))).sum();
        assert_eq!(all, report.totals.started);
        assert_eq!(began("None", "None"), all);
        // The part that dropped off says its numbers, and leads to them.
        assert!(text.contains(
            "href=\"/[Cancelled, LostInHandover, Stalled]/None/None/None\">\
             <span class=\"hidden\">720 of 2,061 dropped off, </span>35 %</a>"
        ));
    }

    #[test]
    fn nothing_and_little_are_pages_too() {
        assert!(page(&fixture::empty()).contains("No sessions began"));
        let text = page(&fixture::tiny());
        assert!(text.contains("too few to judge") && !text.contains("NaN"));
        assert!(!text.contains("9 of 10"), "the far part of a few is one of them");
    }
}
