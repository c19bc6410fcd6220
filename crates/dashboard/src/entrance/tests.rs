//! Every route, asked by everybody.

use std::collections::BTreeMap;

use actix_web::http::Method;
use weir_access::{NewToken, Role, SESSION_IDLE_US_MAX};
use weir_audit::{Deed, Did, Filter};
use weir_domain::Timestamp;

use super::Openness;
use super::in_flight::{Asker, IN_FLIGHT_MAX};
use crate::fixture::{Answer, Fixture, LOG, NOW, PASSWORD};
use crate::routes::{Needs, ROUTES, Records, Takes};

/// Who may ask what, and what the audit record has of it: a second time, so that no route is added, or
/// opened, without thought. `-` is nothing, for which `routes/mod.rs` says why; `listed` is a verb that
/// depends on the query; `itself` is written by the route, which alone knows who it is.
const WHO_MAY: &str = "
    GET     /                                   viewer                 -
    GET     /setup                              everybody              -
    POST    /setup                              everybody              itself
    GET     /sign-in                            everybody              -
    POST    /sign-in                            everybody              itself
    POST    /sign-out                           viewer                 signed-out
    GET     /people                             viewer                 saw-people
    POST    /people                             owner                  changed-person
    GET     /people/password                    viewer                 -
    POST    /people/password                    viewer                 changed-person
    POST    /people/tokens                      viewer                 changed-token
    POST    /people/tokens/{id}/revoke          viewer                 changed-token
    GET     /people/{id}                        owner                  saw-people
    POST    /people/{id}/role                   owner                  changed-person
    POST    /people/{id}/disabled               owner                  changed-person
    POST    /people/{id}/password               owner                  changed-person
    GET     /api/v1/people                      owner                  saw-people
    POST    /api/v1/people                      owner                  changed-person
    GET     /api/v1/people/{id}                 owner                  saw-people
    POST    /api/v1/people/{id}                 owner                  changed-person
    POST    /api/v1/people/{id}/password        owner                  changed-person
    GET     /api/v1/tokens                      viewer                 saw-people
    POST    /api/v1/tokens                      viewer                 changed-token
    POST    /api/v1/tokens/{id}/revoke          viewer                 changed-token
    GET     /catalogue                          viewer                 -
    GET     /catalogue.toml                     viewer                 -
    GET     /catalogue/screen                   operator               -
    POST    /catalogue/screen                   operator               changed-catalogue
    GET     /catalogue/reason                   operator               -
    POST    /catalogue/reason                   operator               changed-catalogue
    GET     /funnel                             viewer                 -
    GET     /screens                            viewer                 -
    GET     /reasons                            viewer                 -
    GET     /matrix                             viewer                 -
    GET     /time                               viewer                 -
    GET     /compare                            viewer                 -
    GET     /sessions                           viewer                 listed
    GET     /sessions.csv                       viewer                 listed
    GET     /sessions/{id}                      viewer                 saw-session
    GET     /events                             viewer                 -
    GET     /assets/{file}                      everybody              -
    GET     /healthz                            everybody              -
    GET     /readyz                             everybody              -
    GET     /openapi.json                       everybody              -
    GET     /api/v1/reports/abandonment         viewer                 -
    GET     /api/v1/reports/profile             viewer                 -
    GET     /api/v1/reports/comparison          viewer                 -
    GET     /api/v1/sessions                    viewer                 listed
    GET     /api/v1/sessions/{id}               viewer                 saw-session
    GET     /api/v1/sessions/{id}/neighbours    viewer                 saw-session
    GET     /docs                               viewer                 -
    GET     /docs/try                           viewer                 -
    GET     /health                             viewer                 -
    GET     /health/deliveries                  viewer                 saw-delivery
    GET     /health/quarantine                  viewer                 saw-delivery
    GET     /api/v1/health                      viewer                 -
    GET     /api/v1/deliveries                  viewer                 saw-delivery
    GET     /api/v1/deliveries/{seq}            viewer                 saw-delivery
    GET     /api/v1/deliveries/{seq}/body       viewer                 saw-delivery
    GET     /api/v1/quarantine                  viewer                 saw-delivery
    GET     /api/v1/catalogue                   viewer                 -
    POST    /api/v1/catalogue/screens           operator               changed-catalogue
    DELETE  /api/v1/catalogue/screens           operator               changed-catalogue
    POST    /api/v1/catalogue/reasons           operator               changed-catalogue
    DELETE  /api/v1/catalogue/reasons           operator               changed-catalogue
    GET     /health                             viewer                 -
    GET     /health/deliveries                  viewer                 saw-delivery
    GET     /health/quarantine                  viewer                 saw-delivery
    GET     /audit                              owner                  saw-audit
    GET     /api/v1/audit                       owner                  saw-audit
    GET     /reports                            viewer                 -
    GET     /reports/new                        operator               -
    POST    /reports/new                        operator               changed-definition
    GET     /reports/runs/{id}                  viewer                 -
    POST    /reports/runs/{id}                  operator               asked-for-run
    GET     /reports/runs/{id}/{file}           viewer                 exported
    GET     /reports/{name}                     viewer                 -
    POST    /reports/{name}                     operator               changed-definition
    GET     /reports/{name}/edit                operator               -
    POST    /reports/{name}/edit                operator               changed-definition
    GET     /reports/{name}/preview             viewer                 -
    GET     /views                              viewer                 -
    POST    /views                              viewer                 changed-view
    GET     /views/new                          viewer                 -
    GET     /views/{id}                         viewer                 -
    POST    /views/{id}                         viewer                 changed-view
    POST    /shares                             operator               changed-share
    GET     /shares/new                         operator               -
    POST    /shares/{id}                        operator               changed-share
    GET     /s/{token}                          everybody              -
    GET     /s/{token}/embed                    everybody              -
    GET     /s/{token}/chart.svg                everybody              -
    GET     /s/{token}/chart.png                everybody              -
    GET     /docs                               viewer                 -
    GET     /docs/try                           viewer                 -
    GET     /api/v1/schedules                   viewer                 -
    GET     /api/v1/schedules/{name}            viewer                 -
    POST    /api/v1/schedules/{name}            operator               changed-definition
    DELETE  /api/v1/schedules/{name}            operator               changed-definition
    POST    /api/v1/schedules/{name}/run        operator               asked-for-run
    GET     /api/v1/runs                        viewer                 -
    GET     /api/v1/runs/{id}                   viewer                 -
    POST    /api/v1/runs/{id}/again             operator               asked-for-run
    GET     /api/v1/alerts                      viewer                 -
    POST    /api/v1/alerts/{name}/acknowledge   operator               acknowledged-alert
    GET     /api/v1/views                       viewer                 -
    POST    /api/v1/views                       viewer                 changed-view
    POST    /api/v1/views/{id}                  viewer                 changed-view
    DELETE  /api/v1/views/{id}                  viewer                 changed-view
    GET     /api/v1/shares                      operator               -
    POST    /api/v1/shares                      operator               changed-share
    DELETE  /api/v1/shares/{id}                 operator               changed-share
    GET     /api/v1/deliveries                  viewer                 saw-delivery
    GET     /api/v1/health                      viewer                 -
    GET     /metrics                            viewer or this machine -
";

/// The same of what is only there with the feature.
#[cfg(feature = "oidc")]
const WHO_MAY_ALSO: &str = "
    GET     /sign-in/oidc                       everybody              -
    GET     /sign-in/oidc/callback              everybody              itself
";
#[cfg(not(feature = "oidc"))]
const WHO_MAY_ALSO: &str = "";

/// A route with a value in the place of each parameter, none of which names anything.
fn asked() -> Vec<(&'static str, Method, String, Needs, Records)> {
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
            all.push((mounted.path, method, path, answer.needs, answer.records));
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
    let written = |records: Records| match records {
        Records::Nothing(why) => {
            assert!(!why.is_empty());
            "-"
        }
        Records::Shows(did) | Records::Exports(did) | Records::Does(did) => did.name(),
        Records::Lists => "listed",
        Records::Itself => "itself",
    };
    let mut found: Vec<_> = asked()
        .into_iter()
        .map(|(path, method, _, needs, records)| {
            format!("{method} {path} {} {}", said(needs), written(records))
        })
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
        "think who may ask this and what is written down of it, then write it into WHO_MAY: {added:#?}\nand take out: {gone:#?}"
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
    for (route, method, path, needs, _) in asked() {
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
            // A change of a password is no token's business, whoever's it is.
            let by_session =
                route.ends_with("/password") && matches!(who, Who::Token(_)) && changes;
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
        made_by: None,
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

#[actix_web::test]
async fn who_has_a_link_takes_no_more_turns_by_writing_its_address_otherwise() {
    let fixture = Fixture::peopled("");
    let asker = Asker::Address("127.0.0.1".parse().unwrap());
    let enter = || fixture.state().access.in_flight.enter(asker);
    let _places: Vec<_> = (0..IN_FLIGHT_MAX).map(|_| enter().unwrap()).collect();
    for path in ["/s/x", "/%73/x"] {
        assert_eq!(fixture.get(path).await.status, 503, "{path}");
    }
}

#[actix_web::test]
async fn what_is_still_being_sent_is_still_being_answered() {
    let fixture = Fixture::peopled(LOG);
    let ann = fixture.bearer("Ann");
    let status = async |path: &str| fixture.unread_as(&ann, path).await.status();
    for (path, most) in [("/sessions.csv", 24), ("/events", 16)] {
        let mut unread = Vec::new();
        for _ in 0..most {
            unread.push(fixture.unread_as(&ann, path).await);
        }
        assert!(unread.iter().all(|answer| answer.status() == 200), "{path}");
        assert_eq!(status(path).await, 503, "{path}");
        unread.pop();
        assert_eq!(status(path).await, 200, "{path}");
        if path == "/events" {
            assert_eq!(status("/").await, 200, "windows take no turns");
        }
    }
}

/// All that stands in the audit record, the oldest first: who, what they did, to what, what became of it.
fn recorded(fixture: &Fixture) -> Vec<String> {
    let page = fixture.state().audit.entries(&Filter::default(), None, 500).unwrap();
    let line = |deed: &Deed| {
        [&deed.who, &deed.did, &deed.what, &deed.outcome].map(String::as_str).join(" | ")
    };
    page.deeds.iter().rev().map(line).collect()
}

#[actix_web::test]
async fn what_a_route_says_that_it_records_stands_in_the_record() {
    let fixture = Fixture::peopled("");
    let owner = headers(&fixture, Who::Token(Role::Owner));
    let mut before = 0;
    for (route, method, path, _, records) in asked() {
        // One never ends, and one is no token's business.
        if route == "/events" || (route, &method) == ("/people/password", &Method::POST) {
            continue;
        }
        ask_with(&fixture, owner.clone(), &method, &path).await;
        let all = recorded(&fixture);
        let new = &all[before..];
        before = all.len();
        let did = match records {
            Records::Nothing(_) => {
                assert!(new.is_empty(), "{method} {route}: {new:?}");
                continue;
            }
            Records::Itself => continue,
            Records::Shows(did) | Records::Exports(did) | Records::Does(did) => did.name(),
            Records::Lists if route == "/sessions.csv" => Did::Exported.name(),
            Records::Lists => Did::SawSessions.name(),
        };
        assert_eq!(new.len(), 1, "{method} {route}: {new:?}");
        assert!(
            new[0].starts_with(&format!("Olga: Olga's | {did} | ")),
            "{method} {route}: {new:?}"
        );
        assert!(!new[0].ends_with("begun"), "{method} {route}: {new:?}");
    }
}

#[actix_web::test]
async fn what_was_done_is_told_with_who_and_to_what() {
    let fixture = Fixture::peopled(LOG);
    let id = "00000000-0000-0000-0000-000000000001";
    let olga = fixture.sign_in("Olga").await;
    olga.post(&fixture, "/people", "name=Bo&role=operator").await;
    olga.post(&fixture, "/people", "name=Bo&role=operator").await;
    olga.post(&fixture, "/people/4/role", "role=viewer").await;
    olga.post(&fixture, "/views", "name=Mine&page=overview&query=").await;
    olga.get(&fixture, &format!("/sessions/{id}")).await;
    olga.get(&fixture, "/sessions/ann@example.com").await;
    olga.get(&fixture, "/sessions?q=ann").await;
    olga.get(&fixture, &format!("/sessions?q={id}")).await;
    olga.get(&fixture, "/sessions.csv?q=ann").await;
    let uuid = "a1b2c35d-e8f7-6d5e-3cd2-a1b2c35db3d4";
    olga.get(&fixture, &format!("/api/v1/sessions?q={uuid}&q_in=end_user_id")).await;
    olga.get(&fixture, &format!("/api/v1/sessions?q={uuid}")).await;
    olga.get(&fixture, &format!("/api/v1/sessions?q={uuid}&q_in=attempt_id")).await;
    olga.get(&fixture, "/api/v1/sessions?q=&q=ann@example.com").await;
    olga.get(&fixture, "/api/v1/sessions?format=&format=csv").await;
    olga.get(&fixture, "/sessions%2Ecsv").await;
    let ann = fixture.sign_in("ann").await;
    ann.post(&fixture, "/people/4/role", "role=owner").await;
    let wrong = fixture.send_form("/sign-in", "name=OTTO&password=hunter22", &[]).await;
    assert_eq!(wrong.status, 403);
    fixture.send_form("/sign-in", "name=hunter22&password=x", &[]).await;
    let shown = [
        "Olga | signed-in | by password | done".to_owned(),
        "Olga | changed-person | 4 made, operator | done".to_owned(),
        "Olga | changed-person | /people | refused".to_owned(),
        "Olga | changed-person | 4 is viewer | done".to_owned(),
        "Olga | changed-view | 1 made | done".to_owned(),
        format!("Olga | saw-session | {id} | done"),
        "Olga | saw-session | no such name | refused".to_owned(),
        "Olga | searched-by-reference | /sessions | done".to_owned(),
        "Olga | saw-sessions | /sessions | done".to_owned(),
        "Olga | exported | /sessions.csv | done".to_owned(),
        "Olga | searched-by-reference | /api/v1/sessions | done".to_owned(),
        "Olga | searched-by-reference | /api/v1/sessions | done".to_owned(),
        "Olga | saw-sessions | /api/v1/sessions | done".to_owned(),
        "Olga | searched-by-reference | /api/v1/sessions | done".to_owned(),
        "Olga | exported | /api/v1/sessions | done".to_owned(),
        "Olga | exported | /sessions.csv | done".to_owned(),
        "Ann | signed-in | by password | done".to_owned(),
        "Ann | changed-person | 4 role | refused".to_owned(),
        "nobody who is known | sign-in-refused | with the name of Otto | refused".to_owned(),
        "nobody who is known | sign-in-refused | with a name that nobody has | refused".to_owned(),
    ];
    assert_eq!(recorded(&fixture), shown);
}

#[actix_web::test]
async fn the_longest_name_of_a_file_is_written_down() {
    let fixture = Fixture::peopled(LOG);
    let olga = fixture.sign_in("Olga").await;
    let file = format!("{}-2026-03-30.parquet", "x".repeat(64));
    olga.get(&fixture, &format!("/reports/runs/7/{file}")).await;
    let last = recorded(&fixture).pop().unwrap();
    assert_eq!(last, format!("Olga | exported | 7 {file} | refused"));
}

#[actix_web::test]
async fn what_cannot_be_written_down_is_neither_done_nor_shown() {
    let fixture = Fixture::peopled(LOG);
    let olga = fixture.sign_in("Olga").await;
    let file = fixture.state().dir.audit_file();
    let conn = rusqlite::Connection::open(&file).unwrap();
    conn.execute_batch(
        "CREATE TRIGGER full BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'disk is full'); END",
    )
    .unwrap();
    let id = "00000000-0000-0000-0000-000000000001";
    for path in [
        format!("/sessions/{id}"),
        format!("/api/v1/sessions/{id}"),
        "/sessions".to_owned(),
        "/sessions.csv".to_owned(),
        "/api/v1/deliveries/1/body".to_owned(),
        "/people".to_owned(),
    ] {
        let got = olga.get(&fixture, &path).await;
        assert_eq!(got.status, 503, "{path}");
        assert!(got.body.contains("nothing was shown or changed"), "{path}: {}", got.body);
        assert!(!got.body.contains("7001"), "{path}");
    }
    let got = olga.post(&fixture, "/views", "name=Mine&page=overview&query=").await;
    assert_eq!(got.status, 503, "{}", got.body);
    assert!(fixture.state().access.store.views().unwrap().is_empty());
    let form = format!("name=Olga&password={}", PASSWORD.replace(' ', "+"));
    let got = fixture.send_form("/sign-in", &form, &[]).await;
    assert_eq!((got.status, got.header("set-cookie")), (503, ""));
    // Numbers of many are not written down, and shown all the same.
    assert_eq!(olga.get(&fixture, "/").await.status, 200);
    assert_eq!(olga.get(&fixture, "/api/v1/reports/abandonment").await.status, 200);
    conn.execute_batch("DROP TRIGGER full").unwrap();
    assert_eq!(olga.get(&fixture, &format!("/sessions/{id}")).await.status, 200);
}

#[actix_web::test]
async fn a_record_that_cannot_be_opened_is_tried_again() {
    let fixture = Fixture::of(LOG);
    let file = fixture.state().dir.audit_file();
    std::fs::write(&file, "another program's, and long enough to be told apart").unwrap();
    assert_eq!(fixture.get("/sessions").await.status, 503);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(fixture.get("/sessions").await.status, 200);
}

#[actix_web::test]
async fn strangers_who_guess_do_not_fill_the_record() {
    let fixture = Fixture::peopled("");
    let at = |second: i64| at().plus_us(second * 1_000_000);
    let from = "192.0.2.7".parse().unwrap();
    for _ in 0..100 {
        fixture.state().audit.not_signed_in("guessing", from, at(1)).unwrap();
    }
    assert_eq!(recorded(&fixture).len(), 60);
    fixture.state().audit.not_signed_in("guessing", from, at(61)).unwrap();
    let last = recorded(&fixture).pop().unwrap();
    assert!(
        last.contains("guessing; and 40 more a while before, not written one by one"),
        "{last}"
    );
}

/// A route with values in the place of its parameters that name something of [`LOG`], where there is
/// something to name.
fn named(path: &str) -> String {
    let session = "00000000-0000-0000-0000-000000000001";
    let id = if path.contains("/sessions/") { session } else { "1" };
    let file = "weir.css";
    path.replace("{id}", id).replace("{seq}", "1").replace("{file}", file).replace("{name}", "x")
}

#[actix_web::test]
async fn every_answer_says_what_may_be_done_with_it() {
    let fixture = Fixture::peopled(LOG);
    let owner = headers(&fixture, Who::Session(Role::Owner));
    let mut answered = 0;
    for (route, method, _, _, _) in asked() {
        // One that goes on for ever is asked for its headers only.
        let method = if route == "/events" { Method::HEAD } else { method };
        let path = named(route);
        for who in [Vec::new(), owner.clone()] {
            // Signing out ends the session of all that comes after.
            if route == "/sign-out" && !who.is_empty() {
                continue;
            }
            let got = ask_with(&fixture, who, &method, &path).await;
            let said = format!("{method} {path}: {}", got.status);
            let policy = got.header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'"), "{said}: {policy}");
            // An embedded chart may be framed where it is there; "x" is none.
            assert!(policy.contains("frame-ancestors 'none'"), "{said}: {policy}");
            assert!(!policy.contains("script-src 'unsafe"), "{said}: {policy}");
            assert_eq!(got.header("x-content-type-options"), "nosniff", "{said}");
            let referrer = got.header("referrer-policy");
            assert!(["same-origin", "no-referrer"].contains(&referrer), "{said}: {referrer}");
            // Only what is the same for everybody may be kept, and only where it is there.
            let kept = route == "/assets/{file}" && got.status == 200;
            assert_eq!(got.header("cache-control") == "no-store", !kept, "{said}");
            assert_eq!(got.header("server"), "", "{said}");
            assert_eq!(got.header("access-control-allow-origin"), "", "{said}");
            let sets = got.header("set-cookie");
            let may_set = route == "/people/password" && method == Method::POST;
            assert!(sets.is_empty() || may_set, "{said}: {sets}");
            answered += 1;
        }
    }
    assert!(200 < answered, "{answered}");
}

#[actix_web::test]
async fn a_session_is_in_a_cookie_that_only_the_server_gets() {
    let fixture = Fixture::peopled("");
    let form = format!("name=Olga&password={}", PASSWORD.replace(' ', "+"));
    for (proto, begins, ends) in [
        ("http", "weir=", "; Path=/; HttpOnly; SameSite=Lax"),
        ("https", "__Host-weir=", "; Path=/; HttpOnly; SameSite=Lax; Secure"),
    ] {
        let with = [("x-forwarded-proto", proto)];
        let got = fixture.send_form("/sign-in", &form, &with).await;
        let cookie = got.header("set-cookie");
        assert!(cookie.starts_with(begins) && cookie.ends_with(ends), "{cookie}");
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
}

#[actix_web::test]
async fn what_one_may_not_see_is_as_if_it_were_not_there() {
    let fixture = Fixture::peopled(LOG);
    let same = async |bearer: &str, method: &Method, there: &str, nowhere: &str| {
        let with = [("authorization", bearer), ("x-forwarded-for", "192.0.2.7")];
        let there = fixture.send_body(method.clone(), there, "", &with).await;
        let nowhere = fixture.send_body(method.clone(), nowhere, "", &with).await;
        assert_eq!((there.status, &there.body), (nowhere.status, &nowhere.body));
        there.status
    };
    let olga = fixture.bearer("Olga");
    let newest = fixture.state().access.store.tokens(None).unwrap().remove(0).id.get();
    let ann = fixture.bearer("Ann");
    let (get, post) = (Method::GET, Method::POST);
    // Somebody's token, and one that is not there.
    let revoke = |id: i64| format!("/api/v1/tokens/{id}/revoke");
    assert_eq!(same(&ann, &post, &revoke(newest), &revoke(999)).await, 404);
    assert_eq!(fixture.send_get("/api/v1/people", &[("authorization", &olga)]).await.status, 200);
    for path in ["/api/v1/people/", "/people/"] {
        let (there, nowhere) = (format!("{path}1"), format!("{path}999"));
        assert_eq!(same(&ann, &get, &there, &nowhere).await, 403);
    }
    // A name that is there, and one that is not.
    let said = async |name: &str| {
        let got = fixture.send_form("/sign-in", &format!("name={name}&password=x"), &[]).await;
        (got.status, got.body.replace(name, "…"))
    };
    assert_eq!(said("Olga").await, said("Nobody").await);
}
