//! A small log, the model over it, and the routes over both.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::http::header::{HOST, HeaderMap, HeaderValue};
use actix_web::{App, HttpMessage, test, web};
use prometheus_client::registry::Registry;
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;
use weir_access::{Access, Cost, NewPerson, NewToken, Role};
use weir_domain::{Catalogue, Delivery, FixedClock, Origin, Overlay, Seq, Timestamp};
use weir_log::{DataDir, Finding, Lock, Log, ScrubRecord};
use weir_projector::{Live, Projector};
use weir_report::{Query as ReportQuery, Silence, Zone};
use weir_schedule::{
    Answer as Engineered, Definitions, Engine, EngineError, Handing, Ledger, Parcel, Post,
    Question, Receipt, Refusal as SendRefusal, Runner, Target,
};

use crate::entrance::{By, Holder};
use crate::page::form::Query;
use crate::{
    Auditor, CatalogueCell, Entrance, Gate, IngestHealth, Openness, Pulse, Reader, ReadyLimits,
    Reveal, Schedules, State, Streams, ViewersSee, routes,
};

/// Everybody's in [`Fixture::peopled`].
pub(crate) const PASSWORD: &str = "correct horse battery";

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

/// What a scrub noted of a log that lacks a row.
pub(crate) fn damaged() -> ScrubRecord {
    let now = NOW.parse().unwrap();
    let mut record = ScrubRecord::new(now);
    record.found(&Finding::Gap { missing: Seq::new(5), last: Seq::new(6) }, now);
    record
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
        let schedules = schedules(&dir, projector.live());
        let mut state = State {
            live: projector.live(),
            audit: Auditor::at(&dir.audit_file()),
            reveal: Reveal::new([7; 32], ViewersSee::default()),
            access: entrance(&dir, Openness::Loopback),
            dir,
            vault: None,
            catalogue: Arc::new(CatalogueCell::new(Catalogue::shipped(), Overlay::default())),
            clock: Arc::new(FixedClock(NOW.parse().unwrap())),
            threads: 2,
            registry: Arc::new(Registry::default()),
            endpoint_url: "http://weir.test/webhooks/veriff".to_owned(),
            demo: false,
            limits: ReadyLimits::default(),
            log_open: Box::new(|| true),
            scrub: Box::new(|| None),
            timezone_default: "UTC".to_owned(),
            ingest: Box::new(|| IngestHealth::quiet(NOW.parse().unwrap())),
            gate: Arc::new(Gate::for_threads(2)),
            pulse: Pulse::default(),
            streams: Streams::default(),
            schedules,
        };
        change(&mut state);
        Fixture { _folder: folder, _lock: lock, log, projector, state: web::Data::new(state) }
    }

    /// One that nobody may see unless they say who they are, and nobody is there yet.
    pub(crate) fn closed(log: &str) -> Fixture {
        Fixture::opened(log, Openness::Never)
    }

    /// The same, open as said.
    pub(crate) fn opened(log: &str, openness: Openness) -> Fixture {
        Fixture::with(deliveries(log), |state| state.access.openness = openness)
    }

    /// A closed one with Olga, an owner, Otto, an operator, and Ann, a viewer.
    pub(crate) fn peopled(log: &str) -> Fixture {
        let fixture = Fixture::closed(log);
        let (store, now) = (&fixture.state.access.store, NOW.parse().unwrap());
        store.add_owner("Olga", PASSWORD, now).unwrap();
        for (name, role) in [("Otto", Role::Operator), ("Ann", Role::Viewer)] {
            let (person, once) = store.add_person(NewPerson { name, role }, now).unwrap();
            store.change_password(person.id, once.reveal(), PASSWORD, now).unwrap();
        }
        fixture
    }

    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    pub(crate) fn data(&self) -> web::Data<State> {
        self.state.clone()
    }

    /// Puts a definition into the folder, as an operator does by hand.
    pub(crate) fn define(&self, name: &str, text: &str) {
        let folder = self.state.schedules.definitions.dir();
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(folder.join(format!("{name}.toml")), text).unwrap();
    }

    /// What a definition is now, as it is written.
    pub(crate) fn defined(&self, name: &str) -> Option<String> {
        self.state.schedules.definitions.get(name).map(|listed| listed.text.clone())
    }

    /// Does everything that is to be done at an instant, as the scheduler would.
    pub(crate) fn tick(&self, at: &str) {
        let schedules = &self.state.schedules;
        let mut runner = Runner::new(
            Arc::clone(&schedules.ledger),
            Definitions::at(schedules.definitions.dir()),
            Arc::clone(&schedules.engine),
            Arc::clone(&schedules.post),
            Arc::new(FixedClock(at.parse().unwrap())),
            schedules.outputs_dir.clone(),
            "UTC",
        );
        runner.tick().unwrap();
    }

    /// Asks for a run of a definition and does it: its number.
    pub(crate) async fn ran(&self, name: &str) -> u64 {
        let got = self.post(&format!("/reports/{name}"), "do=run").await;
        assert_eq!(got.status, 303, "{}", got.body);
        self.tick(NOW);
        run_of(got.header("location"))
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
        let response = self.unread(request, reader).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = test::read_body(response).await;
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status, headers, body, bytes: bytes.to_vec() }
    }

    /// An answer to a program whose body was not read.
    pub(crate) async fn unread_as(
        &self,
        bearer: &str,
        path: &str,
    ) -> ServiceResponse<impl MessageBody + use<>> {
        let request = test::TestRequest::with_uri(path).insert_header(("authorization", bearer));
        self.unread(request, None).await
    }

    /// As a browser or a program on this very machine, where the request does not say otherwise.
    async fn unread(
        &self,
        request: test::TestRequest,
        reader: Option<&Reader>,
    ) -> ServiceResponse<impl MessageBody + use<>> {
        let app = App::new().app_data(self.state.clone()).configure(routes);
        let app = test::init_service(app).await;
        let mut request = request.to_request();
        let head = request.head_mut();
        head.peer_addr.get_or_insert(([127, 0, 0, 1], 50_000).into());
        if !head.headers.contains_key(HOST) {
            head.headers.insert(HOST, HeaderValue::from_static("localhost:8080"));
        }
        if let Some(reader) = reader {
            request.extensions_mut().insert(reader.clone());
        }
        test::call_service(&app, request).await
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

    pub(crate) async fn send_get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, headers).await
    }

    pub(crate) async fn send_form(
        &self,
        path: &str,
        form: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        self.send_form_from("127.0.0.1", path, form, headers).await
    }

    /// Sends a form from an address.
    pub(crate) async fn send_form_from(
        &self,
        address: &str,
        path: &str,
        form: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let peer = SocketAddr::new(address.parse().unwrap(), 50_000);
        let mut request = test::TestRequest::with_uri(path).method(Method::POST).peer_addr(peer);
        for header in headers {
            request = request.insert_header(*header);
        }
        let kind = ("content-type", "application/x-www-form-urlencoded");
        self.call(request.insert_header(kind).set_payload(form.to_owned()), None).await
    }

    /// Sends a body, a form where nothing else is said.
    pub(crate) async fn send_body(
        &self,
        method: Method,
        path: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = test::TestRequest::with_uri(path)
            .method(method)
            .insert_header(("content-type", "application/x-www-form-urlencoded"));
        for header in headers {
            request = request.insert_header(*header);
        }
        self.call(request.set_payload(body.to_owned()), None).await
    }

    /// Sends JSON with a token.
    pub(crate) async fn post_json_as(&self, bearer: &str, path: &str, body: &str) -> Answer {
        let request = test::TestRequest::with_uri(path).method(Method::POST);
        let request = request.insert_header(("authorization", bearer));
        let kind = ("content-type", "application/json");
        self.call(request.insert_header(kind).set_payload(body.to_owned()), None).await
    }

    /// Which of the people is called so.
    pub(crate) fn person(&self, name: &str) -> i64 {
        self.state.access.store.person_named(name).unwrap().id.get()
    }

    /// A browser in which one of them signed in.
    pub(crate) async fn sign_in(&self, name: &str) -> Browser {
        self.sign_in_with(name, PASSWORD).await
    }

    /// The same with another password.
    pub(crate) async fn sign_in_with(&self, name: &str, password: &str) -> Browser {
        let mut form = Query::default();
        form.push("name", name);
        form.push("password", password);
        let got = self.send_form("/sign-in", &form.0, &[]).await;
        assert_eq!(got.status, 303, "{name}: {}", got.body);
        let cookie = got.header("set-cookie").split(';').next().unwrap().to_owned();
        let page = self.send_get("/people/password", &[("cookie", &cookie)]).await;
        let (_, rest) = page.body.split_once("name=\"csrf\" value=\"").unwrap();
        Browser { cookie, csrf: rest.split('"').next().unwrap().to_owned() }
    }

    /// The header with a token of one of them, good for 30 days.
    pub(crate) fn bearer(&self, name: &str) -> String {
        let person = self.state.access.store.person_named(name).unwrap();
        let new = NewToken {
            name: &format!("{name}'s"),
            person: person.id,
            role: person.role,
            days: 30,
            maker: person.role,
            made_by: None,
        };
        let (_, secret) = self.state.access.store.add_token(new, NOW.parse().unwrap()).unwrap();
        format!("Bearer {}", secret.reveal())
    }

    /// What the door knows of one of them who came in with a token.
    pub(crate) fn holder(&self, name: &str) -> Holder {
        let person = self.state.access.store.person_named(name).unwrap();
        let token = self.state.access.store.tokens(Some(person.id)).unwrap().remove(0);
        Holder {
            reader: Reader { role: person.role, ..Reader::open() },
            person: Some(person.id),
            by: By::Token { id: token.id, name: token.name },
        }
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

/// A browser in which somebody signed in.
pub(crate) struct Browser {
    pub(crate) cookie: String,
    pub(crate) csrf: String,
}

impl Browser {
    pub(crate) async fn get(&self, fixture: &Fixture, path: &str) -> Answer {
        fixture.send_get(path, &[("cookie", &self.cookie)]).await
    }

    pub(crate) async fn post(&self, fixture: &Fixture, path: &str, form: &str) -> Answer {
        let form = format!("csrf={}&{form}", self.csrf);
        fixture.send_form(path, &form, &[("cookie", &self.cookie)]).await
    }
}

/// The run that an address is of.
pub(crate) fn run_of(location: &str) -> u64 {
    let path = location.split('?').next().unwrap();
    path.strip_prefix("/reports/runs/").and_then(|id| id.parse().ok()).unwrap()
}

/// Definitions in the data directory, a ledger beside them, and nobody who runs any.
fn schedules(dir: &DataDir, live: Arc<Live>) -> Schedules {
    Schedules {
        ledger: Arc::new(Ledger::open(&dir.schedule_file()).unwrap()),
        definitions: Definitions::at(&dir.reports_dir()),
        post: Arc::new(NamedPost),
        engine: Arc::new(FixtureEngine(live)),
        outputs_dir: dir.outputs_dir(),
    }
}

/// Would send to whoever is at example.com and to files. What becomes of it, the recipient's name
/// says; nothing leaves the process.
struct NamedPost;

impl Post for NamedPost {
    fn check(&self, target: &Target) -> Result<(), String> {
        match target {
            Target::Mail(address) if !address.ends_with("@example.com") => Err(format!(
                "mail to `{address}` is not allowed; name its domain in channels.mail.domains"
            )),
            Target::Slack(name) | Target::Webhook(name) | Target::S3 { store: name, .. } => {
                Err(format!("`{name}` is not configured; add it under [channels]"))
            }
            _ => Ok(()),
        }
    }

    fn send(
        &self,
        target: &Target,
        _: &Parcel,
        handing: &mut Handing<'_>,
    ) -> Result<Receipt, SendRefusal> {
        handing().unwrap();
        let to = target.to_string();
        let cause = format!("{to} says so");
        match () {
            () if to.contains("refuses") => Err(SendRefusal::Permanent { cause }),
            () if to.contains("silent") => Err(SendRefusal::Unknown { cause }),
            () if to.contains("later") => Err(SendRefusal::Transient { cause, retry_after: None }),
            () => Ok(Receipt { detail: "taken".to_owned() }),
        }
    }
}

/// Answers from the fixture's model.
struct FixtureEngine(Arc<Live>);

impl Engine for FixtureEngine {
    fn answer(&self, question: &Question<'_>) -> Result<Engineered, EngineError> {
        let never = |error: &dyn std::fmt::Display| EngineError::Never(error.to_string());
        let Question { name, definition, as_of, .. } = *question;
        let query = definition.query(as_of, "UTC").map_err(|error| never(&error.as_parameter()))?;
        let model = self.0.model();
        let document = definition
            .document(name, &model, &Catalogue::shipped(), &query, None, 1)
            .map_err(|error| never(&error))?;
        Ok(Engineered { document, position: model.position() })
    }

    fn silence(
        &self,
        _: Option<&str>,
        _: Timestamp,
        _: &Zone,
    ) -> Result<Option<Silence>, EngineError> {
        Ok(None)
    }

    fn unknown_values(&self, query: &ReportQuery) -> Vec<String> {
        let known = |state: &&Option<String>| state.as_deref() != Some("camera");
        let unknown = query.filters.state.iter().filter(known).flatten();
        unknown.map(|state| format!("no session was ever at the screen `{state}`")).collect()
    }
}

fn entrance(dir: &DataDir, openness: Openness) -> Entrance {
    let store = Access::open_at_cost(&dir.access_file(), Cost::LEAST).unwrap();
    Entrance::new(store, openness, true, None)
}

impl Answer {
    /// Every cookie that it gives or takes away.
    #[cfg(feature = "oidc")]
    pub(crate) fn cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").map(|value| value.to_str().unwrap()).collect()
    }

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
