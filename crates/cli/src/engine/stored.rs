//! Without a server: asked of the checkpoint and the tail of the log.

use std::sync::{Mutex, MutexGuard, PoisonError};

use weir_domain::{Catalogue, Timestamp};
use weir_log::{DataDir, LogReader};
use weir_readmodel::Model;
use weir_report::{Query, Senders, Silence, Zone};
use weir_schedule::{Answer, Engine, EngineError, Question};

use super::ask::{self, later};
use super::{Asking, past, unknown};
use crate::progress::Progress;

/// Asks the data directory.
pub(crate) struct StoredEngine {
    dir: DataDir,
    catalogue: Catalogue,
    asking: Asking,
    /// Opened when it is first needed, and followed on.
    model: Mutex<Option<Model>>,
}

impl StoredEngine {
    /// Asks `dir`, whose screens and reasons are called as `catalogue` says.
    pub(crate) fn new(dir: DataDir, catalogue: Catalogue, asking: Asking) -> StoredEngine {
        StoredEngine { dir, catalogue, asking, model: Mutex::new(None) }
    }

    /// The model at the log's head.
    fn with_model<T>(
        &self,
        ask: impl FnOnce(&Model) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let mut kept: MutexGuard<'_, _> = self.model.lock().unwrap_or_else(PoisonError::into_inner);
        let mut model = match kept.take() {
            Some(model) => model,
            None => self.open()?,
        };
        let mut reader = LogReader::open(&self.dir).map_err(later)?;
        let head = reader.head().map_err(later)?;
        weir_projector::catch_up(&mut model, &mut reader, head, |_| ()).map_err(later)?;
        ask(kept.insert(model))
    }

    fn open(&self) -> Result<Model, EngineError> {
        let mut progress = Progress::start("folding deliveries", 0);
        let opened = weir_projector::open(&self.dir, self.asking.threads, |at, head| {
            progress.at(at.get(), head.get());
        });
        progress.finish();
        let mut model = opened.map_err(later)?.model;
        model.ensure_index();
        Ok(model)
    }
}

impl Engine for StoredEngine {
    fn answer(&self, question: &Question<'_>) -> Result<Answer, EngineError> {
        match question.again {
            Some((position, catalogue)) => {
                let model = past::fold(&self.dir, position)?;
                self.asking.answer(question, &model, catalogue)
            }
            None => self.with_model(|model| self.asking.answer(question, model, &self.catalogue)),
        }
    }

    fn silence(
        &self,
        integration: Option<&str>,
        as_of: Timestamp,
        zone: &Zone,
    ) -> Result<Option<Silence>, EngineError> {
        let mut senders = Senders::default();
        let unread = self.with_model(|model| Ok(senders.follow(model, as_of)))?;
        let mut log = LogReader::open(&self.dir).map_err(later)?;
        ask::silence(&mut senders, unread, &mut log, integration, (as_of, zone))
    }

    fn unknown_values(&self, query: &Query) -> Vec<String> {
        let known = |model: &Model| {
            let configured = &self.asking.integrations;
            Ok(unknown::values(&query.filters, model, &self.catalogue, configured))
        };
        // Without a log nothing was ever seen, and nothing can be said of what is unknown.
        self.with_model(known).unwrap_or_default()
    }
}
