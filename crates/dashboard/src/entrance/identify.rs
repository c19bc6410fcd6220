//! Who asks: by a bearer token, by a session's cookie, or by sitting at this machine.

use actix_web::dev::ServiceRequest;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web};
use weir_access::{AccessError, PersonId, Role, TokenId};
use weir_domain::Timestamp;

use super::origin::{is_secure, is_this_machine};
use super::{Openness, session_token};
use crate::State;
use crate::audit::Notes;
use crate::problem::{Problem, blocking};
use crate::reader::Reader;

/// Who asks, and how they said so.
#[derive(Debug, Clone)]
pub(crate) struct Holder {
    /// As pages know them.
    pub(crate) reader: Reader,
    /// Which of the people; none where nobody signed in.
    pub(crate) person: Option<PersonId>,
    /// How they said so.
    pub(crate) by: By,
}

impl Holder {
    /// Refuses a token what would outlast it: an account taken over, or an owner of its own.
    pub(crate) fn not_by_token(&self) -> Result<(), Problem> {
        match self.by {
            By::Token { .. } => Err(Problem::Forbidden(
                "a token resets no password and makes no owner; sign in for that".to_owned(),
            )),
            By::Machine | By::Session { .. } | By::Known => Ok(()),
        }
    }

    /// Refuses whoever may not give somebody this role.
    pub(crate) fn may_give(&self, role: Role) -> Result<(), Problem> {
        if role == Role::Owner { self.not_by_token() } else { Ok(()) }
    }
}

/// How somebody said who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum By {
    /// By sitting at this machine, whose dashboard is open.
    Machine,
    /// By a session.
    Session {
        /// They have a password that somebody else knows too.
        one_time: bool,
    },
    /// By a token, which ends.
    Token {
        /// Which one.
        id: TokenId,
        /// What it is for.
        name: String,
    },
    /// Whoever stands before us in the app has said so.
    Known,
}

/// The bearer token; `Some("")` where the header is of another kind or cannot be read.
pub(super) fn bearer(request: &impl HttpMessage) -> Option<&str> {
    let text = request.headers().get(AUTHORIZATION)?.to_str().unwrap_or_default();
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    Some(if scheme.eq_ignore_ascii_case("bearer") { token.trim() } else { "" })
}

/// Who asks; none who does not say, or says what is not so.
pub(super) async fn identify(
    state: &web::Data<State>,
    request: &ServiceRequest,
) -> Result<Option<Holder>, Problem> {
    if let Some(token) = bearer(request).map(str::to_owned) {
        return by_token(state, token).await;
    }
    let secure = is_secure(&state.access, request.headers());
    if let Some(token) = session_token(request.headers(), secure).map(str::to_owned)
        && let Some(holder) = by_session(state, token).await?
    {
        return Ok(Some(holder));
    }
    by_place(state, request).await
}

async fn by_token(state: &web::Data<State>, token: String) -> Result<Option<Holder>, Problem> {
    let used = asked(state, move |state, now| state.access.store.use_token(&token, now)).await?;
    Ok(used.map(|used| Holder {
        reader: Reader {
            name: Some(used.name),
            role: used.role,
            csrf: String::new(),
            notes: Notes::default(),
        },
        person: Some(used.person),
        by: By::Token { id: used.token, name: used.token_name },
    }))
}

async fn by_session(state: &web::Data<State>, token: String) -> Result<Option<Holder>, Problem> {
    let known = asked(state, move |state, now| state.access.store.session(&token, now)).await?;
    Ok(known.map(|known| Holder {
        reader: Reader {
            name: Some(known.name),
            role: known.role,
            csrf: known.csrf,
            notes: Notes::default(),
        },
        person: Some(known.person),
        by: By::Session { one_time: known.one_time },
    }))
}

async fn by_place(
    state: &web::Data<State>,
    request: &ServiceRequest,
) -> Result<Option<Holder>, Problem> {
    let entrance = &state.access;
    let role = match entrance.openness {
        Openness::Loopback => Some(Role::Owner),
        Openness::UntilOwner if request.method().is_safe() && is_api(request.path()) => {
            Some(Role::Viewer)
        }
        Openness::UntilOwner | Openness::Never => None,
    };
    let Some(role) = role.filter(|_| is_this_machine(entrance, request)) else { return Ok(None) };
    // The first to be made closes this for good.
    if entrance.openness == Openness::UntilOwner
        && asked(state, |state, _| state.access.has_people()).await?
    {
        return Ok(None);
    }
    let csrf = entrance.csrf.reveal().to_owned();
    Ok(Some(Holder {
        reader: Reader { name: None, role, csrf, notes: Notes::default() },
        person: None,
        by: By::Machine,
    }))
}

/// Whether programs ask there, and not people.
pub(super) fn is_api(path: &str) -> bool {
    path.starts_with("/api/")
}

/// Asks the store where it holds up no other request.
pub(super) async fn asked<T: Send + 'static>(
    state: &web::Data<State>,
    ask: impl FnOnce(&State, Timestamp) -> Result<T, AccessError> + Send + 'static,
) -> Result<T, Problem> {
    let state = state.clone();
    blocking(move || Ok(ask(&state, state.clock.now())?)).await
}

impl FromRequest for Holder {
    type Error = Problem;
    type Future = std::future::Ready<Result<Holder, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let known = request.extensions().get::<Holder>().cloned();
        std::future::ready(known.ok_or_else(|| {
            Problem::internal(&"a route that everybody may ask wants to know who asks")
        }))
    }
}
