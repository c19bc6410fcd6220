//! Backups that have the keys, too, as far as the audit record knows.

use std::collections::BTreeMap;

use serde::Serialize;
use weir_audit::{Did, ENTRIES_MAX, Filter, Record};
use weir_domain::Timestamp;
use weir_log::DataDir;

use crate::commands::backup::{STORE, WITH_KEYS};
use crate::failure::Outcome;

/// A backup with keys that were erased since.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Copied {
    /// As `weir backup` names it.
    pub(super) place: String,
    /// When it was last made with keys.
    pub(super) at: Timestamp,
    /// Whether each vault that was ever put there stays: a folder has the last one only.
    pub(super) is_in_store: bool,
}

/// All that are known in `dir`, by place.
pub(super) fn copies(dir: &DataDir) -> Outcome<Vec<Copied>> {
    let Some(record) = Record::open(&dir.audit_file())? else { return Ok(Vec::new()) };
    let filter = Filter { did: Some(Did::BackedUp), ..Filter::default() };
    // The newest comes first, and decides for a folder.
    let mut last: BTreeMap<String, Option<Timestamp>> = BTreeMap::new();
    let mut before = None;
    loop {
        let page = record.entries(&filter, before, ENTRIES_MAX)?;
        for deed in page.deeds {
            let keyed = deed.what.strip_prefix(WITH_KEYS);
            let place = keyed.unwrap_or(&deed.what);
            let known = last.entry(place.to_owned());
            // One that failed may have put the keys, and may not have taken them out.
            match keyed {
                Some(place) if place.starts_with(STORE) => {
                    known.or_default().get_or_insert(deed.at);
                }
                Some(_) => {
                    known.or_insert(Some(deed.at));
                }
                None if deed.outcome == weir_audit::Outcome::Done.name() => {
                    known.or_insert(None);
                }
                None => {}
            }
        }
        before = page.before;
        if before.is_none() {
            break;
        }
    }
    let copies = last.into_iter().filter_map(|(place, at)| {
        let is_in_store = place.starts_with(STORE);
        Some(Copied { place, at: at?, is_in_store })
    });
    Ok(copies.collect())
}

impl Copied {
    /// What to do about it.
    pub(super) fn advice(&self) -> String {
        let Copied { place, at, is_in_store } = self;
        let then = if *is_in_store {
            ", then remove every object below keys/ but the one that its backup.json names"
        } else {
            ""
        };
        format!("{place}, at {at}, with keys that are gone here: weir backup {place}{then}")
    }
}
