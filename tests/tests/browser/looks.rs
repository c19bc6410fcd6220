//! Light and dark, narrow and wide.

use std::collections::BTreeSet;

use weir_tests::png;

use crate::chromium::{Chromium, Scheme};
use crate::world::{EVERYTHING, World};

/// Narrower than this nothing may be at the right edge: there the page would be cut off.
const MARGIN_PIXELS: usize = 4;

#[test]
fn the_page_looks_like_one_in_every_light_and_width() {
    let world = World::new();
    let chromium = Chromium::new();
    let url = world.url(&format!("/?{EVERYTHING}"));
    for size in [(390, 3_000), (1_280, 2_400)] {
        let light = check(&chromium, &url, size, Scheme::Light);
        let dark = check(&chromium, &url, size, Scheme::Dark);
        assert!(200 < light && dark < 60, "{size:?}: light {light}, dark {dark} of 255");
    }
}

/// A picture of the page has its size, has something on it, and is whole at the right. Its usual
/// brightness, from 0 to 255.
#[track_caller]
fn check(chromium: &Chromium, url: &str, size: (u32, u32), scheme: Scheme) -> u8 {
    let picture = chromium.picture(url, size, scheme);
    assert_eq!(png::size(&picture), size);
    let rows = png::rows(&picture);
    let paper = rows[0][0];
    let some = rows.iter().step_by(5).flatten();
    let colours: BTreeSet<[u8; 3]> = some.copied().collect();
    assert!(50 < colours.len(), "{size:?}, {scheme:?}: {} colours", colours.len());
    let inked = rows.iter().filter(|row| row.iter().any(|pixel| *pixel != paper)).count();
    assert!(rows.len() / 3 < inked, "{size:?}, {scheme:?}: {inked} rows have something on them");
    for (number, row) in rows.iter().enumerate() {
        let margin = &row[row.len() - MARGIN_PIXELS..];
        let cut = margin.iter().any(|pixel| *pixel != row[0]);
        assert!(!cut, "{size:?}, {scheme:?}: something is cut off at the right of row {number}");
    }
    let mut brightness: Vec<u8> = rows
        .iter()
        .step_by(5)
        .flatten()
        .map(|[red, green, blue]| *red.max(green).max(blue))
        .collect();
    let middle = brightness.len() / 2;
    *brightness.select_nth_unstable(middle).1
}
