//! Sessions by what leads to them: an attempt, an end-user, a reference of the customer's.

use uuid::Uuid;
use weir_domain::{Seq, Timestamp};

use crate::chunk::Chunk;
use crate::model::end_user_key;
use crate::sessions::EndUser;
use crate::{Code, DeliveryFlags, Model, Names, Row};

/// What a list shows of a session, without its facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brief<'a> {
    /// Its integration's name.
    pub integration: &'a str,
    /// Its id.
    pub id: Uuid,
    /// When its first fact was received: from then on it exists.
    pub first_at: Timestamp,
}

impl Model {
    /// The sessions of the end-user with this id, in every integration that has one.
    #[must_use]
    pub fn sessions_of_end_user(&self, id: &str) -> Vec<Row> {
        let integrations = 1..=u32::try_from(self.integrations.len()).unwrap_or(u32::MAX);
        integrations
            .filter_map(|integration| self.end_users.find(&end_user_key(integration, id)))
            .flat_map(|end_user| self.sessions.of_end_user(end_user))
            .collect()
    }

    /// What a list shows of this session.
    #[must_use]
    pub fn brief(&self, row: Row) -> Brief<'_> {
        let (chunk, at) = self.sessions.chunk(row);
        Brief {
            integration: self.integrations.text(chunk.integration[at]),
            id: Uuid::from_bytes(chunk.id[at]),
            first_at: Timestamp::from_micros(chunk.first_at_us[at]),
        }
    }

    /// The code of the session's integration.
    #[must_use]
    pub fn integration_of(&self, row: Row) -> Code {
        let (chunk, at) = self.sessions.chunk(row);
        chunk.integration[at]
    }

    /// The id of the session's attempt of this number; nil if it has none.
    #[must_use]
    pub fn attempt_id(&self, row: Row, number: u16) -> Uuid {
        let (chunk, at) = self.sessions.chunk(row);
        let id = match number {
            0 => Some(chunk.attempt_id[at]),
            _ => chunk.attempt_ids(at).get(usize::from(number)).copied(),
        };
        id.map_or(Uuid::nil(), Uuid::from_bytes)
    }

    /// The session's deliveries, in log order.
    #[must_use]
    pub fn deliveries(&self, row: Row) -> Vec<Seq> {
        let (chunk, at) = self.sessions.chunk(row);
        self.deliveries_of(chunk, at).into_iter().map(|(seq, _)| seq).collect()
    }

    /// What reading this delivery showed; none if it is not folded yet.
    #[must_use]
    pub fn flags(&self, seq: Seq) -> Option<DeliveryFlags> {
        self.deliveries.get(seq).map(|(_, flags)| flags)
    }

    /// The sessions with an attempt of this id, in order of first sight.
    #[must_use]
    pub fn sessions_with_attempt(&self, id: Uuid) -> Vec<Row> {
        let id = id.as_bytes();
        self.rows_where(|chunk, at| {
            chunk.attempt_id[at] == *id
                || (1 < chunk.attempts(at) && chunk.attempt_ids(at).contains(id))
        })
    }

    /// The sessions of this session's end-user, itself among them; none if it has no end-user.
    #[must_use]
    pub fn sessions_beside(&self, row: Row) -> Vec<Row> {
        let (chunk, at) = self.sessions.chunk(row);
        match chunk.end_user[at] {
            Names::NONE => Vec::new(),
            end_user => self.sessions.of_end_user(end_user).collect(),
        }
    }

    /// The first session of this session's end-user; itself if it has no end-user. A unit that is
    /// an end-user is known by it.
    #[must_use]
    pub fn first_beside(&self, row: Row) -> Row {
        let (chunk, at) = self.sessions.chunk(row);
        let number = chunk.end_user[at].checked_sub(1);
        let end_user = number.and_then(|number| self.sessions.end_users.get(number as usize));
        end_user.map_or(row, |EndUser { first, .. }| Row(*first))
    }

    /// The sessions whose `vendorData` has this hash, in order of first sight. Another text may
    /// have it too: hold them against the log.
    #[must_use]
    pub fn sessions_with_vendor_data(&self, hash: u64) -> Vec<Row> {
        if hash == 0 {
            return Vec::new();
        }
        self.rows_where(|chunk, at| chunk.vendor_data[at] == hash)
    }

    fn rows_where(&self, is_it: impl Fn(&Chunk, usize) -> bool) -> Vec<Row> {
        let mut found = Vec::new();
        let mut first = 0_u32;
        for chunk in &self.sessions.chunks {
            let rows = (first..).zip(0..chunk.len());
            found.extend(rows.filter(|(_, at)| is_it(chunk, *at)).map(|(row, _)| Row(row)));
            first += u32::try_from(chunk.len()).unwrap_or(u32::MAX);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use weir_domain::{Fact, FactKind, Seq, Timestamp};

    use crate::{DeliveryFlags, Model, vendor_data_hash};

    /// A model of these sessions: integration, end-user, `vendorData`.
    fn model(sessions: &[(&str, Option<&str>, Option<&str>)]) -> Model {
        let mut model = Model::default();
        for (&(integration, end_user, vendor_data), n) in sessions.iter().zip(1_u8..) {
            let (seq, at) = (Seq::new(n.into()), Timestamp::from_micros(n.into()));
            let integration = model.integration(integration);
            let row = model.session(integration, [n; 16], [n; 16]);
            model.describe(row, seq, None, end_user);
            if let Some(vendor_data) = vendor_data {
                model.refer(row, vendor_data);
                model.refer(row, "a later one does not count");
            }
            model.join(row, &Fact { kind: FactKind::Started, attempt: 0, at, seq });
            model.record(seq, at, row, DeliveryFlags::default());
        }
        model
    }

    fn numbers(rows: &[crate::Row]) -> Vec<u32> {
        rows.iter().map(|row| row.0).collect()
    }

    #[test]
    fn sessions_are_found_by_end_user_and_by_reference() {
        let (ann, ben) = (Some("ann"), Some("ben"));
        let model = model(&[
            ("main", ann, Some("order 1")),
            ("main", ben, None),
            ("test", ann, Some("order 1")),
            ("main", ann, Some("order 2")),
            ("main", None, None),
        ]);
        let by_reference =
            |text: &str| numbers(&model.sessions_with_vendor_data(vendor_data_hash(text)));
        assert_eq!(by_reference("order 1"), [0, 2]);
        assert_eq!(by_reference("order 3"), [] as [u32; 0]);
        assert_eq!(by_reference("a later one does not count"), [] as [u32; 0]);
        assert_eq!(model.sessions_with_vendor_data(0), []);
        assert_eq!(numbers(&model.sessions_of_end_user("ann")), [0, 3, 2]);
        assert_eq!(model.sessions_of_end_user("1 ann"), []);
        let rows = model.sessions_of_end_user("ann");
        assert_eq!(numbers(&model.sessions_beside(rows[1])), [0, 3]);
        assert_eq!(model.first_beside(rows[1]), rows[0]);
        let alone = model.find(Uuid::from_bytes([5; 16]))[0];
        assert_eq!((model.sessions_beside(alone), model.first_beside(alone)), (vec![], alone));
    }

    #[test]
    fn a_session_is_found_by_any_of_its_attempts() {
        let mut model = model(&[("main", None, None), ("main", None, None)]);
        let row = model.sessions_with_attempt(Uuid::from_bytes([2; 16]))[0];
        let attempt = model.attempt(row, [9; 16]);
        let (seq, at) = (Seq::new(3), Timestamp::from_micros(3));
        model.join(row, &Fact { kind: FactKind::Started, attempt, at, seq });
        model.record(seq, at, row, DeliveryFlags::default());
        assert_eq!(model.sessions_with_attempt(Uuid::from_bytes([9; 16])), [row]);
        assert_eq!(model.sessions_with_attempt(Uuid::from_bytes([3; 16])), []);
        assert_eq!(model.deliveries(row), [Seq::new(2), seq]);
        let brief = model.brief(row);
        assert_eq!((brief.integration, brief.first_at.as_micros()), ("main", 2));
    }

    #[test]
    fn another_reference_is_a_difference_that_tells_no_text() {
        let of = |reference| model(&[("main", Some("ann@example.com"), Some(reference))]);
        let differences = of("secret one").differences(&of("secret two"), 3);
        assert_eq!(differences.len(), 1, "{differences:?}");
        assert!(differences[0].starts_with("session 01010101-"), "{differences:?}");
        assert!(!differences[0].contains("secret") && !differences[0].contains("ann@"));
    }
}
