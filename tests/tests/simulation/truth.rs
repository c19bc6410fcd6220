//! What must hold at every instant.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use weir_domain::{Catalogue, Delivery, Seq, Timestamp};
use weir_log::{LogError, LogReader};
use weir_projector::fold;
use weir_readmodel::Model;
use weir_report::{Asked, compute, render};
use weir_schedule::{Cause, RunId, RunState, SendingState};
use weir_tests::command_line::report_args;
use weir_tests::streams::queries;
use weir_tests::{Query, RawDelivery, abandonment, assert_same};

use crate::life::{Life, Outside};
use crate::parts::{FIRES, OVER};

/// All that the log holds: dense, and each seal holds.
pub(crate) fn logged(life: &Life) -> Vec<Delivery> {
    let mut reader = LogReader::open(&life.dir).unwrap();
    let verified = reader.verify(|_| ()).unwrap();
    assert_eq!(verified.finding, None, "the seals hold");
    assert_eq!(verified.head.last, life.log.head());
    let mut logged = Vec::new();
    reader
        .read(Seq::START, u64::MAX, |row| {
            logged.push(row.to_recorded().delivery);
            Ok::<_, LogError>(())
        })
        .unwrap();
    assert_eq!(logged.len() as u64, life.log.head().get(), "the sequence is dense");
    logged
}

/// The model that is served is the log folded from zero.
pub(crate) fn the_model_is_a_fold(life: &Life, log: &[Delivery]) {
    life.catch_up();
    let mut zero = Model::default();
    for (delivery, seq) in log.iter().zip(1..) {
        let Delivery { received_at, origin, body } = delivery;
        fold(&mut zero, Seq::new(seq), *received_at, &origin.integration, body);
    }
    let differences = life.served.lock().unwrap().model.differences(&zero, 5);
    assert!(differences.is_empty(), "{differences:#?}");
}

/// Random questions are answered as the oracle answers them. The answers go into `digest`.
pub(crate) fn reports_are_the_oracles(
    life: &Life,
    log: &[Delivery],
    seed: u64,
    digest: &mut Sha256,
) -> u64 {
    let raw: Vec<_> = log
        .iter()
        .zip(1..)
        .map(|(delivery, seq)| RawDelivery {
            seq,
            received_at_us: delivery.received_at.as_micros(),
            integration: delivery.origin.integration.clone(),
            body: delivery.body.clone(),
        })
        .collect();
    if raw.is_empty() {
        return 0;
    }
    let asked = queries(seed, &raw, 2);
    for query in &asked {
        let question = question(query).query(Timestamp::from_micros(query.as_of_us)).unwrap();
        let served = life.served.lock().unwrap();
        let report = compute(&served.model, &Catalogue::shipped(), &question, 1).unwrap();
        let json = render::json(&report);
        assert_same(&serde_json::from_str(&json).unwrap(), &abandonment(&raw, query));
        digest.update(json);
    }
    asked.len() as u64
}

/// The oracle's query in the words of the product.
fn question(query: &Query) -> Asked {
    let args = report_args(query);
    let mut asked = Asked::default();
    for pair in args[2..].chunks(2) {
        let value = pair[1].clone();
        match pair[0].as_str() {
            "--from" => asked.from = Some(value),
            "--to" => asked.to = Some(value),
            "--as-of" => asked.as_of = Some(value),
            "--tz" => asked.tz = Some(value),
            "--unit" => asked.unit = Some(value),
            "--window" => asked.window = Some(value),
            "--bucket" => asked.bucket = Some(value),
            "--integration" => asked.integration.push(value),
            "--feature" => asked.feature.push(value),
            "--state" => asked.state.push(value),
            "--reason" => asked.reason.push(value),
            "--outcome" => asked.outcome.push(value),
            "--by" => asked.by = Some(value),
            "--format" => {}
            other => panic!("{other} is no parameter of a report"),
        }
    }
    asked
}

/// Nobody got a run twice, and no instant was run twice.
pub(crate) fn nothing_is_sent_twice(life: &Life, outside: &Outside) {
    let arrived = outside.post.arrived.lock().unwrap();
    let once: BTreeSet<_> = arrived.iter().collect();
    assert_eq!(once.len(), arrived.len(), "somebody got a run twice");
    let mut runs = life.ledger.runs(None, None, usize::MAX >> 1).unwrap();
    runs.retain(|run| run.cause == Cause::Scheduled);
    let instants: BTreeSet<_> = runs.iter().map(|run| (&run.name, run.scheduled_at)).collect();
    assert_eq!(instants.len(), runs.len(), "an instant was run twice");
}

/// In the end every run is over, each instant had one or is told of, and what is said is so. The story
/// goes into `digest`.
pub(crate) fn all_is_over(life: &Life, outside: &Outside, digest: &mut Sha256) -> u64 {
    let arrived = outside.post.arrived.lock().unwrap().clone();
    let mut runs = life.ledger.runs(None, None, usize::MAX >> 1).unwrap();
    runs.reverse();
    for summary in &runs {
        assert!(summary.state.is_over(), "{summary:?}");
        assert!(summary.state != RunState::Failed || summary.trouble.is_some(), "{summary:?}");
        let run = life.ledger.run(summary.id).unwrap().unwrap();
        digest.update(format!(
            "{:?} {} {} {}\n",
            run.summary.id,
            summary.name,
            summary.scheduled_at,
            summary.state.name()
        ));
        for sending in &run.sendings {
            assert!(sending.state.is_over(), "{sending:?}");
            let came = arrived.contains(&(summary.id.0, sending.target.clone()));
            if sending.state == SendingState::Delivered {
                assert!(came, "it is said to be delivered: {sending:?}");
            } else {
                assert!(sending.trouble.is_some(), "{sending:?}");
            }
            digest.update(format!("  {} {}\n", sending.target, sending.state.name()));
        }
    }
    runs.retain(|run| run.cause == Cause::Scheduled && run.name == "hourly");
    runs.sort_by_key(|run| run.scheduled_at);
    for pair in runs.windows(2) {
        let hours = pair[1].scheduled_at.since_us(pair[0].scheduled_at) / 3_600_000_000;
        let told = format!("{} runs before it were missed", hours - 1);
        let is_told = pair[1]
            .note
            .as_ref()
            .is_some_and(|note| note.starts_with(&told) || hours == 2 && note.contains("missed"));
        assert!(hours == 1 || is_told, "{pair:?}");
    }
    runs.len() as u64
}

/// The alert told in turns that it fires and that it is over, whatever became of the process in between;
/// whoever got a message got that one; and in the end, when nobody comes any more, it is over.
pub(crate) fn alarms_take_turns(life: &Life, outside: &Outside, name: &str) -> u64 {
    let mut runs = life.ledger.runs(Some(name), None, usize::MAX >> 1).unwrap();
    runs.sort_by_key(|run| run.scheduled_at);
    let is_told = |run: &RunId| !life.ledger.run(*run).unwrap().unwrap().sendings.is_empty();
    let told: Vec<_> = runs.into_iter().map(|run| run.id).filter(is_told).collect();
    let subjects = outside.post.subjects.lock().unwrap();
    for (turn, run) in told.iter().enumerate() {
        let wanted = [FIRES, OVER][turn % 2];
        for (_, subject) in subjects.iter().filter(|(of, _)| *of == run.0) {
            assert_eq!(subject, wanted, "message {turn} of the alert, run {run}");
        }
    }
    assert!(told.len().is_multiple_of(2), "it fired {} times and is not over", told.len());
    let alerts = life.ledger.alerts().unwrap();
    let standing = &alerts.iter().find(|alert| alert.name == name).unwrap().standing;
    assert!(!standing.state.is_firing(), "{standing:?}");
    told.len() as u64
}
