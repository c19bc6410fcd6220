//! Whose value it is.

use std::fmt;

/// What a sealed value was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// The value of a `vendorData`.
    VendorData = 1,
    /// The value of an `endUserId`.
    EndUser = 2,
    /// A whole body that is no event, and may hold anything.
    Body = 3,
}

impl Kind {
    /// The field of this name, if it is personal.
    pub(crate) fn of_name(name: &str) -> Option<Kind> {
        match name {
            "vendorData" => Some(Kind::VendorData),
            "endUserId" => Some(Kind::EndUser),
            _ => None,
        }
    }

    /// The kind with this number.
    pub(crate) const fn of_number(number: u8) -> Option<Kind> {
        match number {
            1 => Some(Kind::VendorData),
            2 => Some(Kind::EndUser),
            3 => Some(Kind::Body),
            _ => None,
        }
    }

    /// The number that the vault and the log have for it.
    pub(crate) const fn number(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::VendorData => "vendorData",
            Kind::EndUser => "endUserId",
            Kind::Body => "body",
        })
    }
}
