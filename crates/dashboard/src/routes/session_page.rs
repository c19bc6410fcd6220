//! `GET /sessions/{id}`: one session's story.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use maud::Markup;

use super::session::AskedFor;
use crate::entrance::Holder;
use crate::history::Neighbours;
use crate::page::{Form, Frame, Page, SessionView, session, session_choice, session_refused};
use crate::parameters::Parameters;
use crate::problem::{Problem, blocking};
use crate::reveal::Sight;
use crate::{State, answer};

/// The page's parameters besides the API's: the zone that it is told in.
const OWN: [&str; 1] = ["tz"];
/// All of them, for links that keep them.
const KEPT: [&str; 4] = ["integration", "as_of", "window", "tz"];

/// The page. What is wrong with the address is a page too.
pub(crate) async fn session_page(
    request: HttpRequest,
    id: web::Path<String>,
    holder: Holder,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let sight = state.reveal.sight(&holder);
    let form = form(&request, &state.timezone_default);
    let told = match AskedFor::read(&request, &id, &state, &OWN) {
        Ok(asked) => {
            let (state, form) = (state.clone(), form.clone());
            blocking(move || tell(&state, sight, &asked, &form)).await
        }
        Err(problem) => Err(problem),
    };
    let (status, content) = match told {
        Ok(content) => (StatusCode::OK, content),
        Err(problem) => (problem.status_code(), instead(&problem, &form)),
    };
    let frame = Frame {
        title: "Session",
        page: Some(Page::Sessions),
        form: Some(&Form { as_of: String::new(), ..form }),
        reader: &holder.reader,
        demo: state.demo,
    };
    Ok(answer::html(status, frame.around(&content)))
}

fn tell(state: &State, sight: Sight, asked: &AskedFor, form: &Form) -> Result<Markup, Problem> {
    let mut found = asked.session(state)?;
    let neighbours = Neighbours::of(state, &found, &asked.query)?;
    state.reveal.session(sight, &mut found);
    Ok(session(&SessionView {
        session: &found,
        neighbours: &neighbours,
        query: &asked.query,
        form,
        catalogue: &state.catalogue(),
    }))
}

fn instead(problem: &Problem, form: &Form) -> Markup {
    match problem {
        Problem::Ambiguous { id, integrations } => session_choice(id, integrations, form),
        Problem::NotFound(detail) => session_refused("There is no such session", detail),
        Problem::Parameter { detail, .. } => {
            session_refused("This address cannot be taken", detail)
        }
        other => session_refused("The page could not be made", &other.to_string()),
    }
}

/// What links on the page keep.
fn form(request: &HttpRequest, timezone_default: &str) -> Form {
    let read = Parameters::only(request.query_string(), &KEPT).unwrap_or_default();
    let own = |name| read.own(name).unwrap_or_default().to_owned();
    let zone = if timezone_default == "UTC" { "" } else { timezone_default };
    let tz = read.own("tz").unwrap_or(zone).to_owned();
    Form { tz, as_of: own("as_of"), window: own("window"), ..Form::default() }
}

#[cfg(test)]
mod tests {
    use crate::fixture::{Fixture, LOG, deliveries, delivery, event};

    fn path(number: u32, query: &str) -> String {
        format!("/sessions/{}?{query}", uuid::Uuid::from_u128(number.into()))
    }

    /// The text of a part of the page, without markup and with single spaces.
    fn text(markup: &str) -> String {
        let mut text = String::new();
        let mut inside = false;
        for c in markup.chars() {
            match c {
                '<' => {
                    inside = true;
                    text.push(' ');
                }
                '>' => inside = false,
                c if !inside => text.push(c),
                _ => {}
            }
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn between<'a>(body: &'a str, start: &str, end: &str) -> &'a str {
        let (_, rest) = body.split_once(start).unwrap_or_else(|| panic!("no {start} in {body}"));
        rest.split_once(end).unwrap().0
    }

    async fn heading(fixture: &Fixture, path: &str) -> String {
        let got = fixture.get(path).await;
        assert_eq!(got.status, 200, "{path}");
        assert_eq!(got.body.matches("<h1>").count(), 1);
        text(between(&got.body, "<h1>", "</h1>"))
    }

    #[actix_web::test]
    async fn the_heading_says_what_became_of_it() {
        let fixture = Fixture::of(LOG);
        for (number, query, want) in [
            (1, "", "Submitted 5 min after it began"),
            (2, "", "Cancelled at consent , because: quit"),
            (3, "", "Cancelled at camera , because: quit"),
            (4, "", "Stalled: neither submitted nor left within 7 d"),
            (4, "as_of=2026-03-16T11:30:00Z", "In progress, begun 2 h 30 min ago"),
            (5, "", "Handed over to the phone, still open"),
            (5, "window=1h", "Lost in handover: sent to the phone, and nothing came for 1 h"),
        ] {
            assert_eq!(heading(&fixture, &path(number, query)).await, want);
        }
    }

    #[actix_web::test]
    async fn each_delivery_is_told_in_words() {
        let log = "10T09:00 1@ann 7002\n10T09:01 1@ann 7001\n10T10:03 1@ann 7001\n\
                   10T11:00 1@ann 7010 camera_access_blocked_screen_shown quit_session_confirmed\n\
                   11T11:05 1@ann 7123";
        let got = Fixture::of(log).get(&path(1, "tz=Europe/Tallinn")).await.body;
        let rows: Vec<_> = between(&got, "<tbody>", "</tbody>")
            .split("</tr>")
            .map(|row| text(row).replace('\u{a0}', " "))
            .collect();
        let starts = |row: &str, want: &str| assert!(row.starts_with(want), "{row}");
        starts(&rows[0], "2026-03-10 11:00:00.000 submitted Raw body, 2");
        starts(&rows[1], "11:01:00.000 started late Raw body");
        starts(
            &rows[2],
            "12:03:00.000 the same again: started, resent 1 h 2 min after delivery 2 resend",
        );
        starts(
            &rows[3],
            "13:00:00.000 cancelled · Camera access blocked · Quit the session Raw body",
        );
        starts(
            &rows[4],
            "2026-03-11 13:05:00.000 something that Weir does not know: code 7123, action something_new unknown code",
        );
        assert!(rows[4].ends_with(" 5"), "{}", rows[4]);
        let way = text(between(&got, "<ol class=\"path\"", "</ol>"));
        assert!(way.contains("Submitted 2026-03-10 11:00:00, by delivery 1"), "{way}");
    }

    #[actix_web::test]
    async fn attempts_stand_apart() {
        let got = Fixture::of(LOG).get(&path(3, "")).await.body;
        assert_eq!(got.matches("<table class=\"story\">").count(), 2);
        let second = between(&got, "Attempt 2", "</table>");
        assert_eq!(second.matches("<tr id=").count(), 1);
        assert!(second.contains("id=\"d7\""));
    }

    #[actix_web::test]
    async fn neighbours_lead_on_and_all_of_them_is_the_list() {
        let fixture = Fixture::of(LOG);
        let got = fixture.get(&path(1, "")).await.body;
        let (_, beside) = got.split_once("Others of this end-user").unwrap();
        let (beside, reference) = beside.split_once("Others with this reference").unwrap();
        assert!(
            beside.contains(&uuid::Uuid::from_u128(4).to_string()) && beside.contains("Stalled")
        );
        assert!(text(beside).contains("All 2 , this one among them"), "{}", text(beside));
        let link = between(beside, "<a href=\"/sessions?", "\"").replace("&amp;", "&");
        let list = fixture.json(&format!("/api/v1/sessions?{link}"), 200).await;
        assert_eq!(list["count"], 2, "{link}");
        assert!(text(reference).contains("No other session of this integration has it."));
    }

    #[actix_web::test]
    async fn what_names_no_session_is_a_page_that_leads_on() {
        let mut log = deliveries("10T09:00 1 7001");
        log.push(delivery("10T09:30", "<b>test", event("1", 7001, None, None)));
        let fixture = Fixture::with(log, |_| ());
        let got = fixture.get(&path(1, "tz=Europe/Tallinn")).await;
        assert_eq!((got.status, got.header("content-type")), (409, "text/html; charset=utf-8"));
        let link = path(1, "integration=%3Cb%3Etest&amp;tz=Europe%2FTallinn");
        assert!(got.body.contains(&format!("href=\"{link}\"")), "{}", got.body);
        assert!(!got.body.contains("<b>test"));
        let got = fixture.get(&link.replace("&amp;", "&")).await;
        assert_eq!(got.status, 200);
        assert!(got.body.contains("11:30:00.000"));
        assert_eq!(fixture.get(&path(77, "")).await.status, 404);
        let got = fixture.get("/sessions/12?tz=UTC").await;
        assert_eq!((got.status, got.body.contains("which is a UUID")), (400, true));
        let got = fixture.get(&path(1, "integration=main&tz=Mars/Base")).await;
        assert_eq!((got.status, got.body.contains("IANA time zone")), (400, true));
    }

    #[actix_web::test]
    async fn five_hundred_deliveries_are_told_as_far_as_anybody_reads() {
        let mut log = vec![delivery("10T09:00", "main", event("1", 7001, None, None))];
        for minute in 0..499 {
            let at = format!("11T{:02}:{:02}", minute / 60, minute % 60);
            log.push(delivery(&at, "main", event("1", 7001, None, None)));
        }
        let got = Fixture::with(log, |_| ()).get(&path(1, "")).await;
        assert_eq!(got.body.matches("<tr id=").count(), 200);
        assert!(text(&got.body).contains("And 300 deliveries more."));
        assert!(got.body.len() < 200_000, "{}", got.body.len());
    }

    #[actix_web::test]
    async fn names_and_bodies_from_outside_do_no_harm() {
        let hostile = format!("<script>alert(1)</script>\u{202e}\"'{}", "x".repeat(300));
        let mut body = event("1@<b>ann", 7010, Some(&hostile), Some(&hostile));
        body.extend(b"  \n");
        let fixture = Fixture::with(vec![delivery("10T09:00", "main", body)], |_| ());
        let got = fixture.get(&path(1, "")).await;
        assert_eq!(got.status, 200);
        for harm in ["<script>alert", "<b>ann", "\u{202e}"] {
            assert!(!got.body.contains(harm), "{harm}");
        }
        assert!(got.body.contains("<pre tabindex=\"0\">{&quot;"), "{}", got.body);
        assert!(text(&got.body).contains("1 delivery, by the time of receipt"), "{}", got.body);
    }
}
