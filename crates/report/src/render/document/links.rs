//! Where a document's numbers lead: to the dashboard, where it is known where that is.

use super::Document;
use crate::render::address::Addressed;
use crate::render::links::{Behind, Links, Place};
use crate::{Dimension, Query};

/// The dashboard's pages with the document's own range, instant and filters, so that what they
/// show is what was counted.
#[derive(Debug, Clone)]
pub(crate) struct DashboardLinks {
    base_url: Option<String>,
    values: [(&'static str, String); 8],
    lists: [(&'static str, Vec<String>); 5],
}

impl DashboardLinks {
    /// Of a document.
    pub(crate) fn of(document: &Document) -> DashboardLinks {
        let Query { from, to, zone, as_of, unit, window_us, bucket, filters, by } =
            &document.report.query;
        let texts = |values: &[Option<String>]| -> Vec<String> {
            values.iter().map(|value| value.clone().unwrap_or_default()).collect()
        };
        DashboardLinks {
            base_url: document.base_url.clone(),
            values: [
                ("from", from.to_string()),
                ("to", to.to_string()),
                ("tz", zone.name().to_owned()),
                ("as_of", as_of.to_string()),
                ("unit", unit.name().to_owned()),
                ("window", format!("{}s", window_us / 1_000_000)),
                ("bucket", bucket.name().to_owned()),
                ("by", by.map_or("", Dimension::name).to_owned()),
            ],
            lists: [
                ("integration", filters.integration.clone()),
                ("feature", texts(&filters.feature)),
                ("state", texts(&filters.state)),
                ("reason", texts(&filters.reason)),
                ("outcome", filters.outcome.iter().map(|kind| kind.name().to_owned()).collect()),
            ],
        }
    }

    fn addressed(&self) -> Addressed<'_> {
        Addressed {
            values: self.values.each_ref().map(|(name, value)| (*name, value.as_str())),
            lists: self.lists.each_ref().map(|(name, values)| (*name, values.as_slice())),
        }
    }

    /// The whole address of a path of the dashboard.
    pub(crate) fn at(&self, path: &str) -> Option<String> {
        Some(format!("{}{path}", self.base_url.as_ref()?))
    }
}

impl Document {
    /// The path of the list of these units below [`Document::base_url`], beginning with a slash,
    /// with the document's own range and filters; none where there are none.
    #[must_use]
    pub fn path_of_units(&self, behind: &Behind<'_>) -> Option<String> {
        DashboardLinks::of(self).addressed().units(behind)
    }

    /// The path of a page that asks the same.
    #[must_use]
    pub fn path_of_page(&self, place: Place<'_>) -> String {
        DashboardLinks::of(self).addressed().place(place)
    }
}

impl Links for DashboardLinks {
    fn units(&self, behind: &Behind<'_>) -> Option<String> {
        self.base_url.as_ref()?;
        self.at(&self.addressed().units(behind)?)
    }

    fn place(&self, place: Place<'_>) -> Option<String> {
        self.base_url.as_ref()?;
        self.at(&self.addressed().place(place))
    }
}

#[cfg(test)]
mod tests {
    use super::DashboardLinks;
    use crate::render::fixture_document;
    use crate::render::links::{Behind, Links, Place};

    #[test]
    fn a_number_leads_to_what_was_counted() {
        let document = fixture_document::full();
        let links = DashboardLinks::of(&document);
        assert_eq!(
            links.units(&Behind { state: Some(Some("a b")), ..Behind::default() }).unwrap(),
            "https://weir.example.com/sessions?from=2026-01-04T22:00:00Z&to=2026-02-03T22:00:00Z\
             &tz=Europe%2FTallinn&as_of=2026-02-03T23:02:00Z&unit=session&window=604800s&state=a%20b"
        );
        assert!(
            links.place(Place::Time).unwrap().starts_with("https://weir.example.com/time?from=")
        );
    }

    #[test]
    fn without_a_dashboard_nothing_leads_on() {
        let mut document = fixture_document::full();
        document.base_url = None;
        let links = DashboardLinks::of(&document);
        assert_eq!(links.units(&Behind::default()), None);
        assert_eq!(links.place(Place::Health), None);
    }
}
