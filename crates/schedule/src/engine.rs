//! Where a run's numbers come from.

use std::path::Path;

use weir_domain::{Catalogue, Seq, Timestamp};
use weir_report::render::Document;
use weir_report::{Definition, Query, Silence, Zone};

/// What a run asks.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The definition's name.
    pub name: &'a str,
    /// The definition.
    pub definition: &'a Definition,
    /// Its range is relative to this instant, and only what was received up to it exists.
    pub as_of: Timestamp,
    /// What was asked and with which catalogue, where it is asked again: then only the log up to
    /// this position exists.
    pub again: Option<(Seq, &'a Catalogue)>,
    /// Where the cohort's sessions go as Parquet, if they are wanted.
    pub parquet: Option<&'a Path>,
}

/// What a run is answered: all of it from one state of the read model.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The report, ready to be rendered.
    pub document: Document,
    /// The log position that it was computed at.
    pub position: Seq,
}

/// Answers runs.
pub trait Engine: Send + Sync {
    /// Computes what `question` asks, once everything that was received up to its `as_of` is
    /// counted.
    ///
    /// # Errors
    /// If the question cannot be asked, or the log or the read model cannot be read.
    fn answer(&self, question: &Question<'_>) -> Result<Answer, EngineError>;

    /// How unusual it is that nothing came until `as_of`: of one integration, or of all together.
    ///
    /// # Errors
    /// If the log or the read model cannot be read.
    fn silence(
        &self,
        integration: Option<&str>,
        as_of: Timestamp,
        zone: &Zone,
    ) -> Result<Option<Silence>, EngineError>;

    /// Which of the query's filter values nobody has ever sent, nor the catalogue named: likely a
    /// slip of the pen. Each as a sentence.
    fn unknown_values(&self, query: &Query) -> Vec<String>;
}

/// Why a run got no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// It may the next time: the projector is behind, the disk is full.
    #[error("{0}")]
    Later(String),
    /// It never will like this: the definition is wrong.
    #[error("{0}")]
    Never(String),
}
