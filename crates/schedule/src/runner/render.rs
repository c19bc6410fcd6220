//! A run that is due: computed, judged, rendered, recorded.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use weir_domain::Timestamp;
use weir_report::render::Document;
use weir_report::{
    Alert, Definition, Measure, Output, Silence, SilenceVerdict, Timing, WhenEmpty, Zone,
};

use super::due::shown;
use super::kept::{self, Folder, NotKept};
use super::pause::next_try;
use super::{Step, Tools, again};
use crate::alert::{self, Evidence, Standing, Telling};
use crate::ledger::Rendered;
use crate::{Answer, Cause, EngineError, LedgerError, Question, Run, RunId, Said, targets};

/// Why a run was not rendered.
#[derive(Debug)]
pub(super) enum Failure {
    /// It may be the next time.
    Later(String),
    /// It never will be like this.
    Never(String),
    /// The ledger said no.
    Ledger(LedgerError),
}

/// What came of a rendering.
pub(super) enum Done {
    /// It is to be recorded.
    Recorded(Box<Rendered>),
    /// An alert fires in quiet hours, which end then.
    HeldBack { standing: Standing, note: String, until: Timestamp },
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Failure {
        Failure::Ledger(error)
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Failure {
        match error {
            EngineError::Later(cause) => Failure::Later(cause),
            EngineError::Never(cause) => Failure::Never(cause),
        }
    }
}

impl From<NotKept> for Failure {
    fn from(error: NotKept) -> Failure {
        match &error {
            NotKept::Disk { .. } => Failure::Later(error.to_string()),
            NotKept::Painter(cause) => Failure::Never(cause.clone()),
        }
    }
}

/// Renders `run`, and writes down what came of it.
pub(super) fn render(tools: &Tools, run: &Run, now: Timestamp) -> Result<(), LedgerError> {
    let id = run.summary.id;
    tools.ledger.begin(id, now)?;
    tools.at(Step::Begun);
    let done = match run.summary.cause {
        Cause::Again(of) => again::repeat(tools, run, of, now),
        Cause::Scheduled | Cause::Asked => fresh(tools, run, None, now),
    };
    match done {
        Ok(Done::Recorded(rendered)) => {
            tools.ledger.rendered(id, &run.summary.name, &rendered, now)?;
            tools.at(Step::Recorded);
            tracing::info!(
                run = id.0,
                name = run.summary.name,
                files = rendered.files.len(),
                recipients = rendered.sendings.len(),
                "run {id} of {} is rendered{}",
                run.summary.name,
                if rendered.quiet.is_some() { "; nobody is to be told" } else { "" }
            );
            Ok(())
        }
        Ok(Done::HeldBack { standing, note, until }) => {
            tools.ledger.hold_back(id, &run.summary.name, standing, &note, until, now)
        }
        Err(failure) => put_off(tools, id, failure, now),
    }
}

/// What failed is tried again after a pause, or given up.
fn put_off(tools: &Tools, id: RunId, failure: Failure, now: Timestamp) -> Result<(), LedgerError> {
    if let Failure::Later(cause) | Failure::Never(cause) = &failure {
        tracing::warn!(run = id.0, "run {id} was not rendered: {cause}");
    }
    match failure {
        Failure::Ledger(error) => Err(error),
        Failure::Never(cause) => tools.ledger.fail(id, &cause, now),
        Failure::Later(cause) => {
            let (tries, first) = tools.ledger.tries(id)?;
            match next_try(tries, first.unwrap_or(now), now, None) {
                Some(next) => tools.ledger.put_off(id, &cause, next, now),
                None => {
                    let cause = format!("given up after {tries} tries: {cause}");
                    tools.ledger.fail(id, &cause, now)
                }
            }
        }
    }
}

/// Computes and renders a run for the first time; `chosen` is to whom it goes, if not to all.
pub(super) fn fresh(
    tools: &Tools,
    run: &Run,
    chosen: Option<&[String]>,
    now: Timestamp,
) -> Result<Done, Failure> {
    let definition = read(run)?;
    let sendings = addressed(run, &definition, chosen)?;
    let mut folder = Folder::fresh(&kept::folder_of(&tools.outputs, run.summary.id))?;
    let outputs = outputs(&definition);
    let (mut document, position, stem) = answer(tools, run, &definition, &outputs, &folder)?;
    tools.at(Step::Answered);
    document.notes.extend(run.summary.note.clone());
    let judged = judged(tools, run, &definition, &mut document, now)?;
    let quiet = match judged.telling {
        Telling::Later(until) if run.summary.cause == Cause::Scheduled => {
            let standing = judged.standing.unwrap_or_default();
            let note = judged.note.unwrap_or_default();
            return Ok(Done::HeldBack { standing, note, until });
        }
        Telling::Now(alarm) => {
            document.alarm = Some(alarm);
            None
        }
        Telling::Nothing | Telling::Later(_) => {
            judged.note.or_else(|| empty(&definition, &document))
        }
    };
    let files = match &quiet {
        None => {
            folder.fill(&document, &outputs, &stem, &*tools.paint, &|| tools.at(Step::Written))?;
            folder.close()?
        }
        // An alert that is judged each minute would leave a folder each minute.
        Some(_) => folder.remove()?,
    };
    Ok(Done::Recorded(Box::new(Rendered {
        input: input_of(&document),
        position,
        catalogue: document.catalogue.to_toml(),
        said: Said::by(&document),
        files,
        sendings: if quiet.is_none() { sendings } else { Vec::new() },
        quiet,
        standing: judged.standing,
    })))
}

/// The report's input, as JSON.
pub(super) fn input_of(document: &Document) -> String {
    // A question is plain values: it cannot fail to be written.
    serde_json::to_string(&document.report.query).unwrap_or_default()
}

pub(super) fn read(run: &Run) -> Result<Definition, Failure> {
    Definition::read(&run.definition)
        .map_err(|error| Failure::Never(format!("its definition cannot be read: {error}")))
}

/// Every kind of file that somebody gets, and those that the definition names.
pub(super) fn outputs(definition: &Definition) -> Vec<Output> {
    let of_targets = targets(definition).into_iter().flat_map(|(_, formats)| formats);
    let all: BTreeSet<_> = definition.formats.iter().copied().chain(of_targets).collect();
    all.into_iter().collect()
}

/// Each recipient with its parcel's id and its formats.
pub(super) fn addressed(
    run: &Run,
    definition: &Definition,
    chosen: Option<&[String]>,
) -> Result<Vec<(String, String, String)>, Failure> {
    let all = targets(definition).into_iter().map(|(target, formats)| {
        let formats: Vec<_> = formats.iter().map(|format| format.name()).collect();
        (target.to_string(), formats.join(","))
    });
    choose(run, all.collect(), chosen)
}

/// Those of `all` that were chosen, each with its parcel's id.
pub(super) fn choose(
    run: &Run,
    all: Vec<(String, String)>,
    chosen: Option<&[String]>,
) -> Result<Vec<(String, String, String)>, Failure> {
    if let Some(missing) = chosen.and_then(|chosen| {
        chosen.iter().find(|target| !all.iter().any(|(known, _)| known == *target))
    }) {
        return Err(Failure::Never(format!("`{missing}` is none of its recipients")));
    }
    let is_chosen = |target: &String| chosen.is_none_or(|chosen| chosen.contains(target));
    let sendings = all.into_iter().filter(|(target, _)| is_chosen(target));
    Ok(sendings
        .map(|(target, formats)| {
            let parcel = parcel_id(run, &target);
            (target, parcel, formats)
        })
        .collect())
}

/// The same for each try, and for no other run and recipient: also not for those of another ledger,
/// which a restored data directory may have begun.
fn parcel_id(run: &Run, target: &str) -> String {
    let summary = &run.summary;
    let digest = Sha256::digest(format!(
        "{}\n{}\n{}\n{}\n{target}",
        summary.id,
        summary.name,
        summary.scheduled_at.as_micros(),
        summary.changed_at.as_micros(),
    ));
    format!("run-{}-{}", summary.id, hex::encode(&digest[..10]))
}

/// Asks the engine. The file's name needs the zone, which only the answer tells: Parquet is written
/// beside, and then called as it should be.
fn answer(
    tools: &Tools,
    run: &Run,
    definition: &Definition,
    outputs: &[Output],
    folder: &Folder,
) -> Result<(Document, weir_domain::Seq, String), Failure> {
    let parquet = outputs.contains(&Output::Parquet).then(|| folder.at("sessions.parquet"));
    let question = Question {
        name: &run.summary.name,
        definition,
        as_of: run.summary.scheduled_at,
        again: None,
        parquet: parquet.as_deref(),
    };
    let Answer { document, position } = tools.engine.answer(&question)?;
    let stem = kept::stem(&run.summary.name, run.summary.scheduled_at, &document.report.query.zone);
    if let Some(parquet) = parquet {
        let path = folder.at(&kept::file_name(&stem, Output::Parquet));
        std::fs::rename(&parquet, &path).map_err(|source| NotKept::Disk { path, source })?;
    }
    Ok((document, position, stem))
}

/// So many deliveries should have come before their absence says anything, as in a silence itself.
const EXPECTED_MIN: f64 = 5.0;

/// What is said of an alert's run that nobody but a person called for.
const ASKED: &str =
    "this run was asked for: it was judged by itself, and the alert stands as it stood";

/// What an alert makes of it; a report without one is told, without a note.
struct Judged {
    telling: Telling,
    standing: Option<Standing>,
    note: Option<String>,
}

fn judged(
    tools: &Tools,
    run: &Run,
    definition: &Definition,
    document: &mut Document,
    now: Timestamp,
) -> Result<Judged, Failure> {
    let Some(alert) = &definition.alert else {
        return Ok(Judged { telling: Telling::Nothing, standing: None, note: None });
    };
    let (name, at) = (run.summary.name.as_str(), run.summary.scheduled_at);
    let scheduled = run.summary.cause == Cause::Scheduled;
    // Whoever asks wants to see what it says of what it sees: by itself, in quiet hours too, whoever
    // knows of it. It is no judgement that counts.
    let alone = Alert { runs: 1, quiet: None, ..alert.clone() };
    let (alert, prior) = match scheduled {
        true => (alert, tools.ledger.standing(name)?),
        false => (&alone, Standing::default()),
    };
    let zone = document.report.query.zone.clone();
    let judgement = if alert.on == Measure::Silence {
        let integration = match definition.ask.integration.as_slice() {
            [one] => Some(one.as_str()),
            _ => None,
        };
        let silence = tools.engine.silence(integration, at, &zone)?;
        let silence = silence.as_ref();
        if let Some(why) = silence.and_then(|silence| deaf(tools, silence, at, &zone))
            && scheduled
        {
            let note = Some(format!("not judged: {why}"));
            return Ok(Judged { telling: Telling::Nothing, standing: None, note });
        }
        let evidence = Evidence::Silence { name, silence, integration, zone: &zone };
        alert::judge(alert, &evidence, &prior, at, now)
    } else {
        alert::judge(alert, &Evidence::Report(document), &prior, at, now)
    };
    if scheduled {
        let standing = Some(judgement.standing);
        return Ok(Judged { telling: judgement.telling, standing, note: Some(judgement.note) });
    }
    document.notes.push(ASKED.to_owned());
    let note = format!("{}; {ASKED}", judgement.note);
    Ok(Judged { telling: judgement.telling, standing: None, note: Some(note) })
}

/// Why a silence says nothing of its source: Weir itself was not at work when it began, and has not
/// listened for as long since as would be unusual by itself.
fn deaf(tools: &Tools, silence: &Silence, at: Timestamp, zone: &Zone) -> Option<String> {
    let began = tools.started_at;
    let listened_us = at.since_us(began).max(0);
    if silence.verdict == SilenceVerdict::Usual || began <= silence.since {
        return None;
    }
    #[allow(clippy::cast_precision_loss)] // lengths of time in microseconds stay below 2^53
    let part = listened_us as f64 / silence.length_us.max(1) as f64;
    let expected = silence.expected.unwrap_or(0.0) * part;
    if silence.longest_us < listened_us && EXPECTED_MIN <= expected {
        return None;
    }
    Some(format!(
        "Weir itself was not at work before {}, and has not listened for long enough since",
        shown(began, zone)
    ))
}

/// Why a report with nothing in it is not sent, where it is not.
fn empty(definition: &Definition, document: &Document) -> Option<String> {
    let is_empty = document.report.totals.started == 0;
    let skips = |timing: &Timing| timing.when_empty == WhenEmpty::Skip;
    (is_empty && definition.schedule.as_ref().is_some_and(skips)).then(|| {
        "nothing came in its range, and the definition says not to send an empty report".to_owned()
    })
}
