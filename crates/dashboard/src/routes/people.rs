//! `GET` and `POST /people`: who may see what, and oneself.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use maud::Markup;
use weir_access::{AccessError, NewPerson, Role};

use crate::entrance::{Holder, Shown};
use crate::fields::{Fault, Fields};
use crate::page::{PeoplePage, TokenForm};
use crate::parameters::Parameters;
use crate::problem::{Problem, blocking};
use crate::{State, answer};

/// The key of what is shown once.
pub(super) const MADE: &str = "made";

/// The page.
pub(crate) async fn people(
    request: HttpRequest,
    holder: Holder,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::only(request.query_string(), &[MADE])?;
    let made = parameters.own(MADE).unwrap_or_default().to_owned();
    let markup = blocking(move || {
        let shown = state.access.once.take(&made, holder.person, state.clock.now());
        page(&state, &holder, &Entered { shown: shown.as_ref(), ..Entered::default() })
    });
    Ok(answer::html(StatusCode::OK, markup.await?))
}

/// Lets somebody in, with a one-time password.
pub(crate) async fn add(
    holder: Holder,
    state: web::Data<State>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&holder.reader, &body)?;
    let role = role_of(&fields)?;
    holder.may_give(role)?;
    let done = blocking(move || {
        let (now, name) = (state.clock.now(), fields.get("name"));
        match state.access.store.add_person(NewPerson { name, role }, now) {
            Ok((person, secret)) => {
                told(&holder, "let somebody in", person.id.get(), role);
                holder.reader.notes.what(format!("{} made, {role}", person.id.get()));
                let name = format!(
                    "{} can sign in with this one-time password, for eight days:",
                    person.name
                );
                Ok(Ok(state.access.once.keep(holder.person, Shown { name, secret }, now)))
            }
            Err(AccessError::Refused(refusal)) => {
                let faults = [Fault::of(refusal)];
                page(&state, &holder, &Entered { name, faults: &faults, ..Entered::default() })
                    .map(Err)
            }
            Err(error) => Err(error.into()),
        }
    });
    Ok(match done.await? {
        Ok(key) => answer::see_other(&format!("/people?{MADE}={key}")),
        Err(page) => answer::html(StatusCode::BAD_REQUEST, page),
    })
}

/// What was entered into the forms of the page, and what came of it.
#[derive(Default)]
pub(super) struct Entered<'a> {
    pub(super) shown: Option<&'a Shown>,
    pub(super) name: &'a str,
    pub(super) faults: &'a [Fault],
    pub(super) token: TokenForm<'a>,
}

/// The page as whoever holds the session may see it.
pub(super) fn page(
    state: &State,
    holder: &Holder,
    entered: &Entered<'_>,
) -> Result<Markup, Problem> {
    let store = &state.access.store;
    let owner = Role::Owner <= holder.reader.role;
    let people = owner.then(|| store.people()).transpose()?;
    let own = holder.person.map(|id| store.person(id)).transpose()?;
    let tokens = match holder.person {
        Some(id) => store.tokens(Some(id))?,
        None => Vec::new(),
    };
    let page = PeoplePage {
        reader: &holder.reader,
        demo: state.demo,
        people: people.as_deref(),
        own: own.as_ref(),
        tokens: &tokens,
        shown: entered.shown,
        name: entered.name,
        faults: entered.faults,
        token: &entered.token,
        now: state.clock.now(),
    };
    Ok(page.page())
}

/// The role that a form chose.
pub(super) fn role_of(fields: &Fields) -> Result<Role, Problem> {
    let words = "the role is one of viewer, operator and owner; nothing was changed";
    fields.get("role").parse().map_err(|()| Problem::parameter("role", words))
}

/// Says to the process's log who changed what; never a secret.
pub(super) fn told(holder: &Holder, what: &str, whom: i64, role: Role) {
    let by = holder.person.map(weir_access::PersonId::get);
    tracing::info!(by.id = by, person.id = whom, person.role = role.name(), "{what}");
}

#[cfg(test)]
mod tests {
    use crate::fixture::Fixture;

    #[actix_web::test]
    async fn somebody_new_gets_a_password_that_is_shown_once_and_replaced() {
        let fixture = Fixture::peopled("");
        let olga = fixture.sign_in("Olga").await;
        let got = olga.post(&fixture, "/people", "name=%3Cb%3EBea&role=operator").await;
        assert_eq!(got.status, 303, "{}", got.body);
        let location = got.header("location").to_owned();
        let page = olga.get(&fixture, &location).await;
        assert!(page.body.contains("&lt;b&gt;Bea") && !page.body.contains("<b>Bea"));
        let (_, rest) = page.body.split_once("<code class=\"secret\">").unwrap();
        let once = rest.split('<').next().unwrap().to_owned();
        let again = olga.get(&fixture, &location).await;
        assert_eq!((again.status, again.body.contains(&once)), (200, false));
        let bea = fixture.sign_in_with("<b>Bea", &once).await;
        for path in ["/", "/people", "/health-of-it"] {
            let got = bea.get(&fixture, path).await;
            let want = if path == "/health-of-it" { 404 } else { 303 };
            assert_eq!(got.status, want, "{path}");
        }
        assert_eq!(bea.get(&fixture, "/").await.header("location"), "/people/password");
        assert_eq!(bea.get(&fixture, "/api/v1/sessions").await.status, 403);
        let form = bea.get(&fixture, "/people/password").await;
        assert!(form.body.contains("Choose a password of your own"));
        let change = |password: &str, again: &str| {
            format!("present={once}&password={password}&again={again}")
        };
        let wrong =
            bea.post(&fixture, "/people/password", &change("a-fine-sentence", "other")).await;
        assert_eq!(wrong.status, 400);
        assert!(wrong.body.contains("The two passwords are not the same."));
        let done = bea
            .post(&fixture, "/people/password", &change("a-fine-sentence", "a-fine-sentence"))
            .await;
        assert_eq!(done.status, 303, "{}", done.body);
        assert_eq!(bea.get(&fixture, "/").await.status, 303, "the old session is over");
        let cookie = done.header("set-cookie").split(';').next().unwrap().to_owned();
        assert_eq!(fixture.send_get("/", &[("cookie", &cookie)]).await.status, 200);
    }

    #[actix_web::test]
    async fn a_name_that_is_taken_is_told_beside_the_field() {
        let fixture = Fixture::peopled("");
        let olga = fixture.sign_in("Olga").await;
        let got = olga.post(&fixture, "/people", "name=ANN&role=viewer").await;
        assert_eq!(got.status, 400);
        assert!(got.body.contains("Somebody has this name already"));
        assert!(got.body.contains("value=\"ANN\""));
        assert_eq!(olga.post(&fixture, "/people", "name=Bo&role=king").await.status, 400);
    }

    #[actix_web::test]
    async fn others_see_only_themselves() {
        let fixture = Fixture::peopled("");
        let ann = fixture.sign_in("Ann").await;
        let page = ann.get(&fixture, "/people").await;
        assert!(page.body.contains("Your account") && !page.body.contains("Olga"));
        assert!(!page.body.contains("Let somebody in"));
        let olga = fixture.sign_in("Olga").await.get(&fixture, "/people").await;
        assert!(olga.body.contains("Let somebody in") && olga.body.contains(">Ann<"));
    }

    #[actix_web::test]
    async fn an_open_machine_without_people_can_make_the_first() {
        let fixture = Fixture::of("");
        let page = fixture.get("/people").await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains("Nobody has been made yet"));
        assert!(!page.body.contains("Sign out"));
    }
}
