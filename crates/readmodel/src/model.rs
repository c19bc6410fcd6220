//! All of it, and how far it has read.

use std::fmt;

use weir_domain::{Fact, Seq, Timestamp};

use crate::chunk::{Chunk, Joined};
use crate::deliveries::Deliveries;
use crate::sessions::Sessions;
use crate::{Code, DeliveryFlags, DeliveryTally, Exits, Names, Row};

/// The facts of every session, folded from the log up to a position.
#[derive(Clone, Default)]
pub struct Model {
    pub(crate) sessions: Sessions,
    pub(crate) deliveries: Deliveries,
    pub(crate) integrations: Names,
    pub(crate) features: Names,
    /// Each prefixed with its integration's code: an end-user belongs to one integration.
    pub(crate) end_users: Names,
    pub(crate) exits: Exits,
    pub(crate) position: Seq,
    /// How many texts of each dictionary, and exits, the last checkpoint has.
    pub(crate) saved_names: [usize; 6],
}

impl PartialEq for Model {
    fn eq(&self, other: &Model) -> bool {
        let Model {
            sessions,
            deliveries,
            integrations,
            features,
            end_users,
            exits,
            position,
            saved_names: _, // a matter of the store
        } = other;
        self.position == *position
            && self.integrations == *integrations
            && self.features == *features
            && self.end_users == *end_users
            && self.exits == *exits
            && self.deliveries == *deliveries
            && self.sessions == *sessions
    }
}

/// What is known of one session.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionView {
    /// The integration's name.
    pub integration: String,
    /// The session's id.
    pub id: uuid::Uuid,
    /// The first that was not absent.
    pub feature: Option<String>,
    /// The first that was not absent: personal data.
    pub end_user_id: Option<String>,
    /// The hash of its `vendorData` ([`crate::vendor_data_hash`]); 0 for none.
    pub vendor_data: u64,
    /// The ids of its attempts, in order of first sight.
    pub attempts: Vec<uuid::Uuid>,
    /// Its facts, in order of time and place.
    pub facts: Vec<Fact>,
    /// Its deliveries, in log order, with what reading them showed.
    pub deliveries: Vec<(Seq, DeliveryFlags)>,
}

impl fmt::Debug for SessionView {
    /// Where two models differ is told to the operator: whose session it is, is not.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SessionView {
            integration,
            id,
            feature,
            end_user_id,
            vendor_data,
            attempts,
            facts,
            deliveries,
        } = self;
        let end_user = end_user_id.as_deref().map_or(0, crate::vendor_data_hash);
        f.debug_struct("SessionView")
            .field("integration", integration)
            .field("id", id)
            .field("feature", feature)
            .field("end_user_hash", &end_user)
            .field("vendor_data_hash", vendor_data)
            .field("attempts", attempts)
            .field("facts", facts)
            .field("deliveries", deliveries)
            .finish()
    }
}

/// What the projector does to the model. Each delivery ends with [`Model::record`] or
/// [`Model::quarantine`], which move the position on by one.
impl Model {
    /// The code of an integration's name.
    pub fn integration(&mut self, name: &str) -> Code {
        self.integrations.intern(name)
    }

    /// The session's row; a new one, with this first attempt, if it was never seen.
    pub fn session(&mut self, integration: Code, id: [u8; 16], attempt_id: [u8; 16]) -> Row {
        self.sessions.find_or_add(integration, id, attempt_id)
    }

    /// The number of the session's attempt with this id.
    pub fn attempt(&mut self, row: Row, id: [u8; 16]) -> u16 {
        self.sessions.attempt(row, id)
    }

    /// The numbers of `(state, reason)` pairs.
    pub fn exits_mut(&mut self) -> &mut Exits {
        &mut self.exits
    }

    /// Notes what the session belongs to, where it was not known before.
    pub fn describe(
        &mut self,
        row: Row,
        seq: Seq,
        feature: Option<&str>,
        end_user_id: Option<&str>,
    ) {
        if let Some(feature) = feature {
            let feature = self.features.intern(feature);
            self.sessions.set_feature(row, feature, seq);
        }
        if let Some(id) = end_user_id
            && !self.sessions.has_end_user(row)
        {
            let (chunk, at) = self.sessions.chunk(row);
            let end_user = self.end_users.intern(&end_user_key(chunk.integration[at], id));
            self.sessions.set_end_user(row, end_user);
        }
    }

    /// Notes the customer's own reference, where none was known before.
    pub fn refer(&mut self, row: Row, vendor_data: &str) {
        self.sessions.set_vendor_data(row, vendor_data);
    }

    /// Joins a fact to the session's.
    pub fn join(&mut self, row: Row, fact: &Fact) -> Joined {
        self.sessions.join(row, fact)
    }

    /// Notes a delivery that was read as an event of `row`.
    pub fn record(&mut self, seq: Seq, at: Timestamp, row: Row, flags: DeliveryFlags) {
        let before = self.sessions.set_last(row, seq);
        let back = if before == Seq::START { 0 } else { seq.since(before) };
        // Far enough for four billion deliveries between two of one session.
        self.push(seq, at, u32::try_from(back).unwrap_or(0), flags);
    }

    /// Notes a delivery that could not be read.
    pub fn quarantine(&mut self, seq: Seq, at: Timestamp) {
        self.push(seq, at, 0, DeliveryFlags::QUARANTINED);
    }

    fn push(&mut self, seq: Seq, at: Timestamp, back: u32, flags: DeliveryFlags) {
        // A gap can only be our own bug; better to stop than to report wrong numbers.
        assert_eq!(seq, self.position.next(), "the log has no gaps");
        self.deliveries.push(at, back, flags);
        self.position = seq;
    }

    /// Builds what finds sessions by id, if a checkpoint was loaded without it.
    pub fn ensure_index(&mut self) {
        self.sessions.ensure_index();
    }
}

/// What can be asked, besides [`Model::scan`].
impl Model {
    /// The last delivery that was folded in.
    #[must_use]
    pub fn position(&self) -> Seq {
        self.position
    }

    /// How many sessions there are.
    #[must_use]
    pub fn sessions(&self) -> usize {
        self.sessions.len()
    }

    /// The sessions as they are now, for a scan that takes its time: whoever folds need not wait for
    /// it, and changes nothing of it. It costs a pointer for each part of the scan, and the copy of a
    /// part whose sessions change while it lives.
    ///
    /// Deliveries, and what end-users are called, are not in it; no session is found by its id.
    #[must_use]
    pub fn sessions_now(&self) -> Model {
        Model {
            sessions: self.sessions.shared(),
            integrations: self.integrations.clone(),
            features: self.features.clone(),
            exits: self.exits.clone(),
            position: self.position,
            ..Model::default()
        }
    }

    /// The integrations that were seen.
    #[must_use]
    pub fn integrations(&self) -> &Names {
        &self.integrations
    }

    /// The features that were seen.
    #[must_use]
    pub fn features(&self) -> &Names {
        &self.features
    }

    /// The screens and reasons that were seen.
    #[must_use]
    pub fn exits(&self) -> &Exits {
        &self.exits
    }

    /// Counts the deliveries with `from <= received_at < to` and `received_at <= as_of`.
    #[must_use]
    pub fn tally(&self, from: Timestamp, to: Timestamp, as_of: Timestamp) -> DeliveryTally {
        self.deliveries.tally(from, to, as_of)
    }

    /// The quarantined deliveries before `before`, newest first.
    pub fn quarantined(&self, before: Seq) -> impl Iterator<Item = Seq> + '_ {
        self.deliveries.quarantined(before)
    }

    /// The sessions with this id, one for each integration that has it.
    #[must_use]
    pub fn find(&self, id: uuid::Uuid) -> Vec<Row> {
        let codes = 1..=u32::try_from(self.integrations.len()).unwrap_or(u32::MAX);
        codes.filter_map(|code| self.sessions.find(code, id.as_bytes())).collect()
    }

    /// All that is known of one session.
    #[must_use]
    pub fn view(&self, row: Row) -> SessionView {
        let (chunk, at) = self.sessions.chunk(row);
        let mut facts: Vec<_> = chunk.facts(at).collect();
        facts.sort_by_key(|fact| (fact.at, fact.seq));
        SessionView {
            integration: self.integrations.text(chunk.integration[at]).to_owned(),
            id: uuid::Uuid::from_bytes(chunk.id[at]),
            feature: self.features.get(chunk.feature[at]).map(str::to_owned),
            end_user_id: self.end_user_id(chunk, at).map(str::to_owned),
            vendor_data: chunk.vendor_data[at],
            attempts: chunk.attempt_ids(at).into_iter().map(uuid::Uuid::from_bytes).collect(),
            facts,
            deliveries: self.deliveries_of(chunk, at),
        }
    }

    fn end_user_id(&self, chunk: &Chunk, at: usize) -> Option<&str> {
        let key = self.end_users.get(chunk.end_user[at])?;
        key.split_once(KEY_SEPARATOR).map(|(_, id)| id)
    }

    pub(crate) fn deliveries_of(&self, chunk: &Chunk, at: usize) -> Vec<(Seq, DeliveryFlags)> {
        let mut found = Vec::new();
        let mut seq = Seq::new(chunk.last_seq[at]);
        while let Some((back, flags)) = self.deliveries.get(seq) {
            found.push((seq, flags));
            if back == 0 {
                break;
            }
            seq = Seq::new(seq.get().saturating_sub(u64::from(back)));
        }
        found.reverse();
        found
    }
}

const KEY_SEPARATOR: char = ' ';

pub(crate) fn end_user_key(integration: Code, id: &str) -> String {
    format!("{integration}{KEY_SEPARATOR}{id}")
}
