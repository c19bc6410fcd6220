//! To whom.

use std::fmt;

/// One recipient, told apart from every other by its text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A mail address.
    Mail(String),
    /// A path below the folder of outputs, as a template, and how many runs are kept.
    File {
        /// With `{name}`, `{date}`, `{time}`, `{run}` and `{format}`.
        template: String,
        /// How many runs' files stay; all of them where this is none.
        keep: Option<u32>,
    },
    /// An incoming webhook of Slack, by its name in the configuration.
    Slack(String),
    /// A webhook, by its name in the configuration.
    Webhook(String),
    /// An object store, by its name in the configuration.
    S3 {
        /// The store.
        store: String,
        /// The object's key, as a template.
        key: String,
    },
}

/// As the ledger and the pages name it: `mail:a@example.com`.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Mail(address) => write!(f, "mail:{address}"),
            Target::File { template, .. } => write!(f, "file:{template}"),
            Target::Slack(name) => write!(f, "slack:{name}"),
            Target::Webhook(name) => write!(f, "webhook:{name}"),
            Target::S3 { store, key } => write!(f, "s3:{store}/{key}"),
        }
    }
}
