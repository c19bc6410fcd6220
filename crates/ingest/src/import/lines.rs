//! Lines of any length, in bounded memory.

use std::io::{self, BufRead};

/// The longest line. The largest payload, every byte of it escaped, fits.
pub(super) const LINE_BYTES_MAX: usize = 8 * 1024 * 1024;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// A line without its newline.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    Text(&'a [u8]),
    /// Longer than [`LINE_BYTES_MAX`]; passed over, not held.
    TooLong,
}

/// The lines of a reader, counted.
pub(super) struct Lines<R> {
    reader: R,
    /// Bytes at the reader's front that the last line was borrowed from.
    lent: usize,
    /// A line that did not lie in the reader's buffer as a whole.
    pieced: Vec<u8>,
    number: u64,
    bytes_read: u64,
}

/// Where the next line was found.
enum Found {
    Lent { bytes: usize },
    Pieced,
    TooLong,
    End,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: R) -> Lines<R> {
        Lines { reader, lent: 0, pieced: Vec::new(), number: 0, bytes_read: 0 }
    }

    /// The number of the line that was handed out last, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    pub(super) fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        self.reader.consume(std::mem::take(&mut self.lent));
        let found = self.find()?;
        if matches!(found, Found::End) {
            return Ok(None);
        }
        self.number += 1;
        let line = match found {
            Found::Lent { bytes } => {
                self.lent = bytes;
                self.bytes_read += bytes as u64;
                &self.reader.fill_buf()?[..bytes]
            }
            Found::Pieced => self.pieced.as_slice(),
            Found::TooLong => return Ok(Some(Line::TooLong)),
            Found::End => return Ok(None),
        };
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        // Some editors begin a file with this mark.
        let line = if self.number == 1 { line.strip_prefix(BOM).unwrap_or(line) } else { line };
        Ok(Some(Line::Text(line)))
    }

    fn find(&mut self) -> io::Result<Found> {
        let buffer = self.reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(Found::End);
        }
        match through_newline(buffer) {
            Some(bytes) if bytes <= LINE_BYTES_MAX => Ok(Found::Lent { bytes }),
            _ => self.piece(),
        }
    }

    /// Puts a line together from several fillings of the buffer.
    fn piece(&mut self) -> io::Result<Found> {
        self.pieced.clear();
        let mut too_long = false;
        loop {
            let buffer = self.reader.fill_buf()?;
            let end = through_newline(buffer);
            let bytes = end.unwrap_or(buffer.len());
            too_long |= LINE_BYTES_MAX < self.pieced.len() + bytes;
            if !too_long {
                self.pieced.extend_from_slice(&buffer[..bytes]);
            }
            self.reader.consume(bytes);
            self.bytes_read += bytes as u64;
            if end.is_some() || bytes == 0 {
                return Ok(if too_long { Found::TooLong } else { Found::Pieced });
            }
        }
    }
}

/// How many bytes of `buffer` end with its first newline.
fn through_newline(mut buffer: &[u8]) -> Option<usize> {
    let whole = buffer;
    // Reading from a slice cannot fail; this is the standard library's fast search for a byte.
    let bytes = buffer.skip_until(b'\n').ok()?;
    (whole[..bytes].last() == Some(&b'\n')).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::{self, BufReader, Cursor, Read};

    use super::{LINE_BYTES_MAX, Line, Lines};

    /// The lines of `text`, whatever the buffer's size.
    #[track_caller]
    fn check(text: &[u8], want: &[&str]) {
        for capacity in [1, 2, 3, 7, 64] {
            let mut lines = Lines::new(BufReader::with_capacity(capacity, text));
            let mut found = Vec::new();
            while let Some(line) = lines.next_line().unwrap() {
                let Line::Text(line) = line else { panic!("too long") };
                found.push(String::from_utf8(line.to_vec()).unwrap());
            }
            assert_eq!(found, want, "capacity {capacity}");
            assert_eq!(lines.number(), want.len() as u64);
            assert_eq!(lines.bytes_read(), text.len() as u64);
        }
    }

    #[test]
    fn lines_end_with_a_newline_or_with_the_file() {
        check(b"", &[]);
        check(b"a", &["a"]);
        check(b"a\n", &["a"]);
        check(b"a\n\nbcdefghij\nk", &["a", "", "bcdefghij", "k"]);
    }

    #[test]
    fn a_carriage_return_belongs_to_the_newline() {
        check(b"ab\r\n\r\nc\rd\r\n", &["ab", "", "c\rd"]);
    }

    #[test]
    fn a_byte_order_mark_is_passed_over_at_the_start_only() {
        check(b"\xEF\xBB\xBFa\n\xEF\xBB\xBFb", &["a", "\u{feff}b"]);
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over_and_not_held() {
        let long = io::repeat(b'x').take(40 * 1024 * 1024).chain(Cursor::new("\nafter\n"));
        let mut lines = Lines::new(BufReader::with_capacity(64 * 1024, long));
        assert_eq!(lines.next_line().unwrap(), Some(Line::TooLong));
        assert!(lines.pieced.capacity() <= 2 * LINE_BYTES_MAX);
        assert_eq!(lines.next_line().unwrap(), Some(Line::Text(b"after")));
        assert_eq!((lines.number(), lines.next_line().unwrap()), (2, None));
    }
}
