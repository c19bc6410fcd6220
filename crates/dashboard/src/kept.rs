//! A page with its filters, as it is saved and shared.

use weir_access::{Access, QUERY_BYTES_MAX};

use crate::State;
use crate::analysis::Analysis;
use crate::page::{Form, Page};
use crate::problem::{Problem, echo};
use crate::routes::ANALYSES;

/// A page with its filters, which can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) page: Page,
    pub(crate) form: Form,
}

impl Kept {
    /// Reads a page's name and its filters as its address has them. What is relative stays so.
    pub(crate) fn read(state: &State, page: &str, query: &str) -> Result<Kept, Problem> {
        if QUERY_BYTES_MAX < query.len() {
            let detail =
                format!("`query` has more than {QUERY_BYTES_MAX} bytes; choose fewer filters");
            return Err(Problem::parameter("query", detail));
        }
        let analysis = analysis(page)?;
        let form = analysis.form(state, query)?;
        if let Some(name) = form.search() {
            let detail = "a search is not kept, because everybody would see whom it is for; \
                          leave out `q` and `q_in`";
            return Err(Problem::parameter(name, detail.to_owned()));
        }
        Ok(Kept { page: analysis.page, form })
    }

    /// The same, of a page that may be shown to whoever has a link.
    pub(crate) fn shareable(state: &State, page: &str, query: &str) -> Result<Kept, Problem> {
        let kept = Kept::read(state, page, query)?;
        if kept.page.can_be_shared() {
            return Ok(kept);
        }
        let detail = format!(
            "the page {} cannot be shared, because it lists people's sessions; share one of {}",
            kept.page.name(),
            names(Page::can_be_shared),
        );
        Err(Problem::parameter("page", detail))
    }

    /// The filters as the page's address has them.
    pub(crate) fn query(&self) -> String {
        let href = self.href();
        href.split_once('?').map_or(String::new(), |(_, query)| query.to_owned())
    }

    /// The page's address.
    pub(crate) fn href(&self) -> String {
        self.form.href(self.page)
    }
}

impl State {
    /// What is saved and shared.
    pub(crate) fn views(&self) -> &Access {
        &self.access.store
    }
}

/// The number of a view or a link in an address.
pub(crate) fn number(id: &str) -> Result<i64, Problem> {
    id.parse().map_err(|_| {
        Problem::parameter("id", format!("`id` is `{}`, which is no whole number", echo(id)))
    })
}

/// The page of this name.
pub(crate) fn analysis(page: &str) -> Result<&'static Analysis, Problem> {
    ANALYSES.iter().find(|analysis| analysis.page.name() == page).copied().ok_or_else(|| {
        let detail = format!("`page` is `{}`: it must be one of {}", echo(page), names(|_| true));
        Problem::parameter("page", detail)
    })
}

fn names(which: fn(Page) -> bool) -> String {
    let pages = ANALYSES.iter().map(|analysis| analysis.page).filter(|page| which(*page));
    pages.map(Page::name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::Kept;
    use crate::fixture::Fixture;
    use crate::page::Page;
    use crate::routes::{ANALYSES, ROUTES};

    #[test]
    fn every_page_with_filters_can_be_kept() {
        for page in Page::ANALYSES {
            let mounted = ROUTES.iter().any(|at| at.path == page.path());
            let listed = ANALYSES.iter().filter(|analysis| analysis.page == page).count();
            assert_eq!(listed, usize::from(mounted), "{}", page.title());
        }
    }

    #[actix_web::test]
    async fn what_is_relative_stays_relative_and_what_is_of_the_page_stays_on_it() {
        let fixture = Fixture::of("");
        let read = |page, query| Kept::read(fixture.state(), page, query);
        let kept = read("screens", "from=-7d&unit=&state=a%26b&sort=hazard").unwrap();
        assert_eq!(kept.query(), "from=-7d&state=a%26b&sort=hazard");
        assert_eq!(kept.href(), "/screens?from=-7d&state=a%26b&sort=hazard");
        assert_eq!(read("overview", "").unwrap().href(), "/");
        for (page, query) in
            [("health", ""), ("", ""), ("overview", "from=x"), ("overview", "sort=x&unit=y")]
        {
            read(page, query).unwrap_err();
        }
    }

    #[actix_web::test]
    async fn what_lists_people_is_not_shared() {
        let fixture = Fixture::of("");
        Kept::read(fixture.state(), "sessions", "").unwrap();
        let error = Kept::shareable(fixture.state(), "sessions", "").unwrap_err().to_string();
        assert!(error.contains("cannot be shared, because it lists people's sessions"), "{error}");
        assert!(!error.contains("sessions,") && error.contains("share one of overview"));
    }
}
