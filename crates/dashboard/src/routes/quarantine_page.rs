//! `GET /health/quarantine`: the deliveries that could not be read, with causes and bodies.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use weir_domain::Seq;
use weir_report::Zone;

use super::quarantine::{page, place};
use crate::entrance::Holder;
use crate::page::QuarantineView;
use crate::parameters::Parameters;
use crate::problem::{Problem, blocking};
use crate::{State, answer};

/// Each may show 4 KiB of a body.
const ROWS: usize = 25;

/// The page.
pub(crate) async fn quarantine_page(
    request: HttpRequest,
    holder: Holder,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::only(request.query_string(), &["cursor"])?;
    let cursor = parameters.own("cursor").filter(|cursor| !cursor.is_empty());
    let before = cursor.map_or(Ok(Seq::new(u64::MAX)), place)?;
    let sight = state.reveal.sight(&holder);
    let markup = blocking(move || {
        let found = page(&state, sight, before, ROWS)?;
        let zone = Zone::named(&state.timezone_default).unwrap_or_else(Zone::utc);
        let (reader, demo) = (&holder.reader, state.demo);
        Ok(QuarantineView { reader, demo, zone: &zone, found: &found }.page())
    })
    .await?;
    Ok(answer::html(StatusCode::OK, markup))
}

#[cfg(test)]
mod tests {
    use crate::fixture::Fixture;

    #[actix_web::test]
    async fn each_stands_with_its_cause_and_its_body_as_text() {
        let body = "<img src=x onerror=alert(1)> \u{202e}evil";
        let fixture =
            Fixture::of(&format!("30T09:00 1 7001\n30T09:01 raw {body}\n30T09:02 raw {{}}"));
        let got = fixture.get("/health/quarantine").await;
        assert_eq!(got.status, 200);
        assert!(got.body.contains("2 deliveries could not be read"), "{}", got.body);
        assert!(got.body.contains("`id` is missing"));
        assert!(got.body.contains("2026-03-30 09:01"));
        assert!(!got.body.contains("<img src=x") && !got.body.contains('\u{202e}'));
        assert!(got.body.contains("&lt;img src=x"));
    }

    #[actix_web::test]
    async fn it_comes_in_pages() {
        let log: Vec<_> = (0..30).map(|n| format!("30T09:{n:02} raw {n}x")).collect();
        let fixture = Fixture::of(&log.join("\n"));
        let got = fixture.get("/health/quarantine").await;
        assert!(got.body.contains("29x") && !got.body.contains(">4x"), "{}", got.body);
        assert!(got.body.contains("/health/quarantine?cursor=6"));
        let got = fixture.get("/health/quarantine?cursor=6").await;
        assert!(got.body.contains(">4x") && !got.body.contains("cursor="));
    }

    #[actix_web::test]
    async fn none_is_said_so() {
        let got = Fixture::of("30T09:00 1 7001").get("/health/quarantine").await;
        assert!(got.body.contains("Every delivery could be read"), "{}", got.body);
    }
}
