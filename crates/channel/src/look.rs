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
use crate::words::one_line;
use crate::{Channels, Refusal, Resolve, Settings, SettingsError};

/// Whoever is there answers sooner, and somebody waits for what is said of all.
pub(crate) const REACHED_WITHIN: Duration = Duration::from_secs(5);

/// A configured way out, as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// Which one: ``mail``, ``webhook `ops` ``.
    pub channel: String,
    /// Where its section stands, as keys and numbers: `channels`, `webhook`, `0`.
    pub section: Vec<String>,
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
        let Settings { private_addresses, files, mail, slack, webhook, s3 } = settings;
        let guard = match Guard::new(private_addresses, resolver) {
            Ok(guard) => guard,
            Err(error) => return vec![only("private_addresses").found(Err(error.to_string()))],
        };
        let dir = files.dir.as_ref().map_or(files_dir.to_owned(), |dir| base.join(dir));
        let mut looks: Vec<Look<'_>> =
            vec![Box::new(|| only("files").found(Files::new(dir).look()))];
        if let Some(one) = mail {
            let mailer = Mailer::new(one, base, &guard);
            looks.push(of(only("mail"), mailer, connects, Mailer::reach));
        }
        for (n, one) in slack.iter().enumerate() {
            let which = one_of("slack", n, &one.name);
            looks.push(of(which, Slack::new(one, base, &guard), connects, Slack::reach));
        }
        for (n, one) in webhook.iter().enumerate() {
            let which = one_of("webhook", n, &one.name);
            looks.push(of(which, Webhook::new(one, base, &guard), connects, Webhook::reach));
        }
        for (n, one) in s3.iter().enumerate() {
            let which = one_of("s3", n, &one.name);
            looks.push(of(which, Store::new(one, base, &guard), connects, Store::reach));
        }
        let mut found = side_by_side(looks);
        let names = settings.check_each_name().into_iter();
        found.extend(names.filter_map(|(kind, checked)| {
            checked.err().map(|error| only(kind).found(Err(error.to_string())))
        }));
        found
    }
}

/// What is looked at.
struct Which {
    channel: String,
    section: Vec<String>,
}

/// What there is once.
fn only(key: &str) -> Which {
    let section = ["channels", key].map(str::to_owned).to_vec();
    Which { channel: key.to_owned(), section }
}

/// One of several.
fn one_of(kind: &str, number: usize, name: &str) -> Which {
    let section = vec!["channels".to_owned(), kind.to_owned(), number.to_string()];
    Which { channel: format!("{kind} `{}`", one_line(name, 80)), section }
}

impl Which {
    fn found(self, found: Result<String, String>) -> Looked {
        let Which { channel, section } = self;
        Looked { channel, section, found }
    }
}

/// A look at one channel, as it was made of its section.
fn of<'a, C: Send + 'a>(
    which: Which,
    made: Result<C, SettingsError>,
    connects: bool,
    reach: impl FnOnce(&C) -> Result<String, Refusal> + Send + 'a,
) -> Look<'a> {
    Box::new(move || {
        which.found(match made {
            Err(error) => Err(error.to_string()),
            Ok(_) if !connects => Ok("is configured".to_owned()),
            Ok(made) => reach(&made).map_err(|refusal| refusal.to_string()),
        })
    })
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
