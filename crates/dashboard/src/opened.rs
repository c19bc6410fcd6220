//! The log, its bodies opened as far as there are keys.

use std::ops::Deref;
use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;
use weir_domain::{Recorded, Seq};
use weir_log::LogReader;
use weir_privacy::{Absence, Kind, Vault, opened};

use crate::problem::Problem;

/// The log, for the time of one request. A body whose keys are gone has pseudonyms in it.
pub(crate) struct OpenedLog {
    reader: LogReader,
    vault: Option<Arc<Vault>>,
    withheld: Vec<Withheld>,
}

/// A value that cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Withheld {
    /// Of what: `vendorData`, `endUserId` or `body`.
    pub(crate) field: String,
    /// What stands for it.
    pub(crate) pseudonym: String,
    /// Why: `erased`, `beyond retention`, `no key` or `damaged`.
    pub(crate) why: &'static str,
}

impl OpenedLog {
    pub(crate) fn new(reader: LogReader, vault: Option<Arc<Vault>>) -> OpenedLog {
        OpenedLog { reader, vault, withheld: Vec::new() }
    }

    /// The delivery at `seq`, if the log reaches that far, opened.
    pub(crate) fn get(&mut self, seq: Seq) -> Result<Option<Recorded>, Problem> {
        let Some(mut recorded) = self.reader.get(seq)? else { return Ok(None) };
        let opened = opened(self.vault.as_deref(), &recorded.delivery.body)?;
        let mut body = opened.body.into_owned();
        for one in opened.withheld {
            let (field, pseudonym) = (one.kind.to_string(), one.pseudonym.to_string());
            let withheld = Withheld { field, pseudonym, why: said(one.why) };
            if one.kind == Kind::Body {
                body = format!("{} ({})", withheld.pseudonym, withheld.why).into_bytes();
            }
            if !self.withheld.contains(&withheld) {
                self.withheld.push(withheld);
            }
        }
        recorded.delivery.body = body;
        Ok(Some(recorded))
    }

    /// What could not be shown of what was asked for so far.
    pub(crate) fn withheld(&self) -> &[Withheld] {
        &self.withheld
    }
}

impl Deref for OpenedLog {
    type Target = LogReader;

    fn deref(&self) -> &LogReader {
        &self.reader
    }
}

fn said(why: Absence) -> &'static str {
    match why {
        Absence::Erased => "erased",
        Absence::BeyondRetention => "beyond retention",
        Absence::NoKey => "no key",
        Absence::Damaged => "damaged",
    }
}
