//! Daylight saving, leap days, clocks that jump.

use crate::world::{World, mailed};

#[test]
fn a_time_that_does_not_exist_runs_at_the_first_instant_after_and_one_that_exists_twice_once() {
    let mut world = World::at("2026-03-27T12:00:00Z");
    world.schedule("pulse", "daily 03:30 Europe/Tallinn");
    world.live_until("2026-03-31T12:00:00Z");
    let spring = [
        "2026-03-28T01:30:00Z",
        "2026-03-29T01:00:00Z", // 03:30 is not: the clock goes from 03:00 to 04:00
        "2026-03-30T00:30:00Z",
        "2026-03-31T00:30:00Z",
    ];
    assert_eq!(world.delivered(), spring);
    let mut world = World::at("2026-10-24T12:00:00Z");
    world.schedule("pulse", "daily 03:30 Europe/Tallinn");
    world.live_until("2026-10-27T12:00:00Z");
    // 03:30 is twice: at 00:30Z and at 01:30Z.
    let autumn = ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z", "2026-10-27T01:30:00Z"];
    assert_eq!(world.delivered(), autumn);
    world.assert_nobody_got_it_twice();
}

#[test]
fn a_stop_over_the_change_of_the_clock_loses_nothing_and_repeats_nothing() {
    for (start, end, count) in [
        ("2026-03-28T21:00:00Z", "2026-03-29T04:00:00Z", 7),
        ("2026-10-24T21:00:00Z", "2026-10-25T04:00:00Z", 7),
    ] {
        let mut world = World::at(start);
        world.define(
            "pulse",
            &mailed("hourly Europe/Tallinn", "missed = \"all\"", &["a@b.example"]),
        );
        world.tick();
        world.tick_at(end);
        world.assert_all_is_over();
        world.assert_nobody_got_it_twice();
        // One of the two hours that read the same is left out in autumn.
        let autumn = usize::from(start.contains("-10-"));
        assert_eq!(world.delivered().len(), count - autumn, "{:?}", world.story());
    }
}

#[test]
fn the_29th_of_february_comes_every_four_years_and_a_year_ends() {
    let mut world = World::at("2026-12-30T12:00:00Z");
    world.define("leap", &mailed("0 8 29 2 * UTC", "missed = \"all\"", &["a@b.example"]));
    world.live_until("2033-01-01T00:00:00Z");
    assert_eq!(world.delivered(), ["2028-02-29T08:00:00Z", "2032-02-29T08:00:00Z"]);

    let mut world = World::at("2026-12-30T12:00:00Z");
    world.schedule("pulse", "daily 00:00 Europe/Tallinn");
    world.live_until("2027-01-02T12:00:00Z");
    let midnights = ["2026-12-30T22:00:00Z", "2026-12-31T22:00:00Z", "2027-01-01T22:00:00Z"];
    assert_eq!(world.delivered(), midnights);
    let names = world.run(2).files.iter().map(|file| file.0.clone()).collect::<Vec<_>>();
    assert_eq!(names, ["pulse-2027-01-01.csv"]);
}

#[test]
fn a_clock_that_is_set_back_two_hours_repeats_nothing() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    world.schedule("pulse", "hourly UTC");
    world.live_until("2026-05-04T10:30:00Z");
    assert_eq!(world.delivered().len(), 3);
    world.clock.set("2026-05-04T08:30:00Z".parse().unwrap());
    world.restart();
    world.live_until("2026-05-04T12:30:00Z");
    let want: Vec<_> = (8..=12).map(|hour| format!("2026-05-04T{hour:02}:00:00Z")).collect();
    assert_eq!(world.delivered(), want);
    world.assert_nobody_got_it_twice();
}

#[test]
fn a_new_schedule_after_the_clock_was_set_back_begins_after_the_last_run() {
    let mut world = World::at("2026-05-04T09:30:00Z");
    world.schedule("pulse", "hourly UTC");
    world.live_until("2026-05-04T10:30:00Z");
    world.clock.set("2026-05-04T08:30:00Z".parse().unwrap());
    world.schedule("pulse", "0 * * * * UTC");
    world.live_until("2026-05-04T11:30:00Z");
    assert_eq!(world.delivered(), ["2026-05-04T10:00:00Z", "2026-05-04T11:00:00Z"]);
}

#[test]
fn after_three_days_the_newest_runs_and_tells_of_those_skipped() {
    let mut world = World::at("2026-05-04T07:00:00Z");
    world.schedule("pulse", "daily 08:00 Europe/Tallinn");
    world.tick();
    world.tick_at("2026-05-07T07:00:00Z");
    assert_eq!(
        world.story(),
        [
            "2026-05-05T05:00:00Z skipped",
            "2026-05-06T05:00:00Z skipped",
            "2026-05-07T05:00:00Z delivered"
        ]
    );
    let note = "2 runs before it were missed and skipped, from that of 2026-05-05 08:00 +03:00 to \
                that of 2026-05-06 08:00 +03:00";
    assert_eq!(world.run(3).summary.note.as_deref(), Some(note));
    assert_eq!(world.post.parcels.lock().unwrap()[0].mail.text, note);
    assert!(world.run(1).summary.note.unwrap().contains("the run of 2026-05-07 08:00 +03:00"));
}

#[test]
fn after_three_days_each_runs_oldest_first_where_all_are_wanted() {
    let mut world = World::at("2026-05-04T07:00:00Z");
    world.define("pulse", &mailed("daily 08:00 UTC", "missed = \"all\"", &["a@b.example"]));
    world.tick();
    world.tick_at("2026-05-07T07:00:00Z");
    let days = ["2026-05-04T08:00:00Z", "2026-05-05T08:00:00Z", "2026-05-06T08:00:00Z"];
    assert_eq!(world.delivered(), days);
    // Each says what it would have said in time: its range ends before its own instant.
    let inputs: Vec<_> = (1..=3).map(|id| world.run(id).input.unwrap()).collect();
    assert!(inputs[0].contains("\"to\":\"2026-05-04T00:00:00Z\""), "{}", inputs[0]);
    assert!(inputs[2].contains("\"to\":\"2026-05-06T00:00:00Z\""), "{}", inputs[2]);
}

#[test]
fn years_of_missed_minutes_are_counted_as_far_as_it_makes_sense() {
    let mut world = World::at("2026-05-04T07:00:00Z");
    world.schedule("pulse", "* * * * * UTC");
    world.tick();
    world.tick_at("2026-09-04T07:00:30Z");
    let runs = world.runs();
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0].scheduled_at.to_string(), "2026-09-04T07:00:00Z");
    assert!(runs[0].note.as_ref().unwrap().starts_with("more than 100000 runs before it"));
}
