//! Every input that is kept, and some thousand others that are made from them.
//!
//! The coverage-guided search is `cargo xtask fuzz`. This needs no instrumented code, so that the
//! gate can hold what was found wherever it runs.

// A wrong expectation must stop a test at once, with its reason.
#![allow(clippy::expect_used)]

use std::panic::{AssertUnwindSafe, catch_unwind};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use weir_fuzz::{TARGETS, Target};

/// All inputs together are to be read, and cloned by everybody.
const CORPUS_BYTES_MAX: usize = 300 * 1024;

#[test]
fn every_input_that_is_kept_holds() {
    for target in TARGETS {
        let corpus = target.corpus();
        assert!(!corpus.is_empty(), "{} has no corpus", target.name);
        for input in corpus {
            holds(target, &input.data, &input.name);
        }
    }
}

#[test]
fn whatever_is_made_of_them_holds() {
    let seed = std::env::var("WEIR_FUZZ_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(|| rand::rng().random());
    for target in TARGETS {
        let mut maker = Maker::of(target, seed);
        for number in 0..target.tries {
            let data = maker.next_input();
            holds(target, &data, &format!("input {number} of WEIR_FUZZ_SEED={seed}"));
        }
        println!("{}: {} inputs of WEIR_FUZZ_SEED={seed}", target.name, target.tries);
    }
}

#[test]
fn the_corpus_stays_small() {
    let bytes: usize = TARGETS.iter().flat_map(Target::corpus).map(|input| input.data.len()).sum();
    assert!(bytes <= CORPUS_BYTES_MAX, "{bytes} bytes; take some away");
}

#[test]
fn every_folder_is_of_a_target() {
    for kind in ["corpus", "words"] {
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(kind);
        for entry in std::fs::read_dir(dir).expect("it is there") {
            let path = entry.expect("it reads on").path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            assert!(Target::named(&name).is_some(), "{} is of no target", path.display());
        }
    }
}

/// Tries an input; where it does not hold, keeps it where it can be looked at.
#[track_caller]
fn holds(target: &Target, data: &[u8], called: &str) {
    if catch_unwind(AssertUnwindSafe(|| (target.run)(data))).is_err() {
        let kept = std::env::temp_dir().join(format!("weir-fuzz-{}", target.name));
        let kept = std::fs::write(&kept, data).map(|()| kept.display().to_string());
        panic!(
            "{}: {called} does not hold; it is kept in {}: {:?}",
            target.name,
            kept.unwrap_or_else(|error| error.to_string()),
            String::from_utf8_lossy(data)
        );
    }
}

/// Makes inputs of a corpus and its words: cut, joined, doubled, changed in a byte.
struct Maker {
    chance: ChaCha8Rng,
    corpus: Vec<Vec<u8>>,
    words: Vec<Vec<u8>>,
    bytes_max: usize,
}

impl Maker {
    fn of(target: &Target, seed: u64) -> Maker {
        Maker {
            chance: ChaCha8Rng::seed_from_u64(seed),
            corpus: target.corpus().into_iter().map(|input| input.data).collect(),
            words: target.words(),
            bytes_max: target.bytes_max,
        }
    }

    fn next_input(&mut self) -> Vec<u8> {
        let mut data = self.pick();
        for _ in 0..self.chance.random_range(1..6) {
            self.change(&mut data);
        }
        data.truncate(self.bytes_max);
        data
    }

    fn pick(&mut self) -> Vec<u8> {
        let place = self.chance.random_range(0..self.corpus.len());
        self.corpus[place].clone()
    }

    fn place(&mut self, data: &[u8]) -> usize {
        self.chance.random_range(0..=data.len())
    }

    fn change(&mut self, data: &mut Vec<u8>) {
        let (a, b) = (self.place(data), self.place(data));
        let (from, to) = (a.min(b), a.max(b));
        match self.chance.random_range(0..7) {
            0 if from < data.len() => data[from] = self.chance.random(),
            1 if from < data.len() => data[from] ^= 1 << self.chance.random_range(0..8),
            2 => drop(data.drain(from..to)),
            3 => {
                let part = data[from..to].to_vec();
                data.splice(to..to, part);
            }
            4 => {
                let other = self.pick();
                let end = self.place(&other);
                data.splice(from..to, other[..end].iter().copied());
            }
            5 if !self.words.is_empty() => {
                let word = self.chance.random_range(0..self.words.len());
                data.splice(from..from, self.words[word].iter().copied());
            }
            _ => data.insert(from, self.chance.random()),
        }
    }
}
