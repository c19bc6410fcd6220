//! `POST /people/tokens` and `/people/tokens/{id}/revoke`: one's own API tokens.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use weir_access::{AccessError, NewToken, Role, TokenId};

use super::people::{self, Entered, MADE, role_of};
use crate::entrance::{By, Holder, Shown};
use crate::fields::{Fault, Fields};
use crate::page::TokenForm;
use crate::problem::{Problem, blocking};
use crate::{State, answer};

/// Makes one, which is shown once.
pub(crate) async fn make(
    holder: Holder,
    state: web::Data<State>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&holder.reader, &body)?;
    let role = role_of(&fields)?;
    let done = blocking(move || {
        let name = fields.get("token");
        let days = fields.get("days").parse().unwrap_or(0);
        let new = new_token(&holder, name, role, days)?;
        match state.access.store.add_token(new, state.clock.now()) {
            Ok((token, secret)) => {
                made(&holder, token.id, role);
                holder.reader.notes.what(format!("{} made, {role}", token.id.get()));
                let name = format!("The token for {}:", token.name);
                let shown = Shown { name, secret };
                Ok(Ok(state.access.once.keep(holder.person, shown, state.clock.now())))
            }
            Err(AccessError::Refused(refusal)) => {
                let faults =
                    [Fault { name: field_of(refusal.parameter()), sentence: refusal.to_string() }];
                let token = TokenForm { name, faults: &faults };
                people::page(&state, &holder, &Entered { token, ..Entered::default() }).map(Err)
            }
            Err(error) => Err(error.into()),
        }
    });
    Ok(match done.await? {
        Ok(key) => answer::see_other(&format!("/people?{MADE}={key}")),
        Err(page) => answer::html(StatusCode::BAD_REQUEST, page),
    })
}

/// Ends one at once: one's own, or for an owner anybody's.
pub(crate) async fn revoke(
    id: web::Path<String>,
    holder: Holder,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let id = parse_id(&id)?;
    let own = holder.person;
    let token = blocking(move || Ok(revoked(&state, &holder, id)?)).await?;
    Ok(if own == Some(token.person) {
        answer::see_other("/people")
    } else {
        answer::see_other(&format!("/people/{}", token.person.get()))
    })
}

/// Ends one that the holder may end.
pub(super) fn revoked(
    state: &State,
    holder: &Holder,
    id: TokenId,
) -> Result<weir_access::Token, AccessError> {
    // An owner may end any. Somebody without a person has none of their own.
    let by = if Role::Owner <= holder.reader.role {
        None
    } else {
        Some(holder.person.unwrap_or(NOBODY))
    };
    let token = state.access.store.revoke_token(id, by, state.clock.now())?;
    let by = holder.person.map(weir_access::PersonId::get);
    tracing::info!(
        by.id = by,
        token.id = id.get(),
        person.id = token.person.get(),
        "revoked a token"
    );
    Ok(token)
}

/// Whose nothing is.
const NOBODY: weir_access::PersonId = weir_access::PersonId::new(0);

/// A token that the holder asks for.
pub(super) fn new_token<'a>(
    holder: &Holder,
    name: &'a str,
    role: Role,
    days: u32,
) -> Result<NewToken<'a>, Problem> {
    let person = holder.person.ok_or_else(|| {
        Problem::Forbidden("a token is somebody's: sign in first, or use a token".to_owned())
    })?;
    let made_by = match holder.by {
        By::Token { id, .. } => Some(id),
        By::Machine | By::Session { .. } | By::Known => None,
    };
    Ok(NewToken { name, person, role, days, maker: holder.reader.role, made_by })
}

/// Says to the process's log that one was made; never which.
pub(super) fn made(holder: &Holder, id: TokenId, role: Role) {
    let by = holder.person.map(weir_access::PersonId::get);
    tracing::info!(by.id = by, token.id = id.get(), token.role = role.name(), "made a token");
}

/// A token's number in an address.
pub(super) fn parse_id(text: &str) -> Result<TokenId, Problem> {
    text.parse()
        .map(TokenId::new)
        .map_err(|_| Problem::parameter("id", "a token's id is a whole number"))
}

/// The form's own name for what is at fault: `name` is another form's on the same page.
fn field_of(parameter: Option<&str>) -> &'static str {
    if parameter == Some("name") { "token" } else { "" }
}

#[cfg(test)]
mod tests {
    use crate::fixture::Fixture;

    #[actix_web::test]
    async fn a_token_is_shown_once_opens_the_api_and_is_revoked() {
        let fixture = Fixture::peopled("");
        let ann = fixture.sign_in("Ann").await;
        let got =
            ann.post(&fixture, "/people/tokens", "token=a+cron+job&role=viewer&days=30").await;
        assert_eq!(got.status, 303, "{}", got.body);
        let page = ann.get(&fixture, got.header("location")).await;
        let (_, rest) = page.body.split_once("<code class=\"secret\">weir_").unwrap();
        let token = format!("Bearer weir_{}", rest.split('<').next().unwrap());
        let with = [("authorization", token.as_str())];
        assert_eq!(fixture.send_get("/api/v1/sessions", &with).await.status, 200);
        assert_eq!(fixture.send_get("/api/v1/people", &with).await.status, 403);
        let page = ann.get(&fixture, "/people").await;
        assert!(page.body.contains("a cron job") && !page.body.contains(&token[7..]));
        let (_, rest) = page.body.split_once("/people/tokens/").unwrap();
        let id = rest.split('/').next().unwrap();
        assert_eq!(
            ann.post(&fixture, &format!("/people/tokens/{id}/revoke"), "").await.status,
            303
        );
        assert_eq!(fixture.send_get("/api/v1/sessions", &with).await.status, 401);
    }

    #[actix_web::test]
    async fn what_cannot_be_made_is_told_beside_the_field() {
        let fixture = Fixture::peopled("");
        let ann = fixture.sign_in("Ann").await;
        for (form, want) in [
            ("token=&role=viewer&days=30", "Write a name."),
            ("token=x&role=owner&days=30", "A token cannot be given a greater role"),
            ("token=x&role=viewer&days=9999", "A token is good for 1 to 366 days."),
        ] {
            let got = ann.post(&fixture, "/people/tokens", form).await;
            assert_eq!(got.status, 400, "{form}");
            assert!(got.body.contains(want), "{want} in {}", got.body);
        }
        assert_eq!(ann.post(&fixture, "/people/tokens/7/revoke", "").await.status, 404);
    }
}
