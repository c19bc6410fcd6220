//! `GET` and `POST /reports/{name}`: one definition, and what can be done with it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use weir_domain::Timestamp;
use weir_report::{Asked, Definition};

use super::report_run::id;
use super::reports::{DONE, done, stage, told};
use super::views::zone;
use crate::fields::Fields;
use crate::page::reports::{ReportPage, path, preview_refused, run_path};
use crate::page::{Form, Page, lists_in_words};
use crate::parameters::Parameters;
use crate::problem::{Problem, blocking};
use crate::reader::Reader;
use crate::schedules::{Entry, NEXT_COUNT, paused};
use crate::{State, answer};

/// Runs of one page.
const RUNS_MAX: usize = 25;

/// The page.
pub(crate) async fn report(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
    name: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::only(request.query_string(), &["before", DONE])?;
    let before = parameters.own("before").map(id).transpose()?;
    let markup = blocking(move || {
        let entry = state.entry(&name)?;
        let zone = zone(&state);
        let mut runs = state.schedules.ledger.runs(Some(&entry.name), before, RUNS_MAX + 1)?;
        let older = RUNS_MAX < runs.len();
        runs.truncate(RUNS_MAX);
        let page = ReportPage {
            stage: stage(&state, &reader, &zone),
            next: &next(&entry, state.clock.now()),
            filters: lists_in_words(&asked(entry.definition()), &state.catalogue()),
            older: runs.last().filter(|_| older).map(|run| run.id.0),
            runs: &runs,
            is_older: before.is_some(),
            done: parameters.own(DONE).and_then(done),
            entry: &entry,
        };
        Ok(page.page())
    });
    Ok(answer::html(StatusCode::OK, markup.await?))
}

/// The instants at which it is due next.
pub(super) fn next(entry: &Entry, now: Timestamp) -> Vec<Timestamp> {
    let Some(when) = entry.when.as_ref().filter(|_| entry.next_at.is_some()) else {
        return Vec::new();
    };
    // The scheduler may be about to do one that has come already.
    let first = entry.next_at.or_else(|| when.after(now));
    std::iter::successors(first, |at| when.after(*at)).take(NEXT_COUNT).collect()
}

/// Its filters, as the pages' form has them.
fn asked(definition: Option<&Definition>) -> Form {
    let Some(Definition { ask, .. }) = definition else { return Form::default() };
    let Asked { integration, feature, state, reason, outcome, .. } = ask.clone();
    Form { integration, feature, state, reason, outcome, ..Form::default() }
}

/// One of the buttons.
pub(crate) async fn act(
    reader: Reader,
    state: web::Data<State>,
    name: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&reader, &body)?;
    let to = blocking(move || acted(&state, &reader, &name, fields.get("do"))).await?;
    Ok(answer::see_other(&to))
}

/// Does it; where to look now.
fn acted(state: &State, reader: &Reader, name: &str, what: &str) -> Result<String, Problem> {
    let entry = state.entry(name)?;
    let here = path(&entry.name);
    match what {
        "run" => {
            let run = state.ask_now(&entry, None)?;
            Ok(told(&run_path(run.0), "asked"))
        }
        "pause" | "resume" => {
            own(&entry)?;
            let pause = what == "pause";
            let text = paused(&entry, pause)?;
            state.schedules.definitions.save(&entry.name, &text)?;
            Ok(told(&here, if pause { "paused" } else { "resumed" }))
        }
        "acknowledge" => {
            state.acknowledge(&entry, reader)?;
            Ok(told(&here, "acknowledged"))
        }
        "remove" => {
            own(&entry)?;
            state.schedules.definitions.remove(&entry.name)?;
            Ok(told(Page::Reports.path(), "removed"))
        }
        _ => Err(Problem::parameter("do", "the button is not known; nothing was changed")),
    }
}

/// What ships cannot be changed.
pub(super) fn own(entry: &Entry) -> Result<(), Problem> {
    if entry.shipped {
        return Err(Problem::Conflict(format!(
            "`{}` ships with Weir and cannot be changed; make your own of it",
            entry.name
        )));
    }
    Ok(())
}

/// The report as of now, as a page of its own.
pub(crate) async fn preview(
    reader: Reader,
    state: web::Data<State>,
    name: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let shown = blocking(move || {
        let entry = state.entry(&name)?;
        Ok(state.preview(&entry)?.map_err(|why| {
            let zone = zone(&state);
            preview_refused(&stage(&state, &reader, &zone), &entry, &why)
        }))
    });
    Ok(match shown.await? {
        Ok(bytes) => answer::document("text/html; charset=utf-8", bytes),
        Err(page) => answer::html(StatusCode::CONFLICT, page),
    })
}
