//! `GET` and `POST /setup`: the first start, when there is nobody. Whoever reads the console is the owner.

use std::net::IpAddr;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use weir_access::{AccessError, Person, Refusal, Secret};
use weir_audit::{Did, Entry, Outcome, Who};

use crate::audit::Note;
use crate::entrance::{client_address, is_secure, set_cookie};
use crate::fields::{Fault, Fields};
use crate::page::SetupPage;
use crate::problem::{Problem, blocking};
use crate::{State, answer};

/// The form; who is there already is led to where they sign in.
pub(crate) async fn setup(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let has_people = blocking(move || Ok(state.access.has_people()?)).await?;
    Ok(if has_people {
        answer::see_other("/sign-in")
    } else {
        answer::html(StatusCode::OK, SetupPage { name: "", faults: &[] }.page())
    })
}

/// The owner, made and signed in.
pub(crate) async fn make_owner(
    request: HttpRequest,
    state: web::Data<State>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::unsigned(&body)?;
    let secure = is_secure(&state.access, request.headers());
    let address = client_address(&request);
    let made = blocking(move || match written(&state, &fields, address)? {
        Ok(made) => Ok(Ok(made)),
        Err(AccessError::Refused(Refusal::OwnerExists)) => Ok(Err(None)),
        Err(AccessError::Refused(refusal)) => {
            let faults = [Fault::of(refusal)];
            Ok(Err(Some(SetupPage { name: fields.get("name"), faults: &faults }.page())))
        }
        Err(error) => Err(error.into()),
    });
    Ok(match made.await? {
        Ok((owner, token)) => {
            tracing::info!(person.id = owner.id.get(), %address, "the owner was made");
            let mut response = answer::see_other("/");
            set_cookie(&mut response, token.reveal(), secure);
            response
        }
        Err(None) => answer::see_other("/sign-in"),
        Err(Some(page)) => answer::html(StatusCode::BAD_REQUEST, page),
    })
}

/// Makes the owner, written down before and after.
fn written(
    state: &State,
    fields: &Fields,
    address: IpAddr,
) -> Result<Result<(Person, Secret), AccessError>, Problem> {
    // Nothing is changed where there is somebody, and strangers may ask that as often as they like.
    if state.access.has_people()? {
        return Ok(Err(Refusal::OwnerExists.into()));
    }
    if !state.access.setup.fits(fields.get("token").trim()) {
        let now = state.clock.now();
        state.audit.not_signed_in("as the owner, at the first start", address, now)?;
        return Ok(Err(Refusal::SetupToken.into()));
    }
    let begun = state.audit.begin(Entry {
        at: state.clock.now(),
        who: Who::nobody(),
        from: Some(address.to_string()),
        did: Did::ChangedPerson,
        what: "the owner, at the first start".to_owned(),
    })?;
    let made = made(state, fields);
    let (what, outcome) = match &made {
        Ok((owner, _)) => (Some(format!("{} made the owner", owner.id.get())), Outcome::Done),
        Err(AccessError::Refused(_)) => (None, Outcome::Refused),
        Err(_) => (None, Outcome::Failed),
    };
    state.audit.end(begun, state.clock.now(), &Note { did: None, what }, outcome);
    Ok(made)
}

fn made(state: &State, fields: &Fields) -> Result<(Person, Secret), AccessError> {
    let (entrance, now) = (&state.access, state.clock.now());
    if fields.get("password") != fields.get("again") {
        return Err(Refusal::PasswordAgain.into());
    }
    let owner = entrance.store.add_owner(fields.get("name"), fields.get("password"), now)?;
    entrance.setup.die();
    let token = entrance.store.begin_session(owner.id, now)?;
    Ok((owner, token))
}

#[cfg(test)]
mod tests {
    use crate::fixture::Fixture;

    fn form(token: &str, name: &str, password: &str, again: &str) -> String {
        format!("token={token}&name={name}&password={password}&again={again}")
    }

    #[actix_web::test]
    async fn the_console_makes_the_owner_once() {
        let fixture = Fixture::closed("");
        let token = fixture.state().access.setup.text().unwrap();
        let token = token.reveal();
        let fine = "correct+horse+battery";
        for (form, want) in [
            (form("x", "Olga", fine, fine), "This is not the token that Weir printed"),
            (form(token, "", fine, fine), "Write a name."),
            (
                form(token, "Olga", "short", "short"),
                "The password must have at least 12 characters.",
            ),
            (form(token, "Olga", fine, "other"), "The two passwords are not the same."),
        ] {
            let got = fixture.send_form("/setup", &form, &[]).await;
            assert_eq!(got.status, 400, "{form}");
            assert!(got.body.contains(want), "{want} in {}", got.body);
            assert!(got.body.contains("aria-invalid=\"true\""));
            assert!(!got.body.contains("correct"), "no password is said back");
        }
        let got = fixture.send_form("/setup", &form(token, "Olga", fine, fine), &[]).await;
        assert_eq!((got.status, got.header("location")), (303, "/"));
        let cookie = got.header("set-cookie");
        assert!(cookie.starts_with("weir=") && cookie.contains("HttpOnly; SameSite=Lax"));
        let cookie = cookie.split(';').next().unwrap().to_owned();
        assert_eq!(fixture.send_get("/people", &[("cookie", &cookie)]).await.status, 200);
        let again = fixture.send_form("/setup", &form(token, "Otto", fine, fine), &[]).await;
        assert_eq!((again.status, again.header("location")), (303, "/sign-in"));
        assert_eq!(fixture.send_get("/setup", &[]).await.header("location"), "/sign-in");
    }
}
