//! What the process has seen of the webhook endpoint since it started: told by whoever wires the
//! two together, because this crate knows nothing of the endpoint.

use weir_domain::Timestamp;

/// What the endpoint counts since the process started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IngestHealth {
    /// When it started to count.
    pub since: Timestamp,
    /// The configured integrations, by name, in the order of configuration.
    pub integrations: Vec<String>,
    /// How often each answer was given; answers that were never given are left out.
    pub answers: Vec<AnswerCount>,
    /// How often a request was refused, for each reason that occurred.
    pub refusals: Vec<RefusalCount>,
    /// The secrets that can match or could since the start, by name. What they are is not here.
    pub secrets: Vec<SecretUse>,
    /// The integrations whose secrets could not be read again, so that the old ones stay.
    pub stale: Vec<String>,
    /// Deliveries that waited for the log's writer when it finished its last group.
    pub waiting: u64,
}

/// How often one answer was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerCount {
    /// To whom; none where the request was nobody's that is known.
    pub integration: Option<String>,
    /// The status.
    pub status: u16,
    /// How often.
    pub count: u64,
}

/// How often requests were refused for one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusalCount {
    /// The reason, as metrics name it.
    pub reason: &'static str,
    /// How often.
    pub count: u64,
}

/// A secret by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretUse {
    /// Whose it is.
    pub integration: String,
    /// What it is called.
    pub secret: String,
    /// Whether it can match now.
    pub active: bool,
    /// When it last matched, since the process started.
    pub matched_at: Option<Timestamp>,
}

impl IngestHealth {
    /// Nothing was asked of the endpoint yet.
    #[must_use]
    pub fn quiet(since: Timestamp) -> IngestHealth {
        IngestHealth {
            since,
            integrations: Vec::new(),
            answers: Vec::new(),
            refusals: Vec::new(),
            secrets: Vec::new(),
            stale: Vec::new(),
            waiting: 0,
        }
    }
}
