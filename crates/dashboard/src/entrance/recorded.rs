//! What is written down of those who were let in.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::{HttpMessage, ResponseError, web};
use uuid::Uuid;
use weir_audit::{Did, Entry, Outcome, Who};

use super::client_address;
use super::identify::{By, Holder};
use crate::State;
use crate::list::Field;
use crate::parameters::pairs;
use crate::problem::blocking;
use crate::routes::Records;

/// Characters of a name or a number in an address that are written down; a longer one is none of ours.
/// The longest is a run's file: a definition's name of 64, a day, an ending.
const NAME_CHARS_MAX: usize = 120;

/// Answers, and writes down that it did: before, where something is changed; before the answer leaves,
/// where something is shown. What cannot be written down is not done, and not shown.
pub(super) async fn recorded(
    records: Records,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let state = request.app_data::<web::Data<State>>().cloned();
    let notes = request.extensions().get::<Holder>().map(|holder| holder.reader.notes.clone());
    let entry = entry(records, &request).await;
    let (Some(state), Some(notes), Some(entry)) = (state, notes, entry) else {
        return next.call(request).await;
    };
    if records.is_before() {
        let begin = {
            let state = state.clone();
            move || state.audit.begin(entry)
        };
        let begun = match blocking(begin).await {
            Ok(begun) => begun,
            Err(problem) => return Ok(request.into_response(problem.error_response())),
        };
        let answered = next.call(request).await?;
        let (note, outcome) = (notes.said(), outcome(answered.status()));
        let at = state.clock.now();
        // Whatever comes of it stands in the log.
        let _ = blocking(move || {
            state.audit.end(begun, at, &note, outcome);
            Ok(())
        })
        .await;
        return Ok(answered);
    }
    let answered = next.call(request).await?;
    let outcome = outcome(answered.status());
    let written = blocking(move || state.audit.record(&entry, outcome)).await;
    Ok(match written {
        Ok(()) => answered,
        Err(problem) => answered.into_response(problem.error_response()),
    })
}

/// Writes down that somebody who is known was not let through to what is written down.
pub(super) async fn refused(records: Records, request: &ServiceRequest) {
    let state = request.app_data::<web::Data<State>>().cloned();
    let (Some(state), Some(entry)) = (state, entry(records, request).await) else { return };
    // They are refused in any case, and why it could not be written stands in the log.
    let _ = blocking(move || state.audit.record(&entry, Outcome::Refused)).await;
}

/// What is to be written down; none where nothing is, or it is not known who asks.
async fn entry(records: Records, request: &ServiceRequest) -> Option<Entry> {
    let state = request.app_data::<web::Data<State>>()?;
    let who = request.extensions().get::<Holder>().map(who)?;
    let did = match records {
        Records::Nothing(_) | Records::Itself => return None,
        Records::Shows(did) | Records::Does(did) | Records::Exports(did) => did,
        Records::Lists => listed(state, request).await,
    };
    let from = Some(client_address(request.request()).to_string());
    Some(Entry { at: state.clock.now(), who, from, did, what: what(request) })
}

/// Who asks, as the record names them.
pub(crate) fn who(holder: &Holder) -> Who {
    let name = holder.reader.name.as_deref();
    match (&holder.by, holder.person, name) {
        (By::Token { id, name: token, .. }, _, Some(name)) => Who::token(id.get(), name, token),
        (_, Some(person), Some(name)) => Who::person(person.get(), name),
        (_, None, Some(name)) => Who::person(0, name),
        (_, _, None) => Who::machine(),
    }
}

/// A list is taken along, or looked for by what is no id, or shown. By what is not written down.
async fn listed(state: &web::Data<State>, request: &ServiceRequest) -> Did {
    // The router reads the address decoded, and the list takes the first value that is not empty.
    let is_file = request.match_pattern().is_some_and(|pattern| pattern.ends_with(".csv"));
    let pairs = pairs(request.query_string()).unwrap_or_default();
    let given = |wanted: &str| {
        let mut values = pairs.iter().filter(|(name, value)| name == wanted && !value.is_empty());
        values.next().map(|(_, value)| value.as_str())
    };
    if is_file || given("format") == Some("csv") {
        return Did::Exported;
    }
    match given("q") {
        Some(text) if !is_by_id(state, text, given("q_in")).await => Did::SearchedByReference,
        _ => Did::SawSessions,
    }
}

/// Whether a text is looked for as an id only. A reference may have the form of one, too: where it is
/// not said what it is, only a session's id is known for one.
async fn is_by_id(state: &web::Data<State>, text: &str, field: Option<&str>) -> bool {
    let Ok(id) = Uuid::try_parse(text.trim()) else { return false };
    match field {
        Some(field) => [Field::Id, Field::AttemptId].iter().any(|is| is.name() == field),
        None => {
            let state = state.clone();
            let found = blocking(move || Ok(!state.live.model().find(id).is_empty()));
            found.await.unwrap_or(false)
        }
    }
}

/// The object's number or name in the address, and what is done with it there. A text that is none of
/// ours may be anything, also what somebody is called: it is not written down.
fn what(request: &ServiceRequest) -> String {
    let pattern = request.match_pattern().unwrap_or_default();
    let sessions = pattern.starts_with("/sessions/") || pattern.starts_with("/api/v1/sessions/");
    let mut said: Vec<String> = Vec::new();
    for part in pattern.split('/') {
        if let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            let value = request.match_info().get(name).unwrap_or_default();
            let is_ours = if sessions { Uuid::try_parse(value).is_ok() } else { is_name(value) };
            said.push(if is_ours { value.to_owned() } else { "no such name".to_owned() });
        } else if !said.is_empty() {
            said.push(part.to_owned());
        }
    }
    if said.is_empty() {
        // What has none is told apart by its address.
        return pattern;
    }
    said.join(" ")
}

fn is_name(value: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !value.is_empty() && value.len() <= NAME_CHARS_MAX && value.chars().all(plain)
}

fn outcome(status: StatusCode) -> Outcome {
    if status.is_server_error() {
        Outcome::Failed
    } else if status.is_client_error() {
        Outcome::Refused
    } else {
        Outcome::Done
    }
}
