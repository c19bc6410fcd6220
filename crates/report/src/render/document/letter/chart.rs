//! The one picture of a message: the drop-off over time; where there is no time to speak of, where
//! they leave.

use weir_domain::Rate;

use super::super::Document;
use super::has_trend;
use crate::Section;
use crate::render::RenderError;
use crate::render::chart::{self, Picture, Size, Theme, bars, stack, trend};
use crate::render::links::NoLinks;
use crate::render::number::{count, percent, too_few};
use crate::render::periods::{Period, periods, step_words, trend_chart};
use crate::render::picture::Paper;
use crate::render::sections::{outcomes, screens_chart};

/// How wide a message shows it at most, in pixels; a telephone shows it narrower.
pub(in super::super) const WIDTH_PX: u16 = 552;
const SIZE: Size = Size::Letter;
const MARGIN: f64 = 4.0;
/// A picture of twenty screens is longer than its message.
const BARS_MAX: usize = 8;

/// A picture with its words.
pub(in super::super) struct Chart {
    pub(in super::super) title: String,
    /// What it shows, for who does not see it.
    pub(in super::super) alt: String,
    /// What is to be seen in it, as a sentence; may be empty.
    pub(in super::super) caption: String,
    picture: Picture,
}

impl Chart {
    /// As a PNG, two pixels to a point.
    pub(in super::super) fn png(&self) -> Result<Vec<u8>, RenderError> {
        chart::png_of_width(&self.picture, f64::from(WIDTH_PX), Theme::Light)
    }
}

/// None where nothing began.
pub(super) fn chart(document: &Document) -> Option<Chart> {
    let report = &document.report;
    if report.totals.started == 0 {
        return None;
    }
    if has_trend(document) {
        return Some(over_time(document));
    }
    let mut screens = screens_chart(report, &NoLinks);
    screens.groups.iter_mut().for_each(|group| group.truncate(BARS_MAX));
    let wants_screens = document.shown_sections().contains(&Section::Screens);
    if wants_screens && screens.groups.iter().any(|group| !group.is_empty()) {
        return Some(Chart {
            title: "Where they leave".to_owned(),
            alt: "A bar for each of the costliest screens.".to_owned(),
            caption: String::new(),
            picture: framed(bars(&screens, SIZE)),
        });
    }
    Some(Chart {
        title: "What became of them".to_owned(),
        alt: "One bar in its outcomes.".to_owned(),
        caption: String::new(),
        picture: framed(stack(&outcomes(report, &NoLinks), SIZE)),
    })
}

fn over_time(document: &Document) -> Chart {
    let report = &document.report;
    let (periods, joined) = periods(report, chart::points_max(SIZE));
    Chart {
        title: format!("Drop-off by {}", step_words(report, joined)),
        alt: "A line of the drop-off over time with its 95 % interval.".to_owned(),
        caption: ends(&periods, document),
        picture: framed(trend(&trend_chart(report, &NoLinks, SIZE), SIZE)),
    }
}

/// The lowest and the highest, of the periods that can be judged.
fn ends(periods: &[Period], document: &Document) -> String {
    let as_of = document.report.query.as_of;
    let judged = periods
        .iter()
        .filter(|period| !too_few(period.totals.drop_off_rate()) && !period.is_provisional(as_of));
    let value = |period: &&Period| period.totals.drop_off_rate().value().unwrap_or(0.0);
    let lowest = judged.clone().min_by(|a, b| value(a).total_cmp(&value(b)));
    // The first of equals, as for the lowest.
    let highest = judged.clone().rev().max_by(|a, b| value(a).total_cmp(&value(b)));
    let (Some(lowest), Some(highest)) = (lowest, highest) else { return String::new() };
    if value(&lowest) == value(&highest) {
        return String::new();
    }
    let told = |period: &Period| {
        let rate: Rate = period.totals.drop_off_rate();
        let counts = format!("{} of {}", count(rate.part), count(rate.whole));
        format!("{}, {} ({counts})", period.name(), percent(rate))
    };
    format!("Lowest: {}. Highest: {}.", told(lowest), told(highest))
}

fn framed(inner: Picture) -> Picture {
    let mut paper = Paper::of_width(SIZE.width());
    paper.chart(inner);
    // The message has its own space between its parts.
    paper.gap(-20.0);
    paper.framed(MARGIN)
}
