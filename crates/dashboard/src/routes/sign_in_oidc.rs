//! `GET /sign-in/oidc` and `GET /sign-in/oidc/callback`: to the identity provider, and back with a
//! session.

use std::net::IpAddr;

use actix_web::{HttpRequest, HttpResponse, web};
use weir_access::SignedIn;
use weir_audit::{self as audit, Did, Entry, Who};

use super::sign_in::{local, page};
use crate::audit::Note;
use crate::entrance::{
    clear_pending_cookie, client_address, is_secure, pending_token, set_cookie, set_pending_cookie,
};
use crate::fields::Fault;
use crate::oidc::{Identity, Oidc, Refused, Sent};
use crate::problem::{Problem, blocking};
use crate::{State, answer};

/// What happens where one comes by: somebody is sent on, or told why not.
type Outcome<T> = Result<Result<T, Refused>, Problem>;

/// Sends the browser to the provider.
pub(crate) async fn begin(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let secure = is_secure(&state.access, request.headers());
    let next = local(&sent(&request, "next")).to_owned();
    let begun = with_provider(&state, move |state, oidc| Ok(oidc.begin(&next, state.clock.now())));
    Ok(match begun.await? {
        None => answer::see_other("/setup"),
        Some(Err(refused)) => refuse(&state, refused),
        Some(Ok(begun)) => {
            let mut response = answer::see_other(&begun.address);
            set_pending_cookie(&mut response, begun.browser.reveal(), secure);
            response
        }
    })
}

/// Signs in whom the provider sends back.
pub(crate) async fn callback(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let (secure, address) = (is_secure(&state.access, request.headers()), client_address(&request));
    let browser = pending_token(request.headers(), secure).unwrap_or_default().to_owned();
    let [state_sent, code, error, iss] =
        ["state", "code", "error", "iss"].map(|name| sent(&request, name));
    let told = Sent { state: state_sent, code, error, iss };
    let done =
        with_provider(&state, move |state, oidc| finished(state, oidc, (&told, &browser), address));
    let mut response = match done.await? {
        None => answer::see_other("/setup"),
        Some(Err(refused)) => {
            tracing::warn!(%address, "a sign-in by the identity provider went wrong: {refused}");
            refuse(&state, refused)
        }
        Some(Ok((signed, identity))) => {
            let person = signed.person.get();
            tracing::info!(person.id = person, %address, "somebody signed in by the identity provider");
            let next = if identity.next.is_empty() { "/" } else { &identity.next };
            let mut response = answer::see_other(next);
            set_cookie(&mut response, signed.token.reveal(), secure);
            response
        }
    };
    clear_pending_cookie(&mut response, secure);
    Ok(response)
}

fn finished(
    state: &State,
    oidc: &Oidc,
    (told, browser): (&Sent, &str),
    address: IpAddr,
) -> Outcome<(SignedIn, Identity)> {
    let now = state.clock.now();
    let admitted = match oidc.finish(told, browser, now) {
        Ok(identity) => {
            let signed = written(state, oidc, &identity, address)?;
            signed.map(|signed| (signed, identity))
        }
        Err(refused) => Err(refused),
    };
    match &admitted {
        Ok((signed, _)) => {
            let person = state.access.store.person(signed.person)?;
            let how = format!("by {}", oidc.name());
            state.audit.signed_in((person.id, &person.name), address, &how, now)?;
        }
        Err(_) => {
            state.audit.not_signed_in(&format!("by {}", oidc.name()), address, now)?;
        }
    }
    Ok(admitted)
}

/// A session for them. Somebody new is written down before they are made, and after.
fn written(state: &State, oidc: &Oidc, identity: &Identity, address: IpAddr) -> Outcome<SignedIn> {
    let (store, now) = (&state.access.store, state.clock.now());
    if store.is_known_elsewhere(&identity.subject)? {
        return oidc.admit(store, identity, now);
    }
    let begun = state.audit.begin(Entry {
        at: now,
        who: Who::nobody(),
        from: Some(address.to_string()),
        did: Did::ChangedPerson,
        what: format!("somebody new, by {}", oidc.name()),
    })?;
    let admitted = oidc.admit(store, identity, now);
    let (what, outcome) = match &admitted {
        Ok(Ok(signed)) => {
            let what = format!("{} made by {}, {}", signed.person.get(), oidc.name(), oidc.role());
            (Some(what), audit::Outcome::Done)
        }
        Ok(Err(_)) => (None, audit::Outcome::Refused),
        Err(_) => (None, audit::Outcome::Failed),
    };
    state.audit.end(begun, state.clock.now(), &Note { did: None, what }, outcome);
    admitted
}

/// Does what takes the provider; nothing where there is nobody yet, because the first to be made must
/// be the owner.
async fn with_provider<T: Send + 'static>(
    state: &web::Data<State>,
    work: impl FnOnce(&State, &Oidc) -> Outcome<T> + Send + 'static,
) -> Result<Option<Result<T, Refused>>, Problem> {
    let state = state.clone();
    blocking(move || {
        if !state.access.has_people()? {
            return Ok(None);
        }
        let none =
            || Problem::NotFound("no identity provider is configured; use /sign-in".to_owned());
        let oidc = state.access.oidc.as_ref().ok_or_else(none)?;
        work(&state, oidc).map(Some)
    })
    .await
}

fn refuse(state: &State, refused: Refused) -> HttpResponse {
    let faults = [Fault { name: "", sentence: refused.to_string() }];
    answer::html(refused.status(), page(state, "", "", &faults))
}

/// What the address says of `name`; empty where it says nothing.
fn sent(request: &HttpRequest, name: &str) -> String {
    let read = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
    let pairs = read.map(web::Query::into_inner).unwrap_or_default();
    pairs
        .into_iter()
        .find_map(|(known, value)| (known == name).then_some(value))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests; // against a provider on this machine
