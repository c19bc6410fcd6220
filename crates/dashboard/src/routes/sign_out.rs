//! `POST /sign-out`: the end of a session.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::entrance::{clear_cookie, is_secure, session_token};
use crate::problem::{Problem, blocking};
use crate::{State, answer};

/// Ends the session that the cookie is of.
pub(crate) async fn sign_out(
    request: HttpRequest,
    state: web::Data<State>,
) -> Result<HttpResponse, Problem> {
    let secure = is_secure(&state.access, request.headers());
    if let Some(token) = session_token(request.headers(), secure).map(str::to_owned) {
        blocking(move || Ok(state.access.store.end_session(&token)?)).await?;
    }
    let mut response = answer::see_other("/sign-in");
    clear_cookie(&mut response, secure);
    Ok(response)
}
