//! Stores beside the log that cannot be worked with, and what is off until they are mended. Deliveries
//! are taken and counted all the same.

use serde::Serialize;
use utoipa::ToSchema;

use crate::State;

/// What is off without `access.db`.
pub const WITHOUT_PEOPLE: &str = "nobody is let in until this is mended and Weir is started again";
/// What is off without `schedule.db`.
pub const WITHOUT_LEDGER: &str =
    "no report is sent and no alert judged until this is mended and Weir is started again";
/// What is off without `audit.db`.
pub const WITHOUT_RECORD: &str = "nobody signs in, sees a session, takes anything along or changes \
     anything until this is mended";

/// A store that cannot be worked with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct LostStore {
    /// Its file in the data directory.
    pub(crate) store: &'static str,
    /// What is off, what is wrong, and what to do.
    pub(crate) reason: String,
}

impl State {
    /// Those that cannot be worked with now.
    pub(crate) fn stores_lost(&self) -> Vec<LostStore> {
        let people = self.access.store.lost().map(|lost| lost.without_folder.clone());
        let ledger = self.schedules.ledger.lost().map(|lost| lost.without_folder.clone());
        [
            ("access.db", WITHOUT_PEOPLE, people),
            ("audit.db", WITHOUT_RECORD, self.audit.trouble()),
            ("schedule.db", WITHOUT_LEDGER, ledger),
        ]
        .into_iter()
        .filter_map(|(store, off, why)| Some(LostStore { store, reason: said(off, &why?) }))
        .collect()
    }
}

/// What is off and why, in one sentence.
pub(crate) fn said(off: &str, why: &str) -> String {
    format!("{off}: {why}")
}
