//! Each way out, looked at by itself: whether its settings hold, and whether somebody is there. Nothing
//! is handed over.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::files::Files;
use crate::guard::Guard;
use crate::mail::Mailer;
use crate::s3::Store;
use crate::slack::Slack;
use crate::webhook::Webhook;
use crate::{Channels, Refusal, Resolve, Settings, SettingsError};

/// Whoever is there answers sooner, and somebody waits for what is said of all.
pub(crate) const REACHED_WITHIN: Duration = Duration::from_secs(5);

/// A configured way out, as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// Which one: ``mail``, ``webhook `ops` ``.
    pub channel: String,
    /// How it is, or what is wrong with it and what to do. Neither holds a secret.
    pub found: Result<String, String>,
}

/// One look.
type Look<'a> = Box<dyn FnOnce() -> Looked + Send + 'a>;

impl Channels {
    /// Looks at every way out of a configuration, whatever is wrong with the others: reads its
    /// secrets and, if `connects`, resolves and checks its address and connects to it, encrypted as
    /// it would be. A mail server is told who we are. No message and no request is sent, and nothing
    /// is made.
    #[must_use]
    pub fn look(
        settings: &Settings,
        base: &Path,
        files_dir: &Path,
        resolver: Arc<dyn Resolve>,
        connects: bool,
    ) -> Vec<Looked> {
        let guard = match Guard::new(&settings.private_addresses, resolver) {
            Ok(guard) => guard,
            Err(error) => return vec![wrong("addresses", &error)],
        };
        let dir = settings.files.dir.as_ref().map_or(files_dir.to_owned(), |dir| base.join(dir));
        let mut looks: Vec<Look<'_>> = vec![Box::new(move || files(&Files::new(dir)))];
        if let Some(one) = &settings.mail {
            let mailer = Mailer::new(one, base, &guard);
            looks.push(of("mail".to_owned(), mailer, connects, Mailer::reach));
        }
        for one in &settings.slack {
            let slack = Slack::new(one, base, &guard);
            looks.push(of(format!("slack `{}`", one.name), slack, connects, Slack::reach));
        }
        for one in &settings.webhook {
            let webhook = Webhook::new(one, base, &guard);
            looks.push(of(format!("webhook `{}`", one.name), webhook, connects, Webhook::reach));
        }
        for one in &settings.s3 {
            let store = Store::new(one, base, &guard);
            looks.push(of(format!("s3 `{}`", one.name), store, connects, Store::reach));
        }
        let mut found = side_by_side(looks);
        found.extend(settings.check_names().err().map(|error| wrong("names", &error)));
        found
    }
}

/// A look at one channel, as it was made of its section.
fn of<'a, C: Send + 'a>(
    channel: String,
    made: Result<C, SettingsError>,
    connects: bool,
    reach: impl FnOnce(&C) -> Result<String, Refusal> + Send + 'a,
) -> Look<'a> {
    Box::new(move || match made {
        Err(error) => wrong(&channel, &error),
        Ok(_) if !connects => Looked { channel, found: Ok("is configured".to_owned()) },
        Ok(made) => {
            let found = reach(&made).map_err(|refusal| refusal.to_string());
            Looked { channel, found }
        }
    })
}

fn files(files: &Files) -> Looked {
    Looked { channel: "files".to_owned(), found: files.look() }
}

fn wrong(channel: &str, error: &SettingsError) -> Looked {
    Looked { channel: channel.to_owned(), found: Err(error.to_string()) }
}

/// All at once: each may wait for somebody who is not there.
fn side_by_side(looks: Vec<Look<'_>>) -> Vec<Looked> {
    std::thread::scope(|scope| {
        let running: Vec<_> = looks.into_iter().map(|look| scope.spawn(look)).collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, Looked>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        running.into_iter().map(join).collect()
    })
}
