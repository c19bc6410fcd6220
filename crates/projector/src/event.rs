//! What a body says (semantics.md, section 2).

use std::borrow::Cow;

use uuid::Uuid;

/// A delivery that could be read as a Veriff event. Absent, null and empty are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event<'a> {
    /// `id`: the verification session.
    pub session: Uuid,
    /// `attemptId`.
    pub attempt: Uuid,
    /// `code`: decides what the event means.
    pub code: i64,
    /// `action`: only compared with the code.
    pub action: Cow<'a, str>,
    /// `feature`.
    pub feature: Option<Cow<'a, str>>,
    /// `vendorData`: personal data.
    pub vendor_data: Option<Cow<'a, str>>,
    /// `endUserId`: personal data.
    pub end_user_id: Option<Cow<'a, str>>,
    /// `context.state`: the screen.
    pub state: Option<Cow<'a, str>>,
    /// `context.reason`.
    pub reason: Option<Cow<'a, str>>,
}

/// What a code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the names are those of semantics.md
pub enum Meaning {
    Started,
    Submitted,
    DecisionShown,
    Continued,
    Finished,
    /// A cancel, or a handover if the reason says so.
    Left,
    OtherDocument,
    Unknown,
}

/// Why a delivery could not be read. It stays in the log and is read again on every rebuild.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Quarantine {
    /// Not text.
    #[error("the body is not UTF-8")]
    NotUtf8,
    /// Not JSON.
    #[error("the body is not JSON: {0}")]
    NotJson(String),
    /// Not an object.
    #[error("the body is JSON, but not an object")]
    NotAnObject,
    /// Sealed as a whole, as it was none of an event when it came.
    #[error("the body was not an event's, and is sealed as a whole")]
    Sealed,
    /// A field that must be there is not.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A field is of another type.
    #[error("`{field}` is not {want}")]
    WrongType {
        /// Which.
        field: &'static str,
        /// What it should be.
        want: &'static str,
    },
}

/// The reason that tells a handover from a cancel.
pub const HANDOVER_REASON: &str = "mobile_handover_screen_shown";

impl Event<'_> {
    /// What the code means.
    #[must_use]
    pub const fn meaning(&self) -> Meaning {
        Meaning::of(self.code)
    }

    /// Whether the action is another than the one of the code. An unknown code has none.
    #[must_use]
    pub fn action_mismatches(&self) -> bool {
        self.meaning().action().is_some_and(|action| action != self.action)
    }

    /// Whether the end-user was sent to the phone, which is no cancellation.
    #[must_use]
    pub fn is_handover(&self) -> bool {
        self.reason.as_deref() == Some(HANDOVER_REASON)
    }
}

impl Meaning {
    /// What a code means.
    #[must_use]
    pub const fn of(code: i64) -> Meaning {
        match code {
            7001 => Meaning::Started,
            7002 => Meaning::Submitted,
            7007 => Meaning::DecisionShown,
            7008 => Meaning::Continued,
            7009 => Meaning::Finished,
            7010 => Meaning::Left,
            7011 => Meaning::OtherDocument,
            _ => Meaning::Unknown,
        }
    }

    /// The action that the provider sends with it.
    #[must_use]
    pub const fn action(self) -> Option<&'static str> {
        Some(match self {
            Meaning::Started => "started",
            Meaning::Submitted => "submitted",
            Meaning::DecisionShown => "waiting_complete",
            Meaning::Continued => "waiting_continued",
            Meaning::Finished => "flow_finished",
            Meaning::Left => "flow_cancelled",
            Meaning::OtherDocument => "document_type_other_selected",
            Meaning::Unknown => return None,
        })
    }
}
