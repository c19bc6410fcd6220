//! The typeface on paper: how wide a text is, and which glyphs it is made of.
//!
//! Most letters are one glyph each, looked up by themselves, so that figures stay of one width and
//! no two letters grow together. Scripts whose letters join are shaped. Of a text in two directions
//! each stretch stands where it is read from left to right; a sentence of ours always is.

use std::collections::BTreeMap;
use std::ops::Range;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Direction, Face, UnicodeBuffer};

use crate::render::RenderError;

/// Both weights.
pub(super) struct Typeface {
    regular: Weight,
    bold: Weight,
}

/// One weight.
pub(super) struct Weight {
    face: Face<'static>,
    pub(super) font: Font,
    per_em: f32,
    /// Glyph and advance of the letters that nearly every text is made of.
    ascii: Vec<(u16, u16)>,
}

/// A stretch of one direction, and its glyphs from left to right.
pub(super) struct Run<'a> {
    pub(super) text: &'a str,
    pub(super) glyphs: Vec<KrillaGlyph>,
    /// Of a type of size 1.
    pub(super) width: f32,
}

impl Typeface {
    /// The embedded one.
    pub(super) fn embedded() -> Result<Typeface, RenderError> {
        let weight = |bytes| {
            Weight::of(bytes).ok_or_else(|| RenderError::Pdf("its typeface is not read".to_owned()))
        };
        Ok(Typeface {
            regular: weight(dejavu::sans::regular())?,
            bold: weight(dejavu::sans::bold())?,
        })
    }

    pub(super) fn weight(&self, bold: bool) -> &Weight {
        if bold { &self.bold } else { &self.regular }
    }

    /// In points.
    pub(super) fn width(&self, text: &str, size: f64, bold: bool) -> f64 {
        f64::from(self.weight(bold).width(text)) * size
    }

    /// The text, or as much of its start as fits with an ellipsis.
    pub(super) fn fit(&self, text: &str, size: f64, bold: bool, room: f64) -> String {
        if self.width(text, size, bold) <= room {
            return text.to_owned();
        }
        let mut kept: String = text.to_owned();
        while kept.pop().is_some() {
            let cut = format!("{}…", kept.trim_end());
            if self.width(&cut, size, bold) <= room {
                return cut;
            }
        }
        "…".to_owned()
    }

    /// The text in lines of at most `room` points, broken at spaces, and within a word that is
    /// longer; at most `lines_max` of them, of which the last may end in an ellipsis.
    pub(super) fn wrap(
        &self,
        text: &str,
        size: f64,
        bold: bool,
        room: f64,
        lines_max: usize,
    ) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split(' ') {
            let last = lines.len() - 1;
            let joined = if lines[last].is_empty() {
                word.to_owned()
            } else {
                format!("{} {word}", lines[last])
            };
            if self.width(&joined, size, bold) <= room {
                lines[last] = joined;
                continue;
            }
            let pieces = self.pieces(word, size, bold, room);
            let skip_empty = lines[last].is_empty();
            for (n, piece) in pieces.into_iter().enumerate() {
                if n == 0 && skip_empty {
                    lines[last] = piece;
                } else {
                    lines.push(piece);
                }
            }
        }
        if lines_max < lines.len() {
            let rest = lines.split_off(lines_max).join(" ");
            if let Some(last) = lines.last_mut() {
                *last = self.fit(&format!("{last} {rest}"), size, bold, room);
            }
        }
        lines
    }

    /// A word, cut where a line ends.
    fn pieces(&self, word: &str, size: f64, bold: bool, room: f64) -> Vec<String> {
        let mut pieces = vec![String::new()];
        let mut used = 0.0;
        for c in word.chars() {
            let wide = self.width(c.encode_utf8(&mut [0; 4]), size, bold);
            let last = pieces.len() - 1;
            if room < used + wide && !pieces[last].is_empty() {
                pieces.push(String::new());
                used = 0.0;
            }
            used += wide;
            let last = pieces.len() - 1;
            pieces[last].push(c);
        }
        pieces
    }

    /// Whether a sign of the text is not in it, so that a box stands in its place.
    pub(super) fn lacks(&self, text: &str) -> bool {
        text.chars().any(|c| !c.is_whitespace() && self.regular.face.glyph_index(c).is_none())
    }
}

impl Weight {
    fn of(bytes: &'static [u8]) -> Option<Weight> {
        let face = Face::from_slice(bytes, 0)?;
        let font = Font::new(bytes.into(), 0)?;
        let ascii = (0..128u8).map(|byte| single(&face, char::from(byte))).collect();
        let per_em = font.units_per_em();
        Some(Weight { face, font, per_em, ascii })
    }

    fn single(&self, c: char) -> (u16, f32) {
        let known = usize::try_from(u32::from(c)).ok().and_then(|place| self.ascii.get(place));
        let (glyph, advance) = known.copied().unwrap_or_else(|| single(&self.face, c));
        (glyph, f32::from(advance) / self.per_em)
    }

    /// Of a type of size 1.
    fn width(&self, text: &str) -> f32 {
        if text.chars().all(is_single) {
            return text.chars().map(|c| self.single(c).1).sum();
        }
        self.runs(text).iter().map(|run| run.width).sum()
    }

    /// The stretches of the text, from left to right.
    pub(super) fn runs<'a>(&self, text: &'a str) -> Vec<Run<'a>> {
        stretches(text)
            .into_iter()
            .map(|(range, leftward)| {
                let text = &text[range];
                let glyphs = if text.chars().all(is_single) {
                    self.letters(text)
                } else {
                    self.shaped(text, leftward)
                };
                let width = glyphs.iter().map(|glyph| glyph.x_advance).sum();
                Run { text, glyphs, width }
            })
            .collect()
    }

    fn letters(&self, text: &str) -> Vec<KrillaGlyph> {
        let mut letters: Vec<KrillaGlyph> = Vec::with_capacity(text.len());
        let mut boxes: Option<Range<usize>> = None;
        for (at, c) in text.char_indices() {
            let (glyph, advance) = self.single(c);
            let mut range = at..at + c.len_utf8();
            // Boxes all look the same: only together do they stand for what is copied.
            if glyph == 0 {
                let first = boxes.as_ref().map_or(at, |boxes| boxes.start);
                range.start = first;
                let before = letters.iter_mut().rev();
                before.take_while(|known| first <= known.text_range.start).for_each(|known| {
                    known.text_range.end = range.end;
                });
                boxes = Some(range.clone());
            } else {
                boxes = None;
            }
            let id = GlyphId::new(u32::from(glyph));
            letters.push(KrillaGlyph::new(id, advance, 0.0, 0.0, 0.0, range, None));
        }
        letters
    }

    #[allow(clippy::cast_precision_loss)] // lengths within an em
    fn shaped(&self, text: &str, leftward: bool) -> Vec<KrillaGlyph> {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        let direction = if leftward { Direction::RightToLeft } else { Direction::LeftToRight };
        buffer.set_direction(direction);
        let shaped = rustybuzz::shape(&self.face, &[], buffer);
        // A cluster ends where the next one of the text begins, wherever that is drawn.
        let starts: BTreeMap<usize, ()> =
            shaped.glyph_infos().iter().map(|info| (info.cluster as usize, ())).collect();
        let end =
            |start: usize| starts.range(start + 1..).next().map_or(text.len(), |(next, ())| *next);
        let glyphs = shaped.glyph_infos().iter().zip(shaped.glyph_positions());
        let em = |units: i32| units as f32 / self.per_em;
        glyphs
            .map(|(info, place)| {
                let start = info.cluster as usize;
                KrillaGlyph::new(
                    GlyphId::new(info.glyph_id),
                    em(place.x_advance),
                    em(place.x_offset),
                    em(place.y_offset),
                    em(place.y_advance),
                    start..end(start),
                    None,
                )
            })
            .collect()
    }
}

/// The glyph and its advance in units of the em; the box for what the typeface does not have.
fn single(face: &Face<'_>, c: char) -> (u16, u16) {
    let glyph = face.glyph_index(c).unwrap_or_default();
    (glyph.0, face.glyph_hor_advance(glyph).unwrap_or_default())
}

/// Whether a letter is drawn by itself whatever its neighbours are.
const fn is_single(c: char) -> bool {
    matches!(c, '\0'..='\u{2ff}' | '\u{370}'..='\u{482}' | '\u{48a}'..='\u{58f}'
        | '\u{1e00}'..='\u{200a}' | '\u{2010}'..='\u{20cf}' | '\u{2100}'..='\u{2fff}'
        | '\u{3001}'..='\u{3029}' | '\u{3030}'..='\u{3098}' | '\u{309b}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7ff}' | '\u{ff00}'..='\u{ffef}')
}

/// Whether a letter is written from right to left.
const fn is_leftward(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// The text in stretches of one direction. What has none, such as a space, goes with its
/// neighbours where both are written from right to left.
fn stretches(text: &str) -> Vec<(Range<usize>, bool)> {
    let mut found: Vec<(Range<usize>, bool)> = Vec::new();
    let mut neutral: Option<usize> = None;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let leftward = is_leftward(c);
        if !leftward && !c.is_alphanumeric() && found.last().is_some_and(|(_, known)| *known) {
            neutral.get_or_insert(at);
            continue;
        }
        match found.last_mut() {
            Some((range, known)) if *known == leftward => range.end = end,
            _ => found.push((neutral.filter(|_| !leftward).unwrap_or(at)..end, leftward)),
        }
        neutral = None;
    }
    if let Some(at) = neutral {
        found.push((at..text.len(), false));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Typeface, stretches};

    #[test]
    fn a_text_falls_into_stretches_of_one_direction() {
        let check = |text: &str, want: &[(&str, bool)]| {
            let got: Vec<(&str, bool)> = stretches(text)
                .into_iter()
                .map(|(range, leftward)| (&text[range], leftward))
                .collect();
            assert_eq!(got, want);
        };
        check("", &[]);
        check("Camera 12", &[("Camera 12", false)]);
        check("شاشة الكاميرا", &[("شاشة الكاميرا", true)]);
        check("a شاشة الكاميرا b", &[("a ", false), ("شاشة الكاميرا", true), (" b", false)]);
        check("שלום.", &[("שלום", true), (".", false)]);
    }

    #[test]
    fn a_line_is_never_wider_than_its_room() {
        let face = Typeface::embedded().unwrap();
        for text in ["one two three four five", &"x".repeat(300), "شاشة الكاميرا محظورة جدا", ""]
        {
            for line in face.wrap(text, 9.0, false, 60.0, 99) {
                assert!(face.width(&line, 9.0, false) <= 60.0, "{line}");
            }
        }
        let lines = face.wrap(&"word ".repeat(40), 9.0, true, 60.0, 2);
        assert!(lines.len() == 2 && lines[1].ends_with('…'), "{lines:?}");
        assert_eq!(face.wrap("https://a.example/b", 9.0, false, 400.0, 9), ["https://a.example/b"]);
    }

    #[test]
    fn figures_are_of_one_width_and_letters_do_not_grow_together() {
        let face = Typeface::embedded().unwrap();
        let of = |text: &str| face.width(text, 10.0, false);
        assert!((of("1111") - of("8888")).abs() < 1e-3);
        assert!((of("ffi") - 2.0 * of("f") - of("i")).abs() < 1e-3);
        assert!(face.lacks("相机") && !face.lacks("Kaamera õigus – 3 ≥ 2 شاشة"));
    }
}
