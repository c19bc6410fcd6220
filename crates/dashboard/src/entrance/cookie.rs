//! The session's token in the browser.

use actix_web::HttpResponse;
use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use weir_access::SESSION_US_MAX;

/// Over HTTPS. The prefix makes the browser refuse one that another host or a plain page set.
const NAME_SECURE: &str = "__Host-weir";
/// Over plain HTTP, on a machine or a network of one's own.
const NAME_PLAIN: &str = "weir";

const MAX_AGE_S: i64 = SESSION_US_MAX / 1_000_000;

/// Lax: a link from a mail opens the page signed in; a form of another site does not.
const ATTRIBUTES: &str = "Path=/; HttpOnly; SameSite=Lax";

/// The token that the browser sends back.
pub(crate) fn session_token(headers: &HeaderMap, secure: bool) -> Option<&str> {
    value_of(headers, name(secure))
}

fn value_of<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let texts = headers.get_all(COOKIE).filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(';')).find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == wanted && !value.is_empty()).then_some(value)
    })
}

/// The header that gives the browser a token.
pub(crate) fn set_cookie(response: &mut HttpResponse, token: &str, secure: bool) {
    put(response, &cookie(token, secure));
}

/// The header that takes it away.
pub(crate) fn clear_cookie(response: &mut HttpResponse, secure: bool) {
    let text = format!("{}=; Max-Age=0; {ATTRIBUTES}{}", name(secure), end(secure));
    put(response, &text);
}

/// The cookie with its attributes.
pub(crate) fn cookie(token: &str, secure: bool) -> String {
    format!("{}={token}; Max-Age={MAX_AGE_S}; {ATTRIBUTES}{}", name(secure), end(secure))
}

/// What shows that a sign-in was begun in this browser; it goes along to the identity provider and back.
#[cfg(feature = "oidc")]
pub(crate) fn pending_token(headers: &HeaderMap, secure: bool) -> Option<&str> {
    value_of(headers, pending_name(secure))
}

/// The header that gives it to the browser, for as long as the sign-in waits.
#[cfg(feature = "oidc")]
pub(crate) fn set_pending_cookie(response: &mut HttpResponse, token: &str, secure: bool) {
    let (name, age_s) = (pending_name(secure), crate::oidc::PENDING_US / 1_000_000);
    put(response, &format!("{name}={token}; Max-Age={age_s}; {ATTRIBUTES}{}", end(secure)));
}

/// The header that takes it away.
#[cfg(feature = "oidc")]
pub(crate) fn clear_pending_cookie(response: &mut HttpResponse, secure: bool) {
    let name = pending_name(secure);
    put(response, &format!("{name}=; Max-Age=0; {ATTRIBUTES}{}", end(secure)));
}

#[cfg(feature = "oidc")]
const fn pending_name(secure: bool) -> &'static str {
    if secure { "__Host-weir-oidc" } else { "weir-oidc" }
}

fn put(response: &mut HttpResponse, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

const fn name(secure: bool) -> &'static str {
    if secure { NAME_SECURE } else { NAME_PLAIN }
}

const fn end(secure: bool) -> &'static str {
    if secure { "; Secure" } else { "" }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::{cookie, session_token};

    #[test]
    fn a_token_comes_back_under_its_own_name_only() {
        let check = |header: &'static str, secure: bool, want: Option<&str>| {
            let request = TestRequest::get().insert_header(("cookie", header)).to_http_request();
            assert_eq!(session_token(request.headers(), secure), want, "{header}");
        };
        check("weir=abc", false, Some("abc"));
        check("a=b; weir=abc; c=d", false, Some("abc"));
        check("weir=abc", true, None);
        check("__Host-weir=abc", true, Some("abc"));
        check("__Host-weir=abc", false, None);
        check("weir=", false, None);
        check("xweir=abc; weirx=abc", false, None);
    }

    #[test]
    fn a_cookie_is_for_the_server_alone() {
        assert_eq!(cookie("t", false), "weir=t; Max-Age=7776000; Path=/; HttpOnly; SameSite=Lax");
        assert!(cookie("t", true).starts_with("__Host-weir=t; "));
        assert!(cookie("t", true).ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"));
    }
}
