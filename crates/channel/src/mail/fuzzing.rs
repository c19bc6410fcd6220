//! A mail of any words, for the fuzz target.

use weir_domain::Timestamp;
use weir_report::Zone;
use weir_report::render::Mail;

use super::{address, message};
use crate::{Attachment, Parcel};

/// The bytes of a mail with these parts and a file of this name, as they go to `to`.
///
/// # Errors
/// If nobody is called so who may get mail, or no mail can be made of it.
pub fn mail_of(mail: Mail, file_name: &str, to: &str) -> Result<Vec<u8>, String> {
    let file = Attachment {
        name: file_name.to_owned(),
        format: "csv".to_owned(),
        media_type: "text/csv".to_owned(),
        path: "/dev/null".into(),
        bytes: 0,
    };
    let parcel = Parcel {
        run: 7,
        id: "run-7-1".to_owned(),
        name: "weekly".to_owned(),
        title: "Weekly".to_owned(),
        scheduled_at: Timestamp::from_micros(1_780_272_000_000_000),
        zone: Zone::utc(),
        mail,
        slack: serde_json::Value::Null,
        report: serde_json::Value::Null,
        files: vec![file],
    };
    let domains = ["example.com".to_owned()];
    let to = address::permitted(to, &domains)?;
    let from = "Weir <weir@example.com>".parse().map_err(|_| "nobody sends it".to_owned())?;
    message::of(&parcel, &from, &to).map_err(|refusal| refusal.to_string())
}
