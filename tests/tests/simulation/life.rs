//! A process over a data directory, and its end.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;
use weir_faults::{Crash, Disk, Fate};
use weir_log::{DataDir, Lock, Log, LogReader};
use weir_projector::{Opened, catch_up};
use weir_schedule::{Definitions, Ledger, Runner};

use crate::parts::{HandClock, KeepingPost, QuickPaint, ServedEngine};

/// What is thrown where the process ends within a step of a run.
pub(crate) struct Ended;

/// Says nothing where that is thrown.
pub(crate) fn quietly() {
    static QUIET: std::sync::Once = std::sync::Once::new();
    QUIET.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !info.payload().is::<Ended>() {
                loud(info);
            }
        }));
    });
}

/// A folder in memory where there is one: nothing here needs a disk that is real.
pub(crate) fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
    made.unwrap()
}

/// What outlives a process.
pub(crate) struct Outside {
    pub(crate) clock: Arc<HandClock>,
    pub(crate) post: Arc<KeepingPost>,
    /// How many steps of runs the process still does.
    pub(crate) steps_left: Arc<AtomicU64>,
}

/// A process. Its log, its model and its runs are stepped by hand.
pub(crate) struct Life {
    pub(crate) log: Log,
    pub(crate) served: Arc<Mutex<Opened>>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) runner: Runner,
    pub(crate) dir: DataDir,
    lock: Lock,
    pub(crate) disk: Disk,
    home: TempDir,
}

impl Life {
    /// Starts in a folder, as `weir serve` does.
    pub(crate) fn start(home: TempDir, outside: &Outside) -> Life {
        let disk = Disk::at(home.path());
        disk.record();
        let dir = DataDir::at(home.path());
        let lock = dir.lock("simulation").unwrap();
        let log = Log::open(&dir, &lock).unwrap();
        dir.create_folders().unwrap();
        let served = Arc::new(Mutex::new(weir_projector::open(&dir, 1, |_, _| ()).unwrap()));
        let ledger = Arc::new(Ledger::open(&dir.schedule_file()).unwrap());
        outside.steps_left.store(u64::MAX, Ordering::Relaxed);
        let left = Arc::clone(&outside.steps_left);
        let runner = Runner::new(
            Arc::clone(&ledger),
            Definitions::at(&dir.reports_dir()),
            Arc::new(ServedEngine(Arc::clone(&served))),
            outside.post.clone(),
            outside.clock.clone(),
            dir.outputs_dir(),
            "UTC",
        )
        .painting(Arc::new(QuickPaint))
        .observed(Arc::new(move |_| {
            let steps = left.load(Ordering::Relaxed);
            left.store(steps.wrapping_sub(1), Ordering::Relaxed);
            if steps == 0 {
                std::panic::panic_any(Ended);
            }
        }));
        Life { log, served, ledger, runner, dir, lock, disk, home }
    }

    /// Folds what came.
    pub(crate) fn catch_up(&self) {
        let mut reader = LogReader::open(&self.dir).unwrap();
        let head = reader.head().unwrap();
        catch_up(&mut self.served.lock().unwrap().model, &mut reader, head, |_| ()).unwrap();
    }

    /// Saves the read model; a disk that fails is told to the caller.
    pub(crate) fn save(&self) -> bool {
        self.served.lock().unwrap().save(&self.dir, &self.lock).is_ok()
    }

    /// How many things were done to the files.
    pub(crate) fn done(&self) -> usize {
        // The first point lies before the first of them.
        self.disk.trace().points() - 1
    }

    /// Stops as it is told to.
    pub(crate) fn stop(self) -> TempDir {
        self.save();
        let Life { home, log, served, ledger, runner, lock, disk, .. } = self;
        drop((runner, ledger, served, log, lock, disk));
        home
    }

    /// SIGKILL: the files are as the last call left them.
    pub(crate) fn kill(self) -> TempDir {
        let left = folder();
        copy(self.home.path(), left.path(), &|name| !name.ends_with("-shm"));
        left
    }

    /// The power goes after so many of the things that were done to the files.
    pub(crate) fn power_cut(self, point: usize, rng: &mut ChaCha8Rng) -> TempDir {
        let left = folder();
        // What is written without SQLite is as it was.
        copy(self.home.path(), left.path(), &|name| !name.contains(".db"));
        let trace = self.disk.trace();
        let mut crash = Crash::of(&trace);
        crash.go_to(point);
        crash.write(left.path(), Fate::Mixed, rng);
        left
    }
}

fn copy(from: &Path, to: &Path, wanted: &dyn Fn(&str) -> bool) {
    let mut entries: Vec<_> = fs::read_dir(from).unwrap().map(|entry| entry.unwrap()).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            fs::create_dir(&to).unwrap();
            copy(&from, &to, wanted);
        } else if wanted(&entry.file_name().to_string_lossy()) {
            fs::copy(&from, &to).unwrap();
        }
    }
}
