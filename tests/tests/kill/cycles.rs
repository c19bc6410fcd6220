//! Kills at points that have names and at random moments, one after the other over one folder.

use std::collections::BTreeMap;

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

/// At how many cycles each point is tried, where there are enough.
const TRIES: usize = 2;

/// What a kill at a random moment is called in the count.
const AT_RANDOM: &str = "at random";

#[test]
fn every_200_is_in_the_log_wherever_the_process_is_killed() {
    let cycles = usize::try_from(number("WEIR_KILL_CYCLES").unwrap_or(CYCLES_DEFAULT));
    let cycles = cycles.expect("a number of cycles");
    let rng = &mut seeded(SEED);
    let (mut reached, mut acknowledged) = (BTreeMap::<&str, u32>::new(), 0);
    for kills in kills(cycles, rng).chunks(LIFE_CYCLES) {
        let mut life = Life::begin();
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
    if TRIES * POINTS.len() <= cycles {
        for point in POINTS {
            let times = reached.get(point.name).copied().unwrap_or_default();
            assert!(TRIES as u32 <= times, "{} was tried {times} times", point.name);
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
    let points = POINTS.iter().cycle().map(Some);
    let mut kills: Vec<_> =
        std::iter::repeat_n(None, at_random).chain(points).take(cycles).collect();
    kills.shuffle(rng);
    kills
}
