//! `GET` and `POST /people/password`: one's own password.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use weir_access::{AccessError, Refusal};

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
        // A slip of a finger is no guess, and clears none.
        if fields.get("password") != fields.get("again") {
            return Ok(Err(page(&state, &holder, &[Fault::of(Refusal::PasswordAgain)])));
        }
        // Whoever sits down at a browser that was left open may not guess here without end either.
        let throttle = &state.access.throttle;
        if let Err(pause) = throttle.begin(&name, address, state.clock.now()) {
            let sentence = format!("too many went wrong; try again in {} s", pause.seconds);
            return Ok(Err(page(&state, &holder, &[Fault { name: "present", sentence }])));
        }
        let (present, password) = (fields.get("present"), fields.get("password"));
        let store = &state.access.store;
        let changed = store.change_password(person, present, password, state.clock.now());
        match &changed {
            Err(AccessError::Refused(Refusal::PasswordWrong)) => {}
            // The present one was right, whatever is wrong with the other.
            Ok(_) | Err(AccessError::Refused(_)) => throttle.succeeded(&name, address),
            Err(_) => throttle.unjudged(&name, address),
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

fn page(state: &State, holder: &Holder, faults: &[Fault]) -> maud::Markup {
    let one_time = holder.by == (By::Session { one_time: true });
    PasswordPage { reader: &holder.reader, demo: state.demo, one_time, faults }.page()
}

#[cfg(test)]
mod tests {
    use crate::fixture::Fixture;

    #[actix_web::test]
    async fn guesses_at_ones_own_password_are_counted_whatever_comes_between() {
        let fixture = Fixture::peopled("");
        let ann = fixture.sign_in("Ann").await;
        let with = [("cookie", ann.cookie.as_str())];
        let wrong = format!("csrf={}&present=x&password=a-fine-one&again=a-fine-one", ann.csrf);
        let mismatch = format!("csrf={}&present=x&password=a&again=b", ann.csrf);
        let forms = [&wrong, &wrong, &wrong, &wrong, &mismatch, &wrong, &wrong];
        let mut bodies = Vec::new();
        for (n, form) in forms.into_iter().enumerate() {
            let from = format!("198.51.100.{n}");
            let got = fixture.send_form_from(&from, "/people/password", form, &with).await;
            assert_eq!(got.status, 400);
            bodies.push(got.body);
        }
        assert!(bodies[4].contains("The two passwords are not the same."));
        assert!(bodies[5].contains("This is not your present password."));
        assert!(bodies[6].contains("Too many went wrong; try again in 1 s"), "{}", bodies[6]);
    }
}
