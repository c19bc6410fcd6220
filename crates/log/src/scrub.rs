//! The log read again a little at a time, for as long as it is there.

use serde::{Deserialize, Serialize};
use weir_domain::{Seq, Timestamp};

use crate::verify::unreadable;
use crate::{DataDir, Finding, Head, LogError, LogReader, Seal};

/// Groups whose seals are read ahead at once.
const SEALS_AT_ONCE: u64 = 256;

/// Damages that are kept: whoever has more must restore the log anyway.
const DAMAGES_MAX: usize = 100;

/// Reads the log again, a group at a time, and goes on behind a damage.
pub struct Scrub {
    reader: LogReader,
    /// The seal up to which this pass has come.
    place: Seal,
    /// The seals behind it, where each group begins, the next one last.
    ahead: Vec<(Seq, Seal)>,
    /// Whether the log's end was judged.
    is_over: bool,
}

/// What one step of a scrub came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scrubbed {
    /// A group whose seal holds: the bytes of its bodies.
    Group(u64),
    /// Something is wrong; the next step goes on behind it.
    Damage(Finding),
    /// The end of the log. Another pass takes another scrub, which trusts nothing that this one has
    /// in memory.
    End,
}

impl Scrub {
    /// A scrub of the log in `dir` that goes on where `record` was, if the log still has its seal.
    ///
    /// # Errors
    /// If the log cannot be opened or read.
    pub fn of(dir: &DataDir, record: &ScrubRecord) -> Result<Scrub, LogError> {
        let reader = LogReader::open(dir)?;
        let place = reader.seal_at(Seq::new(record.place.deliveries))?;
        let is_ours = Head::new(record.place.at, place) == record.place;
        let place = if is_ours { place } else { Seal::GENESIS };
        Ok(Scrub { reader, place, ahead: Vec::new(), is_over: false })
    }

    /// The seal up to which this pass has come.
    #[must_use]
    pub fn place(&self) -> Seal {
        self.place
    }

    /// Reads the next group.
    ///
    /// # Errors
    /// If the file cannot be read for a reason that may pass.
    pub fn step(&mut self) -> Result<Scrubbed, LogError> {
        if self.is_over {
            return Ok(Scrubbed::End);
        }
        if self.ahead.is_empty() {
            match self.reader.seals_from(self.place.last, SEALS_AT_ONCE) {
                Ok(seals) => self.ahead = seals.into_iter().rev().collect(),
                Err(error) => return self.behind(error),
            }
        }
        let Some((first, seal)) = self.ahead.pop() else {
            return match self.reader.check_end(self.place.last) {
                // A group came meanwhile: it is next.
                Ok(None) => Ok(Scrubbed::Group(0)),
                Ok(Some(found)) => {
                    self.is_over = true;
                    Ok(found.map_or(Scrubbed::End, Scrubbed::Damage))
                }
                Err(error) => self.behind(error),
            };
        };
        let before = std::mem::replace(&mut self.place, seal);
        match self.reader.check_group(&before, first, &seal) {
            Ok(bytes) => Ok(Scrubbed::Group(bytes)),
            Err(Ok(finding)) => Ok(Scrubbed::Damage(finding)),
            Err(Err(error)) => {
                self.place = before;
                self.ahead.clear();
                Err(error)
            }
        }
    }

    /// The seals or rows behind the place do not read back: nothing can be said of them.
    fn behind(&mut self, error: LogError) -> Result<Scrubbed, LogError> {
        let Some(cause) = unreadable(&error) else { return Err(error) };
        self.is_over = true;
        let first = self.place.last.next();
        let last = self.reader.head().unwrap_or(first).max(first);
        Ok(Scrubbed::Damage(Finding::Unreadable { first, last, cause }))
    }
}

/// How far a scrub is and what it found, kept across restarts. It may be deleted: then the next
/// pass begins at the log's beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScrubRecord {
    /// When this pass began, or the last one, if it is over.
    pub began_at: Timestamp,
    /// Up to where it has come, and when.
    pub place: Head,
    /// When the last pass came to the log's end, if one did.
    pub whole_at: Option<Timestamp>,
    /// What is wrong with the log, as far as this pass or the one before saw: the first hundred.
    pub damage: Vec<Damage>,
}

/// A place where the log is damaged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Damage {
    /// What is wrong, and in which deliveries.
    pub what: String,
    /// When it was seen first.
    pub found_at: Timestamp,
    /// When it was seen last.
    pub seen_at: Timestamp,
}

impl ScrubRecord {
    /// A first pass that begins now.
    #[must_use]
    pub fn new(now: Timestamp) -> ScrubRecord {
        let place = Head::new(now, Seal::GENESIS);
        ScrubRecord { began_at: now, place, whole_at: None, damage: Vec::new() }
    }

    /// What was noted in `dir`; none where nothing was, or it cannot be understood.
    ///
    /// # Errors
    /// If the file is there and cannot be read.
    pub fn load(dir: &DataDir) -> Result<Option<ScrubRecord>, LogError> {
        let path = dir.scrub_file();
        match std::fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            read => Ok(serde_json::from_slice(&read.map_err(LogError::io(&path))?).ok()),
        }
    }

    /// Notes it in `dir`, durably.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, dir: &DataDir) -> Result<(), LogError> {
        let path = dir.scrub_file();
        let text = serde_json::to_vec(self).map_err(|error| LogError::io(&path)(error.into()))?;
        weir_durable::replace(&path, &text).map_err(LogError::io(&path))
    }

    /// Notes what is wrong. Whether that is news.
    pub fn found(&mut self, finding: &Finding, now: Timestamp) -> bool {
        let what = finding.to_string();
        if let Some(known) = self.damage.iter_mut().find(|known| known.what == what) {
            known.seen_at = now;
            return false;
        }
        let is_news = self.damage.len() < DAMAGES_MAX;
        if is_news {
            self.damage.push(Damage { what, found_at: now, seen_at: now });
        }
        is_news
    }

    /// Ends the pass: what it did not see any more is mended.
    pub fn ended(&mut self, now: Timestamp) {
        self.damage.retain(|damage| self.began_at <= damage.seen_at);
        self.whole_at = Some(now);
        self.place = Head::new(now, Seal::GENESIS);
    }

    /// Whether this pass has ended, so that the next one is to begin when it is time.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.whole_at.is_some_and(|ended| self.began_at <= ended)
    }

    /// Begins the next pass.
    pub fn begin(&mut self, now: Timestamp) {
        self.began_at = now;
        // A clock that went back must not end the pass before it began.
        self.whole_at = self.whole_at.map(|ended| ended.min(now.plus_us(-1)));
    }

    /// What is wrong and what to do about it, in one sentence; none if nothing is.
    #[must_use]
    pub fn wrong(&self) -> Option<String> {
        let first = self.damage.first()?;
        let more = match self.damage.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        Some(format!(
            "the log is damaged: {}{more}; see \"When the log is damaged\" in docs/operating.md, and \
             restore a backup",
            first.what
        ))
    }
}
