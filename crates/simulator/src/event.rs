//! What the provider has to tell, before anything goes wrong on the way.

/// A field of a body. The provider leaves fields out, or sends null, where it has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field<T> {
    Absent,
    Null,
    Is(T),
}

impl<T> Field<T> {
    /// The same with another value, where there is one.
    pub(crate) fn map<U>(self, of: impl FnOnce(T) -> U) -> Field<U> {
        match self {
            Field::Absent => Field::Absent,
            Field::Null => Field::Null,
            Field::Is(value) => Field::Is(of(value)),
        }
    }
}

/// Why and where a flow stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Context {
    pub(crate) reason: Field<&'static str>,
    pub(crate) state: Field<&'static str>,
}

/// One event of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) code: u32,
    pub(crate) action: &'static str,
    pub(crate) context: Field<Context>,
}

pub(crate) const STARTED: Event = Event::plain(7001, "started");
pub(crate) const SUBMITTED: Event = Event::plain(7002, "submitted");
pub(crate) const WAITING_CONTINUED: Event = Event::plain(7008, "waiting_continued");
pub(crate) const OTHER_DOCUMENT: Event = Event::plain(7011, "document_type_other_selected");

/// Codes that a later version of the provider may send: nothing that we know of.
pub(crate) const UNKNOWN: [Event; 2] =
    [Event::plain(7012, "flow_paused"), Event::plain(7021, "device_switched")];

impl Event {
    const fn plain(code: u32, action: &'static str) -> Event {
        Event { code, action, context: Field::Absent }
    }

    /// The decision arrived while the end-user waited.
    pub(crate) const fn decision_shown(context: Context) -> Event {
        Event { code: 7007, action: "waiting_complete", context: Field::Is(context) }
    }

    /// The end-user confirmed the final screen.
    pub(crate) const fn finished(context: Context) -> Event {
        Event { code: 7009, action: "flow_finished", context: Field::Is(context) }
    }

    /// The flow stopped, or a desktop user was asked to go on with the phone.
    pub(crate) const fn cancelled(context: Field<Context>) -> Event {
        Event { code: 7010, action: "flow_cancelled", context }
    }
}
