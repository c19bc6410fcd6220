//! Where the next page of a list begins.
//!
//! It names the last unit that was given, so that units which arrive meanwhile shift nothing, and
//! it pins the range and the instant of asking, so that every page answers the same question.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;
use weir_domain::Timestamp;
use weir_readmodel::Model;
use weir_report::{CohortUnit, Query};

use super::{Listed, Start};

/// Where the next page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The pinned range's start.
    pub(crate) from: Timestamp,
    /// Its end.
    pub(crate) to: Timestamp,
    /// The pinned instant of asking.
    pub(crate) as_of: Timestamp,
    /// The number of the last unit that was given among its session's attempts, where it is one.
    pub(crate) attempt: Option<u16>,
    /// Its session.
    pub(crate) id: Uuid,
    /// The session's integration.
    pub(crate) integration: String,
}

/// A later form of cursor begins with another number.
const VERSION: &str = "2";

impl Cursor {
    /// The place after `unit` of a list that asks `query`.
    pub(crate) fn after(unit: &CohortUnit, model: &Model, query: &Query) -> Cursor {
        let session = model.brief(unit.session);
        Cursor {
            from: query.from,
            to: query.to,
            as_of: query.as_of,
            attempt: unit.attempt,
            id: session.id,
            integration: session.integration.to_owned(),
        }
    }

    /// The same question, at the instants that the first page was asked at.
    pub(crate) fn pin(&self, query: Query) -> Query {
        Query { from: self.from, to: self.to, as_of: self.as_of, ..query }
    }

    /// Where the list goes on; none if it does not have the unit.
    pub(crate) fn start(&self, listed: &Listed<'_>) -> Option<Start> {
        let mut rows = listed.model.find(self.id).into_iter();
        let row = rows.find(|&row| listed.model.brief(row).integration == self.integration)?;
        listed.unit(row, self.attempt).map(Start::Unit)
    }

    /// The cursor as an opaque text.
    pub(crate) fn encode(&self) -> String {
        let Cursor { from, to, as_of, attempt, id, integration } = self;
        let [from, to, as_of] = [from, to, as_of].map(|instant| instant.as_micros());
        let attempt = attempt.map_or_else(|| "-".to_owned(), |attempt| attempt.to_string());
        URL_SAFE_NO_PAD
            .encode(format!("{VERSION} {from} {to} {as_of} {attempt} {id} {integration}"))
    }

    /// The cursor that was encoded so; none if it never was one.
    pub(crate) fn decode(text: &str) -> Option<Cursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let mut parts = text.splitn(7, ' ');
        if parts.next()? != VERSION {
            return None;
        }
        let mut instant = || parts.next()?.parse().ok().map(Timestamp::from_micros);
        let (from, to, as_of) = (instant()?, instant()?, instant()?);
        let attempt = match parts.next()? {
            "-" => None,
            number => Some(number.parse().ok()?),
        };
        let (id, integration) = (parts.next()?.parse().ok()?, parts.next()?.to_owned());
        // No list of ours ends before it begins.
        (from <= to).then_some(Cursor { from, to, as_of, attempt, id, integration })
    }
}

#[cfg(test)]
mod tests {
    use super::Cursor;
    use weir_domain::Timestamp;

    #[test]
    fn a_cursor_reads_back() {
        for attempt in [None, Some(3)] {
            let cursor = Cursor {
                from: Timestamp::from_micros(-5),
                to: Timestamp::MAX,
                as_of: Timestamp::from_micros(7),
                attempt,
                id: uuid::Uuid::from_u128(12),
                integration: "an integration with spaces".to_owned(),
            };
            let text = cursor.encode();
            assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
            assert_eq!(Cursor::decode(&text), Some(cursor));
        }
    }

    #[test]
    fn a_range_that_ends_before_it_begins_is_no_cursors() {
        let at = Timestamp::from_micros;
        let id = uuid::Uuid::from_u128(12);
        let integration = "main".to_owned();
        let cursor =
            Cursor { from: at(5), to: at(4), as_of: at(6), attempt: None, id, integration };
        assert_eq!(Cursor::decode(&cursor.encode()), None);
    }

    #[test]
    fn anything_else_is_no_cursor() {
        for text in ["", "x", "MQ", "MSAyIDM", "%%%", "4pyT4pyT"] {
            assert_eq!(Cursor::decode(text), None, "{text}");
        }
    }
}
