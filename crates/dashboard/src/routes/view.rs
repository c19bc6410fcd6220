//! `GET` and `POST /views/{id}`: one saved view, to be renamed or deleted.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use maud::Markup;
use weir_access::{AccessError, View, ViewId};

use super::views::{around, back, beside, way_of, zone};
use crate::fields::{Fault, Fields};
use crate::kept::number;
use crate::page::view as page;
use crate::problem::{Problem, blocking};
use crate::reader::Reader;
use crate::{State, answer};

/// The view.
pub(crate) async fn view(
    reader: Reader,
    state: web::Data<State>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let markup = blocking(move || {
        let view = state.views().view(ViewId::new(number(&id)?))?;
        Ok(shown(&state, &reader, &view, &view.name, None))
    });
    Ok(answer::html(StatusCode::OK, markup.await?))
}

/// A form of it as it was sent.
pub(crate) async fn change(
    reader: Reader,
    state: web::Data<State>,
    id: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&reader, &body)?;
    let id = ViewId::new(number(&id)?);
    match blocking(move || changed(&state, &reader, id, &fields)).await? {
        Ok(done) => Ok(answer::see_other(&back(done))),
        Err(markup) => Ok(answer::html(StatusCode::BAD_REQUEST, markup)),
    }
}

/// What was done; the page again where the name cannot be taken.
fn changed(
    state: &State,
    reader: &Reader,
    id: ViewId,
    fields: &Fields,
) -> Result<Result<&'static str, Markup>, Problem> {
    let view = changeable(state, reader, id)?;
    if fields.get("do") == "remove" {
        state.views().remove_view(id, state.clock.now())?;
        return Ok(Ok("removed"));
    }
    let name = fields.get("name");
    match state.views().rename_view(id, name) {
        Ok(_) => Ok(Ok("renamed")),
        Err(AccessError::Refused(refusal)) => {
            let wrong = beside("name", refusal);
            Ok(Err(shown(state, reader, &view, name, Some(&wrong))))
        }
        Err(other) => Err(other.into()),
    }
}

/// The view, if this reader may change it.
pub(super) fn changeable(state: &State, reader: &Reader, id: ViewId) -> Result<View, Problem> {
    let view = state.views().view(id)?;
    let zone = zone(state);
    if around(state, reader, &zone).may_change(&view) {
        return Ok(view);
    }
    let why = "a view is changed by who saved it, and by operators; nothing was changed";
    Err(Problem::Forbidden(why.to_owned()))
}

fn shown(state: &State, reader: &Reader, view: &View, name: &str, wrong: Option<&Fault>) -> Markup {
    let zone = zone(state);
    let way = way_of(state, &view.page, &view.query);
    page(&around(state, reader, &zone), view, &way, name, wrong)
}

#[cfg(test)]
mod tests {
    use weir_access::Role;

    use super::super::views::tests::reader;
    use crate::fixture::{Fixture, LOG};

    #[actix_web::test]
    async fn a_view_is_changed_by_who_saved_it_and_by_operators() {
        let fixture = Fixture::of(LOG);
        let (ann, ben) = (reader("Ann", Role::Viewer), reader("Ben", Role::Viewer));
        let olga = reader("Olga", Role::Operator);
        let saved = "name=Weekly&page=overview&query=from%3D-7d&csrf=c";
        assert_eq!(fixture.post_as(&ann, "/views", saved).await.status, 303);
        let path = "/views/1";
        let got = fixture.post_as(&ben, path, "do=rename&name=Mine&csrf=c").await;
        assert_eq!(got.status, 403);
        assert_eq!(fixture.post_as(&ben, path, "do=remove&csrf=c").await.status, 403);
        assert!(!fixture.get_as(&ben, path).await.body.contains("Delete this view"));
        let got = fixture.post_as(&ann, path, "do=rename&name=Mine&csrf=c").await;
        assert_eq!((got.status, got.header("location")), (303, "/views?done=renamed"));
        let got = fixture.post_as(&ann, path, "do=rename&name=+&csrf=c").await;
        assert_eq!(got.status, 400);
        assert!(got.body.contains("aria-invalid=\"true\"") && got.body.contains("<bdi>Mine</bdi>"));
        let got = fixture.post_as(&olga, path, "do=remove&csrf=c").await;
        assert_eq!((got.status, got.header("location")), (303, "/views?done=removed"));
        assert_eq!(fixture.get_as(&ann, path).await.status, 404);
    }
}
