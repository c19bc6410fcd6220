//! Every route, asked by everybody.

use std::collections::BTreeMap;

use actix_web::http::Method;
use weir_access::{NewToken, Role, SESSION_IDLE_US_MAX};
use weir_domain::Timestamp;

use super::Openness;
use crate::fixture::{Answer, Fixture, NOW};
use crate::routes::{Needs, ROUTES, Takes};

/// Who may ask what: a second time, so that no route is added, or opened, without thought.
const WHO_MAY: &str = "
    GET     /                                   viewer
    GET     /setup                              everybody
    POST    /setup                              everybody
    GET     /sign-in                            everybody
    POST    /sign-in                            everybody
    POST    /sign-out                           viewer
    GET     /people                             viewer
    POST    /people                             owner
    GET     /people/password                    viewer
    POST    /people/password                    viewer
    POST    /people/tokens                      viewer
    POST    /people/tokens/{id}/revoke          viewer
    GET     /people/{id}                        owner
    POST    /people/{id}/role                   owner
    POST    /people/{id}/disabled               owner
    POST    /people/{id}/password               owner
    GET     /api/v1/people                      owner
    POST    /api/v1/people                      owner
    GET     /api/v1/people/{id}                 owner
    POST    /api/v1/people/{id}                 owner
    POST    /api/v1/people/{id}/password        owner
    GET     /api/v1/tokens                      viewer
    POST    /api/v1/tokens                      viewer
    POST    /api/v1/tokens/{id}/revoke          viewer
    GET     /catalogue                          viewer
    GET     /catalogue.toml                     viewer
    GET     /catalogue/screen                   operator
    POST    /catalogue/screen                   operator
    GET     /catalogue/reason                   operator
    POST    /catalogue/reason                   operator
    GET     /funnel                             viewer
    GET     /screens                            viewer
    GET     /reasons                            viewer
    GET     /matrix                             viewer
    GET     /time                               viewer
    GET     /compare                            viewer
    GET     /sessions                           viewer
    GET     /sessions.csv                       viewer
    GET     /sessions/{id}                      viewer
    GET     /events                             viewer
    GET     /assets/{file}                      everybody
    GET     /healthz                            everybody
    GET     /readyz                             everybody
    GET     /openapi.json                       everybody
    GET     /api/v1/reports/abandonment         viewer
    GET     /api/v1/reports/profile             viewer
    GET     /api/v1/reports/comparison          viewer
    GET     /api/v1/sessions                    viewer
    GET     /api/v1/sessions/{id}               viewer
    GET     /api/v1/sessions/{id}/neighbours    viewer
    GET     /docs                               viewer
    GET     /docs/try                           viewer
    GET     /health                             viewer
    GET     /health/deliveries                  viewer
    GET     /health/quarantine                  viewer
    GET     /api/v1/health                      viewer
    GET     /api/v1/deliveries                  viewer
    GET     /api/v1/deliveries/{seq}            viewer
    GET     /api/v1/deliveries/{seq}/body       viewer
    GET     /api/v1/quarantine                  viewer
    GET     /api/v1/catalogue                   viewer
    POST    /api/v1/catalogue/screens           operator
    DELETE  /api/v1/catalogue/screens           operator
    POST    /api/v1/catalogue/reasons           operator
    DELETE  /api/v1/catalogue/reasons           operator
    GET     /health                             viewer
    GET     /health/deliveries                  viewer
    GET     /health/quarantine                  viewer
    GET     /reports                            viewer
    GET     /reports/new                        operator
    POST    /reports/new                        operator
    GET     /reports/runs/{id}                  viewer
    POST    /reports/runs/{id}                  operator
    GET     /reports/runs/{id}/{file}           viewer
    GET     /reports/{name}                     viewer
    POST    /reports/{name}                     operator
    GET     /reports/{name}/edit                operator
    POST    /reports/{name}/edit                operator
    GET     /reports/{name}/preview             viewer
    GET     /views                              viewer
    POST    /views                              viewer
    GET     /views/new                          viewer
    GET     /views/{id}                         viewer
    POST    /views/{id}                         viewer
    POST    /shares                             operator
    GET     /shares/new                         operator
    POST    /shares/{id}                        operator
    GET     /s/{token}                          everybody
    GET     /s/{token}/embed                    everybody
    GET     /s/{token}/chart.svg                everybody
    GET     /s/{token}/chart.png                everybody
    GET     /docs                               viewer
    GET     /docs/try                           viewer
    GET     /api/v1/schedules                   viewer
    GET     /api/v1/schedules/{name}            viewer
    POST    /api/v1/schedules/{name}            operator
    DELETE  /api/v1/schedules/{name}            operator
    POST    /api/v1/schedules/{name}/run        operator
    GET     /api/v1/runs                        viewer
    GET     /api/v1/runs/{id}                   viewer
    POST    /api/v1/runs/{id}/again             operator
    GET     /api/v1/alerts                      viewer
    POST    /api/v1/alerts/{name}/acknowledge   operator
    GET     /api/v1/views                       viewer
    POST    /api/v1/views                       viewer
    POST    /api/v1/views/{id}                  viewer
    DELETE  /api/v1/views/{id}                  viewer
    GET     /api/v1/shares                      operator
    POST    /api/v1/shares                      operator
    DELETE  /api/v1/shares/{id}                 operator
    GET     /api/v1/deliveries                  viewer
    GET     /api/v1/health                      viewer
    GET     /metrics                            viewer or this machine
";

/// The same of what is only there with the feature.
#[cfg(feature = "oidc")]
const WHO_MAY_ALSO: &str = "
    GET     /sign-in/oidc                       everybody
    GET     /sign-in/oidc/callback              everybody
";
#[cfg(not(feature = "oidc"))]
const WHO_MAY_ALSO: &str = "";

/// A route with a value in the place of each parameter, none of which names anything.
fn asked() -> Vec<(&'static str, Method, String, Needs)> {
    let mut all = Vec::new();
    for mounted in ROUTES {
        for answer in mounted.answers {
            let method = match answer.takes {
                Takes::Get => Method::GET,
                Takes::Post => Method::POST,
                Takes::Delete => Method::DELETE,
            };
            let path =
                mounted.path.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
            let path = path.collect::<Vec<_>>().join("/");
            all.push((mounted.path, method, path, answer.needs));
        }
    }
    all
}

#[test]
fn no_route_is_added_or_opened_without_thought() {
    let said = |needs: Needs| match needs {
        Needs::Nobody => "everybody".to_owned(),
        Needs::At(role) => role.to_string(),
        Needs::ThisMachineOr(role) => format!("{role} or this machine"),
    };
    let mut found: Vec<_> = asked()
        .into_iter()
        .map(|(path, method, _, needs)| format!("{method} {path} {}", said(needs)))
        .collect();
    let lines =
        WHO_MAY.lines().chain(WHO_MAY_ALSO.lines()).map(str::trim).filter(|line| !line.is_empty());
    let mut want: Vec<_> =
        lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    found.sort();
    want.sort();
    let added: Vec<_> = found.iter().filter(|line| !want.contains(line)).collect();
    let gone: Vec<_> = want.iter().filter(|line| !found.contains(line)).collect();
    assert!(
        added.is_empty() && gone.is_empty(),
        "think who may ask this, then write it into WHO_MAY: {added:#?}\nand take out: {gone:#?}"
    );
}

/// Somebody who asks, by a session or a token; what goes along changes with each request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Nobody,
    Session(Role),
    Expired,
    Token(Role),
    Revoked,
    /// An owner's session, from a page of another site.
    OtherSite,
    /// An owner's session, without what the forms have.
    NoCsrf,
}

fn at() -> Timestamp {
    NOW.parse().unwrap()
}

fn name(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Ann",
        Role::Operator => "Otto",
        Role::Owner => "Olga",
    }
}

fn headers(fixture: &Fixture, who: Who) -> Vec<(&'static str, String)> {
    let store = &fixture.state().access.store;
    let session = |role: Role, began: Timestamp| {
        let person = store.person_named(name(role)).unwrap();
        let token = store.begin_session(person.id, began).unwrap();
        // One that is over has none to give.
        let known = store.session(token.reveal(), at()).unwrap();
        let csrf = known.map_or_else(|| "over".to_owned(), |known| known.csrf);
        (format!("weir={}", token.reveal()), csrf)
    };
    let with_csrf = |(cookie, csrf)| vec![("cookie", cookie), ("x-weir-csrf", csrf)];
    match who {
        Who::Nobody => Vec::new(),
        Who::Session(role) => with_csrf(session(role, at())),
        Who::Expired => with_csrf(session(Role::Owner, at().plus_us(-SESSION_IDLE_US_MAX))),
        Who::NoCsrf => vec![("cookie", session(Role::Owner, at()).0)],
        Who::OtherSite => {
            let mut headers = with_csrf(session(Role::Owner, at()));
            headers.push(("sec-fetch-site", "cross-site".to_owned()));
            headers
        }
        Who::Token(role) => vec![("authorization", fixture.bearer(name(role)))],
        Who::Revoked => {
            let bearer = fixture.bearer(name(Role::Owner));
            let newest = store.tokens(None).unwrap().remove(0);
            store.revoke_token(newest.id, None, at()).unwrap();
            vec![("authorization", bearer)]
        }
    }
}

async fn ask(fixture: &Fixture, who: Who, method: &Method, path: &str) -> Answer {
    ask_with(fixture, headers(fixture, who), method, path).await
}

async fn ask_with(
    fixture: &Fixture,
    mut headers: Vec<(&'static str, String)>,
    method: &Method,
    path: &str,
) -> Answer {
    // As if from elsewhere, so that only what is said counts.
    headers.push(("x-forwarded-for", "192.0.2.7".to_owned()));
    let csrf = headers.iter().find(|(name, _)| *name == "x-weir-csrf");
    let form = csrf.map_or_else(String::new, |(_, csrf)| format!("csrf={csrf}"));
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fixture.send_body(method.clone(), path, &form, &headers).await
}

/// What the guard says; none where it lets through.
fn refusal(answer: &Answer) -> Option<u16> {
    let away = matches!(answer.header("location").split('?').next(), Some("/sign-in" | "/setup"));
    match answer.status {
        401 | 403 => Some(answer.status),
        // Signing out leads there too, and takes the cookie away.
        303 if away && answer.header("set-cookie").is_empty() => Some(303),
        _ => None,
    }
}

#[actix_web::test]
async fn every_route_lets_through_who_may_and_nobody_else() {
    let fixture = Fixture::peopled("");
    let mut known = BTreeMap::new();
    for (route, method, path, needs) in asked() {
        let api = path.starts_with("/api/")
            || ["/metrics", "/events", "/catalogue.toml"].contains(&path.as_str());
        let changes = method != Method::GET;
        let unknown = Some(if api { 401 } else { 303 });
        let everybody = needs == Needs::Nobody;
        let least = match needs {
            Needs::Nobody => Role::Viewer,
            Needs::At(role) | Needs::ThisMachineOr(role) => role,
        };
        let of = |role: Role| (role < least).then_some(403);
        for (who, want) in [
            (Who::Nobody, unknown),
            (Who::Expired, unknown),
            (Who::Revoked, Some(401)),
            (Who::Session(Role::Viewer), of(Role::Viewer)),
            (Who::Session(Role::Operator), of(Role::Operator)),
            (Who::Session(Role::Owner), None),
            (Who::Token(Role::Viewer), of(Role::Viewer)),
            (Who::Token(Role::Operator), of(Role::Operator)),
            (Who::Token(Role::Owner), None),
            (Who::OtherSite, changes.then_some(403)),
            (Who::NoCsrf, changes.then_some(403)),
        ] {
            // An answer that goes on for ever is only asked by those whom it is not given to.
            if route == "/events" && want.is_none() {
                continue;
            }
            let key = format!("{who:?}");
            let headers =
                known.entry(key.clone()).or_insert_with(|| headers(&fixture, who)).clone();
            let got = ask_with(&fixture, headers, &method, &path).await;
            if route == "/sign-out" {
                known.remove(&key);
            }
            if everybody {
                let other_site = changes && who == Who::OtherSite;
                assert_eq!(
                    got.body.contains("page of another site"),
                    other_site,
                    "{method} {route}"
                );
                continue;
            }
            // A change of one's own password is no token's business, whoever's it is.
            let by_session = route == "/people/password" && matches!(who, Who::Token(_)) && changes;
            let want = if by_session { Some(403) } else { want };
            assert_eq!(refusal(&got), want, "{method} {route} by {who:?}: {}", got.body);
        }
    }
}

#[actix_web::test]
async fn a_program_is_told_how_to_say_who_it_is() {
    let fixture = Fixture::peopled("");
    let got = ask(&fixture, Who::Nobody, &Method::GET, "/api/v1/sessions").await;
    assert_eq!(got.header("content-type"), "application/problem+json");
    assert_eq!(got.header("www-authenticate"), "Bearer");
    let got = ask(&fixture, Who::Revoked, &Method::GET, "/api/v1/sessions").await;
    assert_eq!(got.header("www-authenticate"), "Bearer error=\"invalid_token\"");
    let basic = [("authorization", "Basic QTpC"), ("x-forwarded-for", "192.0.2.7")];
    assert_eq!(fixture.send_get("/api/v1/sessions", &basic).await.status, 401);
}

#[actix_web::test]
async fn a_page_comes_back_to_where_one_wanted_to_go() {
    let fixture = Fixture::peopled("");
    let location = async |path: &str| {
        ask(&fixture, Who::Nobody, &Method::GET, path).await.header("location").to_owned()
    };
    assert_eq!(location("/").await, "/sign-in");
    assert_eq!(location("/people?made=a%20b").await, "/sign-in?next=%2Fpeople%3Fmade%3Da%2520b");
    let got = fixture.send_get("/sign-in?next=%2Fpeople%3Fmade%3Da%2520b", &[]).await;
    assert!(got.body.contains("name=\"next\" value=\"/people?made=a%20b\""), "{}", got.body);
    let got = fixture.send_get("/sign-in?next=%2F%2Fevil.test", &[]).await;
    assert!(got.body.contains("name=\"next\" value=\"\""));
    let nobody = Fixture::closed("");
    let got = ask(&nobody, Who::Nobody, &Method::GET, "/people").await;
    assert_eq!((got.status, got.header("location")), (303, "/setup"));
}

/// Statuses of a page, of the API and of a change, asked from this machine with these headers.
async fn open_to(fixture: &Fixture, headers: &[(&str, &str)]) -> [u16; 4] {
    let get = |path: &'static str| fixture.send_get(path, headers);
    let (page, api, metrics) =
        (get("/people").await, get("/api/v1/sessions").await, get("/metrics").await);
    let json = [headers, &[("content-type", "application/json")]].concat();
    let draft = r#"{"name":"","role":"viewer"}"#;
    let change = fixture.send_body(Method::POST, "/api/v1/people", draft, &json).await;
    [page.status, api.status, metrics.status, change.status]
}

#[actix_web::test]
async fn an_open_machine_is_open_to_itself_only() {
    let open = Fixture::opened("", Openness::Loopback);
    assert_eq!(open_to(&open, &[]).await, [200, 200, 200, 400]);
    for header in [
        ("host", "weir.test"),
        ("host", "localhost.evil.test:8080"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-proto", "http"),
        ("forwarded", "for=127.0.0.1"),
        ("via", "1.1 proxy"),
    ] {
        assert_eq!(open_to(&open, &[header]).await, [303, 401, 401, 401], "{header:?}");
    }
    let far = open.send_form_from("192.0.2.7", "/people", "name=Bo&role=viewer", &[]).await;
    assert_eq!((far.status, far.header("location")), (303, "/setup"));
    let listening = Fixture::with(Vec::new(), |state| state.access.listener_is_loopback = false);
    assert_eq!(open_to(&listening, &[]).await, [303, 401, 401, 401]);
    let published = Fixture::with(Vec::new(), |state| {
        state.access.public_url = Some("https://weir.test".to_owned());
    });
    assert_eq!(open_to(&published, &[]).await, [303, 401, 401, 401]);
}

#[actix_web::test]
async fn until_there_is_an_owner_programs_of_this_machine_may_read() {
    let fixture = Fixture::opened("", Openness::UntilOwner);
    assert_eq!(open_to(&fixture, &[]).await, [303, 200, 200, 401]);
    assert_eq!(open_to(&fixture, &[("host", "weir.test")]).await, [303, 401, 401, 401]);
    fixture.state().access.store.add_owner("Olga", "correct horse battery", at()).unwrap();
    assert_eq!(open_to(&fixture, &[]).await, [303, 401, 200, 401]);
    assert_eq!(open_to(&Fixture::closed(""), &[]).await, [303, 401, 200, 401]);
}

#[actix_web::test]
async fn a_page_of_another_site_changes_nothing_on_an_open_machine() {
    let open = Fixture::of("");
    for header in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "http://evil.test"),
        ("origin", "null"),
        ("origin", "http://localhost:9090"),
    ] {
        let got = open.send_form("/people", "name=Bo&role=owner", &[header]).await;
        assert_eq!(got.status, 403, "{header:?}");
    }
    let got = open.send_form("/people", "name=Bo&role=owner", &[]).await;
    assert_eq!(got.status, 403, "it has not what our forms have");
    let page = open.get("/people").await;
    let (_, rest) = page.body.split_once("name=\"csrf\" value=\"").unwrap();
    let form = format!("csrf={}&name=Bo&role=owner", rest.split('"').next().unwrap());
    let ours = [("origin", "http://localhost:8080"), ("sec-fetch-site", "same-origin")];
    assert_eq!(open.send_form("/people", &form, &ours).await.status, 303);
}

#[actix_web::test]
async fn a_token_is_good_for_no_more_than_its_maker_is() {
    let fixture = Fixture::peopled("");
    let store = &fixture.state().access.store;
    let otto = store.person_named("Otto").unwrap();
    let new = NewToken {
        name: "a program",
        person: otto.id,
        role: Role::Operator,
        days: 30,
        maker: Role::Operator,
        maker_until: None,
    };
    let (_, secret) = store.add_token(new, at()).unwrap();
    let bearer = format!("Bearer {}", secret.reveal());
    let with = [("authorization", bearer.as_str()), ("x-forwarded-for", "192.0.2.7")];
    assert_eq!(fixture.send_get("/catalogue/screen?state=x", &with).await.status, 200);
    store.set_role(otto.id, Role::Viewer).unwrap();
    assert_eq!(fixture.send_get("/catalogue/screen?state=x", &with).await.status, 403);
    store.set_disabled(otto.id, true).unwrap();
    assert_eq!(fixture.send_get("/api/v1/sessions", &with).await.status, 401);
}
