//! `/api/v1/catalogue`: the catalogue for programs, to read and to change.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_domain::{Catalogue, Evidence, Overlay, Reason, Screen};

use super::catalogue::unnamed;
use super::catalogue_entry::{checked, value};
use crate::catalogue::{Draft, Kind};
use crate::json_body;
use crate::parameters::Parameters;
use crate::problem::{Problem, ProblemBody, blocking};
use crate::reader::Reader;
use crate::{State, answer};

/// What screens and reasons are called, and what was seen that has no name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Catalogue)]
pub(crate) struct CatalogueBody {
    /// In the order of the flow; those that can come anywhere last.
    screens: Vec<ScreenEntry>,
    reasons: Vec<ReasonEntry>,
    /// Screens that were seen and have no name, sorted.
    uncatalogued_states: Vec<String>,
    /// Reasons, likewise.
    uncatalogued_reasons: Vec<String>,
}

/// A screen of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScreenEntry {
    /// The literal value.
    state: String,
    label: String,
    /// The part of the flow.
    #[schema(required)]
    stage: Option<String>,
    /// Where in the flow it stands; null: anywhere.
    #[schema(required)]
    order: Option<i64>,
    description: String,
    #[schema(inline)]
    evidence: EvidenceName,
    /// Whether operators changed or added it.
    changed: bool,
}

/// A reason of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReasonEntry {
    /// The literal value.
    reason: String,
    label: String,
    description: String,
    #[schema(inline)]
    evidence: EvidenceName,
    /// Whether operators changed or added it.
    changed: bool,
}

/// How sure the literal value is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum EvidenceName {
    Documented,
    Sdk,
    Pattern,
    Operator,
}

/// A screen as it is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScreenChange {
    /// The literal value.
    #[schema(min_length = 1, max_length = 2000)]
    state: String,
    /// What it is called on a page.
    #[schema(min_length = 1, max_length = 200)]
    label: String,
    /// The part of the flow.
    #[schema(max_length = 60)]
    #[serde(default)]
    stage: Option<String>,
    /// Where in the flow it stands; left out or null: anywhere.
    #[schema(minimum = -1_000_000, maximum = 1_000_000)]
    #[serde(default)]
    order: Option<i64>,
    /// What the end-user sees.
    #[schema(max_length = 1000)]
    #[serde(default)]
    description: String,
}

/// A reason as it is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReasonChange {
    /// The literal value.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
    /// What it is called on a page.
    #[schema(min_length = 1, max_length = 200)]
    label: String,
    /// What the end-user did.
    #[schema(max_length = 1000)]
    #[serde(default)]
    description: String,
}

/// What screens and reasons are called, and what was seen that has no name.
#[utoipa::path(
    get,
    path = "/api/v1/catalogue",
    tag = "catalogue",
    responses(
        (status = 200, description = "All of it", body = CatalogueBody),
        (status = 400, description = "A parameter cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn catalogue_api(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    Parameters::only(request.query_string(), &[])?;
    let body = blocking(move || {
        let (catalogue, own) = (state.catalogue(), state.catalogue.own());
        let (states, reasons) = unnamed(&state.live.model(), &catalogue);
        Ok(CatalogueBody::of(&catalogue, &own, states, reasons))
    });
    Ok(answer::json(StatusCode::OK, &body.await?))
}

/// Names a screen, or changes what it is called; it holds at once.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/screens",
    tag = "catalogue",
    request_body = ScreenChange,
    responses(
        (status = 200, description = "The screen as it is now", body = ScreenEntry),
        (status = 400, description = "A field cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON by its type", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn put_screen(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let change: ScreenChange = json_body::read(&request, &body)?;
    let value = checked(Kind::Screen, &change.state)?;
    reader.notes.what(format!("screen {value}"));
    let draft = Draft {
        label: change.label,
        stage: change.stage.unwrap_or_default(),
        order: change.order.map(|order| order.to_string()).unwrap_or_default(),
        description: change.description,
    };
    let (catalogue, own) = put(Kind::Screen, value.clone(), draft, state).await?;
    let screen = catalogue.screen(&value).ok_or(Problem::Internal)?;
    Ok(answer::json(StatusCode::OK, &ScreenEntry::of(screen, &own)))
}

/// Names a reason, or changes what it is called; it holds at once.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/reasons",
    tag = "catalogue",
    request_body = ReasonChange,
    responses(
        (status = 200, description = "The reason as it is now", body = ReasonEntry),
        (status = 400, description = "A field cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON by its type", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn put_reason(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let change: ReasonChange = json_body::read(&request, &body)?;
    let value = checked(Kind::Reason, &change.reason)?;
    reader.notes.what(format!("reason {value}"));
    let draft = Draft { label: change.label, description: change.description, ..Draft::default() };
    let (catalogue, own) = put(Kind::Reason, value.clone(), draft, state).await?;
    let reason = catalogue.reason(&value).ok_or(Problem::Internal)?;
    Ok(answer::json(StatusCode::OK, &ReasonEntry::of(reason, &own)))
}

/// Takes off what operators changed of a screen: the shipped or configured entry holds again.
#[utoipa::path(
    delete,
    path = "/api/v1/catalogue/screens",
    tag = "catalogue",
    params(("state" = String, Query, description = "The literal value", min_length = 1)),
    responses(
        (status = 204, description = "It is off"),
        (status = 400, description = "A parameter cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 404, description = "Nothing was changed of it", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn remove_screen(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    remove(Kind::Screen, &request, &reader, state).await
}

/// Takes off what operators changed of a reason, likewise.
#[utoipa::path(
    delete,
    path = "/api/v1/catalogue/reasons",
    tag = "catalogue",
    params(("reason" = String, Query, description = "The literal value", min_length = 1)),
    responses(
        (status = 204, description = "It is off"),
        (status = 400, description = "A parameter cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 404, description = "Nothing was changed of it", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn remove_reason(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    remove(Kind::Reason, &request, &reader, state).await
}

type Now = (std::sync::Arc<Catalogue>, std::sync::Arc<Overlay>);

async fn put(
    kind: Kind,
    value: String,
    draft: Draft,
    state: web::Data<State>,
) -> Result<Now, Problem> {
    let entry = draft.entry(kind, &value, state.catalogue.base()).map_err(|faults| {
        let fault = &faults[0];
        Problem::parameter(fault.name, format!("`{}`: {}", fault.name, fault.sentence))
    })?;
    blocking(move || {
        state.catalogue.change(&state.dir, |base, own| entry.put(base, own))?;
        Ok((state.catalogue(), state.catalogue.own()))
    })
    .await
}

async fn remove(
    kind: Kind,
    request: &HttpRequest,
    reader: &Reader,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let value = value(kind, request)?;
    reader.notes.what(format!("{} {value} as it ships", kind.word()));
    let gone = blocking(move || {
        Ok(state.catalogue.change(&state.dir, |_, own| kind.remove(own, &value))?)
    });
    if gone.await? {
        return Ok(answer::nothing());
    }
    Err(Problem::NotFound(format!("nothing was changed of this {}", kind.word())))
}

impl CatalogueBody {
    fn of(
        catalogue: &Catalogue,
        own: &Overlay,
        uncatalogued_states: Vec<String>,
        uncatalogued_reasons: Vec<String>,
    ) -> CatalogueBody {
        let mut screens: Vec<&Screen> = catalogue.screens().collect();
        screens.sort_by(|a, b| Screen::by_place(a, b));
        CatalogueBody {
            screens: screens.into_iter().map(|screen| ScreenEntry::of(screen, own)).collect(),
            reasons: catalogue.reasons().map(|reason| ReasonEntry::of(reason, own)).collect(),
            uncatalogued_states,
            uncatalogued_reasons,
        }
    }
}

impl ScreenEntry {
    fn of(screen: &Screen, own: &Overlay) -> ScreenEntry {
        let Screen { state, label, stage, order, description, evidence } = screen.clone();
        let changed = own.has_screen(&state);
        ScreenEntry { state, label, stage, order, description, evidence: evidence.into(), changed }
    }
}

impl ReasonEntry {
    fn of(reason: &Reason, own: &Overlay) -> ReasonEntry {
        let Reason { reason, label, description, evidence } = reason.clone();
        let changed = own.has_reason(&reason);
        ReasonEntry { reason, label, description, evidence: evidence.into(), changed }
    }
}

impl From<Evidence> for EvidenceName {
    fn from(evidence: Evidence) -> EvidenceName {
        match evidence {
            Evidence::Documented => EvidenceName::Documented,
            Evidence::Sdk => EvidenceName::Sdk,
            Evidence::Pattern => EvidenceName::Pattern,
            Evidence::Operator => EvidenceName::Operator,
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::Method;
    use serde_json::{Value, json};

    use crate::fixture::{Fixture, LOG};

    const SCREENS: &str = "/api/v1/catalogue/screens";

    async fn post(fixture: &Fixture, path: &str, body: &Value) -> (u16, Value) {
        let got = fixture.post_json(path, &body.to_string()).await;
        (got.status, serde_json::from_str(&got.body).unwrap())
    }

    #[actix_web::test]
    async fn it_says_what_the_page_says() {
        let fixture = Fixture::of(LOG);
        let got = fixture.json("/api/v1/catalogue", 200).await;
        assert_eq!(got["screens"].as_array().unwrap().len(), 29);
        assert_eq!(got["screens"][0]["state"], "client_started");
        assert_eq!(got["screens"][28]["order"], Value::Null);
        assert_eq!(got["uncatalogued_states"], json!(["camera", "consent"]));
        assert_eq!(got["uncatalogued_reasons"], json!(["quit"]));
    }

    #[actix_web::test]
    async fn an_entry_is_changed_and_taken_off() {
        let fixture = Fixture::of(LOG);
        let (status, got) =
            post(&fixture, SCREENS, &json!({"state": "camera", "label": "Camera", "order": 75}))
                .await;
        assert_eq!(status, 200);
        assert_eq!(
            got,
            json!({"state": "camera", "label": "Camera", "stage": null, "order": 75,
                   "description": "", "evidence": "operator", "changed": true})
        );
        let reason = json!({"reason": "quit", "label": "Quit", "description": "d"});
        let (status, got) = post(&fixture, "/api/v1/catalogue/reasons", &reason).await;
        assert_eq!((status, &got["label"]), (200, &json!("Quit")));
        assert_eq!(
            fixture.json("/api/v1/catalogue", 200).await["uncatalogued_states"],
            json!(["consent"])
        );
        let gone = "/api/v1/catalogue/screens?state=camera";
        assert_eq!(fixture.send(Method::DELETE, gone, &[]).await.status, 204);
        assert_eq!(fixture.send(Method::DELETE, gone, &[]).await.status, 404);
        let gone = "/api/v1/catalogue/reasons?reason=quit";
        assert_eq!(fixture.send(Method::DELETE, gone, &[]).await.status, 204);
        assert!(fixture.state().catalogue.own().is_empty());
    }

    #[actix_web::test]
    async fn what_is_wrong_is_named() {
        let fixture = Fixture::of(LOG);
        for (body, name) in [
            (json!({"state": "", "label": "x"}), "state"),
            (json!({"state": "x", "label": " "}), "label"),
            (json!({"state": "x", "label": "x", "order": 1_000_001}), "order"),
            (json!({"state": "x", "label": "x", "stage": "s".repeat(61)}), "stage"),
        ] {
            let (status, got) = post(&fixture, SCREENS, &body).await;
            assert_eq!((status, &got["parameter"]), (400, &json!(name)));
        }
        for body in
            [json!({"state": "x"}), json!({"state": "x", "label": "x", "lable": 1}), json!([])]
        {
            let (status, got) = post(&fixture, SCREENS, &body).await;
            assert_eq!((status, &got["type"]), (400, &json!("urn:weir:problem:body")), "{body}");
        }
        assert!(fixture.state().catalogue.own().is_empty());
    }
}
