//! `/api/v1/shares`: share links for programs.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_access::{AccessError, NewShare, Refusal, Share, ShareId, ViewId};
use weir_domain::Timestamp;

use super::shares::address_of;
use crate::json_body;
use crate::kept::{Kept, number};
use crate::parameters::Parameters;
use crate::problem::{Problem, ProblemBody, blocking};
use crate::reader::Reader;
use crate::{State, answer};

const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;

/// Every share link, those of old too, the latest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Shares)]
pub(crate) struct SharesBody {
    shares: Vec<ShareLink>,
}

/// A share link: all but what opens it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShareLink {
    id: i64,
    title: String,
    /// The page's name.
    page: String,
    /// The filters, as in the page's address.
    query: String,
    /// The number of the view that it was made of, if that is still there.
    #[schema(required)]
    view: Option<i64>,
    /// Who made it; null at a machine that is open to all.
    #[schema(required)]
    by: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// When it was ended before its time.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Timestamp>,
    /// When it was last opened.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    used_at: Option<Timestamp>,
    /// How often it was opened.
    uses: u64,
    /// Whether it opens now.
    open: bool,
}

/// A link that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MadeShare {
    share: ShareLink,
    /// The link. It is told this once, and nobody can look it up later.
    address: String,
}

/// A link to be made: of a saved view, or of a page with its filters; for so many days, or until
/// an instant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewShare)]
pub(crate) struct NewShareBody {
    /// What stands above what it shows.
    #[schema(min_length = 1, max_length = 80)]
    title: String,
    /// The number of a saved view.
    #[serde(default)]
    view: Option<i64>,
    /// The page's name, where no view is named.
    #[serde(default)]
    page: Option<String>,
    /// The filters, as in the page's address; left out for none.
    #[serde(default)]
    #[schema(max_length = 16384)]
    query: Option<String>,
    /// For how long it opens.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 366)]
    days: Option<u32>,
    /// Until when it opens, in place of `days`.
    #[serde(default)]
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

/// Every share link, those of old too, the latest first.
#[utoipa::path(
    get,
    path = "/api/v1/shares",
    tag = "views",
    responses(
        (status = 200, description = "All of them", body = SharesBody),
        (status = 400, description = "A parameter cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn shares_api(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    Parameters::only(request.query_string(), &[])?;
    let body = blocking(move || {
        let (shares, now) = (state.views().shares()?, state.clock.now());
        Ok(SharesBody {
            shares: shares.into_iter().map(|share| ShareLink::of(share, now)).collect(),
        })
    });
    Ok(answer::json(StatusCode::OK, &body.await?))
}

/// Makes a link that shows one page with its filters to whoever has it. Pages that list people's
/// sessions cannot be shared.
#[utoipa::path(
    post,
    path = "/api/v1/shares",
    tag = "views",
    request_body = NewShareBody,
    responses(
        (status = 201, description = "The link", body = MadeShare),
        (status = 400, description = "A field cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 404, description = "There is no such view", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "There are as many as may be", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON by its type", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn add_share(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let new: NewShareBody = json_body::read(&request, &body)?;
    let made = blocking(move || {
        let now = state.clock.now();
        let (view, kept) = new.of(&state)?;
        let share = NewShare {
            title: &new.title,
            page: kept.page.name(),
            query: &kept.query(),
            view,
            maker: reader.name.as_deref(),
            expires_at: new.ends(now)?,
        };
        let (share, secret) = state.views().add_share(share, now).map_err(refused)?;
        reader.notes.what(format!("{} made", share.id.get()));
        Ok(MadeShare { share: ShareLink::of(share, now), address: address_of(&state, &secret) })
    });
    Ok(answer::json(StatusCode::CREATED, &made.await?))
}

/// Ends a link at once.
#[utoipa::path(
    delete,
    path = "/api/v1/shares/{id}",
    tag = "views",
    params(("id" = i64, Path, description = "The link's number")),
    responses(
        (status = 204, description = "It opens no more"),
        (status = 400, description = "The number is none", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 404, description = "There is no such link", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn revoke_share(
    state: web::Data<State>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    blocking(move || {
        Ok(state.views().revoke_share(ShareId::new(number(&id)?), state.clock.now())?)
    })
    .await?;
    Ok(answer::nothing())
}

/// What cannot be taken, by its name in this body.
fn refused(error: AccessError) -> Problem {
    match error {
        AccessError::Refused(
            name @ (Refusal::NameEmpty | Refusal::NameLong | Refusal::NameControl),
        ) => Problem::parameter("title", name.to_string().replace("name", "title")),
        AccessError::Refused(ends @ Refusal::ShareEnds) => {
            Problem::parameter("expires_at", ends.to_string())
        }
        other => other.into(),
    }
}

impl NewShareBody {
    /// What it shows.
    fn of(&self, state: &State) -> Result<(Option<ViewId>, Kept), Problem> {
        match (self.view, &self.page, &self.query) {
            (Some(view), None, None) => {
                let view = state.views().view(ViewId::new(view))?;
                Ok((Some(view.id), Kept::shareable(state, &view.page, &view.query)?))
            }
            (None, Some(page), query) => {
                let query = query.as_deref().unwrap_or_default();
                Ok((None, Kept::shareable(state, page, query)?))
            }
            _ => {
                let detail = "name either a `view`, or a `page` with its `query`";
                Err(Problem::parameter("view", detail))
            }
        }
    }

    fn ends(&self, now: Timestamp) -> Result<Timestamp, Problem> {
        match (self.days, &self.expires_at) {
            (Some(days), None) => Ok(now.plus_us(i64::from(days).saturating_mul(DAY_US))),
            (None, Some(at)) => at.parse().map_err(|_| {
                Problem::parameter(
                    "expires_at",
                    "`expires_at` must be RFC 3339, as 2026-01-31T00:00:00Z",
                )
            }),
            _ => {
                let detail = "say either for how many `days`, or until when with `expires_at`";
                Err(Problem::parameter("days", detail))
            }
        }
    }
}

impl ShareLink {
    fn of(share: Share, now: Timestamp) -> ShareLink {
        let open = share.is_open(now);
        let Share {
            id,
            title,
            page,
            query,
            view,
            maker,
            created_at,
            expires_at,
            revoked_at,
            used_at,
            uses,
        } = share;
        ShareLink {
            id: id.get(),
            title,
            page,
            query,
            view: view.map(ViewId::get),
            by: maker,
            created_at,
            expires_at,
            revoked_at,
            used_at,
            uses,
            open,
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::Method;
    use serde_json::{Value, json};

    use crate::fixture::{Fixture, LOG};

    const SHARES: &str = "/api/v1/shares";

    async fn post(fixture: &Fixture, body: &Value) -> (u16, Value) {
        let got = fixture.post_json(SHARES, &body.to_string()).await;
        (got.status, serde_json::from_str(&got.body).unwrap())
    }

    #[actix_web::test]
    async fn a_link_is_made_listed_and_revoked() {
        let fixture = Fixture::of(LOG);
        let new = json!({"title": "Weekly", "page": "overview", "query": "from=-7d", "days": 7});
        let (status, made) = post(&fixture, &new).await;
        assert_eq!(status, 201);
        let address = made["address"].as_str().unwrap();
        let path = address.strip_prefix("http://weir.test").unwrap();
        assert_eq!(fixture.get(path).await.status, 200);
        let listed = fixture.json(SHARES, 200).await;
        assert_eq!(
            listed["shares"][0],
            json!({"id": 1, "title": "Weekly", "page": "overview", "query": "from=-7d",
                   "view": null, "by": null, "created_at": "2026-03-31T12:00:00Z",
                   "expires_at": "2026-04-07T12:00:00Z", "revoked_at": null,
                   "used_at": "2026-03-31T12:00:00Z", "uses": 1, "open": true})
        );
        assert!(!listed.to_string().contains(path.trim_start_matches("/s/")));
        assert_eq!(fixture.send(Method::DELETE, "/api/v1/shares/1", &[]).await.status, 204);
        assert_eq!(fixture.get(path).await.status, 404);
        assert_eq!(fixture.json(SHARES, 200).await["shares"][0]["open"], false);
        assert_eq!(fixture.send(Method::DELETE, "/api/v1/shares/2", &[]).await.status, 404);
    }

    #[actix_web::test]
    async fn what_cannot_be_taken_is_named() {
        let fixture = Fixture::of(LOG);
        let page = json!({"title": "x", "page": "overview", "days": 7});
        let with = |name: &str, value: Value| {
            let mut body = page.clone();
            body[name] = value;
            body
        };
        for (body, name) in [
            (with("title", json!("")), "title"),
            (with("page", json!("sessions")), "page"),
            (with("query", json!("from=x")), "from"),
            (with("days", json!(0)), "expires_at"),
            (with("days", json!(367)), "expires_at"),
            (with("days", json!(null)), "days"),
            (with("expires_at", json!("2026-04-01T00:00:00Z")), "days"),
            (with("view", json!(1)), "view"),
            (json!({"title": "x", "page": "overview", "expires_at": "soon"}), "expires_at"),
        ] {
            let (status, got) = post(&fixture, &body).await;
            assert_eq!((status, &got["parameter"]), (400, &json!(name)), "{body} {got}");
        }
        let (status, _) = post(&fixture, &json!({"title": "x", "view": 9, "days": 7})).await;
        assert_eq!(status, 404);
    }
}
