//! A backlog that is imported into a log, exported, and imported into another: both hold the same,
//! whatever garbage stood between the lines; and a line that stops an import loses nothing that was
//! in the log before it.

use std::path::Path;

use weir_domain::{Seq, Timestamp};
use weir_ingest::import::{ImportError, ImportOptions, Imported, export_line, import};
use weir_log::{DataDir, Log, LogError, LogReader};

/// 2026-06-01.
const NOW: Timestamp = Timestamp::from_micros(1_780_272_000_000_000);

pub(super) fn run(data: &[u8]) {
    let [first, second] = [Folder::new(), Folder::new()];
    let imported = first.import(data, true).expect("bad lines are passed over");
    let rows = first.rows();
    assert_eq!(imported.appended, rows.len() as u64);
    let lines = data.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    assert!(imported.appended + imported.skipped <= lines.count() as u64);

    // A copy, with garbage between its lines that is no line: the same bytes, cut.
    let garbage: Vec<u8> = data.iter().copied().filter(|byte| *byte != b'\n').take(64).collect();
    let mut export = Vec::new();
    for (received_at, integration, body) in &rows {
        export.extend_from_slice(export_line(*received_at, integration, body).as_bytes());
        export.extend_from_slice(b"\n#");
        export.extend_from_slice(&garbage);
        export.push(b'\n');
    }
    let copied = second.import(&export, true).expect("bad lines are passed over");
    assert_eq!((copied.appended, copied.skipped), (imported.appended, imported.appended));
    assert_eq!(second.rows(), rows, "the copy is not the log");

    // The same once more, strictly: the first bad line stops it, before its batch.
    match second.import(data, false) {
        Ok(again) => assert_eq!((again.appended, imported.skipped), (imported.appended, 0)),
        Err(stopped) => {
            assert_ne!(imported.skipped, 0, "{stopped}");
            let first = imported.first_skipped.expect("one was skipped");
            assert!(stopped.to_string().contains(&format!("line {}", first.line)), "{stopped}");
        }
    }
    let after = second.rows();
    assert_eq!(&after[..rows.len()], rows, "what was there before is gone");
    assert!(matches!(after.len() - rows.len(), 0) || imported.skipped == 0);
    second.verify(after.len() as u64);
}

type Row = (Timestamp, String, Vec<u8>);

/// A data directory of its own, in memory where the system has such a place.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        let memory = Path::new("/dev/shm");
        let folder =
            if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        Folder(folder.expect("a folder of its own"))
    }

    fn import(&self, data: &[u8], skip_bad_lines: bool) -> Result<Imported, ImportError> {
        let dir = DataDir::at(self.0.path());
        let lock = dir.lock("fuzzing").expect("nobody else is here");
        let mut log = Log::open(&dir, &lock).expect("a log");
        let options = ImportOptions {
            file: "backlog".to_owned(),
            default_integration: "main".to_owned(),
            skip_bad_lines,
            now: NOW,
        };
        import(data, &mut log, &options, |_| {})
    }

    fn rows(&self) -> Vec<Row> {
        let mut reader = LogReader::open(&DataDir::at(self.0.path())).expect("a log");
        let mut rows = Vec::new();
        let read = reader.read(Seq::START, u64::MAX, |row| {
            rows.push((row.received_at, row.origin.integration.clone(), row.body.to_vec()));
            Ok::<_, LogError>(())
        });
        read.expect("it reads");
        rows
    }

    fn verify(&self, count: u64) {
        let mut reader = LogReader::open(&DataDir::at(self.0.path())).expect("a log");
        let verified = reader.verify(|_| {}).expect("it reads");
        assert!(verified.finding.is_none(), "{:?}", verified.finding);
        assert_eq!(reader.head().expect("it reads").get(), count);
    }
}
