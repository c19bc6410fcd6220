//! What must be in no file any more, in every spelling that a file may have it in.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Read};

use aho_corasick::AhoCorasick;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::Key;

/// A shorter value stands in any large file by chance: it is looked for between quotes only.
const BYTES_MIN: usize = 5;
/// A shorter piece of base64 does, too.
const BASE64_CHARS_MIN: usize = 8;

/// Values and keys to look for.
pub struct Needles {
    machine: AhoCorasick,
    /// What each is, by its number in the machine.
    what: Vec<&'static str>,
}

/// What was found, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needle {
    /// How it is spelt, or that it is a key.
    pub what: &'static str,
    /// After how many bytes.
    pub at: u64,
}

impl Needles {
    /// What `values` may be spelt as, and `keys` as they are. None if there is nothing to look for.
    #[must_use]
    pub fn of<'a>(
        values: impl IntoIterator<Item = &'a str>,
        keys: impl IntoIterator<Item = &'a Key>,
    ) -> Option<Needles> {
        let mut spelt = BTreeMap::new();
        for value in values {
            for (what, text) in spellings(value) {
                spelt.entry(text).or_insert(what);
            }
        }
        for key in keys {
            spelt.insert(key.bytes().to_vec(), "a key");
        }
        let what = spelt.values().copied().collect();
        let machine = AhoCorasick::new(spelt.keys()).ok()?;
        (!spelt.is_empty()).then_some(Needles { machine, what })
    }

    /// The first of them in `bytes`.
    #[must_use]
    pub fn find(&self, bytes: &[u8]) -> Option<Needle> {
        let found = self.machine.find(bytes)?;
        Some(Needle { what: self.what[found.pattern()], at: found.start() as u64 })
    }

    /// The first of them in what `reader` reads.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn find_in(&self, reader: impl Read) -> io::Result<Option<Needle>> {
        let Some(found) = self.machine.stream_find_iter(reader).next() else { return Ok(None) };
        let found = found?;
        Ok(Some(Needle { what: self.what[found.pattern()], at: found.start() as u64 }))
    }
}

/// The ways in which a file of ours may have a text.
fn spellings(value: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut all = vec![
        ("as it is", value.to_owned()),
        ("in JSON", in_json(value)),
        ("in JSON", in_json(value).replace('/', "\\/")),
        ("in JSON, escaped", escaped(value, false)),
        ("in JSON, escaped", escaped(value, true)),
        ("in HTML", in_html(value)),
        ("in an address", in_address(value, "%20")),
        ("in an address", in_address(value, "+")),
    ];
    if value.len() < BYTES_MIN {
        for (_, text) in &mut all {
            *text = format!("\"{text}\"");
        }
    }
    let mut all: Vec<_> = all.into_iter().map(|(what, text)| (what, text.into_bytes())).collect();
    for before in 0..3 {
        all.extend(in_base64(value, before).map(|text| ("in base64", text.into_bytes())));
        let url_safe =
            in_base64(value, before).map(|text| text.replace('+', "-").replace('/', "_"));
        all.extend(url_safe.map(|text| ("in base64", text.into_bytes())));
    }
    all
}

/// The content of the JSON string, without its quotes.
fn in_json(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// The same with everything escaped that is not ASCII.
fn escaped(value: &str, upper: bool) -> String {
    let mut text = String::new();
    for one in in_json(value).chars() {
        if one.is_ascii() {
            text.push(one);
            continue;
        }
        for unit in one.encode_utf16(&mut [0; 2]) {
            // Writing to a string does not fail.
            let _ =
                if upper { write!(text, "\\u{unit:04X}") } else { write!(text, "\\u{unit:04x}") };
        }
    }
    text
}

fn in_html(value: &str) -> String {
    let text = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;")
}

fn in_address(value: &str, space: &str) -> String {
    let mut text = String::new();
    for byte in value.bytes() {
        match byte {
            b' ' => text.push_str(space),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                text.push(char::from(byte));
            }
            _ => {
                // Writing to a string does not fail.
                let _ = write!(text, "%{byte:02X}");
            }
        }
    }
    text
}

/// What of the value base64 shows where so many bytes, modulo three, stand before it: the letters
/// that are made of nothing else.
fn in_base64(value: &str, before: usize) -> Option<String> {
    let bytes = [vec![0; before], value.as_bytes().to_vec()].concat();
    let text = STANDARD_NO_PAD.encode(&bytes);
    let first = (before * 4).div_ceil(3);
    let last = bytes.len() * 4 / 3;
    let text = text.get(first..last)?;
    (BASE64_CHARS_MIN <= text.len()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Needles;
    use crate::Key;
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    #[track_caller]
    fn check(value: &str, text: &[u8], is_found: bool) {
        let needles = Needles::of([value], []).unwrap();
        assert_eq!(needles.find(text).is_some(), is_found, "{}", String::from_utf8_lossy(text));
        assert_eq!(needles.find_in(text).unwrap().is_some(), is_found);
    }

    #[test]
    fn a_value_is_found_in_every_spelling() {
        let value = "Zoë <\"A/B\"> & co";
        check(value, value.as_bytes(), true);
        check(value, br#"{"x":"Zo\u00eb <\"A/B\"> & co"}"#, true);
        check(value, br#"{"x":"Zo\u00EB <\"A/B\"> & co"}"#, true);
        check(value, "{\"x\":\"Zoë <\\\"A\\/B\\\"> & co\"}".as_bytes(), true);
        check(value, "<p>Zoë &lt;&quot;A/B&quot;&gt; &amp; co</p>".as_bytes(), true);
        check(value, b"?q=Zo%C3%AB%20%3C%22A%2FB%22%3E%20%26%20co&x", true);
        check(value, b"?q=Zo%C3%AB+%3C%22A%2FB%22%3E+%26+co&x", true);
        check(value, b"Zoe", false);
    }

    #[test]
    fn a_value_is_found_in_base64_wherever_it_begins_there() {
        for before in ["", "a", "ab", "abc", "abcd"] {
            for after in ["", "x", "xy", "xyz"] {
                let text = format!("{before}customer-4711?>{after}");
                check("customer-4711?>", STANDARD.encode(&text).as_bytes(), true);
                check("customer-4711?>", URL_SAFE_NO_PAD.encode(&text).as_bytes(), true);
            }
        }
    }

    #[test]
    fn a_short_value_is_looked_for_between_quotes() {
        check("42", b"x42x", false);
        check("42", b"{\"endUserId\":\"42\"}", true);
    }

    #[test]
    fn a_key_is_found_as_it_is() {
        let key = Key::from([7; 32]);
        let needles = Needles::of([], [&key]).unwrap();
        assert_eq!(needles.find(&[7; 33]).unwrap().at, 0);
        assert!(needles.find(&[7; 31]).is_none());
        assert!(Needles::of([], []).is_none());
    }
}
