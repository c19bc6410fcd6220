//! Recipients that do not take it: not now, not at all, or nobody knows.

use std::sync::atomic::Ordering;

use weir_schedule::{LedgerError, RunId, RunState};

use crate::world::{Does, World, mailed};

fn three(world: &World) {
    let to = ["a@example.com", "b@example.com", "c@example.com"];
    world.define("pulse", &mailed("daily 08:00 UTC", "", &to));
}

#[test]
fn a_mail_server_that_is_down_for_a_day_loses_nothing() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    three(&world);
    world.tick();
    world.post.rule(|_, _| Does::Later(None));
    world.live_until("2026-05-05T07:00:00Z");
    assert_eq!(world.arrived(), []);
    let run = world.run(1);
    assert_eq!(run.summary.state, RunState::Delivering);
    assert_eq!(run.sendings[0].trouble.as_deref(), Some("450 come again"));
    // After 1, 6, 21, 81, 261, 621 and 1,341 minutes: nobody is pestered.
    assert_eq!(run.sendings[0].tries, 8);
    world.post.rule(|_, _| Does::Take);
    world.live_until("2026-05-06T07:00:00Z");
    let story = ["2026-05-04T08:00:00Z delivered", "2026-05-05T08:00:00Z delivered"];
    assert_eq!(world.story(), story);
    assert_eq!(world.arrived().len(), 6);
    world.assert_nobody_got_it_twice();
}

#[test]
fn a_mail_server_that_stays_down_is_given_up_after_three_days_and_it_says_so() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    three(&world);
    world.tick();
    world.post.rule(|_, parcel| if parcel.run == 1 { Does::Later(None) } else { Does::Take });
    world.live_until("2026-05-07T07:59:00Z");
    assert_eq!(world.run(1).summary.state, RunState::Delivering);
    world.live_until("2026-05-07T08:00:00Z");
    let run = world.run(1);
    assert_eq!(run.summary.state, RunState::Failed);
    assert_eq!(run.summary.trouble.as_deref(), Some("3 of 3 recipients did not get it"));
    let trouble = run.sendings[0].trouble.as_deref();
    assert_eq!(trouble, Some("given up after 13 tries: 450 come again"));
}

#[test]
fn greylisting_is_waited_for_as_long_as_the_other_side_asks() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    three(&world);
    world.tick();
    let mut first = true;
    world.post.rule(move |target, _| {
        let greylisted = target == "mail:b@example.com" && std::mem::take(&mut first);
        if greylisted { Does::Later(Some(600)) } else { Does::Take }
    });
    world.tick_at("2026-05-04T08:00:00Z");
    assert_eq!(world.arrived().len(), 2);
    assert_eq!(world.run(1).sendings[1].next_try_at.unwrap().to_string(), "2026-05-04T08:10:00Z");
    world.live_until("2026-05-04T08:09:59Z");
    assert_eq!(world.arrived().len(), 2);
    world.live_until("2026-05-04T08:10:00Z");
    assert_eq!(world.delivered(), ["2026-05-04T08:00:00Z"]);
    let sending = &world.run(1).sendings[1];
    assert_eq!((sending.tries, sending.receipt.as_deref()), (2, Some("250 queued")));
    world.assert_nobody_got_it_twice();
}

#[test]
fn one_recipient_that_is_refused_is_in_nobodys_way() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    three(&world);
    world.tick();
    world.post.rule(|target, _| match target {
        "mail:b@example.com" => Does::Refuse,
        _ => Does::Take,
    });
    world.tick_at("2026-05-04T08:00:00Z");
    assert_eq!(
        world.sendings(1),
        [
            "mail:a@example.com delivered",
            "mail:b@example.com failed",
            "mail:c@example.com delivered"
        ]
    );
    let run = world.run(1);
    assert_eq!(run.summary.state, RunState::Failed);
    assert_eq!(run.summary.trouble.as_deref(), Some("1 of 3 recipients did not get it"));
    let cause = run.sendings[1].trouble.as_deref();
    assert_eq!(cause, Some("550 no such user; correct it"));
    assert_eq!(world.post.tries.load(Ordering::Relaxed), 3, "a refusal is not tried again");
}

#[test]
fn what_got_no_answer_is_sent_again_by_a_person_only() {
    for (does, arrives) in [(Does::TakeSilently, 1), (Does::LoseSilently, 0)] {
        let mut world = World::at("2026-05-04T07:30:00Z");
        three(&world);
        world.tick();
        world.post.rule(move |target, parcel| match (target, parcel.run) {
            ("mail:b@example.com", 1) => does,
            _ => Does::Take,
        });
        world.live_until("2026-05-05T07:30:00Z");
        assert_eq!(world.post.tries.load(Ordering::Relaxed), 3);
        assert_eq!(world.arrived().len(), 2 + arrives);
        let run = world.run(1);
        assert_eq!(run.sendings[1].state.name(), "unknown");
        let trouble = run.sendings[1].trouble.clone().unwrap();
        assert!(trouble.contains("weir schedule again 1 --send mail:b@example.com"), "{trouble}");
        assert!(run.summary.trouble.unwrap().contains("nobody knows"));
        let again = world.ledger.again(RunId(1), &["mail:b@example.com".to_owned()], world.now());
        world.tick();
        assert_eq!(world.sendings(again.unwrap().0), ["mail:b@example.com delivered"]);
        world.assert_nobody_got_it_twice();
    }
}

#[test]
fn what_is_under_way_or_nobodys_is_not_sent_again() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    three(&world);
    world.tick();
    world.post.rule(|_, _| Does::Later(None));
    world.tick_at("2026-05-04T08:00:00Z");
    let again = |targets: &[&str]| {
        let targets: Vec<_> = targets.iter().map(|&target| target.to_owned()).collect();
        world.ledger.again(RunId(1), &targets, world.now())
    };
    let error = again(&[]).unwrap_err();
    assert!(matches!(error, LedgerError::NotOver { .. }), "{error}");
    world.post.rule(|_, _| Does::Take);
    world.runner.tick().unwrap();
    world.clock.set("2026-05-04T08:01:00Z".parse().unwrap());
    world.runner.tick().unwrap();
    let again = |target: &str| {
        world.ledger.again(RunId(1), &[target.to_owned()], world.now()).unwrap_err().to_string()
    };
    assert_eq!(
        again("mail:d@example.com"),
        "run 1 has no recipient `mail:d@example.com`; it has mail:a@example.com, \
         mail:b@example.com, mail:c@example.com"
    );
    let error = world.ledger.again(RunId(9), &[], world.now()).unwrap_err().to_string();
    assert_eq!(error, "there is no run 9; `weir schedule list` names the last ones");
}

#[test]
fn each_try_is_the_same_parcel_also_after_a_restart() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    world.schedule("pulse", "daily 08:00 UTC");
    world.tick();
    let ids = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&ids);
    world.post.rule(move |_, parcel| {
        let file = std::fs::read_to_string(&parcel.files[0].path).unwrap();
        let mut ids = seen.lock().unwrap();
        ids.push((parcel.id.clone(), file, parcel.mail.clone()));
        if ids.len() < 3 { Does::Later(None) } else { Does::Take }
    });
    world.tick_at("2026-05-04T08:00:00Z");
    world.engine.started.store(7, Ordering::Relaxed);
    world.restart();
    world.live_until("2026-05-04T09:00:00Z");
    let ids = ids.lock().unwrap();
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().all(|one| *one == ids[0]), "{ids:?}");
    assert!(ids[0].0.starts_with("run-1-"), "{}", ids[0].0);
    assert_eq!(world.engine.asked.load(Ordering::Relaxed), 1);
}

#[test]
fn a_run_that_waits_says_in_one_line_for_whom_and_why() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    three(&world);
    world.tick();
    world.post.rule(|target, _| match target {
        "mail:a@example.com" => Does::Take,
        "mail:b@example.com" => Does::Refuse,
        _ => Does::Later(None),
    });
    world.tick_at("2026-05-04T08:00:00Z");
    let summary = &world.runs()[0];
    assert_eq!(summary.state, RunState::Delivering);
    assert_eq!(
        summary.trouble.as_deref(),
        Some(
            "1 of 3 recipients has to wait, and 1 did not get it; mail:c@example.com: 450 come again"
        )
    );
    world.post.rule(|_, _| Does::Take);
    world.live_until("2026-05-04T09:00:00Z");
    let summary = &world.runs()[0];
    assert_eq!(summary.state, RunState::Failed);
    assert_eq!(summary.trouble.as_deref(), Some("1 of 3 recipients did not get it"));
}

#[test]
fn what_a_run_waited_for_is_forgotten_once_everybody_has_it() {
    let mut world = World::at("2026-05-04T07:30:00Z");
    three(&world);
    world.tick();
    world.post.rule(|_, _| Does::Later(None));
    world.tick_at("2026-05-04T08:00:00Z");
    let trouble = world.runs()[0].trouble.clone().unwrap();
    assert!(trouble.starts_with("3 of 3 recipients have to wait; mail:a@"), "{trouble}");
    world.restart();
    world.post.rule(|_, _| Does::Take);
    world.live_until("2026-05-04T09:00:00Z");
    let summary = &world.runs()[0];
    assert_eq!((summary.state, summary.trouble.as_deref()), (RunState::Delivered, None));
}
