//! What every output of a document says beside its numbers: what was asked, what the numbers mean,
//! and which of them will still change.

use weir_domain::{Rate, Timestamp, Unit};

use super::Document;
use crate::render::number::{JUDGED_MIN, count, counted, duration, instant, percent};
use crate::render::rows::named;
use crate::render::text::{safe_name, safe_text};
use crate::render::words::{Piece, answer, answer_since, bucket_word, dimension_word, range};
use crate::{Filters, GROUP_MIN, Section};

/// That a document's numbers will still change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provisional {
    /// Units that are still open.
    pub open: u64,
    /// From when on the youngest of them is decided at the latest, if nothing more is heard.
    pub until: Timestamp,
    /// The same as one or two sentences.
    pub words: String,
}

/// Values of one filter that are named; there may be hundreds.
const VALUES_MAX: usize = 12;

impl Document {
    /// The answer, held against the period before where there is one.
    pub(crate) fn answer(&self) -> Vec<Piece> {
        match &self.before {
            Some(before) => answer_since(&self.report, before),
            None => answer(&self.report),
        }
    }

    /// The title, safe to show.
    pub(crate) fn shown_title(&self) -> String {
        safe_name(&self.title)
    }

    /// Its parts, in its order; every one where none is named. A part that needs what was not asked
    /// for is left out: a breakdown without a dimension.
    #[must_use]
    pub fn shown_sections(&self) -> Vec<Section> {
        let named = if self.sections.is_empty() { &Section::ALL[..] } else { &self.sections };
        let mut shown: Vec<Section> = Vec::new();
        for &section in named {
            if !shown.contains(&section) && self.has(section) {
                shown.push(section);
            }
        }
        shown
    }

    fn has(&self, section: Section) -> bool {
        match section {
            Section::Breakdown => self.report.breakdown.is_some(),
            _ => true,
        }
    }

    /// What was asked, as names and values: range, instant, unit, filters, stall window.
    #[must_use]
    pub fn filters_in_words(&self) -> Vec<(&'static str, String)> {
        let query = &self.report.query;
        let units = query.unit.plural();
        let mut words = vec![
            ("Range", format!("{units} that began {}", range(&self.report))),
            (
                "As of",
                format!(
                    "{}, {}: what was received later is not counted",
                    instant(query.as_of, &query.zone),
                    query.zone.name()
                ),
            ),
            ("Counted", counted_words(query.unit).to_owned()),
        ];
        words.extend(self.filters());
        words.push((
            "Stall window",
            format!(
                "{}: after so long without an end or a word, it counts as stalled",
                window(query.window_us)
            ),
        ));
        words.push(("Trend", format!("by {}", bucket_word(query.bucket))));
        if let Some(by) = query.by {
            words.push(("Breakdown", format!("by {}", dimension_word(by))));
        }
        if let Some(before) = &self.before {
            let query = &before.report.query;
            words.push((
                "Compared with",
                format!(
                    "the {}, {} to {}, judged as of {}, when it was as old as this period was",
                    before.name(),
                    instant(query.from, &query.zone),
                    instant(query.to, &query.zone),
                    instant(query.as_of, &query.zone)
                ),
            ));
        }
        words
    }

    fn filters(&self) -> Vec<(&'static str, String)> {
        // Every field is named, so that a new one does not compile until it is said here.
        let Filters { integration, feature, state, reason, outcome } = &self.report.query.filters;
        if self.report.query.filters.is_empty() {
            return vec![("Filters", "none".to_owned())];
        }
        let listed = |values: Vec<String>| -> Option<String> {
            let rest = values.len().saturating_sub(VALUES_MAX);
            let shown = values[..values.len() - rest].join(" or ");
            match (values.is_empty(), rest) {
                (true, _) => None,
                (_, 0) => Some(shown),
                _ => Some(format!("{shown} or one of {} more", count(rest as u64))),
            }
        };
        let raw = |value: &Option<String>| match value {
            None => "none given".to_owned(),
            Some(value) => named(value, Some(value)),
        };
        let label = |value: &Option<String>, label: &dyn Fn(&str) -> String| match value {
            None => "none given".to_owned(),
            Some(value) => match label(value) {
                label if label == *value => raw(&Some(value.clone())),
                label => format!("{} ({})", safe_name(&label), safe_text(value, 80)),
            },
        };
        let screen = |value: &str| self.catalogue.screen_label(value).to_owned();
        let why = |value: &str| self.catalogue.reason_label(value).to_owned();
        let all = [
            ("Integration", listed(integration.iter().map(|name| safe_name(name)).collect())),
            ("Feature", listed(feature.iter().map(raw).collect())),
            ("Screen", listed(state.iter().map(|value| label(value, &screen)).collect())),
            ("Reason", listed(reason.iter().map(|value| label(value, &why)).collect())),
            ("Outcome", listed(outcome.iter().map(|kind| kind.label().to_lowercase()).collect())),
        ];
        all.into_iter()
            .filter_map(|(name, values)| Some((name, format!("only {}", values?))))
            .collect()
    }

    /// What each number means, as names and meanings: those that the document shows.
    #[must_use]
    pub fn meanings(&self) -> Vec<(&'static str, String)> {
        let units = self.report.query.unit.plural();
        let window = window(self.report.query.window_us);
        let shows =
            |any: &[Section]| self.shown_sections().iter().any(|section| any.contains(section));
        let mut words = vec![
            ("Started", format!("The {units} whose first sign lies in the range; all else is a part of them.")),
            ("Submitted", "Handed in, whatever came before. Conversion is submitted, of started.".to_owned()),
            ("Cancelled", "Not submitted, and left: the last screen and reason count.".to_owned()),
            ("Lost in handover", format!("Sent to the phone, and silent for {window} since.")),
            ("Stalled", format!("Began at least {window} ago, and has neither submitted, nor cancelled, nor been sent to the phone.")),
            ("Still open", "None of these yet: in progress, or on the way to the phone. They may still submit or leave.".to_owned()),
            ("Drop-off", "Cancelled, lost in handover or stalled, of started. Submitted, dropped off and still open make all started.".to_owned()),
            ("95 % interval", "Wilson's score interval: where the rate plausibly lies, given how few or many were counted.".to_owned()),
            ("Too few to judge", format!("A rate of fewer than {JUDGED_MIN} {units}.")),
        ];
        if shows(&[Section::Summary]) {
            words.push((
                "Recovered",
                "Cancelled first, then submitted; counted as submitted.".to_owned(),
            ));
        }
        if shows(&[Section::Screens, Section::Funnel]) {
            words.push((
                "Got there",
                "Submitted, or left at the screen or at one that the catalogue orders beside or after it.".to_owned(),
            ));
            words.push((
                "Of those who got there",
                "Left at the screen, of those who got there: how hard this step is for those who meet it.".to_owned(),
            ));
        }
        if shows(&[Section::Screens, Section::Reasons]) {
            words.push((
                "Of known exits",
                "Of all that cancelled or were lost in handover.".to_owned(),
            ));
        }
        if shows(&[Section::Summary, Section::Times]) {
            words.push((
                "Times",
                "From the first sign to the submission, or to the last cancel; exact percentiles by nearest rank.".to_owned(),
            ));
        }
        if self.before.is_some() {
            words.push((
                "Change",
                format!(
                    "In percentage points, against the period before at the same age, with its 95 % interval \
                     (Newcombe). More than chance: a two-sided test has p below 5 %, corrected for how many rows \
                     were looked at; nothing is said of fewer than {GROUP_MIN} {units}."
                ),
            ));
        }
        words
    }

    /// Whether the cohort is too young to be judged for good: some are still open and the range
    /// ended less than the stall window ago, or it has not ended.
    #[must_use]
    pub fn provisional(&self) -> Option<Provisional> {
        let (query, totals) = (&self.report.query, &self.report.totals);
        let open = totals.open();
        let (ended, until) = (query.ended(), query.ended().plus_us(query.window_us));
        let runs = query.as_of < query.to;
        if totals.started == 0 || query.as_of >= until || open == 0 && !runs {
            return None;
        }
        // Who was sent to the phone is decided so long after that, which may have been just now.
        let until =
            if 0 < totals.handed_over { query.as_of.plus_us(query.window_us) } else { until };
        let units = query.unit.plural();
        let mut said = Vec::new();
        if runs {
            let to = instant(query.to, &query.zone);
            said.push(format!("the range runs until {to} and was not over"));
        }
        if 0 < open {
            let rate = percent(Rate::new(open, totals.started));
            let verb = if open == 1 { "is" } else { "are" };
            let all = counted(totals.started, units);
            said.push(format!("{} of {all} ({rate}) {verb} still open", count(open)));
        }
        if !runs {
            said.push(match u64::try_from(query.as_of.since_us(ended)) {
                Ok(0) | Err(_) => "they were counted at the very end of the range".to_owned(),
                Ok(age_us) => {
                    let age = duration(age_us);
                    format!("they were counted only {age} after the range had ended")
                }
            });
        }
        let words = format!(
            "Provisional: {}. Judge it again after {}, when the youngest are decided.",
            said.join("; "),
            instant(until, &query.zone)
        );
        Some(Provisional { open, until, words })
    }
}

const fn counted_words(unit: Unit) -> &'static str {
    match unit {
        Unit::Session => "sessions: each verification once, whatever number of attempts it has",
        Unit::Attempt => "attempts: a session that is submitted again has several",
        Unit::EndUser => "end-users: all sessions of one together; a session without one by itself",
    }
}

fn window(us: i64) -> String {
    duration(u64::try_from(us).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use weir_domain::OutcomeKind;

    use crate::Section;
    use crate::render::fixture_document::{empty, full, tiny};

    fn line(words: Vec<(&'static str, String)>, name: &str) -> Option<String> {
        let found = words.into_iter().find(|(known, _)| *known == name);
        found.map(|(_, text)| text.replace('\u{a0}', " "))
    }

    #[test]
    fn what_was_asked_is_said() {
        let mut document = full();
        assert_eq!(line(document.filters_in_words(), "Filters").unwrap(), "none");
        let filters = &mut document.report.query.filters;
        filters.integration = vec!["main".to_owned(), "a\u{202e}b".to_owned()];
        filters.state = vec![Some("camera_access_blocked_screen_shown".to_owned()), None];
        filters.outcome = vec![OutcomeKind::LostInHandover];
        let check = |name, want| {
            assert_eq!(line(document.filters_in_words(), name).as_deref(), Some(want));
        };
        check("Range", "sessions that began 2026-01-05 00:00 to 2026-02-04 00:00, Europe/Tallinn");
        check("As of", "2026-02-04 01:02, Europe/Tallinn: what was received later is not counted");
        check("Integration", "only main or a\\u{202e}b");
        check(
            "Screen",
            "only Camera access blocked (camera_access_blocked_screen_shown) or none given",
        );
        check("Outcome", "only lost in handover");
        check("Stall window", "7 d: after so long without an end or a word, it counts as stalled");
        check(
            "Compared with",
            "the 30 days before, 2025-12-06 00:00 to 2026-01-05 00:00, judged as of \
             2026-01-05 01:02, when it was as old as this period was",
        );
    }

    #[test]
    fn a_filter_of_hundreds_is_cut() {
        let mut document = tiny();
        document.report.query.filters.feature = (0..300).map(|n| Some(format!("f{n}"))).collect();
        let words = line(document.filters_in_words(), "Feature").unwrap();
        assert!(words.ends_with("or f11 or one of 288 more"), "{words}");
    }

    #[test]
    fn only_what_is_shown_is_explained() {
        let mut document = full();
        assert!(line(document.meanings(), "Got there").is_some());
        assert!(line(document.meanings(), "Change").is_some());
        document.sections = vec![Section::Trend];
        document.before = None;
        assert!(line(document.meanings(), "Got there").is_none());
        assert!(line(document.meanings(), "Change").is_none());
        assert!(line(document.meanings(), "Drop-off").is_some());
    }

    #[test]
    fn a_young_cohort_is_provisional_until_its_window_is_over() {
        let mut document = full();
        let provisional = document.provisional().unwrap();
        assert_eq!(provisional.open, 24);
        assert!(
            provisional.words.replace('\u{a0}', " ").starts_with(
                "Provisional: 24 of 2,061 sessions (1.2 %) are still open; they were counted \
                 only 1 h 2 min after the range had ended. Judge it again after 2026-02-1"
            ),
            "{}",
            provisional.words
        );
        let query = &mut document.report.query;
        query.as_of = query.to;
        let words = document.provisional().unwrap().words;
        assert!(
            words.contains("; they were counted at the very end of the range. Judge"),
            "{words}"
        );
        let query = &mut document.report.query;
        query.as_of = query.to.plus_us(query.window_us);
        assert_eq!(document.provisional(), None, "the window is over");
        let mut document = full();
        document.report.totals.handed_over = 0;
        document.report.totals.in_progress = 0;
        assert_eq!(document.provisional(), None, "all are decided");
        let query = &mut document.report.query;
        query.as_of = query.to.plus_us(-3_600_000_000);
        let words = document.provisional().unwrap().words;
        assert!(words.contains("the range runs until 2026-02-04 00:00"), "{words}");
        assert_eq!(empty().provisional(), None);
    }

    #[test]
    fn parts_are_shown_once_and_in_the_documents_order() {
        let mut document = tiny();
        assert_eq!(document.shown_sections().len(), 8, "there is no breakdown");
        document.sections =
            vec![Section::Reasons, Section::Breakdown, Section::Trend, Section::Reasons];
        assert_eq!(document.shown_sections(), [Section::Reasons, Section::Trend]);
    }
}
