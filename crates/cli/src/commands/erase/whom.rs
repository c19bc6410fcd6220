//! The subjects that are asked for.

use std::collections::BTreeSet;

use weir_domain::Seq;
use weir_log::LogReader;
use weir_privacy::{Found, Key, Kind, Needles, Pseudonym, Stored, Subject, Vault, open_body};
use weir_projector::Event;

use super::Args;
use super::look::Look;
use crate::failure::{Failure, Outcome};

/// Whom to erase.
pub(super) struct Whom {
    /// What they are known by: it must be nowhere.
    pub(super) values: BTreeSet<String>,
    /// Those of whom there are keys.
    pub(super) subjects: Vec<Subject>,
    /// Those of whom there are none any more: they were erased before, perhaps by somebody who was cut
    /// off before it was proved.
    pub(super) gone: BTreeSet<(Kind, Pseudonym)>,
    /// The session that was asked for, if one was.
    pub(super) session: Option<String>,
    needles: Option<Needles>,
    grown: bool,
}

impl Whom {
    pub(super) fn of(
        args: &Args,
        vault: Option<&Vault>,
        reader: &mut LogReader,
        head: Seq,
    ) -> Outcome<Whom> {
        let session = args.session.map(|id| id.to_string());
        let (values, subjects, gone) = (BTreeSet::new(), Vec::new(), BTreeSet::new());
        let mut whom = Whom { values, subjects, gone, session, needles: None, grown: false };
        let asked = [(Kind::EndUser, &args.end_user), (Kind::VendorData, &args.vendor_data)];
        for (kind, value) in asked {
            let Some(value) = value else { continue };
            if value.is_empty() {
                return Err(Failure::call("the value is empty; nobody has it"));
            }
            whom.values.insert(value.clone());
            if let Some(vault) = vault {
                whom.subjects.extend(vault.subject(kind, value.as_bytes())?);
                let gone = vault.erased(kind, value.as_bytes())?;
                whom.gone.extend(gone.map(|pseudonym| (kind, pseudonym)));
            }
        }
        whom.add_named_by_session(vault, reader, head)?;
        whom.needles = whom.needles_with(&[]);
        Ok(whom)
    }

    /// Whom the deliveries of the session name, sealed or in plain.
    fn add_named_by_session(
        &mut self,
        vault: Option<&Vault>,
        reader: &mut LogReader,
        head: Seq,
    ) -> Outcome {
        let Some(session) = &self.session else { return Ok(()) };
        let mut named = BTreeSet::new();
        let mut is_there = false;
        reader.read(Seq::START, head.get(), |row| -> Outcome {
            let Ok(event) = Event::parse(row.body) else { return Ok(()) };
            if event.session.to_string() != *session {
                return Ok(());
            }
            is_there = true;
            let Stored::Sealed(sealed) = Stored::read(row.body) else {
                self.values.extend(event.end_user_id.map(std::borrow::Cow::into_owned));
                self.values.extend(event.vendor_data.map(std::borrow::Cow::into_owned));
                return Ok(());
            };
            named.extend(sealed.parts.iter().map(|part| (part.kind, part.pseudonym)));
            if let Some(vault) = vault {
                let opened = vault.open_body(row.body)?;
                if let Ok(event) = Event::parse(&opened.body) {
                    let is_withheld = |value: &str| {
                        opened.withheld.iter().any(|one| one.pseudonym.to_string() == value)
                    };
                    for value in [event.end_user_id, event.vendor_data].into_iter().flatten() {
                        if !is_withheld(&value) {
                            self.values.insert(value.into_owned());
                        }
                    }
                }
            }
            Ok(())
        })?;
        if !is_there {
            return Err(Failure::call(format!("the log has no session {session}")));
        }
        if let Some(vault) = vault {
            for (kind, pseudonym) in named {
                match vault.subject_of(pseudonym)? {
                    Some(subject) => self.subjects.push(subject),
                    None => {
                        self.gone.insert((kind, pseudonym));
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes what cannot be told from them along: bodies and values of another kind than a text that
    /// have the value within.
    pub(super) fn add(&mut self, look: &Look, vault: Option<&Vault>) -> Outcome {
        let Some(vault) = vault else { return Ok(()) };
        for pseudonym in &look.around {
            self.subjects.extend(vault.subject_of(*pseudonym)?);
            self.grown = true;
        }
        Ok(())
    }

    pub(super) fn has_grown(&self) -> bool {
        self.grown
    }

    pub(super) fn needles(&self) -> Option<&Needles> {
        self.needles.as_ref()
    }

    /// The values and these keys.
    pub(super) fn needles_with(&self, keys: &[Key]) -> Option<Needles> {
        Needles::of(self.values.iter().map(String::as_str), keys)
    }

    pub(super) fn pseudonyms(&self) -> BTreeSet<Pseudonym> {
        let subjects = self.subjects.iter().map(|subject| subject.pseudonym);
        subjects.chain(self.gone.iter().map(|&(_, pseudonym)| pseudonym)).collect()
    }
}

/// The body with the values of one subject alone opened.
pub(super) fn opened_for(
    vault: &Vault,
    stored: &[u8],
    only: impl Fn(Pseudonym) -> bool,
) -> Outcome<Vec<u8>> {
    let opened = open_body(stored, |_, pseudonym, period| {
        if only(pseudonym) {
            vault.find(pseudonym, period)
        } else {
            Ok(Found::Absent(weir_privacy::Absence::NoKey))
        }
    })?;
    Ok(opened.body.into_owned())
}
