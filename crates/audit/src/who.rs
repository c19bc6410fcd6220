//! By whom.

use std::str::FromStr;

/// What kind of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhoKind {
    /// Somebody who signed in.
    Person,
    /// A program with an API token.
    Token,
    /// Whoever has a link that somebody shared.
    Share,
    /// Whoever sits at the machine, whose dashboard is open.
    Machine,
    /// Somebody on a command line.
    Command,
    /// Weir by itself, on schedule.
    Weir,
    /// Somebody who did not say who they are.
    Nobody,
}

impl WhoKind {
    const ALL: [WhoKind; 7] = [
        WhoKind::Person,
        WhoKind::Token,
        WhoKind::Share,
        WhoKind::Machine,
        WhoKind::Command,
        WhoKind::Weir,
        WhoKind::Nobody,
    ];

    /// As it stands in the record.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            WhoKind::Person => "person",
            WhoKind::Token => "token",
            WhoKind::Share => "share",
            WhoKind::Machine => "machine",
            WhoKind::Command => "command",
            WhoKind::Weir => "weir",
            WhoKind::Nobody => "nobody",
        }
    }
}

impl FromStr for WhoKind {
    type Err = ();

    fn from_str(name: &str) -> Result<WhoKind, ()> {
        WhoKind::ALL.into_iter().find(|kind| kind.name() == name).ok_or(())
    }
}

/// Who did something, as they were called then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    pub(crate) kind: WhoKind,
    pub(crate) id: Option<i64>,
    pub(crate) name: String,
}

impl Who {
    fn of(kind: WhoKind, id: Option<i64>, name: impl Into<String>) -> Who {
        Who { kind, id, name: name.into() }
    }

    /// Somebody who signed in.
    #[must_use]
    pub fn person(id: i64, name: &str) -> Who {
        Who::of(WhoKind::Person, Some(id), name)
    }

    /// A program with a token of somebody's.
    #[must_use]
    pub fn token(id: i64, person: &str, token: &str) -> Who {
        Who::of(WhoKind::Token, Some(id), format!("{person}: {token}"))
    }

    /// Whoever has a link that somebody shared.
    #[must_use]
    pub fn share(id: i64, title: &str) -> Who {
        Who::of(WhoKind::Share, Some(id), title)
    }

    /// Whoever sits at the machine, whose dashboard is open.
    #[must_use]
    pub fn machine() -> Who {
        Who::of(WhoKind::Machine, None, "this machine")
    }

    /// A user of the system on a command line.
    #[must_use]
    pub fn command(user: &str) -> Who {
        Who::of(WhoKind::Command, None, user)
    }

    /// Weir by itself, on schedule.
    #[must_use]
    pub fn weir() -> Who {
        Who::of(WhoKind::Weir, None, "Weir")
    }

    /// Somebody who did not say who they are, or was not believed.
    #[must_use]
    pub fn nobody() -> Who {
        Who::of(WhoKind::Nobody, None, "nobody who is known")
    }
}
