//! A body with its personal values sealed: it opens to the same bytes; what can be read without a
//! key is the same event but for them, and tells none of them; and any bytes can be taken for one.

use std::collections::BTreeMap;
use std::convert::Infallible;

use serde_json::json;
use sha2::{Digest, Sha256};
use weir_domain::Timestamp;
use weir_privacy::{
    Absence, Found, Key, Kind, Opened, Pseudonym, open_body, seal_body, skeleton, stored_plain,
};
use weir_projector::Event;

/// 2026-06-01.
const AT: Timestamp = Timestamp::from_micros(1_780_272_000_000_000);
/// A shorter value may stand elsewhere in a body, or in a pseudonym, by chance.
const TOLD_BYTES_MIN: usize = 8;

pub(super) fn run(data: &[u8]) {
    // As something that was found in a log.
    let _ = skeleton(data);
    let _ = open(data, |_| Found::Absent(Absence::NoKey));
    let _ = open(data, |_| Found::Key(Key::from([7; 32])));

    let plain = stored_plain(data.to_vec());
    let opened = open(&plain, |_| Found::Absent(Absence::NoKey));
    assert_eq!((opened.body.as_ref(), opened.withheld.len()), (data, 0), "plain");

    // As a body that comes in.
    let mut subjects = BTreeMap::new();
    let sealed = seal_body(data.to_vec(), AT, |kind, value, _| {
        let next = u8::try_from(subjects.len()).unwrap_or(u8::MAX);
        let entry = subjects.entry((kind, value.to_vec()));
        Ok::<_, Infallible>(
            entry.or_insert((Pseudonym::from([next; 16]), Key::from([next; 32]))).clone(),
        )
    });
    let Ok(sealed) = sealed;
    let key_of = |pseudonym| {
        let found = subjects.values().find(|(one, _)| *one == pseudonym);
        found.map_or(Found::Absent(Absence::NoKey), |(_, key)| Found::Key(key.clone()))
    };
    // So many subjects have no byte of their own each.
    if subjects.len() < usize::from(u8::MAX) {
        let opened = open(&sealed, key_of);
        assert_eq!((opened.body.as_ref(), opened.withheld.len()), (data, 0), "sealed");
    }
    // Both as the log has them: that is what the fold reads.
    let read = Event::parse(&plain);
    match (&read, &Event::parse(&sealed)) {
        (Ok(event), Ok(shown)) => is_the_same(event, shown),
        (Err(_), Err(_)) => {}
        other => panic!("one of them is an event and one is none: {other:?}"),
    }
    if let Ok(event) = read {
        tells_nothing(&event);
    }
}

/// Of a body that says nothing but the event, no value is left: in another field it would be.
fn tells_nothing(event: &Event<'_>) {
    let Event { session, attempt, code, action, feature, vendor_data, end_user_id, state, reason } =
        event;
    let body = json!({
        "id": session.to_string(),
        "attemptId": attempt.to_string(),
        "code": code,
        "action": action,
        "feature": feature,
        "vendorData": vendor_data,
        "endUserId": end_user_id,
        "context": { "state": state, "reason": reason },
    });
    let body = body.to_string();
    // Of the body, so that no value in it can be made to be a part of its own pseudonym.
    let chance: [u8; 32] = Sha256::digest(&body).into();
    let (pseudonym, _) = chance.split_first_chunk().expect("it is longer");
    let sealed = seal_body(body.clone().into_bytes(), AT, |_, _, _| {
        Ok::<_, Infallible>((Pseudonym::from(*pseudonym), Key::from(chance)))
    });
    let Ok(sealed) = sealed;
    let left = skeleton(&sealed).expect("it is an event");
    for value in [vendor_data, end_user_id].into_iter().flatten() {
        if TOLD_BYTES_MIN <= value.len() && body.matches(value.as_ref()).count() == 1 {
            assert!(!holds(left, value), "{value:?} is told by {body}");
        }
    }
}

fn open(stored: &[u8], key: impl Fn(Pseudonym) -> Found) -> Opened<'_> {
    let Ok(opened) = open_body(stored, |_: Kind, pseudonym, _| Ok::<_, Infallible>(key(pseudonym)));
    opened
}

/// All but the personal values is the same, and those are there or not.
fn is_the_same(event: &Event<'_>, shown: &Event<'_>) {
    let Event { vendor_data, end_user_id, .. } = event;
    let there = [vendor_data.is_some(), end_user_id.is_some()];
    assert_eq!([shown.vendor_data.is_some(), shown.end_user_id.is_some()], there);
    let without = |event: &Event<'_>| {
        let Event { session, attempt, code, action, feature, state, reason, .. } = event;
        format!("{session} {attempt} {code} {action:?} {feature:?} {state:?} {reason:?}")
    };
    assert_eq!(without(shown), without(event));
}

fn holds(left: &[u8], value: &str) -> bool {
    left.windows(value.len()).any(|window| window == value.as_bytes())
}
