//! The power goes while something is done: after each thing that was done to the files, or a sample.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Instant;

use rand::seq::index::sample;
use rand_chacha::ChaCha8Rng;
use weir_faults::{Fate, SEED, folder, is_all};
use weir_tests::Home;
use weir_tests::chance::seeded;

use crate::disk::{self, Disk, Left};
use crate::names::Steps;
use crate::trace::{Recorder, Trace};

/// At how many points of a scene the power goes in a sample, beside those where something has just been
/// promised.
const SAMPLE_POINTS: usize = 6;

/// What may have become of the names and of the bytes that were not synced.
const LEFT: [(Steps, Fate); 6] = [
    (Steps::Certain, Fate::Lost),
    (Steps::Any, Fate::Mixed),
    (Steps::Beginning, Fate::Mixed),
    (Steps::All, Fate::Lost),
    (Steps::Certain, Fate::Kept),
    (Steps::Beginning, Fate::Lost),
];

/// What was left, as a folder that Weir is started in again.
pub(crate) struct Image {
    pub(crate) home: Home,
    /// How many promises had been made.
    pub(crate) promises: u64,
}

/// Lets `act` do something in `home` that is noted, and `check` look at what may be left when the power
/// goes meanwhile. Prints the seed, and how much was tried.
///
/// Without `WEIR_FAULTS=all` it is a sample.
pub(crate) fn power_cuts(
    name: &str,
    home: &Home,
    act: impl FnOnce(&Recorder),
    check: impl Fn(&Image),
) {
    let rng = &mut seeded(SEED);
    let began = Instant::now();
    let mut disk = Disk::of(home.as_ref());
    let recorder = Recorder::of(home);
    act(&recorder);
    let trace = recorder.read();
    let ended = prove_complete(&trace, &disk, home);
    let points = trace.records().len() + 1;
    let chosen = if is_all() { (0..points).collect() } else { sampled(&trace, points, rng) };
    let (mut at, mut images, mut tried) = (0, BTreeSet::new(), 0);
    for &point in &chosen {
        trace.records().take(point).skip(at).for_each(|record| disk.step(record));
        at = point;
        for (number, how) in LEFT.into_iter().enumerate() {
            // A sample has what is harshest, and one of the others.
            if !is_all() && number != 0 && number != 1 + point % (LEFT.len() - 1) {
                continue;
            }
            let left = disk.left(how, rng);
            let promises = trace.promises_at(point);
            tried += 1;
            if !images.insert(hash(&(&left, promises))) {
                continue;
            }
            let what = format!("the power goes at point {point} of {points}: {how:?}");
            let _trying = Trying { what, trace: &trace, point };
            let image = folder();
            disk::write(image.path(), &left);
            check(&Image { home: Home::of(image), promises });
        }
    }
    let extent = if is_all() { "all" } else { "a sample" };
    println!(
        "{name}: {extent}: {} of {points} power cuts, {tried} images, {} of them different, \
         {ended} promises, in {:.1} s",
        chosen.len(),
        images.len(),
        began.elapsed().as_secs_f64()
    );
}

/// Fails unless what was noted is all that was done: with all of it the folder is as it is.
fn prove_complete(trace: &Trace, first: &Disk, home: &Home) -> u64 {
    let mut disk = first.clone();
    trace.records().for_each(|record| disk.step(record));
    let rng = &mut rand::SeedableRng::seed_from_u64(0);
    let (noted, found) = (disk.left((Steps::All, Fate::Kept), rng), disk::read(home.as_ref()));
    let names = |left: &Left| left.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&noted), names(&found), "names were given or taken past the C library");
    for (path, bytes) in &noted {
        assert!(*bytes == found[path], "{path} was written past the C library");
    }
    let promises = trace.promises_at(usize::MAX);
    assert!(0 < promises, "nothing was promised");
    promises
}

/// Some points, and each at which something has just been promised.
fn sampled(trace: &Trace, points: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let promised = (0..points).filter(|&point| {
        let before = point.checked_sub(1).map_or(0, |before| trace.promises_at(before));
        before < trace.promises_at(point)
    });
    let some = sample(rng, points, SAMPLE_POINTS.min(points)).into_vec();
    let chosen: BTreeSet<usize> = promised.chain(some).collect();
    chosen.into_iter().collect()
}

fn hash(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// What is being tried, told where it fails.
struct Trying<'a> {
    what: String,
    trace: &'a Trace,
    point: usize,
}

impl Drop for Trying<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{}it was tried: {}", self.trace.story(self.point), self.what);
        }
    }
}
