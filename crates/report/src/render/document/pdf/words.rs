//! Paragraphs, lists and the few numbers that matter, as blocks.

use super::face::Typeface;
use super::sheet::{Block, ROOM};
use crate::render::chart::{Anchor, Ink, Picture};

/// How a paragraph looks.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    pub(super) size: f64,
    pub(super) ink: Ink,
    pub(super) bold: bool,
    /// After it.
    pub(super) gap: f64,
}

/// What stands beside a chart or a table.
pub(super) const QUIET: Manner = Manner { size: 8.5, ink: Ink::Muted, bold: false, gap: 8.0 };

/// A paragraph.
pub(super) fn paragraph(face: &Typeface, text: &str, manner: Manner) -> Block {
    Block::Whole(lines(face, text, manner))
}

/// Its lines as a picture.
pub(super) fn lines(face: &Typeface, text: &str, manner: Manner) -> Picture {
    let Manner { size, ink, bold, gap } = manner;
    let mut picture = Picture::new(ROOM);
    let mut y = 0.0;
    for line in face.wrap(text, size, bold, ROOM, 40) {
        picture.label((0.0, y + size * 0.7), &line, size, ink, Anchor::Start, bold);
        y += size * 1.42;
    }
    picture.height = y + gap;
    picture
}

/// The same beside a stripe that says what kind it is.
pub(super) fn noted(face: &Typeface, text: &str, manner: Manner, stripe: Ink) -> Block {
    const INDENT: f64 = 10.0;
    let mut picture = Picture::new(ROOM);
    let mut y = 0.0;
    for line in face.wrap(text, manner.size, manner.bold, ROOM - INDENT, 40) {
        let place = (INDENT, y + manner.size * 0.7);
        picture.label(place, &line, manner.size, manner.ink, Anchor::Start, manner.bold);
        y += manner.size * 1.42;
    }
    picture.line((1.0, 0.0), (1.0, y), stripe, 2.0);
    picture.height = y + manner.gap;
    Block::Whole(picture)
}

/// Names with their words, each name at the left.
pub(super) fn list(face: &Typeface, rows: &[(&'static str, String)]) -> Vec<Block> {
    const SIZE: f64 = 8.5;
    const NAME: f64 = 116.0;
    let row = |(name, words): &(&'static str, String)| {
        let mut picture = Picture::new(ROOM);
        let mut y = 0.0;
        picture.text((0.0, 6.0), name, SIZE, Ink::Muted);
        for line in face.wrap(words, SIZE, false, ROOM - NAME, 40) {
            picture.text((NAME, y + 6.0), &line, SIZE, Ink::Text);
            y += SIZE * 1.42;
        }
        picture.height = y + 4.0;
        Block::Whole(picture)
    };
    rows.iter().map(row).collect()
}

/// One of the few numbers that matter.
pub(super) struct Number {
    pub(super) name: String,
    pub(super) value: String,
    /// Beneath it, each a line or more: base, interval.
    pub(super) lines: Vec<String>,
    /// What it did since the period before.
    pub(super) change: Option<String>,
    pub(super) few: bool,
}

/// They side by side.
pub(super) fn strip(face: &Typeface, numbers: &[Number]) -> Block {
    const SMALL: f64 = 8.5;
    #[allow(clippy::cast_precision_loss)] // four of them
    let column = ROOM / numbers.len().max(1) as f64;
    let mut picture = Picture::new(ROOM);
    let mut x = 0.0;
    for number in numbers {
        let room = column - 10.0;
        picture.text((x, 5.0), &number.name, SMALL, Ink::Muted);
        let ink = if number.few { Ink::Faint } else { Ink::Text };
        // A duration is longer than a rate: smaller, it is still whole.
        let sizes = [20.0, 17.0, 14.0, 11.0];
        let fits = |size: &f64| face.width(&number.value, *size, true) <= room;
        let size = sizes.into_iter().find(fits).unwrap_or(11.0);
        let value = face.fit(&number.value, size, true, room);
        picture.label((x, 25.0), &value, size, ink, Anchor::Start, true);
        let mut y = 45.0;
        for (n, text) in number.lines.iter().filter(|line| !line.is_empty()).enumerate() {
            let ink = if n == 0 { Ink::Text } else { Ink::Muted };
            for line in face.wrap(text, SMALL, false, room, 3) {
                picture.text((x, y), &line, SMALL, ink);
                y += 12.0;
            }
        }
        if let Some(change) = &number.change {
            for line in face.wrap(change, SMALL, true, room, 4) {
                picture.label((x, y), &line, SMALL, Ink::Text, Anchor::Start, true);
                y += 12.0;
            }
        }
        picture.height = picture.height.max(y);
        x += column;
    }
    picture.height += 10.0;
    Block::Whole(picture)
}
