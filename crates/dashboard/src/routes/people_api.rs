//! `/api/v1/people`: who may see what, for programs of an owner.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_access::{NewPerson, Person, Role};
use weir_domain::Timestamp;

use super::people::told;
use super::person::parse_id;
use crate::entrance::Holder;
use crate::parameters::Parameters;
use crate::problem::{Problem, ProblemBody, blocking};
use crate::{State, answer, json_body};

/// Everybody.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = People)]
pub(crate) struct PeopleBody {
    /// By name.
    people: Vec<PersonEntry>,
}

/// Somebody who may sign in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Person)]
pub(crate) struct PersonEntry {
    id: i64,
    name: String,
    #[schema(inline)]
    role: RoleName,
    /// Whether they are locked out.
    disabled: bool,
    /// Whether an identity provider vouches for them, so that they have no password here.
    elsewhere: bool,
    /// Until when their one-time password works; null once they chose one of their own.
    #[schema(value_type = Option<String>, format = "date-time", required)]
    one_time_until: Option<Timestamp>,
    #[schema(value_type = String, format = "date-time")]
    created_at: Timestamp,
    /// The last request of theirs, to the minute.
    #[schema(value_type = Option<String>, format = "date-time", required)]
    seen_at: Option<Timestamp>,
}

/// What somebody may do; each role may do all that the ones before it may.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RoleName {
    Viewer,
    Operator,
    Owner,
}

/// Somebody to let in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PersonDraft {
    /// Up to 80 characters; nobody else's in any letter case.
    #[schema(min_length = 1, max_length = 80)]
    name: String,
    #[schema(inline)]
    role: RoleName,
}

/// What to change of somebody; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PersonChange {
    #[schema(inline)]
    role: Option<RoleName>,
    /// Whether they are locked out.
    disabled: Option<bool>,
}

/// Somebody with the password to pass on, which is said this once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonWithPassword {
    person: PersonEntry,
    /// They must replace it when they sign in.
    one_time_password: String,
}

/// Everybody who may sign in, or might.
#[utoipa::path(
    get, path = "/api/v1/people", tag = "people",
    responses(
        (status = 200, description = "Everybody, by name", body = PeopleBody),
        (status = 400, description = "A parameter is unknown", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn people(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    Parameters::only(request.query_string(), &[])?;
    let people = blocking(move || Ok(state.access.store.people()?)).await?;
    let people = people.into_iter().map(PersonEntry::from).collect();
    Ok(answer::json(StatusCode::OK, &PeopleBody { people }))
}

/// One of them.
#[utoipa::path(
    get, path = "/api/v1/people/{id}", tag = "people",
    params(("id" = i64, Path, description = "The person's id")),
    responses(
        (status = 200, description = "The person", body = PersonEntry),
        (status = 400, description = "The id is no number, or a parameter is unknown",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "There is no such person", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn person(
    request: HttpRequest,
    id: web::Path<String>,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    Parameters::only(request.query_string(), &[])?;
    let id = parse_id(&id)?;
    let person = blocking(move || Ok(state.access.store.person(id)?)).await?;
    Ok(answer::json(StatusCode::OK, &PersonEntry::from(person)))
}

/// Lets somebody in, with a one-time password. No token makes an owner.
#[utoipa::path(
    post, path = "/api/v1/people", tag = "people",
    request_body(content = PersonDraft),
    responses(
        (status = 201, description = "They can sign in", body = PersonWithPassword),
        (status = 400, description = "The body, the name or a parameter cannot be taken",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "The body is no JSON", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 503, description = "Too many passwords are being hashed", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn add_person(
    request: HttpRequest,
    holder: Holder,
    state: web::Data<State>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    Parameters::only(request.query_string(), &[])?;
    let draft: PersonDraft = json_body::read(&request, &body)?;
    let role = draft.role.into();
    holder.may_give(role)?;
    let made = blocking(move || {
        let new = NewPerson { name: &draft.name, role };
        let (person, secret) = state.access.store.add_person(new, state.clock.now())?;
        told(&holder, "let somebody in", person.id.get(), role);
        holder.reader.notes.what(format!("{} made, {role}", person.id.get()));
        Ok(with_password(person, &secret))
    });
    Ok(answer::json(StatusCode::CREATED, &made.await?))
}

/// Gives somebody another role, locks them out, or lets them in again. No token makes an owner.
#[utoipa::path(
    post, path = "/api/v1/people/{id}", tag = "people",
    params(("id" = i64, Path, description = "The person's id")),
    request_body(content = PersonChange),
    responses(
        (status = 200, description = "The person as they are now", body = PersonEntry),
        (status = 400, description = "The id, the body or a parameter cannot be taken",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "There is no such person", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "There would be no owner who can sign in",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "The body is no JSON", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn change_person(
    request: HttpRequest,
    id: web::Path<String>,
    holder: Holder,
    state: web::Data<State>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    Parameters::only(request.query_string(), &[])?;
    let id = parse_id(&id)?;
    let change: PersonChange = json_body::read(&request, &body)?;
    let role = change.role.map(Role::from);
    role.map_or(Ok(()), |role| holder.may_give(role))?;
    let person = blocking(move || {
        let store = &state.access.store;
        if let Some(role) = role {
            store.set_role(id, role)?;
        }
        if let Some(disabled) = change.disabled {
            store.set_disabled(id, disabled)?;
        }
        let person = store.person(id)?;
        told(&holder, "changed somebody", id.get(), person.role);
        holder.reader.notes.what(format!(
            "{} is {}{}",
            id.get(),
            person.role,
            if person.disabled { ", locked out" } else { "" }
        ));
        Ok(person)
    });
    Ok(answer::json(StatusCode::OK, &PersonEntry::from(person.await?)))
}

/// Puts a one-time password in the place of somebody's own. No token does.
#[utoipa::path(
    post, path = "/api/v1/people/{id}/password", tag = "people",
    params(("id" = i64, Path, description = "The person's id")),
    responses(
        (status = 200, description = "The person, with the password to pass on",
            body = PersonWithPassword),
        (status = 400, description = "The id is no number, or a parameter is unknown",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "There is no such person", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 409, description = "They have no password here", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 503, description = "Too many passwords are being hashed", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn reset_password(
    request: HttpRequest,
    id: web::Path<String>,
    holder: Holder,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    holder.not_by_token()?;
    Parameters::only(request.query_string(), &[])?;
    let id = parse_id(&id)?;
    let made = blocking(move || {
        let secret = state.access.store.reset_password(id, state.clock.now())?;
        let person = state.access.store.person(id)?;
        told(&holder, "gave somebody a one-time password", id.get(), person.role);
        Ok(with_password(person, &secret))
    });
    Ok(answer::json(StatusCode::OK, &made.await?))
}

fn with_password(person: Person, secret: &weir_access::Secret) -> PersonWithPassword {
    PersonWithPassword { person: person.into(), one_time_password: secret.reveal().to_owned() }
}

impl From<Person> for PersonEntry {
    fn from(person: Person) -> PersonEntry {
        PersonEntry {
            id: person.id.get(),
            name: person.name,
            role: person.role.into(),
            disabled: person.disabled,
            elsewhere: person.elsewhere,
            one_time_until: person.one_time_until,
            created_at: person.created_at,
            seen_at: person.seen_at,
        }
    }
}

impl From<Role> for RoleName {
    fn from(role: Role) -> RoleName {
        match role {
            Role::Viewer => RoleName::Viewer,
            Role::Operator => RoleName::Operator,
            Role::Owner => RoleName::Owner,
        }
    }
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Role {
        match name {
            RoleName::Viewer => Role::Viewer,
            RoleName::Operator => Role::Operator,
            RoleName::Owner => Role::Owner,
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::Method;
    use serde_json::{Value, json};

    use crate::fixture::{Answer, Fixture};

    fn read(answer: &Answer) -> Value {
        serde_json::from_str(&answer.body).unwrap()
    }

    #[actix_web::test]
    async fn a_program_of_an_owner_lets_somebody_in_and_changes_them() {
        let fixture = Fixture::peopled("");
        let bearer = fixture.bearer("Olga");
        let post =
            |path: &'static str, body: &'static str| fixture.post_json_as(&bearer, path, body);
        let made = post("/api/v1/people", r#"{"name":"Bea","role":"viewer"}"#).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let made = read(&made);
        let once = made["one_time_password"].as_str().unwrap();
        fixture.sign_in_with("Bea", once).await;
        let changed = post("/api/v1/people/3", r#"{"role":"operator","disabled":true}"#).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        let changed = read(&changed);
        assert_eq!((&changed["role"], &changed["disabled"]), (&json!("operator"), &json!(true)));
        let all = fixture.send_get("/api/v1/people", &[("authorization", &bearer)]).await;
        let names: Vec<_> = read(&all)["people"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(names, ["Ann", "Bea", "Olga", "Otto"]);
        assert!(!all.body.contains("argon2") && !all.body.contains(once));
    }

    #[actix_web::test]
    async fn a_program_takes_nobodys_account_and_makes_no_owner() {
        let fixture = Fixture::peopled("");
        let bearer = fixture.bearer("Olga");
        for (path, body) in [
            ("/api/v1/people/1/password", ""),
            ("/api/v1/people/3/password", ""),
            ("/api/v1/people", r#"{"name":"Bo","role":"owner"}"#),
            ("/api/v1/people/3", r#"{"role":"owner"}"#),
        ] {
            let got = fixture.post_json_as(&bearer, path, body).await;
            assert_eq!(got.status, 403, "{path} {body}: {}", got.body);
            assert!(got.body.contains("sign in for that"), "{}", got.body);
        }
        let with = [("authorization", bearer.as_str())];
        for (path, form) in [
            ("/people/1/password", "csrf="),
            ("/people", "csrf=&name=Bo&role=owner"),
            ("/people/3/role", "csrf=&role=owner"),
        ] {
            assert_eq!(fixture.send_form(path, form, &with).await.status, 403, "{path}");
        }
        let people = fixture.state().access.store.people().unwrap();
        assert_eq!(people.iter().filter(|one| one.role == weir_access::Role::Owner).count(), 1);
        assert_eq!(people.len(), 3);
        fixture.sign_in("Olga").await;
    }

    #[actix_web::test]
    async fn what_cannot_be_is_a_problem() {
        let fixture = Fixture::peopled("");
        let bearer = fixture.bearer("Olga");
        for (path, body, status) in [
            ("/api/v1/people", r#"{"name":"ann","role":"viewer"}"#, 400),
            ("/api/v1/people", r#"{"name":"Bo","role":"king"}"#, 400),
            ("/api/v1/people", r#"{"name":"Bo"}"#, 400),
            ("/api/v1/people/77", r#"{"disabled":true}"#, 404),
            ("/api/v1/people/1", r#"{"disabled":true}"#, 409),
            ("/api/v1/people/x", "{}", 400),
        ] {
            let got = fixture.post_json_as(&bearer, path, body).await;
            assert_eq!(got.status, status, "{path} {body}: {}", got.body);
            assert_eq!(got.header("content-type"), "application/problem+json");
        }
        let olga = fixture.sign_in("Olga").await;
        let with = [("cookie", olga.cookie.as_str()), ("x-weir-csrf", olga.csrf.as_str())];
        let path = "/api/v1/people/77/password";
        assert_eq!(fixture.send_body(Method::POST, path, "", &with).await.status, 404);
    }
}
