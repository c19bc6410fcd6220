//! Where the next page of a list begins: what is read as a cursor is what is written as one, and
//! whatever range it pins, the list and the report over it can be asked for.

use weir_dashboard::fuzzing::pinned;
use weir_report::{Asked, Narrow};

use crate::text;
use crate::world;

pub(super) fn run(data: &[u8]) {
    let Some(text) = text::of(data) else { return };
    let query = Asked::default().query(world::NOW).expect("the defaults are a question");
    let Some((query, again)) = pinned(text, query.clone()) else { return };
    let written = pinned(&again, query.clone()).expect("what is written is a cursor");
    assert_eq!(written, (query.clone(), again));
    world::ask(&query, &Narrow::default());
}
