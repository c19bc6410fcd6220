//! What is sent.

use std::path::PathBuf;

use weir_domain::Timestamp;
use weir_report::Zone;
use weir_report::render::Mail;

/// What one run has for one recipient.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// The run's number in the ledger.
    pub run: u64,
    /// The same for each try of this run and recipient, and for no other: a mail's Message-ID and a
    /// webhook's `webhook-id` are made of it. Letters, digits and hyphens.
    pub id: String,
    /// The definition's name.
    pub name: String,
    /// What the report is called on paper.
    pub title: String,
    /// When the run was due; what names files and dates mails, so that a later try says the same.
    pub scheduled_at: Timestamp,
    /// The zone of the report.
    pub zone: Zone,
    /// The mail's parts. Its subject serves every channel.
    pub mail: Mail,
    /// Slack's message: `text` and `blocks`.
    pub slack: serde_json::Value,
    /// The report as JSON: what a webhook is told.
    pub report: serde_json::Value,
    /// The files of this recipient.
    pub files: Vec<Attachment>,
}

/// A rendered file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// `weekly-abandonment-2026-03-30.pdf`.
    pub name: String,
    /// Its extension, which is the `{format}` of templates: `pdf`.
    pub format: String,
    /// What it is.
    pub media_type: String,
    /// Where it lies.
    pub path: PathBuf,
    /// How many bytes it has.
    pub bytes: u64,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A parcel of one file that is nowhere.
    pub(crate) fn parcel() -> Parcel {
        Parcel {
            run: 7,
            id: "run-7-1".to_owned(),
            name: "weekly-abandonment".to_owned(),
            title: "Weekly abandonment".to_owned(),
            scheduled_at: "2026-03-30T23:30:00Z".parse().unwrap(),
            zone: Zone::named("Europe/Tallinn").unwrap(),
            mail: Mail {
                subject: "Drop-off 34.9 % last week".to_owned(),
                html: "<p>Drop-off</p>".to_owned(),
                text: "Drop-off".to_owned(),
                images: Vec::new(),
            },
            slack: serde_json::json!({"text": "Drop-off"}),
            report: serde_json::json!({"report": "abandonment"}),
            files: vec![Attachment {
                name: "weekly-abandonment-2026-03-31.pdf".to_owned(),
                format: "pdf".to_owned(),
                media_type: "application/pdf".to_owned(),
                path: PathBuf::from("nowhere.pdf"),
                bytes: 4,
            }],
        }
    }
}
