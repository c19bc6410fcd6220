//! The audit record, as routes write it: what cannot be written down is neither shown nor done.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use weir_access::PersonId;
use weir_audit::{Audit, AuditError, Begun, Did, Entry, Filter, Outcome, Page, Record, Who};
use weir_domain::Timestamp;

use crate::problem::Problem;

/// Sign-ins that went wrong which are written down within a minute, each; of more only how many.
/// Strangers could fill the disk otherwise.
const REFUSALS_MAX: u32 = 60;
const MINUTE_US: i64 = 60_000_000;

/// Writes the audit record, once it can be opened: where it cannot, webhooks are taken and numbers are
/// shown all the same, and it is tried again with each entry.
#[derive(Debug)]
pub struct Auditor {
    path: PathBuf,
    opened: Mutex<Option<Arc<Audit>>>,
    /// Why the last entry could not be written, if so.
    failed: Mutex<Option<String>>,
    refusals: Mutex<Refusals>,
}

/// Sign-ins that went wrong within this minute.
#[derive(Debug, Default)]
struct Refusals {
    minute: i64,
    count: u32,
}

impl Refusals {
    /// Whether one more is written down, and how many of the minute before were not.
    fn one_more(&mut self, now: Timestamp) -> Option<u32> {
        let minute = now.as_micros().div_euclid(MINUTE_US);
        let unwritten = if minute == self.minute {
            0
        } else {
            let unwritten = self.count.saturating_sub(REFUSALS_MAX);
            *self = Refusals { minute, count: 0 };
            unwritten
        };
        self.count = self.count.saturating_add(1);
        (self.count <= REFUSALS_MAX).then_some(unwritten)
    }
}

impl Auditor {
    /// The record in the file at `path`, which is made with the first entry.
    #[must_use]
    pub fn at(path: &Path) -> Auditor {
        Auditor {
            path: path.to_owned(),
            opened: Mutex::default(),
            failed: Mutex::default(),
            refusals: Mutex::default(),
        }
    }

    /// Whether it can be written, as far as opening tells.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn ready(&self) -> Result<(), AuditError> {
        self.audit().map(drop)
    }

    /// Why nothing can be written down, as far as opening it and the last entry tell.
    pub(crate) fn trouble(&self) -> Option<String> {
        match self.audit() {
            Err(error) => Some(error.without_folder()),
            Ok(_) => self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// Writes.
    fn write<T>(
        &self,
        work: impl FnOnce(&Audit) -> Result<T, AuditError>,
    ) -> Result<T, AuditError> {
        let written = work(&*self.audit()?);
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        *failed = written.as_ref().err().map(AuditError::without_folder);
        written
    }

    fn audit(&self) -> Result<Arc<Audit>, AuditError> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(audit) = &*opened {
            return Ok(Arc::clone(audit));
        }
        let audit = Arc::new(Audit::open(&self.path)?);
        *opened = Some(Arc::clone(&audit));
        Ok(audit)
    }

    /// Writes down what is seen, or was done by then.
    pub(crate) fn record(&self, entry: &Entry, outcome: Outcome) -> Result<(), Problem> {
        self.write(|audit| audit.record(entry, outcome)).map(drop).map_err(unrecorded)
    }

    /// Writes down that somebody was let in.
    pub(crate) fn signed_in(
        &self,
        (person, name): (PersonId, &str),
        from: IpAddr,
        how: &str,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let who = Who::person(person.get(), name);
        let (from, what) = (Some(from.to_string()), how.to_owned());
        self.record(&Entry { at: now, who, from, did: Did::SignedIn, what }, Outcome::Done)
    }

    /// Writes down that somebody was not believed; `what` is whom they said they are, where there is
    /// somebody of that name.
    pub(crate) fn not_signed_in(
        &self,
        what: &str,
        from: IpAddr,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(unwritten) = refusals.one_more(now) else { return Ok(()) };
        drop(refusals);
        let what = match unwritten {
            0 => what.to_owned(),
            more => format!("{what}; and {more} more a while before, not written one by one"),
        };
        let (who, from) = (Who::nobody(), Some(from.to_string()));
        let entry = Entry { at: now, who, from, did: Did::SignInRefused, what };
        self.record(&entry, Outcome::Refused)
    }

    /// Writes down what is about to be done.
    pub(crate) fn begin(&self, entry: Entry) -> Result<Begun, Problem> {
        self.write(|audit| audit.begin(entry)).map_err(unrecorded)
    }

    /// Writes down what became of it. Where that fails, it stays begun.
    pub(crate) fn end(&self, begun: Begun, at: Timestamp, note: &Note, outcome: Outcome) {
        let ended =
            self.write(|audit| audit.end(begun, at, note.did, note.what.as_deref(), outcome));
        if let Err(error) = ended {
            tracing::error!("what became of a change stands nowhere in the audit record: {error}");
        }
    }

    /// What stands in it.
    pub(crate) fn entries(
        &self,
        filter: &Filter,
        before: Option<u64>,
        count: u32,
    ) -> Result<Page, Problem> {
        match Record::open(&self.path).map_err(unrecorded)? {
            None => Ok(Page { deeds: Vec::new(), before: None }),
            Some(record) => record.entries(filter, before, count).map_err(unrecorded),
        }
    }
}

fn unrecorded(error: AuditError) -> Problem {
    tracing::error!("the audit record cannot be used: {error}");
    Problem::Unrecorded
}

/// What a route knows better than its door, in the answering of one request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<Note>>);

/// What was done, said more precisely.
#[derive(Debug, Clone, Default)]
pub(crate) struct Note {
    /// What was done, of the things that the route can do.
    pub(crate) did: Option<Did>,
    /// To what, where that was given its number or name by being done.
    pub(crate) what: Option<String>,
}

impl Notes {
    /// Says to what it was done.
    pub(crate) fn what(&self, what: impl Into<String>) {
        self.note().what = Some(what.into());
    }

    /// Says what was done.
    pub(crate) fn did(&self, did: Did) {
        self.note().did = Some(did);
    }

    /// What was said.
    pub(crate) fn said(&self) -> Note {
        self.note().clone()
    }

    fn note(&self) -> MutexGuard<'_, Note> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
