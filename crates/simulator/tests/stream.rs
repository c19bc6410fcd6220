//! The stream: one seed, one order, however it is taken.

use weir_domain::Timestamp;
use weir_simulator::{Scenario, Sent};

const HOUR_US: i64 = 3_600_000_000;

/// Three days with some 3 000 deliveries.
fn three_days(seed: u64) -> Scenario {
    let from = at("2026-01-05T00:00:00Z");
    Scenario::realistic(seed, from, from.plus_us(72 * HOUR_US), 300.0)
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn all(scenario: &Scenario) -> Vec<Sent> {
    scenario.deliveries().collect()
}

/// FNV-1a over instants, integrations and bodies.
fn checksum(deliveries: &[Sent]) -> u64 {
    let eat = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    deliveries.iter().fold(0xcbf2_9ce4_8422_2325, |hash, sent| {
        let hash = sent.at.as_micros().to_le_bytes().iter().fold(hash, eat);
        sent.body.iter().fold(eat(hash, &(sent.integration as u8)), eat)
    })
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    assert_eq!(all(&three_days(1)), all(&three_days(1)));
}

#[test]
fn another_seed_gives_other_bytes() {
    assert_ne!(all(&three_days(1)), all(&three_days(2)));
}

/// The bytes of another machine: this test must hold on all of them. A change of the model changes
/// the number; then write the new one here.
#[test]
fn the_bytes_are_the_same_everywhere() {
    let deliveries = all(&three_days(1));
    assert_eq!((deliveries.len(), checksum(&deliveries)), (2_920, 17_252_247_741_173_146_791));
}

#[test]
fn deliveries_are_ordered_by_time_and_start_in_the_scenario() {
    let scenario = three_days(1);
    let deliveries = all(&scenario);
    assert!(deliveries.len() > 2_000, "{}", deliveries.len());
    assert!(deliveries.is_sorted_by_key(|sent| sent.at));
    assert!(deliveries[0].at >= scenario.from);
}

#[test]
fn drained_to_an_instant_and_continued_is_the_same_as_in_one_go() {
    let scenario = three_days(1);
    let whole = all(&scenario);
    for hours in [0, 1, 35, 71, 80] {
        let now = scenario.from.plus_us(hours * HOUR_US);
        let mut deliveries = scenario.deliveries();
        let history: Vec<Sent> = deliveries.take_until(now).collect();
        assert!(history.iter().all(|sent| sent.at < now));
        let next_at = deliveries.peek_at();
        let live: Vec<Sent> = deliveries.collect();
        assert_eq!(next_at, live.first().map(|sent| sent.at));
        assert!(live.iter().all(|sent| sent.at >= now));
        assert_eq!([history, live].concat(), whole, "at {hours} h");
    }
}

#[test]
fn a_scenario_without_an_end_begins_like_one_with_an_end() {
    let bounded = three_days(1);
    let endless = Scenario { until: Timestamp::MAX, ..bounded.clone() };
    let end = bounded.until;
    let begins: Vec<Sent> = endless.deliveries().take_until(end).collect();
    assert_eq!(begins, bounded.deliveries().take_until(end).collect::<Vec<_>>());
    assert!(endless.deliveries().take_until(end.plus_us(HOUR_US)).count() > begins.len());
}

#[test]
fn deliveries_stop_where_they_are_told_to() {
    let scenario = three_days(1);
    let stop = scenario.from.plus_us(30 * HOUR_US);
    let stopped = Scenario { deliver_until: stop, ..scenario.clone() };
    assert_eq!(all(&stopped), scenario.deliveries().take_until(stop).collect::<Vec<_>>());
    let mut rest = stopped.deliveries();
    assert!(rest.by_ref().last().is_some_and(|sent| sent.at < stop));
    assert_eq!((rest.peek_at(), rest.next()), (None, None));
}

#[test]
fn the_network_changes_no_session() {
    let troubled = three_days(1);
    let calm = Scenario {
        resend_share: 0.0,
        disorder_share: 0.0,
        loss_share: 0.0,
        misnamed_share: 0.0,
        unreadable_share: 0.0,
        ..troubled.clone()
    };
    let bodies = |scenario: &Scenario| {
        let mut bodies: Vec<_> = scenario.deliveries().map(|sent| sent.body).collect();
        bodies.sort();
        bodies.dedup();
        bodies
    };
    // Only resends and delays: the same set of bodies.
    let late = Scenario { resend_share: 0.3, disorder_share: 0.5, ..calm.clone() };
    assert_eq!(bodies(&late), bodies(&calm));
    assert!(late.deliveries().count() > calm.deliveries().count() * 5 / 4);
    // Losses only take away.
    let lossy = Scenario { loss_share: 0.1, ..calm.clone() };
    let told = bodies(&calm);
    assert!(bodies(&lossy).iter().all(|body| told.binary_search(body).is_ok()));
}

#[test]
fn deliveries_can_go_to_another_thread() {
    let mut deliveries = three_days(1).deliveries();
    let elsewhere = std::thread::spawn(move || deliveries.next());
    assert!(elsewhere.join().is_ok_and(|sent| sent.is_some()));
}

#[test]
fn nobody_comes_where_nobody_is_expected() {
    let nobody = Scenario { sessions_per_day: 0.0, ..three_days(1) };
    assert_eq!(all(&nobody), []);
    let over = Scenario { until: nobody.from, sessions_per_day: 300.0, ..nobody };
    assert_eq!(all(&over), []);
}

#[test]
fn every_integration_has_its_part_and_the_first_the_most() {
    let scenario = Scenario { integrations: 3, ..three_days(1) };
    let mut counts = [0; 3];
    for sent in scenario.deliveries() {
        counts[sent.integration] += 1;
    }
    assert!(counts[0] > counts[1] && counts[1] > counts[2] && counts[2] > 0, "{counts:?}");
    let none = Scenario { integrations: 0, ..scenario };
    assert!(none.deliveries().all(|sent| sent.integration == 0));
}
