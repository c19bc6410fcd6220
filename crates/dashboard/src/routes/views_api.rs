//! `/api/v1/views`: saved views for programs.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_access::{NewView, View, ViewId};
use weir_domain::Timestamp;

use super::view::changeable;
use crate::json_body;
use crate::kept::{Kept, number};
use crate::parameters::Parameters;
use crate::problem::{Problem, ProblemBody, blocking};
use crate::reader::Reader;
use crate::{State, answer};

/// Every saved view, by name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Views)]
pub(crate) struct ViewsBody {
    views: Vec<SavedView>,
}

/// A page with its filters, under a name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SavedView {
    id: i64,
    name: String,
    /// The page's name: `overview`, `funnel`, `screens` and so on.
    page: String,
    /// The filters, as in the page's address. What is relative in it moves with the clock. Empty if
    /// they cannot be asked for any more.
    query: String,
    /// The page's address with these filters; null if they cannot be asked for any more.
    #[schema(required)]
    address: Option<String>,
    /// Who saved it; null at a machine that is open to all.
    #[schema(required)]
    by: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// A view to be saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewView)]
pub(crate) struct NewViewBody {
    #[schema(min_length = 1, max_length = 80)]
    name: String,
    /// The page's name.
    page: String,
    /// The filters, as in the page's address; empty for none.
    #[serde(default)]
    #[schema(max_length = 16384)]
    query: String,
}

/// A view's new name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ViewChange {
    #[schema(min_length = 1, max_length = 80)]
    name: String,
}

/// Every saved view, by name.
#[utoipa::path(
    get,
    path = "/api/v1/views",
    tag = "views",
    responses(
        (status = 200, description = "All of them", body = ViewsBody),
        (status = 400, description = "A parameter cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn views_api(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    Parameters::only(request.query_string(), &[])?;
    let body = blocking(move || {
        let views = state.views().views()?;
        let views = views.into_iter().map(|view| SavedView::of(&state, view)).collect();
        Ok(ViewsBody { views })
    });
    Ok(answer::json(StatusCode::OK, &body.await?))
}

/// Saves a page with its filters under a name that no other view has.
#[utoipa::path(
    post,
    path = "/api/v1/views",
    tag = "views",
    request_body = NewViewBody,
    responses(
        (status = 201, description = "The view", body = SavedView),
        (status = 400, description = "A field cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "There are as many as are kept", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON by its type", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn add_view(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let new: NewViewBody = json_body::read(&request, &body)?;
    let saved = blocking(move || {
        let kept = Kept::read(&state, &new.page, &new.query)?;
        let view = NewView {
            name: &new.name,
            page: kept.page.name(),
            query: &kept.query(),
            maker: reader.name.as_deref(),
        };
        let view = state.views().add_view(view, state.clock.now())?;
        reader.notes.what(format!("{} made", view.id.get()));
        Ok(SavedView::of(&state, view))
    });
    Ok(answer::json(StatusCode::CREATED, &saved.await?))
}

/// Gives a view another name; for who saved it, and for operators.
#[utoipa::path(
    post,
    path = "/api/v1/views/{id}",
    tag = "views",
    params(("id" = i64, Path, description = "The view's number")),
    request_body = ViewChange,
    responses(
        (status = 200, description = "The view", body = SavedView),
        (status = 400, description = "A field cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 403, description = "It is somebody else's", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 404, description = "There is no such view", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON by its type", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn rename_view(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
    id: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let change: ViewChange = json_body::read(&request, &body)?;
    let renamed = blocking(move || {
        let view = changeable(&state, &reader, ViewId::new(number(&id)?))?;
        let view = state.views().rename_view(view.id, &change.name)?;
        Ok(SavedView::of(&state, view))
    });
    Ok(answer::json(StatusCode::OK, &renamed.await?))
}

/// Deletes a view and stops its share links; for who saved it, and for operators.
#[utoipa::path(
    delete,
    path = "/api/v1/views/{id}",
    tag = "views",
    params(("id" = i64, Path, description = "The view's number")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 400, description = "The number is none", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 403, description = "It is somebody else's", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 404, description = "There is no such view", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn remove_view(
    reader: Reader,
    state: web::Data<State>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    blocking(move || {
        let view = changeable(&state, &reader, ViewId::new(number(&id)?))?;
        Ok(state.views().remove_view(view.id, state.clock.now())?)
    })
    .await?;
    Ok(answer::nothing())
}

impl SavedView {
    fn of(state: &State, view: View) -> SavedView {
        let View { id, name, page, query, maker, created_at } = view;
        let address = Kept::read(state, &page, &query).ok().map(|kept| kept.href());
        // A Weir before kept searches, too: whom one was for is not said.
        let query = if address.is_some() { query } else { String::new() };
        SavedView { id: id.get(), name, page, query, address, by: maker, created_at }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::Method;
    use serde_json::{Value, json};
    use weir_access::NewView;

    use crate::fixture::{Fixture, LOG, NOW};

    const VIEWS: &str = "/api/v1/views";

    #[actix_web::test]
    async fn a_view_is_saved_renamed_and_deleted() {
        let fixture = Fixture::of(LOG);
        let new = json!({"name": "Weekly", "page": "screens", "query": "from=-7d&unit="});
        let got = fixture.post_json(VIEWS, &new.to_string()).await;
        assert_eq!(got.status, 201, "{}", got.body);
        let want = json!({"id": 1, "name": "Weekly", "page": "screens", "query": "from=-7d",
            "address": "/screens?from=-7d", "by": null, "created_at": "2026-03-31T12:00:00Z"});
        assert_eq!(serde_json::from_str::<Value>(&got.body).unwrap(), want);
        assert_eq!(fixture.json(VIEWS, 200).await, json!({"views": [want]}));
        let got = fixture.post_json("/api/v1/views/1", "{\"name\": \"Other\"}").await;
        assert_eq!(got.status, 200);
        assert_eq!(fixture.json(VIEWS, 200).await["views"][0]["name"], "Other");
        assert_eq!(fixture.send(Method::DELETE, "/api/v1/views/1", &[]).await.status, 204);
        assert_eq!(fixture.send(Method::DELETE, "/api/v1/views/1", &[]).await.status, 404);
        assert_eq!(fixture.send(Method::DELETE, "/api/v1/views/x", &[]).await.status, 400);
        assert_eq!(fixture.json(VIEWS, 200).await, json!({"views": []}));
    }

    #[actix_web::test]
    async fn what_cannot_be_taken_is_named() {
        let fixture = Fixture::of(LOG);
        for (new, name) in [
            (json!({"name": " ", "page": "screens"}), "name"),
            (json!({"name": "x", "page": "health"}), "page"),
            (json!({"name": "x", "page": "screens", "query": "from=x"}), "from"),
            (json!({"name": "x", "page": "screens", "query": "x=y"}), "x"),
            (json!({"name": "x", "page": "screens", "query": "x".repeat(20_000)}), "query"),
            (json!({"name": "x", "page": "sessions", "query": "q=ann@example.com"}), "q"),
            (json!({"name": "x", "page": "sessions", "query": "q_in=vendor_data"}), "q_in"),
        ] {
            let got = fixture.post_json(VIEWS, &new.to_string()).await;
            let body: Value = serde_json::from_str(&got.body).unwrap();
            assert_eq!((got.status, &body["parameter"]), (400, &json!(name)), "{}", got.body);
        }
    }

    #[actix_web::test]
    async fn whom_a_search_was_for_is_not_told_of_one_that_was_kept() {
        let fixture = Fixture::peopled(LOG);
        let query = "q=ann@example.com&q_in=end_user_id";
        let old = NewView { name: "Old", page: "sessions", query, maker: Some("Otto") };
        fixture.state().views().add_view(old, NOW.parse().unwrap()).unwrap();
        let viewer = fixture.bearer("Ann");
        for path in [VIEWS, "/views", "/views/1"] {
            let got = fixture.send_get(path, &[("authorization", &viewer)]).await;
            assert_eq!(got.status, 200, "{path}");
            assert!(got.body.contains("Old") && !got.body.contains("ann@"), "{path}: {}", got.body);
        }
    }
}
