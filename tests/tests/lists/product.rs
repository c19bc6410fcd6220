//! The product's model and question for the oracle's.

use std::cmp::Reverse;

use weir_domain::{Catalogue, Seq, Timestamp};
use weir_projector::fold;
use weir_readmodel::Model;
use weir_report::{Asked, CohortUnit, Narrow, Query, visit};
use weir_tests::command_line::report_args;
use weir_tests::{RawDelivery, oracle};

/// A model folded from these deliveries.
pub(crate) fn folded(log: &[RawDelivery]) -> Model {
    let mut model = Model::default();
    for delivery in log {
        let at = Timestamp::from_micros(delivery.received_at_us);
        fold(&mut model, Seq::new(delivery.seq), at, &delivery.integration, &delivery.body);
    }
    model
}

/// The question as the command line would be asked it.
pub(crate) fn question(query: &oracle::Query) -> Query {
    let args = report_args(query);
    let mut asked = Asked::default();
    for flag in args[2..].chunks(2) {
        let value = flag[1].clone();
        match flag[0].as_str() {
            "--from" => asked.from = Some(value),
            "--to" => asked.to = Some(value),
            "--as-of" => asked.as_of = Some(value),
            "--tz" => asked.tz = Some(value),
            "--unit" => asked.unit = Some(value),
            "--window" => asked.window = Some(value),
            "--bucket" => asked.bucket = Some(value),
            "--by" => asked.by = Some(value),
            "--integration" => asked.integration.push(value),
            "--feature" => asked.feature.push(value),
            "--state" => asked.state.push(value),
            "--reason" => asked.reason.push(value),
            "--outcome" => asked.outcome.push(value),
            "--format" => {}
            other => panic!("{other} is no flag of a question"),
        }
    }
    asked.query(Timestamp::from_micros(0)).expect("a question")
}

pub(crate) fn catalogue() -> Catalogue {
    Catalogue::shipped()
}

/// The units of a list, the latest first.
pub(crate) fn listed(
    model: &Model,
    query: &Query,
    narrow: &Narrow,
    threads: usize,
) -> Vec<CohortUnit> {
    let take = |units: &mut Vec<CohortUnit>, unit| units.push(unit);
    let mut units = visit(model, &catalogue(), query, narrow, threads, Vec::new, take).concat();
    units.sort_by_key(|unit| (Reverse((unit.first_at(), unit.session)), unit.attempt));
    units
}
