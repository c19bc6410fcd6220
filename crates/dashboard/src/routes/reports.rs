//! `GET /reports`: every definition, with when it is due next and how its last run went.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use weir_report::Zone;

use super::views::zone;
use crate::page::form::{Query, address};
use crate::page::reports::{ReportsPage, Show, Stage};
use crate::parameters::Parameters;
use crate::problem::{Problem, blocking, echo};
use crate::reader::Reader;
use crate::{State, answer};

/// What was done just now.
pub(super) const DONE: &str = "done";

/// The list.
pub(crate) async fn reports(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::only(request.query_string(), &["q", "show", "page", DONE])?;
    let show = match parameters.own("show") {
        None => Show::All,
        Some("trouble") => Show::Trouble,
        Some(other) => {
            let detail = format!("`show` is `{}`: it must be trouble", echo(other));
            return Err(Problem::parameter("show", detail));
        }
    };
    let number = number(&parameters)?;
    let markup = blocking(move || {
        let all = state.entries()?;
        let zone = zone(&state);
        let page = ReportsPage {
            stage: stage(&state, &reader, &zone),
            all: &all,
            show,
            query: parameters.own("q").unwrap_or_default(),
            number,
            done: parameters.own(DONE).and_then(done),
        };
        Ok(page.page())
    });
    Ok(answer::html(StatusCode::OK, markup.await?))
}

/// Which page of the list.
fn number(parameters: &Parameters) -> Result<usize, Problem> {
    let Some(text) = parameters.own("page") else { return Ok(1) };
    text.parse().ok().filter(|number| (1..=1_000_000).contains(number)).ok_or_else(|| {
        let detail = format!("`page` is `{}`: it must be a number from 1 on", echo(text));
        Problem::parameter("page", detail)
    })
}

/// What the pages of reports share.
pub(super) fn stage<'a>(state: &State, reader: &'a Reader, zone: &'a Zone) -> Stage<'a> {
    Stage { reader, demo: state.demo, zone, now: state.clock.now() }
}

/// An address that says what was done.
pub(super) fn told(path: &str, what: &str) -> String {
    let mut query = Query::default();
    query.push(DONE, what);
    address(path, &query.0)
}

/// What was done, in words.
pub(super) fn done(what: &str) -> Option<&'static str> {
    Some(match what {
        "saved" => "It is saved, and holds from now on.",
        "removed" => "It is deleted, and not sent any more. Its runs stay known.",
        "paused" => "It is paused: nothing is sent until it is resumed.",
        "resumed" => "It is resumed: what is due next is sent again.",
        "acknowledged" => "It is acknowledged: no more is said of it until it is over.",
        "asked" => "It is asked for. Reload this page in a moment to see how far it is.",
        _ => return None,
    })
}
