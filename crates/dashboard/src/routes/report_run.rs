//! `GET` and `POST /reports/runs/{id}`: one run, and sending it again; `GET
//! /reports/runs/{id}/{file}`: what it made.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use weir_report::{Definition, Output};
use weir_schedule::{Run, RunId, When};

use super::reports::{DONE, done, stage, told};
use super::views::zone;
use crate::fields::Fields;
use crate::page::reports::{RunPage, run_path};
use crate::parameters::Parameters;
use crate::problem::{Problem, blocking, echo};
use crate::reader::Reader;
use crate::{State, answer};

/// Read at a time from a file that is sent.
const CHUNK_BYTES: usize = 256 * 1024;

/// The page.
pub(crate) async fn run(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
    of: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::only(request.query_string(), &[DONE])?;
    let id = id(&of)?;
    let markup = blocking(move || {
        let run = state.run(id)?;
        let definition = Definition::read(&run.definition).ok();
        let timing = definition.as_ref().and_then(|of| of.schedule.as_ref());
        let when = timing.and_then(|timing| When::parse(&timing.when).ok());
        let zone = when.map_or_else(|| zone(&state), |when| when.zone().clone());
        let kept: Vec<_> =
            run.files.iter().map(|(name, ..)| state.file(&run, name).is_some()).collect();
        let page = RunPage {
            stage: stage(&state, &reader, &zone),
            run: &run,
            definition: definition.as_ref(),
            zone: &zone,
            kept: &kept,
            done: parameters.own(DONE).and_then(done),
        };
        Ok(page.page())
    });
    Ok(answer::html(StatusCode::OK, markup.await?))
}

/// Sending it again.
pub(crate) async fn again(
    reader: Reader,
    state: web::Data<State>,
    of: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&reader, &body)?;
    let id = id(&of)?;
    if fields.get("do") != "again" {
        return Err(Problem::parameter("do", "the button is not known; nothing was sent"));
    }
    let targets: Vec<String> = fields.all("target").map(str::to_owned).collect();
    let run = blocking(move || state.again(id, &targets)).await?;
    Ok(answer::see_other(&told(&run_path(run.0), "asked")))
}

/// One of its files, to be kept: nothing of it runs here.
pub(crate) async fn file(
    state: web::Data<State>,
    of: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (of, name) = of.into_inner();
    let id = id(&of)?;
    let (file, bytes, media_type, name) = blocking(move || {
        let run = state.run(id)?;
        let gone = || {
            Problem::NotFound(format!(
                "run {id} has no file `{}` that is still kept; `weir schedule again {id}` makes the \
                 same bytes anew",
                echo(&name)
            ))
        };
        let path = state.file(&run, &name).ok_or_else(gone)?;
        let file = File::open(&path).map_err(|_| gone())?;
        let bytes = file.metadata().map_err(|error| Problem::internal(&error))?.len();
        Ok((file, bytes, media_type(&name), name))
    })
    .await?;
    let body = SizedStream::new(bytes, Box::pin(futures_util::stream::unfold(Some(file), chunk)));
    let mut response = answer::document(media_type, body);
    // Names are made of a definition's name and a date; what is not plain is left out of the header.
    let plain: String =
        name.chars().filter(|c| c.is_ascii_alphanumeric() || "-._".contains(*c)).collect();
    let shown = HeaderValue::from_str(&format!("attachment; filename=\"{plain}\""));
    let shown = shown.map_err(|error| Problem::internal(&error))?;
    response.headers_mut().insert(CONTENT_DISPOSITION, shown);
    Ok(response)
}

/// The next bytes of a file. One that breaks off breaks the answer off.
async fn chunk(file: Option<File>) -> Option<(Result<Bytes, Problem>, Option<File>)> {
    let mut file = file?;
    let read = blocking(move || {
        let mut bytes = vec![0; CHUNK_BYTES];
        let count = file.read(&mut bytes).map_err(|error| Problem::internal(&error))?;
        bytes.truncate(count);
        Ok((Bytes::from(bytes), file))
    });
    match read.await {
        Ok((bytes, _)) if bytes.is_empty() => None,
        Ok((bytes, file)) => Some((Ok(bytes), Some(file))),
        Err(problem) => Some((Err(problem), None)),
    }
}

fn media_type(name: &str) -> &'static str {
    let kind = name.rsplit_once('.').and_then(|(_, end)| end.parse::<Output>().ok());
    kind.map_or("application/octet-stream", Output::media_type)
}

/// The number of a run, as an address has it.
pub(super) fn id(text: &str) -> Result<RunId, Problem> {
    let read = text.parse::<i64>().ok().and_then(|id| u64::try_from(id).ok());
    read.map(RunId).ok_or_else(|| {
        let detail = format!("`{}` is no number of a run", echo(text));
        Problem::parameter("id", detail)
    })
}

impl State {
    /// A run, with all that was recorded of it.
    pub(crate) fn run(&self, id: RunId) -> Result<Run, Problem> {
        let found = self.schedules.ledger.run(id)?;
        found.ok_or_else(|| Problem::NotFound(format!("there is no run {id}")))
    }

    /// Asks for the same once more.
    pub(crate) fn again(&self, id: RunId, targets: &[String]) -> Result<RunId, Problem> {
        Ok(self.schedules.ledger.again(id, targets, self.clock.now())?)
    }

    /// Where a file of a run lies, if it is still kept. The ledger's names lead to no other place.
    pub(crate) fn file(&self, run: &Run, name: &str) -> Option<PathBuf> {
        let recorded = run.files.iter().any(|(known, ..)| known == name);
        let plain = !name.contains(['/', '\\']) && !name.starts_with('.');
        let path = self.schedules.outputs_dir.join(run.summary.id.to_string()).join(name);
        (recorded && plain && path.is_file()).then_some(path)
    }
}
