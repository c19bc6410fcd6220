//! The answer as one picture: the sentence, four numbers, where they leave, the trend.

use weir_domain::Catalogue;

use super::RenderError;
use super::chart::{self, Anchor, Ink, Mark, Picture, Size, bars, fit, stack, trend, wrap};
use super::links::NoLinks;
use super::number::{count, counted, duration, interval, percent, too_few};
use super::periods::trend_chart;
use super::sections::{outcomes, screens_chart};
use super::words::{answer, basis, bucket_word, plain, range};
use crate::Report;

const MARGIN: f64 = 40.0;
const SIZE: Size = Size::Wide;

/// The picture as an SVG document.
///
/// # Errors
/// If the painter refuses, which it does only without its typeface.
pub fn svg(report: &Report, catalogue: &Catalogue) -> Result<String, RenderError> {
    chart::svg(&composed(report, catalogue))
}

/// The same picture as a PNG, two pixels to a point.
///
/// # Errors
/// If the painter refuses, which it does only without its typeface.
pub fn png(report: &Report, catalogue: &Catalogue) -> Result<Vec<u8>, RenderError> {
    chart::png(&composed(report, catalogue))
}

// The labels are in the rows; the catalogue is taken so that a picture may come to say more.
fn composed(report: &Report, _: &Catalogue) -> Picture {
    let mut page = Paper::of_width(SIZE.width());
    page.line(&range(report), 13.0, Ink::Muted, false);
    page.words(&plain(&answer(report)), 22.0, Ink::Text, true);
    page.gap(16.0);
    if 0 < report.totals.started {
        page.numbers(report);
        page.chart(stack(&outcomes(report, &NoLinks), SIZE));
        let screens = screens_chart(report, &NoLinks);
        if screens.groups.iter().any(|group| !group.is_empty()) {
            page.heading("Where they leave");
            page.chart(bars(&screens, SIZE));
        }
        if !report.trend.is_empty() {
            page.heading(&format!("Drop-off by {}", bucket_word(report.query.bucket)));
            page.chart(trend(&trend_chart(report, &NoLinks, SIZE), SIZE));
        }
    }
    page.line(&basis(report), 12.0, Ink::Muted, false);
    page.framed(MARGIN)
}

/// A picture that is filled from the top.
pub(super) struct Paper {
    inner: Picture,
    y: f64,
}

impl Paper {
    pub(super) fn of_width(width: f64) -> Paper {
        Paper { inner: Picture::new(width), y: 0.0 }
    }

    pub(super) fn gap(&mut self, height: f64) {
        self.y += height;
    }

    pub(super) fn line(&mut self, text: &str, size: f64, ink: Ink, bold: bool) {
        let height = size * 1.5;
        let text = fit(text, size, bold, self.inner.width);
        let place = (0.0, self.y + height / 2.0);
        self.inner.label(place, &text, size, ink, Anchor::Start, bold);
        self.y += height;
    }

    /// The same in as many lines as it needs.
    pub(super) fn words(&mut self, text: &str, size: f64, ink: Ink, bold: bool) {
        for line in wrap(text, size, bold, self.inner.width) {
            self.line(&line, size, ink, bold);
        }
    }

    pub(super) fn heading(&mut self, text: &str) {
        self.y += 12.0;
        self.line(text, 17.0, Ink::Text, true);
        self.y += 10.0;
    }

    pub(super) fn chart(&mut self, chart: Picture) {
        let height = chart.height;
        self.inner.place(chart, 0.0, self.y);
        self.y += height + 24.0;
    }

    /// Four numbers side by side, each with its base and its interval.
    pub(super) fn numbers(&mut self, report: &Report) {
        let column_px = self.inner.width / 4.0;
        for (x, [what, value, base, spread]) in
            [0.0, 1.0, 2.0, 3.0].into_iter().zip(numbers(report))
        {
            let x = x * column_px;
            let room = column_px - 12.0;
            self.inner.text((x, self.y + 8.0), &what, 13.0, Ink::Muted);
            let ink = if spread == TOO_FEW { Ink::Faint } else { Ink::Text };
            let value = fit(&value, 28.0, true, room);
            self.inner.label((x, self.y + 38.0), &value, 28.0, ink, Anchor::Start, true);
            self.inner.text((x, self.y + 66.0), &fit(&base, 13.0, false, room), 13.0, Ink::Text);
            self.inner.text((x, self.y + 85.0), &fit(&spread, 13.0, false, room), 13.0, Ink::Muted);
        }
        self.y += 112.0;
    }

    /// On paper, with a margin around it.
    pub(super) fn framed(self, margin: f64) -> Picture {
        let mut picture = Picture::new(self.inner.width + 2.0 * margin);
        picture.height = self.y + 2.0 * margin;
        let (w, h) = (picture.width, picture.height);
        picture.marks.push(Mark::Rect { x: 0.0, y: 0.0, w, h, ink: Ink::Paper });
        picture.place(self.inner, margin, margin);
        picture
    }
}

const TOO_FEW: &str = "too few to judge";

fn numbers(report: &Report) -> [[String; 4]; 4] {
    let totals = &report.totals;
    let units = report.query.unit.plural();
    let rate = |what: &str, rate| {
        let spread =
            if too_few(rate) { TOO_FEW.to_owned() } else { format!("95 %: {} %", interval(rate)) };
        let base = format!("{} of {}", count(rate.part), counted(rate.whole, units));
        [what.to_owned(), percent(rate), base, spread]
    };
    let open = weir_domain::Rate::new(totals.open(), totals.started);
    let times = &report.time_to_submit;
    [
        rate("Conversion", totals.conversion_rate()),
        rate("Drop-off", totals.drop_off_rate()),
        [
            "Still open".to_owned(),
            count(totals.open()),
            format!("{} of {}", percent(open), counted(totals.started, units)),
            String::new(),
        ],
        [
            "Median time to submit".to_owned(),
            times.p50_us.map_or("n/a".to_owned(), duration),
            format!("{} submitted", counted(totals.submitted, units)),
            match (times.p90_us, totals.submitted) {
                (Some(p90), 10..) => format!("9 of 10 within {}", duration(p90)),
                _ => String::new(),
            },
        ],
    ]
}

#[cfg(test)]
mod tests {
    use weir_domain::Catalogue;

    use super::{png, svg};
    use crate::Bucket;
    use crate::render::fixture;

    #[test]
    fn every_report_has_a_picture() {
        let reports = [
            fixture::full(),
            fixture::tiny(),
            fixture::empty(),
            fixture::many(500, 1_826, Bucket::Day),
        ];
        for report in &reports {
            let text = svg(report, &Catalogue::shipped()).unwrap();
            assert!(text.starts_with("<svg ") && text.trim_end().ends_with("</svg>"));
            assert!(!text.contains("NaN"));
        }
        let image = png(&fixture::small(), &Catalogue::shipped()).unwrap();
        assert!(image.starts_with(b"\x89PNG\r\n\x1a\n"));
        assert_eq!(image[16..20], 2_240_u32.to_be_bytes(), "1,120 points, two pixels each");
        assert!(image.len() < 600_000, "{}", image.len());
    }

    #[test]
    fn hostile_names_stay_text() {
        let text = svg(&fixture::hostile(), &Catalogue::shipped()).unwrap();
        assert!(!text.contains("<script") && !text.contains("<img"));
        assert!(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert!(!text.contains('\u{202e}') && !text.contains('\u{1b}'));
    }
}
