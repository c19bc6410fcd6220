//! The promises of the fold: order, repetition, cuts and restarts change no report.
#![allow(missing_docs, clippy::expect_used)]

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use weir_domain::{Catalogue, Delivery, Origin, Seq, Timestamp};
use weir_log::{DataDir, Lock, Log, LogReader};
use weir_projector::{Event, Projector, fold, rebuild};
use weir_readmodel::{Model, vendor_data_hash};
use weir_report::{Asked, compute, render};
use weir_tests::{RawDelivery, streams::stream};

/// Questions that together touch every column.
fn questions() -> Vec<Asked> {
    let base = Asked {
        from: Some("2020-01-01".into()),
        to: Some("2028-01-01".into()),
        as_of: Some("2028-01-01T00:00:00Z".into()),
        bucket: Some("month".into()),
        ..Asked::default()
    };
    let unit = |unit: &str, by: &str, tz: &str| Asked {
        unit: Some(unit.into()),
        by: Some(by.into()),
        tz: Some(tz.into()),
        ..base.clone()
    };
    vec![
        unit("session", "attempts", "UTC"),
        unit("attempt", "integration", "Europe/Tallinn"),
        unit("end_user", "hour", "Asia/Kathmandu"),
        Asked { as_of: Some("2025-06-01T00:00:00Z".into()), ..unit("session", "feature", "UTC") },
        Asked { as_of: Some("2025-06-01T00:00:00Z".into()), ..unit("end_user", "outcome", "UTC") },
    ]
}

/// How many of the questions, from the first, are asked as of an instant after the whole log.
const NOW: usize = 3;

/// Every report of the model, as bytes.
fn reports(model: &Model) -> Vec<String> {
    let now = "2028-01-01T00:00:00Z".parse().expect("an instant");
    questions()
        .iter()
        .map(|asked| asked.query(now).expect("a question"))
        .map(|query| compute(model, &Catalogue::shipped(), &query, 2).expect("a report"))
        .map(|report| render::json(&report))
        .collect()
}

/// The same without what counts deliveries, which repetition may change.
fn reports_of_units(model: &Model) -> Vec<serde_json::Value> {
    reports(model)
        .iter()
        .map(|json| {
            let mut report: serde_json::Value = serde_json::from_str(json).expect("JSON");
            let quality = report["data_quality"].as_object_mut().expect("an object");
            for name in
                ["deliveries", "repeats", "quarantined", "unknown_codes", "action_mismatches"]
            {
                quality.remove(name);
            }
            report
        })
        .collect()
}

/// A model folded from these deliveries, in this order.
fn folded<'a>(log: impl IntoIterator<Item = &'a RawDelivery>) -> Model {
    let mut model = Model::default();
    for (delivery, seq) in log.into_iter().zip(1..) {
        let at = Timestamp::from_micros(delivery.received_at_us);
        fold(&mut model, Seq::new(seq), at, &delivery.integration, &delivery.body);
    }
    model
}

fn delivery(raw: &RawDelivery) -> Delivery {
    Delivery {
        received_at: Timestamp::from_micros(raw.received_at_us),
        origin: Arc::new(Origin::imported(&raw.integration)),
        body: raw.body.clone(),
    }
}

/// A log in which what the log's order decides is settled by the deliveries themselves: every
/// instant is its own, and a session has one feature and one end-user throughout.
fn orderless(seed: u64) -> Vec<RawDelivery> {
    let mut log = stream(seed);
    for (delivery, n) in log.iter_mut().zip(0..) {
        delivery.received_at_us = delivery.received_at_us / 1_000 * 1_000 + n;
        let Ok(mut body) = serde_json::from_slice::<serde_json::Value>(&delivery.body) else {
            continue;
        };
        let (Some(id), true) = (body["id"].as_str(), body.is_object()) else { continue };
        // Two sessions in three have an end-user, shared by those whose ids end alike.
        let end = id.chars().next_back().unwrap_or('0').to_ascii_lowercase();
        body["feature"] = "selfid".into();
        body["endUserId"] =
            if end.is_ascii_digit() { serde_json::Value::Null } else { end.to_string().into() };
        delivery.body = body.to_string().into_bytes();
    }
    let mut times: Vec<_> = log.iter().map(|delivery| delivery.received_at_us).collect();
    times.sort_unstable();
    times.dedup();
    assert_eq!(times.len(), log.len(), "every instant is its own");
    log
}

/// A data directory whose log holds these deliveries.
struct Kept {
    dir: DataDir,
    lock: Lock,
    log: Log,
    _temp: tempfile::TempDir,
}

impl Kept {
    fn empty() -> Kept {
        let temp = tempfile::tempdir().expect("a folder");
        let dir = DataDir::at(&temp.path().join("data"));
        let lock = dir.lock("test").expect("a lock");
        let log = Log::open(&dir, &lock).expect("a log");
        Kept { dir, lock, log, _temp: temp }
    }

    fn append(&mut self, raw: &[RawDelivery]) {
        self.log.append(&raw.iter().map(delivery).collect::<Vec<_>>()).expect("an append");
    }

    /// Starts a projector, lets it catch up and save, and stops it.
    fn restart(&self) -> Model {
        let mut projector = Projector::open(&self.dir, &self.lock, 2).expect("a projector");
        projector.catch_up(|_, _| ()).expect("a fold");
        projector.live().model().clone()
    }
}

/// `WEIR_SEED` repeats a run.
fn config() -> ProptestConfig {
    let seed = std::env::var("WEIR_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(rand::random);
    println!("WEIR_SEED={seed}");
    ProptestConfig {
        cases: 24,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_order_of_the_log_changes_no_report(
        seed in any::<u64>(),
        mut order in prop::collection::vec(any::<u32>(), 400),
    ) {
        let log = orderless(seed);
        order.resize(log.len(), 0);
        let mut shuffled: Vec<_> = log.iter().zip(order).collect();
        shuffled.sort_by_key(|(_, key)| *key);
        let shuffled = folded(shuffled.into_iter().map(|(delivery, _)| delivery));
        let log = folded(&log);
        prop_assert_eq!(&reports(&shuffled)[..NOW], &reports(&log)[..NOW]);
        // As of a past instant, which of two alike is the repeat is for the log's order to say.
        prop_assert_eq!(reports_of_units(&shuffled), reports_of_units(&log));
    }

    #[test]
    fn repetition_changes_no_report_of_units(
        seed in any::<u64>(),
        again in prop::collection::vec((any::<prop::sample::Index>(), 0..1_000_000_000_i64), 1..60),
    ) {
        let log = stream(seed);
        let mut repeated = log.clone();
        for (which, later_us) in again {
            let mut copy = which.get(&log).clone();
            copy.received_at_us += later_us;
            repeated.push(copy);
        }
        prop_assert_eq!(reports_of_units(&folded(&repeated)), reports_of_units(&folded(&log)));
    }

    #[test]
    fn a_snapshot_and_its_tail_are_the_whole_log_however_it_is_cut(
        seed in any::<u64>(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
    ) {
        let log = stream(seed);
        let want = folded(&log);
        let mut places: Vec<_> = cuts.iter().map(|cut| cut.index(log.len())).collect();
        places.push(log.len());
        places.sort_unstable();
        let mut kept = Kept::empty();
        let mut before = 0;
        for place in places {
            kept.append(&log[before..place]);
            before = place;
            let model = kept.restart();
            prop_assert_eq!(model.position(), Seq::new(place as u64));
        }
        let model = kept.restart();
        prop_assert_eq!(want.differences(&model, 3), Vec::<String>::new());
        prop_assert_eq!(reports(&model), reports(&want));

        let rebuilt = rebuild(&kept.dir, &kept.lock, 2, |_, _| ()).expect("a rebuild");
        prop_assert!(rebuilt.compared);
        prop_assert_eq!(rebuilt.differences, Vec::<String>::new());
        prop_assert_eq!(reports(&kept.restart()), reports(&want));
        let verified = LogReader::open(&kept.dir).expect("a log").verify(|_| ()).expect("a reading");
        prop_assert_eq!(verified.finding, None);
    }
}

/// The first `vendorData` of each session in log order, and the sessions that have it.
fn by_reference(log: &[RawDelivery]) -> BTreeMap<String, Vec<(String, String)>> {
    let mut first: BTreeMap<(String, String), String> = BTreeMap::new();
    for delivery in log {
        let Ok(event) = Event::parse(&delivery.body) else { continue };
        if let Some(reference) = event.vendor_data {
            let session = (delivery.integration.clone(), event.session.to_string());
            first.entry(session).or_insert_with(|| reference.into_owned());
        }
    }
    let mut found: BTreeMap<String, Vec<_>> = BTreeMap::new();
    first.into_iter().for_each(|(session, text)| found.entry(text).or_default().push(session));
    found
}

#[test]
fn sessions_are_found_by_their_reference_after_a_restart_too() {
    let mut log: Vec<_> = (6..12).flat_map(stream).collect();
    for (n, delivery) in log.iter_mut().enumerate().filter(|(n, _)| n % 3 != 0) {
        let Ok(mut body) = serde_json::from_slice::<serde_json::Value>(&delivery.body) else {
            continue;
        };
        if body.is_object() {
            body["vendorData"] = ["", "order 7", "ekraan õ"][n % 3].into();
            delivery.body = body.to_string().into_bytes();
        }
    }
    let mut kept = Kept::empty();
    kept.append(&log);
    drop(kept.restart());
    let model = kept.restart();
    let want = by_reference(&log);
    assert!(1 < want.len());
    for (text, sessions) in want {
        let rows = model.sessions_with_vendor_data(vendor_data_hash(&text));
        let views = rows.into_iter().map(|row| model.view(row));
        let mut got: Vec<_> = views.map(|view| (view.integration, view.id.to_string())).collect();
        got.sort();
        assert_eq!(got, sessions, "{text}");
    }
}

#[test]
fn a_read_model_of_another_log_is_not_believed() {
    let (mut ours, mut other) = (Kept::empty(), Kept::empty());
    ours.append(&stream(1));
    other.append(&stream(2));
    other.append(&stream(3));
    drop(other.restart());
    std::fs::copy(other.dir.read_file(), ours.dir.read_file()).expect("a copy");
    assert_eq!(reports(&ours.restart()), reports(&folded(&stream(1))));
}

#[test]
fn a_damaged_read_model_is_folded_again() {
    let mut kept = Kept::empty();
    kept.append(&stream(4));
    let want = reports(&kept.restart());
    let size = std::fs::metadata(kept.dir.read_file()).expect("a file").len();
    for damage in [0, 4_096, size / 2] {
        let mut bytes = std::fs::read(kept.dir.read_file()).expect("a file");
        let at = usize::try_from(damage).expect("a place");
        for byte in bytes.iter_mut().skip(at).take(3_000) {
            *byte = 0xA5;
        }
        std::fs::write(kept.dir.read_file(), bytes).expect("a file");
        let rebuilt = rebuild(&kept.dir, &kept.lock, 2, |_, _| ()).expect("a rebuild");
        assert!(damage != 0 || !rebuilt.compared, "a file without its head is not believed");
        assert_eq!(reports(&kept.restart()), want, "damage at {damage}");
    }
}

#[test]
fn a_model_of_another_fold_is_served_until_the_log_is_folded_again() {
    let mut kept = Kept::empty();
    kept.append(&stream(5));
    let want = reports(&kept.restart());
    let fold_version = |sql: &str| -> u32 {
        let conn = rusqlite::Connection::open(kept.dir.read_file()).expect("a read model");
        conn.execute_batch(sql).expect("a change");
        conn.query_row("SELECT fold_version FROM checkpoint", [], |row| row.get(0)).expect("a row")
    };
    assert_eq!(fold_version("UPDATE checkpoint SET fold_version = 99"), 99);

    let projector = Projector::open(&kept.dir, &kept.lock, 2).expect("a projector");
    let live = projector.live();
    assert_eq!(reports(&live.model()), want, "the old answers are there from the start");
    // Nobody will commit any more: it folds the log again, saves, and ends.
    let (_, committed) = crossbeam_channel::bounded::<()>(1);
    projector.run(&committed).expect("a fold");
    assert_eq!(reports(&live.model()), want);
    assert_eq!(fold_version(""), weir_projector::FOLD_VERSION);
}
