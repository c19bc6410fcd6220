//! However many threads share the work, the answer is one.

use weir_domain::{Fact, FactKind, Seq, Timestamp};
use weir_readmodel::{DeliveryFlags, Model};
use weir_report::{Asked, Mark, Narrow, Query, compute, profile, render};

use crate::product::{catalogue, listed};

/// Enough for several parts of the model.
const SESSIONS: u64 = 40_000;
const MINUTE_US: i64 = 60_000_000;
const BEGIN_US: i64 = 1_767_225_600_000_000;

/// Sessions that begin a minute apart, go every way, and take from seconds to days.
fn model() -> Model {
    let mut model = Model::default();
    let integration = model.integration("main");
    let mut seq = Seq::START;
    for n in 0..SESSIONS {
        let id = u128::from(n).to_be_bytes();
        let row = model.session(integration, id, id);
        let begin = Timestamp::from_micros(BEGIN_US + n.cast_signed() * MINUTE_US);
        let took_us = (n % 1_009).pow(2).cast_signed() * 300_000;
        let exit = |n: u64| (format!("screen {}", n % 23), format!("reason {}", n % 5));
        let mut facts = vec![(FactKind::Started, begin)];
        if n % 4 < 2 {
            let (state, reason) = exit(n);
            let exit = model.exits_mut().intern(Some(&state), Some(&reason));
            facts.push((FactKind::Cancel(exit), begin.plus_us(took_us)));
        }
        if n % 4 == 1 || n % 4 == 2 {
            facts.push((FactKind::Submitted, begin.plus_us(2 * took_us)));
        }
        for (kind, at) in facts {
            seq = seq.next();
            model.join(row, &Fact { kind, attempt: 0, at, seq });
            model.record(seq, at, row, DeliveryFlags::default());
        }
    }
    model
}

fn question(by: &str) -> Query {
    let asked = Asked {
        from: Some("2026-01-01".into()),
        to: Some("2026-03-01".into()),
        as_of: Some("2026-03-01T00:00:00Z".into()),
        tz: Some("Europe/Tallinn".into()),
        by: Some(by.into()),
        ..Asked::default()
    };
    asked.query(Timestamp::from_micros(BEGIN_US)).expect("a question")
}

#[test]
fn however_many_threads_share_the_work_the_answer_is_one() {
    let (model, catalogue, query) = (model(), catalogue(), question("hour"));
    assert!(2 < model.parts());
    let report =
        |threads| render::json(&compute(&model, &catalogue, &query, threads).expect("a report"));
    let below = |threads| profile(&model, &catalogue, &query, threads).expect("a profile");
    let narrow = Narrow { mark: Some(Mark::Recovered), ..Narrow::default() };
    let list = |threads| listed(&model, &query, &narrow, threads);
    assert!(1_000 < list(1).len());
    assert_eq!(report(4), report(1));
    assert_eq!(below(4), below(1));
    assert_eq!(list(4), list(1));
}
