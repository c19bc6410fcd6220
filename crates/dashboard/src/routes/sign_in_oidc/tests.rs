//! The whole way, against a provider on this machine.

use std::collections::BTreeMap;

use openidconnect::url::Url;
use openidconnect::{PkceCodeChallenge, PkceCodeVerifier};
use serde_json::{Value, json};
use weir_access::{NewPerson, PersonId, Role};
use weir_audit::{Deed, Filter};
use weir_domain::Timestamp;

use crate::Openness;
use crate::fixture::{Answer, Fixture, NOW, PASSWORD};
use crate::oidc::fake::{CLIENT_ID, CLIENT_SECRET, Fake, Script};
use crate::oidc::{Oidc, OidcSettings, PENDING_US, Refused, Sent};

const EMAIL: &str = "Eva@Example.com";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn with_provider(fake: &Fake) -> Fixture {
    let settings = OidcSettings {
        issuer: fake.issuer(),
        client_id: CLIENT_ID.to_owned(),
        client_secret: CLIENT_SECRET.to_owned(),
        name: "Example & Co".to_owned(),
        email_domains: vec!["example.com".to_owned(), "example.org".to_owned()],
        role: Role::Viewer,
        public_url: "https://weir.test".to_owned(),
    };
    Fixture::with(Vec::new(), |state| {
        state.access.openness = Openness::Never;
        state.access.oidc = Some(Oidc::new(settings).unwrap());
    })
}

/// One with an owner.
fn peopled(fake: &Fake) -> Fixture {
    let fixture = with_provider(fake);
    fixture.state().access.store.add_owner("Olga", PASSWORD, now()).unwrap();
    fixture
}

/// A sign-in that is at the provider.
struct Begun {
    cookie: String,
    asked: BTreeMap<String, String>,
}

async fn begin(fixture: &Fixture, next: &str) -> Begun {
    let got = fixture.send_get(&format!("/sign-in/oidc?next={next}"), &[]).await;
    assert_eq!(got.status, 303, "{}", got.body);
    let address = Url::parse(got.header("location")).unwrap();
    assert_eq!(address.path(), "/authorize");
    let cookie = got.header("set-cookie");
    assert!(cookie.ends_with("; Max-Age=600; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
    Begun {
        cookie: cookie.split(';').next().unwrap().to_owned(),
        asked: address.query_pairs().into_owned().collect(),
    }
}

impl Begun {
    async fn back(&self, fixture: &Fixture, query: &str) -> Answer {
        let path = format!("/sign-in/oidc/callback?{query}");
        fixture.send_get(&path, &[("cookie", &self.cookie)]).await
    }

    /// Back with a code, as it should be.
    async fn good(&self, fixture: &Fixture) -> Answer {
        self.back(fixture, &format!("code=c&state={}", self.asked["state"])).await
    }
}

fn claims(fake: &Fake, begun: &Begun) -> Value {
    let now_s = now().as_micros() / 1_000_000;
    json!({
        "iss": fake.issuer(), "aud": CLIENT_ID, "sub": "eva-1", "exp": now_s + 60, "iat": now_s,
        "nonce": begun.asked["nonce"], "email": EMAIL, "email_verified": true,
    })
}

/// The whole way, with what the provider says changed.
async fn sign_in(fixture: &Fixture, fake: &Fake, change: impl FnOnce(&mut Script)) -> Answer {
    let begun = begin(fixture, "/funnel").await;
    fake.script(|script| {
        script.claims = claims(fake, &begun);
        change(script);
    });
    begun.good(fixture).await
}

fn people(fixture: &Fixture) -> usize {
    fixture.state().access.store.people().unwrap().len()
}

#[track_caller]
fn refused(got: &Answer, status: u16, sentence: &str) {
    assert_eq!(got.status, status, "{}", got.body);
    assert!(got.body.contains(sentence), "{}", got.body);
    assert!(got.body.contains("<h1>Sign in</h1>"));
    assert!(!got.header("set-cookie").starts_with("weir="));
}

/// The cookies of an answer.
fn cookies(got: &Answer) -> Vec<String> {
    got.cookies().iter().map(|text| text.split(';').next().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn oidc_makes_a_viewer_with_a_session_and_finds_them_again() {
    let fake = Fake::start();
    let fixture = peopled(&fake);
    let page = fixture.send_get("/sign-in?next=%2Ffunnel", &[]).await.body;
    let link =
        "<a href=\"/sign-in/oidc?next=%2Ffunnel\">Sign in with <bdi>Example &amp; Co</bdi></a>";
    assert!(page.contains(link), "{page}");
    for role in [Role::Viewer, Role::Operator] {
        let got = sign_in(&fixture, &fake, |_| ()).await;
        assert_eq!((got.status, got.header("location")), (303, "/funnel"), "{}", got.body);
        let cookies = cookies(&got);
        let session = cookies.iter().find(|cookie| cookie.starts_with("weir=")).unwrap();
        assert!(cookies.contains(&"weir-oidc=".to_owned()), "{cookies:?}");
        let seen = fixture.send_get("/people", &[("cookie", session)]).await;
        assert_eq!(seen.status, 200);
        let person = fixture.state().access.store.person_named(EMAIL).unwrap();
        assert!(person.elsewhere);
        assert_eq!(person.role, role);
        assert_eq!(people(&fixture), 2);
        // An owner gives them another, which stays when they come again.
        fixture.state().access.store.set_role(person.id, Role::Operator).unwrap();
    }
}

#[actix_web::test]
async fn oidc_makes_somebody_once_it_is_written_down() {
    let fake = Fake::start();
    let fixture = peopled(&fake);
    // The record is made with its first entry.
    assert_eq!(fixture.send_form("/sign-in", "name=Olga&password=x", &[]).await.status, 403);
    let conn = rusqlite::Connection::open(fixture.state().dir.audit_file()).unwrap();
    conn.execute_batch(
        "CREATE TRIGGER full BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'disk is full'); END",
    )
    .unwrap();
    assert_eq!(sign_in(&fixture, &fake, |_| ()).await.status, 503);
    assert_eq!(people(&fixture), 1);
    conn.execute_batch("DROP TRIGGER full").unwrap();
    for _ in 0..2 {
        assert_eq!(sign_in(&fixture, &fake, |_| ()).await.status, 303);
    }
    let page = fixture.state().audit.entries(&Filter::default(), None, 500).unwrap();
    let said = |deed: &Deed| {
        [&deed.who, &deed.did, &deed.what, &deed.outcome].map(String::as_str).join(" | ")
    };
    let said: Vec<_> = page.deeds.iter().rev().map(said).collect();
    assert_eq!(
        said[1..],
        [
            "nobody who is known | changed-person | 2 made by Example & Co, viewer | done",
            "Eva@Example.com | signed-in | by Example & Co | done",
            "Eva@Example.com | signed-in | by Example & Co | done",
        ]
    );
}

#[actix_web::test]
async fn oidc_asks_the_provider_as_it_should() {
    let fake = Fake::start();
    let fixture = peopled(&fake);
    let begun = begin(&fixture, "/").await;
    let asked = |name: &str| begun.asked[name].as_str();
    assert_eq!((asked("response_type"), asked("client_id")), ("code", CLIENT_ID));
    assert_eq!(asked("redirect_uri"), "https://weir.test/sign-in/oidc/callback");
    assert_eq!((asked("scope"), asked("code_challenge_method")), ("openid email", "S256"));
    assert_eq!((asked("state").len(), asked("nonce").len()), (64, 64));
    assert_ne!(begin(&fixture, "/").await.asked["state"], asked("state"));
    fake.script(|script| script.claims = claims(&fake, &begun));
    assert_eq!(begun.good(&fixture).await.status, 303);
    let all = fake.asked();
    let token = all.iter().find(|text| text.starts_with("POST /token ")).unwrap();
    assert!(token.to_lowercase().contains("authorization: basic "), "{token}");
    let body: BTreeMap<String, String> =
        Url::parse(&format!("http://x/?{}", token.lines().last().unwrap()))
            .unwrap()
            .query_pairs()
            .into_owned()
            .collect();
    let verifier = PkceCodeVerifier::new(body["code_verifier"].clone());
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
    assert_eq!(challenge.as_str(), asked("code_challenge"));
    assert_eq!((body["code"].as_str(), body["grant_type"].as_str()), ("c", "authorization_code"));
}

#[actix_web::test]
async fn oidc_refuses_who_comes_back_otherwise_than_they_went() {
    let fake = Fake::start();
    let fixture = peopled(&fake);
    let stale = "This sign-in was not begun in this browser";
    let begun = begin(&fixture, "/").await;
    let other = begin(&fixture, "/").await;
    fake.script(|script| script.claims = claims(&fake, &begun));
    for query in ["", "code=c", "code=c&state=", "code=c&state=wrong", "error=access_denied"] {
        refused(&begun.back(&fixture, query).await, 400, stale);
    }
    // Somebody else's browser is led to our answer.
    let query = format!("code=c&state={}", begun.asked["state"]);
    refused(&other.back(&fixture, &query).await, 400, stale);
    let nobodys = fixture.send_get(&format!("/sign-in/oidc/callback?{query}"), &[]).await;
    refused(&nobodys, 400, stale);
    assert!(fake.asked().iter().all(|text| !text.starts_with("POST /token ")));
    // None of it took the sign-in away; it works once.
    assert_eq!(begun.good(&fixture).await.status, 303);
    refused(&begun.good(&fixture).await, 400, stale);
    let denied = format!("error=access_denied&state={}", other.asked["state"]);
    refused(&other.back(&fixture, &denied).await, 403, "The identity provider did not sign you in");
    let mixed = begin(&fixture, "/").await;
    let query = format!("code=c&iss=https://evil.test&state={}", mixed.asked["state"]);
    refused(&mixed.back(&fixture, &query).await, 403, "does not hold");
}

#[actix_web::test]
async fn oidc_refuses_who_comes_back_late() {
    let fake = Fake::start();
    let fixture = peopled(&fake);
    let begun = begin(&fixture, "/").await;
    let oidc = fixture.state().access.oidc.as_ref().unwrap();
    let sent =
        Sent { state: begun.asked["state"].clone(), code: "c".to_owned(), ..Default::default() };
    let browser = begun.cookie.split_once('=').unwrap().1;
    let got = oidc.finish(&sent, browser, now().plus_us(PENDING_US));
    assert_eq!(got.unwrap_err(), Refused::Stale);
}

#[actix_web::test]
async fn oidc_refuses_a_token_that_does_not_hold() {
    let fake = Fake::start();
    let fixture = peopled(&fake);
    let past = now().as_micros() / 1_000_000 - 1;
    type Change = Box<dyn Fn(&mut Script)>;
    let claim = |name: &'static str, value: Value| -> Change {
        Box::new(move |script| script.claims[name] = value.clone())
    };
    let head = |alg: &'static str| -> Change {
        Box::new(move |script| script.head = json!({ "alg": alg, "kid": "k" }))
    };
    let changes: Vec<(&str, Change)> = vec![
        ("another nonce", claim("nonce", json!("another"))),
        ("no nonce", claim("nonce", Value::Null)),
        ("another's token", claim("aud", json!("another"))),
        ("also another's token", claim("aud", json!([CLIENT_ID, "another"]))),
        ("another issuer", claim("iss", json!("https://evil.test"))),
        ("over", claim("exp", json!(past))),
        ("another key", Box::new(|script| script.own_key = false)),
        ("no signature", head("none")),
        ("signed with what is no key of the provider's", head("HS256")),
    ];
    for (what, change) in changes {
        let got = sign_in(&fixture, &fake, |script| change(script)).await;
        fake.script(|script| {
            script.own_key = true;
            script.head = json!({ "alg": "EdDSA", "kid": "k" });
        });
        assert_eq!(got.status, 403, "{what}: {}", got.body);
        refused(&got, 403, "What the identity provider said does not hold");
    }
    assert_eq!(people(&fixture), 1);
    assert_eq!(sign_in(&fixture, &fake, |_| ()).await.status, 303);
}

#[actix_web::test]
async fn oidc_lets_in_only_vouched_addresses_of_known_domains() {
    let fake = Fake::start();
    let fixture = peopled(&fake);
    let unverified = "does not vouch for your mail address";
    for value in [json!(false), Value::Null] {
        let got = sign_in(&fixture, &fake, |script| script.claims["email_verified"] = value).await;
        refused(&got, 403, unverified);
    }
    for email in
        ["eva@evil.test", "eva@example.com@evil.test", "eva@sub.example.com", "example.com"]
    {
        let got = sign_in(&fixture, &fake, |script| script.claims["email"] = json!(email)).await;
        refused(&got, 403, "domain are not let in here");
    }
    // Where the token says nothing, the provider is asked; whom it speaks of must be the same.
    let ask = |told: Value| {
        move |script: &mut Script| {
            script.claims["email"] = Value::Null;
            script.claims["email_verified"] = Value::Null;
            script.told = told;
        }
    };
    let told = |sub: &str, verified: bool| json!({ "sub": sub, "email": "eva@example.org", "email_verified": verified });
    refused(&sign_in(&fixture, &fake, ask(told("eva-1", false))).await, 403, unverified);
    refused(&sign_in(&fixture, &fake, ask(told("eva-2", true))).await, 403, "does not hold");
    refused(&sign_in(&fixture, &fake, ask(json!({ "sub": "eva-1" }))).await, 403, unverified);
    assert_eq!(people(&fixture), 1);
    assert_eq!(sign_in(&fixture, &fake, ask(told("eva-1", true))).await.status, 303);
    assert!(fixture.state().access.store.person_named("eva@example.org").unwrap().elsewhere);
}

#[actix_web::test]
async fn oidc_refuses_who_is_locked_out_and_takes_nobodys_name() {
    let fake = Fake::start();
    let fixture = peopled(&fake);
    let store = &fixture.state().access.store;
    // The owner has no mail address for a name; somebody with one is not taken over.
    let new = NewPerson { name: "eva@example.com", role: Role::Operator };
    let (local, _) = store.add_person(new, now()).unwrap();
    refused(&sign_in(&fixture, &fake, |_| ()).await, 403, "as their name and signs in otherwise");
    assert!(!store.person(local.id).unwrap().elsewhere);
    let other = |script: &mut Script| script.claims["email"] = json!("e@example.com");
    assert_eq!(sign_in(&fixture, &fake, other).await.status, 303);
    let id = PersonId::new(fixture.person("e@example.com"));
    store.set_disabled(id, true).unwrap();
    refused(&sign_in(&fixture, &fake, other).await, 403, "An owner has locked you out");
    store.set_disabled(id, false).unwrap();
    assert_eq!(sign_in(&fixture, &fake, other).await.status, 303);
    // Another of the provider's people who now has the address is another person.
    let again = |script: &mut Script| {
        script.claims["email"] = json!("e@example.com");
        script.claims["sub"] = json!("eva-9");
    };
    refused(&sign_in(&fixture, &fake, again).await, 403, "as their name");
}

#[actix_web::test]
async fn oidc_says_so_where_the_provider_fails() {
    let fake = Fake::start();
    let fixture = peopled(&fake);
    for (status, body, want, sentence) in [
        (400, r#"{"error":"invalid_grant"}"#, 403, "did not sign you in"),
        (200, "nonsense", 503, "cannot be reached or read"),
        (302, "", 503, "cannot be reached or read"),
        (200, r#"{"access_token":"a","token_type":"Bearer"}"#, 403, "does not hold"),
    ] {
        let instead = Some((status, body.to_owned()));
        let got = sign_in(&fixture, &fake, |script| script.instead = instead).await;
        refused(&got, want, sentence);
    }
    assert!(
        fake.asked().iter().all(|text| !text.contains("/elsewhere")),
        "a redirect is not followed"
    );
    let gone = Fake::start();
    let fixture = peopled(&gone);
    drop(gone);
    refused(&fixture.send_get("/sign-in/oidc", &[]).await, 503, "cannot be reached or read");
}

#[actix_web::test]
async fn oidc_makes_nobody_before_there_is_an_owner_and_leads_nowhere_else() {
    let fake = Fake::start();
    let nobody = with_provider(&fake);
    for path in ["/sign-in/oidc", "/sign-in/oidc/callback?code=c&state=s"] {
        let got = nobody.send_get(path, &[]).await;
        assert_eq!((got.status, got.header("location")), (303, "/setup"));
    }
    let fixture = peopled(&fake);
    for next in ["%2F%2Fevil.test", "https:%2F%2Fevil.test", ""] {
        let begun = begin(&fixture, next).await;
        fake.script(|script| script.claims = claims(&fake, &begun));
        assert_eq!(begun.good(&fixture).await.header("location"), "/", "{next}");
    }
    // A binary that knows how, of a Weir that was not told with whom.
    let plain = Fixture::peopled("");
    assert_eq!(plain.send_get("/sign-in/oidc", &[]).await.status, 404);
    assert!(!plain.send_get("/sign-in", &[]).await.body.contains("/sign-in/oidc"));
}
