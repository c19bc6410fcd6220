//! How the process does: what comes in, what waits, what could not be read, what is on the disk.

mod gather; // asks everybody
mod judge; // is all well, and if not, what to do
mod reports; // what is sent by itself
mod unknown; // screens, reasons and codes that nobody named

use serde::Serialize;
use utoipa::ToSchema;
use weir_domain::Timestamp;
use weir_report::{Silence, SilenceVerdict};

use crate::lost::LostStore;

pub(crate) use gather::{cause, flagged, gather};
pub(crate) use judge::ago;
pub(crate) use reports::ScheduleHealth;
pub(crate) use unknown::{COUNTED, EVER, UnknownCode, UnknownName};
pub(crate) use weir_report::render::bytes;

/// How the process does. The page shows the same.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    #[schema(inline)]
    pub(crate) status: Status,
    /// In one sentence, with what to do.
    pub(crate) sentence: String,
    /// The instant that all this is of.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) as_of: Timestamp,
    /// The zone by whose hours silences are judged.
    pub(crate) timezone: String,
    /// Each integration that is configured or ever sent.
    pub(crate) integrations: Vec<IntegrationHealth>,
    pub(crate) fold: FoldHealth,
    pub(crate) rate: IngestRate,
    pub(crate) endpoint: EndpointHealth,
    pub(crate) quarantine: QuarantineHealth,
    pub(crate) unknown: UnknownHealth,
    pub(crate) secrets: Vec<SecretHealth>,
    pub(crate) log: LogHealth,
    pub(crate) checkpoint: CheckpointHealth,
    /// Reports that are sent by themselves; null where their ledger cannot be worked with.
    #[schema(required)]
    pub(crate) schedules: Option<ScheduleHealth>,
    /// The stores beside the log that cannot be worked with, and what is off meanwhile.
    #[schema(inline)]
    pub(crate) stores_lost: Vec<LostStore>,
    pub(crate) process: ProcessHealth,
}

/// Whether somebody should act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// No.
    Well,
    /// Somebody should look.
    Attention,
    /// Now.
    Trouble,
}

/// One integration.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IntegrationHealth {
    /// Its name.
    pub(crate) integration: String,
    /// Whether it is in the configuration, so that it may send.
    pub(crate) configured: bool,
    /// Whether its secrets could not be read again after they changed, so that the old ones stay.
    pub(crate) secrets_stale: bool,
    /// Its last delivery; null before the first.
    #[schema(required)]
    pub(crate) last_delivery: Option<LastDelivery>,
}

/// The last delivery of an integration, and the silence since.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LastDelivery {
    /// Its place in the log.
    pub(crate) seq: u64,
    /// When it was received.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) received_at: Timestamp,
    /// Its session; null where it could not be read.
    #[schema(required)]
    pub(crate) session_id: Option<String>,
    /// How long the silence since has lasted.
    pub(crate) silence_seconds: f64,
    #[schema(inline)]
    pub(crate) verdict: VerdictName,
    /// The verdict, and why.
    pub(crate) words: String,
    /// How many deliveries came in a time as long at the same hours of the weeks before: the mean.
    #[schema(required)]
    pub(crate) expected: Option<f64>,
    /// With how many weeks it was compared, up to four.
    pub(crate) weeks: u32,
    /// How many silences in the four weeks before were as long.
    pub(crate) as_long: u64,
    /// How long the longest of them was.
    pub(crate) longest_seconds: f64,
}

/// How unusual a silence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names say it
pub(crate) enum VerdictName {
    Usual,
    Unusual,
    VeryUnusual,
    TooLittleHistory,
}

/// How far the numbers are behind the log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoldHealth {
    /// The last delivery that is counted.
    pub(crate) position: u64,
    /// Deliveries that are not counted yet.
    pub(crate) lag_deliveries: u64,
    /// How long the oldest of them has waited.
    pub(crate) lag_seconds: f64,
    /// Why counting stopped, if it did.
    #[schema(required)]
    pub(crate) failure: Option<String>,
}

/// How many deliveries were received.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IngestRate {
    /// In the last 60 seconds.
    pub(crate) last_minute: u64,
    /// In the last 60 minutes.
    pub(crate) last_hour: u64,
    /// In the last 24 hours.
    pub(crate) last_24_hours: u64,
}

/// What the webhook endpoint answered since the process started.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EndpointHealth {
    /// When it started to count.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) since: Timestamp,
    /// By status and integration.
    pub(crate) answers: Vec<AnswerRow>,
    /// The 401s by reason, which the senders are not told.
    pub(crate) refusals: Vec<RefusalRow>,
    /// Deliveries that waited for the log's writer when it last looked.
    pub(crate) waiting: u64,
}

/// How often one status was answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnswerRow {
    /// The status.
    pub(crate) status: u16,
    /// To whom; null where that is not known.
    #[schema(required)]
    pub(crate) integration: Option<String>,
    /// How often.
    pub(crate) count: u64,
    /// What it means.
    pub(crate) meaning: &'static str,
}

/// How often requests were refused for one reason.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefusalRow {
    /// The reason, as the metrics name it.
    pub(crate) reason: &'static str,
    /// How often.
    pub(crate) count: u64,
    /// The usual cause.
    pub(crate) meaning: &'static str,
}

/// Deliveries that could not be read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuarantineHealth {
    /// All of them.
    pub(crate) count: u64,
    /// How many of them, the newest, are told apart below.
    pub(crate) looked_at: u64,
    /// Why, the most frequent first.
    pub(crate) causes: Vec<CauseRow>,
}

/// Deliveries that could not be read for one cause.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CauseRow {
    /// Why.
    pub(crate) cause: String,
    /// How many.
    pub(crate) count: u64,
    /// When the last of them was received.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) last_received_at: Timestamp,
}

/// What was sent that nobody named.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnknownHealth {
    /// Screens that the catalogue does not name.
    pub(crate) screens: Vec<UnknownName>,
    /// Reasons that the catalogue does not name.
    pub(crate) reasons: Vec<UnknownName>,
    /// Entries for the catalogue file that name them; null where there is nothing to name.
    #[schema(required)]
    pub(crate) catalogue_toml: Option<String>,
    /// Deliveries whose code Weir does not know.
    pub(crate) code_deliveries: u64,
    /// How many of them, the newest, are told apart below.
    pub(crate) codes_looked_at: u64,
    /// These codes.
    pub(crate) codes: Vec<UnknownCode>,
}

/// A secret by its name. What it is stands nowhere.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SecretHealth {
    /// Whose it is.
    pub(crate) integration: String,
    /// What it is called.
    pub(crate) secret: String,
    /// Whether it is in the configuration, so that it can match.
    pub(crate) configured: bool,
    /// When it last matched; null if not since the start, nor among the last 100,000 deliveries
    /// before.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub(crate) matched_at: Option<Timestamp>,
}

/// The log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LogHealth {
    /// Whether it takes deliveries.
    pub(crate) able_to_append: bool,
    /// Deliveries: the place of the last one.
    pub(crate) deliveries: u64,
    /// The bytes of the file and of its write-ahead log.
    pub(crate) file_bytes: u64,
    /// Sealed commit groups.
    pub(crate) seals: u64,
    /// Where the last seal ends; 0 for none.
    pub(crate) last_seal: u64,
    /// The last seal, in hex: noted elsewhere, it tells whether the log was cut off.
    pub(crate) last_seal_hash: String,
    /// How much room is left on the disk, where the system tells.
    #[schema(required)]
    pub(crate) free_bytes: Option<u64>,
    /// What reading it again and again came to; null where that is switched off.
    #[schema(required)]
    pub(crate) scrub: Option<ScrubHealth>,
}

/// The log read again, slowly, for as long as the process runs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScrubHealth {
    /// When it began at the log's beginning the last time.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) began_at: Timestamp,
    /// Up to which delivery it has come since; 0 when it is through and rests.
    pub(crate) position: u64,
    /// When it had last come to the log's end.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub(crate) whole_at: Option<Timestamp>,
    /// Where the log is damaged and what to do; null if it is not.
    #[schema(required)]
    pub(crate) damage: Option<String>,
    /// In how many places.
    pub(crate) damages: u64,
}

/// The saved read model.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckpointHealth {
    /// The last delivery that it has: a start goes on from there.
    pub(crate) position: u64,
    /// Deliveries that are counted and not saved: a start folds them again.
    pub(crate) unsaved_deliveries: u64,
    /// When the file was last written.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub(crate) written_at: Option<Timestamp>,
    /// The bytes of the file and of its write-ahead log.
    pub(crate) file_bytes: u64,
}

/// The process.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProcessHealth {
    /// The version of Weir.
    pub(crate) weir: &'static str,
    /// The version of SQLite that is built in.
    pub(crate) sqlite: &'static str,
    /// How long it has run.
    pub(crate) uptime_seconds: f64,
}

impl From<SilenceVerdict> for VerdictName {
    fn from(verdict: SilenceVerdict) -> VerdictName {
        match verdict {
            SilenceVerdict::Usual => VerdictName::Usual,
            SilenceVerdict::Unusual => VerdictName::Unusual,
            SilenceVerdict::VeryUnusual => VerdictName::VeryUnusual,
            SilenceVerdict::TooLittleHistory => VerdictName::TooLittleHistory,
        }
    }
}

impl LastDelivery {
    fn of(seq: u64, session_id: Option<String>, silence: &Silence) -> LastDelivery {
        LastDelivery {
            seq,
            received_at: silence.since,
            session_id,
            silence_seconds: seconds(silence.length_us),
            verdict: silence.verdict.into(),
            words: silence.to_string().replace('\u{a0}', " "),
            expected: silence.expected,
            weeks: silence.weeks,
            as_long: silence.as_long,
            longest_seconds: seconds(silence.longest_us),
        }
    }
}

#[allow(clippy::cast_precision_loss)] // below 2^53 microseconds, 285 years
fn seconds(us: i64) -> f64 {
    us as f64 / 1e6
}
