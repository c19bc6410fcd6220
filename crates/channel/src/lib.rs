//! The ways out: how a report reaches a recipient, once.
//!
//! A channel takes a [`Parcel`] and a [`Target`] and says what became of it. It never decides to
//! send again: it tells what may be tried again ([`Refusal`]), and whoever keeps the ledger does.
//! Every address that it connects to is resolved, checked and pinned first.

mod parcel; // what is sent
mod refusal; // why it was not
mod post; // the one verb
mod target; // to whom
mod settings; // the configuration section
mod secret; // what only the other side and we know
mod words; // what others said, made fit to be shown
mod template; // paths and keys with placeholders
mod guard; // which addresses may be connected to
mod aside; // work with an end, and the moment from which on something may have arrived
mod http; // one guarded request
mod files; // the channel of files
mod mail; // the channel of mails
mod slack; // the channel of Slack's incoming webhooks
mod webhook; // the channel of signed webhooks
mod s3; // the channel of object stores
mod objects; // one of them, for others than reports
mod channels; // all of them behind the one verb
mod look; // whether somebody is there, before anything is sent

#[doc(hidden)]
pub use mail::mail_of;

pub use channels::Channels;
pub use guard::{Guard, Resolve, SystemResolver};
pub use look::Looked;
pub use objects::Objects;
pub use parcel::{Attachment, Parcel};
pub use post::{Handing, Post, Receipt};
pub use refusal::Refusal;
pub use secret::{Secret, private_file, read_secret};
pub use settings::{
    FilesSettings, MailSettings, S3Settings, Settings, SettingsError, SlackSettings, Tls,
    WebhookSettings,
};
pub use target::Target;
