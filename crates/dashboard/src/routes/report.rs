//! `GET` and `POST /reports/{name}`: one definition, and what can be done with it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use weir_audit::Did;
use weir_domain::Timestamp;
use weir_report::{Asked, Definition};
use weir_schedule::{Cause, RunId, RunSummary};

use super::report_run::id;
use super::reports::{ASKED, DONE, TWICE, done, or_page, stage, told};
use super::views::zone;
use crate::fields::Fields;
use crate::page::reports::{ReportPage, Runs, gone, no_preview, path, run_path};
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
) -> HttpResponse {
    let shown = shown(&request, reader.clone(), state.clone(), name.into_inner()).await;
    or_page(&state, &reader, shown)
}

async fn shown(
    request: &HttpRequest,
    reader: Reader,
    state: web::Data<State>,
    name: String,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::only(request.query_string(), &["before", DONE])?;
    let before = parameters.own("before").map(id).transpose()?;
    let page = blocking(move || {
        let zone = zone(&state);
        let stage = stage(&state, &reader, &zone);
        let runs = runs(&state, &name, before)?;
        let entry = match state.entry(&name) {
            // What it sent stays known, and where it is looked for.
            Err(Problem::NotFound(_)) if !runs.runs.is_empty() => {
                return Ok((StatusCode::NOT_FOUND, gone(&stage, &name, &runs, &zone)));
            }
            entry => entry?,
        };
        let page = ReportPage {
            stage,
            next: &next(&entry, state.clock.now()),
            filters: lists_in_words(&asked(entry.definition()), &state.catalogue()),
            runs,
            newest: state.newest(&entry.name)?,
            catalogue: &state.catalogue(),
            done: parameters.own(DONE).and_then(done),
            entry: &entry,
        };
        Ok((StatusCode::OK, page.page()))
    });
    let (status, markup) = page.await?;
    Ok(answer::html(status, markup))
}

/// The newest runs of this name, or those before one.
fn runs(state: &State, name: &str, before: Option<RunId>) -> Result<Runs, Problem> {
    let mut runs = state.schedules.ledger.runs(Some(name), before, RUNS_MAX + 1)?;
    let has_older = RUNS_MAX < runs.len();
    runs.truncate(RUNS_MAX);
    Ok(Runs { runs, has_older, is_older: before.is_some() })
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
) -> HttpResponse {
    let done = match Fields::read(&reader, &body) {
        Ok(fields) => {
            let (state, reader) = (state.clone(), reader.clone());
            blocking(move || acted(&state, &reader, &name, &fields)).await
        }
        Err(problem) => Err(problem),
    };
    or_page(&state, &reader, done.map(|to| answer::see_other(&to)))
}

/// Does it; where to look now.
fn acted(state: &State, reader: &Reader, name: &str, fields: &Fields) -> Result<String, Problem> {
    let entry = state.entry(name)?;
    let here = path(&entry.name);
    match fields.get("do") {
        "run" => {
            reader.notes.did(Did::AskedForRun);
            let same = |run: &RunSummary| run.cause == Cause::Asked;
            if let Some(run) = state.asked_since(&entry.name, fields.get("seen"), same)? {
                return Ok(told(&run_path(run.0), TWICE));
            }
            let run = state.ask_now(&entry, None)?;
            Ok(told(&run_path(run.0), ASKED))
        }
        what @ ("pause" | "resume") => {
            own(&entry)?;
            reader.notes.what(format!("{} {what}", entry.name));
            let pause = what == "pause";
            let text = paused(&entry, pause)?;
            state.schedules.definitions.save(&entry.name, &text)?;
            Ok(told(&here, if pause { "paused" } else { "resumed" }))
        }
        "acknowledge" => {
            reader.notes.did(Did::AcknowledgedAlert);
            state.acknowledge(&entry, reader)?;
            Ok(told(&here, "acknowledged"))
        }
        "remove" => {
            own(&entry)?;
            reader.notes.what(format!("{} remove", entry.name));
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
) -> HttpResponse {
    let shown = previewed(reader.clone(), state.clone(), name.into_inner()).await;
    or_page(&state, &reader, shown)
}

async fn previewed(
    reader: Reader,
    state: web::Data<State>,
    name: String,
) -> Result<HttpResponse, Problem> {
    let shown = blocking(move || {
        let entry = state.entry(&name)?;
        Ok(state.preview(&entry)?.map_err(|why| {
            let zone = zone(&state);
            no_preview(&stage(&state, &reader, &zone), &entry, &why)
        }))
    });
    Ok(match shown.await? {
        Ok(bytes) => answer::document("text/html; charset=utf-8", bytes),
        Err(page) => answer::html(StatusCode::CONFLICT, page),
    })
}

#[cfg(test)]
mod tests {
    use crate::fixture::{Fixture, LOG, NOW, run_of};

    const WEEKLY: &str = "# Ours, for the team.
title = \"Weekly\"
range = \"previous week\"
formats = [\"csv\"]

[schedule]
when = \"weekly monday 08:00 Europe/Tallinn\" # after breakfast

[[recipient]]
mail = [\"ann@example.com\"]
";

    /// One that fires at any time over `LOG`.
    const ALERT: &str = "title = \"Drop-off\"
[ask]
from = \"-30d\"
to = \"-48h\"
[schedule]
when = \"hourly UTC\"
[alert]
on = \"drop_off_rate\"
state = \"camera\"
above = 0.001
minimum = 1
";

    #[actix_web::test]
    async fn a_page_says_when_to_whom_and_what() {
        let fixture = Fixture::of(LOG);
        fixture.define("weekly", WEEKLY);
        let got = fixture.get("/reports/weekly").await;
        assert_eq!(got.status, 200);
        for says in [
            "every Monday at 08:00, Europe/Tallinn, to 1 recipient",
            "Mon 6 Apr 2026 08:00",
            "ann@example.com",
            "previous week",
            "It has not run yet.",
            "# after breakfast",
        ] {
            assert!(got.body.contains(says), "{says}: {}", got.body);
        }
    }

    #[actix_web::test]
    async fn another_schedule_holds_on_the_page_before_the_scheduler_has_seen_it() {
        let fixture = Fixture::of(LOG);
        fixture.define("weekly", WEEKLY);
        fixture.tick(NOW);
        fixture.define("weekly", &WEEKLY.replace("monday 08:00", "friday 17:30"));
        let got = fixture.get("/reports/weekly").await;
        assert!(got.body.contains("Fri 3 Apr 2026 17:30"), "{}", got.body);
        assert!(!got.body.contains("Mon 6 Apr 2026 08:00"), "the old instant is told");
        let all = fixture.json("/api/v1/schedules/weekly", 200).await;
        assert_eq!(all["schedule"]["next_at"], "2026-04-03T14:30:00Z");
    }

    #[actix_web::test]
    async fn it_runs_by_hand_once_for_each_time_it_is_asked() {
        let fixture = Fixture::of(LOG);
        fixture.define("weekly", WEEKLY);
        let run = fixture.post("/reports/weekly", "do=run&seen=0").await;
        assert_eq!(run.status, 303);
        assert_eq!(run.header("location"), "/reports/runs/1?done=asked");
        let twice = fixture.post("/reports/weekly", "do=run&seen=0").await;
        assert_eq!(twice.header("location"), "/reports/runs/1?done=twice");
        let got = fixture.get(twice.header("location")).await;
        assert!(got.body.contains("asked for already since you opened the page"), "{}", got.body);
        // The page of now has another button.
        let page = fixture.get("/reports/weekly").await;
        assert!(page.body.contains("name=\"seen\" value=\"1\""), "{}", page.body);
        let next = fixture.post("/reports/weekly", "do=run&seen=1").await;
        assert_eq!(run_of(next.header("location")), 2);
        // A program has seen no page, and means what it says.
        assert_eq!(run_of(fixture.post("/reports/weekly", "do=run").await.header("location")), 3);
        fixture.tick(NOW);
        let got = fixture.get("/reports/weekly").await;
        assert_eq!(got.body.matches("</span>delivered</span>").count(), 3, "{}", got.body);
    }

    #[actix_web::test]
    async fn pausing_keeps_comments_and_resuming_gives_the_text_back() {
        let fixture = Fixture::of(LOG);
        fixture.define("weekly", WEEKLY);
        let got = fixture.post("/reports/weekly", "do=pause").await;
        assert_eq!(got.header("location"), "/reports/weekly?done=paused");
        assert!(fixture.defined("weekly").unwrap().contains("# after breakfast\n"));
        assert!(fixture.get("/reports/weekly").await.body.contains("Paused: nothing is sent"));
        fixture.post("/reports/weekly", "do=resume").await;
        assert_eq!(fixture.defined("weekly").unwrap(), WEEKLY);
    }

    #[actix_web::test]
    async fn what_ships_is_neither_changed_nor_deleted() {
        let fixture = Fixture::of(LOG);
        for what in ["pause", "remove"] {
            let got = fixture.post("/reports/daily-pulse", &format!("do={what}")).await;
            assert_eq!(got.status, 409, "{what}");
            assert!(got.body.contains("ships with Weir"), "{}", got.body);
        }
        let got = fixture.post("/reports/daily-pulse", "do=dance").await;
        assert_eq!(got.status, 400);
        assert!(got.body.contains("The button is not known; nothing was changed."));
    }

    #[actix_web::test]
    async fn what_it_sent_stays_known_when_it_is_deleted() {
        let fixture = Fixture::of(LOG);
        fixture.define("weekly", WEEKLY);
        let run = fixture.ran("weekly").await;
        let got = fixture.post("/reports/weekly", "do=remove").await;
        assert_eq!(got.header("location"), "/reports?done=removed");
        assert_eq!(fixture.defined("weekly"), None);
        let got = fixture.get("/reports/weekly").await;
        assert_eq!(got.status, 404);
        assert!(got.body.contains("</bdi></code> is deleted"), "{}", got.body);
        assert!(got.body.contains(&format!("href=\"/reports/runs/{run}\"")));
        let got = fixture.get(&format!("/reports/runs/{run}")).await;
        assert_eq!(got.status, 200);
    }

    #[actix_web::test]
    async fn an_alert_that_fires_is_acknowledged_by_whoever_asks() {
        let fixture = Fixture::of(LOG);
        fixture.define("alert", ALERT);
        let got = fixture.post("/reports/alert", "do=acknowledge").await;
        assert_eq!(got.status, 409, "it was not judged yet");
        assert!(got.body.contains("does not fire, so there is nothing to acknowledge."));
        fixture.tick(NOW);
        fixture.tick("2026-03-31T13:00:01Z");
        let got = fixture.get("/reports/alert").await;
        assert!(got.body.contains("</span>firing</span>"), "{}", got.body);
        let got = fixture.post("/reports/alert", "do=acknowledge").await;
        assert_eq!(got.header("location"), "/reports/alert?done=acknowledged");
        let got = fixture.get("/reports/alert").await;
        assert!(got.body.contains("acknowledged by <bdi>this machine</bdi>"), "{}", got.body);
        assert!(!got.body.contains("value=\"acknowledge\""));
    }

    #[actix_web::test]
    async fn a_preview_is_a_document_of_its_own_that_runs_nothing() {
        let fixture = Fixture::of(LOG);
        fixture.define("weekly", WEEKLY);
        let got = fixture.get("/reports/weekly/preview").await;
        assert_eq!((got.status, got.header("content-type")), (200, "text/html; charset=utf-8"));
        assert!(got.header("content-security-policy").ends_with("sandbox"));
        assert!(got.body.contains("<h1>") && !got.body.contains("<script"));
        assert!(fixture.state().schedules.ledger.runs(None, None, 9).unwrap().is_empty());
        fixture.define("torn", "title = \"x\"\n[ask]\nby = \"nonsense\"\n");
        let got = fixture.get("/reports/torn/preview").await;
        assert_eq!(got.status, 409);
        assert!(got.body.contains("It cannot be shown as of now"), "{}", got.body);
        assert!(got.body.contains("href=\"/reports/torn\""));
    }
}
