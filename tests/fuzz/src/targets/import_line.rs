//! A line of a backlog: what is read from it comes back from the line that an export makes of it,
//! and a body of any bytes comes back too.

use weir_domain::Timestamp;
use weir_ingest::import::{ImportedLine, export_line, parse_line};

/// 2026-06-01.
const NOW: Timestamp = Timestamp::from_micros(1_780_272_000_000_000);

pub(super) fn run(data: &[u8]) {
    match parse_line(data, NOW) {
        Ok(ImportedLine { received_at, integration, body }) => {
            comes_back(received_at, integration.as_deref().unwrap_or("main"), &body);
        }
        Err(problem) => {
            // It is one sentence of one line.
            let said = problem.to_string();
            assert!(!said.is_empty() && !said.contains(['\n', '\r', '\u{1b}']), "{said:?}");
        }
    }
    comes_back(NOW, "main", data);
}

fn comes_back(received_at: Timestamp, integration: &str, body: &[u8]) {
    let line = export_line(received_at, integration, body);
    assert!(!line.contains(['\n', '\r']), "{line:?}");
    let read = parse_line(line.as_bytes(), NOW).expect("an exported line is one");
    let want =
        ImportedLine { received_at, integration: Some(integration.into()), body: body.to_vec() };
    assert_eq!(read, want, "{line:?}");
}
