//! What the log has of somebody.

use std::collections::{BTreeMap, BTreeSet};

use weir_domain::Seq;
use weir_log::LogReader;
use weir_privacy::{Kind, Pseudonym, Stored, Vault, skeleton};
use weir_projector::{Event, fold};
use weir_readmodel::Model;

use super::progress;
use super::whom::{Whom, opened_for};
use crate::failure::Outcome;

/// One way through the log.
pub(super) struct Look {
    /// Up to where.
    pub(super) head: Seq,
    /// What it folds to.
    pub(super) model: Model,
    /// Deliveries that name them, sealed.
    pub(super) deliveries: u64,
    /// Sessions of these deliveries.
    pub(super) sessions: BTreeSet<String>,
    /// Deliveries of which a value of theirs opens.
    pub(super) opens: u64,
    /// Deliveries in which the value stands unsealed.
    pub(super) in_plain: Vec<Seq>,
    /// Bodies and values of another kind than a text that have the value within: nobody asked for
    /// them by name, and they tell it.
    pub(super) around: BTreeSet<Pseudonym>,
    /// Texts of other fields or people that have the value within, each with a delivery.
    pub(super) in_others: BTreeMap<Pseudonym, (Kind, Seq)>,
}

/// Folds the log up to `head`, and looks for `whom`.
pub(super) fn look(
    reader: &mut LogReader,
    head: Seq,
    vault: Option<&Vault>,
    whom: &Whom,
) -> Outcome<Look> {
    let mut look = Look {
        head,
        model: Model::default(),
        deliveries: 0,
        sessions: BTreeSet::new(),
        opens: 0,
        in_plain: Vec::new(),
        around: BTreeSet::new(),
        in_others: BTreeMap::new(),
    };
    let pseudonyms = whom.pseudonyms();
    let mut progress = progress(head);
    reader.read(Seq::START, head.get(), |row| -> Outcome {
        progress.at(row.seq.get(), head.get());
        fold(&mut look.model, row.seq, row.received_at, &row.origin.integration, row.body);
        look.row(row.seq, row.body, vault, whom, &pseudonyms)
    })?;
    progress.finish();
    Ok(look)
}

impl Look {
    fn row(
        &mut self,
        seq: Seq,
        stored: &[u8],
        vault: Option<&Vault>,
        whom: &Whom,
        pseudonyms: &BTreeSet<Pseudonym>,
    ) -> Outcome {
        let found =
            |bytes: &[u8]| whom.needles().is_some_and(|needles| needles.find(bytes).is_some());
        let is_in_plain = skeleton(stored).is_some_and(found);
        if is_in_plain {
            self.in_plain.push(seq);
        }
        let parts: Vec<(Kind, Pseudonym, bool)> = match Stored::read(stored) {
            Stored::Plain(_) => return Ok(()),
            Stored::Whole(whole) => vec![(Kind::Body, whole.pseudonym, false)],
            Stored::Sealed(sealed) => {
                let parts = sealed.parts.iter();
                parts.map(|part| (part.kind, part.pseudonym, part.is_text())).collect()
            }
        };
        if parts.iter().any(|(_, pseudonym, _)| pseudonyms.contains(pseudonym)) {
            self.deliveries += 1;
            if let Ok(event) = Event::parse(stored) {
                self.sessions.insert(event.session.to_string());
            }
        }
        let Some(vault) = vault.filter(|_| !is_in_plain) else { return Ok(()) };
        // Of nearly all there is nothing to be found in any part.
        if !found(&vault.open_body(stored)?.body) {
            return Ok(());
        }
        for (kind, pseudonym, is_text) in parts {
            let theirs = pseudonyms.contains(&pseudonym);
            if !theirs && self.in_others.contains_key(&pseudonym) {
                continue;
            }
            let opened = opened_for(vault, stored, |one| one == pseudonym)?;
            if !found(&opened) {
                continue;
            }
            match () {
                () if theirs => self.opens += 1,
                () if is_text => {
                    self.in_others.insert(pseudonym, (kind, seq));
                }
                () => {
                    self.around.insert(pseudonym);
                }
            }
        }
        Ok(())
    }
}
