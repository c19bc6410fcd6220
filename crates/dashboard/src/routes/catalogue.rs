//! `GET /catalogue`: what screens and reasons are called, and what was seen that has no name.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use weir_domain::Catalogue;
use weir_readmodel::{Model, Names};
use weir_report::render::safe_text;

use crate::catalogue::Kind;
use crate::page::CataloguePage;
use crate::parameters::Parameters;
use crate::problem::{Problem, blocking};
use crate::reader::Reader;
use crate::{State, answer};

/// Which entry was changed just now: `screen` or `reason`, and its value.
pub(super) const CHANGED: [&str; 2] = ["changed_screen", "changed_reason"];

/// The page.
pub(crate) async fn catalogue(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::only(request.query_string(), &CHANGED)?;
    let markup = blocking(move || Ok(page(&state, &reader, &parameters))).await?;
    Ok(answer::html(StatusCode::OK, markup))
}

fn page(state: &State, reader: &Reader, parameters: &Parameters) -> maud::Markup {
    let catalogue = state.catalogue();
    let (screens_unnamed, reasons_unnamed) = unnamed(&state.live.model(), &catalogue);
    let done = done(&catalogue, parameters);
    let page = CataloguePage {
        reader,
        demo: state.demo,
        catalogue: &catalogue,
        own: &state.catalogue.own(),
        screens_unnamed: &screens_unnamed,
        reasons_unnamed: &reasons_unnamed,
        done: done.as_deref(),
    };
    page.page()
}

/// The screens, and the reasons, that were seen and that `catalogue` does not name; sorted.
pub(crate) fn unnamed(model: &Model, catalogue: &Catalogue) -> (Vec<String>, Vec<String>) {
    let of = |kind: Kind, names: &Names| {
        let unnamed = names.iter().filter(|value| !kind.is_named(catalogue, value));
        let mut unnamed: Vec<_> = unnamed.map(str::to_owned).collect();
        unnamed.sort();
        unnamed
    };
    let exits = model.exits();
    (of(Kind::Screen, exits.states()), of(Kind::Reason, exits.reasons()))
}

fn done(catalogue: &Catalogue, parameters: &Parameters) -> Option<String> {
    let [screen, reason] = CHANGED.map(|name| parameters.own(name));
    let label = screen
        .map(|state| catalogue.screen_label(state))
        .or_else(|| reason.map(|reason| catalogue.reason_label(reason)))?;
    Some(format!("“{}” is saved, and every page counts with it now.", safe_text(label, 80)))
}

#[cfg(test)]
mod tests {
    use weir_access::Role;

    use crate::fixture::{Fixture, LOG, delivery, event};
    use crate::reader::Reader;

    #[actix_web::test]
    async fn what_has_a_name_is_listed_in_the_order_of_the_flow() {
        let got = Fixture::of(LOG).get("/catalogue").await;
        assert_eq!(got.status, 200);
        let places = ["Client started", "Camera access blocked", "Final screen", "Error"];
        let found: Vec<_> = places.iter().filter_map(|label| got.body.find(label)).collect();
        assert!(found.len() >= 3 && found.is_sorted(), "{found:?}");
        assert!(got.body.contains("documented by Veriff"));
        assert_eq!(got.body.matches("<h1").count(), 1);
    }

    #[actix_web::test]
    async fn what_was_seen_without_a_name_stands_on_top_and_leads_to_its_form() {
        let got = Fixture::of(LOG).get("/catalogue").await;
        assert!(
            got.body.contains(
                "29 screens and 8 reasons have a name; 3 values were seen that have none."
            )
        );
        let (unnamed, screens) =
            (got.body.find("id=\"unnamed\"").unwrap(), got.body.find("id=\"screens\"").unwrap());
        assert!(unnamed < screens);
        for href in ["screen?state=camera", "screen?state=consent", "reason?reason=quit"] {
            assert!(got.body.contains(&format!("href=\"/catalogue/{href}\"")), "{href}");
        }
        let empty = Fixture::of("").get("/catalogue").await;
        assert!(empty.body.contains("everything that was seen is among them."));
        assert!(!empty.body.contains("id=\"unnamed\""));
    }

    #[actix_web::test]
    async fn names_from_outside_do_no_harm() {
        let hostile = "\"><script>alert(1)</script>\u{202e}";
        let log =
            vec![delivery("30T09:00", "main", event("1", 7010, Some(hostile), Some(hostile)))];
        let fixture = Fixture::with(log, |_| ());
        let got = fixture.get("/catalogue?changed_screen=%3Cscript%3Ealert(2)").await;
        assert!(!got.body.contains("<script>alert"));
        assert!(got.body.contains("\\u{202e}"));
        let href = "/catalogue/screen?state=%22%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E%E2%80%AE";
        assert!(got.body.contains(&format!("href=\"{href}\"")));
        assert!(!fixture.get(href).await.body.contains("<script>alert"));
    }

    #[actix_web::test]
    async fn a_viewer_is_offered_no_form() {
        let viewer = Reader {
            name: None,
            role: Role::Viewer,
            csrf: "c".to_owned(),
            notes: crate::audit::Notes::default(),
        };
        let got = Fixture::of(LOG).get_as(&viewer, "/catalogue").await;
        assert_eq!(got.status, 200);
        assert!(got.body.contains("camera") && !got.body.contains("/catalogue/screen"));
    }
}
