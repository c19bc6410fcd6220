//! The form gives back the body byte for byte, and its skeleton tells nothing of a value.

use std::collections::BTreeMap;
use std::convert::Infallible;

use proptest::prelude::*;
use weir_domain::Timestamp;
use weir_privacy::{
    Absence, Found, Key, Kind, Period, Pseudonym, Stored, open_body, seal_body, skeleton,
    stored_plain,
};

const AT: Timestamp = Timestamp::from_micros(1_760_000_000_000_000);

/// What the first version of the form made of a body.
const FIRST: &[u8] =
    b"\xf7\x57\x53\x01\x01\xf5\x5e\x63\x0c\x0b\x18\x25\x2d\xaf\xd6\x32\xd6\xc6\x52\x82\x74\x19\
    \xe5\x15\xec\xad\x28\x01\x02\x36\x15\x5c\xd4\x5f\x36\xca\x7a\xcb\x37\x53\xf8\x64\xb8\x11\
    \x2b\xee\xc2\x3c\xd3\x5a\x22\x54\
    {\"id\":1,\"attemptId\":2,\"code\":3,\"action\":4,\"endUserId\":\"~BwcHBwcHBwcHBwcHBwcHBw\"}";

/// Subjects and keys as the vault has them, in memory.
#[derive(Default)]
struct Keys {
    by_value: BTreeMap<(Kind, Vec<u8>), (Pseudonym, Key)>,
    made: u8,
}

impl Keys {
    fn seal(&mut self, body: &[u8]) -> Vec<u8> {
        let sealed = seal_body(body.to_vec(), AT, |kind, value, period| {
            assert_eq!(period, Period::of(AT));
            let next = self.made + 1;
            let entry = self.by_value.entry((kind, value.to_vec())).or_insert_with(|| {
                self.made = next;
                named(next)
            });
            Ok::<_, Infallible>(entry.clone())
        });
        sealed.expect("infallible")
    }

    fn open(&self, stored: &[u8]) -> Vec<u8> {
        let opened = open_body(stored, |_, pseudonym, _| {
            let mut known = self.by_value.values();
            let found = known.find(|(one, _)| *one == pseudonym);
            let found = found.map(|(_, key)| Found::Key(key.clone()));
            Ok::<_, Infallible>(found.unwrap_or(Found::Absent(Absence::NoKey)))
        });
        let opened = opened.expect("infallible");
        assert_eq!(opened.withheld, []);
        opened.body.into_owned()
    }
}

/// A pseudonym and a key that no chance is needed for.
fn named(number: u8) -> (Pseudonym, Key) {
    (Pseudonym::from([number; 16]), Key::from([number; 32]))
}

/// A JSON string, of which some letters may be escaped.
fn string() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => any::<String>().prop_map(|text| serde_json::to_string(&text).expect("a string")),
        1 => "[a-z]{0,6}".prop_map(|text| {
            let escaped: String = text.chars().map(|one| format!("\\u{:04X}", one as u32)).collect();
            format!("\"{escaped}\"")
        }),
        1 => Just("\"\\ud83d\\ude00\\/\\t\"".to_owned()),
        1 => Just("\"\\ud800\"".to_owned()),
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("\"vendorData\"".to_owned()),
        Just("\"endUserId\"".to_owned()),
        Just("\"vendor\\u0044ata\"".to_owned()),
        Just("\"\\u0065ndUserId\"".to_owned()),
        Just("\"vendordata\"".to_owned()),
        string(),
    ]
}

fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => string(),
        1 => Just("null".to_owned()),
        1 => Just("true".to_owned()),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => Just("-1.5e+3".to_owned()),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(" ,"))),
            prop::collection::vec((name(), inner), 0..4).prop_map(object),
        ]
    })
}

fn object(members: Vec<(String, String)>) -> String {
    let members: Vec<_> =
        members.into_iter().map(|(name, value)| format!("{name} :{value}")).collect();
    format!("{{{}}}", members.join(",\n"))
}

/// Events, mostly, with members in any order.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let of_an_event = [("id", "\"a\""), ("attemptId", "\"b\""), ("code", "1"), ("action", "\"x\"")]
        .map(|(name, value)| (format!("\"{name}\""), value.to_owned()))
        .to_vec();
    let event = prop::collection::vec((name(), value()), 0..6)
        .prop_map(move |more| [of_an_event.clone(), more].concat())
        .prop_shuffle()
        .prop_map(|members| object(members).into_bytes());
    prop_oneof![
        8 => event,
        1 => value().prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..40),
        1 => prop::collection::vec(any::<u8>(), 0..40)
            .prop_map(|rest| [b"\xF7WS".as_slice(), &rest].concat()),
    ]
}

proptest! {
    #[test]
    fn a_sealed_body_opens_to_the_same_bytes(body in body()) {
        let mut keys = Keys::default();
        let sealed = keys.seal(&body);
        prop_assert_eq!(keys.open(&sealed), body.clone());
        let plain = stored_plain(body.clone());
        prop_assert_eq!(keys.open(&plain), body);
    }

    #[test]
    fn a_skeleton_is_the_body_with_other_values(body in body()) {
        let mut keys = Keys::default();
        let sealed = keys.seal(&body);
        match Stored::read(&sealed) {
            Stored::Plain(plain) => prop_assert_eq!(plain, &body),
            Stored::Whole(_) => prop_assert_eq!(skeleton(&sealed), None),
            Stored::Sealed(form) => {
                let text = std::str::from_utf8(form.skeleton).expect("a skeleton is text");
                serde_json::from_str::<serde::de::IgnoredAny>(text).expect("a skeleton is JSON");
                // With the pseudonyms put where the values are, it is the body again.
                let mut back = text.to_owned();
                for ((_, value), (pseudonym, _)) in &keys.by_value {
                    prop_assert!(text.contains(&pseudonym.to_string()), "{value:?}");
                    back = back.replace(&format!("[\"{pseudonym}\"]"), "null");
                    back = back.replace(&format!("\"{pseudonym}\""), "null");
                }
                prop_assert!(!back.contains('~') || body.contains(&b'~'));
            }
        }
    }

    #[test]
    fn whatever_the_log_has_is_read(stored in prop::collection::vec(any::<u8>(), 0..80)) {
        for mode in 0..4 {
            let stored = [&[0xF7, b'W', b'S', 1, mode], stored.as_slice()].concat();
            let opened = open_body(&stored, |_, _, _| {
                Ok::<_, Infallible>(Found::Absent(Absence::NoKey))
            });
            opened.expect("infallible");
        }
    }
}

#[test]
fn the_same_value_has_one_pseudonym_however_it_is_spelt() {
    let mut keys = Keys::default();
    let event =
        |fields: &str| format!("{{\"id\":1,\"attemptId\":2,\"code\":3,\"action\":4,{fields}}}");
    let one = keys.seal(event(r#""endUserId":"ann","vendorData":"ann""#).as_bytes());
    let other = keys.seal(event(r#""x":{"end\u0055serId":"\u0061nn"}"#).as_bytes());
    assert_eq!(keys.by_value.len(), 2, "vendorData and endUserId are two");
    let text = |stored: &[u8]| {
        String::from_utf8(skeleton(stored).expect("fields").to_vec()).expect("text")
    };
    let ann = named(1).0.to_string();
    assert!(text(&one).contains(&format!(r#""endUserId":"{ann}""#)), "{}", text(&one));
    assert!(text(&other).contains(&format!(r#""end\u0055serId":"{ann}""#)), "{}", text(&other));
    assert!(!text(&one).contains("ann") && !text(&other).contains("nn"));
}

#[test]
fn the_bytes_of_the_form_are_what_they_were() {
    // A log is older than the code that reads it: this one was written by the first.
    let stored = FIRST;
    let (pseudonym, key) = named(7);
    let opened = open_body(stored, |kind, found, period| {
        assert_eq!(
            (kind, found, period.to_string().as_str()),
            (Kind::EndUser, pseudonym, "2025-10")
        );
        Ok::<_, Infallible>(Found::Key(key.clone()))
    });
    let body = br#"{"id":1,"attemptId":2,"code":3,"action":4,"endUserId":"ann"}"#;
    assert_eq!(opened.expect("infallible").body.as_ref(), body);
}
