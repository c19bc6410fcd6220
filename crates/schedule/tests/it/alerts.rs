//! Alerts: told once, held back in quiet hours, acknowledged, judged once for each instant.

use std::sync::atomic::Ordering;

use weir_report::{Silence, SilenceVerdict};
use weir_schedule::alert::Standing;
use weir_schedule::{LedgerError, RunState, SaidAlarm};

use crate::world::{HOUR_US, World, at};

fn alert(quiet: &str) -> String {
    format!(
        "title = \"Drop-off\"\nrange = \"previous day\"\n\
         [schedule]\nwhen = \"daily 02:00 UTC\"\n\
         [alert]\non = \"drop_off_rate\"\nabove = 0.3\nmargin = 0.05\nmatured = \"1h\"\n{quiet}\n\
         [[recipient]]\nmail = [\"a@example.com\"]\n"
    )
}

fn subjects(world: &World) -> Vec<String> {
    let arrived = world.post.arrived.lock().unwrap();
    arrived.iter().map(|(_, _, subject)| subject.clone()).collect()
}

fn day(world: &mut World, day: u32, abandoned: u64) {
    world.engine.abandoned.store(abandoned, Ordering::Relaxed);
    world.tick_at(&format!("2026-05-{day:02}T02:00:00Z"));
}

#[test]
fn it_is_told_when_it_fires_and_when_it_is_over_and_not_between() {
    let mut world = World::at("2026-05-04T01:00:00Z");
    world.define("drop-off", &alert(""));
    world.tick();
    for (n, abandoned) in [(4, 100), (5, 500), (6, 500), (7, 280), (8, 100), (9, 100)] {
        day(&mut world, n, abandoned);
    }
    let states: Vec<_> = world.runs().iter().map(|run| run.state.name()).collect();
    assert_eq!(states, ["quiet", "delivered", "quiet", "quiet", "delivered", "quiet"]);
    assert_eq!(subjects(&world).len(), 2);
    assert!(world.run(1).summary.note.unwrap().contains("within what the alert takes"));
    let standing = &world.ledger.alerts().unwrap()[0].standing;
    assert_eq!(standing.state.name(), "quiet");
    assert_eq!(standing.judged_at, Some(at("2026-05-09T02:00:00Z")));
}

#[test]
fn what_fires_in_quiet_hours_is_told_when_they_end() {
    let mut world = World::at("2026-05-04T01:00:00Z");
    world.define("drop-off", &alert("quiet = \"22:00-07:00\""));
    world.tick();
    day(&mut world, 4, 500);
    let run = world.run(1).summary;
    assert_eq!((run.state, run.next_try_at), (RunState::Due, Some(at("2026-05-04T07:00:00Z"))));
    assert!(run.note.unwrap().contains("quiet hours"));
    assert_eq!(world.ledger.alerts().unwrap()[0].standing.state.name(), "firing");
    world.restart();
    world.live_until("2026-05-04T06:59:00Z");
    assert_eq!(subjects(&world).len(), 0);
    world.live_until("2026-05-04T07:00:00Z");
    assert_eq!(subjects(&world).len(), 1);
    assert_eq!(world.run(1).summary.state, RunState::Delivered);
}

#[test]
fn only_what_fires_is_acknowledged_and_it_is_kept() {
    let mut world = World::at("2026-05-04T01:00:00Z");
    world.define("drop-off", &alert(""));
    world.tick();
    day(&mut world, 4, 100);
    let error = world.ledger.acknowledge("drop-off", "ann", world.now()).unwrap_err();
    assert!(matches!(error, LedgerError::NotFiring(_)), "{error}");
    day(&mut world, 5, 500);
    world.ledger.acknowledge("drop-off", "ann", world.now()).unwrap();
    day(&mut world, 6, 500);
    let acknowledged = world.ledger.alerts().unwrap()[0].standing.acknowledged.clone().unwrap();
    assert_eq!(acknowledged.by, "ann");
}

/// What the message of a run said.
fn alarm(world: &World, run: u64) -> SaidAlarm {
    world.run(run).said.unwrap().alarm.unwrap()
}

fn standing(world: &World) -> Standing {
    world.ledger.alerts().unwrap()[0].standing.clone()
}

fn note(world: &World, run: u64) -> String {
    plain(&world.run(run).summary.note.unwrap())
}

/// A space that keeps number and unit on one line is a space.
fn plain(text: &str) -> String {
    text.replace('\u{a0}', " ")
}

#[test]
fn a_run_that_was_asked_for_is_judged_by_itself_and_moves_nothing() {
    let mut world = World::at("2026-05-04T01:00:00Z");
    let text = alert("runs = 2\nquiet = \"22:00-07:00\"");
    world.define("drop-off", &text);
    world.tick();
    let ask = |world: &mut World| {
        let asked = world.ledger.ask("drop-off", &text, world.now(), world.now()).unwrap();
        world.tick();
        asked.0
    };
    // It was judged once only, at night, and nobody was told: by hand it tells all the same.
    day(&mut world, 4, 500);
    let before = standing(&world);
    assert_eq!(before.state.name(), "pending");
    let asked = ask(&mut world);
    assert_eq!(world.run(asked).summary.state, RunState::Delivered);
    assert_eq!(subjects(&world).len(), 1);
    assert!(plain(&alarm(&world, asked).headline).contains("50.0 %"));
    let said = world.run(asked).said.unwrap().notes;
    assert!(said.iter().any(|note| note.contains("asked for")), "{said:?}");
    assert_eq!(standing(&world), before);
    // Nor does it say that what fires is over, or keep quiet because somebody knows.
    day(&mut world, 5, 500);
    world.live_until("2026-05-05T08:00:00Z");
    world.ledger.acknowledge("drop-off", "ann", world.now()).unwrap();
    let before = standing(&world);
    let told = subjects(&world).len();
    assert_eq!((before.state.name(), told), ("firing", 2));
    let asked = ask(&mut world);
    assert_eq!(world.run(asked).summary.state, RunState::Delivered);
    world.engine.abandoned.store(100, Ordering::Relaxed);
    let asked = ask(&mut world);
    assert_eq!(world.run(asked).summary.state, RunState::Quiet);
    let said = note(&world, asked);
    assert!(said.contains("within what the alert takes") && said.contains("asked for"), "{said}");
    assert_eq!((standing(&world), subjects(&world).len()), (before, told + 1));
}

#[test]
fn a_change_says_what_changed_by_how_much_how_sure_and_where_to_look() {
    let mut world = World::at("2026-05-04T01:00:00Z");
    let text =
        alert("").replace("above = 0.3", "change = { by = 0.05, level = 0.01 }\nminimum = 500");
    world.define("drop-off", &text.replace("margin = 0.05", "margin = 0.01"));
    world.tick();
    day(&mut world, 4, 500);
    assert_eq!(note(&world, 1), "not judged: there is no period before");
    *world.engine.before.lock().unwrap() = Some(300);
    day(&mut world, 5, 330);
    assert!(note(&world, 2).ends_with("within what the alert takes"), "{}", note(&world, 2));
    day(&mut world, 6, 500);
    let told = alarm(&world, 3);
    assert_eq!(
        plain(&told.headline),
        "Drop-off went from 30.0 % to 50.0 %, 20.0 points more than the day before"
    );
    let detail = plain(&told.detail.join("\n"));
    for words in [
        "500 of 1,000 sessions dropped off; they began from 2026-05-05 00:00 to 2026-05-06 00:00, UTC.",
        "In the day before it was 30.0 % of 1,000 sessions.",
        "The change is 20.0 points more; with 95 % confidence ",
        "chance alone would bring as large a difference in fewer than 1 of 1,000 comparisons",
        "at least 2 h old",
    ] {
        assert!(detail.contains(words), "`{words}` is not in: {detail}");
    }
    let (words, path) = &told.links[0];
    assert_eq!(words, "The sessions that dropped off");
    assert!(
        path.starts_with("/sessions?from=2026-05-05T00:00:00Z&to=2026-05-06T00:00:00Z"),
        "{path}"
    );
    assert!(path.contains("as_of=2026-05-06T02:00:00Z"), "{path}");
    // It stays as it is: the next day has it on both sides, and it is over.
    *world.engine.before.lock().unwrap() = Some(500);
    day(&mut world, 7, 505);
    assert!(alarm(&world, 4).over);
    assert_eq!(subjects(&world).len(), 2);
}

#[test]
fn a_source_that_stops_is_told_and_that_it_comes_again() {
    let mut world = World::at("2026-05-04T01:00:00Z");
    world.define(
        "silence",
        "title = \"Silence\"\n[ask]\nintegration = [\"main\"]\n[schedule]\nwhen = \"hourly UTC\"\n\
         [alert]\non = \"silence\"\n[[recipient]]\nmail = [\"a@example.com\"]\n",
    );
    world.tick();
    let silent = |world: &World, hours: i64, verdict| {
        let length_us = hours * HOUR_US;
        *world.engine.silence.lock().unwrap() = Some(Silence {
            since: world.now().plus_us(HOUR_US - length_us),
            length_us,
            verdict,
            weeks: 4,
            expected: Some(12.0),
            weeks_silent_too: 0,
            as_long: 0,
            longest_us: 300_000_000,
        });
    };
    let mut hour = 1;
    let mut next = |world: &mut World| {
        hour += 1;
        world.tick_at(&format!("2026-05-04T{hour:02}:00:00Z"));
        world.runs().last().unwrap().state.name()
    };
    assert_eq!(next(&mut world), "quiet", "no delivery ever came");
    assert_eq!(note(&world, 1), "not judged: no delivery ever came");
    silent(&world, 1, SilenceVerdict::Usual);
    assert_eq!(next(&mut world), "quiet");
    silent(&world, 2, SilenceVerdict::VeryUnusual);
    assert_eq!(next(&mut world), "delivered");
    let told = alarm(&world, 3);
    assert_eq!(plain(&told.headline), "No delivery of main for 2 h");
    assert_eq!(told.links[0].1, "/health");
    // Told once, also where it is a little less unusual for a while.
    silent(&world, 3, SilenceVerdict::VeryUnusual);
    assert_eq!(next(&mut world), "quiet");
    silent(&world, 4, SilenceVerdict::Unusual);
    assert_eq!(next(&mut world), "quiet");
    silent(&world, 0, SilenceVerdict::Usual);
    assert_eq!(next(&mut world), "delivered");
    assert_eq!(plain(&alarm(&world, 6).headline), "Deliveries of main come again");
    assert_eq!(next(&mut world), "quiet");
    assert_eq!(subjects(&world).len(), 2);
}

#[test]
fn a_source_is_silent_only_for_as_long_as_somebody_listened() {
    let mut world = World::at("2026-05-04T01:00:00Z");
    world.define(
        "silence",
        "title = \"Silence\"\n[schedule]\nwhen = \"*/5 * * * * UTC\"\n[alert]\non = \"silence\"\n\
         [[recipient]]\nmail = [\"a@example.com\"]\n",
    );
    world.tick();
    // One each five minutes, until it stops.
    let silent_since = |world: &World, since: &str, verdict| {
        let length_us = world.now().since_us(at(since));
        *world.engine.silence.lock().unwrap() = Some(Silence {
            since: at(since),
            length_us,
            verdict,
            weeks: 4,
            expected: Some(length_us as f64 / 300e6),
            weeks_silent_too: 0,
            as_long: 0,
            longest_us: 420_000_000,
        });
    };
    let look = |world: &mut World, now: &str, since: &str, verdict| {
        world.clock.set(at(now));
        silent_since(world, since, verdict);
        world.tick();
        let last = world.runs().pop().unwrap();
        (last.state, plain(&last.note.unwrap_or_default()))
    };
    use SilenceVerdict::{Usual, VeryUnusual};
    let last = "2026-05-04T01:04:00Z";
    assert_eq!(look(&mut world, "2026-05-04T01:05:00Z", last, Usual).0, RunState::Quiet);
    // Weir was stopped for three hours: nothing could come, and the provider has not sent it anew yet.
    world.clock.set(at("2026-05-04T04:00:30Z"));
    world.restart();
    let (state, note) = look(&mut world, "2026-05-04T04:00:30Z", last, VeryUnusual);
    assert_eq!(state, RunState::Quiet, "{note}");
    assert_eq!(
        note,
        "not judged: Weir itself was not at work before 2026-05-04 04:00 +00:00, and has not \
         listened for long enough since"
    );
    let (state, _) = look(&mut world, "2026-05-04T04:20:00Z", last, VeryUnusual);
    assert_eq!((state, subjects(&world).len()), (RunState::Quiet, 0));
    assert_eq!(
        standing(&world).judged_at,
        Some(at("2026-05-04T01:05:00Z")),
        "it stands as it stood"
    );
    // In half an hour six should have come.
    let (state, note) = look(&mut world, "2026-05-04T04:30:00Z", last, VeryUnusual);
    assert_eq!((state, subjects(&world).len()), (RunState::Delivered, 1), "{note}");
    // What fires goes on firing over a restart, without another message.
    world.restart();
    let (state, _) = look(&mut world, "2026-05-04T04:35:00Z", last, VeryUnusual);
    assert_eq!((state, standing(&world).state.name()), (RunState::Quiet, "firing"));
    // And deliveries end it at once.
    let (state, _) = look(&mut world, "2026-05-04T04:40:00Z", "2026-05-04T04:39:00Z", Usual);
    assert_eq!((state, subjects(&world).len()), (RunState::Delivered, 2));
}

#[test]
fn it_reminds_at_its_time_over_restarts_and_catches_up_without_a_flood() {
    let mut world = World::at("2026-05-04T01:00:00Z");
    world.define("drop-off", &alert("remind = \"48h\""));
    world.tick();
    day(&mut world, 4, 500);
    day(&mut world, 5, 500);
    world.restart();
    day(&mut world, 6, 500);
    day(&mut world, 7, 500);
    let told = |world: &World| {
        let told = subjects(world);
        told.iter().map(|subject| subject.starts_with("Still firing")).collect::<Vec<_>>()
    };
    assert_eq!(told(&world), [false, true]);
    // A stop over nights: the newest only is judged, and reminds once.
    day(&mut world, 12, 500);
    assert_eq!(told(&world), [false, true, true]);
    world.ledger.acknowledge("drop-off", "ann", world.now()).unwrap();
    day(&mut world, 14, 500);
    day(&mut world, 16, 500);
    assert_eq!(told(&world), [false, true, true], "somebody knows");
    day(&mut world, 17, 100);
    assert!(alarm(&world, world.runs().last().unwrap().id.0).over);
    assert_eq!(standing(&world).acknowledged, None);
    // It fires anew: nobody knows of that.
    day(&mut world, 18, 500);
    assert_eq!(told(&world).len(), 5);
}

#[test]
fn what_is_too_few_says_so_and_leaves_the_alert_as_it_stands() {
    let mut world = World::at("2026-05-04T01:00:00Z");
    world.define("drop-off", &alert(""));
    world.tick();
    day(&mut world, 4, 500);
    let before = standing(&world);
    world.engine.started.store(99, Ordering::Relaxed);
    day(&mut world, 5, 0);
    assert_eq!(note(&world, 2), "not judged: too few: 99 sessions in this range, and it takes 100");
    assert_eq!(standing(&world), before);
    world.engine.started.store(1_000, Ordering::Relaxed);
    world.define("drop-off", &alert("").replace("matured = \"1h\"", "matured = \"3h\""));
    day(&mut world, 6, 0);
    assert!(note(&world, 3).starts_with("not judged: too young"), "{}", note(&world, 3));
    assert_eq!((standing(&world), subjects(&world).len()), (before, 1));
}

#[test]
fn in_quiet_hours_somebody_who_knows_is_not_woken_and_what_is_over_by_then_is_not_told() {
    let hourly = alert("quiet = \"22:00-07:00\"").replace("daily 02:00 UTC", "hourly UTC");
    for (knows, over, told) in [(true, false, 0), (false, true, 0), (false, false, 1)] {
        let mut world = World::at("2026-05-04T01:30:00Z");
        world.define("drop-off", &hourly);
        world.tick();
        world.engine.abandoned.store(500, Ordering::Relaxed);
        world.live_until("2026-05-04T03:30:00Z");
        assert_eq!(standing(&world).state.name(), "firing");
        if knows {
            world.ledger.acknowledge("drop-off", "ann", world.now()).unwrap();
        }
        if over {
            world.engine.abandoned.store(100, Ordering::Relaxed);
        }
        world.live_until("2026-05-04T08:30:00Z");
        assert_eq!(subjects(&world).len(), told, "{:?}", world.story());
        world.assert_all_is_over();
        // What was not told as firing is not told as over either.
        world.engine.abandoned.store(100, Ordering::Relaxed);
        world.live_until("2026-05-04T10:30:00Z");
        assert_eq!(subjects(&world).len(), 2 * told);
        assert_eq!(standing(&world).state.name(), "quiet");
    }
}

#[test]
fn one_that_never_was_due_can_be_asked_for_too() {
    let mut world = World::at("2026-05-04T01:00:00Z");
    world.define("drop-off", &alert(""));
    world.tick();
    world.engine.abandoned.store(500, Ordering::Relaxed);
    world.ledger.ask("drop-off", &alert(""), at("2026-05-04T02:00:00Z"), world.now()).unwrap();
    world.tick();
    assert_eq!(subjects(&world).len(), 1);
    assert_eq!(world.ledger.alerts().unwrap(), []);
    day(&mut world, 4, 500);
    assert_eq!(subjects(&world).len(), 2, "the scheduled one is told all the same");
}
