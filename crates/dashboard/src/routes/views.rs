//! `GET /views`: every saved view, and every share link. `POST /views`: one more view.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use maud::Markup;
use weir_access::{AccessError, NewView, Refusal, Role};
use weir_report::Zone;

use crate::fields::{Fault, Fields};
use crate::kept::Kept;
use crate::page::form::{Query, address};
use crate::page::{Around, Page, Way, in_words, new_view, views as page};
use crate::parameters::Parameters;
use crate::problem::{Problem, blocking};
use crate::reader::Reader;
use crate::{State, answer};

/// What was done just now.
const DONE: &str = "done";

/// The list.
pub(crate) async fn views(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::only(request.query_string(), &[DONE])?;
    let done = parameters.own(DONE).and_then(done);
    let markup = blocking(move || list(&state, &reader, done)).await?;
    Ok(answer::html(StatusCode::OK, markup))
}

/// The form for a new view.
pub(crate) async fn new(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::only(request.query_string(), &["page", "query"])?;
    let markup = blocking(move || {
        let [name, query] = ["page", "query"].map(|name| parameters.own(name).unwrap_or_default());
        let kept = Kept::read(&state, name, query)?;
        let zone = zone(&state);
        let around = around(&state, &reader, &zone);
        Ok(new_view(&around, (name, query), &way(&state, &kept), "", None))
    });
    Ok(answer::html(StatusCode::OK, markup.await?))
}

/// The form as it was sent.
pub(crate) async fn save(
    reader: Reader,
    state: web::Data<State>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&reader, &body)?;
    match blocking(move || kept(&state, &reader, &fields)).await? {
        None => Ok(answer::see_other(&back("saved"))),
        Some(markup) => Ok(answer::html(StatusCode::BAD_REQUEST, markup)),
    }
}

/// Keeps what the form says; the form again where its name cannot be taken.
fn kept(state: &State, reader: &Reader, fields: &Fields) -> Result<Option<Markup>, Problem> {
    let [name, page, query] = ["name", "page", "query"].map(|name| fields.get(name));
    let kept = Kept::read(state, page, query)?;
    let new = NewView {
        name,
        page: kept.page.name(),
        query: &kept.query(),
        maker: reader.name.as_deref(),
    };
    match state.views().add_view(new, state.clock.now()) {
        Ok(view) => {
            reader.notes.what(format!("{} made", view.id.get()));
            Ok(None)
        }
        Err(AccessError::Refused(refusal)) => {
            let wrong = beside("name", refusal);
            let zone = zone(state);
            let around = around(state, reader, &zone);
            let way = way(state, &kept);
            Ok(Some(new_view(&around, (page, query), &way, name, Some(&wrong))))
        }
        Err(other) => Err(other.into()),
    }
}

fn list(state: &State, reader: &Reader, done: Option<&str>) -> Result<Markup, Problem> {
    let views = state.views().views()?;
    let shares = if reader.role < Role::Operator { Vec::new() } else { state.views().shares()? };
    let views: Vec<_> =
        views.into_iter().map(|view| (way_of(state, &view.page, &view.query), view)).collect();
    let shares: Vec<_> =
        shares.into_iter().map(|share| (way_of(state, &share.page, &share.query), share)).collect();
    let views: Vec<_> = views.into_iter().map(|(way, view)| (view, way)).collect();
    let shares: Vec<_> = shares.into_iter().map(|(way, share)| (share, way)).collect();
    let zone = zone(state);
    Ok(page(&around(state, reader, &zone), &views, &shares, done))
}

/// The list's address, which says what was done.
pub(super) fn back(what: &str) -> String {
    let mut query = Query::default();
    query.push(DONE, what);
    address(Page::Views.path(), &query.0)
}

fn done(what: &str) -> Option<&'static str> {
    Some(match what {
        "saved" => "The view is saved.",
        "renamed" => "The view has its new name.",
        "removed" => "The view is deleted, and its share links have stopped.",
        "revoked" => "The link is revoked: it shows nothing from now on.",
        _ => return None,
    })
}

/// A refusal, beside the field that it is about on this page.
pub(super) fn beside(name: &'static str, refusal: Refusal) -> Fault {
    Fault { name, sentence: refusal.to_string() }
}

/// What the pages of views share.
pub(super) fn around<'a>(state: &State, reader: &'a Reader, zone: &'a Zone) -> Around<'a> {
    Around { reader, demo: state.demo, zone, now: state.clock.now() }
}

/// The zone in which instants are told.
pub(super) fn zone(state: &State) -> Zone {
    Zone::named(&state.timezone_default).unwrap_or_else(Zone::utc)
}

/// Where it leads, and its filters in words.
pub(super) fn way(state: &State, kept: &Kept) -> Way {
    Way {
        page: kept.page.title(),
        href: Some(kept.href()),
        words: in_words(&kept.form, &state.catalogue()),
    }
}

/// The same of what was stored, perhaps by a Weir that had other pages, or kept searches: whom one was
/// for is not said.
pub(super) fn way_of(state: &State, page: &str, query: &str) -> Way {
    match Kept::read(state, page, query) {
        Ok(kept) => way(state, &kept),
        Err(_) => Way {
            page: Page::named(page).map_or("a page that is gone", Page::title),
            href: None,
            words: maud::html! { "filters that are not kept any more" },
        },
    }
}

#[cfg(test)]
pub(super) mod tests {
    use weir_access::Role;

    use crate::fixture::{Fixture, LOG};
    use crate::reader::Reader;

    pub(in crate::routes) fn reader(name: &str, role: Role) -> Reader {
        Reader {
            name: Some(name.to_owned()),
            role,
            csrf: "c".to_owned(),
            notes: crate::audit::Notes::default(),
        }
    }

    #[actix_web::test]
    async fn a_view_is_saved_listed_and_opened() {
        let fixture = Fixture::of(LOG);
        let form = fixture.get("/views/new?page=screens&query=from%3D-7d%26state%3Dcamera").await;
        assert_eq!(form.status, 200);
        assert!(form.body.contains("the last 7 days · screen <bdi>camera</bdi>"), "{}", form.body);
        let got = fixture
            .post("/views", "name=Camera+week&page=screens&query=from%3D-7d%26state%3Dcamera")
            .await;
        assert_eq!((got.status, got.header("location")), (303, "/views?done=saved"));
        let list = fixture.get("/views?done=saved").await;
        assert!(list.body.contains("1 saved view") && list.body.contains("The view is saved."));
        assert!(
            list.body.contains("<a href=\"/screens?from=-7d&amp;state=camera\"><bdi>Camera week")
        );
        assert!(list.body.contains("this machine"));
    }

    #[actix_web::test]
    async fn a_name_that_cannot_be_taken_is_told_beside_the_field() {
        let fixture = Fixture::of(LOG);
        let form = |name: &str| format!("name={name}&page=overview&query=from%3D-7d");
        assert_eq!(fixture.post("/views", &form("Weekly")).await.status, 303);
        for name in ["weekly", "", "a%0Ab", &"x".repeat(81)] {
            let got = fixture.post("/views", &form(name)).await;
            assert_eq!(got.status, 400, "{name}");
            assert!(got.body.contains("aria-invalid=\"true\""));
            assert!(got.body.contains("name=\"query\" value=\"from=-7d\""));
        }
        assert_eq!(fixture.state().views().views().unwrap().len(), 1);
    }

    #[actix_web::test]
    async fn hostile_names_do_no_harm() {
        let fixture = Fixture::of(LOG);
        let name = "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E%3Cimg+src%3Dx%3E";
        let query = "state%3D%253Cscript%253Ealert(2)%253C%252Fscript%253E%2500%25E2%2580%25AE";
        let got = fixture.post("/views", &format!("name={name}&page=matrix&query={query}")).await;
        assert_eq!(got.status, 303, "{}", got.body);
        let id = fixture.state().views().views().unwrap()[0].id.get();
        for path in ["/views", &format!("/views/{id}"), &format!("/shares/new?view={id}")] {
            let got = fixture.get(path).await;
            assert_eq!(got.status, 200, "{path}");
            assert!(
                !got.body.contains("<script>alert") && !got.body.contains("<img src=x"),
                "{path}"
            );
            assert!(got.body.contains("&lt;script&gt;alert(2)"), "{path}");
        }
    }

    #[actix_web::test]
    async fn a_page_or_filter_that_is_none_is_refused() {
        let fixture = Fixture::of(LOG);
        for (page, query) in [("health", ""), ("overview", "from=x"), ("overview", "sort=x")] {
            let mut asked = crate::page::form::Query::default();
            asked.push("page", page);
            asked.push("query", query);
            assert_eq!(fixture.get(&format!("/views/new?{}", asked.0)).await.status, 400);
            let got = fixture.post("/views", &format!("name=x&{}", asked.0)).await;
            assert_eq!(got.status, 400);
        }
        assert!(fixture.state().views().views().unwrap().is_empty());
    }

    #[actix_web::test]
    async fn who_may_not_share_sees_no_link() {
        let fixture = Fixture::of(LOG);
        fixture.post("/views", "name=x&page=overview&query=").await;
        let viewer = fixture.get_as(&reader("Vic", Role::Viewer), "/views").await;
        assert!(viewer.body.contains("1 saved view"));
        assert!(!viewer.body.contains("share") && !viewer.body.contains("/views/1"));
    }
}
