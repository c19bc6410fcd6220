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
use weir_schedule::{Cause, Run, RunId, RunSummary, When};

use super::reports::{ASKED, DONE, TWICE, done, or_page, stage, told};
use super::views::zone;
use crate::fields::Fields;
use crate::page::reports::{RunPage, run_path};
use crate::parameters::Parameters;
use crate::problem::{Problem, blocking, echo};
use crate::reader::Reader;
use crate::{State, answer};

/// How many runs back a second click is looked for.
const LOOKED_AT: usize = 50;
/// Read at a time from a file that is sent.
const CHUNK_BYTES: usize = 256 * 1024;

/// The page.
pub(crate) async fn run(
    request: HttpRequest,
    reader: Reader,
    state: web::Data<State>,
    of: web::Path<String>,
) -> HttpResponse {
    let shown = shown(&request, reader.clone(), state.clone(), &of).await;
    or_page(&state, &reader, shown)
}

async fn shown(
    request: &HttpRequest,
    reader: Reader,
    state: web::Data<State>,
    of: &str,
) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::only(request.query_string(), &[DONE])?;
    let id = id(of)?;
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
            newest: state.newest(&run.summary.name)?,
            // That it was asked for is no news once it is over.
            done: parameters
                .own(DONE)
                .filter(|what| *what != ASKED || !run.summary.state.is_over())
                .and_then(done),
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
) -> HttpResponse {
    let sent = sent(reader.clone(), state.clone(), &of, body).await;
    or_page(&state, &reader, sent)
}

async fn sent(
    reader: Reader,
    state: web::Data<State>,
    of: &str,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let fields = Fields::read(&reader, &body)?;
    let id = id(of)?;
    if fields.get("do") != "again" {
        return Err(Problem::parameter("do", "the button is not known; nothing was sent"));
    }
    let to = blocking(move || {
        let name = state.run(id)?.summary.name;
        let same = |run: &RunSummary| run.cause == Cause::Again(id);
        if let Some(run) = state.asked_since(&name, fields.get("seen"), same)? {
            return Ok(told(&run_path(run.0), TWICE));
        }
        let targets: Vec<String> = fields.all("target").map(str::to_owned).collect();
        Ok(told(&run_path(state.again(id, &targets)?.0), ASKED))
    });
    Ok(answer::see_other(&to.await?))
}

/// One of its files, to be kept: nothing of it runs here.
pub(crate) async fn file(
    reader: Reader,
    state: web::Data<State>,
    of: web::Path<(String, String)>,
) -> HttpResponse {
    let had = had(state.clone(), of.into_inner()).await;
    or_page(&state, &reader, had)
}

async fn had(
    state: web::Data<State>,
    (of, name): (String, String),
) -> Result<HttpResponse, Problem> {
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

    /// The newest run of this name.
    pub(crate) fn newest(&self, name: &str) -> Result<Option<RunId>, Problem> {
        Ok(self.schedules.ledger.runs(Some(name), None, 1)?.first().map(|run| run.id))
    }

    /// The run of this name that was asked for since a page was made whose newest run was `seen`,
    /// and that is as `same` says: a second click on the page's button means that one. A program
    /// that has seen no page always gets one of its own.
    pub(crate) fn asked_since(
        &self,
        name: &str,
        seen: &str,
        same: impl Fn(&RunSummary) -> bool,
    ) -> Result<Option<RunId>, Problem> {
        let Ok(seen) = seen.parse::<u64>() else { return Ok(None) };
        let runs = self.schedules.ledger.runs(Some(name), None, LOOKED_AT)?;
        Ok(runs.iter().find(|run| seen < run.id.0 && same(run)).map(|run| run.id))
    }

    /// Where a file of a run lies, if it is still kept. The ledger's names lead to no other place.
    pub(crate) fn file(&self, run: &Run, name: &str) -> Option<PathBuf> {
        let recorded = run.files.iter().any(|(known, ..)| known == name);
        let plain = !name.contains(['/', '\\']) && !name.starts_with('.');
        let path = self.schedules.outputs_dir.join(run.summary.id.to_string()).join(name);
        (recorded && plain && path.is_file()).then_some(path)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::fixture::{Fixture, LOG, run_of};

    const TO_ALL: &str = "title = \"Weekly\"
range = \"previous week\"
formats = [\"csv\", \"html\"]

[[recipient]]
mail = [\"ann@example.com\", \"refuses@example.com\", \"silent@example.com\"]
";

    fn to(recipients: &str) -> String {
        format!("title = \"T\"\nformats = [\"csv\"]\n\n[[recipient]]\nmail = [{recipients}]\n")
    }

    #[actix_web::test]
    async fn the_heading_says_who_has_it() {
        let fixture = Fixture::of(LOG);
        for (name, text, want) in [
            ("a", to("\"a@example.com\""), "was delivered."),
            ("b", to("\"a@example.com\", \"b@example.com\""), "was delivered to all 2 recipients."),
            ("c", to("\"refuses@example.com\""), "did not reach its recipient."),
            ("d", to("\"silent@example.com\""), "may not have reached its recipient."),
            ("e", TO_ALL.to_owned(), "did not reach 1 of 3 recipients, and perhaps not 1 more."),
            ("f", to("\"later@example.com\""), "is being sent."),
            ("g", "title = \"T\"\n".to_owned(), "was made; it had nobody to go to."),
            ("h", "title = \"T\"\n[ask]\nby = \"nonsense\"\n".to_owned(), "failed."),
        ] {
            fixture.define(name, &text);
            let run = fixture.ran(name).await;
            let got = fixture.get(&format!("/reports/runs/{run}")).await;
            let (_, rest) = got.body.split_once("<h1>").unwrap();
            let heading = rest.split("</h1>").next().unwrap();
            assert!(heading.ends_with(want), "{name}: {heading}");
        }
    }

    #[actix_web::test]
    async fn only_what_is_under_way_is_followed_and_not_sent_again() {
        let fixture = Fixture::of(LOG);
        fixture.define("well", &to("\"a@example.com\""));
        let asked = fixture.post("/reports/well", "do=run").await;
        let got = fixture.get(asked.header("location")).await;
        assert!(got.body.contains("data-follow") && got.body.contains("It is asked for."));
        assert!(!got.body.contains("value=\"again\""));
        let path = format!("/reports/runs/{}", run_of(asked.header("location")));
        let early = fixture.post(&path, "do=again").await;
        assert_eq!(early.status, 409);
        assert!(early.body.contains("is due; wait until it is over"), "{}", early.body);
        fixture.tick(crate::fixture::NOW);
        let got = fixture.get(asked.header("location")).await;
        assert!(!got.body.contains("data-follow") && !got.body.contains("It is asked for."));
        assert!(got.body.contains("value=\"again\""));
    }

    #[actix_web::test]
    async fn it_is_sent_again_to_one_or_to_all_and_once_for_each_click() {
        let fixture = Fixture::of(LOG);
        fixture.define("weekly", TO_ALL);
        let run = fixture.ran("weekly").await;
        let path = format!("/reports/runs/{run}");
        let one = format!("do=again&target=mail%3Asilent%40example.com&seen={run}");
        let again = fixture.post(&path, &one).await;
        assert_eq!(again.header("location"), format!("/reports/runs/{}?done=asked", run + 1));
        let twice = fixture.post(&path, &one).await;
        assert_eq!(twice.header("location"), format!("/reports/runs/{}?done=twice", run + 1));
        fixture.tick(crate::fixture::NOW);
        let got = fixture.json(&format!("/api/v1/runs/{}", run + 1), 200).await;
        assert_eq!(got["run"]["again_of"], run);
        assert_eq!(got["sendings"].as_array().unwrap().len(), 1);
        let all = fixture.post(&path, &format!("do=again&seen={}", run + 1)).await;
        fixture.tick(crate::fixture::NOW);
        let got =
            fixture.json(&format!("/api/v1/runs/{}", run_of(all.header("location"))), 200).await;
        assert_eq!(got["sendings"].as_array().unwrap().len(), 3);
        for (form, status, says) in [
            ("do=again&target=mail%3Anobody%40example.com", 400, "has no recipient"),
            ("do=dance", 400, "The button is not known; nothing was sent."),
        ] {
            let got = fixture.post(&path, form).await;
            assert_eq!(got.status, status, "{form}");
            assert!(got.body.contains(says), "{form}: {}", got.body);
        }
    }

    #[actix_web::test]
    async fn a_run_that_was_never_made_can_be_tried_again() {
        let fixture = Fixture::of(LOG);
        fixture.define("torn", "title = \"T\"\n[ask]\nby = \"nonsense\"\n");
        let run = fixture.ran("torn").await;
        let got = fixture.get(&format!("/reports/runs/{run}")).await;
        assert!(got.body.contains("Try again"), "{}", got.body);
        let again = fixture.post(&format!("/reports/runs/{run}"), "do=again").await;
        assert_eq!(run_of(again.header("location")), run + 1);
    }

    #[actix_web::test]
    async fn a_file_is_to_be_kept_and_runs_nothing() {
        let fixture = Fixture::of(LOG);
        fixture.define("weekly", TO_ALL);
        let run = fixture.ran("weekly").await;
        let told = fixture.json(&format!("/api/v1/runs/{run}"), 200).await;
        let files = told["files"].as_array().unwrap();
        assert_eq!(files.len(), 2);
        for file in files {
            let name = file["name"].as_str().unwrap();
            let got = fixture.get(file["address"].as_str().unwrap()).await;
            assert_eq!(got.status, 200, "{name}");
            let kind = if name.ends_with("csv") { "text/csv" } else { "text/html" };
            assert!(got.header("content-type").starts_with(kind), "{}", got.header("content-type"));
            assert_eq!(
                got.header("content-disposition"),
                format!("attachment; filename=\"{name}\"")
            );
            assert!(got.header("content-security-policy").ends_with("sandbox"));
            assert_eq!(got.header("x-content-type-options"), "nosniff");
            assert_eq!(got.bytes.len() as u64, file["bytes"].as_u64().unwrap());
        }
    }

    #[actix_web::test]
    async fn no_name_leads_out_of_the_runs_own_folder() {
        let fixture = Fixture::of(LOG);
        fixture.define("weekly", TO_ALL);
        let run = fixture.ran("weekly").await;
        let outputs = fixture.state().schedules.outputs_dir.clone();
        // What lies there and is not one of the run's files is none either.
        fs::write(outputs.join(run.to_string()).join("other.csv"), "secret").unwrap();
        fs::write(outputs.join("beside.csv"), "secret").unwrap();
        for name in [
            "other.csv",
            "..%2Fbeside.csv",
            "%2e%2e%2fbeside.csv",
            "..%5Cbeside.csv",
            "..",
            ".",
            "%00",
            "%2Fetc%2Fpasswd",
            "..%2F..%2Fschedule.db",
            "%FF",
        ] {
            let got = fixture.get(&format!("/reports/runs/{run}/{name}")).await;
            assert!(matches!(got.status, 400 | 404), "{name}: {}", got.status);
            assert!(!got.body.contains("secret") && !got.body.contains("root:"), "{name}");
        }
    }

    #[actix_web::test]
    async fn a_file_that_is_not_kept_any_more_is_told_of_with_the_way_to_make_it() {
        let fixture = Fixture::of(LOG);
        fixture.define("weekly", TO_ALL);
        let run = fixture.ran("weekly").await;
        let told = fixture.json(&format!("/api/v1/runs/{run}"), 200).await;
        let address = told["files"][0]["address"].as_str().unwrap().to_owned();
        fs::remove_dir_all(fixture.state().schedules.outputs_dir.join(run.to_string())).unwrap();
        let got = fixture.get(&address).await;
        assert_eq!(got.status, 404);
        assert!(
            got.body.contains(&format!("<code>weir schedule again {run}</code>")),
            "{}",
            got.body
        );
        let page = fixture.get(&format!("/reports/runs/{run}")).await;
        assert!(page.body.contains("not kept any more") && !page.body.contains(&address));
        let told = fixture.json(&format!("/api/v1/runs/{run}"), 200).await;
        assert!(told["files"][0]["address"].is_null());
    }
}
