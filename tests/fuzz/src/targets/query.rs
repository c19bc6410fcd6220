//! The parameters of pages and of the API: what is read is what is written again, and whatever can
//! be asked is answered or refused.

use weir_dashboard::fuzzing::ReadQuery;

use crate::text;
use crate::world;

pub(super) fn run(data: &[u8]) {
    let Some(text) = text::of(data) else { return };
    let Ok(read) = ReadQuery::read(text) else { return };
    let again = ReadQuery::read(&read.again).expect("an address of ours is read");
    assert_eq!(again, read, "{}", read.again);
    let _ = read.asked.query(world::NOW).map_err(|error| (error.as_flag(), error.as_parameter()));
    if let Ok((query, narrow)) = ReadQuery::list(text, world::NOW) {
        assert_eq!(ReadQuery::list(&read.again, world::NOW), Ok((query.clone(), narrow.clone())));
        world::ask(&query, &narrow);
    }
}
