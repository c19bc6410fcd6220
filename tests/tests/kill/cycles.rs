//! Kills at points that have names and at random moments, one after the other over one folder.

use std::collections::BTreeMap;

use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use weir_tests::chance::{number, seeded};

use crate::SEED;
use crate::life::Life;
use crate::point::{POINTS, Point};
use crate::scene;

const CYCLES_DEFAULT: u64 = 50;

/// Cycles over one folder: each looks at all of the log.
const LIFE_CYCLES: usize = 25;

/// What a kill at a random moment is called in the count.
const AT_RANDOM: &str = "at random";

#[test]
fn every_200_is_in_the_log_wherever_the_process_is_killed() {
    let cycles = usize::try_from(number("WEIR_KILL_CYCLES").unwrap_or(CYCLES_DEFAULT));
    let cycles = cycles.expect("a number of cycles");
    let rng = &mut seeded(SEED);
    let (mut reached, mut acknowledged) = (BTreeMap::<&str, u32>::new(), 0);
    for kills in kills(cycles, rng).chunks_mut(LIFE_CYCLES) {
        let mut life = Life::begin();
        // What looks at all of the log comes first, while there is little in it.
        kills.sort_by_key(|kill| !kill.is_some_and(|point| point.during.is_long()));
        for kill in kills {
            let name = kill.map_or(AT_RANDOM, |point| point.name);
            println!("killed: {name}");
            match kill {
                Some(point) => {
                    let rule = point.rule(rng);
                    scene::play(&mut life, point.during, &rule, rng);
                }
                None => scene::at_random(&mut life, rng),
            }
            life.check(rng);
            *reached.entry(name).or_default() += 1;
        }
        acknowledged += life.acknowledged();
    }
    // A ninth is at random.
    if POINTS.len() <= cycles - cycles / 9 {
        for point in POINTS {
            assert!(reached.contains_key(point.name), "{} was not tried", point.name);
        }
    }
    for (name, times) in &reached {
        println!("{times:>5} {name}");
    }
    println!("{cycles} cycles: {acknowledged} deliveries acknowledged, and found");
    assert!(cycles as u64 <= acknowledged, "hardly anything was taken: {acknowledged}");
}

/// Where to kill in each cycle: at every point as often as the next, and at random in a ninth.
fn kills(cycles: usize, rng: &mut ChaCha8Rng) -> Vec<Option<&'static Point>> {
    let at_random = cycles / 9;
    let points = POINTS.iter().cycle().skip(rng.random_range(0..POINTS.len())).map(Some);
    let mut kills: Vec<_> =
        std::iter::repeat_n(None, at_random).chain(points).take(cycles).collect();
    kills.shuffle(rng);
    kills
}
