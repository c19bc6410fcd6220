//! A backlog into the log.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use weir_ingest::import::export_line;

use crate::figures::{Target, median, say};
use crate::process::{wall_s, weir};
use crate::{Args, backlog};

/// Measures `weir import` of plain lines, beside bare SQLite that is given the same bodies, one
/// row each, without parsing, seal or a second thread.
#[allow(clippy::cast_precision_loss)] // far below 2^53
pub(crate) fn measure(args: &Args, work: &Path) -> anyhow::Result<()> {
    let file = work.join("backlog.ndjson");
    let bytes = write(&file, args)?;
    let count = args.import_deliveries as f64;
    println!(
        "import: {} deliveries, {:.0} MB of lines",
        args.import_deliveries,
        bytes as f64 / 1e6
    );
    let (mut imports, mut baselines) = (Vec::new(), Vec::new());
    for run in 0..args.runs {
        let dir = work.join(format!("import-{run}"));
        imports.push(wall_s(weir(&args.weir, &dir).arg("import").arg(&file))?);
        std::fs::remove_dir_all(&dir)?;
        baselines.push(bare_sqlite(&work.join(format!("bare-{run}.db")), &file)?);
    }
    let rate = count / median(&imports);
    say("weir import, whole process", rate, "deliveries/s", Target::AtLeast(150_000.0));
    say(
        "baseline: the same lines into bare SQLite",
        count / median(&baselines),
        "lines/s",
        Target::None,
    );
    say("ratio to the baseline", median(&baselines) / median(&imports), "", Target::None);
    Ok(std::fs::remove_file(&file)?)
}

/// Writes the backlog as lines, and says how many bytes it has.
pub(crate) fn write(path: &Path, args: &Args) -> anyhow::Result<u64> {
    let mut out = BufWriter::new(File::create(path)?);
    for sent in backlog::deliveries(args.seed, args.import_deliveries) {
        let name = ["main", "test"][sent.integration.min(1)];
        writeln!(out, "{}", export_line(sent.at, name, &sent.body).trim_end())?;
    }
    out.flush()?;
    Ok(path.metadata()?.len())
}

fn bare_sqlite(db: &Path, file: &Path) -> anyhow::Result<f64> {
    let conn = rusqlite::Connection::open(db)?;
    conn.pragma_update(None, "page_size", 8_192)?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.execute_batch("CREATE TABLE line (seq INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT")?;
    let began = Instant::now();
    let mut lines = BufReader::with_capacity(1 << 20, File::open(file)?);
    let mut line = Vec::new();
    let mut insert = conn.prepare("INSERT INTO line (body) VALUES (?1)")?;
    conn.execute_batch("BEGIN")?;
    for number in 1_u64.. {
        line.clear();
        if lines.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        insert.execute([&line])?;
        if number % 4_096 == 0 {
            conn.execute_batch("COMMIT; BEGIN")?;
        }
    }
    conn.execute_batch("COMMIT")?;
    let took_s = began.elapsed().as_secs_f64();
    drop(insert);
    drop(conn);
    std::fs::remove_file(db)?;
    Ok(took_s)
}
