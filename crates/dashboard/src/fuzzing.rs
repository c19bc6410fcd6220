//! What the fuzz targets reach: a query string, and a cursor, as the routes read them.

use weir_domain::Timestamp;
use weir_report::{Asked, Narrow, Query};

use crate::analysis;
use crate::groups;
use crate::list::{Cursor, List, OWN};
use crate::page::Page;
use crate::parameters::Parameters;

/// A query string, read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadQuery {
    /// The question.
    pub asked: Asked,
    /// What else it says, in order.
    pub own: Vec<(&'static str, String)>,
    /// The query string of an address that asks for the same.
    pub again: String,
}

impl ReadQuery {
    /// Reads what any page with filters, or any list of the API, takes.
    ///
    /// # Errors
    /// If it is none, with what is wrong.
    pub fn read(text: &str) -> Result<ReadQuery, String> {
        let parameters = parameters(text)?;
        let href = analysis::form(&parameters, "UTC").href(Page::Sessions);
        let again = href.split_once('?').map_or(String::new(), |(_, query)| query.to_owned());
        let own = parameters.all_own().map(|(name, value)| (name, value.to_owned())).collect();
        Ok(ReadQuery { asked: parameters.asked, own, again })
    }

    /// The same as a list of sessions: its question as of `now`, and which of its units it keeps.
    ///
    /// # Errors
    /// If a value cannot be taken, with what is wrong.
    pub fn list(text: &str, now: Timestamp) -> Result<(Query, Narrow), String> {
        let parameters = parameters(text)?;
        parameters.limit().map_err(|problem| problem.to_string())?;
        let query = parameters.asked.query(now).map_err(|error| error.as_parameter())?;
        let list = List::read(&parameters, query).map_err(|problem| problem.to_string())?;
        Ok((list.query, list.narrow))
    }
}

fn parameters(text: &str) -> Result<Parameters, String> {
    let own = [&OWN[..], &groups::OWN, &["cursor", "limit"]].concat();
    Parameters::question(text, &own).map_err(|problem| problem.to_string())
}

/// The question of the page that begins at this cursor, if it is one, and the cursor written anew.
#[must_use]
pub fn pinned(cursor: &str, query: Query) -> Option<(Query, String)> {
    let cursor = Cursor::decode(cursor)?;
    Some((cursor.pin(query), cursor.encode()))
}
