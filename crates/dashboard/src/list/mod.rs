//! The list of the units behind a number: which, in which order, from where on.
//!
//! `report` says which units a number counts. Of those a list takes a slice in the order asked
//! for, holding in memory what it shows and no more, so that three million sessions cost a scan
//! and not a sort. Pages, cursors and files are slices one after another.

mod narrow; // which of the cohort's units, as the query says
mod search; // what a text leads to
mod sort; // in which order
mod slice; // so many, from some place on
mod cursor; // where the next page of the API begins
mod row; // what is shown of a unit
mod file; // the whole list as CSV

use weir_domain::{Catalogue, Timestamp, Unit};
use weir_readmodel::{Model, Row};
use weir_report::{Filters, Narrow, Query};

use crate::State;
use crate::parameters::Parameters;
use crate::problem::Problem;

pub(crate) use cursor::Cursor;
pub(crate) use file::file;
pub(crate) use narrow::number;
pub(crate) use row::{UnitRow, outcome_name};
pub(crate) use search::{Field, Search};
pub(crate) use slice::{Slice, Start};
pub(crate) use sort::{Sort, SortBy};

/// The parameters of a list besides the question's and its pages'.
pub(crate) const OWN: [&str; 14] = [
    "at_risk",
    "mark",
    "recovered_state",
    "recovered_reason",
    "weekday",
    "hour",
    "attempts",
    "time_to",
    "seconds_min",
    "seconds_below",
    "q",
    "q_in",
    "sort",
    "order",
];

/// Which units, and in which order.
#[derive(Debug, Clone)]
pub(crate) struct List {
    /// The cohort.
    pub(crate) query: Query,
    /// Which of its units.
    pub(crate) narrow: Narrow,
    /// The text that leads to them, if one does.
    pub(crate) search: Option<Search>,
    /// In which order.
    pub(crate) sort: Sort,
}

/// A list over a model whose search, if there is one, is done.
pub(crate) struct Listed<'a> {
    pub(crate) list: &'a List,
    pub(crate) model: &'a Model,
    pub(crate) catalogue: &'a Catalogue,
    /// The sessions that the search leads to, in order; none where nothing is searched for.
    pub(crate) found: Option<&'a [Row]>,
    pub(crate) threads: usize,
}

impl List {
    /// The list that the parameters ask for.
    pub(crate) fn read(parameters: &Parameters, query: Query) -> Result<List, Problem> {
        Ok(List {
            query,
            narrow: narrow::read(parameters)?,
            search: Search::read(parameters)?,
            sort: Sort::read(parameters)?,
        })
    }

    /// The sessions, of any time, that this text leads to, the latest first.
    pub(crate) fn of(search: Search, integration: String, query: Query) -> List {
        let filters = Filters { integration: vec![integration], ..Filters::default() };
        let (from, unit) = (Timestamp::from_micros(0), Unit::Session);
        let query = Query { from, to: query.as_of.plus_us(1), unit, filters, ..query };
        let sort = Sort { by: SortBy::FirstAt, descending: true };
        List { query, narrow: Narrow::default(), search: Some(search), sort }
    }

    /// The sessions that the search leads to; none where nothing is searched for.
    pub(crate) fn found(&self, state: &State) -> Result<Option<Vec<Row>>, Problem> {
        let Some(search) = &self.search else { return Ok(None) };
        let mut rows = search.sessions(state)?;
        if self.query.unit == Unit::EndUser {
            let model = state.turn()?;
            // A unit that is an end-user is known by its first session.
            rows.iter_mut().for_each(|row| *row = model.first_beside(*row));
            rows.sort_unstable();
            rows.dedup();
        }
        Ok(Some(rows))
    }

    /// What `show` makes of so many of its units from `start` on, as they are now.
    pub(crate) fn answer<T>(
        &self,
        state: &State,
        start: impl FnOnce(&Listed<'_>) -> Result<Start, Problem>,
        limit: usize,
        show: impl FnOnce(&Model, &Slice) -> T,
    ) -> Result<T, Problem> {
        let (found, catalogue) = (self.found(state)?, state.catalogue());
        let model = state.turn()?;
        let list = self.over(found.as_deref(), &model);
        let listed = Listed {
            list: &list,
            model: &model,
            catalogue: &catalogue,
            found: found.as_deref(),
            threads: state.threads,
        };
        let start = start(&listed)?;
        Ok(show(&model, &listed.slice(start, limit)))
    }

    /// The same, in no longer a range than what was found spans: the scan passes over the rest.
    fn over(&self, found: Option<&[Row]>, model: &Model) -> List {
        let mut list = self.clone();
        if let (Some(rows), true) = (found, self.query.unit == Unit::Session) {
            let first_at = || rows.iter().map(|&row| model.brief(row).first_at);
            let query = &mut list.query;
            query.from = first_at().min().unwrap_or(query.to).max(query.from);
            query.to = first_at()
                .max()
                .map_or(query.from, |last| last.plus_us(1))
                .min(query.to)
                .max(query.from);
        }
        list
    }
}
