//! Whether somebody whose answer takes long is still let in.

use actix_web::{HttpMessage, HttpRequest, web};
use zeroize::Zeroizing;

use super::identify::{By, Holder, asked, bearer};
use super::{is_secure, session_token};
use crate::State;

/// What somebody showed, which is held against the store again while they are answered.
pub(crate) struct Lasting {
    state: web::Data<State>,
    shown: Shown,
}

enum Shown {
    Token(Zeroizing<String>),
    Session(Zeroizing<String>),
    /// Nothing that could end: whoever sits at this machine.
    Nothing,
}

impl Lasting {
    /// What was shown with a request that was let in.
    pub(crate) fn of(state: &web::Data<State>, request: &HttpRequest) -> Lasting {
        let own = |text: &str| Zeroizing::new(text.to_owned());
        let by = request.extensions().get::<Holder>().map(|holder| holder.by.clone());
        let shown = match by {
            Some(By::Token { .. }) => bearer(request).map(|token| Shown::Token(own(token))),
            Some(By::Session { .. }) => {
                let secure = is_secure(&state.access, request.headers());
                session_token(request.headers(), secure).map(|token| Shown::Session(own(token)))
            }
            Some(By::Machine | By::Known) | None => None,
        };
        Lasting { state: state.clone(), shown: shown.unwrap_or(Shown::Nothing) }
    }

    /// Whether they would still be let in. Where that cannot be asked, they are not.
    pub(crate) async fn holds(&self) -> bool {
        let held = match &self.shown {
            Shown::Nothing => return true,
            Shown::Token(token) => {
                let token = token.clone();
                let used = move |state: &State, now| state.access.store.use_token(&token, now);
                asked(&self.state, used).await.map(|used| used.is_some())
            }
            Shown::Session(token) => {
                let token = token.clone();
                let lasts = move |state: &State, now| state.access.store.session_lasts(&token, now);
                asked(&self.state, lasts).await
            }
        };
        held.unwrap_or(false)
    }
}
