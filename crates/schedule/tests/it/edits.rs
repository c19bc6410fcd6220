//! Definitions that change, break, are mended, disappear.

use crate::world::{World, at, mailed};

fn next(world: &World) -> Option<String> {
    world.ledger.plans().unwrap()[0].next_at.map(|at| at.to_string())
}

fn trouble(world: &World) -> String {
    world.ledger.plans().unwrap()[0].trouble.clone().unwrap_or_default()
}

#[test]
fn a_new_definition_and_a_changed_schedule_begin_after_now() {
    let mut world = World::at("2026-05-04T08:30:00Z");
    world.schedule("pulse", "daily 08:00 UTC");
    world.tick();
    assert_eq!(next(&world).unwrap(), "2026-05-05T08:00:00Z");
    world.schedule("pulse", "daily 07:00 UTC");
    world.tick_at("2026-05-05T07:30:00Z");
    assert_eq!(next(&world).unwrap(), "2026-05-06T07:00:00Z");
    assert_eq!(world.runs(), []);
}

#[test]
fn what_is_edited_besides_the_schedule_counts_from_the_next_run_on() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    world.schedule("pulse", "daily 08:00 UTC");
    world.tick();
    world.define("pulse", &mailed("daily 08:00 UTC", "", &["b@example.com"]));
    world.tick_at("2026-05-04T08:00:00Z");
    assert_eq!(world.arrived(), [(1, "mail:b@example.com".to_owned())]);
    assert!(world.run(1).definition.contains("b@example.com"));
}

#[test]
fn a_broken_definition_never_runs_says_why_and_goes_on_once_it_is_mended() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    world.schedule("pulse", "hourly UTC");
    world.tick();
    world.define("pulse", "title = \"Pulse\"\nwhen = \"hourly\"\n");
    world.tick_at("2026-05-04T07:45:00Z");
    assert_eq!(next(&world), None);
    assert!(trouble(&world).contains("when"), "{}", trouble(&world));
    world.live_until("2026-05-04T10:30:00Z");
    world.restart();
    world.tick();
    assert_eq!(world.runs(), []);
    world.schedule("pulse", "hourly UTC");
    world.tick_at("2026-05-04T10:31:00Z");
    assert_eq!(trouble(&world), "");
    assert_eq!(world.delivered(), ["2026-05-04T10:00:00Z"]);
    assert!(world.runs().last().unwrap().note.as_ref().unwrap().starts_with("2 runs before it"));
}

#[test]
fn an_unknown_zone_an_impossible_cron_and_a_forbidden_recipient_are_told() {
    for (when, to, told) in [
        ("daily 08:00 Europe/Talinn", "a@example.com", "Talinn"),
        ("0 8 31 2 * UTC", "a@example.com", "never"),
        ("daily 08:00 UTC", "a@forbidden.example", "not allowed"),
    ] {
        let mut world = World::at("2026-05-04T07:30:00Z");
        world.define("pulse", &mailed(when, "", &[to]));
        world.tick();
        assert!(trouble(&world).contains(told), "{}", trouble(&world));
    }
}

#[test]
fn a_paused_definition_waits_and_begins_after_now_when_it_is_let_go() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    world.define("pulse", &mailed("hourly UTC", "paused = true", &["a@example.com"]));
    world.live_until("2026-05-04T09:30:00Z");
    assert_eq!(next(&world), None);
    world.schedule("pulse", "hourly UTC");
    world.tick_at("2026-05-04T09:30:05Z");
    world.live_until("2026-05-04T10:30:00Z");
    assert_eq!(world.delivered(), ["2026-05-04T10:00:00Z"]);
}

#[test]
fn a_removed_definition_is_due_no_more_and_its_runs_stay() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    world.schedule("pulse", "hourly UTC");
    world.live_until("2026-05-04T08:30:00Z");
    std::fs::remove_file(world.dir.path().join("reports/pulse.toml")).unwrap();
    world.live_until("2026-05-04T10:30:00Z");
    assert_eq!(world.ledger.plans().unwrap(), []);
    assert_eq!(world.delivered(), ["2026-05-04T08:00:00Z"]);
    // Back again, with a clock that was set back besides: what has run does not run again.
    world.schedule("pulse", "hourly UTC");
    world.clock.set(at("2026-05-04T07:30:00Z"));
    world.live_until("2026-05-04T09:30:00Z");
    assert_eq!(world.delivered(), ["2026-05-04T08:00:00Z", "2026-05-04T09:00:00Z"]);
}

#[test]
fn what_ships_is_never_due_by_itself() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    world.live_until("2026-06-04T07:30:00Z");
    assert_eq!(world.ledger.plans().unwrap(), []);
    assert_eq!(world.runs(), []);
}

#[test]
fn what_is_wrong_with_what_surrounds_a_definition_is_looked_at_again() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    let ask = "[ask]\nstate = [\"camera\"]";
    world.define("pulse", &mailed("daily 08:00 UTC", ask, &["a@example.com"]));
    let sentence = "`state` is filtered by `camera`, which was never received; is it misspelt?";
    let wrong = format!("line 7: {sentence}");
    *world.engine.unknown.lock().unwrap() = vec![sentence.to_owned()];
    world.tick();
    assert_eq!(trouble(&world), wrong);
    // It is received at last, and later the definition is as it was.
    world.engine.unknown.lock().unwrap().clear();
    world.live_until("2026-05-04T07:45:00Z");
    assert_eq!(trouble(&world), "");
    *world.engine.unknown.lock().unwrap() = vec![sentence.to_owned()];
    world.live_until("2026-05-04T08:30:00Z");
    assert_eq!(trouble(&world), wrong);
    assert_eq!(next(&world).unwrap(), "2026-05-05T08:00:00Z");
    assert_eq!(world.delivered(), ["2026-05-04T08:00:00Z"]);
}

#[test]
fn what_its_pages_are_called_is_no_name_of_a_definition() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    for name in ["new", "runs"] {
        world.schedule(name, "daily 08:00 UTC");
    }
    world.tick();
    world.tick_at("2026-05-04T08:00:00Z");
    assert_eq!(world.runs(), []);
    let plans = world.ledger.plans().unwrap();
    let names: Vec<_> = plans.iter().map(|plan| plan.name.as_str()).collect();
    assert_eq!(names, ["new.toml", "runs.toml"]);
    for plan in &plans {
        let trouble = plan.trouble.as_ref().unwrap();
        assert!(trouble.contains("not `new` or `runs`") && trouble.contains("rename"), "{trouble}");
    }
    let definitions = weir_schedule::Definitions::at(&world.dir.path().join("reports"));
    let text = mailed("daily 08:00 UTC", "", &["a@example.com"]);
    let error = definitions.save("runs", &text).unwrap_err().to_string();
    assert!(error.contains("`runs`") && error.contains("not `new` or `runs`"), "{error}");
    definitions.save("news", &text).unwrap();
}
