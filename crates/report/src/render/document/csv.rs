//! A document as CSV: the rows of its parts in long form, and what is said beside them.

use super::Document;
use crate::Section;
use crate::render::csv::{Rows, input, part};
use crate::{Difference, RowDifference};

impl Document {
    /// The columns of `weir report --format csv`, with rows about the document around them.
    pub(super) fn csv(&self) -> String {
        let mut rows = Rows::begun();
        rows.value("document", ("", ""), "", "title", &self.title);
        if let Some(alarm) = &self.alarm {
            rows.value("document", ("", ""), "", "alarm", &alarm.headline);
            alarm
                .detail
                .iter()
                .for_each(|line| rows.value("document", ("", ""), "", "alarm", line));
        }
        self.notes.iter().for_each(|note| rows.value("document", ("", ""), "", "note", note));
        if let Some(provisional) = self.provisional() {
            rows.value("document", ("", ""), "", "provisional", &provisional.words);
        }
        input(&mut rows, &self.report);
        let sections = self.shown_sections();
        for &section in &sections {
            // The way has no row that the screens have not.
            if section != Section::Funnel || !sections.contains(&Section::Screens) {
                part(&mut rows, &self.report, section);
            }
            if section == Section::Summary {
                self.since(&mut rows);
            }
        }
        for (name, words) in self.filters_in_words() {
            rows.value("asked", ("", ""), name, "words", &words);
        }
        for (name, words) in self.meanings() {
            rows.value("meaning", ("", ""), name, "words", &words);
        }
        rows.text()
    }

    /// What each number did since the period before, as fractions of 1.
    fn since(&self, rows: &mut Rows) {
        let Some(before) = &self.before else { return };
        rows.totals("before", "", &before.report.totals);
        let comparison = &before.comparison;
        let all = [
            ("conversion_rate", &comparison.conversion),
            ("drop_off_rate", &comparison.drop_off),
            ("stalled_rate", &comparison.stalled),
            ("open_rate", &comparison.open),
        ];
        for (measure, difference) in all {
            change(rows, "change", "", "", measure, difference);
        }
        for (section, changes) in
            [("change_by_state", &comparison.by_state), ("change_by_reason", &comparison.by_reason)]
        {
            for RowDifference { value, label, difference } in changes {
                let key = value.as_deref().unwrap_or_default();
                change(rows, section, key, label, "drop_off_rate", difference);
            }
        }
    }
}

fn change(
    rows: &mut Rows,
    section: &str,
    key: &str,
    label: &str,
    measure: &str,
    difference: &Difference,
) {
    rows.difference(section, key, label, measure, difference.value, difference.interval);
    let verdict = crate::render::verdict::verdict_short(difference.verdict);
    rows.value(section, (key, ""), label, &format!("{measure}_verdict"), verdict);
}

#[cfg(test)]
mod tests {
    use crate::render::fixture_document::{all, full, hostile};
    use crate::{Output, Section};

    fn read(text: &str) -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
        rows.collect()
    }

    #[test]
    fn every_row_of_the_plain_report_is_in_it() {
        let text = full().csv();
        for line in crate::render::csv(&full().report).lines() {
            assert!(text.contains(line), "{line}");
        }
        assert!(text.contains("document,,,,title,Monthly review,,"));
        assert!(text.contains("before,,,,started,2061,,"));
        assert!(text.contains("change,,,,drop_off_rate,0.02"));
        assert!(text.contains("asked,,,Filters,words,none,,"));
    }

    #[test]
    fn only_the_parts_that_are_wanted_are_in_it() {
        let mut document = full();
        document.sections = vec![Section::Funnel, Section::Quality];
        let text = document.csv();
        assert!(text.contains("\nby_state,") && text.contains("\ndata_quality,"));
        assert!(!text.contains("\ntrend,") && !text.contains("\nby_reason,"));
    }

    #[test]
    fn no_cell_is_a_formula() {
        for (name, document) in all() {
            let text = String::from_utf8(document.render(Output::Csv).unwrap()).unwrap();
            for cell in read(&text).iter().flatten() {
                let number = cell.parse::<f64>().is_ok();
                assert!(
                    number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                    "{name}: {cell}"
                );
            }
        }
        assert!(hostile().csv().contains("title,'=1+1"));
    }
}
