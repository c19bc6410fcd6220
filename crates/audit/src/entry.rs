//! One line of the record.

use std::str::FromStr;

use serde::Serialize;
use weir_domain::Timestamp;

use crate::{Did, Who};

/// Characters of what something was done to. What is longer is cut: it may come from outside.
pub const WHAT_CHARS_MAX: usize = 200;

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was let through. Where nothing follows, its end is not known.
    Begun,
    /// It was done.
    Done,
    /// It was not done, as it could not be had.
    Refused,
    /// It was not done, or not wholly, as something went wrong.
    Failed,
}

impl Outcome {
    /// As it stands in the record.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Outcome::Begun => "begun",
            Outcome::Done => "done",
            Outcome::Refused => "refused",
            Outcome::Failed => "failed",
        }
    }
}

impl FromStr for Outcome {
    type Err = ();

    fn from_str(name: &str) -> Result<Outcome, ()> {
        let all = [Outcome::Begun, Outcome::Done, Outcome::Refused, Outcome::Failed];
        all.into_iter().find(|outcome| outcome.name() == name).ok_or(())
    }
}

/// Something that somebody does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub who: Who,
    /// The address that it came from, where it came by HTTP.
    pub from: Option<String>,
    /// What is done.
    pub did: Did,
    /// To what: the object's number or name; never a secret, never what a provider sent of a person.
    pub what: String,
}

/// Something that somebody did, as it is read back: with its end, where there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deed {
    /// Its place in the record, from 1; its end stands in an entry of its own, which has another.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Kind of who did it: person, token, share, machine, command, weir or nobody.
    pub who_kind: String,
    /// Which person, token or share.
    pub who_id: Option<i64>,
    /// What they were called then.
    pub who: String,
    /// The address that it came from, where it came by HTTP.
    pub from: Option<String>,
    /// What was done. A newer Weir may have written what this one has no name for.
    pub did: String,
    /// To what.
    pub what: String,
    /// What became of it: done, refused, failed, or begun where its end is not known.
    pub outcome: String,
}

/// What something is called, without what would do something to a terminal or a page, and short.
pub(crate) fn plain(text: &str) -> String {
    text.chars()
        .take(WHAT_CHARS_MAX)
        .map(|c| if c.is_control() || is_unseen(c) { '\u{fffd}' } else { c })
        .collect()
}

/// What changes how its neighbours look, or is not seen at all.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
