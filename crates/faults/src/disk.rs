//! The folder that is watched, and what is known of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use crate::trace::{Node, Record, Trace};
use crate::{Call, Fault, vfs};

/// Every disk of this process.
static DISKS: Mutex<Vec<Arc<Inner>>> = Mutex::new(Vec::new());

/// The journal of a database in WAL mode. SQLite locks the database, never this, so that we may open
/// and close it beside SQLite.
const JOURNAL: &str = "-wal";

/// The shared index of a database in WAL mode: memory of the processes that have it open.
const SHARED_INDEX: &str = "-shm";

/// A folder whose files SQLite reaches through us, until this is dropped.
#[derive(Debug)]
pub struct Disk(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    folder: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    fault: Option<Fault>,
    /// Calls of each kind since the fault was set.
    calls: BTreeMap<Call, u64>,
    met: u64,
    marks: u64,
    recording: Option<Recording>,
}

#[derive(Debug, Default)]
struct Recording {
    trace: Trace,
    /// The files by name, with the inode of each.
    names: BTreeMap<String, (Node, u64)>,
    nodes: usize,
    /// The journals that nobody wrote through us since they were dated.
    dated: BTreeSet<String>,
    /// How often each file is open now.
    open: BTreeMap<String, u64>,
}

impl Disk {
    /// Watches `folder`. Nothing fails yet.
    ///
    /// # Panics
    /// If `folder` is not there.
    #[must_use]
    pub fn at(folder: &Path) -> Disk {
        vfs::register();
        let folder = fs::canonicalize(folder).expect("the folder is there");
        let inner = Arc::new(Inner { folder, state: Mutex::default() });
        lock(&DISKS).push(Arc::clone(&inner));
        Disk(inner)
    }

    /// Lets a call fail, counted from now.
    pub fn fail(&self, fault: Fault) {
        let mut state = lock(&self.0.state);
        (state.fault, state.met) = (Some(fault), 0);
        state.calls.clear();
    }

    /// Lets nothing fail any more, and counts from now.
    pub fn mend(&self) {
        let mut state = lock(&self.0.state);
        state.fault = None;
        state.calls.clear();
    }

    /// How often the fault was met.
    #[must_use]
    pub fn met(&self) -> u64 {
        lock(&self.0.state).met
    }

    /// Whether nothing will fail any more: there is no fault, or it was for once and was met.
    #[must_use]
    pub fn is_well(&self) -> bool {
        let state = lock(&self.0.state);
        state.fault.is_none_or(|fault| !fault.lasting && 0 < state.met)
    }

    /// How often a call was made since the fault was set, or mended.
    #[must_use]
    pub fn calls(&self, call: Call) -> u64 {
        lock(&self.0.state).calls.get(&call).copied().unwrap_or(0)
    }

    /// Notes that something was promised: the power may go before it or after it.
    pub fn mark(&self) {
        self.0.mark();
    }

    /// The same for somebody who outlives this.
    pub fn marker(&self) -> impl Fn() + Send + Sync + 'static {
        let disk = Arc::clone(&self.0);
        move || disk.mark()
    }

    /// How many marks were set.
    #[must_use]
    pub fn marks(&self) -> u64 {
        lock(&self.0.state).marks
    }

    /// Notes from now on what is done to the files. Those that are there count as synced, and none
    /// of them may be open.
    ///
    /// # Panics
    /// If the folder cannot be read.
    pub fn record(&self) {
        let mut recording = Recording::default();
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.0.folder).expect("the folder is there") {
            let path = entry.expect("the folder can be listed").path();
            let name = self.0.name_of(&path).expect("it lies in the folder");
            if path.is_file() && !name.ends_with(SHARED_INDEX) {
                files.push((name, path));
            }
        }
        files.sort();
        for (node, (name, path)) in files.into_iter().enumerate() {
            let bytes = fs::read(&path).expect("the file can be read");
            recording.date(&name, &path);
            recording.trace.first.push((name.clone(), bytes));
            recording.names.insert(name, (node, inode(&path).unwrap_or(0)));
            recording.nodes = node + 1;
        }
        let mut state = lock(&self.0.state);
        recording.trace.marks = state.marks;
        state.recording = Some(recording);
    }

    /// What was done since [`Disk::record`].
    #[must_use]
    pub fn trace(&self) -> Trace {
        let state = lock(&self.0.state);
        state.recording.as_ref().map(|recording| recording.trace.clone()).unwrap_or_default()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        lock(&DISKS).retain(|disk| !Arc::ptr_eq(disk, &self.0));
    }
}

/// The disk that the file at `path` lies on, and its name there.
pub(crate) fn find(path: &Path) -> Option<(Arc<Inner>, String)> {
    let disks = lock(&DISKS);
    disks.iter().find_map(|disk| Some((Arc::clone(disk), disk.name_of(path)?)))
}

impl Inner {
    fn name_of(&self, path: &Path) -> Option<String> {
        Some(path.strip_prefix(&self.folder).ok()?.to_string_lossy().into_owned())
    }

    fn mark(&self) {
        let mut state = lock(&self.state);
        let before = state.marks;
        state.marks += 1;
        if let Some(recording) = &mut state.recording {
            for name in recording.dated.clone() {
                if let Some((node, _)) = recording.names.get(&name).copied() {
                    recording.look(&name, node, &self.folder.join(&name), before);
                }
            }
            recording.trace.marks = before + 1;
        }
    }

    /// Counts a call, and says whether it is to fail.
    pub(crate) fn meets(&self, call: Call) -> Option<Fault> {
        let mut state = lock(&self.state);
        let count = state.calls.entry(call).or_default();
        *count += 1;
        let count = *count;
        let fault = state.fault.filter(|fault| {
            fault.call == call && (fault.nth == count || fault.lasting && fault.nth < count)
        })?;
        state.met += 1;
        Some(fault)
    }

    fn note(&self, record: impl FnOnce() -> Record) {
        let mut state = lock(&self.state);
        let marks = state.marks;
        if let Some(recording) = &mut state.recording {
            recording.trace.records.push((record(), marks));
        }
    }

    /// A file is about to be opened: what became of it without SQLite is noted first.
    pub(crate) fn before_open(&self, name: &str) {
        let path = self.folder.join(name);
        let mut state = lock(&self.state);
        let marks = state.marks;
        let Some(recording) = &mut state.recording else { return };
        let found = inode(&path);
        if let Some((node, known)) = recording.names.get(name).copied() {
            if found == Some(known) {
                recording.look(name, node, &path, marks);
                return;
            }
            recording.names.remove(name);
            let deleted = Record::Deleted { name: name.to_owned(), synced: false };
            recording.trace.records.push((deleted, marks));
        }
        if let Some(inode) = found {
            recording.create(name, inode, marks);
        }
    }

    /// A file was opened: which it is.
    pub(crate) fn opened(&self, name: &str) -> Option<Node> {
        let mut state = lock(&self.state);
        let marks = state.marks;
        let recording = state.recording.as_mut()?;
        *recording.open.entry(name.to_owned()).or_default() += 1;
        if let Some((node, _)) = recording.names.get(name) {
            return Some(*node);
        }
        let inode = inode(&self.folder.join(name)).unwrap_or(0);
        Some(recording.create(name, inode, marks))
    }

    /// A file is about to be changed: whether somebody did so without SQLite is noted first.
    pub(crate) fn before_change(&self, node: Option<Node>, name: &str) {
        let mut state = lock(&self.state);
        let marks = state.marks;
        let (Some(recording), Some(node)) = (&mut state.recording, node) else { return };
        recording.look(name, node, &self.folder.join(name), marks);
        recording.dated.remove(name);
    }

    pub(crate) fn written(&self, node: Option<Node>, offset: usize, bytes: &[u8]) {
        let Some(node) = node else { return };
        self.note(|| Record::Written { node, offset, bytes: bytes.to_vec() });
    }

    pub(crate) fn cut(&self, node: Option<Node>, len: usize) {
        let Some(node) = node else { return };
        self.note(|| Record::Cut { node, len });
    }

    pub(crate) fn synced(&self, node: Option<Node>, folder: bool) {
        let Some(node) = node else { return };
        self.note(|| Record::Synced { node, folder });
    }

    pub(crate) fn sync_failed(&self, node: Option<Node>) {
        let Some(node) = node else { return };
        self.note(|| Record::SyncFailed { node });
    }

    pub(crate) fn deleted(&self, name: &str, synced: bool) {
        let mut state = lock(&self.state);
        if let Some(recording) = &mut state.recording {
            recording.names.remove(name);
            recording.dated.remove(name);
        }
        drop(state);
        self.note(|| Record::Deleted { name: name.to_owned(), synced });
    }

    /// A file was closed. Once nobody has a journal open, its time says whether anybody else writes.
    pub(crate) fn closed(&self, name: &str) {
        let mut state = lock(&self.state);
        let marks = state.marks;
        let Some(recording) = &mut state.recording else { return };
        if let Some((node, _)) = recording.names.get(name).copied() {
            recording.look(name, node, &self.folder.join(name), marks);
        }
        let open = recording.open.entry(name.to_owned()).or_default();
        *open = open.saturating_sub(1);
        if *open == 0 {
            recording.date(name, &self.folder.join(name));
        }
    }
}

impl Recording {
    /// Dates a journal such that it shows whether somebody writes it who does not go through us.
    fn date(&mut self, name: &str, path: &Path) {
        // It may have been deleted while it was open.
        if is_journal(path)
            && let Ok(file) = File::options().append(true).open(path)
        {
            file.set_modified(SystemTime::UNIX_EPOCH).expect("the file is ours");
            self.dated.insert(name.to_owned());
        }
    }

    /// Notes whether somebody wrote the whole journal again.
    fn look(&mut self, name: &str, node: Node, path: &Path, marks: u64) {
        let changed = || fs::metadata(path).and_then(|data| data.modified());
        let is_old = |at: SystemTime| at == SystemTime::UNIX_EPOCH;
        if self.dated.contains(name) && !changed().is_ok_and(is_old) {
            self.dated.remove(name);
            let bytes = fs::read(path).unwrap_or_default();
            self.trace.records.push((Record::Rewritten { node, bytes }, marks));
        }
    }

    fn create(&mut self, name: &str, inode: u64, marks: u64) -> Node {
        let node = self.nodes;
        self.nodes += 1;
        self.names.insert(name.to_owned(), (node, inode));
        self.trace.records.push((Record::Created { node, name: name.to_owned() }, marks));
        node
    }
}

fn is_journal(path: &Path) -> bool {
    path.to_string_lossy().ends_with(JOURNAL)
}

fn inode(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().map(|data| data.ino())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
