//! What is written reads back, row by row.

use ::parquet::basic::Encoding;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::{Field, Row};
use bytes::Bytes;
use weir_domain::{Catalogue, Fact, FactKind, Seq, Timestamp, Unit};
use weir_readmodel::{DeliveryFlags, Model};

use super::parquet;
use crate::{Asked, Query, compute};

/// `sessions` of them, one a minute from 2026-03-01 on; every seventh has two attempts.
fn model(sessions: u64) -> Model {
    let mut model = Model::default();
    let start: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
    let mut seq = Seq::START;
    for n in 0..sessions {
        let id = |kind: u8, n: u64| {
            let mut id = [kind; 16];
            id[8..].copy_from_slice(&n.to_be_bytes());
            id
        };
        let integration = model.integration(if n.is_multiple_of(3) { "second" } else { "main" });
        let row = model.session(integration, id(0xA5, n), id(0xB6, n));
        let exit = model.exits_mut().intern(Some("document_front_screen_shown"), None);
        let odd = model.exits_mut().intern(Some("=cmd|' /C calc'!A0 ä"), Some("user_quit"));
        let facts = match n % 7 {
            0 => vec![
                (0, 0, FactKind::Started),
                (0, 3, FactKind::Cancel(odd)),
                (1, 4, FactKind::Submitted),
            ],
            1 => vec![(0, 0, FactKind::Started), (0, 3, FactKind::Cancel(exit))],
            2 => vec![(0, 0, FactKind::Handover(odd))],
            3 => vec![(0, 0, FactKind::Started)],
            4 => vec![
                (0, 1, FactKind::Started),
                (0, 2, FactKind::Submitted),
                (0, 3, FactKind::Cancel(exit)),
            ],
            _ => vec![(0, 0, FactKind::Started), (0, 61, FactKind::Submitted)],
        };
        for (attempt, minutes, kind) in facts {
            if attempt == 1 {
                model.attempt(row, id(0xC7, n));
            }
            seq = seq.next();
            let at =
                start.plus_us(i64::try_from(n).unwrap() * 60_000_000 + minutes * 60_000_000 + 1);
            let feature = (n % 2 == 0).then_some("selfid");
            model.describe(row, seq, feature, Some("somebody@example.com"));
            model.join(row, &Fact { kind, attempt, at, seq });
            model.record(seq, at, row, DeliveryFlags::default());
        }
    }
    model
}

fn query(unit: Unit, asked: Asked) -> Query {
    let asked = Asked {
        from: Some("2026-03-01".to_owned()),
        to: Some("2027-01-01".to_owned()),
        as_of: Some("2026-12-01".to_owned()),
        unit: Some(unit.name().to_owned()),
        ..asked
    };
    asked.query(Timestamp::MAX).unwrap()
}

fn bytes(model: &Model, query: &Query, threads: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let rows = parquet(model, &Catalogue::shipped(), query, threads, &mut out).unwrap();
    let totals = compute(model, &Catalogue::shipped(), query, 2).unwrap().totals;
    assert_eq!(rows, totals.started);
    out
}

fn read(bytes: Vec<u8>) -> SerializedFileReader<Bytes> {
    SerializedFileReader::new(Bytes::from(bytes)).unwrap()
}

fn rows(bytes: Vec<u8>) -> Vec<Row> {
    read(bytes).get_row_iter(None).unwrap().map(Result::unwrap).collect()
}

fn cell<'a>(row: &'a Row, name: &str) -> &'a Field {
    row.get_column_iter().find(|(column, _)| *column == name).unwrap().1
}

/// What a file of 21 sessions holds: what it says of itself, its columns, its rows.
pub(in crate::render) fn parquet_text() -> String {
    let reader = read(bytes(&model(21), &query(Unit::Session, Asked::default()), 1));
    let file = reader.metadata().file_metadata();
    let mut text = String::new();
    for pair in file.key_value_metadata().into_iter().flatten() {
        text += &format!("{}: {}\n", pair.key, pair.value.as_deref().unwrap_or_default());
    }
    for column in file.schema_descr().columns() {
        let logical = column.logical_type_ref().map(|logical| format!("{logical:?}"));
        text += &format!("{} {} {logical:?}\n", column.name(), column.physical_type());
    }
    for row in reader.get_row_iter(None).unwrap() {
        text += &format!("{}\n", row.unwrap());
    }
    text
}

#[test]
fn a_row_says_what_became_of_its_session() {
    let rows = rows(bytes(&model(7), &query(Unit::Session, Asked::default()), 2));
    let texts: Vec<_> = rows
        .iter()
        .map(|row| {
            ["integration", "outcome", "state", "state_label", "reason", "time_to_submit_seconds"]
                .map(|name| cell(row, name).to_string())
                .join(" | ")
        })
        .collect();
    let label = texts[1].split(" | ").nth(3).unwrap();
    assert!(!label.contains("screen_shown"), "{label} is what the catalogue calls it");
    assert_eq!(texts[0], "\"second\" | \"submitted\" | null | null | null | 240.0");
    assert!(texts[1].starts_with("\"main\" | \"cancelled\" | \"document_front_screen_shown\" | "));
    assert_eq!(
        texts[2],
        "\"main\" | \"lost_in_handover\" | \"=cmd|' /C calc'!A0 ä\" | \"=cmd|' /C calc'!A0 ä\" | \
         \"user_quit\" | null"
    );
    assert_eq!(texts[3], "\"second\" | \"stalled\" | null | null | null | null");
    assert_eq!(texts[4], "\"main\" | \"submitted\" | null | null | null | 60.0");
    let id = cell(&rows[1], "session_id").to_string();
    assert_eq!(id, "\"a5a5a5a5-a5a5-a5a5-0000-000000000001\"");
    assert_eq!(*cell(&rows[1], "attempt_id"), Field::Null);
    let first_at: Timestamp = "2026-03-01T00:01:00.000001Z".parse().unwrap();
    assert_eq!(*cell(&rows[1], "first_at"), Field::TimestampMicros(first_at.as_micros()));
    assert_eq!(*cell(&rows[1], "time_to_abandon_seconds"), Field::Double(180.0));
    assert_eq!(*cell(&rows[2], "time_to_abandon_seconds"), Field::Null);
    let flags = |row: &Row| {
        ["recovered", "left_after_submitting", "implied_submitted", "missing_started"]
            .map(|name| *cell(row, name) == Field::Bool(true))
    };
    assert_eq!(flags(&rows[0]), [true, false, false, false]);
    assert_eq!(flags(&rows[2]), [false, false, false, true]);
    assert_eq!(flags(&rows[4]), [false, true, false, false]);
    assert_eq!(*cell(&rows[0], "attempts"), Field::Int(2));
}

#[test]
fn attempts_and_end_users_are_rows_too() {
    let model = model(14);
    let attempts = rows(bytes(&model, &query(Unit::Attempt, Asked::default()), 2));
    assert_eq!(attempts.len(), 16);
    let ids: Vec<_> = attempts[..2].iter().map(|row| cell(row, "attempt_id").to_string()).collect();
    assert_eq!(ids[0], "\"b6b6b6b6-b6b6-b6b6-0000-000000000000\"");
    assert_eq!(ids[1], "\"c7c7c7c7-c7c7-c7c7-0000-000000000000\"");
    // One person with two integrations.
    let people = rows(bytes(&model, &query(Unit::EndUser, Asked::default()), 2));
    assert_eq!(people.len(), 2);
}

#[test]
fn filters_hold_and_nobody_is_in_it() {
    let asked = Asked { outcome: vec!["cancelled".to_owned()], ..Asked::default() };
    let bytes = bytes(&model(70), &query(Unit::Session, asked), 2);
    let person = b"somebody";
    assert!(!bytes.windows(person.len()).any(|window| window == person));
    let rows = rows(bytes);
    assert_eq!(rows.len(), 10);
    assert!(rows.iter().all(|row| cell(row, "outcome").to_string() == "\"cancelled\""));
}

#[test]
fn nothing_is_a_file_too() {
    let file = read(bytes(&Model::default(), &query(Unit::Session, Asked::default()), 2));
    assert_eq!(file.metadata().file_metadata().num_rows(), 0);
    assert_eq!(file.metadata().num_row_groups(), 0);
    assert_eq!(file.metadata().file_metadata().schema_descr().num_columns(), 21);
}

#[test]
fn the_bytes_do_not_depend_on_who_packs_them() {
    // More than one part of the model, of which each ends in its middle.
    let model = model(40_000);
    let query = query(Unit::Session, Asked::default());
    let one = bytes(&model, &query, 1);
    for threads in [2, 5] {
        assert!(bytes(&model, &query, threads) == one, "{threads}");
    }
    let file = read(one);
    let meta = file.metadata();
    assert_eq!(meta.file_metadata().num_rows(), 40_000);
    assert_eq!(meta.file_metadata().created_by(), Some("weir"));
    let group = meta.row_group(0);
    let of = |name: &str| {
        group.columns().iter().find(|column| column.column_path().string() == name).unwrap()
    };
    assert!(of("outcome").encodings().any(|encoding| encoding == Encoding::RLE_DICTIONARY));
    assert!(of("first_at").encodings().any(|encoding| encoding == Encoding::DELTA_BINARY_PACKED));
    let said = meta.file_metadata().key_value_metadata().unwrap();
    let input = said.iter().find(|said| said.key == "weir.input").unwrap().value.clone().unwrap();
    assert!(input.starts_with("{\"from\":\"2026-03-01T00:00:00Z\""), "{input}");
}

#[test]
fn a_disk_that_is_full_is_an_error() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::from(std::io::ErrorKind::StorageFull))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Err(std::io::Error::from(std::io::ErrorKind::StorageFull))
        }
    }
    let query = query(Unit::Session, Asked::default());
    let error = parquet(&model(7), &Catalogue::shipped(), &query, 2, Full).unwrap_err();
    assert_eq!(error.to_string(), "the file could not be written: no storage space");
}
