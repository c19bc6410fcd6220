//! The catalogue, which an operator may change while others read it.

mod entry; // one entry, as a form or a program writes it

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use weir_domain::{Catalogue, Overlay};
use weir_log::{DataDir, LogError};

pub(crate) use entry::{Draft, Kind, VALUE_CHARS_MAX};

/// The catalogue as it is now, and the two that it is made of.
#[derive(Debug)]
pub struct CatalogueCell {
    /// The shipped one with the configured one over it.
    base: Catalogue,
    now: RwLock<Now>,
    /// Held for the whole of a change, so that one change cannot undo another.
    changing: Mutex<()>,
}

#[derive(Debug, Clone)]
struct Now {
    own: Arc<Overlay>,
    all: Arc<Catalogue>,
}

impl CatalogueCell {
    /// Holds `base`, with `own` laid over it: what operators changed.
    #[must_use]
    pub fn new(base: Catalogue, own: Overlay) -> CatalogueCell {
        let now = RwLock::new(Now::of(&base, own));
        CatalogueCell { base, now, changing: Mutex::default() }
    }

    /// The catalogue as it is now.
    #[must_use]
    pub fn get(&self) -> Arc<Catalogue> {
        self.now().all
    }

    /// What lies below what operators changed.
    pub(crate) fn base(&self) -> &Catalogue {
        &self.base
    }

    /// What operators changed.
    pub(crate) fn own(&self) -> Arc<Overlay> {
        self.now().own
    }

    /// Changes what operators lay over: `change` is given the base and what is laid over it. It is
    /// in the data directory before anybody reads it, so that a restart changes no number.
    ///
    /// # Errors
    /// If it cannot be written; nothing is changed then.
    pub(crate) fn change<T>(
        &self,
        dir: &DataDir,
        change: impl FnOnce(&Catalogue, &mut Overlay) -> T,
    ) -> Result<T, LogError> {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.own();
        let mut own = Overlay::clone(&before);
        let done = change(&self.base, &mut own);
        if own != *before {
            dir.replace_catalogue(&own.to_toml())?;
            let next = Now::of(&self.base, own);
            *self.now.write().unwrap_or_else(PoisonError::into_inner) = next;
        }
        Ok(done)
    }

    fn now(&self) -> Now {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Now {
    fn of(base: &Catalogue, own: Overlay) -> Now {
        Now { all: Arc::new(base.clone().under(&own)), own: Arc::new(own) }
    }
}

#[cfg(test)]
mod tests {
    use weir_domain::{Catalogue, Evidence, Overlay, Screen};
    use weir_log::DataDir;

    use super::CatalogueCell;

    fn screen(state: &str) -> Screen {
        Screen {
            state: state.to_owned(),
            label: state.to_uppercase(),
            stage: None,
            order: None,
            description: String::new(),
            evidence: Evidence::Operator,
        }
    }

    #[test]
    fn entries_that_are_changed_at_once_are_all_kept() {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::at(folder.path());
        let cell = CatalogueCell::new(Catalogue::shipped(), Overlay::default());
        std::thread::scope(|scope| {
            for who in 0..4 {
                let (cell, dir) = (&cell, &dir);
                scope.spawn(move || {
                    for n in 0..20 {
                        let entry = screen(&format!("screen {who} {n}"));
                        cell.change(dir, |base, own| own.put_screen(base, entry)).unwrap();
                    }
                });
            }
        });
        assert_eq!(cell.get().screens().count(), 29 + 80);
        let stored = std::fs::read_to_string(dir.catalogue_file()).unwrap();
        assert_eq!(Overlay::read(&stored).unwrap(), *cell.own());
    }

    #[test]
    fn what_cannot_be_written_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::at(&folder.path().join("nowhere"));
        let cell = CatalogueCell::new(Catalogue::shipped(), Overlay::default());
        cell.change(&dir, |base, own| own.put_screen(base, screen("x"))).unwrap_err();
        assert_eq!(*cell.get(), Catalogue::shipped());
        assert!(cell.own().is_empty());
    }

    #[test]
    fn a_change_to_what_is_there_already_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::at(folder.path());
        let cell = CatalogueCell::new(Catalogue::shipped(), Overlay::default());
        cell.change(&dir, |_, own| own.remove_screen("x")).unwrap();
        assert!(!dir.catalogue_file().exists());
    }
}
