//! All channels behind the one verb.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use weir_domain::Clock;

use crate::files::Files;
use crate::guard::Guard;
use crate::mail::Mailer;
use crate::s3::Store;
use crate::slack::Slack;
use crate::template::Template;
use crate::webhook::Webhook;
use crate::{
    Handing, Parcel, Post, Receipt, Refusal, Resolve, Settings, SettingsError, SystemResolver,
    Target,
};

/// Every configured way out.
pub struct Channels {
    files: Files,
    mail: Option<Mailer>,
    slack: BTreeMap<String, Slack>,
    webhooks: BTreeMap<String, Webhook>,
    stores: BTreeMap<String, Store>,
    clock: Arc<dyn Clock>,
}

impl Channels {
    /// The channels of a configuration, with their secrets read. Relative paths are below `base`;
    /// files go to `files_dir` where the configuration names no other folder.
    ///
    /// # Errors
    /// A sentence that names the key that is wrong, and says what to do.
    pub fn new(
        settings: &Settings,
        base: &Path,
        files_dir: &Path,
        clock: Arc<dyn Clock>,
    ) -> Result<Channels, SettingsError> {
        Channels::with_resolver(settings, base, files_dir, clock, Arc::new(SystemResolver))
    }

    /// The same, with another way from names to addresses: for tests.
    ///
    /// # Errors
    /// As [`Channels::new`].
    pub fn with_resolver(
        settings: &Settings,
        base: &Path,
        files_dir: &Path,
        clock: Arc<dyn Clock>,
        resolver: Arc<dyn Resolve>,
    ) -> Result<Channels, SettingsError> {
        settings.check_names()?;
        let guard = Guard::new(&settings.private_addresses, resolver)?;
        let dir = settings.files.dir.as_ref().map_or(files_dir.to_owned(), |dir| base.join(dir));
        let mail = settings.mail.as_ref().map(|mail| Mailer::new(mail, base, &guard));
        Ok(Channels {
            files: Files::new(dir),
            mail: mail.transpose()?,
            slack: each(&settings.slack, |one| {
                Ok((one.name.clone(), Slack::new(one, base, &guard)?))
            })?,
            webhooks: each(&settings.webhook, |one| {
                Ok((one.name.clone(), Webhook::new(one, base, &guard)?))
            })?,
            stores: each(&settings.s3, |one| {
                Ok((one.name.clone(), Store::new(one, base, &guard)?))
            })?,
            clock,
        })
    }
}

impl Post for Channels {
    fn check(&self, target: &Target) -> Result<(), String> {
        match target {
            Target::Mail(address) => self.mailer()?.check(address),
            Target::File { template, .. } => Template::read(template).map(drop),
            Target::Slack(name) => found(&self.slack, name, "slack").map(drop),
            Target::Webhook(name) => found(&self.webhooks, name, "webhook").map(drop),
            Target::S3 { store, key } => {
                found(&self.stores, store, "s3")?;
                Template::read(key).map(drop)
            }
        }
    }

    fn send(
        &self,
        target: &Target,
        parcel: &Parcel,
        handing: &mut Handing<'_>,
    ) -> Result<Receipt, Refusal> {
        let permanent = |cause| Refusal::Permanent { cause };
        let now = self.clock.now();
        match target {
            Target::Mail(to) => self.mailer().map_err(permanent)?.send(to, parcel, handing),
            Target::File { template, keep } => self.files.send(template, *keep, parcel),
            Target::Slack(name) => {
                let slack = found(&self.slack, name, "slack").map_err(permanent)?;
                slack.send(parcel, now, handing)
            }
            Target::Webhook(name) => {
                let webhook = found(&self.webhooks, name, "webhook").map_err(permanent)?;
                webhook.send(parcel, now, handing)
            }
            Target::S3 { store, key } => {
                let store = found(&self.stores, store, "s3").map_err(permanent)?;
                store.send(key, parcel, now)
            }
        }
    }
}

impl Channels {
    fn mailer(&self) -> Result<&Mailer, String> {
        self.mail.as_ref().ok_or_else(|| {
            "no mail server is configured; add [channels.mail] to the configuration".to_owned()
        })
    }
}

/// One channel for each section, by its name.
fn each<S, C>(
    sections: &[S],
    make: impl Fn(&S) -> Result<(String, C), SettingsError>,
) -> Result<BTreeMap<String, C>, SettingsError> {
    sections.iter().map(make).collect()
}

fn found<'a, C>(
    channels: &'a BTreeMap<String, C>,
    name: &str,
    kind: &str,
) -> Result<&'a C, String> {
    channels.get(name).ok_or_else(|| {
        let known: Vec<&str> = channels.keys().map(String::as_str).collect();
        let known = match known.as_slice() {
            [] => "none is configured".to_owned(),
            known => format!("there are {}", known.join(", ")),
        };
        let name = crate::words::one_line(name, 80);
        format!("no [[channels.{kind}]] of the configuration is called `{name}`; {known}")
    })
}

impl fmt::Debug for Channels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Channels { files, mail, slack, webhooks, stores, clock: _ } = self;
        f.debug_struct("Channels")
            .field("files", files)
            .field("mail", mail)
            .field("slack", slack)
            .field("webhooks", webhooks)
            .field("stores", stores)
            .finish_non_exhaustive()
    }
}
