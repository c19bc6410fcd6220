//! `GET` and `POST /catalogue/screen` and `/catalogue/reason`: one entry, to be edited.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use maud::Markup;
use weir_domain::{Catalogue, Screen};

use super::catalogue::CHANGED;
use crate::catalogue::{Draft, Kind, VALUE_CHARS_MAX};
use crate::fields::{Fault, Fields};
use crate::page::form::{Query, address};
use crate::page::{EntryPage, Page};
use crate::parameters::Parameters;
use crate::problem::{Problem, blocking};
use crate::reader::Reader;
use crate::{State, answer};

/// The form for a screen.
pub(crate) async fn screen(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    form(Kind::Screen, request, reader, state).await
}

/// The form for a reason.
pub(crate) async fn reason(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    form(Kind::Reason, request, reader, state).await
}

/// A screen's form as it was sent.
pub(crate) async fn save_screen(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    save(Kind::Screen, request, reader, state, body).await
}

/// A reason's form as it was sent.
pub(crate) async fn save_reason(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    save(Kind::Reason, request, reader, state, body).await
}

async fn form(
    kind: Kind,
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let value = value(kind, &request)?;
    let markup = blocking(move || {
        let draft = Draft::of(&state.catalogue(), kind, &value);
        Ok(page(&state, &reader, kind, &value, &draft, &[]))
    });
    Ok(answer::html(StatusCode::OK, markup.await?))
}

async fn save(
    kind: Kind,
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let value = value(kind, &request)?;
    let fields = Fields::read(&reader, &body)?;
    reader.notes.what(format!("{} {value}", kind.word()));
    let done = back(kind, &value);
    let again = blocking(move || kept(kind, &value, &fields, &state, &reader)).await?;
    Ok(match again {
        None => answer::see_other(&done),
        Some(markup) => answer::html(StatusCode::BAD_REQUEST, markup),
    })
}

/// Keeps what the form says; the form again where it cannot be kept.
fn kept(
    kind: Kind,
    value: &str,
    fields: &Fields,
    state: &State,
    reader: &Reader,
) -> Result<Option<Markup>, Problem> {
    if fields.get("do") == "reset" {
        state.catalogue.change(&state.dir, |_, own| kind.remove(own, value))?;
        return Ok(None);
    }
    let [label, stage, order, description] =
        ["label", "stage", "order", "description"].map(|name| fields.get(name).to_owned());
    let draft = Draft { label, stage, order, description };
    match draft.entry(kind, value, state.catalogue.base()) {
        Err(faults) => Ok(Some(page(state, reader, kind, value, &draft, &faults))),
        Ok(entry) => {
            state.catalogue.change(&state.dir, |base, own| entry.put(base, own))?;
            Ok(None)
        }
    }
}

/// The literal value that the address names.
pub(super) fn value(kind: Kind, request: &HttpRequest) -> Result<String, Problem> {
    let name = kind.parameter();
    let parameters = Parameters::only(request.query_string(), &[name])?;
    let value = parameters.own(name).unwrap_or_default();
    checked(kind, value)
}

/// A value that an entry can be for.
pub(super) fn checked(kind: Kind, value: &str) -> Result<String, Problem> {
    let name = kind.parameter();
    if value.is_empty() {
        let detail = format!("`{name}` is missing: name the {}'s literal value", kind.word());
        return Err(Problem::parameter(name, detail));
    }
    if VALUE_CHARS_MAX < value.chars().count() {
        let detail = format!("`{name}` has more than {VALUE_CHARS_MAX} characters");
        return Err(Problem::parameter(name, detail));
    }
    Ok(value.to_owned())
}

/// The list, which says what was changed.
fn back(kind: Kind, value: &str) -> String {
    let [screen, reason] = CHANGED;
    let name = if kind == Kind::Screen { screen } else { reason };
    let mut query = Query::default();
    query.push(name, value);
    address(Page::Catalogue.path(), &query.0)
}

fn page(
    state: &State,
    reader: &Reader,
    kind: Kind,
    value: &str,
    draft: &Draft,
    faults: &[Fault],
) -> Markup {
    let catalogue = state.catalogue();
    let seen = {
        let model = state.live.model();
        let exits = model.exits();
        let names = if kind == Kind::Screen { exits.states() } else { exits.reasons() };
        names.find(value).is_some()
    };
    let evidence = match kind {
        Kind::Screen => catalogue.screen(value).map(|screen| screen.evidence),
        Kind::Reason => catalogue.reason(value).map(|reason| reason.evidence),
    };
    let page = EntryPage {
        reader,
        demo: state.demo,
        kind,
        value,
        draft,
        faults,
        stages: &stages(&catalogue),
        evidence,
        seen,
        changed: kind.is_in(&state.catalogue.own(), value),
        below: kind.is_named(state.catalogue.base(), value),
    };
    page.page()
}

/// The stages that there are, in the order of the flow.
fn stages(catalogue: &Catalogue) -> Vec<String> {
    let mut screens: Vec<&Screen> = catalogue.screens().collect();
    screens.sort_by(|a, b| Screen::by_place(a, b));
    let mut stages: Vec<String> = Vec::new();
    for stage in screens.into_iter().filter_map(|screen| screen.stage.as_ref()) {
        if !stages.contains(stage) {
            stages.push(stage.clone());
        }
    }
    stages
}

#[cfg(test)]
mod tests {
    use weir_access::Role;
    use weir_domain::Overlay;

    use crate::fixture::{Fixture, LOG};
    use crate::reader::Reader;

    const CAMERA: &str = "/catalogue/screen?state=camera";

    #[actix_web::test]
    async fn a_value_that_is_named_is_called_so_everywhere_at_once() {
        let fixture = Fixture::of(LOG);
        let form = fixture.get(CAMERA).await;
        assert_eq!(form.status, 200);
        assert!(form.body.contains("an event brought it"));
        assert!(form.body.contains("<option value=\"permissions\">"));
        let got = fixture.post(CAMERA, "label=Camera+%C3%B5&stage=new+stage&order=75").await;
        assert_eq!((got.status, got.header("location")), (303, "/catalogue?changed_screen=camera"));
        let list = fixture.get("/catalogue?changed_screen=camera").await;
        assert!(list.body.contains("“Camera õ” is saved"));
        assert!(list.body.contains("new stage") && list.body.contains("changed here"));
        let report = fixture.json("/api/v1/reports/abandonment", 200).await;
        let row =
            report["by_state"].as_array().unwrap().iter().find(|row| row["state"] == "camera");
        assert_eq!(row.unwrap()["label"], "Camera õ");
        assert_eq!(row.unwrap()["stage"], "new stage");
    }

    /// Two sessions were cancelled, one at each screen, and one submitted (semantics.md, 5):
    /// whoever left at a later screen had been at the earlier one.
    #[actix_web::test]
    async fn the_order_decides_who_was_at_risk() {
        let fixture = Fixture::of(LOG);
        let at_risk = async |state: &str| {
            let report = fixture.json("/api/v1/reports/abandonment", 200).await;
            let rows = report["by_state"].as_array().unwrap().clone();
            rows.iter().find(|row| row["state"] == state).unwrap()["at_risk"].clone()
        };
        assert!(at_risk("camera").await.is_null());
        fixture.post(CAMERA, "label=Camera&order=70").await;
        assert_eq!(at_risk("camera").await, 2, "who submitted, and who left there");
        fixture.post("/catalogue/screen?state=consent", "label=Consent&order=30").await;
        assert_eq!((at_risk("consent").await, at_risk("camera").await), (3.into(), 2.into()));
        fixture.post("/catalogue/screen?state=consent", "label=Consent&order=80").await;
        assert_eq!((at_risk("consent").await, at_risk("camera").await), (2.into(), 3.into()));
        fixture.post(CAMERA, "label=Camera&order=").await;
        assert!(at_risk("camera").await.is_null());
    }

    #[actix_web::test]
    async fn a_wrong_field_is_told_beside_it_and_nothing_is_lost() {
        let fixture = Fixture::of(LOG);
        let got =
            fixture.post(CAMERA, "label=+&stage=%22%3E%3Cb%3E&order=first&description=d").await;
        assert_eq!(got.status, 400);
        assert!(got.body.contains("Label: write what it is called on a page."));
        assert!(got.body.contains("`first` is no place in the flow"));
        assert_eq!(got.body.matches("aria-invalid=\"true\"").count(), 2);
        assert!(
            got.body.contains("value=\"&quot;&gt;&lt;b&gt;\"")
                && got.body.contains(">d</textarea>")
        );
        assert!(fixture.state().catalogue.own().is_empty());
    }

    #[actix_web::test]
    async fn what_was_changed_is_in_the_file_and_can_be_taken_off() {
        let fixture = Fixture::of(LOG);
        let shipped = "/catalogue/screen?state=client_started";
        let stored = || {
            let file = fixture.state().dir.catalogue_file();
            Overlay::read(&std::fs::read_to_string(file).unwrap()).unwrap()
        };
        fixture.post(shipped, "label=Opened&stage=intro&order=10").await;
        assert!(stored().has_screen("client_started"));
        assert!(fixture.get(shipped).await.body.contains("Back to the shipped entry"));
        let got = fixture.post(shipped, "do=reset").await;
        assert_eq!(got.status, 303);
        assert!(stored().is_empty());
        assert_eq!(fixture.state().catalogue().screen_label("client_started"), "Client started");
        assert!(!fixture.get(shipped).await.body.contains("Back to the shipped entry"));
    }

    #[actix_web::test]
    async fn a_reason_is_edited_likewise() {
        let fixture = Fixture::of(LOG);
        let quit = "/catalogue/reason?reason=quit";
        assert!(!fixture.get(quit).await.body.contains("name=\"order\""));
        fixture.post(quit, "label=Quit&description=Pressed+Exit&order=5").await;
        let report = fixture.json("/api/v1/reports/abandonment", 200).await;
        assert_eq!(report["by_reason"][0]["label"], "Quit");
    }

    #[actix_web::test]
    async fn a_form_of_another_sign_in_changes_nothing() {
        let fixture = Fixture::of(LOG);
        let ann = Reader {
            name: None,
            role: Role::Operator,
            csrf: "right".to_owned(),
            notes: crate::audit::Notes::default(),
        };
        let got = fixture.post_as(&ann, CAMERA, "label=x&csrf=wrong").await;
        assert_eq!(got.status, 403);
        assert!(fixture.state().catalogue.own().is_empty());
        assert_eq!(fixture.post_as(&ann, CAMERA, "label=x&csrf=right").await.status, 303);
    }

    #[actix_web::test]
    async fn an_address_without_a_value_says_so() {
        let fixture = Fixture::of(LOG);
        for path in ["/catalogue/screen", "/catalogue/screen?state=", "/catalogue/reason?state=x"] {
            assert_eq!(fixture.get(path).await.status, 400, "{path}");
        }
    }
}
