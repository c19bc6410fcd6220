//! The keys of a line, each at most once.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use weir_domain::Timestamp;

/// What a line says, as its keys have it.
pub(super) struct Fields<'a> {
    pub(super) received_at: Timestamp,
    pub(super) integration: Option<Cow<'a, str>>,
    pub(super) payload: Payload<'a>,
}

/// A body in a line.
pub(super) enum Payload<'a> {
    /// The JSON text, untouched.
    Json(&'a str),
    /// For a body that is no text.
    Base64(Cow<'a, str>),
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Fields<'de>, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
        let (mut received_at, mut integration, mut payload) = (None, None, None);
        let mut redacted = None::<bool>;
        while let Some(key) = map.next_key::<Key>()? {
            match key {
                Key::ReceivedAt => {
                    let text = map.next_value_seed(Text(key))?;
                    once(key, &mut received_at, text.parse().map_err(de::Error::custom)?)?;
                }
                Key::Integration => {
                    once(key, &mut integration, map.next_value_seed(Text(key))?)?;
                }
                Key::Redacted => once(key, &mut redacted, map.next_value()?)?,
                Key::Payload => {
                    let json: &RawValue = map.next_value()?;
                    once(key, &mut payload, Payload::Json(json.get()))?;
                }
                Key::PayloadBase64 => {
                    let text = map.next_value_seed(Text(key))?;
                    once(key, &mut payload, Payload::Base64(text))?;
                }
            }
        }
        let received_at = received_at.ok_or_else(|| missing(Key::ReceivedAt))?;
        let payload = payload.ok_or_else(|| missing(Key::Payload))?;
        Ok(Fields { received_at, integration, payload })
    }
}

fn once<T, E: de::Error>(key: Key, slot: &mut Option<T>, value: T) -> Result<(), E> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(E::custom(key.doubled())),
    }
}

fn missing<E: de::Error>(key: Key) -> E {
    E::custom(format_args!("`{}` is missing", key.name()))
}

#[derive(Clone, Copy)]
enum Key {
    ReceivedAt,
    Integration,
    Redacted,
    Payload,
    PayloadBase64,
}

impl Key {
    const ALL: [Key; 5] =
        [Key::ReceivedAt, Key::Integration, Key::Redacted, Key::Payload, Key::PayloadBase64];

    fn name(self) -> &'static str {
        match self {
            Key::ReceivedAt => "received_at",
            Key::Integration => "integration",
            // Values in it are pseudonyms: it is read as any other.
            Key::Redacted => "redacted",
            Key::Payload => "payload",
            Key::PayloadBase64 => "payload_base64",
        }
    }

    fn doubled(self) -> &'static str {
        match self {
            Key::ReceivedAt => "`received_at` is there twice",
            Key::Integration => "`integration` is there twice",
            Key::Redacted => "`redacted` is there twice",
            // Each is the payload, and there is one.
            Key::Payload | Key::PayloadBase64 => "the payload is there twice",
        }
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Key, E> {
        Key::ALL.into_iter().find(|key| key.name() == text).ok_or_else(|| {
            let shown: String = text.chars().take(64).flat_map(char::escape_debug).collect();
            E::custom(format_args!("the key `{shown}` is unknown"))
        })
    }
}

/// A string value, borrowed where JSON escapes nothing in it.
struct Text(Key);

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a string for `{}`", self.0.name())
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}
