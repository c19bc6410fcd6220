//! `GET /shares/new`: the form for a share link. `POST /shares`: the link. `POST /shares/{id}`: its end.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use maud::Markup;
use weir_access::{AccessError, NewShare, Refusal, Secret, Share, ShareId, ViewId};
use weir_domain::Timestamp;
use weir_report::Zone;

use super::views::{around, back, beside, way, zone};
use crate::fields::{Fault, Fields};
use crate::kept::{Kept, number};
use crate::page::{in_text, made, new_share};
use crate::parameters::Parameters;
use crate::problem::{Problem, blocking};
use crate::reader::Reader;
use crate::{State, answer};

/// How long a link lasts where nothing else is chosen.
const DAYS_DEFAULT: &str = "30";
const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;

/// What a link is made of: a saved view, or a page as it is looked at.
struct Source {
    view: Option<ViewId>,
    kept: Kept,
    title: String,
}

/// The form.
pub(crate) async fn new(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::only(request.query_string(), &["view", "page", "query"])?;
    let markup = blocking(move || {
        let own = |name: &str| parameters.own(name).unwrap_or_default();
        let source = Source::read(&state, own("view"), own("page"), own("query"))?;
        Ok(source.form(&state, &reader, &source.title, (DAYS_DEFAULT, ""), None))
    });
    Ok(answer::html(StatusCode::OK, markup.await?))
}

/// The form as it was sent: the link, which is shown this once.
pub(crate) async fn make(
    reader: Reader,
    state: web::Data<State>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&reader, &body)?;
    let (status, markup) = blocking(move || done(&state, &reader, &fields)).await?;
    Ok(answer::html(status, markup))
}

/// Ends a link.
pub(crate) async fn revoke(
    reader: Reader,
    state: web::Data<State>,
    id: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    Fields::read(&reader, &body)?;
    blocking(move || {
        state.views().revoke_share(ShareId::new(number(&id)?), state.clock.now())?;
        Ok(())
    })
    .await?;
    Ok(answer::see_other(&back("revoked")))
}

fn done(state: &State, reader: &Reader, fields: &Fields) -> Result<(StatusCode, Markup), Problem> {
    let [view, page, query] = ["view", "page", "query"].map(|name| fields.get(name));
    let source = Source::read(state, view, page, query)?;
    let (title, days, until) = (fields.get("title"), fields.get("days"), fields.get("until"));
    let again = |wrong: &Fault| {
        let form = source.form(state, reader, title, (days, until), Some(wrong));
        Ok((StatusCode::BAD_REQUEST, form))
    };
    let zone = zone(state);
    let Some(expires_at) = expiry(days, until, state.clock.now(), &zone) else {
        let sentence = "choose after how many days, or write a day as 2026-01-31".to_owned();
        return again(&Fault { name: "until", sentence });
    };
    match source.share(state, reader, title, expires_at) {
        Ok((share, secret)) => {
            reader.notes.what(format!("{} made", share.id.get()));
            let address = address_of(state, &secret);
            let around = around(state, reader, &zone);
            Ok((StatusCode::OK, made(&around, &share, &way(state, &source.kept), &address)))
        }
        Err(AccessError::Refused(refusal)) => {
            let field = if refusal == Refusal::ShareEnds { "until" } else { "title" };
            again(&beside(field, refusal))
        }
        Err(other) => Err(other.into()),
    }
}

impl Source {
    fn read(state: &State, view: &str, page: &str, query: &str) -> Result<Source, Problem> {
        if view.is_empty() {
            let kept = Kept::shareable(state, page, query)?;
            let words = in_text(&kept.form, &state.catalogue());
            let title = format!("{}: {words}", kept.page.title()).chars().take(80).collect();
            return Ok(Source { view: None, kept, title });
        }
        let none = || Problem::parameter("view", "`view` is no number of a saved view");
        let view = state.views().view(ViewId::new(view.parse().map_err(|_| none())?))?;
        let kept = Kept::shareable(state, &view.page, &view.query)?;
        Ok(Source { view: Some(view.id), kept, title: view.name })
    }

    fn form(
        &self,
        state: &State,
        reader: &Reader,
        title: &str,
        ends: (&str, &str),
        wrong: Option<&Fault>,
    ) -> Markup {
        let zone = zone(state);
        let around = around(state, reader, &zone);
        let (view, query) = (self.view.map(|view| view.get().to_string()), self.kept.query());
        let hidden = match &view {
            Some(view) => vec![("view", view.as_str())],
            None => vec![("page", self.kept.page.name()), ("query", query.as_str())],
        };
        new_share(&around, &hidden, &way(state, &self.kept), title, ends, wrong)
    }

    fn share(
        &self,
        state: &State,
        reader: &Reader,
        title: &str,
        expires_at: Timestamp,
    ) -> Result<(Share, Secret), AccessError> {
        let new = NewShare {
            title,
            page: self.kept.page.name(),
            query: &self.kept.query(),
            view: self.view,
            maker: reader.name.as_deref(),
            expires_at,
        };
        state.views().add_share(new, state.clock.now())
    }
}

/// When it ends: after so many days, or at the end of a day in this zone.
fn expiry(days: &str, until: &str, now: Timestamp, zone: &Zone) -> Option<Timestamp> {
    if days != "until" {
        let days = ["7", "30", "90"].into_iter().find(|known| *known == days)?;
        return Some(now.plus_us(days.parse::<i64>().ok()? * DAY_US));
    }
    let day: jiff::civil::Date = until.trim().parse().ok()?;
    let end = day.tomorrow().ok()?.to_zoned(zone.rules().clone()).ok()?;
    Some(Timestamp::from_micros(end.timestamp().as_microsecond()))
}

/// The whole address of what the token opens.
pub(super) fn address_of(state: &State, secret: &Secret) -> String {
    format!("{}/s/{}", state.base_url(), secret.reveal())
}

#[cfg(test)]
mod tests {
    use weir_report::Zone;

    use super::expiry;
    use crate::fixture::{Fixture, LOG, NOW};

    #[test]
    fn a_link_ends_after_days_or_with_a_day() {
        let check = |days: &str, until: &str, want: Option<&str>| {
            let zone = Zone::named("Europe/Tallinn").unwrap();
            let got = expiry(days, until, NOW.parse().unwrap(), &zone);
            assert_eq!(got.map(|at| at.to_string()).as_deref(), want, "{days} {until}");
        };
        check("7", "", Some("2026-04-07T12:00:00Z"));
        check("90", "nonsense", Some("2026-06-29T12:00:00Z"));
        check("until", "2026-04-30", Some("2026-04-30T21:00:00Z"));
        for (days, until) in [("8", ""), ("", ""), ("until", ""), ("until", "2026-02-30")] {
            check(days, until, None);
        }
    }

    #[actix_web::test]
    async fn a_link_is_made_of_a_page_and_shown_once() {
        let fixture = Fixture::of(LOG);
        let form = fixture.get("/shares/new?page=overview&query=from%3D-7d").await;
        assert_eq!(form.status, 200);
        assert!(form.body.contains("value=\"Overview: the last 7 days\""));
        let got = fixture
            .post("/shares", "page=overview&query=from%3D-7d&title=For+Bo%22%3E&days=7")
            .await;
        assert_eq!((got.status, got.header("cache-control")), (200, "no-store"));
        let token = got.body.split("http://weir.test/s/").nth(1).unwrap();
        let token = token.split(['<', '/']).next().unwrap();
        assert_eq!(token.len(), 64);
        assert!(got.body.contains("/chart.svg?width=800&amp;theme=light"));
        assert_eq!(fixture.get(&format!("/s/{token}")).await.status, 200);
        let list = fixture.get("/views").await.body;
        assert!(list.contains("1 share link is open") && !list.contains(token));
        assert!(list.contains("Overview: the last 7 days") && list.contains(">once<"));
    }

    #[actix_web::test]
    async fn a_link_of_a_view_stops_with_the_view() {
        let fixture = Fixture::of(LOG);
        fixture.post("/views", "name=Weekly&page=screens&query=from%3D-7d").await;
        let got = fixture.post("/shares", "view=1&title=Weekly&days=30").await;
        assert_eq!(got.status, 200);
        let path = got.body.split("http://weir.test").nth(1).unwrap()[..67].to_owned();
        assert_eq!(fixture.get(&path).await.status, 200);
        assert_eq!(fixture.post("/views/1", "do=remove").await.status, 303);
        assert_eq!(fixture.get(&path).await.status, 404);
    }

    #[actix_web::test]
    async fn what_cannot_be_shared_says_so() {
        let fixture = Fixture::of(LOG);
        for page in ["sessions", "health"] {
            let got = fixture.get(&format!("/shares/new?page={page}&query=")).await;
            assert_eq!(got.status, 400, "{page}");
        }
        let got = fixture.get("/shares/new?page=sessions&query=").await;
        assert!(got.body.contains("cannot be shared, because it lists people's sessions"));
        fixture.post("/views", "name=People&page=sessions&query=").await;
        assert_eq!(fixture.post("/shares", "view=1&title=x&days=7").await.status, 400);
        assert!(fixture.state().views().shares().unwrap().is_empty());
    }

    #[actix_web::test]
    async fn an_end_that_is_none_is_told_and_nothing_is_lost() {
        let fixture = Fixture::of(LOG);
        for ends in [
            "days=8",
            "days=until&until=soon",
            "days=until&until=2026-03-30",
            "days=until&until=2028-01-01",
        ] {
            let form = format!("page=overview&query=&title=Mine&{ends}");
            let got = fixture.post("/shares", &form).await;
            assert_eq!(got.status, 400, "{ends}");
            assert!(
                got.body.contains("value=\"Mine\"") && got.body.contains("aria-invalid=\"true\"")
            );
        }
    }

    #[actix_web::test]
    async fn a_link_is_revoked_from_the_list() {
        let fixture = Fixture::of(LOG);
        let got = fixture.post("/shares", "page=overview&query=&title=x&days=7").await;
        let path = got.body.split("http://weir.test").nth(1).unwrap()[..67].to_owned();
        assert_eq!(fixture.get(&path).await.status, 200);
        let got = fixture.post("/shares/1", "do=revoke").await;
        assert_eq!((got.status, got.header("location")), (303, "/views?done=revoked"));
        assert_eq!(fixture.get(&path).await.status, 404);
        assert!(fixture.get("/views").await.body.contains("No share link is open"));
        assert_eq!(fixture.post("/shares/9", "do=revoke").await.status, 404);
    }
}
