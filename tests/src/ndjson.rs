//! A stream as the lines of `weir import`.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::value::RawValue;

use crate::oracle::RawDelivery;

/// The integration of a line that names none.
const DEFAULT_INTEGRATION: &str = "main";

/// The deliveries that an import can carry, numbered as the import will number them: those whose
/// body is UTF-8.
pub fn importable(deliveries: &[RawDelivery]) -> Vec<RawDelivery> {
    deliveries
        .iter()
        .filter(|delivery| str::from_utf8(&delivery.body).is_ok())
        .zip(1..)
        .map(|(delivery, seq)| RawDelivery { seq, ..delivery.clone() })
        .collect()
}

/// The lines, in the order given. Bodies that are not UTF-8 are left out; see [`importable`].
pub fn import_lines(deliveries: &[RawDelivery]) -> String {
    deliveries.iter().filter_map(import_line).collect()
}

/// One line with its line end. The forms that the interface allows take turns.
fn import_line(delivery: &RawDelivery) -> Option<String> {
    let body = str::from_utf8(&delivery.body).ok()?;
    let received_at = quoted(&received_at(delivery));
    let integration = match delivery.integration.as_str() {
        DEFAULT_INTEGRATION if delivery.seq.is_multiple_of(2) => String::new(),
        name => format!(r#""integration":{},"#, quoted(name)),
    };
    let payload = if is_plain_object(body) { body.to_owned() } else { quoted(body) };
    Some(format!("{{\"received_at\":{received_at},{integration}\"payload\":{payload}}}\n"))
}

/// Whether the text can stand in a line as it is and be found again byte for byte.
fn is_plain_object(body: &str) -> bool {
    body.starts_with('{')
        && body.ends_with('}')
        && !body.contains(['\n', '\r'])
        && serde_json::from_str::<&RawValue>(body).is_ok()
}

fn received_at(delivery: &RawDelivery) -> String {
    let at = Timestamp::from_microsecond(delivery.received_at_us).expect("it is of our days");
    match delivery.seq % 3 {
        0 => at.display_with_offset(Offset::constant(3)).to_string(),
        1 => format!("{at:.6}"),
        _ => at.to_string(),
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text can be written as JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(seq: u64, integration: &str, body: &[u8], want: &str) {
        let received_at_us = 1_767_600_000_500_000;
        let delivery =
            RawDelivery { seq, received_at_us, integration: integration.into(), body: body.into() };
        assert_eq!(import_lines(&[delivery]), want);
    }

    #[test]
    fn an_object_stands_as_it_is_and_all_else_as_a_string() {
        check(
            1,
            "shop",
            br#"{"id": 1, "id": 2}"#,
            "{\"received_at\":\"2026-01-05T08:00:00.500000Z\",\"integration\":\"shop\",\
             \"payload\":{\"id\": 1, \"id\": 2}}\n",
        );
        check(
            2,
            "main",
            b"{\n}",
            "{\"received_at\":\"2026-01-05T08:00:00.5Z\",\"payload\":\"{\\n}\"}\n",
        );
        check(
            3,
            "main",
            b"{} ",
            "{\"received_at\":\"2026-01-05T11:00:00.5+03:00\",\"integration\":\"main\",\
             \"payload\":\"{} \"}\n",
        );
    }

    #[test]
    fn bytes_that_are_no_text_cannot_be_imported() {
        check(1, "main", b"\xff", "");
    }
}
