//! What a report counts.

use std::fmt;
use std::str::FromStr;

/// What a report counts one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Unit {
    /// `(integration, id)`: the union of its attempts' facts.
    #[default]
    Session,
    /// `(integration, id, attemptId)`.
    Attempt,
    /// `(integration, endUserId)`: the union of its sessions' facts; a session without one is a
    /// unit by itself.
    EndUser,
}

impl Unit {
    /// Every unit, in the order in which a form offers them.
    pub const ALL: [Unit; 3] = [Unit::Session, Unit::Attempt, Unit::EndUser];

    /// The name in flags, queries and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Unit::Session => "session",
            Unit::Attempt => "attempt",
            Unit::EndUser => "end_user",
        }
    }

    /// The word for several of them, for sentences.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Unit::Session => "sessions",
            Unit::Attempt => "attempts",
            Unit::EndUser => "end-users",
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Unit {
    type Err = ();

    fn from_str(text: &str) -> Result<Unit, ()> {
        Unit::ALL.into_iter().find(|unit| unit.name() == text).ok_or(())
    }
}
