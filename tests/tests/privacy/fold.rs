//! A sealed log folds as a plain one, without a key, and after an erasure as before.

use std::sync::Arc;

use weir_domain::{Catalogue, Delivery, Origin, Seq, Timestamp};
use weir_privacy::{Keyring, Kind, Stored, Vault};
use weir_projector::{Event, fold};
use weir_readmodel::Model;
use weir_report::{Asked, compute, render};
use weir_tests::streams::stream;

const SEEDS: std::ops::Range<u64> = 0..40;

fn group(seed: u64) -> Vec<Delivery> {
    let deliveries = stream(seed).into_iter().map(|raw| Delivery {
        received_at: Timestamp::from_micros(raw.received_at_us),
        origin: Arc::new(Origin::imported(&raw.integration)),
        body: raw.body,
    });
    deliveries.collect()
}

fn folded(group: &[Delivery]) -> Model {
    let mut model = Model::default();
    for (delivery, seq) in group.iter().zip(1..) {
        let Delivery { received_at, origin, body } = delivery;
        fold(&mut model, Seq::new(seq), *received_at, &origin.integration, body);
    }
    model
}

/// Reports by every unit, as bytes.
fn reports(model: &Model) -> Vec<String> {
    let now = "2028-01-01T00:00:00Z".parse().expect("an instant");
    ["session", "attempt", "end_user"]
        .map(|unit| Asked {
            from: Some("2020-01-01".into()),
            to: Some("2028-01-01".into()),
            as_of: Some("2028-01-01T00:00:00Z".into()),
            unit: Some(unit.into()),
            by: Some("outcome".into()),
            bucket: Some("month".into()),
            ..Asked::default()
        })
        .map(|asked| asked.query(now).expect("a question"))
        .map(|query| compute(model, &Catalogue::shipped(), &query, 2).expect("a report"))
        .map(|report| render::json(&report))
        .to_vec()
}

#[test]
fn a_sealed_log_reports_what_the_plain_one_does_and_opens_to_it() {
    let dir = tempfile::tempdir().expect("there is room for a folder");
    let now = Timestamp::from_micros(0);
    let (mut sealed_count, mut whole_count) = (0, 0);
    for seed in SEEDS {
        let vault = Vault::open(&dir.path().join(format!("{seed}.db"))).expect("a vault");
        let mut ring = Keyring::of(vault).expect("a vault that reads");
        let plain = group(seed);
        let sealed = ring.seal(&plain, now).expect("a vault that writes");
        for (plain, sealed) in plain.iter().zip(&sealed) {
            let opened = ring.vault().open_body(&sealed.body).expect("a vault that reads");
            assert_eq!(opened.body, plain.body, "seed {seed}");
            let form = Stored::read(&sealed.body);
            sealed_count += u64::from(matches!(form, Stored::Sealed(_)));
            if matches!(form, Stored::Whole(_)) {
                whole_count += 1;
                assert!(
                    Event::parse(&plain.body).is_err(),
                    "seed {seed}: an event is sealed as a whole"
                );
            }
        }
        assert_eq!(reports(&folded(&sealed)), reports(&folded(&plain)), "seed {seed}");
    }
    assert!(100 < sealed_count && 10 < whole_count, "{sealed_count} {whole_count}");
}

#[test]
fn an_erasure_changes_no_report_and_a_late_resend_counts_as_before() {
    let dir = tempfile::tempdir().expect("there is room for a folder");
    let now = Timestamp::from_micros(0);
    let mut erased_count = 0;
    for seed in SEEDS {
        let vault = Vault::open(&dir.path().join(format!("{seed}.db"))).expect("a vault");
        let mut ring = Keyring::of(vault).expect("a vault that reads");
        let plain = group(seed);
        let (early, late) = plain.split_at(plain.len() / 2);
        let mut sealed = ring.seal(early, now).expect("a vault that writes");
        // Everybody who can be is erased; then the rest comes, which is of the same people, mostly.
        let vault = ring.vault();
        let named = early.iter().filter_map(|delivery| Event::parse(&delivery.body).ok());
        let subjects = named.filter_map(|event| {
            let end_user = event.end_user_id?;
            vault.subject(Kind::EndUser, end_user.as_bytes()).expect("a vault that reads")
        });
        let subjects = subjects.fold(Vec::new(), |mut all, one| {
            if !all.contains(&one) {
                all.push(one);
            }
            all
        });
        vault.erase(&subjects, now).expect("a vault that writes");
        erased_count += subjects.len();
        assert_eq!(reports(&folded(&sealed)), reports(&folded(early)), "seed {seed}");
        sealed.extend(ring.seal(late, now).expect("a vault that writes"));
        assert_eq!(reports(&folded(&sealed)), reports(&folded(&plain)), "seed {seed}");
    }
    assert!(20 < erased_count, "{erased_count}");
}
