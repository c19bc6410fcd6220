//! The question of a run, asked of one state of a model.

use std::fs::File;
use std::io::{BufWriter, Write};

use weir_domain::{Catalogue, Timestamp};
use weir_log::LogReader;
use weir_readmodel::Model;
use weir_report::{Senders, Silence, Zone, render};
use weir_schedule::{Answer, EngineError, Question};

/// What every question is asked with.
#[derive(Debug, Clone)]
pub(crate) struct Asking {
    /// The zone of a definition that names none.
    pub timezone: String,
    /// Where the dashboard is reached, if anybody said so.
    pub base_url: Option<String>,
    /// Integrations that are configured: they are known before they send.
    pub integrations: Vec<String>,
    /// On how many threads one report is computed.
    pub threads: usize,
}

impl Asking {
    /// All of the answer from a model that nobody else waits for.
    pub(super) fn answer(
        &self,
        question: &Question<'_>,
        model: &Model,
        catalogue: &Catalogue,
    ) -> Result<Answer, EngineError> {
        let answer = self.document(question, model, catalogue)?;
        self.sessions(question, &answer, model, self.threads)?;
        Ok(answer)
    }

    /// The numbers of the answer.
    pub(super) fn document(
        &self,
        question: &Question<'_>,
        model: &Model,
        catalogue: &Catalogue,
    ) -> Result<Answer, EngineError> {
        let definition = question.definition;
        let query = definition
            .query(question.as_of, &self.timezone)
            .map_err(|error| EngineError::Never(error.as_parameter()))?;
        let base_url = self.base_url.as_deref();
        let document = definition
            .document(question.name, model, catalogue, &query, base_url, self.threads)
            .map_err(|error| EngineError::Never(error.to_string()))?;
        Ok(Answer { document, position: model.position() })
    }

    /// The sessions that the answer counts, as Parquet, where they are wanted. It takes its time and
    /// waits for a disk: nobody should wait for `model` meanwhile.
    pub(super) fn sessions(
        &self,
        question: &Question<'_>,
        answer: &Answer,
        model: &Model,
        threads: usize,
    ) -> Result<(), EngineError> {
        let Some(path) = question.parquet else { return Ok(()) };
        let document = &answer.document;
        let unwritten = |error: &dyn std::fmt::Display| {
            EngineError::Later(format!(
                "{} cannot be written: {error}; look at the disk that it is on",
                path.display()
            ))
        };
        let file = File::create(path).map_err(|error| unwritten(&error))?;
        let mut out = BufWriter::new(file);
        let (catalogue, query) = (&document.catalogue, &document.report.query);
        render::parquet(model, catalogue, query, threads, &mut out)
            .map_err(|error| unwritten(&error))?;
        out.flush().map_err(|error| unwritten(&error))
    }
}

/// How unusual it is that nothing came until `as_of`. The deliveries that could not be read, whose
/// integration the log alone tells, are looked up there.
pub(super) fn silence(
    senders: &mut Senders,
    unread: Vec<weir_domain::Seq>,
    log: &mut LogReader,
    integration: Option<&str>,
    (as_of, zone): (Timestamp, &Zone),
) -> Result<Option<Silence>, EngineError> {
    for seq in unread {
        if let Some(found) = log.get(seq).map_err(later)? {
            let origin = &found.delivery.origin.integration;
            senders.note(origin, seq, found.delivery.received_at, as_of);
        }
    }
    Ok(senders.silence(integration, as_of, zone))
}

/// What may be otherwise the next time: a disk, a lock.
pub(super) fn later(error: impl std::fmt::Display) -> EngineError {
    EngineError::Later(error.to_string())
}
