//! A stored body, taken apart and put together.
//!
//! ```text
//! stored   = plain                                  a body that does not begin as the others do
//!          | magic 0 plain                          one that does
//!          | magic 1 period nonce count part… skeleton
//!          | magic 2 period nonce pseudonym sealed  a whole body
//! magic    = F7 57 53 01      F7 stands in no UTF-8, so that no JSON begins so
//! period   = months since year 0, two bytes
//! nonce    = 20 bytes of chance
//! count    = how many parts
//! part     = kind (one byte), gap, length, sealed
//! skeleton = the body, in which each value is its pseudonym: "~…" for a string, ["~…"] for what is none
//! ```
//!
//! Numbers of one byte or more (count, gap, length) are seven bits a byte, the lowest first. A gap is
//! how many bytes of the skeleton lie between the value before (or the beginning) and this one.

use std::ops::Range;

use crate::cipher::{NONCE_BYTES, Seat};
use crate::{Kind, Period, Pseudonym};

/// What a stored body begins with that is not a body as it came, of whatever version.
const MARK: &[u8] = &[0xF7, b'W', b'S'];
/// The version of the form.
const VERSION: u8 = 1;

const WRAPPED: u8 = 0;
const FIELDS: u8 = 1;
const WHOLE: u8 = 2;

/// A body as the log has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored<'a> {
    /// As it came.
    Plain(&'a [u8]),
    /// With pseudonyms for personal values.
    Sealed(Sealed<'a>),
    /// All of it sealed.
    Whole(Whole<'a>),
}

/// A body in which values are sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed<'a> {
    /// The month of its keys.
    pub period: Period,
    /// The values, in the order in which they stand in the skeleton.
    pub parts: Vec<Part<'a>>,
    /// The body with pseudonyms.
    pub skeleton: &'a [u8],
    pub(crate) nonce: [u8; NONCE_BYTES],
}

/// A sealed value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<'a> {
    /// Of what field.
    pub kind: Kind,
    /// Whose.
    pub pseudonym: Pseudonym,
    /// Where the pseudonym's text stands in the skeleton, with what is around it.
    pub(crate) span: Range<usize>,
    pub(crate) sealed: &'a [u8],
}

impl Part<'_> {
    /// Whether the value was a string: nothing of another person's is within it.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.span.len() == Pseudonym::TEXT_BYTES + 2
    }
}

/// A body that is sealed as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole<'a> {
    /// The month of its key.
    pub period: Period,
    /// Its own.
    pub pseudonym: Pseudonym,
    pub(crate) nonce: [u8; NONCE_BYTES],
    pub(crate) sealed: &'a [u8],
}

/// What can be read of a stored body without a key: the body with pseudonyms for personal values.
/// None for a body that is sealed as a whole, as it was none that could be read as an event.
#[must_use]
pub fn skeleton(stored: &[u8]) -> Option<&[u8]> {
    match Stored::read(stored) {
        Stored::Plain(body) => Some(body),
        Stored::Sealed(sealed) => Some(sealed.skeleton),
        Stored::Whole(_) => None,
    }
}

/// Whether a body must be wrapped to be stored as it came: it begins as sealed ones do.
#[must_use]
pub fn must_be_wrapped(body: &[u8]) -> bool {
    body.starts_with(MARK)
}

impl<'a> Stored<'a> {
    /// Takes a stored body apart. What begins as a sealed one and is none is plain: it stood in a log
    /// before there was this form.
    #[must_use]
    pub fn read(stored: &'a [u8]) -> Stored<'a> {
        if !must_be_wrapped(stored) {
            return Stored::Plain(stored);
        }
        sealed_form(stored).unwrap_or(Stored::Plain(stored))
    }
}

fn sealed_form(stored: &[u8]) -> Option<Stored<'_>> {
    let mut rest = Rest(stored.strip_prefix(MARK)?);
    if rest.byte()? != VERSION {
        return None;
    }
    match rest.byte()? {
        WRAPPED => Some(Stored::Plain(rest.0)),
        FIELDS => fields(rest).map(Stored::Sealed),
        WHOLE => {
            let (period, nonce) = (rest.period()?, rest.array()?);
            let pseudonym = Pseudonym::of_bytes(rest.array()?);
            Some(Stored::Whole(Whole { period, pseudonym, nonce, sealed: rest.0 }))
        }
        _ => None,
    }
}

fn fields(mut rest: Rest<'_>) -> Option<Sealed<'_>> {
    let (period, nonce) = (rest.period()?, rest.array()?);
    let count = rest.number()?;
    let mut parts = Vec::new();
    let mut gaps = Vec::new();
    for _ in 0..count {
        let kind = Kind::of_number(rest.byte()?)?;
        gaps.push(rest.number()?);
        let length = rest.number()?;
        parts.push((kind, rest.take(length)?));
    }
    let skeleton = rest.0;
    let mut at = 0_usize;
    let parts = parts.into_iter().zip(gaps).map(|((kind, sealed), gap)| {
        let start = at.checked_add(gap)?;
        let (pseudonym, length) = stand_in(skeleton.get(start..)?)?;
        at = start + length;
        Some(Part { kind, pseudonym, span: start..at, sealed })
    });
    let parts = parts.collect::<Option<Vec<_>>>()?;
    Some(Sealed { period, nonce, parts, skeleton })
}

/// The pseudonym that a text begins with, and how long all of it is.
pub(crate) fn stand_in(text: &[u8]) -> Option<(Pseudonym, usize)> {
    let list = usize::from(text.first() == Some(&b'['));
    let text = text.get(list + 1..list + 1 + Pseudonym::TEXT_BYTES)?;
    let pseudonym = std::str::from_utf8(text).ok()?.parse().ok()?;
    Some((pseudonym, Pseudonym::TEXT_BYTES + 2 + 2 * list))
}

/// What stands in a skeleton instead of a value.
pub(crate) fn put_stand_in(skeleton: &mut Vec<u8>, pseudonym: Pseudonym, is_string: bool) {
    let text = pseudonym.to_string();
    let (open, close) = if is_string { ("\"", "\"") } else { ("[\"", "\"]") };
    for part in [open, &text, close] {
        skeleton.extend_from_slice(part.as_bytes());
    }
}

/// The bytes that are still to be read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    fn period(&mut self) -> Option<Period> {
        self.array().map(|bytes| Period::of_number(u16::from_le_bytes(bytes).into()))
    }

    fn number(&mut self) -> Option<usize> {
        let mut number = 0_usize;
        for shift in (0..usize::BITS).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7F).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }
}

fn put_number(bytes: &mut Vec<u8>, mut number: usize) {
    while 0x7F < number {
        bytes.push(u8::try_from(number & 0x7F).unwrap_or_default() | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap_or_default());
}

fn beginning(mode: u8) -> Vec<u8> {
    let mut stored = MARK.to_vec();
    stored.extend_from_slice(&[VERSION, mode]);
    stored
}

/// The stored form of a body that begins as sealed ones do.
pub(crate) fn wrapped(body: &[u8]) -> Vec<u8> {
    let mut stored = beginning(WRAPPED);
    stored.extend_from_slice(body);
    stored
}

/// The stored form of a whole body.
pub(crate) fn whole(seat: &Seat<'_>, sealed: &[u8]) -> Vec<u8> {
    let mut stored = beginning(WHOLE);
    stored.extend_from_slice(&seat.period.number().to_le_bytes());
    stored.extend_from_slice(seat.nonce);
    stored.extend_from_slice(seat.pseudonym.bytes());
    stored.extend_from_slice(sealed);
    stored
}

/// The stored form of a body, in the making.
pub(crate) struct Builder<'a> {
    body: &'a [u8],
    period: Period,
    nonce: [u8; NONCE_BYTES],
    count: usize,
    parts: Vec<u8>,
    skeleton: Vec<u8>,
    /// How much of the body the skeleton has.
    upto: usize,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(body: &'a [u8], period: Period, nonce: [u8; NONCE_BYTES]) -> Builder<'a> {
        let skeleton = Vec::with_capacity(body.len() + 64);
        Builder { body, period, nonce, count: 0, parts: Vec::new(), skeleton, upto: 0 }
    }

    /// The number of the next part.
    pub(crate) fn number(&self) -> u32 {
        u32::try_from(self.count).unwrap_or(u32::MAX)
    }

    /// Puts a pseudonym in the place of the value at `span`, after those that were put before.
    pub(crate) fn put(
        &mut self,
        kind: Kind,
        pseudonym: Pseudonym,
        span: Range<usize>,
        sealed: &[u8],
    ) {
        let gap = &self.body[self.upto..span.start];
        self.parts.push(kind.number());
        put_number(&mut self.parts, gap.len());
        put_number(&mut self.parts, sealed.len());
        self.parts.extend_from_slice(sealed);
        self.skeleton.extend_from_slice(gap);
        put_stand_in(&mut self.skeleton, pseudonym, self.body[span.start] == b'"');
        self.count += 1;
        self.upto = span.end;
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.skeleton.extend_from_slice(&self.body[self.upto..]);
        let mut stored = beginning(FIELDS);
        stored.extend_from_slice(&self.period.number().to_le_bytes());
        stored.extend_from_slice(&self.nonce);
        put_number(&mut stored, self.count);
        stored.extend_from_slice(&self.parts);
        stored.extend_from_slice(&self.skeleton);
        stored
    }
}
