//! What stands in the log instead of a value.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::vault::random;

/// What it begins with, so that a reader sees that it is none of the provider's.
const MARK: char = '~';

/// A name made of chance. It says nothing of the value, and cannot be made from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pseudonym([u8; 16]);

impl Pseudonym {
    /// The length of its text.
    pub(crate) const TEXT_BYTES: usize = 23;

    /// Another one.
    pub(crate) fn random() -> Pseudonym {
        Pseudonym(random())
    }

    pub(crate) const fn of_bytes(bytes: [u8; 16]) -> Pseudonym {
        Pseudonym(bytes)
    }

    /// Its bytes.
    pub(crate) const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl From<[u8; 16]> for Pseudonym {
    fn from(bytes: [u8; 16]) -> Pseudonym {
        Pseudonym(bytes)
    }
}

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MARK}{}", URL_SAFE_NO_PAD.encode(self.0))
    }
}

/// A text that is no pseudonym.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a pseudonym is `~` and 22 letters, digits, `-` and `_`")]
pub struct NoPseudonym;

impl FromStr for Pseudonym {
    type Err = NoPseudonym;

    fn from_str(text: &str) -> Result<Pseudonym, NoPseudonym> {
        let text = text.strip_prefix(MARK).ok_or(NoPseudonym)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NoPseudonym)?;
        bytes.try_into().map(Pseudonym).map_err(|_| NoPseudonym)
    }
}

#[cfg(test)]
mod tests {
    use super::Pseudonym;

    #[test]
    fn a_pseudonym_reads_back() {
        let one = Pseudonym::random();
        let text = one.to_string();
        assert_eq!(text.len(), Pseudonym::TEXT_BYTES);
        assert_eq!(text.parse(), Ok(one));
        for other in ["", "~", "ann", &text[1..], &text[..22], &format!("{text}A")] {
            assert!(other.parse::<Pseudonym>().is_err(), "{other}");
        }
    }
}
