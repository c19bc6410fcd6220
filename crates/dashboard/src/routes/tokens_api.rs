//! `/api/v1/tokens`: what programs identify themselves by, for programs.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use weir_access::{PersonId, Role, Token};
use weir_domain::Timestamp;

use super::people_api::RoleName;
use super::person;
use super::tokens::{made, new_token, parse_id, revoked};
use crate::entrance::Holder;
use crate::parameters::Parameters;
use crate::problem::{Problem, ProblemBody, blocking};
use crate::{State, answer, json_body};

/// Somebody's tokens.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tokens)]
pub(crate) struct TokensBody {
    /// The latest first, with those that are over.
    tokens: Vec<TokenEntry>,
}

/// A token: all but the token.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Token)]
pub(crate) struct TokenEntry {
    id: i64,
    /// What it is for.
    name: String,
    /// Whose it is.
    person: i64,
    #[schema(inline)]
    role: RoleName,
    #[schema(value_type = String, format = "date-time")]
    created_at: Timestamp,
    #[schema(value_type = String, format = "date-time")]
    expires_at: Timestamp,
    /// To the minute; null: never.
    #[schema(value_type = Option<String>, format = "date-time", required)]
    used_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = "date-time", required)]
    revoked_at: Option<Timestamp>,
}

/// A token to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenDraft {
    /// What it is for, up to 80 characters.
    #[schema(min_length = 1, max_length = 80)]
    name: String,
    /// At most the maker's.
    role: RoleName,
    /// For how long it is good.
    #[schema(minimum = 1, maximum = 366)]
    days: u32,
}

/// A token with its text, which is said this once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenWithSecret {
    token: TokenEntry,
    /// What to send as `authorization: Bearer …`.
    secret: String,
}

/// One's own tokens, or for an owner anybody's.
#[utoipa::path(
    get, path = "/api/v1/tokens", tag = "people",
    params(("person" = Option<i64>, Query, description = "Whose; another's only for an owner")),
    responses(
        (status = 200, description = "The tokens, without their text", body = TokensBody),
        (status = 400, description = "A parameter cannot be taken", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 404, description = "There is no such person", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn tokens(
    request: HttpRequest,
    holder: Holder,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::only(request.query_string(), &["person"])?;
    let asked = parameters.own("person").map(whose).transpose()?;
    let of = asked.or(holder.person);
    if of != holder.person && holder.reader.role < Role::Owner {
        return Err(Problem::Forbidden("others' tokens are for owners to see".to_owned()));
    }
    let tokens = blocking(move || {
        let Some(of) = of else { return Ok(Vec::new()) };
        state.access.store.person(of)?;
        Ok(state.access.store.tokens(Some(of))?)
    });
    let tokens = tokens.await?.into_iter().map(TokenEntry::from).collect();
    Ok(answer::json(StatusCode::OK, &TokensBody { tokens }))
}

/// Makes a token of whoever asks.
///
/// A token that a token made ends with it: at the latest when it does, and at once when it is revoked.
#[utoipa::path(
    post, path = "/api/v1/tokens", tag = "people",
    request_body(content = TokenDraft),
    responses(
        (status = 201, description = "The token, with its text", body = TokenWithSecret),
        (status = 400, description = "The body or a parameter cannot be taken, or its role is more \
            than the maker's", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "There are as many as may be", body = ProblemBody,
            content_type = "application/problem+json"),
        (status = 415, description = "The body is no JSON", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn make_token(
    request: HttpRequest,
    holder: Holder,
    state: web::Data<State>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    Parameters::only(request.query_string(), &[])?;
    let draft: TokenDraft = json_body::read(&request, &body)?;
    let made = blocking(move || {
        let role = draft.role.into();
        let new = new_token(&holder, &draft.name, role, draft.days)?;
        let (token, secret) = state.access.store.add_token(new, state.clock.now())?;
        made(&holder, token.id, role);
        holder.reader.notes.what(format!("{} made, {role}", token.id.get()));
        Ok(TokenWithSecret { token: token.into(), secret: secret.reveal().to_owned() })
    });
    Ok(answer::json(StatusCode::CREATED, &made.await?))
}

/// Ends a token at once, and all that it made: one's own, or for an owner anybody's.
#[utoipa::path(
    post, path = "/api/v1/tokens/{id}/revoke", tag = "people",
    params(("id" = i64, Path, description = "The token's id")),
    responses(
        (status = 200, description = "The token, revoked", body = TokenEntry),
        (status = 400, description = "The id is no number, or a parameter is unknown",
            body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "There is no such token of theirs", body = ProblemBody,
            content_type = "application/problem+json"),
    )
)]
pub(crate) async fn revoke_token(
    request: HttpRequest,
    id: web::Path<String>,
    holder: Holder,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    Parameters::only(request.query_string(), &[])?;
    let id = parse_id(&id)?;
    let token = blocking(move || Ok(revoked(&state, &holder, id)?)).await?;
    Ok(answer::json(StatusCode::OK, &TokenEntry::from(token)))
}

fn whose(text: &str) -> Result<PersonId, Problem> {
    person::parse_id(text)
        .map_err(|_| Problem::parameter("person", "`person` must be a person's id, a whole number"))
}

impl From<Token> for TokenEntry {
    fn from(token: Token) -> TokenEntry {
        TokenEntry {
            id: token.id.get(),
            name: token.name,
            person: token.person.get(),
            role: token.role.into(),
            created_at: token.created_at,
            expires_at: token.expires_at,
            used_at: token.used_at,
            revoked_at: token.revoked_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::fixture::Fixture;

    #[actix_web::test]
    async fn a_token_makes_a_lesser_one_and_revokes_it() {
        let fixture = Fixture::peopled("");
        let bearer = fixture.bearer("Ann");
        let draft = r#"{"name":"nightly","role":"viewer","days":300}"#;
        let made = fixture.post_json_as(&bearer, "/api/v1/tokens", draft).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let made: Value = serde_json::from_str(&made.body).unwrap();
        // The fixture's own token is good for 30 days.
        assert_eq!(made["token"]["expires_at"], "2026-04-30T12:00:00Z");
        let lesser = format!("Bearer {}", made["secret"].as_str().unwrap());
        let with = [("authorization", lesser.as_str())];
        assert_eq!(fixture.send_get("/api/v1/tokens", &with).await.status, 200);
        let path = format!("/api/v1/tokens/{}/revoke", made["token"]["id"]);
        assert_eq!(fixture.post_json_as(&bearer, &path, "").await.status, 200);
        assert_eq!(fixture.send_get("/api/v1/tokens", &with).await.status, 401);
        let owner = r#"{"name":"x","role":"owner","days":3}"#;
        assert_eq!(fixture.post_json_as(&bearer, "/api/v1/tokens", owner).await.status, 400);
    }

    #[actix_web::test]
    async fn what_a_token_made_ends_with_it() {
        let fixture = Fixture::peopled("");
        let draft = r#"{"name":"child","role":"owner","days":366}"#;
        let mut bearers = vec![fixture.bearer("Olga")];
        for generation in 0..2 {
            let made = fixture.post_json_as(&bearers[generation], "/api/v1/tokens", draft).await;
            let made: Value = serde_json::from_str(&made.body).unwrap();
            assert_eq!(made["token"]["expires_at"], "2026-04-30T12:00:00Z");
            bearers.push(format!("Bearer {}", made["secret"].as_str().unwrap()));
        }
        let olga = fixture.sign_in("Olga").await;
        assert_eq!(olga.post(&fixture, "/people/tokens/1/revoke", "").await.status, 303);
        for bearer in &bearers {
            let with = [("authorization", bearer.as_str())];
            assert_eq!(fixture.send_get("/api/v1/tokens", &with).await.status, 401);
        }
    }

    #[actix_web::test]
    async fn anothers_tokens_are_for_owners() {
        let fixture = Fixture::peopled("");
        let (ann, olga) = (fixture.bearer("Ann"), fixture.bearer("Olga"));
        let path = format!("/api/v1/tokens?person={}", fixture.person("Ann"));
        let get = |bearer: &str, path: &str| {
            let (bearer, path) = (bearer.to_owned(), path.to_owned());
            let fixture = &fixture;
            async move { fixture.send_get(&path, &[("authorization", &bearer)]).await }
        };
        assert_eq!(get(&ann, &path).await.status, 200);
        assert!(get(&olga, &path).await.body.contains("\"name\":\"Ann's\""));
        let olgas = format!("/api/v1/tokens?person={}", fixture.person("Olga"));
        assert_eq!(get(&ann, &olgas).await.status, 403);
        assert_eq!(get(&olga, "/api/v1/tokens?person=77").await.status, 404);
        assert_eq!(get(&olga, "/api/v1/tokens?person=x").await.status, 400);
    }
}
