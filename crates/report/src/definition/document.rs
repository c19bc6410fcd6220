//! The report that a definition asks for, with all that its renderings say.

use weir_domain::Catalogue;
use weir_readmodel::Model;

use super::{Definition, Section};
use crate::render::{Before, Document};
use crate::{Bucket, BucketError, Query, compute, profile};

impl Definition {
    /// Answers `query`, which [`Definition::query`] made of it, from one state of the model.
    /// `base_url` is where the dashboard is reached, without a slash at its end.
    ///
    /// # Errors
    /// If the range has more buckets than can be shown, or leaves the calendar.
    pub fn document(
        &self,
        name: &str,
        model: &Model,
        catalogue: &Catalogue,
        query: &Query,
        base_url: Option<&str>,
        threads: usize,
    ) -> Result<Document, BucketError> {
        let sections =
            if self.sections.is_empty() { Section::ALL.to_vec() } else { self.sections.clone() };
        let report = compute(model, catalogue, query, threads)?;
        let before = self
            .compares()
            .then(|| compute(model, catalogue, &previous(query), threads))
            .transpose()?
            .map(|before| Before::of(&report, before, catalogue));
        let profile = sections
            .contains(&Section::Funnel)
            .then(|| profile(model, catalogue, query, threads))
            .transpose()?;
        Ok(Document {
            name: name.to_owned(),
            title: self.title.clone(),
            report,
            before,
            profile,
            sections,
            catalogue: catalogue.clone(),
            base_url: base_url.map(|url| url.trim_end_matches('/').to_owned()),
            notes: Vec::new(),
            alarm: None,
        })
    }

    /// Whether the period before is needed: to be shown, or to judge a change by.
    fn compares(&self) -> bool {
        self.compare || self.alert.as_ref().is_some_and(|alert| alert.change.is_some())
    }
}

/// The period before, as the dashboard asks for it. Its trend and its breakdown are not shown, so
/// as little is asked of them as can be.
fn previous(query: &Query) -> Query {
    Query { bucket: Bucket::Month, by: None, ..query.previous() }
}

#[cfg(test)]
mod tests {
    use weir_domain::Catalogue;
    use weir_readmodel::Model;

    use super::Definition;
    use crate::Section;

    fn document(text: &str) -> crate::render::Document {
        let definition = Definition::read(text).unwrap();
        let query = definition.query("2026-03-30T05:00:00Z".parse().unwrap(), "UTC").unwrap();
        let model = Model::default();
        definition
            .document("a", &model, &Catalogue::shipped(), &query, Some("http://weir.test/"), 2)
            .unwrap()
    }

    #[test]
    fn all_sections_are_wanted_where_none_is_named() {
        let all = document("title = \"A\"\nrange = \"previous week\"");
        assert_eq!(all.sections, Section::ALL);
        assert!(all.profile.is_some());
        let before = all.before.unwrap().report.query;
        assert_eq!(before.from.to_string(), "2026-03-16T00:00:00Z");
        assert_eq!(before.to, all.report.query.from);
        assert_eq!(all.base_url.as_deref(), Some("http://weir.test"));
    }

    #[test]
    fn what_is_not_wanted_is_not_computed() {
        let few = document("title = \"A\"\ncompare = false\nsections = [\"trend\", \"summary\"]");
        assert_eq!(few.sections, [Section::Trend, Section::Summary]);
        assert_eq!((few.profile, few.before), (None, None));
    }

    #[test]
    fn a_change_is_judged_by_the_period_before_though_it_is_not_shown() {
        let alert = "title = \"A\"\ncompare = false\n[alert]\non = \"drop_off_rate\"\nchange = {}";
        assert!(document(alert).before.is_some());
    }
}
