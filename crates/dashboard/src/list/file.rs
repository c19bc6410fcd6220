//! The whole list as CSV, slice by slice: a file of three million rows needs the memory of one
//! slice, and the fold waits no longer than for one.

use actix_web::body::BodyStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, HeaderValue};
use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::{Stream, StreamExt};
use weir_readmodel::Row;
use weir_report::CohortUnit;
use weir_report::render::csv_rows;

use super::{List, Listed, Start, UnitRow};
use crate::entrance::Lasting;
use crate::problem::{Problem, blocking};
use crate::{State, answer};

/// Units of one slice. Each costs a scan of the model.
const UNITS_MAX: usize = 50_000;

/// The names of the columns: those of the API's rows.
const HEADER: [&str; 12] = [
    "integration",
    "id",
    "attempt",
    "feature",
    "outcome",
    "state",
    "reason",
    "first_at",
    "submitted_at",
    "outcome_at",
    "duration_seconds",
    "attempts",
];

/// How far the file is written.
struct Writing {
    state: web::Data<State>,
    list: List,
    found: Option<Vec<Row>>,
    units_max: usize,
    last: Option<CohortUnit>,
}

/// The answer: all of the list, in its order.
pub(crate) async fn file(
    request: &HttpRequest,
    state: web::Data<State>,
    list: List,
) -> Result<HttpResponse, Problem> {
    let lasting = Lasting::of(&state, request);
    let body = BodyStream::new(slices(state, list, lasting, UNITS_MAX).await?);
    let mut response = answer::bytes(StatusCode::OK, "text/csv; charset=utf-8", body);
    let name = HeaderValue::from_static("attachment; filename=\"sessions.csv\"");
    response.headers_mut().insert(CONTENT_DISPOSITION, name);
    Ok(response)
}

/// The file in slices of at most so many units, for as long as whoever asked is let in.
async fn slices(
    state: web::Data<State>,
    list: List,
    lasting: Lasting,
    units_max: usize,
) -> Result<impl Stream<Item = Result<Bytes, Problem>> + use<>, Problem> {
    let first = blocking(move || {
        let found = list.found(&state)?;
        let writing = Writing { state, list, found, units_max, last: None };
        writing.next()
    });
    let (begin, rest) = first.await?;
    let head = csv_rows([HEADER.map(str::to_owned)]);
    let begin = futures_util::stream::once(async move {
        Ok::<_, Problem>(Bytes::from([head.into_bytes(), begin].concat()))
    });
    let rest = futures_util::stream::unfold((rest, lasting), |(writing, lasting)| async move {
        let writing = writing?;
        let next = if lasting.holds().await {
            blocking(move || writing.next()).await
        } else {
            Err(Problem::Unauthenticated { tried: true })
        };
        match next {
            Ok((rows, rest)) => Some((Ok(Bytes::from(rows)), (rest, lasting))),
            // The connection breaks off: a file that is cut must not look whole.
            Err(problem) => Some((Err(problem), (None, lasting))),
        }
    });
    Ok(begin.chain(rest))
}

impl Writing {
    /// The next slice's rows, and what is left to write, if anything.
    fn next(mut self) -> Result<(Vec<u8>, Option<Writing>), Problem> {
        let catalogue = self.state.catalogue();
        let (rows, more) = {
            let model = self.state.turn()?;
            let listed = Listed {
                list: &self.list,
                model: &model,
                catalogue: &catalogue,
                found: self.found.as_deref(),
                threads: self.state.threads,
            };
            let start = self.last.map_or(Start::After(0), Start::Unit);
            let slice = listed.slice(start, self.units_max);
            self.last = slice.units.last().copied();
            let rows: Vec<_> =
                slice.units.iter().map(|unit| cells(UnitRow::of(&model, unit))).collect();
            (rows, slice.more)
        };
        Ok((csv_rows(rows).into_bytes(), more.then_some(self)))
    }
}

fn cells(row: UnitRow) -> [String; 12] {
    let UnitRow {
        integration,
        id,
        attempt,
        feature,
        outcome,
        state,
        reason,
        first_at,
        submitted_at,
        outcome_at,
        duration_seconds,
        attempts,
    } = row;
    let instant =
        |at: Option<weir_domain::Timestamp>| at.map_or(String::new(), |at| at.to_string());
    [
        integration,
        id,
        attempt.unwrap_or_default(),
        feature.unwrap_or_default(),
        outcome.name().to_owned(),
        state.unwrap_or_default(),
        reason.unwrap_or_default(),
        first_at.to_string(),
        instant(submitted_at),
        instant(outcome_at),
        duration_seconds.map_or(String::new(), |seconds| seconds.to_string()),
        attempts.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use actix_web::HttpMessage;
    use actix_web::test::TestRequest;
    use futures_util::StreamExt;

    use super::slices;
    use crate::entrance::Lasting;
    use crate::fixture::{Fixture, LOG};
    use crate::list::{List, OWN};
    use crate::parameters::Parameters;

    #[actix_web::test]
    async fn the_file_breaks_off_where_whoever_asked_is_let_in_no_more() {
        let fixture = Fixture::peopled(LOG);
        let request =
            TestRequest::default().insert_header(("authorization", fixture.bearer("Ann")));
        let request = request.to_http_request();
        request.extensions_mut().insert(fixture.holder("Ann"));
        let lasting = Lasting::of(&fixture.data(), &request);
        let parameters = Parameters::question("from=1970-01-01", &OWN).unwrap();
        let query = fixture.state().question(&parameters.asked).unwrap();
        let list = List::read(&parameters, query).unwrap();
        let mut slices = pin!(slices(fixture.data(), list, lasting, 2).await.unwrap());
        assert!(slices.next().await.unwrap().is_ok());
        assert!(slices.next().await.unwrap().is_ok());
        let ann = fixture.state().access.store.person_named("Ann").unwrap();
        fixture.state().access.store.set_disabled(ann.id, true).unwrap();
        assert!(slices.next().await.unwrap().is_err());
        assert!(slices.next().await.is_none());
    }
}
