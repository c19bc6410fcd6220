//! One run of a definition, as the ledger tells it.

use std::fmt;

use serde::{Deserialize, Serialize};
use weir_domain::{Seq, Timestamp};
use weir_report::render::{Alarm, Document};

/// A run's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub u64);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// How a run came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// It was due: once for each definition and scheduled instant.
    Scheduled,
    /// Somebody asked for it.
    Asked,
    /// Somebody asked for the same as this run once more.
    Again(RunId),
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// To be rendered, now or after a pause.
    Due,
    /// Being computed and rendered.
    Rendering,
    /// Rendered; not every recipient is done with.
    Delivering,
    /// Every recipient has it.
    Delivered,
    /// At least one recipient will not get it by itself, or it could not be rendered.
    Failed,
    /// There was nothing to send: an alert that does not fire, an empty report that is not wanted.
    Quiet,
    /// A newer run took its place after a stop.
    Skipped,
}

/// How far one recipient's sending is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendingState {
    /// To be sent, now or after a pause.
    Waiting,
    /// Being handed over: it may have arrived from here on.
    Handing,
    /// The other side took it.
    Delivered,
    /// It surely did not arrive, and will not be tried again by itself.
    Failed,
    /// It was handed over and nobody knows whether it arrived: not sent again by itself.
    Unknown,
}

impl RunState {
    /// Every state, in the order in which a run passes them.
    pub const ALL: [RunState; 7] = [
        RunState::Due,
        RunState::Rendering,
        RunState::Delivering,
        RunState::Delivered,
        RunState::Failed,
        RunState::Quiet,
        RunState::Skipped,
    ];

    /// The name in the ledger, in lists and in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            RunState::Due => "due",
            RunState::Rendering => "rendering",
            RunState::Delivering => "delivering",
            RunState::Delivered => "delivered",
            RunState::Failed => "failed",
            RunState::Quiet => "quiet",
            RunState::Skipped => "skipped",
        }
    }

    /// Whether nothing happens to it any more by itself.
    #[must_use]
    pub const fn is_over(self) -> bool {
        !matches!(self, RunState::Due | RunState::Rendering | RunState::Delivering)
    }

    pub(crate) fn named(name: &str) -> Option<RunState> {
        RunState::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl SendingState {
    /// Every state, in the order in which a sending passes them.
    pub const ALL: [SendingState; 5] = [
        SendingState::Waiting,
        SendingState::Handing,
        SendingState::Delivered,
        SendingState::Failed,
        SendingState::Unknown,
    ];

    /// The name in the ledger, in lists and in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            SendingState::Waiting => "waiting",
            SendingState::Handing => "handing",
            SendingState::Delivered => "delivered",
            SendingState::Failed => "failed",
            SendingState::Unknown => "unknown",
        }
    }

    /// Whether nothing happens to it any more by itself.
    #[must_use]
    pub const fn is_over(self) -> bool {
        !matches!(self, SendingState::Waiting | SendingState::Handing)
    }

    pub(crate) fn named(name: &str) -> Option<SendingState> {
        SendingState::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A run in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunSummary {
    /// Its number.
    pub id: RunId,
    /// The definition's name.
    pub name: String,
    /// How it came about.
    pub cause: Cause,
    /// When it was due; its `as_of`.
    pub scheduled_at: Timestamp,
    /// How far it is.
    pub state: RunState,
    /// Why it is not further, and what to do; a sentence.
    pub trouble: Option<String>,
    /// What else there is to know: which runs were skipped.
    pub note: Option<String>,
    /// When it is tried again, where it waits.
    pub next_try_at: Option<Timestamp>,
    /// When the ledger last changed it.
    pub changed_at: Timestamp,
}

/// A run with all that was recorded of it: enough to make the same bytes again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// In one line.
    pub summary: RunSummary,
    /// The definition as it was then, as TOML.
    pub definition: String,
    /// The report's `input` as JSON; none until it was computed.
    pub input: Option<String>,
    /// The log position; none until it was computed.
    pub position: Option<Seq>,
    /// The catalogue as it was then, as TOML; none until it was computed.
    pub catalogue: Option<String>,
    /// The Weir that rendered it.
    pub version: String,
    /// What the document said besides the report; none until it was computed.
    pub said: Option<Said>,
    /// What was rendered: name, media type, bytes, SHA-256 in hexadecimal.
    pub files: Vec<(String, String, u64, String)>,
    /// The parts of messages, which lie beside the files: the same of each.
    pub parts: Vec<(String, String, u64, String)>,
    /// Each recipient.
    pub sendings: Vec<Sending>,
}

/// What a document says besides its report. It is as much a part of the bytes as the numbers are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
pub struct Said {
    /// [`Document::notes`].
    pub notes: Vec<String>,
    /// [`Document::base_url`].
    pub base_url: Option<String>,
    /// [`Document::alarm`].
    pub alarm: Option<SaidAlarm>,
}

/// [`Alarm`], as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[allow(missing_docs)] // the names are those of `Alarm`
pub struct SaidAlarm {
    pub over: bool,
    pub headline: String,
    pub detail: Vec<String>,
    pub links: Vec<(String, String)>,
}

impl Said {
    /// What `document` says.
    #[must_use]
    pub fn by(document: &Document) -> Said {
        let alarm = document.alarm.clone();
        let alarm = alarm.map(|Alarm { over, headline, detail, links }| SaidAlarm {
            over,
            headline,
            detail,
            links,
        });
        Said { notes: document.notes.clone(), base_url: document.base_url.clone(), alarm }
    }

    /// Lets `document` say the same.
    #[must_use]
    pub fn onto(self, mut document: Document) -> Document {
        document.notes = self.notes;
        document.base_url = self.base_url;
        document.alarm = self.alarm.map(|SaidAlarm { over, headline, detail, links }| Alarm {
            over,
            headline,
            detail,
            links,
        });
        document
    }
}

/// One recipient of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sending {
    /// The recipient, as `Target` writes it: `mail:a@example.com`.
    pub target: String,
    /// How far it is.
    pub state: SendingState,
    /// How often it was tried.
    pub tries: u32,
    /// Why it is not further, and what to do; a sentence.
    pub trouble: Option<String>,
    /// What the other side said when it took it.
    pub receipt: Option<String>,
    /// When it is tried again, where it waits.
    pub next_try_at: Option<Timestamp>,
    /// When the ledger last changed it.
    pub changed_at: Timestamp,
}
