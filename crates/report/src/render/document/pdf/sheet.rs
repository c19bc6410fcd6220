//! Sheets of paper that are filled from the top, each with its head, its foot and its footnotes.

use super::face::Typeface;
use crate::render::chart::{Anchor, HitArea, Ink, Mark, Picture};

/// A4, in points.
pub(super) const WIDTH: f64 = 595.28;
pub(super) const HEIGHT: f64 = 841.89;
/// At the left and at the right.
const MARGIN: f64 = 48.0;
/// Where what is said begins, and where it ends.
const TOP: f64 = 66.0;
const BOTTOM: f64 = HEIGHT - 60.0;
/// What a line may be long.
pub(super) const ROOM: f64 = WIDTH - 2.0 * MARGIN;
/// What a whole sheet holds.
const SHEET: f64 = BOTTOM - TOP;

const NOTE: f64 = 6.5;
const NOTE_LINE: f64 = 8.5;

/// Something that lies on paper. It is as wide as [`ROOM`].
pub(super) enum Block {
    /// Stays together, if it fits on a sheet at all.
    Whole(Picture),
    /// Rows that may be parted, and the head that is repeated over each part.
    Rows {
        /// Over the rows, on each sheet.
        head: Picture,
        /// The rows.
        rows: Vec<Picture>,
    },
}

/// One sheet.
pub(super) struct Sheet {
    pub(super) picture: Picture,
    /// The addresses at its foot: number, address.
    notes: Vec<(usize, String)>,
}

/// A place that is found by its name.
pub(super) struct Bookmark {
    pub(super) title: String,
    pub(super) sheet: usize,
    pub(super) y: f64,
}

/// The sheets so far.
pub(super) struct Sheets<'a> {
    pub(super) face: &'a Typeface,
    pub(super) done: Vec<Sheet>,
    pub(super) bookmarks: Vec<Bookmark>,
    y: f64,
    notes: usize,
}

impl Block {
    fn height(&self) -> f64 {
        match self {
            Block::Whole(picture) => picture.height,
            Block::Rows { head, rows } => {
                head.height + rows.iter().map(|row| row.height).sum::<f64>()
            }
        }
    }

    /// What of it cannot be without the line before it.
    fn first_height(&self) -> f64 {
        match self {
            Block::Whole(picture) => picture.height,
            Block::Rows { head, rows } => head.height + rows.first().map_or(0.0, |row| row.height),
        }
    }
}

impl<'a> Sheets<'a> {
    pub(super) fn new(face: &'a Typeface) -> Sheets<'a> {
        let mut sheets = Sheets { face, done: Vec::new(), bookmarks: Vec::new(), y: TOP, notes: 0 };
        sheets.turn();
        sheets
    }

    /// Another sheet.
    fn turn(&mut self) {
        let mut picture = Picture::new(WIDTH);
        picture.height = HEIGHT;
        self.done.push(Sheet { picture, notes: Vec::new() });
        self.y = TOP;
    }

    fn sheet(&mut self) -> &mut Sheet {
        if self.done.is_empty() {
            self.turn();
        }
        let last = self.done.len() - 1;
        &mut self.done[last]
    }

    /// What is left of the sheet.
    fn left(&self) -> f64 {
        let notes = self.done.last().map_or(0.0, |sheet| self.notes_height(sheet));
        BOTTOM - notes - self.y
    }

    /// Blocks that belong together under a title. They begin on a new sheet unless all of them fit
    /// on this one, so that what breaks is between parts wherever it can be.
    pub(super) fn part(&mut self, title: &str, address: Option<String>, blocks: Vec<Block>) {
        let needed: f64 = HEADING
            + blocks.iter().map(Block::height).sum::<f64>()
            + self.note_height(address.as_deref());
        let is_first = self.y <= TOP;
        if !is_first {
            self.y += 14.0;
        }
        if !is_first && self.left() < needed {
            self.turn();
        }
        let place = Bookmark { title: title.to_owned(), sheet: self.done.len() - 1, y: self.y };
        self.bookmarks.push(place);
        let heading = self.heading(title, address);
        self.put(heading);
        for block in blocks {
            self.block(block);
        }
    }

    /// The title of a part, with the number of its address.
    fn heading(&mut self, title: &str, address: Option<String>) -> Picture {
        let mut heading = Picture::new(ROOM);
        heading.height = HEADING;
        let shown = self.face.fit(title, 13.0, true, ROOM - 30.0);
        heading.label((0.0, 10.0), &shown, 13.0, Ink::Text, Anchor::Start, true);
        if let Some(address) = address {
            let after = self.face.width(&shown, 13.0, true) + 3.0;
            let number = self.note(address.clone()).to_string();
            heading.text((after, 6.0), &number, 7.5, Ink::Accent);
            heading.hits.push(link((0.0, 0.0, after + 10.0, 18.0), address, title));
        }
        heading
    }

    pub(super) fn block(&mut self, block: Block) {
        match block {
            Block::Whole(picture) => self.whole(picture),
            Block::Rows { .. } if self.left() < block.first_height() => {
                self.turn();
                self.rows(block);
            }
            Block::Rows { .. } => self.rows(block),
        }
    }

    fn rows(&mut self, block: Block) {
        let Block::Rows { head, rows } = block else { return };
        self.put(head.clone());
        for row in rows {
            if self.left() < row.height {
                self.turn();
                self.put(head.clone());
            }
            self.put(row);
        }
    }

    fn whole(&mut self, picture: Picture) {
        let left = self.left();
        if picture.height <= left {
            return self.put(picture);
        }
        if picture.height <= SHEET {
            self.turn();
            return self.put(picture);
        }
        // Too high for any sheet: it is cut where one of its rows ends.
        let ends = picture.hits.iter().map(|hit| hit.y + hit.h);
        let cut = ends.filter(|end| *end <= left).fold(0.0, f64::max);
        if cut <= 0.0 && self.y <= TOP {
            return self.put(picture);
        }
        if cut <= 0.0 {
            self.turn();
            return self.whole(picture);
        }
        let (above, below) = picture.cut(cut);
        self.put(above);
        self.turn();
        self.whole(below);
    }

    fn put(&mut self, picture: Picture) {
        let (height, y) = (picture.height, self.y);
        self.sheet().picture.place(picture, MARGIN, y);
        self.y += height;
    }

    /// The number of an address at the foot of this sheet.
    pub(super) fn note(&mut self, address: String) -> usize {
        let known = self.sheet().notes.iter().find(|(_, known)| *known == address);
        if let Some((number, _)) = known {
            return *number;
        }
        self.notes += 1;
        let number = self.notes;
        self.sheet().notes.push((number, address));
        number
    }

    fn note_lines(&self, address: &str) -> Vec<String> {
        self.face.wrap(address, NOTE, false, ROOM - 14.0, 12)
    }

    #[allow(clippy::cast_precision_loss)] // some lines
    fn note_height(&self, address: Option<&str>) -> f64 {
        address.map_or(0.0, |address| 8.0 + NOTE_LINE * self.note_lines(address).len() as f64)
    }

    #[allow(clippy::cast_precision_loss)] // some lines
    fn notes_height(&self, sheet: &Sheet) -> f64 {
        if sheet.notes.is_empty() {
            return 0.0;
        }
        let lines: usize = sheet.notes.iter().map(|(_, note)| self.note_lines(note).len()).sum();
        8.0 + NOTE_LINE * lines as f64
    }

    /// Every sheet with its head, its foot and its footnotes.
    pub(super) fn finish(
        mut self,
        title: &str,
        range: &str,
        as_of: &str,
    ) -> (Vec<Picture>, Vec<Bookmark>) {
        let count = self.done.len();
        let done = std::mem::take(&mut self.done);
        let mut pictures = Vec::new();
        for (number, sheet) in (1..).zip(done) {
            let mut picture = sheet.picture.clone();
            if 1 < number {
                self.head(&mut picture, title, range);
            }
            self.foot(&mut picture, &sheet.notes, as_of, &format!("Page {number} of {count}"));
            pictures.push(picture);
        }
        (pictures, self.bookmarks)
    }

    fn head(&self, picture: &mut Picture, title: &str, range: &str) {
        let range_px = self.face.width(range, 8.0, false);
        let title = self.face.fit(title, 8.0, true, ROOM - range_px - 24.0);
        picture.label((MARGIN, 38.0), &title, 8.0, Ink::Text, Anchor::Start, true);
        picture.label((WIDTH - MARGIN, 38.0), range, 8.0, Ink::Muted, Anchor::End, false);
        picture.line((MARGIN, 48.0), (WIDTH - MARGIN, 48.0), Ink::Grid, 0.75);
    }

    fn foot(&self, picture: &mut Picture, notes: &[(usize, String)], as_of: &str, page: &str) {
        let y = HEIGHT - 36.0;
        picture.line((MARGIN, y - 10.0), (WIDTH - MARGIN, y - 10.0), Ink::Grid, 0.75);
        picture.label((MARGIN, y), as_of, 8.0, Ink::Muted, Anchor::Start, false);
        picture.label((WIDTH - MARGIN, y), page, 8.0, Ink::Muted, Anchor::End, false);
        let lines: Vec<(usize, usize, String)> = notes
            .iter()
            .flat_map(|(number, note)| {
                self.note_lines(note)
                    .into_iter()
                    .enumerate()
                    .map(move |(n, line)| (*number, n, line))
            })
            .collect();
        #[allow(clippy::cast_precision_loss)] // some lines
        let mut y = y - 14.0 - NOTE_LINE * lines.len() as f64;
        for (number, n, line) in lines {
            y += NOTE_LINE;
            if n == 0 {
                picture.text((MARGIN, y - 4.0), &number.to_string(), NOTE, Ink::Accent);
            }
            let address = notes.iter().find(|(known, _)| *known == number);
            let wide = self.face.width(&line, NOTE, false);
            if let Some((_, address)) = address {
                let place = (MARGIN + 14.0, y - 4.0 - NOTE_LINE / 2.0, wide, NOTE_LINE);
                picture.hits.push(link(place, address.clone(), ""));
            }
            picture.text((MARGIN + 14.0, y - 4.0), &line, NOTE, Ink::Muted);
        }
    }
}

/// What the title of a part takes.
const HEADING: f64 = 24.0;

/// A place that leads somewhere.
pub(super) fn link((x, y, w, h): (f64, f64, f64, f64), href: String, title: &str) -> HitArea {
    let title = title.to_owned();
    HitArea { x, y, w, h, title, tip: Vec::new(), href: Some(href), tab: false }
}

/// Whether any text of it has a sign that the typeface lacks.
pub(super) fn has_boxes(sheets: &[Sheet], face: &Typeface) -> bool {
    sheets.iter().flat_map(|sheet| &sheet.picture.marks).any(|mark| match mark {
        Mark::Text { text, .. } => face.lacks(text),
        _ => false,
    })
}
