//! What lies below the rows is what the oracle finds, a slow way and by itself.

use weir_tests::assert_same;
use weir_tests::oracle;
use weir_tests::streams::{queries, stream};

use crate::product::{catalogue, folded, question};

const SEEDS: u64 = 40;
const QUERIES_PER_STREAM: usize = 6;

#[test]
fn the_profile_is_the_oracles() {
    for seed in 0..SEEDS {
        let log = stream(seed);
        let model = folded(&log);
        for asked in queries(seed, &log, QUERIES_PER_STREAM) {
            println!("{asked:?}");
            let below = weir_report::profile(&model, &catalogue(), &question(&asked), 2);
            let product = serde_json::to_value(below.expect("a profile")).expect("JSON");
            assert_same(&product, &oracle::profile(&log, &asked));
        }
    }
}
