//! Where personal values stand in a body.

use std::ops::Range;

use serde::de::IgnoredAny;

use crate::Kind;

/// What makes a body an event: without these it is quarantined, and may hold anything.
const OF_AN_EVENT: [&str; 4] = ["id", "attemptId", "code", "action"];

/// What is personal in a body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Personal {
    /// These values, in order; none overlaps another.
    Values(Vec<Value>),
    /// It is no event, and may hold anything.
    Everything,
}

/// A value of a personal field, at any depth.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) kind: Kind,
    /// Where its text stands in the body.
    pub(crate) span: Range<usize>,
    /// What the subject is known by: the content of a string, the text of anything else.
    pub(crate) subject: Vec<u8>,
}

/// Looks through a body.
pub(crate) fn personal(body: &[u8]) -> Personal {
    let Ok(text) = std::str::from_utf8(body) else { return Personal::Everything };
    if serde_json::from_str::<IgnoredAny>(text).is_err() {
        return Personal::Everything;
    }
    Walk::over(text).unwrap_or(Personal::Everything)
}

/// A walk over text that is known to be JSON. Without recursion: a body may be as deep as it is long.
struct Walk<'a> {
    text: &'a str,
    at: usize,
    /// The brackets that are open.
    inside: Vec<u8>,
    key_is_next: bool,
    /// The name of the field whose value is next.
    key: Option<&'a str>,
    values: Vec<Value>,
    /// Which of [`OF_AN_EVENT`] were seen.
    of_an_event: [bool; OF_AN_EVENT.len()],
}

impl<'a> Walk<'a> {
    /// None where a personal field of the event itself is a string that JSON has no text for.
    fn over(text: &'a str) -> Option<Personal> {
        let mut walk = Walk {
            text,
            at: 0,
            inside: Vec::new(),
            key_is_next: false,
            key: None,
            values: Vec::new(),
            of_an_event: [false; OF_AN_EVENT.len()],
        };
        while let Some(&byte) = text.as_bytes().get(walk.at) {
            walk.step(byte)?;
        }
        let is_event = walk.of_an_event.iter().all(|&seen| seen);
        Some(if is_event { Personal::Values(walk.values) } else { Personal::Everything })
    }

    fn step(&mut self, byte: u8) -> Option<()> {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b':' => self.at += 1,
            b',' => {
                self.key_is_next = self.inside.last() == Some(&b'{');
                self.at += 1;
            }
            b'}' | b']' => {
                self.inside.pop();
                self.key_is_next = false;
                self.at += 1;
            }
            b'"' if self.key_is_next => {
                let end = string_end(self.text, self.at);
                self.key = Some(&self.text[self.at..end]);
                self.key_is_next = false;
                self.at = end;
            }
            _ => self.value(byte)?,
        }
        Some(())
    }

    fn value(&mut self, byte: u8) -> Option<()> {
        let name = self.key.take().and_then(decoded);
        let of_the_event = self.inside.len() == 1;
        if of_the_event && let Some(name) = &name {
            for (seen, wanted) in self.of_an_event.iter_mut().zip(OF_AN_EVENT) {
                *seen |= name == wanted;
            }
        }
        let start = self.at;
        let Some(kind) = name.as_deref().and_then(Kind::of_name) else {
            match byte {
                b'{' | b'[' => {
                    self.inside.push(byte);
                    self.key_is_next = byte == b'{';
                    self.at += 1;
                }
                _ => self.at = value_end(self.text, start),
            }
            return Some(());
        };
        self.at = value_end(self.text, start);
        let span = start..self.at;
        let value = &self.text[span.clone()];
        let subject = match byte {
            b'"' => match decoded(value) {
                Some(content) => content.into_bytes(),
                None if of_the_event => return None,
                None => value.as_bytes().to_vec(),
            },
            _ => value.as_bytes().to_vec(),
        };
        // Nothing there is nothing to seal: null, the empty text.
        if value != "null" && !subject.is_empty() {
            self.values.push(Value { kind, span, subject });
        }
        Some(())
    }
}

/// The content of a JSON string, if it is text.
fn decoded(string: &str) -> Option<String> {
    serde_json::from_str(string).ok()
}

/// Where the value that begins at `start` ends.
fn value_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    match bytes[start] {
        b'"' => string_end(text, start),
        b'{' | b'[' => {
            let (mut at, mut depth) = (start, 0_usize);
            while let Some(&byte) = bytes.get(at) {
                match byte {
                    b'"' => {
                        at = string_end(text, at);
                        continue;
                    }
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth -= 1,
                    _ => {}
                }
                at += 1;
                if depth == 0 {
                    break;
                }
            }
            at
        }
        _ => {
            let ends = |byte: &u8| b",]} \t\r\n".contains(byte);
            start + bytes[start..].iter().position(ends).unwrap_or(bytes.len() - start)
        }
    }
}

/// Where the string that begins at `start` ends, after its closing quote.
fn string_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::{Personal, personal};

    const EVENT: &str = r#""id":1,"attemptId":2,"code":3,"action":4"#;

    /// The texts of the values with what the subjects are known by.
    #[track_caller]
    fn check(fields: &str, want: &[&str]) {
        let body = format!("{{{EVENT},{fields}}}");
        let Personal::Values(values) = personal(body.as_bytes()) else {
            panic!("{body}: everything")
        };
        let got: Vec<_> = values
            .iter()
            .map(|value| {
                let subject = String::from_utf8(value.subject.clone()).unwrap();
                format!("{} {} {subject}", value.kind, &body[value.span.clone()])
            })
            .collect();
        assert_eq!(got, want, "{body}");
    }

    #[track_caller]
    fn check_everything(body: &[u8]) {
        assert_eq!(personal(body), Personal::Everything, "{}", String::from_utf8_lossy(body));
    }

    #[test]
    fn values_are_found_by_name_however_it_is_spelt() {
        check(r#""vendorData":"a","endUserId":"b""#, &["vendorData \"a\" a", "endUserId \"b\" b"]);
        check(r#""vendor\u0044ata" : "a\n" "#, &["vendorData \"a\\n\" a\n"]);
        check(r#""VendorData":"a","x":"vendorData","vendorDat":"a""#, &[]);
        check(r#""x":["vendorData","a"],"endUserId":"\"}""#, &["endUserId \"\\\"}\" \"}"]);
    }

    #[test]
    fn every_one_of_a_doubled_field_is_found() {
        check(
            r#""vendorData":"a","vendorData":"b","vendorData":null"#,
            &["vendorData \"a\" a", "vendorData \"b\" b"],
        );
    }

    #[test]
    fn fields_within_others_are_found() {
        check(
            r#""x":{"y":[{"endUserId":"a"}]},"vendorData":"b""#,
            &["endUserId \"a\" a", "vendorData \"b\" b"],
        );
        check(r#""x":{"vendorData":"\ud800"}"#, &[r#"vendorData "\ud800" "\ud800""#]);
    }

    #[test]
    fn what_is_no_string_is_found_as_it_stands() {
        check(
            r#""vendorData":-5,"endUserId":{"endUserId":["}","a"]},"x":1"#,
            &["vendorData -5 -5", r#"endUserId {"endUserId":["}","a"]} {"endUserId":["}","a"]}"#],
        );
        check(r#""vendorData":null,"endUserId":"","x":{"endUserId":null}"#, &[]);
    }

    #[test]
    fn what_is_no_event_may_hold_anything() {
        check_everything(b"");
        check_everything(b"\xff");
        check_everything(b"[{\"id\":1,\"attemptId\":2,\"code\":3,\"action\":4}]");
        check_everything(b"{\"id\":1,\"attemptId\":2,\"code\":3,\"x\":{\"action\":4}}");
        check_everything(b"{\"verification\":{\"person\":{\"firstName\":\"Ann\"}}}");
        check_everything(format!("{{{EVENT},\"vendorData\":\"\\ud800\"}}").as_bytes());
        check_everything(format!("{{{EVENT}}} x").as_bytes());
    }

    #[test]
    fn a_body_may_be_as_deep_as_it_is_long() {
        let (open, close) = ("[".repeat(100_000), "]".repeat(100_000));
        check(&format!("\"x\":{open}{{\"endUserId\":\"a\"}}{close}"), &["endUserId \"a\" a"]);
    }
}
