//! The table, from a report to lines.

use weir_domain::Catalogue;

use super::{TableStyle, blocks, table};
use crate::render::fixture;
use crate::{Bucket, Report};

fn shown(report: &Report, width: usize) -> String {
    table(report, &Catalogue::shipped(), &TableStyle { width, colour: false })
}

#[test]
fn the_answer_comes_first_and_the_rest_is_aligned() {
    assert_eq!(shown(&fixture::small(), 80), include_str!("small.expected.txt"));
}

#[test]
fn nothing_of_a_name_acts_on_the_terminal() {
    let text = shown(&fixture::hostile(), 200);
    for acting in ['\u{1b}', '\r', '\t', '\u{202e}', '\u{0}'] {
        assert!(!text.contains(acting), "{acting:?}");
    }
    assert!(text.contains("two\\u{a}lines\\u{9}and"));
    assert!(text.lines().all(|line| line.chars().count() < 400), "{text}");
}

#[test]
fn colour_only_adds() {
    let style = TableStyle { width: 120, colour: true };
    let coloured = table(&fixture::full(), &Catalogue::shipped(), &style);
    assert!(coloured.contains("\u{1b}["));
    let mut plain = String::new();
    let mut escape = false;
    for c in coloured.chars() {
        match c {
            '\u{1b}' => escape = true,
            'm' if escape => escape = false,
            _ if escape => {}
            other => plain.push(other),
        }
    }
    let trimmed = |text: &str| text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
    assert_eq!(trimmed(&plain), trimmed(&shown(&fixture::full(), 120)));
}

#[test]
fn every_size_has_a_table() {
    for width in [0, 20, 80, 400] {
        shown(&fixture::empty(), width);
        shown(&fixture::tiny(), width);
        let many = shown(&fixture::many(500, 1_826, Bucket::Day), width);
        assert!(many.contains("and 480 more") && many.lines().count() < 150);
    }
}

#[test]
fn a_bar_is_drawn_to_the_eighth() {
    assert_eq!(blocks(1.0, 1.0, 4), "████");
    assert_eq!(blocks(0.53, 1.0, 4), "██▏");
    assert_eq!(blocks(0.0001, 1.0, 4), "▏");
    assert_eq!(blocks(0.0, 0.0, 4), "");
    assert_eq!(blocks(f64::NAN, 1.0, 4), "");
}
