//! `GET /people/{id}` and what an owner can do there: a role, a lock, a one-time password.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use maud::Markup;
use weir_access::{AccessError, PersonId};

use super::people::{MADE, role_of, told};
use crate::entrance::{Holder, Shown};
use crate::fields::{Fault, Fields};
use crate::page::OnePage;
use crate::parameters::Parameters;
use crate::problem::{Problem, blocking};
use crate::{State, answer};

/// The page.
pub(crate) async fn person(
    request: HttpRequest,
    id: web::Path<String>,
    holder: Holder,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let id = parse_id(&id)?;
    let parameters = Parameters::only(request.query_string(), &[MADE])?;
    let made = parameters.own(MADE).unwrap_or_default().to_owned();
    let markup = blocking(move || {
        let shown = state.access.once.take(&made, holder.person, state.clock.now());
        page(&state, &holder, id, shown.as_ref(), &[])
    });
    Ok(answer::html(StatusCode::OK, markup.await?))
}

/// Gives somebody another role.
pub(crate) async fn role(
    id: web::Path<String>,
    holder: Holder,
    state: web::Data<State>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&holder.reader, &body)?;
    let role = role_of(&fields)?;
    holder.may_give(role)?;
    change(&id, holder, state, move |state, holder, id| {
        state.access.store.set_role(id, role)?;
        told(holder, "gave somebody a role", id.get(), role);
        holder.reader.notes.what(format!("{} is {role}", id.get()));
        Ok(None)
    })
    .await
}

/// Locks somebody out, or lets them in again.
pub(crate) async fn disabled(
    id: web::Path<String>,
    holder: Holder,
    state: web::Data<State>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&holder.reader, &body)?;
    let disabled = fields.get("disabled") != "no";
    change(&id, holder, state, move |state, holder, id| {
        state.access.store.set_disabled(id, disabled)?;
        let what = if disabled { "locked somebody out" } else { "let somebody in again" };
        told(holder, what, id.get(), state.access.store.person(id)?.role);
        holder.reader.notes.what(format!("{} {what}", id.get()));
        Ok(None)
    })
    .await
}

/// Puts a one-time password in the place of somebody's own.
pub(crate) async fn password(
    id: web::Path<String>,
    holder: Holder,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    holder.not_by_token()?;
    change(&id, holder, state, |state, holder, id| {
        let now = state.clock.now();
        let secret = state.access.store.reset_password(id, now)?;
        let person = state.access.store.person(id)?;
        told(holder, "gave somebody a one-time password", id.get(), person.role);
        let name =
            format!("{} can sign in with this one-time password, for eight days:", person.name);
        Ok(Some(state.access.once.keep(holder.person, Shown { name, secret }, now)))
    })
    .await
}

/// Does something to somebody and leads back to their page, with the key of what is shown once; what
/// is refused is told there.
async fn change(
    id: &str,
    holder: Holder,
    state: web::Data<State>,
    work: impl FnOnce(&State, &Holder, PersonId) -> Result<Option<String>, AccessError> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let id = parse_id(id)?;
    let done = blocking(move || match work(&state, &holder, id) {
        Ok(key) => Ok(Ok(key)),
        Err(AccessError::Refused(refusal)) => {
            let faults = [Fault { name: "", sentence: refusal.to_string() }];
            page(&state, &holder, id, None, &faults).map(Err)
        }
        Err(error) => Err(error.into()),
    });
    let id = id.get();
    Ok(match done.await? {
        Ok(None) => answer::see_other(&format!("/people/{id}")),
        Ok(Some(key)) => answer::see_other(&format!("/people/{id}?{MADE}={key}")),
        Err(page) => answer::html(StatusCode::CONFLICT, page),
    })
}

fn page(
    state: &State,
    holder: &Holder,
    id: PersonId,
    shown: Option<&Shown>,
    faults: &[Fault],
) -> Result<Markup, Problem> {
    let store = &state.access.store;
    let page = OnePage {
        reader: &holder.reader,
        demo: state.demo,
        person: &store.person(id)?,
        tokens: &store.tokens(Some(id))?,
        shown,
        faults,
        now: state.clock.now(),
    };
    Ok(page.page())
}

/// A person's number in an address.
pub(super) fn parse_id(text: &str) -> Result<PersonId, Problem> {
    text.parse()
        .map(PersonId::new)
        .map_err(|_| Problem::parameter("id", "a person's id is a whole number"))
}

#[cfg(test)]
mod tests {
    use crate::fixture::Fixture;

    #[actix_web::test]
    async fn an_owner_changes_a_role_locks_out_and_lets_in_again() {
        let fixture = Fixture::peopled("");
        let (olga, ann) = (fixture.sign_in("Olga").await, fixture.sign_in("Ann").await);
        let path = format!("/people/{}", fixture.person("Ann"));
        assert!(olga.get(&fixture, &path).await.body.contains("Change the role"));
        assert_eq!(ann.get(&fixture, &path).await.status, 403);
        let got = olga.post(&fixture, &format!("{path}/role"), "role=operator").await;
        assert_eq!((got.status, got.header("location")), (303, path.as_str()));
        assert_eq!(ann.get(&fixture, "/people").await.status, 303, "she is signed out");
        let ann = fixture.sign_in("Ann").await;
        assert!(ann.get(&fixture, "/people").await.body.contains("an operator"));
        olga.post(&fixture, &format!("{path}/disabled"), "disabled=yes").await;
        assert_eq!(ann.get(&fixture, "/people").await.status, 303);
        assert!(olga.get(&fixture, &path).await.body.contains("no, locked out"));
        olga.post(&fixture, &format!("{path}/disabled"), "disabled=no").await;
        fixture.sign_in("Ann").await;
        let got = olga.post(&fixture, &format!("{path}/password"), "").await;
        let shown = olga.get(&fixture, got.header("location")).await;
        assert!(shown.body.contains("Ann can sign in with this one-time password"));
    }

    #[actix_web::test]
    async fn the_last_owner_stays_one() {
        let fixture = Fixture::peopled("");
        let olga = fixture.sign_in("Olga").await;
        let path = format!("/people/{}", fixture.person("Olga"));
        for (what, form) in [("role", "role=viewer"), ("disabled", "disabled=yes")] {
            let got = olga.post(&fixture, &format!("{path}/{what}"), form).await;
            assert_eq!(got.status, 409, "{what}");
            assert!(got.body.contains("This is the only owner who can sign in"));
        }
        assert_eq!(olga.get(&fixture, "/people/x").await.status, 400);
        assert_eq!(olga.get(&fixture, "/people/99").await.status, 404);
    }
}
