//! A table as rows that may be parted by the end of a sheet.

use super::super::letter::{Row, Table};
use super::face::Typeface;
use super::sheet::{Block, ROOM, link};
use crate::render::chart::{Anchor, Ink, Picture};

const GAP: f64 = 16.0;
const LINE: f64 = 1.32;
/// What a name must have at least.
const NAME_MIN: f64 = 130.0;
/// A heading is broken before it is wider than this, and a column is no wider by its heading.
const HEAD_MAX: f64 = 62.0;
/// Numbers that stand far from their names are not found.
const NAME_MAX: f64 = 300.0;

/// Where the columns are.
struct Columns {
    size: f64,
    name: f64,
    /// The right edge of each column of numbers.
    ends: Vec<f64>,
    widths: Vec<f64>,
}

/// Head and rows; the note of what is folded is a row too.
pub(super) fn table(face: &Typeface, table: &Table) -> Block {
    let columns = Columns::of(face, table);
    let mut rows: Vec<Picture> = table.rows.iter().map(|row| columns.row(face, row)).collect();
    if let Some(more) = &table.more {
        let row = Row { name: more.clone(), few: true, ..Row::default() };
        rows.push(columns.row(face, &row));
    }
    rows.extend(table.tail.iter().map(|row| columns.row(face, row)));
    if let Some(last) = rows.last_mut() {
        last.height += 10.0;
    }
    Block::Rows { head: columns.head(face, table), rows }
}

impl Columns {
    fn of(face: &Typeface, table: &Table) -> Columns {
        let mut columns = Columns::at(face, table, 8.5);
        if columns.name < NAME_MIN {
            columns = Columns::at(face, table, 7.0);
        }
        columns
    }

    fn at(face: &Typeface, table: &Table, size: f64) -> Columns {
        let rows = || table.rows.iter().chain(&table.tail);
        let count = table.heads.len().saturating_sub(1);
        let widths: Vec<f64> = (0..count)
            .map(|n| {
                let cells = rows().filter_map(|row| row.cells.get(n));
                let cells = cells.map(|cell| face.width(cell, size, false)).fold(0.0, f64::max);
                let words = table.heads[n + 1].split(' ');
                let words = words.map(|word| face.width(word, size, false)).fold(0.0, f64::max);
                cells.max(words.min(HEAD_MAX))
            })
            .collect();
        let numbers: f64 = widths.iter().map(|width| width + GAP).sum();
        let names = rows()
            .map(|row| {
                face.width(&row.name, size, false).max(face.width(&row.note, size - 1.0, false))
            })
            .fold(0.0, f64::max);
        let name = (names + 5.0).clamp(NAME_MIN, NAME_MAX).min(ROOM - numbers);
        let mut at = name;
        let ends = widths
            .iter()
            .map(|width| {
                at += width + GAP;
                at
            })
            .collect();
        Columns { size, name, ends, widths }
    }

    fn end(&self) -> f64 {
        self.ends.last().copied().unwrap_or(self.name)
    }

    fn head(&self, face: &Typeface, table: &Table) -> Picture {
        let mut picture = Picture::new(ROOM);
        let line = self.size * LINE;
        let rooms = std::iter::once(self.name).chain(self.widths.iter().copied());
        let cells: Vec<Vec<String>> = table
            .heads
            .iter()
            .zip(rooms)
            .map(|(head, room)| face.wrap(head, self.size, false, room.max(24.0) + 1.0, 3))
            .collect();
        let most = cells.iter().map(Vec::len).max().unwrap_or(1);
        for (n, lines) in cells.iter().enumerate() {
            #[allow(clippy::cast_precision_loss)] // some lines
            let mut y = line * (most - lines.len()) as f64 + line / 2.0;
            for text in lines {
                let (x, anchor) = match n.checked_sub(1) {
                    None => (0.0, Anchor::Start),
                    Some(number) => (self.ends[number], Anchor::End),
                };
                picture.label((x, y), text, self.size, Ink::Muted, anchor, false);
                y += line;
            }
        }
        #[allow(clippy::cast_precision_loss)] // some lines
        let height = line * most as f64 + 3.0;
        picture.line((0.0, height), (self.end(), height), Ink::Muted, 0.75);
        picture.height = height + 2.0;
        picture
    }

    fn row(&self, face: &Typeface, row: &Row) -> Picture {
        let mut picture = Picture::new(ROOM);
        let line = self.size * LINE;
        let ink = if row.few { Ink::Faint } else { Ink::Text };
        let mut y = 2.0 + line / 2.0;
        let first = y;
        for text in face.wrap(&row.name, self.size, false, self.name - 4.0, 2) {
            picture.text((0.0, y), &text, self.size, ink);
            if let Some(href) = &row.href {
                let wide = face.width(&text, self.size, false);
                let under = y + self.size * 0.52;
                picture.line((0.0, under), (wide, under), Ink::Faint, 0.4);
                let place = (0.0, y - line / 2.0, wide, line);
                picture.hits.push(link(place, href.clone(), &row.name));
            }
            y += line;
        }
        if !row.note.is_empty() {
            for text in face.wrap(&row.note, self.size - 1.0, false, self.name - 4.0, 2) {
                picture.text((0.0, y - 0.5), &text, self.size - 1.0, Ink::Muted);
                y += line - 1.0;
            }
        }
        for ((cell, end), width) in row.cells.iter().zip(&self.ends).zip(&self.widths) {
            let text = face.fit(cell, self.size, false, width + GAP / 2.0);
            picture.label((*end, first), &text, self.size, ink, Anchor::End, false);
        }
        let height = y - line / 2.0 + 2.5;
        picture.line((0.0, height), (self.end(), height), Ink::Grid, 0.5);
        picture.height = height + 0.5;
        picture
    }
}
