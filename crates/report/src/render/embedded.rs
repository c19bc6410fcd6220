//! One chart, to be put into another page: the sentence, the chart, of when it is.

use std::str::FromStr;

use super::RenderError;
use super::chart::{self, Ink, Picture, Size, Theme, bars, stack, trend, wrap};
use super::links::NoLinks;
use super::periods::trend_chart;
use super::picture::Paper;
use super::sections::{outcomes, screens_chart};
use super::words::{answer, basis, bucket_word, plain, range};
use crate::Report;

const MARGIN: f64 = 16.0;

/// A chart that stands in another page, and how it looks there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Embedded {
    /// What it shows.
    pub chart: EmbeddedChart,
    /// How wide it is, in the other page's pixels: within [`Embedded::WIDTHS`].
    pub width_px: u16,
    /// Whether it stands on dark paper.
    pub dark: bool,
}

/// What a chart in another page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmbeddedChart {
    /// The drop-off over time.
    Trend,
    /// Where they leave.
    Screens,
}

impl EmbeddedChart {
    /// Every chart.
    pub const ALL: [EmbeddedChart; 2] = [EmbeddedChart::Trend, EmbeddedChart::Screens];

    /// The name in an address.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            EmbeddedChart::Trend => "trend",
            EmbeddedChart::Screens => "screens",
        }
    }
}

impl FromStr for EmbeddedChart {
    type Err = ();

    fn from_str(text: &str) -> Result<EmbeddedChart, ()> {
        EmbeddedChart::ALL.into_iter().find(|chart| chart.name() == text).ok_or(())
    }
}

impl Embedded {
    /// How wide it may be: from a phone to a screen on a wall.
    pub const WIDTHS: std::ops::RangeInclusive<u16> = 280..=2_400;

    /// As an SVG document, without script, link or anything from outside.
    ///
    /// # Errors
    /// If the painter refuses, which it does only without its typeface.
    pub fn svg(self, report: &Report) -> Result<String, RenderError> {
        chart::svg_of_width(&self.picture(report), f64::from(self.width_px), self.theme())
    }

    /// As a PNG, two pixels to a point.
    ///
    /// # Errors
    /// If the painter refuses, which it does only without its typeface.
    pub fn png(self, report: &Report) -> Result<Vec<u8>, RenderError> {
        chart::png_of_width(&self.picture(report), f64::from(self.width_px), self.theme())
    }

    fn theme(self) -> Theme {
        if self.dark { Theme::Dark } else { Theme::Light }
    }

    /// The widest layout that fits, so that no text is smaller than it was meant.
    fn size(self) -> Size {
        let fits = |size: &Size| size.width() + 2.0 * MARGIN <= f64::from(self.width_px);
        Size::ALL.into_iter().find(fits).unwrap_or(Size::Narrow)
    }

    fn picture(self, report: &Report) -> Picture {
        let size = self.size();
        let mut paper = Paper::of_width(size.width());
        let text_px = if size == Size::Narrow { 15.0 } else { 17.0 };
        for line in wrap(&plain(&answer(report)), text_px, true, size.width()) {
            paper.line(&line, text_px, Ink::Text, true);
        }
        paper.gap(12.0);
        if 0 < report.totals.started {
            self.chart(report, size, &mut paper);
        }
        for line in [range(report), basis(report)] {
            for line in wrap(&line, 12.0, false, size.width()) {
                paper.line(&line, 12.0, Ink::Muted, false);
            }
        }
        paper.framed(MARGIN)
    }

    fn chart(self, report: &Report, size: Size, paper: &mut Paper) {
        let screens = screens_chart(report, &NoLinks);
        match self.chart {
            EmbeddedChart::Trend if !report.trend.is_empty() => {
                paper.heading(&format!("Drop-off by {}", bucket_word(report.query.bucket)));
                paper.chart(trend(&trend_chart(report, &NoLinks, size), size));
            }
            EmbeddedChart::Screens if screens.groups.iter().any(|group| !group.is_empty()) => {
                paper.heading("Where they leave");
                paper.chart(bars(&screens, size));
            }
            _ => paper.chart(stack(&outcomes(report, &NoLinks), size)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Embedded, EmbeddedChart};
    use crate::render::fixture;

    const CHART: Embedded = Embedded { chart: EmbeddedChart::Trend, width_px: 640, dark: false };

    #[test]
    fn it_is_as_wide_as_was_asked_for_and_brings_nothing_along() {
        for chart in EmbeddedChart::ALL {
            for width_px in [*Embedded::WIDTHS.start(), 390, 700, 1_100, *Embedded::WIDTHS.end()] {
                let embedded = Embedded { chart, width_px, dark: width_px == 700 };
                let text = embedded.svg(&fixture::full()).unwrap();
                assert!(
                    text.starts_with(&format!("<svg width=\"{width_px}\" ")),
                    "{}",
                    &text[..90]
                );
                for foreign in ["<script", "<a ", "href", "@import", "url(http", "<image"] {
                    assert!(!text.contains(foreign), "{foreign}");
                }
                let image = embedded.png(&fixture::small()).unwrap();
                assert_eq!(image[16..20], (2 * u32::from(width_px)).to_be_bytes());
            }
        }
    }

    #[test]
    fn a_narrow_one_is_laid_out_anew_and_not_only_made_small() {
        let wide = Embedded { width_px: 1_100, ..CHART }.svg(&fixture::full()).unwrap();
        let narrow = Embedded { width_px: 390, ..CHART }.svg(&fixture::full()).unwrap();
        assert!(wide.contains("viewBox=\"0 0 1072 ") && narrow.contains("viewBox=\"0 0 390 "));
    }

    #[test]
    fn dark_is_on_dark_paper() {
        let light = CHART.svg(&fixture::full()).unwrap();
        let dark = Embedded { dark: true, ..CHART }.svg(&fixture::full()).unwrap();
        assert!(light.contains("#FFFFFF") && !light.contains("#14171B"));
        assert!(dark.contains("#14171B") && !dark.contains("#1B1F24"));
    }

    #[test]
    fn every_report_can_be_embedded() {
        for report in [fixture::empty(), fixture::tiny(), fixture::hostile()] {
            for chart in EmbeddedChart::ALL {
                let text = Embedded { chart, ..CHART }.svg(&report).unwrap();
                assert!(text.trim_end().ends_with("</svg>") && !text.contains("NaN"));
                assert!(!text.contains("<script"));
            }
        }
    }
}
