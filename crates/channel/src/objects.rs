//! Objects below a prefix of one store, put and fetched at the asker's word.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use weir_domain::Clock;

use crate::guard::Guard;
use crate::s3::Store;
use crate::template::Template;
use crate::{Refusal, Settings, SettingsError, SystemResolver};

/// How often what may pass is tried.
const TRIES: u32 = 4;

/// The pause before the second try; each one after it is twice as long.
const PAUSE: Duration = Duration::from_secs(1);

/// A place in a store of the configuration, `[[channels.s3]]`. It is spoken to as when a report is
/// sent there: the addresses checked and pinned, without redirects and proxies.
pub struct Objects {
    store: Store,
    below: String,
    clock: Arc<dyn Clock>,
}

impl Objects {
    /// What lies below the path `below` in the store that is called `name`. Relative paths of the
    /// configuration are below `base`.
    ///
    /// # Errors
    /// A sentence that names the key that is wrong, and says what to do.
    pub fn new(
        settings: &Settings,
        name: &str,
        below: &str,
        base: &Path,
        clock: Arc<dyn Clock>,
    ) -> Result<Objects, SettingsError> {
        settings.check_names()?;
        let found = settings.s3.iter().find(|store| store.name == name).ok_or_else(|| {
            SettingsError::new(format!(
                "no [[channels.s3]] of the configuration is called `{}`; add it, or name one that \
                 is there",
                crate::words::one_line(name, 80)
            ))
        })?;
        let below = below.trim_matches('/');
        Template::read(&format!("{below}/x")).map_err(|error| {
            SettingsError::new(format!("`{below}` is no place in a store: {error}"))
        })?;
        let guard = Guard::new(&settings.private_addresses, Arc::new(SystemResolver))?;
        Ok(Objects { store: Store::new(found, base, &guard)?, below: below.to_owned(), clock })
    }

    /// Puts the file at `path` at `key`, in the place of what may be there: all of it or nothing.
    ///
    /// # Errors
    /// Why the store did not take it, after some tries, and what to do.
    pub fn put(&self, key: &str, path: &Path) -> Result<(), String> {
        self.tried(|| self.store.replace(&self.key(key), path, self.clock.now()))
    }

    /// Writes what is at `key` into the file at `into`. False, if nothing is there.
    ///
    /// # Errors
    /// Why it could not be had, after some tries, and what to do.
    pub fn fetch(&self, key: &str, into: &Path) -> Result<bool, String> {
        self.tried(|| self.store.fetch(&self.key(key), into, self.clock.now()))
    }

    fn key(&self, key: &str) -> String {
        format!("{}/{key}", self.below)
    }

    /// Does it again where the store said, or nobody could say, that it may pass.
    fn tried<T>(&self, once: impl Fn() -> Result<T, Refusal>) -> Result<T, String> {
        let mut pause = PAUSE;
        for _ in 1..TRIES {
            match once() {
                Err(Refusal::Transient { retry_after, .. }) => {
                    std::thread::sleep(retry_after.unwrap_or(pause).min(PAUSE * 30));
                    pause *= 2;
                }
                ended => return ended.map_err(|refusal| refusal.to_string()),
            }
        }
        once().map_err(|refusal| refusal.to_string())
    }
}

impl fmt::Debug for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Objects")
            .field("store", &self.store)
            .field("below", &self.below)
            .finish_non_exhaustive()
    }
}
