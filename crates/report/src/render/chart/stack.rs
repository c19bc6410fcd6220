//! One bar that is the whole cohort, each outcome's part labelled beneath it.

use super::axis::Axis;
use super::font::width;
use super::{Bar, HitArea, Ink, Picture, Size};

const TYPE: f64 = 13.0;
const CHIP: f64 = 12.0;
const BAR: f64 = 28.0;
const LINE: f64 = 24.0;

/// The chart, laid out for `size`. Each bar of `parts` is one part, of one ink.
pub(crate) fn stack(parts: &[Bar], size: Size) -> Picture {
    let mut picture = Picture::new(size.width());
    let value = |bar: &Bar| -> f64 { bar.parts.iter().map(|part| part.value).sum() };
    let whole: f64 = parts.iter().map(value).filter(|v| v.is_finite()).sum();
    let axis = Axis::new((0.0, whole), (0.0, picture.width));
    let mut from = 0.0;
    for bar in parts {
        let (left, right) = (axis.at(from), axis.at(from + value(bar)));
        from += value(bar);
        if left < right {
            let ink = bar.parts.first().map_or(Ink::Data, |part| part.ink);
            // A gap of paper tells parts of like lightness apart in grey print.
            picture.fill((left, 0.0, (right - left - 2.0).max(1.0), BAR), ink);
            picture.hits.push(hit(bar, (left, 0.0, (right - left).max(4.0), BAR), false));
        }
    }
    picture.height = legend(&mut picture, parts, BAR + 8.0);
    picture
}

/// The parts' names and numbers, from left to right in as many lines as they need.
fn legend(picture: &mut Picture, parts: &[Bar], top: f64) -> f64 {
    let (mut x, mut y) = (0.0, top);
    for bar in parts {
        let rate = format!("· {}", bar.rate);
        let name_px = width(&bar.name, TYPE, false);
        let count_px = width(&bar.count, TYPE, true);
        let item_px = CHIP + 8.0 + name_px + 6.0 + count_px + 6.0 + width(&rate, TYPE, false);
        if 0.0 < x && picture.width < x + item_px {
            (x, y) = (0.0, y + LINE);
        }
        let middle = y + LINE / 2.0;
        let ink = bar.parts.first().map_or(Ink::Data, |part| part.ink);
        picture.fill((x, middle - CHIP / 2.0, CHIP, CHIP), ink);
        let name_x = x + CHIP + 8.0;
        picture.text((name_x, middle), &bar.name, TYPE, Ink::Text);
        let count_x = name_x + name_px + 6.0;
        picture.label((count_x, middle), &bar.count, TYPE, Ink::Text, super::Anchor::Start, true);
        picture.text((count_x + count_px + 6.0, middle), &rate, TYPE, Ink::Muted);
        picture.hits.push(hit(bar, (x, y, item_px, LINE), true));
        x += item_px + 24.0;
    }
    y + LINE + 2.0
}

/// The keyboard stops at the label only: the piece above it leads to the same.
fn hit(bar: &Bar, (x, y, w, h): (f64, f64, f64, f64), tab: bool) -> HitArea {
    let numbers = format!("{} · {}", bar.count, bar.rate);
    let tip = std::iter::once(numbers).chain(bar.tip.iter().cloned()).collect();
    HitArea { x, y, w, h, title: bar.name.clone(), tip, href: bar.href.clone(), tab }
}
