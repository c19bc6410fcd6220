//! A place in the log.

use std::fmt;

/// Place of a delivery in the log: 1, 2, 3, with no gaps. An order, never a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Seq(u64);

impl Seq {
    /// Where a reader that has read nothing stands.
    pub const START: Seq = Seq(0);

    /// The place with this number; 0 is [`Seq::START`].
    #[must_use]
    pub const fn new(number: u64) -> Seq {
        Seq(number)
    }

    /// The number of this place.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The place after this one.
    #[must_use]
    pub const fn next(self) -> Seq {
        Seq(self.0 + 1)
    }

    /// How many places lie after `earlier`, up to and with this one; 0 if there are none.
    #[must_use]
    pub const fn since(self, earlier: Seq) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
