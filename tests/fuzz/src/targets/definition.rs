//! A report with a name: what is read is what is written again; what is wrong is said in one line,
//! with its place; and what it asks and when it is due can be told at any instant.
//!
//! The input is the definition, a line `---`, and an instant.

use weir_domain::Timestamp;
use weir_report::Definition;
use weir_schedule::When;

use crate::text;

pub(super) fn run(data: &[u8]) {
    let Some(input) = text::of(data) else { return };
    let (toml, instant) = text::halves(input);
    let definition = match Definition::read(toml) {
        Ok(definition) => definition,
        Err(error) => {
            let said = error.to_string();
            assert!(!said.chars().any(char::is_control), "more than a line: {said:?}");
            let lines = toml.matches('\n').count() + 1;
            assert!(error.line.is_none_or(|line| (1..=lines).contains(&line)), "{said}");
            return;
        }
    };
    let written = definition.to_toml();
    assert_eq!(Definition::read(&written).as_ref(), Ok(&definition), "{written}");
    let at = instant.trim().parse().unwrap_or(Timestamp::from_micros(1_780_272_000_000_000));
    if let Ok(query) = definition.query(at, "Europe/Tallinn") {
        assert!(query.from < query.to, "{query:?}");
    }
    let Some(timing) = &definition.schedule else { return };
    if let Ok(when) = When::parse(&timing.when) {
        let written = when.to_string();
        assert_eq!(When::parse(&written).as_ref(), Ok(&when), "{written}");
        if let Some(due) = when.after(at) {
            assert!(at < due, "{written}: {due} is not after {at}");
        }
    }
}
