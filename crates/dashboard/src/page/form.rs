//! What the reader asked for, as they wrote it, and the address that asks for it again.

pub(crate) use weir_report::render::{AddressQuery as Query, address};

use weir_report::render::Addressed;

use super::Page;

/// The values of the page's GET form: texts, not yet judged. An empty text is the default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form {
    /// The range's start: RFC 3339, a date, or relative.
    pub from: String,
    /// Its end, likewise.
    pub to: String,
    /// The IANA zone.
    pub tz: String,
    /// The instant of asking.
    pub as_of: String,
    /// What is counted.
    pub unit: String,
    /// After how long silence is a stall.
    pub window: String,
    /// The trend's period.
    pub bucket: String,
    /// The breakdown's dimension.
    pub by: String,
    /// Which integrations are kept; as in the lists below, none keeps all.
    pub integration: Vec<String>,
    /// Which features; an empty text is "none given", here and below.
    pub feature: Vec<String>,
    /// Which screens.
    pub state: Vec<String>,
    /// Which reasons.
    pub reason: Vec<String>,
    /// Which outcomes.
    pub outcome: Vec<String>,
    /// What the page takes besides; no other page does.
    pub own: Vec<(&'static str, String)>,
}

impl Form {
    /// The same view with the instants that were meant in place of "now" and "-30d", so that what
    /// it leads to is what was counted.
    pub(crate) fn pinned(&self, query: &weir_report::Query) -> Form {
        Form {
            from: query.from.to_string(),
            to: query.to.to_string(),
            as_of: query.as_of.to_string(),
            ..self.clone()
        }
    }

    /// The single values with their names in a query, in the order of the form.
    pub(crate) fn values(&self) -> [(&'static str, &str); 8] {
        [
            ("from", &self.from),
            ("to", &self.to),
            ("tz", &self.tz),
            ("as_of", &self.as_of),
            ("unit", &self.unit),
            ("window", &self.window),
            ("bucket", &self.bucket),
            ("by", &self.by),
        ]
    }

    /// The lists with their names in a query, in the order of the form.
    pub(crate) fn lists(&self) -> [(&'static str, &[String]); 5] {
        [
            ("integration", &self.integration),
            ("feature", &self.feature),
            ("state", &self.state),
            ("reason", &self.reason),
            ("outcome", &self.outcome),
        ]
    }

    /// The query of an address that asks for the same: `from=-30d&state=…`, without what is
    /// left to the default, and without what only this page takes.
    #[must_use]
    pub fn query(&self) -> String {
        self.question().0
    }

    fn question(&self) -> Query {
        self.addressed().query()
    }

    /// The same as addresses carry it.
    pub(crate) fn addressed(&self) -> Addressed<'_> {
        Addressed { values: self.values(), lists: self.lists() }
    }

    /// The address of `page` with the same question; what only the page of now takes is left out.
    #[must_use]
    pub fn leads_to(&self, page: Page) -> String {
        address(page.path(), &self.query())
    }

    /// The address of this same `page` with these values, and what else it takes.
    #[must_use]
    pub fn href(&self, page: Page) -> String {
        let mut query = self.question();
        self.own.iter().for_each(|(name, value)| query.push(name, value));
        address(page.path(), &query.0)
    }

    /// The same with another value of one of the page's own parameters; without it where the value
    /// is empty.
    #[must_use]
    pub fn with_own(&self, name: &'static str, value: &str) -> Form {
        let mut form = self.clone();
        form.own.retain(|(known, _)| *known != name);
        if !value.is_empty() {
            form.own.push((name, value.to_owned()));
        }
        form
    }

    /// The parameter that looks for somebody, if one does: what it says may be personal data.
    pub(crate) fn search(&self) -> Option<&'static str> {
        self.own.iter().map(|(name, _)| *name).find(|name| matches!(*name, "q" | "q_in"))
    }

    /// The same for another range that ends now.
    pub(crate) fn last(&self, from: &str) -> Form {
        let from = from.to_owned();
        Form { from, to: String::new(), as_of: String::new(), ..self.clone() }
    }

    /// The same with this one value in one list.
    pub(crate) fn with_list(&self, list: &str, value: &str) -> Form {
        let mut form = self.clone();
        *form.list_mut(list) = vec![value.to_owned()];
        form
    }

    /// The same without one value of one list.
    pub(crate) fn without(&self, list: &str, value: &str) -> Form {
        let mut form = self.clone();
        form.list_mut(list).retain(|kept| kept != value);
        form
    }

    fn list_mut(&mut self, list: &str) -> &mut Vec<String> {
        match list {
            "integration" => &mut self.integration,
            "feature" => &mut self.feature,
            "state" => &mut self.state,
            "reason" => &mut self.reason,
            _ => &mut self.outcome,
        }
    }

    /// Whether the range moves on with the clock, so that the page may refresh itself.
    pub(crate) fn is_live(&self) -> bool {
        let now = |text: &str| matches!(text.trim(), "" | "now");
        let relative = self.from.is_empty() || self.from.starts_with('-');
        relative && now(&self.to) && now(&self.as_of)
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, Page};

    fn form() -> Form {
        Form {
            from: "-30d".to_owned(),
            tz: "Europe/Tallinn".to_owned(),
            state: vec!["a&b=<c>".to_owned(), String::new()],
            outcome: vec!["cancelled".to_owned()],
            ..Form::default()
        }
    }

    #[test]
    fn a_view_is_an_address() {
        assert_eq!(Form::default().href(Page::Overview), "/");
        assert_eq!(
            form().href(Page::Overview),
            "/?from=-30d&tz=Europe%2FTallinn&state=a%26b%3D%3Cc%3E&state=&outcome=cancelled"
        );
        let name = Form { state: vec!["ekraan õ".to_owned()], ..Form::default() };
        assert_eq!(name.query(), "state=ekraan%20%C3%B5");
    }

    #[test]
    fn what_only_one_page_takes_stays_on_it() {
        let form = Form::default().with_own("screen", "a b").with_own("sort", "count");
        assert_eq!(form.href(Page::Screens), "/screens?screen=a%20b&sort=count");
        assert_eq!(form.with_own("screen", "").href(Page::Screens), "/screens?sort=count");
        assert_eq!(form.leads_to(Page::Funnel), "/funnel");
    }

    #[test]
    fn a_filter_is_taken_off_by_itself() {
        assert_eq!(form().without("state", "").state, ["a&b=<c>"]);
        assert_eq!(form().without("outcome", "cancelled").outcome.len(), 0);
    }

    #[test]
    fn only_a_view_that_ends_now_is_live() {
        let check = |from: &str, to: &str, as_of: &str, want: bool| {
            let texts = (from.to_owned(), to.to_owned(), as_of.to_owned());
            let form = Form { from: texts.0, to: texts.1, as_of: texts.2, ..Form::default() };
            assert_eq!(form.is_live(), want, "{from} {to} {as_of}");
        };
        check("", "", "", true);
        check("-7d", "now", "", true);
        check("2026-01-05", "", "", false);
        check("-7d", "-1d", "", false);
        check("-7d", "", "2026-01-05", false);
    }
}
