//! `GET /sessions`: the list behind a number, and a search.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};
use maud::Markup;

use crate::analysis::{Analysis, Ask};
use crate::list::{List, Start, UnitRow};
use crate::page::{Form, Page, SessionsView, session_address, sessions};
use crate::parameters::Parameters;
use crate::problem::{Problem, blocking, echo};
use crate::reader::Reader;
use crate::{State, answer};

/// The list's own parameters, and the page's number.
const OWN: [&str; 15] = {
    let mut own = ["page"; 15];
    let mut at = 0;
    while at < crate::list::OWN.len() {
        own[at] = crate::list::OWN[at];
        at += 1;
    }
    own
};

/// The page.
pub(crate) const ANALYSIS: Analysis = Analysis { page: Page::Sessions, own: &OWN, body };

/// How many rows a page has: more than a screen shows, little enough to read.
const PAGE_ROWS: usize = 50;

/// The page; where a text is looked for that is a session's id or an attempt's, that session's.
pub(crate) async fn sessions_page(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (parameters, _) = Parameters::as_far_as_it_goes(request.query_string(), &OWN);
    if parameters.own("q").is_some() {
        let state = state.clone();
        let leads_to = blocking(move || leads_to(&state, &parameters)).await?;
        if let Some(address) = leads_to.and_then(|address| HeaderValue::from_str(&address).ok()) {
            let mut response =
                answer::bytes(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", "");
            response.headers_mut().insert(LOCATION, address);
            return Ok(response);
        }
    }
    ANALYSIS.answer(request, reader, state).await
}

/// The address of the one session that the text is the id of.
fn leads_to(state: &State, parameters: &Parameters) -> Result<Option<String>, Problem> {
    let query = state.question(&weir_report::Asked::default())?;
    // What is wrong with the parameters is said by the page.
    let Ok(List { search: Some(search), .. }) = List::read(parameters, query) else {
        return Ok(None);
    };
    let model = state.turn()?;
    let rows = search.sessions_by_id(&model);
    let Some(&first) = rows.first() else { return Ok(None) };
    let session = model.brief(first);
    if rows.iter().any(|&row| model.brief(row).id != session.id) {
        return Ok(None);
    }
    let tz = parameters.asked.tz.clone().unwrap_or_default();
    let integration = (rows.len() == 1).then_some(session.integration);
    let form = Form { tz, ..Form::default() };
    Ok(Some(session_address(&session.id.to_string(), integration, &form)))
}

fn body(ask: &Ask<'_>) -> Result<Markup, Problem> {
    let list = List::read(ask.parameters, ask.query.clone())?;
    let asked = number(ask.parameters)?;
    let (mut before, (mut count, mut rows)) = (0, rows(ask.state, &list, (asked - 1) * PAGE_ROWS)?);
    if rows.is_empty() && 0 < count {
        // Beyond the end: the last page is what was meant.
        before = (count - 1) / PAGE_ROWS * PAGE_ROWS;
        (count, rows) = self::rows(ask.state, &list, before)?;
    } else if !rows.is_empty() {
        before = (asked - 1) * PAGE_ROWS;
    }
    Ok(sessions(&SessionsView {
        list: &list,
        count,
        before,
        rows: &rows,
        page_rows: PAGE_ROWS,
        form: ask.form,
        pinned: &ask.pinned,
        catalogue: &ask.catalogue,
    }))
}

/// The list's length, and a page of it.
fn rows(state: &State, list: &List, before: usize) -> Result<(usize, Vec<UnitRow>), Problem> {
    list.answer(
        state,
        |_| Ok(Start::After(before)),
        PAGE_ROWS,
        |model, slice| {
            (slice.count, slice.units.iter().map(|unit| UnitRow::of(model, unit)).collect())
        },
    )
}

/// Pages beyond this have no rows: a model holds at most 2^32 sessions.
const PAGE_MAX: usize = 100_000_000;

fn number(parameters: &Parameters) -> Result<usize, Problem> {
    let Some(text) = parameters.own("page") else { return Ok(1) };
    text.parse().ok().filter(|page| (1..=PAGE_MAX).contains(page)).ok_or_else(|| {
        let detail = format!("`page` is `{}`: it must be a whole number from 1 on", echo(text));
        Problem::parameter("page", detail)
    })
}

#[cfg(test)]
mod tests {
    use crate::fixture::{Fixture, LOG, deliveries, delivery, event};

    /// The page's heading without its markup.
    fn heading(body: &str) -> String {
        let (_, rest) = body.split_once("<h1>").unwrap();
        let (heading, _) = rest.split_once("</h1>").unwrap();
        let mut text = String::new();
        let mut inside = false;
        for c in heading.chars() {
            match c {
                '<' => inside = true,
                '>' => inside = false,
                c if !inside => text.push(c),
                _ => {}
            }
        }
        text.replace('\u{a0}', " ")
    }

    fn rows(body: &str) -> usize {
        body.matches("<th scope=\"row\">").count()
    }

    #[actix_web::test]
    async fn the_heading_says_which_sessions_these_are() {
        let fixture = Fixture::of(LOG);
        for (query, want) in [
            ("", "5 sessions: begun 1 March 2026 12:00 to 31 March 2026 12:00"),
            (
                "from=2026-03-14&to=2026-03-15&state=camera&outcome=cancelled&outcome=stalled",
                "1 session: cancelled or stalled at camera, begun on 14 March 2026",
            ),
            (
                "from=2026-03-01&to=2026-04-01&state=&reason=quit&reason=",
                "No sessions: last seen at no known screen for the reason no given reason or quit, \
                 begun 1 to 31 March 2026",
            ),
            (
                "from=2026-03-01&to=2026-04-01&hour=9&weekday=2&time_to=submit&seconds_min=60\
                 &seconds_below=600",
                "1 session: submitted after 1 min to 10 min, on a Tuesday, between 09:00 and 10:00, \
                 begun 1 to 31 March 2026",
            ),
            (
                "from=2026-03-01&to=2026-04-01&at_risk=client_started&unit=attempt",
                "1 attempt: that got as far as Client started, begun 1 to 31 March 2026",
            ),
            (
                "from=1970-01-01&q=ann",
                "2 sessions: with the id, end-user or reference ann, begun at any time",
            ),
        ] {
            let got = fixture.get(&format!("/sessions?{query}")).await;
            assert_eq!((got.status, heading(&got.body).as_str()), (200, want), "{query}");
        }
    }

    /// Whatever the page's heading counts, the API counts, and the rows are those.
    #[actix_web::test]
    async fn the_count_is_the_apis_and_the_rows_are_those_of_the_list() {
        let fixture = Fixture::of(LOG);
        for query in
            ["", "unit=attempt&sort=state", "unit=end_user", "outcome=cancelled", "attempts=2"]
        {
            let page = fixture.get(&format!("/sessions?{query}")).await.body;
            let api = fixture.json(&format!("/api/v1/sessions?{query}"), 200).await;
            let count = api["count"].as_u64().unwrap();
            assert!(heading(&page).starts_with(&format!("{count} ")), "{query}");
            assert_eq!(rows(&page), api["sessions"].as_array().unwrap().len());
            let mut rest = page.as_str();
            for row in api["sessions"].as_array().unwrap() {
                let at = rest.find(&format!("/sessions/{}?", row["id"].as_str().unwrap())).unwrap();
                rest = &rest[at + 1..];
            }
        }
    }

    #[actix_web::test]
    async fn a_long_list_has_pages_that_stay_as_they_are() {
        let mut log = Vec::new();
        for number in 1..=120 {
            log.push(delivery("20T09:00", "main", event(&number.to_string(), 7001, None, None)));
        }
        let mut fixture = Fixture::with(log, |_| ());
        let first = fixture.get("/sessions?outcome=stalled").await.body;
        assert_eq!(rows(&first), 50);
        assert!(first.contains("1–50 of 120") && !first.contains("rel=\"prev\""), "{first}");
        let (_, link) = first.split_once("rel=\"next\" href=\"").unwrap();
        let next = link.split_once('"').unwrap().0.replace("&amp;", "&");
        assert!(next.contains("as_of=2026-03-31T12:00:00Z") && next.contains("page=2"), "{next}");
        fixture.append(&deliveries("31T11:00 999 7001"));
        let second = fixture.get(&next).await.body;
        assert!(second.contains("51–100 of 120") && rows(&second) == 50);
        let last = fixture.get("/sessions?outcome=stalled&page=99").await.body;
        assert!(last.contains("101–120 of 120") && !last.contains("rel=\"next\""));
        // Another question begins on its first page.
        assert!(!second.contains("name=\"page\""));
        assert_eq!(fixture.get("/sessions?page=0").await.status, 400);
    }

    #[actix_web::test]
    async fn a_head_sorts_by_its_column_and_then_the_other_way() {
        let fixture = Fixture::of(LOG);
        let page = fixture.get("/sessions").await.body;
        assert!(
            page.contains("aria-sort=\"descending\"><a href=\"/sessions?order=asc\">Begun"),
            "{page}"
        );
        assert!(page.contains("<a href=\"/sessions?sort=state\">Screen"));
        let page = fixture.get("/sessions?sort=state").await.body;
        assert!(
            page.contains(
                "aria-sort=\"ascending\"><a href=\"/sessions?sort=state&amp;order=desc\">Screen"
            ),
            "{page}"
        );
        assert_eq!(page.matches("aria-sort").count(), 1);
    }

    #[actix_web::test]
    async fn what_applies_beyond_the_filters_is_taken_off_by_itself() {
        let fixture = Fixture::of(LOG);
        let query = "/sessions?outcome=submitted&recovered_state=&time_to=submit&seconds_min=60";
        let page = fixture.get(query).await.body;
        assert!(
            page.contains("href=\"/sessions?outcome=submitted&amp;recovered_state=\""),
            "{page}"
        );
        let without = "/sessions?outcome=submitted&amp;time_to=submit&amp;seconds_min=60\"";
        assert!(page.contains(without), "{page}");
    }

    #[actix_web::test]
    async fn an_id_leads_to_its_session() {
        let mut log = deliveries(LOG);
        log.push(delivery("20T09:00", "test", event("1", 7001, None, None)));
        let fixture = Fixture::with(log, |_| ());
        let to = async |query: &str| {
            let got = fixture.get(&format!("/sessions?{query}")).await;
            (got.status, got.header("location").to_owned())
        };
        let session = "/sessions/00000000-0000-0000-0000-000000000003?integration=main";
        let three = "00000000-0000-0000-0000-000000000003";
        assert_eq!(to(&format!("q=%20{three}%20")).await, (303, session.to_owned()));
        let attempt = "q=00000000-0000-0000-0002-000000000003&tz=Europe/Tallinn";
        assert_eq!(to(attempt).await, (303, format!("{session}&tz=Europe%2FTallinn")));
        // Two integrations have it: its page asks which is meant.
        let one = "/sessions/00000000-0000-0000-0000-000000000001";
        assert_eq!(to("q=00000000-0000-0000-0000-000000000001").await, (303, one.to_owned()));
        let got = fixture.get("/sessions?q=nobody&from=1970-01-01").await;
        assert_eq!(got.status, 200);
        assert!(got.body.contains("Nothing is called exactly that"));
    }

    #[actix_web::test]
    async fn names_from_outside_do_no_harm() {
        let hostile = format!("<script>alert(1)</script>\u{202e}{}", "x".repeat(300));
        let log =
            vec![delivery("30T09:00", "main", event("1", 7010, Some(&hostile), Some(&hostile)))];
        let fixture = Fixture::with(log, |_| ());
        let q = "q=%3Cscript%3Ealert(1)%3C/script%3E%E2%80%AE";
        for query in
            ["", q, "at_risk=%3Cscript%3Ealert(1)", "recovered_reason=%3Cscript%3Ealert(1)"]
        {
            let got = fixture.get(&format!("/sessions?{query}")).await;
            assert_eq!(got.status, 200);
            assert!(!got.body.contains("<script>alert"), "{query}");
            // A field of a form holds what was entered; what is read aloud and shown does not turn.
            let (_, shown) = got.body.split_once("<h1>").unwrap();
            let table = shown.find("<table").unwrap_or(shown.len());
            assert!(
                !shown[table..].contains('\u{202e}') && !heading(&got.body).contains('\u{202e}')
            );
        }
    }

    /// The links to lists whose whole text is a count: that count, and the list's query.
    fn counts(body: &str) -> Vec<(u64, String)> {
        let mut found = Vec::new();
        for link in body.split("href=\"/sessions?").skip(1) {
            let (query, rest) = link.split_once('"').unwrap();
            let (_, rest) = rest.split_once('>').unwrap();
            let (text, _) = rest.split_once('<').unwrap();
            if let Ok(count) = text.replace(',', "").parse() {
                found.push((count, query.replace("&amp;", "&")));
            }
        }
        found
    }

    #[actix_web::test]
    async fn every_count_on_every_page_is_that_of_the_list_it_leads_to() {
        let camera = "camera_access_blocked_screen_shown";
        let more = format!(
            "11T09:00 11@ann 7001\n11T09:05 11@ann 7010 {camera} quit_session_confirmed\n\
             11T09:45 11@ann 7002\n12T23:30 12 7010 {camera} error_screen_exit_clicked\n\
             13T09:00 13 7010 document_front_screen_shown quit_session_confirmed\n\
             13T10:00 14 7010 {camera} mobile_handover_screen_shown\n13T10:00 15 7009\n\
             14T10:00 15 7010 {camera} quit_session_confirmed\n14T10:00 16 7011\n"
        );
        let fixture = Fixture::of(&[LOG, &more].concat());
        let screen = format!("/screens?screen={camera}");
        let pages =
            ["/", "/funnel", "/screens", &screen, "/reasons", "/matrix", "/time", "/compare"];
        for page in pages {
            let mut checked = 0;
            for question in ["", "unit=attempt&tz=Asia/Kathmandu", "unit=end_user&integration=main"]
            {
                let mark = if page.contains('?') { '&' } else { '?' };
                let body = fixture.get(&format!("{page}{mark}{question}")).await.body;
                for (count, query) in counts(&body) {
                    let list = format!("/api/v1/sessions?limit=1&{query}");
                    assert_eq!(fixture.json(&list, 200).await["count"], count, "{page} {query}");
                    checked += 1;
                }
            }
            assert!(3 < checked, "{page} leads to {checked} lists");
        }
    }
}
