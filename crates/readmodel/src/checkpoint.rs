//! The model in `read.db`: what changed and how far it has read, both or neither.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, params};
use weir_domain::Seq;

use crate::chunk::{CHUNK_SESSIONS, NOWHERE};
use crate::encode;
use crate::sessions::EndUser;
use crate::{Model, Names};

const SCHEMA: &str = include_str!("../../../migrations/readmodel/0001_read_model.sql");

/// The version of the tables and of the columns' bytes. A file of another one is made anew.
const LAYOUT_VERSION: i64 = 2;

/// "WRMD" in ASCII: says whose file it is.
const APPLICATION_ID: i64 = 0x5752_4D44;

/// Columns are read and written whole: large pages suit them.
const PAGE_BYTES: u32 = 32 * 1024;

const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How far a saved model has read, of which log, and by which fold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// The version of the fold that made it.
    pub fold_version: u32,
    /// The last delivery that was folded in.
    pub position: Seq,
    /// Where the log's last seal up to there ends …
    pub sealed: Seq,
    /// … and what it is: it names the log that was read.
    pub seal: [u8; 32],
}

/// A read model that cannot be saved or loaded. The log holds all that is needed to fold it again.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// SQLite said no.
    #[error("{path}: {source}; {advice}", path = path.display(), advice = advice(source))]
    Store {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: rusqlite::Error,
    },
    /// The journal that an earlier process left cannot be made durable.
    #[error(
        "{path}: {source}; look at the disk that it is on, the file is folded from the log again",
        path = path.display()
    )]
    Io {
        /// The journal.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// What was saved does not read back.
    #[error("{path} is damaged in {what}; delete the file, it is folded from the log again", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The table.
        what: &'static str,
    },
    /// The file is another program's.
    #[error("{path} is a database of another program; move it away", path = path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
}

fn advice(source: &rusqlite::Error) -> &'static str {
    use rusqlite::ErrorCode::{CannotOpen, DiskFull, PermissionDenied, ReadOnly};
    match source.sqlite_error_code() {
        Some(DiskFull) => "free some space on that disk and start again",
        Some(CannotOpen | PermissionDenied | ReadOnly) => {
            "the folder must be writable for this user; mend that, or name another with --data-dir"
        }
        _ => "the file can be deleted, it is folded from the log again",
    }
}

/// The file that a model is saved in.
pub struct Store {
    conn: Connection,
    path: PathBuf,
}

impl CheckpointError {
    /// Whether what is saved cannot be read, as against cannot be reached: making it anew helps.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        match self {
            CheckpointError::Damaged { .. } => true,
            CheckpointError::Foreign { .. } | CheckpointError::Io { .. } => false,
            CheckpointError::Store { source, .. } => {
                matches!(source.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
            }
        }
    }

    fn io(path: &Path) -> impl FnOnce(std::io::Error) -> CheckpointError + '_ {
        move |source| CheckpointError::Io { path: weir_journal::of(path), source }
    }

    fn store(path: &Path) -> impl Fn(rusqlite::Error) -> CheckpointError + '_ {
        move |source| CheckpointError::Store { path: path.to_owned(), source }
    }
}

impl Store {
    /// Opens the file for writing; makes it anew where it is missing or of another layout.
    ///
    /// # Errors
    /// If it is another program's or cannot be written.
    pub fn open(path: &Path) -> Result<Store, CheckpointError> {
        let store = CheckpointError::store(path);
        // The columns hold personal data. Where the file cannot be made, opening it says why.
        let _ = weir_journal::create_private(path);
        // Whoever writes here holds the lock of the data directory: nobody else writes.
        weir_journal::settle(path).map_err(CheckpointError::io(path))?;
        let mut conn = Connection::open(path).map_err(&store)?;
        conn.busy_timeout(BUSY_TIMEOUT).map_err(&store)?;
        let layout = layout_of(&conn, path)?;
        conn.pragma_update(None, "page_size", PAGE_BYTES).map_err(&store)?;
        weir_journal::switch_on(&conn).map_err(&store)?;
        // FULL: each save is synced by itself. With NORMAL the journal is synced when it is moved into
        // the file; if that fails, a later sync says yes for what is not there (see `weir_journal`).
        conn.pragma_update(None, "synchronous", "FULL").map_err(&store)?;
        if layout == Some(LAYOUT_VERSION) {
            weir_journal::stamp(&conn).map_err(&store)?;
        } else {
            remake(&mut conn).map_err(&store)?;
        }
        Ok(Store { conn, path: path.to_owned() })
    }

    /// How far the model has read that the file holds; none if it holds none.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn checkpoint(&self) -> Result<Option<Checkpoint>, CheckpointError> {
        read_checkpoint(&self.conn, &self.path)
    }

    /// Saves what changed in `model` since it was last marked clean, and `checkpoint`, in one
    /// transaction.
    ///
    /// # Errors
    /// If the file cannot be written; it is then as it was.
    pub fn save(&mut self, model: &Model, checkpoint: &Checkpoint) -> Result<(), CheckpointError> {
        let store = CheckpointError::store(&self.path);
        let tx = self.conn.transaction().map_err(&store)?;
        save_model(&tx, model).and_then(|()| save_checkpoint(&tx, checkpoint)).map_err(&store)?;
        tx.commit().map_err(&store)
    }

    /// Puts all of `model`, and `checkpoint`, in the place of what the file held, in one
    /// transaction: whoever reads it sees the one or the other.
    ///
    /// # Errors
    /// If the file cannot be written; it is then as it was.
    pub fn replace(
        &mut self,
        model: &mut Model,
        checkpoint: &Checkpoint,
    ) -> Result<(), CheckpointError> {
        let store = CheckpointError::store(&self.path);
        model.mark_dirty();
        let tx = self.conn.transaction().map_err(&store)?;
        empty(&tx)
            .and_then(|()| save_model(&tx, model))
            .and_then(|()| save_checkpoint(&tx, checkpoint))
            .map_err(&store)?;
        tx.commit().map_err(&store)?;
        model.mark_clean();
        Ok(())
    }

    /// Closes the file; the last to do so moves what is still in the journal into it.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn close(self) -> Result<(), CheckpointError> {
        let Store { conn, path } = self;
        conn.close().map_err(|(_, source)| CheckpointError::Store { path, source })
    }
}

impl Model {
    /// Loads the model that was saved in `path`, on `threads` threads; none if there is none of
    /// this layout.
    ///
    /// # Errors
    /// If the file cannot be read, is damaged, or is another program's.
    pub fn load(
        path: &Path,
        threads: usize,
    ) -> Result<Option<(Model, Checkpoint)>, CheckpointError> {
        if !path.exists() {
            return Ok(None);
        }
        // Another process may save between two of the threads' first reads: look again then.
        for _ in 0..LOAD_ATTEMPTS {
            match try_load(path, threads.max(1))? {
                Loaded::Nothing => return Ok(None),
                Loaded::Moved => {}
                Loaded::Model(found) => return Ok(Some(*found)),
            }
        }
        Ok(None)
    }

    /// Says that all of the model is saved.
    pub fn mark_clean(&mut self) {
        self.sessions.dirty.fill(false);
        self.deliveries.clean = self.deliveries.blocks.len();
        self.saved_names = self.name_counts();
    }

    /// Says that none of the model is saved.
    pub fn mark_dirty(&mut self) {
        self.sessions.dirty.fill(true);
        self.deliveries.clean = 0;
        self.saved_names = [0; 6];
    }

    fn dictionaries(&self) -> [(&'static str, &Names); 5] {
        [
            ("integration", &self.integrations),
            ("feature", &self.features),
            ("end_user", &self.end_users),
            ("state", &self.exits.states),
            ("reason", &self.exits.reasons),
        ]
    }

    fn name_counts(&self) -> [usize; 6] {
        let [a, b, c, d, e] = self.dictionaries().map(|(_, names)| names.len());
        [a, b, c, d, e, self.exits.len()]
    }
}

const LOAD_ATTEMPTS: usize = 5;

/// The file's layout version; none for a fresh file.
fn layout_of(conn: &Connection, path: &Path) -> Result<Option<i64>, CheckpointError> {
    let marks = weir_journal::Marks::of(conn).map_err(CheckpointError::store(path))?;
    match marks.application_id {
        _ if marks.is_fresh() => Ok(None),
        APPLICATION_ID => Ok(Some(marks.version)),
        _ => Err(CheckpointError::Foreign { path: path.to_owned() }),
    }
}

fn remake(conn: &mut Connection) -> Result<(), rusqlite::Error> {
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    empty(&tx)?;
    tx.commit()
}

fn empty(tx: &Transaction<'_>) -> Result<(), rusqlite::Error> {
    let tables: Vec<String> = tx
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for table in tables {
        tx.execute_batch(&format!("DROP TABLE \"{}\"", table.replace('"', "\"\"")))?;
    }
    tx.execute_batch(SCHEMA)?;
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", LAYOUT_VERSION)?;
    weir_journal::stamp(tx)
}

fn save_model(tx: &Transaction<'_>, model: &Model) -> Result<(), rusqlite::Error> {
    let mut chunk =
        tx.prepare_cached("REPLACE INTO session_chunk (number, data) VALUES (?1, ?2)")?;
    let dirty = model.sessions.dirty.iter().enumerate().filter(|(_, dirty)| **dirty);
    for (number, _) in dirty {
        chunk.execute(params![number, encode::chunk_bytes(&model.sessions.chunks[number])])?;
    }
    let mut block =
        tx.prepare_cached("REPLACE INTO delivery_block (number, data) VALUES (?1, ?2)")?;
    for (number, data) in model.deliveries.blocks.iter().enumerate().skip(model.deliveries.clean) {
        block.execute(params![number, encode::block_bytes(data)])?;
    }
    save_names(tx, model)
}

fn save_names(tx: &Transaction<'_>, model: &Model) -> Result<(), rusqlite::Error> {
    let sql = "INSERT INTO name_block (dictionary, first_code, data) VALUES (?1, ?2, ?3)";
    let mut insert = tx.prepare_cached(sql)?;
    for ((dictionary, names), saved) in model.dictionaries().into_iter().zip(model.saved_names) {
        if saved < names.len() {
            let (ends, texts) = names.since(saved);
            let data = encode::names_bytes(&ends, texts);
            insert.execute(params![dictionary, saved + 1, data])?;
        }
    }
    let mut exit =
        tx.prepare_cached("INSERT INTO exit (number, state, reason) VALUES (?1, ?2, ?3)")?;
    let [.., saved] = model.saved_names;
    for (number, (state, reason)) in model.exits.pairs.iter().enumerate().skip(saved) {
        exit.execute(params![number, state, reason])?;
    }
    Ok(())
}

fn save_checkpoint(tx: &Transaction<'_>, checkpoint: &Checkpoint) -> Result<(), rusqlite::Error> {
    let Checkpoint { fold_version, position, sealed, seal } = checkpoint;
    tx.execute(
        "REPLACE INTO checkpoint (one, fold_version, position, sealed, seal) \
         VALUES (1, ?1, ?2, ?3, ?4)",
        params![fold_version, position.get(), sealed.get(), seal],
    )?;
    Ok(())
}

enum Loaded {
    Nothing,
    Moved,
    Model(Box<(Model, Checkpoint)>),
}

fn open_for_load(path: &Path) -> Result<Option<(Connection, Checkpoint)>, CheckpointError> {
    let store = CheckpointError::store(path);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(&store)?;
    conn.busy_timeout(BUSY_TIMEOUT).map_err(&store)?;
    if layout_of(&conn, path)? != Some(LAYOUT_VERSION) {
        return Ok(None);
    }
    // One snapshot for all that this connection reads.
    conn.execute_batch("BEGIN").map_err(&store)?;
    Ok(read_checkpoint(&conn, path)?.map(|checkpoint| (conn, checkpoint)))
}

fn read_checkpoint(conn: &Connection, path: &Path) -> Result<Option<Checkpoint>, CheckpointError> {
    let sql = "SELECT fold_version, position, sealed, seal FROM checkpoint WHERE one = 1";
    let found = conn.query_row(sql, [], |row| {
        Ok(Checkpoint {
            fold_version: row.get(0)?,
            position: Seq::new(row.get(1)?),
            sealed: Seq::new(row.get(2)?),
            seal: row.get(3)?,
        })
    });
    match found {
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
        found => found.map(Some).map_err(CheckpointError::store(path)),
    }
}

fn try_load(path: &Path, threads: usize) -> Result<Loaded, CheckpointError> {
    let Some((conn, checkpoint)) = open_for_load(path)? else { return Ok(Loaded::Nothing) };
    let load_blobs = |part: usize| -> Result<Option<(Vec<_>, Vec<_>)>, CheckpointError> {
        match open_for_load(path)? {
            Some((conn, other)) if other == checkpoint => Ok(Some((
                load_part(&conn, path, "session_chunk", part, threads, encode::chunk_of)?,
                load_part(&conn, path, "delivery_block", part, threads, encode::block_of)?,
            ))),
            _ => Ok(None),
        }
    };
    let parts = std::thread::scope(|scope| {
        let running: Vec<_> =
            (0..threads).map(|part| scope.spawn(move || load_blobs(part))).collect();
        running.into_iter().map(|thread| thread.join().ok()).collect::<Vec<_>>()
    });
    let mut model = Model { position: checkpoint.position, ..Model::default() };
    load_names(&conn, path, &mut model)?;
    for part in parts {
        let damaged = || CheckpointError::Damaged { path: path.to_owned(), what: "a column" };
        let Some((chunks, blocks)) = part.ok_or_else(damaged)?? else { return Ok(Loaded::Moved) };
        model.sessions.chunks.extend(chunks.into_iter().map(Arc::new));
        model.deliveries.blocks.extend(blocks);
    }
    model.sessions.dirty = vec![false; model.sessions.chunks.len()];
    if !link_end_users(&mut model) || !is_whole(&model) {
        return Err(CheckpointError::Damaged { path: path.to_owned(), what: "its columns" });
    }
    model.mark_clean();
    Ok(Loaded::Model(Box::new((model, checkpoint))))
}

/// One thread's share of a table: the `part`-th of `parts` runs of rows.
fn load_part<T>(
    conn: &Connection,
    path: &Path,
    table: &'static str,
    part: usize,
    parts: usize,
    decode: impl Fn(&[u8]) -> Option<T>,
) -> Result<Vec<T>, CheckpointError> {
    let store = CheckpointError::store(path);
    let count: usize = conn
        .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
        .map_err(&store)?;
    let sql =
        format!("SELECT data FROM {table} WHERE ?1 <= number AND number < ?2 ORDER BY number");
    let mut statement = conn.prepare(&sql).map_err(&store)?;
    let mut rows =
        statement.query([count * part / parts, count * (part + 1) / parts]).map_err(&store)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(&store)? {
        let bytes = row.get_ref(0).map_err(&store)?.as_blob().unwrap_or_default();
        let damaged = || CheckpointError::Damaged { path: path.to_owned(), what: table };
        found.push(decode(bytes).ok_or_else(damaged)?);
    }
    Ok(found)
}

fn load_names(conn: &Connection, path: &Path, model: &mut Model) -> Result<(), CheckpointError> {
    let store = CheckpointError::store(path);
    let damaged = || CheckpointError::Damaged { path: path.to_owned(), what: "name_block" };
    let mut statement = conn
        .prepare("SELECT dictionary, data FROM name_block ORDER BY dictionary, first_code")
        .map_err(&store)?;
    let mut rows = statement.query([]).map_err(&store)?;
    while let Some(row) = rows.next().map_err(&store)? {
        let dictionary: String = row.get(0).map_err(&store)?;
        let bytes = row.get_ref(1).map_err(&store)?.as_blob().unwrap_or_default();
        let (ends, texts) = encode::names_of(bytes).ok_or_else(damaged)?;
        let names = match dictionary.as_str() {
            "integration" => &mut model.integrations,
            "feature" => &mut model.features,
            "end_user" => &mut model.end_users,
            "state" => &mut model.exits.states,
            "reason" => &mut model.exits.reasons,
            _ => return Err(damaged()),
        };
        if !names.extend(&ends, &texts) {
            return Err(damaged());
        }
    }
    let mut statement =
        conn.prepare("SELECT state, reason FROM exit ORDER BY number").map_err(&store)?;
    let mut rows = statement.query([]).map_err(&store)?;
    while let Some(row) = rows.next().map_err(&store)? {
        let (state, reason) = (row.get(0).map_err(&store)?, row.get(1).map_err(&store)?);
        model.exits.intern_codes(state, reason);
    }
    Ok(())
}

/// Finds the ends of each end-user's list of sessions; false if a list could lead in a circle.
fn link_end_users(model: &mut Model) -> bool {
    let sessions = &mut model.sessions;
    let mut end_users = vec![EndUser { first: NOWHERE, last: NOWHERE }; model.end_users.len()];
    let mut follows = vec![false; sessions.len()];
    for next in sessions.chunks.iter().flat_map(|chunk| &chunk.end_user_next) {
        if let Some(follows) = follows.get_mut(*next as usize)
            && std::mem::replace(follows, true)
        {
            return false;
        }
    }
    for (row, follows) in (0..).zip(follows) {
        let chunk = &sessions.chunks[row as usize / CHUNK_SESSIONS];
        let at = row as usize % CHUNK_SESSIONS;
        let Some(known) =
            (chunk.end_user[at] as usize).checked_sub(1).and_then(|n| end_users.get_mut(n))
        else {
            continue;
        };
        if !follows {
            known.first = row;
        }
        if chunk.end_user_next[at] == NOWHERE {
            known.last = row;
        }
    }
    sessions.end_users = end_users;
    true
}

/// Whether columns are of one length and codes and rows lie within what there is.
fn is_whole(model: &Model) -> bool {
    let sessions = model.sessions.len();
    let (chunks, deliveries) = (&model.sessions.chunks, &model.deliveries.blocks);
    let full = |chunk: &Arc<crate::chunk::Chunk>| chunk.len() == CHUNK_SESSIONS;
    chunks.iter().rev().skip(1).all(full)
        && chunks.iter().all(|chunk| chunk.is_whole(model, sessions))
        && deliveries.iter().map(|block| block.at_us.len() as u64).sum::<u64>()
            == model.position.get()
        && model.sessions.end_users.iter().all(|user| user.first != NOWHERE && user.last != NOWHERE)
}
