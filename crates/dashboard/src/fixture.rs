//! A small log, the model over it, and the routes over both.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::{App, HttpMessage, test, web};
use prometheus_client::registry::Registry;
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;
use weir_domain::{Catalogue, Delivery, FixedClock, Origin, Overlay};
use weir_log::{DataDir, Lock, Log};
use weir_projector::Projector;

use crate::{CatalogueCell, Gate, IngestHealth, Reader, ReadyLimits, State, Streams, routes};

pub(crate) const NOW: &str = "2026-03-31T12:00:00Z";

/// One session of each kind, as [`deliveries`] reads them.
pub(crate) const LOG: &str = "
    10T09:00 1@ann 7001
    10T09:05 1@ann 7002
    12T09:00 2 7001
    12T09:05 2 7010 consent quit
    14T09:00 3/1 7001
    14T09:05 3/1 7010 consent quit
    14T10:05 3/2 7010 camera quit
    16T09:00 4@ann 7001
    30T09:00 5 7001
    30T09:05 5 7010 - mobile_handover_screen_shown
";

pub(crate) struct Fixture {
    _folder: TempDir,
    _lock: Lock,
    log: Log,
    projector: Projector,
    state: web::Data<State>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) body: String,
    pub(crate) bytes: Vec<u8>,
}

impl Fixture {
    pub(crate) fn of(log: &str) -> Fixture {
        Fixture::with(deliveries(log), |_| ())
    }

    pub(crate) fn with(deliveries: Vec<Delivery>, change: impl FnOnce(&mut State)) -> Fixture {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::at(folder.path());
        let lock = dir.lock("a test").unwrap();
        let mut log = Log::open(&dir, &lock).unwrap();
        log.append(&deliveries).unwrap();
        let mut projector = Projector::open(&dir, &lock, 1).unwrap();
        projector.catch_up(|_, _| ()).unwrap();
        let mut state = State {
            live: projector.live(),
            dir,
            catalogue: CatalogueCell::new(Catalogue::shipped(), Overlay::default()),
            clock: Arc::new(FixedClock(NOW.parse().unwrap())),
            threads: 2,
            registry: Arc::new(Registry::default()),
            endpoint_url: "http://weir.test/webhooks/veriff".to_owned(),
            demo: false,
            limits: ReadyLimits::default(),
            log_open: Box::new(|| true),
            timezone_default: "UTC".to_owned(),
            ingest: Box::new(|| IngestHealth::quiet(NOW.parse().unwrap())),
            gate: Gate::for_threads(2),
            streams: Streams::default(),
        };
        change(&mut state);
        Fixture { _folder: folder, _lock: lock, log, projector, state: web::Data::new(state) }
    }

    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    pub(crate) fn data(&self) -> web::Data<State> {
        self.state.clone()
    }

    /// Appends to the log and folds it, beside the routes.
    pub(crate) fn append(&mut self, deliveries: &[Delivery]) {
        self.log.append(deliveries).unwrap();
        self.projector.catch_up(|_, _| ()).unwrap();
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[]).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = test::TestRequest::with_uri(path).method(method);
        for header in headers {
            request = request.insert_header(*header);
        }
        self.call(request, None).await
    }

    async fn call(&self, request: test::TestRequest, reader: Option<&Reader>) -> Answer {
        let app = App::new().app_data(self.state.clone()).configure(routes);
        let app = test::init_service(app).await;
        let request = request.to_request();
        if let Some(reader) = reader {
            request.extensions_mut().insert(reader.clone());
        }
        let response = test::call_service(&app, request).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = test::read_body(response).await;
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status, headers, body, bytes: bytes.to_vec() }
    }

    pub(crate) async fn get_as(&self, reader: &Reader, path: &str) -> Answer {
        self.call(test::TestRequest::with_uri(path), Some(reader)).await
    }

    /// Sends a form, as whoever sits at an open machine.
    pub(crate) async fn post(&self, path: &str, form: &str) -> Answer {
        self.post_as(&Reader::open(), path, form).await
    }

    pub(crate) async fn post_as(&self, reader: &Reader, path: &str, form: &str) -> Answer {
        let request = test::TestRequest::with_uri(path).method(Method::POST);
        let kind = ("content-type", "application/x-www-form-urlencoded");
        self.call(request.insert_header(kind).set_payload(form.to_owned()), Some(reader)).await
    }

    pub(crate) async fn post_json(&self, path: &str, body: &str) -> Answer {
        let request = test::TestRequest::with_uri(path).method(Method::POST);
        let kind = ("content-type", "application/json");
        self.call(request.insert_header(kind).set_payload(body.to_owned()), None).await
    }

    /// Holds the whole answer against what is wanted.
    pub(crate) async fn check(&self, path: &str, status: u16, body: &str) {
        let got = self.get(path).await;
        assert_eq!((got.status, got.body.as_str()), (status, body), "{path}");
    }

    /// The answer as JSON, which has this status.
    pub(crate) async fn json(&self, path: &str, status: u16) -> Value {
        let got = self.get(path).await;
        assert_eq!(got.status, status, "{path}: {}", got.body);
        let problem = "application/problem+json";
        assert_eq!(got.header("content-type") == problem, matches!(status, 400..=499), "{path}");
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        assert!(got.header("content-security-policy").starts_with("default-src 'none'"));
        serde_json::from_str(&got.body).unwrap()
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Answer {
    /// The numbers of a page that lead to sessions: the list's query, and how many it should have.
    pub(crate) fn numbers(&self) -> Vec<(String, u64)> {
        let links = self.body.split("<a href=\"/sessions?").skip(1);
        let numbers = links.filter_map(|link| {
            let (query, rest) = link.split_once("\">")?;
            let text = rest.split("</a>").next()?;
            let number = text.split(' ').next()?.replace(',', "").parse().ok()?;
            Some((query.replace("&amp;", "&"), number))
        });
        numbers.collect()
    }
}

/// Lines `DAY-OF-MARCH T TIME SESSION[/ATTEMPT][@END-USER] CODE [STATE|-] [REASON]`, or
/// `… raw BODY`.
pub(crate) fn deliveries(log: &str) -> Vec<Delivery> {
    log.lines().map(str::trim).filter(|line| !line.is_empty()).map(read_line).collect()
}

fn read_line(line: &str) -> Delivery {
    let words: Vec<_> = line.splitn(5, ' ').collect();
    if words[1] == "raw" {
        return delivery(words[0], "main", words[2..].join(" ").into_bytes());
    }
    let word = |at: usize| words.get(at).copied().filter(|word| *word != "-");
    let code = words[2].parse().unwrap();
    delivery(words[0], "main", event(words[1], code, word(3), word(4)))
}

pub(crate) fn delivery(at: &str, integration: &str, body: Vec<u8>) -> Delivery {
    let received_at = format!("2026-03-{at}:00Z").parse().unwrap();
    Delivery { received_at, origin: Arc::new(Origin::imported(integration)), body }
}

/// The body of an event; `who` is `SESSION[/ATTEMPT][@END-USER]`.
pub(crate) fn event(who: &str, code: u32, state: Option<&str>, reason: Option<&str>) -> Vec<u8> {
    let (who, user) = who.split_once('@').map_or((who, None), |(who, user)| (who, Some(user)));
    let (session, attempt) = who.split_once('/').unwrap_or((who, "1"));
    let session: u128 = session.parse().unwrap();
    let attempt = (attempt.parse::<u128>().unwrap() << 48) + session;
    let action = match code {
        7001 => "started",
        7002 => "submitted",
        7010 => "flow_cancelled",
        _ => "something_new",
    };
    let event = json!({
        "id": Uuid::from_u128(session).to_string(),
        "attemptId": Uuid::from_u128(attempt).to_string(),
        "feature": "selfid", "code": code, "action": action, "endUserId": user,
        "vendorData": format!("ref {session}"), "context": {"state": state, "reason": reason},
    });
    event.to_string().into_bytes()
}
