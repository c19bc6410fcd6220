//! The sessions beside one: those of the same end-user, and those with the same reference.

use serde::Serialize;
use utoipa::ToSchema;
use weir_report::Query;

use super::Session;
use crate::State;
use crate::list::{Field, List, Search, Start, UnitRow};
use crate::problem::Problem;

/// How many of each are told.
const NEIGHBOURS_MAX: usize = 20;

/// The sessions beside one, in its integration.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Neighbours {
    /// Those of the same end-user.
    pub(crate) end_user: Beside,
    /// Those with the same `vendorData`.
    pub(crate) vendor_data: Beside,
}

/// Sessions that have something in common.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Beside {
    /// How many have it in all, this one among them; 0 where this one has none.
    pub(crate) count: usize,
    /// The latest others, up to 20.
    pub(crate) sessions: Vec<UnitRow>,
}

impl Neighbours {
    /// The sessions beside `session`, as of the query's instant.
    pub(crate) fn of(
        state: &State,
        session: &Session,
        query: &Query,
    ) -> Result<Neighbours, Problem> {
        let beside = |field, text: &Option<String>| match text {
            None => Ok(Beside::default()),
            Some(text) => {
                let search = Search { text: text.clone(), field: Some(field) };
                Beside::of(state, session, search, query)
            }
        };
        Ok(Neighbours {
            end_user: beside(Field::EndUserId, &session.end_user_id)?,
            vendor_data: beside(Field::VendorData, &session.vendor_data)?,
        })
    }
}

impl Beside {
    fn of(
        state: &State,
        session: &Session,
        search: Search,
        query: &Query,
    ) -> Result<Beside, Problem> {
        let list = List::of(search, session.integration.clone(), query.clone());
        // One more than is told: the session itself may be among them.
        list.answer(
            state,
            |_| Ok(Start::After(0)),
            NEIGHBOURS_MAX + 1,
            |model, slice| {
                let rows = slice.units.iter().map(|unit| UnitRow::of(model, unit));
                let others = rows.filter(|row| row.id != session.id).take(NEIGHBOURS_MAX);
                Beside { count: slice.count, sessions: others.collect() }
            },
        )
    }
}
