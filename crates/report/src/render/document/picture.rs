//! A document as one picture: the answer, and the chart of each part under the other.

use super::Document;
use crate::Section;
use crate::render::chart::{Ink, Picture, Size, bars, stack, trend, way};
use crate::render::links::{Links, NoLinks};
use crate::render::periods::trend_chart;
use crate::render::picture::Paper;
use crate::render::sections::{
    beside_chart, breakdown_chart, outcomes, reasons_chart, screens_chart, times_chart, way_rows,
};
use crate::render::text::safe_text;
use crate::render::words::{bucket_word, dimension_word, plain, range};

const MARGIN: f64 = 40.0;
const SIZE: Size = Size::Wide;

impl Document {
    /// The picture.
    pub(super) fn picture(&self) -> Picture {
        let (report, width) = (&self.report, SIZE.width());
        let mut page = Paper::of_width(width);
        page.line(&self.shown_title(), 15.0, Ink::Text, true);
        page.line(&range(report), 13.0, Ink::Muted, false);
        if let Some(alarm) = &self.alarm {
            page.line(alarm.state(), 13.0, Ink::Cancelled, true);
            page.words(&safe_text(&alarm.headline, 400), 22.0, Ink::Text, true);
            alarm.detail.iter().for_each(|line| {
                page.words(&safe_text(line, 400), 13.0, Ink::Text, false);
            });
            page.gap(12.0);
        }
        page.words(&plain(&self.answer()), 22.0, Ink::Text, true);
        let provisional = self.provisional().map(|provisional| provisional.words);
        for note in self.notes.iter().map(|note| safe_text(note, 400)).chain(provisional) {
            page.words(&note, 13.0, Ink::Muted, false);
        }
        page.gap(16.0);
        if 0 < report.totals.started {
            self.shown_sections().iter().for_each(|&section| self.part(&mut page, section));
        }
        for (name, words) in self.filters_in_words() {
            page.words(&format!("{name}: {words}"), 12.0, Ink::Muted, false);
        }
        page.gap(8.0);
        for (name, words) in self.meanings() {
            page.words(&format!("{name}: {words}"), 12.0, Ink::Muted, false);
        }
        page.framed(MARGIN)
    }

    fn part(&self, page: &mut Paper, section: Section) {
        if section == Section::Summary {
            page.numbers(&self.report);
        }
        for (heading, chart) in self.charts(section, &NoLinks, SIZE) {
            if section != Section::Summary {
                page.heading(&heading);
            }
            page.chart(chart);
        }
        // What has no chart is a table.
        if matches!(section, Section::Matrix | Section::Quality)
            && let Some((title, table)) = self.table_picture(section)
        {
            page.heading(&title);
            page.chart(table);
        }
    }

    /// The charts of a part, each with its heading; a part may have none.
    pub(super) fn charts(
        &self,
        section: Section,
        links: &dyn Links,
        size: Size,
    ) -> Vec<(String, Picture)> {
        let (report, catalogue) = (&self.report, &self.catalogue);
        let one = |heading: &str, chart: Picture| vec![(heading.to_owned(), chart)];
        let bars_of = |heading: &str, chart: super::super::chart::Bars| {
            if chart.groups.iter().all(Vec::is_empty) {
                return Vec::new();
            }
            one(heading, bars(&chart, size))
        };
        match section {
            Section::Summary => one("What became of them", stack(&outcomes(report, links), size)),
            Section::Screens => bars_of("Where they leave", screens_chart(report, links)),
            Section::Trend if report.trend.is_empty() => Vec::new(),
            Section::Trend => one(
                &format!("Drop-off by {}", bucket_word(report.query.bucket)),
                trend(&trend_chart(report, links, size), size),
            ),
            Section::Funnel => {
                let mut charts =
                    one("The way through the flow", way(&way_rows(report, catalogue, links), size));
                let beside = beside_chart(report, catalogue, links);
                charts.extend(bars_of("Beside the way: what no screen of it explains", beside));
                charts
            }
            Section::Reasons => bars_of("Why they leave", reasons_chart(report, links)),
            Section::Times => bars_of("How long it took", times_chart(report)),
            Section::Breakdown => match (&report.breakdown, report.query.by) {
                (Some(rows), Some(by)) => {
                    bars_of(&format!("By {}", dimension_word(by)), breakdown_chart(by, rows, links))
                }
                _ => Vec::new(),
            },
            Section::Matrix | Section::Quality => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Output;
    use crate::render::fixture_document::{all, hours, many};

    #[test]
    fn every_document_has_a_picture() {
        for (name, document) in all().into_iter().chain([("many", many()), ("hours", hours())]) {
            let text = String::from_utf8(document.render(Output::Svg).unwrap()).unwrap();
            assert!(text.starts_with("<svg ") && !text.contains("NaN"), "{name}");
            assert!(!text.contains("<script") && !text.contains('\u{202e}'), "{name}");
        }
    }
}
