//! Every route's door: nothing is answered before it is known who asks and that they may.

use actix_http::h1;
use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, ResponseError, web};
use subtle::ConstantTimeEq;
use weir_access::Role;

use super::identify::{By, Holder, asked, bearer, identify, is_api};
use super::in_flight::{Asker, Place};
use super::origin::{is_other_site, is_this_machine, source_of};
use super::recorded::{recorded, refused};
use crate::page::form::Query;
use crate::page::{Frame, forbidden, nobody_is_let_in};
use crate::problem::Problem;
use crate::reader::Reader;
use crate::routes::{Needs, Records};
use crate::{State, answer};

/// Where somebody may go who must choose a password first.
const BEFORE_A_PASSWORD: [&str; 2] = ["/people/password", "/sign-out"];

/// What says nothing but how the process does, to whoever watches over it.
const ANSWERS_ANYWHERE: [&str; 2] = ["/healthz", "/readyz"];

/// What tells of nobody, and to anybody.
const ANSWERS_WITHOUT_PEOPLE: [&str; 4] =
    ["/healthz", "/readyz", "/assets/{file}", "/openapi.json"];

/// What is said to whoever is elsewhere.
const ELSEWHERE: &str =
    "this may not be asked from this address; its operator says from where it may";

/// What a program that is signed in by a cookie sends instead of a form's field.
const CSRF_HEADER: &str = "x-weir-csrf";

/// Lets a request through to what answers it, or answers in its place.
pub(crate) async fn guard(
    needs: Needs,
    records: Records,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    match admit(needs, &mut request).await {
        Ok(()) => match place(&request) {
            Ok(None) => recorded(records, request, next).await,
            Ok(Some(place)) => {
                let answered = recorded(records, request, next).await?;
                Ok(answered.map_body(|_, body| place.until_sent(body)))
            }
            Err(busy) => Ok(request.into_response(busy.error_response())),
        },
        Err(refusal) => {
            // Whoever is known and may not is told of to the owners.
            refused(records, &request).await;
            let path = request.path().to_owned();
            Ok(request.into_response(refusal.response(&path)))
        }
    }
}

/// A place among those that are being answered: for people, and for whoever has a link.
fn place(request: &ServiceRequest) -> Result<Option<Place>, Problem> {
    let person = request.extensions().get::<Holder>().and_then(|holder| holder.person);
    // The router reads the address decoded.
    let pattern = request.match_pattern().unwrap_or_default();
    let by_link = || source_of(request, request.peer_addr()).subscriber();
    let asker = match person {
        Some(person) if pattern == "/events" => Asker::Windows(person),
        Some(person) => Asker::Person(person),
        None if pattern.starts_with("/s/") => Asker::Address(by_link()),
        None => return Ok(None),
    };
    let state = request.app_data::<web::Data<State>>();
    let state = state.ok_or_else(|| Problem::internal(&"the app has no state"))?;
    state.access.in_flight.enter(asker).map(Some).ok_or(Problem::Busy)
}

/// Why a request is not let through.
enum Refused {
    Problem(Problem),
    Page(HttpResponse),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Refused {
        Refused::Problem(problem)
    }
}

impl Refused {
    fn response(self, path: &str) -> HttpResponse {
        match self {
            Refused::Problem(problem @ Problem::Lost(_)) if !is_for_programs(path) => {
                answer::html(problem.status_code(), nobody_is_let_in(&problem.to_string()))
            }
            Refused::Problem(problem) => problem.error_response(),
            Refused::Page(page) => page,
        }
    }
}

async fn admit(needs: Needs, request: &mut ServiceRequest) -> Result<(), Refused> {
    let state = request.app_data::<web::Data<State>>().cloned();
    let state = state.ok_or_else(|| Problem::internal(&"the app has no state"))?;
    let source = source_of(request, request.peer_addr());
    if !ANSWERS_ANYWHERE.contains(&request.path()) && !state.access.allow_from.admit(source) {
        state.access.elsewhere.inc();
        return Err(Problem::Forbidden(ELSEWHERE.to_owned()).into());
    }
    if !goes_without_people(needs, &state, request) {
        state.access.store.works().map_err(Problem::from)?;
    }
    let changes = !request.method().is_safe();
    let by_bearer = bearer(request).is_some();
    if changes && !by_bearer && is_other_site(&state.access, request.headers()) {
        return Err(Problem::OtherSite.into());
    }
    let role = match needs {
        Needs::Nobody => return Ok(()),
        Needs::ThisMachineOr(_) if is_this_machine(&state.access, request) => return Ok(()),
        Needs::ThisMachineOr(role) | Needs::At(role) => role,
    };
    let known = request.extensions().get::<Reader>().cloned();
    let holder = match known {
        Some(reader) => Some(Holder { reader, person: None, by: By::Known }),
        None => identify(&state, request).await?,
    };
    let Some(holder) = holder else { return Err(ask_who(&state, request, by_bearer).await?) };
    if holder.by == (By::Session { one_time: true }) && !BEFORE_A_PASSWORD.contains(&request.path())
    {
        return Err(choose_a_password(request));
    }
    if holder.reader.role < role {
        request.extensions_mut().insert(holder.clone());
        return Err(too_small(&state, request, &holder.reader, role));
    }
    if changes && !by_bearer {
        hold_csrf(request, &holder).await?;
    }
    let mut extensions = request.extensions_mut();
    extensions.insert(holder.reader.clone());
    extensions.insert(holder);
    Ok(())
}

/// What is answered also where it cannot be told who anybody is: what is public, and to this machine how
/// Weir does.
fn goes_without_people(needs: Needs, state: &State, request: &ServiceRequest) -> bool {
    match needs {
        Needs::Nobody => {
            let pattern = request.match_pattern();
            pattern.is_some_and(|pattern| ANSWERS_WITHOUT_PEOPLE.contains(&pattern.as_str()))
        }
        Needs::ThisMachineOr(_) => is_this_machine(&state.access, request),
        Needs::At(_) => false,
    }
}

/// What is no page: whoever asks for it cannot be led to a form.
fn is_for_programs(path: &str) -> bool {
    is_api(path) || ["/metrics", "/events", "/catalogue.toml"].contains(&path)
}

/// Pages lead to where one says who one is; programs are told.
async fn ask_who(
    state: &web::Data<State>,
    request: &ServiceRequest,
    by_bearer: bool,
) -> Result<Refused, Problem> {
    if by_bearer || is_for_programs(request.path()) {
        return Ok(Problem::Unauthenticated { tried: by_bearer }.into());
    }
    let has_people = asked(state, |state, _| state.access.has_people()).await?;
    if !has_people {
        return Ok(Refused::Page(answer::see_other("/setup")));
    }
    if !request.method().is_safe() {
        return Ok(Refused::Page(answer::see_other("/sign-in")));
    }
    let here = request.uri().path_and_query().map_or("/", |here| here.as_str());
    let mut query = Query::default();
    query.push("next", here);
    let address = if here == "/" { "/sign-in".to_owned() } else { format!("/sign-in?{}", query.0) };
    Ok(Refused::Page(answer::see_other(&address)))
}

fn choose_a_password(request: &ServiceRequest) -> Refused {
    if is_api(request.path()) {
        let why = "choose a password of your own first, at /people/password";
        return Problem::Forbidden(why.to_owned()).into();
    }
    Refused::Page(answer::see_other("/people/password"))
}

fn too_small(state: &State, request: &ServiceRequest, reader: &Reader, role: Role) -> Refused {
    if is_for_programs(request.path()) {
        let why = format!("this takes somebody with the role {role}, and yours is {}", reader.role);
        return Problem::Forbidden(why).into();
    }
    let frame = Frame { title: "Not for you", page: None, form: None, reader, demo: state.demo };
    let page = frame.around(&forbidden(reader.role, role));
    Refused::Page(answer::html(StatusCode::FORBIDDEN, page))
}

/// Holds what a form sent along against what this reader's forms have.
async fn hold_csrf(request: &mut ServiceRequest, holder: &Holder) -> Result<(), Problem> {
    let sent = if is_api(request.path()) {
        // A body of JSON, or a method that is no form's, is sent across sites only where the
        // browser asked first, which nobody here answers: without a cookie that is enough.
        if matches!(holder.by, By::Machine | By::Known) {
            return Ok(());
        }
        let header = request.headers().get(CSRF_HEADER);
        header.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    } else {
        field_of(request).await?
    };
    // Constant in time, as for every secret.
    let fits: bool = sent.as_bytes().ct_eq(holder.reader.csrf.as_bytes()).into();
    if fits { Ok(()) } else { Err(Problem::Csrf) }
}

/// The field `csrf` of the form in the body, which stays where it was.
async fn field_of(request: &mut ServiceRequest) -> Result<String, Problem> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !kind.unwrap_or_default().starts_with("application/x-www-form-urlencoded") {
        return Ok(String::new());
    }
    let body = request.extract::<web::Bytes>().await;
    let body = body.map_err(|error| Problem::Body(error.to_string()))?;
    let fields = web::Query::<Vec<(String, String)>>::from_query(
        std::str::from_utf8(&body).unwrap_or_default(),
    );
    let (_, mut again) = h1::Payload::create(true);
    again.unread_data(body);
    request.set_payload(Payload::from(again));
    let fields = fields.map(web::Query::into_inner).unwrap_or_default();
    Ok(fields
        .into_iter()
        .find(|(name, _)| name == "csrf")
        .map_or_else(String::new, |(_, csrf)| csrf))
}
