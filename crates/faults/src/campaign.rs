//! Every point of one scene, or a sample of them.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rand::seq::index::sample;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;

use crate::{Call, Crash, Disk, Fate, Fault, Trace};

/// Set to `all`, every point is tried.
const EXTENT: &str = "WEIR_FAULTS";
/// Set, what was done up to a power cut is printed where something is wrong.
const STORY: &str = "WEIR_FAULTS_STORY";
/// Repeats what chance did.
pub const SEED: &str = "WEIR_FAULTS_SEED";

/// How many of each kind of fault a sample has.
const SAMPLE_FAULTS: usize = 4;
/// How many instants a sample lets the power go at.
const SAMPLE_POINTS: usize = 40;

/// What ended the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The process: what it gave to the system is there.
    Process,
    /// The power: what was not synced may be lost or garbled.
    Power,
}

/// Something that a program does with its disk, and what must hold after it.
pub trait Scene {
    /// What was done and what was promised, as far as it got.
    type Told: Default;

    /// What tells it from others in the output.
    fn name(&self) -> &'static str;

    /// Whether it takes so long that a sample of it has a quarter of the points.
    fn is_slow(&self) -> bool {
        false
    }

    /// Whether the power goes, too. It cannot where files get their names without SQLite, which is
    /// not seen from here.
    fn loses_power(&self) -> bool {
        true
    }

    /// Makes the files that are there before.
    fn prepare(&self, _dir: &Path) {}

    /// Does it, for as long as the disk lets it, and sets a mark with each promise. What fails is
    /// no reason to panic, but what is wrong is. May be called a second time, as after a restart.
    fn act(&self, dir: &Path, disk: &Disk, told: &mut Self::Told);

    /// Opens again what `dir` holds now, and panics unless all of the first `marks` promises are
    /// kept.
    fn check(&self, dir: &Path, told: &Self::Told, marks: u64, ended: Ended);
}

/// Lets a scene meet every fault, each call of each kind in turn until there is no such call any
/// more; and lets the power go at every instant of it, also where a sync had failed and a restarted
/// process went on. Prints the seed and how many points were tried.
///
/// Without `WEIR_FAULTS=all` it is a sample of that.
///
/// # Panics
/// If the scene finds something wrong; what was tried is printed before.
pub fn campaign<S: Scene>(scene: &S) {
    let all = is_all();
    let seed = std::env::var(SEED).ok().map(|seed| seed.parse().expect("the seed is a number"));
    let seed = seed.unwrap_or_else(|| rand::rng().random_range(0..1_000_000));
    let name = scene.name();
    println!("{name}: seed {seed}; to repeat: {SEED}={seed}");
    let prepared = folder();
    scene.prepare(prepared.path());
    let rng = ChaCha8Rng::seed_from_u64(seed);
    let began = Instant::now();
    let tells = std::env::var_os(STORY).is_some();
    let mut run = Campaign { scene, prepared, rng, all, tells, began, tally: Tally::default() };
    run.faults();
    if scene.loses_power() {
        run.power_cuts(None);
        run.power_cuts_after_failed_syncs();
    }
    let Tally { faults, cuts, images } = run.tally;
    let extent = if all { "all" } else { "a sample" };
    println!(
        "{name}: {extent}: {faults} faults, {cuts} power cuts, {images} images, in {:.1} s",
        began.elapsed().as_secs_f64()
    );
    assert!(0 < faults && (0 < images || !scene.loses_power()), "nothing was tried");
}

/// Whether every point is to be tried, and not a sample.
#[must_use]
pub fn is_all() -> bool {
    std::env::var(EXTENT).is_ok_and(|extent| extent == "all")
}

#[derive(Default)]
struct Tally {
    faults: u64,
    cuts: u64,
    images: u64,
}

struct Campaign<'a, S: Scene> {
    scene: &'a S,
    prepared: TempDir,
    rng: ChaCha8Rng,
    all: bool,
    tells: bool,
    began: Instant,
    tally: Tally,
}

/// What is being tried, told where it fails.
struct Trying(String);

impl Drop for Trying {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("it was tried: {}", self.0);
        }
    }
}

impl<S: Scene> Campaign<'_, S> {
    /// A fresh copy of what was prepared.
    fn copy(&self) -> TempDir {
        let copy = folder();
        copy_folder(self.prepared.path(), copy.path());
        copy
    }

    fn faults(&mut self) {
        let whole = self.copy();
        let disk = Disk::at(whole.path());
        self.scene.act(whole.path(), &disk, &mut S::Told::default());
        for kind in Fault::kinds() {
            let calls = disk.calls(kind.call);
            if self.all {
                // Threads may make one call more or less from time to time.
                let mut nth = 1;
                while self.is_met(Fault { nth, ..kind }) || nth <= calls {
                    nth += 1;
                }
            } else {
                for nth in self.sampled(calls) {
                    self.is_met(Fault { nth, ..kind });
                }
            }
            self.progress(&format!("{kind}"));
        }
    }

    /// Does the scene with this fault, and checks what it left. False if it was not met.
    fn is_met(&mut self, fault: Fault) -> bool {
        let _trying = Trying(fault.to_string());
        let dir = self.copy();
        let disk = Disk::at(dir.path());
        let mut told = S::Told::default();
        disk.fail(fault);
        self.scene.act(dir.path(), &disk, &mut told);
        let met = 0 < disk.met();
        disk.mend();
        self.scene.check(dir.path(), &told, disk.marks(), Ended::Process);
        self.tally.faults += u64::from(met);
        met
    }

    /// Lets the power go while a process works; with a fault, at any time after it was met: while
    /// that process goes on, or the one that was started after it.
    fn power_cuts(&mut self, fault: Option<Fault>) -> bool {
        let _trying = fault.map(|fault| Trying(fault.to_string()));
        let dir = self.copy();
        let disk = Disk::at(dir.path());
        let mut told = S::Told::default();
        disk.record();
        let mut from = 0;
        if let Some(fault) = fault {
            disk.fail(fault);
            self.scene.act(dir.path(), &disk, &mut told);
            if disk.met() == 0 {
                return false;
            }
            disk.mend();
            from = disk.trace().first_failed_sync();
        }
        self.scene.act(dir.path(), &disk, &mut told);
        let trace = disk.trace();
        let mut points: Vec<usize> = (from..trace.points()).collect();
        if fault.is_some() && trace.first.is_empty() {
            // A store that was not even made when the disk failed has nothing to lose, and may have
            // to be made anew by hand.
            points.retain(|point| 0 < trace.marks_at(*point));
        }
        let sampled = if fault.is_some() { SAMPLE_POINTS / 4 } else { SAMPLE_POINTS };
        let sampled = if self.all { SAMPLE_POINTS } else { self.part_of(sampled) };
        let few = fault.is_some() || !self.all;
        if few && sampled < points.len() {
            let mut chosen = sample(&mut self.rng, points.len(), sampled).into_vec();
            chosen.sort_unstable();
            points = chosen.into_iter().map(|index| points[index]).collect();
        }
        let mut crash = Crash::of(&trace);
        let mut fates = vec![Fate::Lost, Fate::Mixed];
        if self.all && fault.is_none() {
            fates.extend([Fate::Kept, Fate::Mixed, Fate::Mixed]);
        }
        for point in points {
            crash.go_to(point);
            self.tally.cuts += 1;
            self.images(&crash, &trace, &fates, dir.path(), &told);
        }
        true
    }

    fn images(
        &mut self,
        crash: &Crash<'_>,
        trace: &Trace,
        fates: &[Fate],
        lived: &Path,
        told: &S::Told,
    ) {
        for &fate in fates {
            let (point, points) = (crash.point(), trace.points());
            let story = if self.tells { trace.story(point) } else { String::new() };
            let what = format!("the power goes at point {point} of {points}: {fate:?}\n{story}");
            let _trying = Trying(what);
            let image = folder();
            // What is no database is as it was in the end.
            copy_other_files(lived, image.path());
            crash.write(image.path(), fate, &mut self.rng);
            let _disk = Disk::at(image.path());
            self.scene.check(image.path(), told, trace.marks_at(point), Ended::Power);
            self.tally.images += 1;
        }
    }

    fn power_cuts_after_failed_syncs(&mut self) {
        let whole = self.copy();
        let disk = Disk::at(whole.path());
        self.scene.act(whole.path(), &disk, &mut S::Told::default());
        let calls = disk.calls(Call::Sync);
        for lasting in [false, true] {
            let once = Fault { call: Call::Sync, how: crate::How::Error, lasting, nth: 1 };
            let nths = if self.all { (1..=calls).collect() } else { self.sampled(calls) };
            for nth in nths {
                self.power_cuts(Some(Fault { nth, ..once }));
            }
        }
    }

    /// Some of so many calls; the first and the last are as good as any.
    fn sampled(&mut self, calls: u64) -> Vec<u64> {
        let count = usize::try_from(calls).unwrap_or(usize::MAX);
        let sampled = self.part_of(SAMPLE_FAULTS).min(count);
        let mut nths = sample(&mut self.rng, count, sampled).into_vec();
        nths.sort_unstable();
        nths.into_iter().map(|index| index as u64 + 1).collect()
    }

    fn part_of(&self, sampled: usize) -> usize {
        if self.scene.is_slow() { sampled.div_ceil(4) } else { sampled }
    }

    fn progress(&self, done: &str) {
        if self.all && Duration::from_secs(1) < self.began.elapsed() {
            println!("  {done}: {} faults so far", self.tally.faults);
        }
    }
}

/// A folder of its own: in memory, where there is such a place, since nothing here outlives us.
///
/// # Panics
/// If there is no room for one.
#[must_use]
pub fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
    made.expect("there is room")
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("it is there") {
        let entry = entry.expect("it can be listed");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir(&to).expect("there is room");
            copy_folder(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), &to).expect("there is room");
        }
    }
}

fn copy_other_files(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("it is there") {
        let entry = entry.expect("it can be listed");
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            fs::create_dir(to.join(&name)).expect("there is room");
            copy_folder(&entry.path(), &to.join(&name));
        } else if !name.contains(".db") {
            fs::copy(entry.path(), to.join(&name)).expect("there is room");
        }
    }
}
