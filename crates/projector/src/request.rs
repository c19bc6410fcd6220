//! A rebuild that another process asks the running projector for.
//!
//! The projector is the one writer of the read model, so `weir rebuild` beside a running
//! `weir serve` leaves a request in the data directory, and the projector leaves its answer there.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use weir_log::DataDir;

use crate::Rebuilt;

const REQUEST_FILE: &str = "rebuild.request";
const ANSWER_FILE: &str = "rebuild.answer";

/// A request that was left, by whoever holds this value.
pub struct RebuildRequest {
    dir: DataDir,
    id: String,
}

#[derive(Serialize, Deserialize)]
struct Answer {
    id: String,
    result: Result<Rebuilt, String>,
}

impl RebuildRequest {
    /// Asks the projector that is at work in `dir`; `id` tells this request from others.
    ///
    /// # Errors
    /// If the request cannot be written.
    pub fn leave(dir: &DataDir, id: &str) -> io::Result<RebuildRequest> {
        put(dir, REQUEST_FILE, id.as_bytes())?;
        Ok(RebuildRequest { dir: dir.clone(), id: id.to_owned() })
    }

    /// The projector's answer, once it is there: what the rebuild did, or why it failed.
    ///
    /// # Errors
    /// If the answer cannot be read.
    pub fn answer(&self) -> io::Result<Option<Result<Rebuilt, String>>> {
        let Some(text) = get(&self.dir, ANSWER_FILE)? else { return Ok(None) };
        let answer: Answer = serde_json::from_str(&text)?;
        if answer.id != self.id {
            return Ok(None);
        }
        fs::remove_file(path(&self.dir, ANSWER_FILE))?;
        Ok(Some(answer.result))
    }

    /// Takes the request back, if nobody has taken it up.
    pub fn withdraw(self) {
        // Taken up or withdrawn, it is gone.
        let _ = fs::remove_file(path(&self.dir, REQUEST_FILE));
    }
}

/// The request that was left in `dir`, which is taken up with this.
pub(crate) fn take(dir: &DataDir) -> Option<String> {
    let id = get(dir, REQUEST_FILE).ok()??;
    fs::remove_file(path(dir, REQUEST_FILE)).ok()?;
    Some(id)
}

/// Leaves the answer to the request `id`.
pub(crate) fn answer(dir: &DataDir, id: String, result: Result<Rebuilt, String>) {
    let written = serde_json::to_vec(&Answer { id, result })
        .map_err(io::Error::from)
        .and_then(|text| put(dir, ANSWER_FILE, &text));
    if let Err(error) = written {
        tracing::warn!("the answer to a rebuild cannot be written: {error}");
    }
}

fn path(dir: &DataDir, name: &str) -> PathBuf {
    dir.path().join(name)
}

fn get(dir: &DataDir, name: &str) -> io::Result<Option<String>> {
    match fs::read_to_string(path(dir, name)) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

/// Whole or not at all: written beside, then moved.
fn put(dir: &DataDir, name: &str, bytes: &[u8]) -> io::Result<()> {
    let beside = path(dir, &format!("{name}.new"));
    fs::write(&beside, bytes)?;
    fs::rename(beside, path(dir, name))
}
