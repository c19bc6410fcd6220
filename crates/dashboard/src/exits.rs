//! What the pages of screens and of reasons have in common: which of them is opened, what the list
//! is sorted by, and where it leads.

use maud::Markup;
use weir_report::render::{Behind, ExitKind, ExitSort, ExitWays, ExitsView, Links, exit, exits};
use weir_report::{Profile, Query, Report, compute, profile};

use crate::State;
use crate::analysis::Ask;
use crate::page::{Form, Page, ViewLinks};
use crate::problem::{Problem, echo};

/// The value of `show` that does not fold a long list.
pub(crate) const SHOW_ALL: &str = "all";

/// The page: the list, or the one that the address names.
pub(crate) fn body(ask: &Ask<'_>, kind: ExitKind) -> Result<Markup, Problem> {
    let sort = sort(ask, kind)?;
    let all = show_all(ask)?;
    let (report, profile) = report_and_profile(ask.state, &ask.query)?;
    let ways = Ways::of(ask);
    let view = ExitsView {
        kind,
        report: &report,
        profile: &profile,
        catalogue: &ask.catalogue,
        sort,
        all,
        ways: &ways,
    };
    Ok(match ask.parameters.own(opened(kind)) {
        Some(value) => exit(&view, value),
        None => exits(&view),
    })
}

/// The report and what lies below its rows, over the same deliveries.
pub(crate) fn report_and_profile(
    state: &State,
    query: &Query,
) -> Result<(Report, Profile), Problem> {
    let (model, catalogue) = (state.turn()?, state.catalogue());
    let report = compute(&model, &catalogue, query, state.threads)?;
    Ok((report, profile(&model, &catalogue, query, state.threads)?))
}

fn sort(ask: &Ask<'_>, kind: ExitKind) -> Result<ExitSort, Problem> {
    let Some(text) = ask.parameters.own("sort") else { return Ok(ExitSort::default()) };
    let sorts = kind.sorts();
    text.parse().ok().filter(|sort| sorts.contains(sort)).ok_or_else(|| {
        let names: Vec<&str> = sorts.iter().map(|sort| sort.name()).collect();
        let detail = format!("`sort` is `{}`: it must be one of {}", echo(text), names.join(", "));
        Problem::parameter("sort", detail)
    })
}

/// Whether the address asks for a list that is not folded.
pub(crate) fn show_all(ask: &Ask<'_>) -> Result<bool, Problem> {
    match ask.parameters.own("show") {
        None => Ok(false),
        Some(SHOW_ALL) => Ok(true),
        Some(other) => {
            let detail = format!("`show` is `{}`: it must be {SHOW_ALL}, or left out", echo(other));
            Err(Problem::parameter("show", detail))
        }
    }
}

/// Where the numbers and the names of a view lead.
pub(crate) struct Ways<'a> {
    links: ViewLinks<'a>,
    /// None where whoever looks was given this page alone.
    form: Option<&'a Form>,
}

impl<'a> Ways<'a> {
    pub(crate) fn of(ask: &'a Ask<'_>) -> Ways<'a> {
        Ways { links: ask.links(), form: ask.reader.map(|_| ask.form) }
    }
}

impl Links for Ways<'_> {
    fn units(&self, behind: &Behind<'_>) -> Option<String> {
        self.links.units(behind)
    }
}

impl ExitWays for Ways<'_> {
    fn detail(&self, kind: ExitKind, value: &str) -> Option<String> {
        let form = Form { own: Vec::new(), ..self.form?.clone() };
        Some(form.with_own(opened(kind), value).href(page(kind)))
    }

    fn list(&self, kind: ExitKind, sort: ExitSort, all: bool) -> Option<String> {
        let form = Form { own: Vec::new(), ..self.form?.clone() };
        // What is the default is left out, so that a view has one address.
        let sort = if sort == ExitSort::default() { "" } else { sort.name() };
        let show = if all { SHOW_ALL } else { "" };
        Some(form.with_own("sort", sort).with_own("show", show).href(page(kind)))
    }
}

/// The parameter that opens one of them.
const fn opened(kind: ExitKind) -> &'static str {
    match kind {
        ExitKind::Screen => "screen",
        ExitKind::Reason => "cause",
    }
}

const fn page(kind: ExitKind) -> Page {
    match kind {
        ExitKind::Screen => Page::Screens,
        ExitKind::Reason => Page::Reasons,
    }
}
