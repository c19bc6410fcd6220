//! Who is believed.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use weir_ingest::{Integrations, verify};

use crate::support::{API_KEY, integration, integrations};

const BODY: &[u8] = br#"{"id":"1"}"#;
// By Python's hmac module, for BODY and the secrets of `support::integrations`.
const FIRST: &str = "fcabe60d6997fca3664c5bf16a9a58d80c454c7d1e5e95b2a1778fde8f8bff64";
const SECOND: &str = "2f316d5806429cab515311d0bb25ec3f381f53be9dbc5e5e085176ff26a25d83";
const OTHER: &str = "be3f6f2594f1a939f31f99b3c96b62ea38f2b2434a9f547043d1bbff1ab1d0fb";

fn headers(lines: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    headers
}

/// `want` is "integration/secret" or the reason.
#[track_caller]
fn check_body(body: &[u8], lines: &[(&str, &str)], want: &str) {
    let integrations = integrations();
    let found = match verify(&integrations, &headers(lines), body) {
        Ok(verified) => format!("{}/{}", verified.integration, verified.secret),
        Err(refusal) => refusal.name().to_owned(),
    };
    assert_eq!(found, want);
}

#[track_caller]
fn check(lines: &[(&str, &str)], want: &str) {
    check_body(BODY, lines, want);
}

#[test]
fn any_secret_of_the_named_integration_may_sign() {
    check(&[("x-auth-client", API_KEY), ("x-hmac-signature", FIRST)], "main/first");
    check(&[("x-auth-client", API_KEY), ("x-hmac-signature", SECOND)], "main/second");
    check(&[("x-auth-client", "test-key"), ("x-hmac-signature", OTHER)], "test/only");
    check(&[("X-Auth-Client", API_KEY), ("X-HMAC-Signature", FIRST)], "main/first");
}

#[test]
fn a_secret_of_another_integration_does_not_sign() {
    check(&[("x-auth-client", API_KEY), ("x-hmac-signature", OTHER)], "wrong_signature");
    check(&[("x-auth-client", "test-key"), ("x-hmac-signature", FIRST)], "wrong_signature");
}

#[test]
fn every_byte_of_the_body_is_signed() {
    let signed = [("x-auth-client", API_KEY), ("x-hmac-signature", FIRST)];
    check_body(br#"{"id":"2"}"#, &signed, "wrong_signature");
    check_body(br#"{"id":"1"} "#, &signed, "wrong_signature");
    check_body(b"", &signed, "wrong_signature");
    let empty = "271539289f4d957d3f6380f2531e083f73682246cc940cfbaffd093e3bcaeeb3";
    check_body(b"", &[("x-auth-client", API_KEY), ("x-hmac-signature", empty)], "main/first");
}

#[test]
fn the_known_answer_of_rfc_4231_holds() {
    let integrations = Integrations::new(vec![integration("rfc", "k", &[("jefe", b"Jefe")])]);
    let signature = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    let headers = headers(&[("x-auth-client", "k"), ("x-hmac-signature", signature)]);
    let integrations = integrations.unwrap();
    let verified = verify(&integrations, &headers, b"what do ya want for nothing?").unwrap();
    assert_eq!((verified.integration, verified.secret), ("rfc", "jefe"));
}

#[test]
fn a_hex_digit_may_have_either_case() {
    let upper = FIRST.to_uppercase();
    let mixed = format!("{}{}", &upper[..32], &FIRST[32..]);
    check(&[("x-auth-client", API_KEY), ("x-hmac-signature", &upper)], "main/first");
    check(&[("x-auth-client", API_KEY), ("x-hmac-signature", &mixed)], "main/first");
}

#[test]
fn the_newer_family_is_a_fallback_for_each_header() {
    check(&[("vrf-auth-client", API_KEY), ("vrf-hmac-signature", FIRST)], "main/first");
    check(&[("x-auth-client", API_KEY), ("vrf-hmac-signature", FIRST)], "main/first");
    check(&[("vrf-auth-client", API_KEY), ("x-hmac-signature", FIRST)], "main/first");
}

#[track_caller]
fn check_both(vrf_client: &str, vrf_signature: &str, want: &str) {
    check(
        &[
            ("x-auth-client", API_KEY),
            ("x-hmac-signature", FIRST),
            ("vrf-auth-client", vrf_client),
            ("vrf-hmac-signature", vrf_signature),
        ],
        want,
    );
}

#[test]
fn both_families_must_say_the_same() {
    check_both(API_KEY, FIRST, "main/first");
    check_both(API_KEY, &FIRST.to_uppercase(), "main/first");
    check_both("test-key", FIRST, "disagreeing");
    check_both("", FIRST, "disagreeing");
    // Even where each by itself would be believed.
    check_both(API_KEY, SECOND, "disagreeing");
    check_both(API_KEY, "no hex", "malformed_signature");
    check_both(API_KEY, "", "malformed_signature");
}

#[test]
fn a_header_that_is_there_twice_is_refused_even_if_it_repeats_itself() {
    for doubled in ["x-auth-client", "x-hmac-signature", "vrf-auth-client", "vrf-hmac-signature"] {
        let value = if doubled.ends_with("client") { API_KEY } else { FIRST };
        let good = [("x-auth-client", API_KEY), ("x-hmac-signature", FIRST)];
        let twice = [(doubled, value), (doubled, value)];
        let kept = good.into_iter().filter(|(name, _)| *name != doubled);
        let lines: Vec<_> = kept.chain(twice).collect();
        check(&lines, "doubled");
    }
}

#[test]
fn who_is_missing_or_unknown_is_refused() {
    check(&[], "no_client");
    check(&[("x-hmac-signature", FIRST)], "no_client");
    check(&[("x-auth-client", API_KEY)], "no_signature");
    check(&[("x-auth-client", "nobody"), ("x-hmac-signature", FIRST)], "unknown_client");
    check(&[("x-auth-client", ""), ("x-hmac-signature", FIRST)], "unknown_client");
    let longer = format!("{API_KEY}x");
    check(&[("x-auth-client", &longer), ("x-hmac-signature", FIRST)], "unknown_client");
    let shouted = API_KEY.to_uppercase();
    check(&[("x-auth-client", &shouted), ("x-hmac-signature", FIRST)], "unknown_client");
}

#[test]
fn nobody_is_known_where_nothing_is_configured() {
    let none = Integrations::new(Vec::new()).unwrap();
    let lines = headers(&[("x-auth-client", ""), ("x-hmac-signature", FIRST)]);
    assert_eq!(verify(&none, &lines, BODY).unwrap_err().name(), "unknown_client");
}

#[test]
fn a_signature_is_exactly_64_hex_digits() {
    let longer = format!("{FIRST}00");
    let joined = format!("{FIRST}, {FIRST}");
    let prefixed = format!("sha256={FIRST}");
    let odd = format!("{}g", &FIRST[..63]);
    for wrong in ["", "00", &FIRST[..63], &FIRST[..62], &longer, &joined, &prefixed, &odd] {
        let lines = [("x-auth-client", API_KEY), ("x-hmac-signature", wrong)];
        check(&lines, "malformed_signature");
    }
}

#[track_caller]
fn check_refused(configured: Vec<weir_ingest::Integration>, want: &str) {
    let error = Integrations::new(configured).unwrap_err().to_string();
    assert!(error.contains(want), "{error}");
}

#[test]
fn integrations_that_could_not_be_served_are_named() {
    let one = |name, key| integration(name, key, &[("s", b"x")]);
    check_refused(vec![one("", "k")], "`` is empty");
    check_refused(vec![one("a\nb", "k")], "holds a control character");
    let long = "n".repeat(201);
    check_refused(vec![one(&long, "k")], "longer than 200");
    check_refused(vec![one("a", "k"), one("a", "l")], "two integrations are called `a`");
    check_refused(vec![one("a", "k"), one("b", "k")], "`a` and `b` have one and the same api_key");
    check_refused(vec![one("a", "")], "api_key of integration `a` is empty");
    check_refused(vec![one("a", "k ")], "holds blanks");
    check_refused(vec![integration("a", "k", &[])], "`a` has no secret");
    check_refused(
        vec![integration("a", "k", &[("s", b"")])],
        "secret `s` of integration `a` is empty",
    );
    let doubled: &[(&str, &[u8])] = &[("s", b"x"), ("s", b"y")];
    check_refused(vec![integration("a", "k", doubled)], "are called `s`");
}

#[test]
fn a_secret_prints_as_nothing() {
    let shown = format!("{:?}", integration("a", "k", &[("s", b"hush")]));
    assert!(!shown.contains("hush") && !shown.contains("104"), "{shown}");
    assert_eq!(format!("{:?}", integrations()), r#"{"main", "test"}"#);
}

#[test]
fn too_many_secrets_are_refused() {
    let names: Vec<String> = (0..=weir_ingest::SECRETS_MAX).map(|n| n.to_string()).collect();
    let secrets: Vec<(&str, &[u8])> = names.iter().map(|name| (&**name, name.as_bytes())).collect();
    assert!(Integrations::new(vec![integration("a", "k", &secrets[1..])]).is_ok());
    let error = Integrations::new(vec![integration("a", "k", &secrets)]).unwrap_err().to_string();
    assert!(error.contains("has 17 secrets, more than 16"), "{error}");
}
