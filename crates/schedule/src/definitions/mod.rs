//! The folder of definitions: what ships, and what an operator wrote or copied there.

mod check; // everything that is wrong with one
mod folder; // what lies in it
mod name; // what a definition may be called
mod save; // put there as a whole, or not at all
mod targets; // to whom it goes
mod trouble; // what is wrong with one

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use weir_report::Definition;

pub use check::{Surroundings, check};
pub use name::{NAME_CHARS_MAX, is_name};
pub use save::SaveError;
pub use targets::targets;
pub use trouble::Trouble;

use folder::Kept;
pub(crate) use folder::Stamp;

/// The longest definition that is read. A long list of recipients is a few KiB.
pub const DEFINITION_BYTES_MAX: u64 = 64 * 1024;

/// The definitions of one data directory, beside those that ship. What was read is kept until the
/// file changes: to list a thousand again costs as many looks at a file's date.
#[derive(Debug)]
pub struct Definitions {
    dir: PathBuf,
    kept: Mutex<BTreeMap<String, Kept>>,
}

/// One definition, or a file that is none.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Its name; of a file that cannot be one, the file's name.
    pub name: String,
    /// As it is written; empty where it cannot be read.
    pub text: String,
    /// Whether it is the one that ships, and none of the operator's goes before it.
    pub shipped: bool,
    /// What it says, or why that cannot be told.
    pub definition: Result<Definition, Trouble>,
}

impl Definitions {
    /// The definitions in the folder `dir`, which need not be there yet.
    #[must_use]
    pub fn at(dir: &Path) -> Definitions {
        Definitions { dir: dir.to_owned(), kept: Mutex::default() }
    }

    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Every definition, by name: an operator's own goes before a shipped one of the same name.
    /// Files that are no definitions are listed with what is wrong. Where the folder cannot be
    /// read, what was known of it stays, and an entry of its own says so.
    #[must_use]
    pub fn list(&self) -> Vec<Arc<Listed>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let trouble = folder::read(&self.dir, &mut kept).err();
        let own = kept.values().map(|kept| Arc::clone(&kept.listed));
        let mut all: BTreeMap<String, Arc<Listed>> =
            shipped().map(|listed| (listed.name.clone(), Arc::clone(listed))).collect();
        all.extend(own.map(|listed| (listed.name.clone(), listed)));
        let trouble = trouble.map(|message| {
            let name = self.dir.display().to_string();
            let definition = Err(Trouble { line: None, message });
            Arc::new(Listed { name, text: String::new(), shipped: false, definition })
        });
        trouble.into_iter().chain(all.into_values()).collect()
    }

    /// What changes when a definition comes, goes or is put in another's place; one that is written
    /// where it lies leaves it as it is.
    pub(crate) fn stamp(&self) -> Option<Stamp> {
        folder::stamp(&self.dir)
    }

    /// The definition of this name, the operator's own before the shipped one; none if there is
    /// none. What is no name finds nothing, so that it leads to no other file.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Arc<Listed>> {
        if !is_name(name) {
            return None;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let own = folder::look(&self.dir, &format!("{name}.toml"), &mut kept);
        own.or_else(|| shipped().find(|listed| listed.name == name).map(Arc::clone))
    }

    /// Writes a definition in the place of the one of this name: the new one as a whole or, if
    /// anything fails, the old one.
    ///
    /// # Errors
    /// If the name is none, if the text is no definition, or if it cannot be written.
    pub fn save(&self, name: &str, text: &str) -> Result<(), SaveError> {
        save::save(&self.dir, name, text)
    }

    /// Takes the operator's definition of this name away; false if there is none. A shipped one of
    /// the same name comes back.
    ///
    /// # Errors
    /// If the name is none, or if it cannot be taken away.
    pub fn remove(&self, name: &str) -> Result<bool, SaveError> {
        save::remove(&self.dir, name)
    }
}

/// Reads a definition.
fn read(text: &str) -> Result<Definition, Trouble> {
    Definition::read(text).map_err(|error| Trouble { line: error.line, message: error.message })
}

/// What ships, read once.
fn shipped() -> impl Iterator<Item = &'static Arc<Listed>> {
    static SHIPPED: LazyLock<Vec<Arc<Listed>>> = LazyLock::new(|| {
        let listed = |name: &str| {
            let text = Definition::shipped_text(name).unwrap_or_default().to_owned();
            Listed { name: name.to_owned(), shipped: true, definition: read(&text), text }
        };
        Definition::shipped_names().map(|name| Arc::new(listed(name))).collect()
    });
    SHIPPED.iter()
}
