//! `GET /api/v1/audit`: who saw, took along, changed and erased what, for owners.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;
use weir_audit::{Deed, Did, ENTRIES_MAX, Filter};
use weir_domain::Timestamp;
use weir_report::Asked;

use crate::describe::{AuditParameters, PageParameters};
use crate::parameters::Parameters;
use crate::problem::{Problem, ProblemBody, blocking, echo};
use crate::{State, answer};

/// What can be asked of the record, beside the page.
pub(super) const OWN: [&str; 5] = ["since", "until", "who", "did", "what"];

/// One page of the audit record, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditPage {
    /// What was done.
    pub(crate) deeds: Vec<DeedRow>,
    /// The `cursor` of the next page; null on the last.
    #[schema(required)]
    pub(crate) next_cursor: Option<String>,
}

/// Something that somebody did, with what became of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Deed)]
pub(crate) struct DeedRow {
    /// Its place in the record.
    pub(crate) seq: u64,
    /// When it was begun.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) at: Timestamp,
    /// What kind of somebody: person, token, machine, command, weir or nobody.
    pub(crate) who_kind: String,
    /// Which person or token.
    #[schema(required)]
    pub(crate) who_id: Option<i64>,
    /// What they were called then.
    pub(crate) who: String,
    /// The address that it came from, where it came by HTTP.
    #[schema(required)]
    pub(crate) from: Option<String>,
    /// What was done, such as `saw-session`, `exported` or `changed-person`.
    pub(crate) did: String,
    /// To what: a number or a name, never what somebody was looked for by.
    pub(crate) what: String,
    /// done, refused or failed; begun where its end is not known.
    pub(crate) outcome: String,
}

impl From<Deed> for DeedRow {
    fn from(deed: Deed) -> DeedRow {
        let Deed { seq, at, who_kind, who_id, who, from, did, what, outcome } = deed;
        DeedRow { seq, at, who_kind, who_id, who, from, did, what, outcome }
    }
}

/// Who saw, took along, changed and erased what, the newest first. Nothing is ever removed from it.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    tag = "people",
    params(AuditParameters, PageParameters),
    responses(
        (status = 200, description = "A page of it", body = AuditPage),
        (status = 400, description = "A parameter cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn audit(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let own = [&OWN[..], &["cursor", "limit"]].concat();
    let parameters = Parameters::only(request.query_string(), &own)?;
    let filter = filter(&state, &parameters)?;
    let (before, limit) = (before(&parameters)?, parameters.limit()?);
    let page = blocking(move || page(&state, &filter, before, limit)).await?;
    Ok(answer::json(StatusCode::OK, &page))
}

/// What is asked of the record; an empty text asks nothing.
pub(super) fn filter(state: &State, parameters: &Parameters) -> Result<Filter, Problem> {
    let own = |name| parameters.own(name).filter(|value| !value.is_empty());
    let did = own("did").map(|name| {
        name.parse().map_err(|()| {
            let names: Vec<_> = Did::ALL.iter().map(|did| did.name()).collect();
            let detail =
                format!("`did` is `{}`: it must be one of {}", echo(name), names.join(", "));
            Problem::parameter("did", detail)
        })
    });
    Ok(Filter {
        since: instant(state, "since", own("since"))?,
        until: instant(state, "until", own("until"))?,
        who: own("who").map(str::to_owned),
        did: did.transpose()?,
        what: own("what").map(str::to_owned),
    })
}

/// An instant as reports take it.
fn instant(state: &State, name: &str, text: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    let Some(text) = text else { return Ok(None) };
    // The other end lies after everything, so that only this one can be wrong.
    let to = Some("9999-01-01T00:00:00Z".to_owned());
    let asked = Asked { from: Some(text.to_owned()), to, ..Asked::default() };
    match state.question(&asked) {
        Ok(query) => Ok(Some(query.from)),
        Err(error) => {
            let detail = error.as_parameter().replace("`from`", &format!("`{name}`"));
            Err(Problem::parameter(name, detail))
        }
    }
}

/// A cursor is the place of the last that was given.
pub(super) fn before(parameters: &Parameters) -> Result<Option<u64>, Problem> {
    let cursor = parameters.own("cursor").filter(|cursor| !cursor.is_empty());
    super::quarantine::place_of(cursor)
}

pub(super) fn page(
    state: &State,
    filter: &Filter,
    before: Option<u64>,
    limit: usize,
) -> Result<AuditPage, Problem> {
    let count = u32::try_from(limit).unwrap_or(ENTRIES_MAX);
    let found = state.audit.entries(filter, before, count)?;
    Ok(AuditPage {
        deeds: found.deeds.into_iter().map(DeedRow::from).collect(),
        next_cursor: found.before.map(|seq| seq.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use crate::fixture::{Fixture, LOG};

    async fn whats(fixture: &Fixture, query: &str) -> String {
        let got = fixture.json(&format!("/api/v1/audit?{query}"), 200).await;
        let deeds = got["deeds"].as_array().unwrap();
        let part = |deed: &serde_json::Value| deed["did"].as_str().unwrap().to_owned();
        deeds.iter().map(part).collect::<Vec<_>>().join(" ")
    }

    #[actix_web::test]
    async fn the_record_is_read_page_by_page_the_newest_first() {
        let fixture = Fixture::of(LOG);
        fixture.get("/sessions").await;
        fixture.get("/api/v1/deliveries/1").await;
        assert_eq!(whats(&fixture, "").await, "saw-delivery saw-sessions");
        assert_eq!(whats(&fixture, "did=saw-sessions").await, "saw-sessions");
        assert_eq!(whats(&fixture, "who=machine&did=saw-delivery").await, "saw-delivery");
        assert_eq!(whats(&fixture, "who=olga").await, "");
        assert_eq!(whats(&fixture, "until=-1d").await, "");
        let got = fixture.json("/api/v1/audit?limit=1&did=saw-audit", 200).await;
        let next = got["next_cursor"].as_str().unwrap();
        let older = fixture.json(&format!("/api/v1/audit?did=saw-audit&cursor={next}"), 200).await;
        assert_eq!(older["deeds"].as_array().unwrap().len(), 4);
        assert_eq!(older["next_cursor"], serde_json::json!(null));
    }

    #[actix_web::test]
    async fn a_parameter_that_cannot_be_taken_is_named() {
        let fixture = Fixture::of("");
        for query in ["since=x", "until=x", "did=x", "cursor=x", "limit=0", "x=1"] {
            let (name, _) = query.split_once('=').unwrap();
            let got = fixture.json(&format!("/api/v1/audit?{query}"), 400).await;
            assert_eq!(got["parameter"], name);
            let detail = got["detail"].as_str().unwrap();
            assert!(detail.contains(&format!("`{name}`")), "{detail}");
        }
    }
}
