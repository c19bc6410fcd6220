//! Where the next page of a list of sessions begins.
//!
//! It names the last unit that was given, so that units which arrive meanwhile shift nothing, and
//! it pins the range and the instant of asking, so that every page answers the same question.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;
use weir_domain::Timestamp;
use weir_report::Query;

/// Where the next page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The pinned range's start.
    pub(crate) from: Timestamp,
    /// Its end.
    pub(crate) to: Timestamp,
    /// The pinned instant of asking.
    pub(crate) as_of: Timestamp,
    /// When the last unit that was given began.
    pub(crate) first_at: Timestamp,
    /// How many units of its session that began then were given: attempts can begin as one.
    pub(crate) given: usize,
    /// Its session.
    pub(crate) id: Uuid,
    /// The session's integration.
    pub(crate) integration: String,
}

/// A later form of cursor begins with another number.
const VERSION: &str = "1";

impl Cursor {
    /// The same question, at the instants that the first page was asked at.
    pub(crate) fn pin(&self, query: Query) -> Query {
        Query { from: self.from, to: self.to, as_of: self.as_of, ..query }
    }

    /// The cursor as an opaque text.
    pub(crate) fn encode(&self) -> String {
        let Cursor { from, to, as_of, first_at, given, id, integration } = self;
        let [from, to, as_of, first_at] =
            [from, to, as_of, first_at].map(|instant| instant.as_micros());
        URL_SAFE_NO_PAD
            .encode(format!("{VERSION} {from} {to} {as_of} {first_at} {given} {id} {integration}"))
    }

    /// The cursor that was encoded so; none if it never was one.
    pub(crate) fn decode(text: &str) -> Option<Cursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let mut parts = text.splitn(8, ' ');
        if parts.next()? != VERSION {
            return None;
        }
        let mut instant = || parts.next()?.parse().ok().map(Timestamp::from_micros);
        let (from, to, as_of, first_at) = (instant()?, instant()?, instant()?, instant()?);
        Some(Cursor {
            from,
            to,
            as_of,
            first_at,
            given: parts.next()?.parse().ok()?,
            id: parts.next()?.parse().ok()?,
            integration: parts.next()?.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Cursor;
    use weir_domain::Timestamp;

    #[test]
    fn a_cursor_reads_back() {
        let cursor = Cursor {
            from: Timestamp::from_micros(-5),
            to: Timestamp::MAX,
            as_of: Timestamp::from_micros(7),
            first_at: Timestamp::from_micros(0),
            given: 3,
            id: uuid::Uuid::from_u128(12),
            integration: "an integration with spaces".to_owned(),
        };
        let text = cursor.encode();
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        assert_eq!(Cursor::decode(&text), Some(cursor));
    }

    #[test]
    fn anything_else_is_no_cursor() {
        for text in ["", "x", "MQ", "MSAyIDM", "%%%", "4pyT4pyT"] {
            assert_eq!(Cursor::decode(text), None, "{text}");
        }
    }
}
