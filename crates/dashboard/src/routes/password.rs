//! `GET` and `POST /people/password`: one's own password.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use weir_access::{AccessError, PersonId, Refusal, Secret};

use crate::entrance::{By, Holder, client_address, is_secure, set_cookie};
use crate::fields::{Fault, Fields};
use crate::page::PasswordPage;
use crate::problem::{Problem, blocking};
use crate::{State, answer};

/// The form.
pub(crate) async fn form(holder: Holder, state: web::Data<State>) -> Result<HttpResponse, Problem> {
    Ok(answer::html(StatusCode::OK, page(&state, &holder, &[])))
}

/// Another password, and a session that goes on.
pub(crate) async fn change(
    request: HttpRequest,
    holder: Holder,
    state: web::Data<State>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&holder.reader, &body)?;
    let person = holder.person.filter(|_| matches!(holder.by, By::Session { .. }));
    let person = person.ok_or_else(|| {
        Problem::Forbidden("a password is changed by whoever is signed in with it".to_owned())
    })?;
    let (secure, address) = (is_secure(&state.access, request.headers()), client_address(&request));
    let name = holder.reader.name.clone().unwrap_or_default();
    let done = blocking(move || {
        // Whoever sits down at a browser that was left open may not guess here without end either.
        let throttle = &state.access.throttle;
        if let Err(pause) = throttle.begin(&name, address, state.clock.now()) {
            let sentence = format!("too many went wrong; try again in {} s", pause.seconds);
            return Ok(Err(page(&state, &holder, &[Fault { name: "present", sentence }])));
        }
        let changed = changed(&state, person, &fields);
        if !matches!(changed, Err(AccessError::Refused(Refusal::PasswordWrong))) {
            throttle.succeeded(&name, address);
        }
        match changed {
            Ok(token) => Ok(Ok(token)),
            Err(AccessError::Refused(refusal)) => {
                Ok(Err(page(&state, &holder, &[Fault::of(refusal)])))
            }
            Err(error) => Err(error.into()),
        }
    });
    Ok(match done.await? {
        Ok(token) => {
            tracing::info!(person.id = person.get(), "somebody changed their password");
            let mut response = answer::see_other("/people");
            set_cookie(&mut response, token.reveal(), secure);
            response
        }
        Err(page) => answer::html(StatusCode::BAD_REQUEST, page),
    })
}

fn changed(state: &State, person: PersonId, fields: &Fields) -> Result<Secret, AccessError> {
    if fields.get("password") != fields.get("again") {
        return Err(Refusal::PasswordAgain.into());
    }
    let store = &state.access.store;
    store.change_password(person, fields.get("present"), fields.get("password"))?;
    store.begin_session(person, state.clock.now())
}

fn page(state: &State, holder: &Holder, faults: &[Fault]) -> maud::Markup {
    let one_time = holder.by == (By::Session { one_time: true });
    PasswordPage { reader: &holder.reader, demo: state.demo, one_time, faults }.page()
}
