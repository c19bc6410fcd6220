//! `GET` and `POST /sign-in`: a name and a password, for a session.

use std::net::IpAddr;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use weir_access::{AccessError, SignedIn};

use crate::entrance::{client_address, is_secure, set_cookie};
use crate::fields::{Fault, Fields};
use crate::page::SignInPage;
use crate::problem::{Problem, blocking};
use crate::{State, answer};

/// An address is longer only where somebody made it so.
const NEXT_BYTES_MAX: usize = 4_000;

/// The form; where there is nobody yet, the way to the first start.
pub(crate) async fn form(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let read = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
    let next = read
        .map(web::Query::into_inner)
        .unwrap_or_default()
        .into_iter()
        .find_map(|(name, value)| (name == "next").then_some(value))
        .unwrap_or_default();
    if !blocking({
        let state = state.clone();
        move || Ok(state.access.has_people()?)
    })
    .await?
    {
        return Ok(answer::see_other("/setup"));
    }
    Ok(answer::html(StatusCode::OK, page(&state, "", local(&next), &[])))
}

/// A session, if the name and the password are somebody's.
pub(crate) async fn sign_in(
    request: HttpRequest,
    state: web::Data<State>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::unsigned(&body)?;
    let (name, next) = (fields.get("name").to_owned(), local(fields.get("next")).to_owned());
    let address = client_address(&request);
    let again = |state: &State, status, sentence: String| {
        let faults = [Fault { name: "", sentence }];
        answer::html(status, page(state, &name, &next, &faults))
    };
    if let Err(pause) = state.access.throttle.begin(&name, address, state.clock.now()) {
        tracing::warn!(%address, pause_s = pause.seconds, "a sign-in was made to wait");
        let sentence = format!(
            "too many sign-ins with this name, or from this network, went wrong; try again in {}",
            waiting(pause.seconds)
        );
        let mut response = again(&state, StatusCode::TOO_MANY_REQUESTS, sentence);
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(pause.seconds));
        return Ok(response);
    }
    let secure = is_secure(&state.access, request.headers());
    let judged = blocking({
        let (name, state) = (name.clone(), state.clone());
        move || judged(&state, &name, fields.get("password"), address)
    });
    Ok(match judged.await? {
        Some(signed) => {
            tracing::info!(person.id = signed.person.get(), %address, "somebody signed in");
            let mut response = answer::see_other(if next.is_empty() { "/" } else { &next });
            set_cookie(&mut response, signed.token.reveal(), secure);
            response
        }
        None => {
            // Not the name: people type their password into the wrong field.
            tracing::warn!(%address, "a sign-in went wrong");
            let sentence = "no one who may sign in has this name and this password".to_owned();
            again(&state, StatusCode::FORBIDDEN, sentence)
        }
    })
}

fn judged(
    state: &State,
    name: &str,
    password: &str,
    address: IpAddr,
) -> Result<Option<SignedIn>, Problem> {
    let throttle = &state.access.throttle;
    match state.access.store.sign_in(name, password, state.clock.now()) {
        Ok(Some(signed)) => {
            throttle.succeeded(name, address);
            let called = named(state, name)?.unwrap_or_default();
            let now = state.clock.now();
            // Their session has begun, but nobody has its token until this is written.
            state.audit.signed_in((signed.person, &called), address, "by password", now)?;
            Ok(Some(signed))
        }
        Ok(None) => {
            // Not the name where nobody has it: people type their password into the wrong field.
            let called = named(state, name)?;
            let what = called.map_or_else(
                || "with a name that nobody has".to_owned(),
                |called| format!("with the name of {called}"),
            );
            state.audit.not_signed_in(&what, address, state.clock.now())?;
            Ok(None)
        }
        Err(error) => {
            if matches!(error, AccessError::Busy) {
                throttle.unjudged(name, address);
            }
            Err(error.into())
        }
    }
}

/// What somebody with this name is called, if there is anybody.
fn named(state: &State, name: &str) -> Result<Option<String>, Problem> {
    match state.access.store.person_named(name) {
        Ok(person) => Ok(Some(person.name)),
        Err(AccessError::Refused(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The form, with what is wrong.
pub(super) fn page(state: &State, name: &str, next: &str, faults: &[Fault]) -> maud::Markup {
    SignInPage { name, next, faults, provider: state.access.provider() }.page()
}

/// `next` where it is an address of our own, else nothing: or a link could lead from our form to
/// another site's.
pub(super) fn local(next: &str) -> &str {
    let plain = next.len() <= NEXT_BYTES_MAX && next.bytes().all(|byte| byte.is_ascii_graphic());
    let ours = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\');
    if plain && ours { next } else { "" }
}

fn waiting(seconds: u64) -> String {
    match seconds {
        1 => "a second".to_owned(),
        2..=119 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::local;
    use crate::fixture::{Fixture, PASSWORD};

    #[test]
    fn only_our_own_addresses_are_gone_to() {
        for fine in ["/", "/sessions?from=-30d&state=a%20b", "/people#tokens"] {
            assert_eq!(local(fine), fine);
        }
        let long = format!("/{}", "x".repeat(4_000));
        for odd in [
            "",
            "//evil.test",
            "https://evil.test",
            "/\\evil.test",
            "evil",
            "/a b",
            "/a\r\nset-cookie: x",
            &long,
        ] {
            assert_eq!(local(odd), "", "{odd}");
        }
    }

    #[actix_web::test]
    async fn somebody_signs_in_and_out_again() {
        let fixture = Fixture::peopled("");
        let form = format!(
            "name=ANN&password={}&next=%2Ffunnel%3Funit%3Dattempt",
            PASSWORD.replace(' ', "+")
        );
        let got = fixture.send_form("/sign-in", &form, &[]).await;
        assert_eq!((got.status, got.header("location")), (303, "/funnel?unit=attempt"));
        let cookie = got.header("set-cookie").split(';').next().unwrap().to_owned();
        let with = [("cookie", cookie.as_str())];
        let page = fixture.send_get("/people", &with).await;
        assert_eq!(page.status, 200);
        let (_, rest) = page.body.split_once("name=\"csrf\" value=\"").unwrap();
        let csrf = rest.split('"').next().unwrap();
        assert_eq!(fixture.send_form("/sign-out", "csrf=wrong", &with).await.status, 403);
        let out = fixture.send_form("/sign-out", &format!("csrf={csrf}"), &with).await;
        assert_eq!((out.status, out.header("location")), (303, "/sign-in"));
        assert!(out.header("set-cookie").starts_with("weir=; Max-Age=0"));
        assert_eq!(fixture.send_get("/people", &with).await.status, 303);
    }

    #[actix_web::test]
    async fn whoever_is_refused_learns_nothing_and_must_wait() {
        let fixture = Fixture::peopled("");
        let mut bodies = Vec::new();
        for (name, address) in [("Ann", "198.51.100.1"), ("Nobody", "198.51.100.2")] {
            for _ in 0..5 {
                let form = format!("name={name}&password=wrong-{name}");
                let got = fixture.send_form_from(address, "/sign-in", &form, &[]).await;
                bodies.push((got.status, got.body.replace(name, "NAME")));
            }
            let form = format!("name={name}&password={}", PASSWORD.replace(' ', "+"));
            for elsewhere in ["198.51.100.9", "127.0.0.1"] {
                let got = fixture.send_form_from(elsewhere, "/sign-in", &form, &[]).await;
                assert_eq!((got.status, got.header("retry-after")), (429, "1"));
            }
        }
        assert!(bodies.iter().all(|body| *body == bodies[0]));
        assert_eq!(bodies[0].0, 403);
        assert!(bodies[0].1.contains("No one who may sign in has this name and this password."));
        assert!(!bodies[0].1.contains("wrong-"));
    }
}
