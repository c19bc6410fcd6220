//! One value, encrypted.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::vault::random;
use crate::{Kind, Period, Pseudonym};

/// The bytes of a nonce that are chance; the other four number the values of a body.
pub(crate) const NONCE_BYTES: usize = 20;

/// What is sealed with this program's first form.
const DOMAIN: &[u8] = b"weir sealed body 1";

/// What a subject's values of a month are sealed with. It leaves memory when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Key([u8; 32]);

/// A value that does not open: of another key, another place, or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DoesNotOpen;

impl Key {
    /// Another one.
    pub(crate) fn random() -> Key {
        Key(random())
    }

    pub(crate) const fn of_bytes(bytes: [u8; 32]) -> Key {
        Key(bytes)
    }

    /// Its bytes, for the one place that keeps them and the one that looks whether they are gone.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.0.into())
    }
}

impl From<[u8; 32]> for Key {
    fn from(bytes: [u8; 32]) -> Key {
        Key(bytes)
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

/// Which value of which body it is. None is sealed as another is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seat<'a> {
    pub(crate) kind: Kind,
    pub(crate) period: Period,
    pub(crate) pseudonym: Pseudonym,
    /// Of the body.
    pub(crate) nonce: &'a [u8; NONCE_BYTES],
    /// Of the value in the body.
    pub(crate) number: u32,
}

impl Seat<'_> {
    /// The value, encrypted, and a tag of 16 bytes.
    pub(crate) fn seal(&self, key: &Key, value: &[u8]) -> Vec<u8> {
        let (nonce, bound) = (self.nonce(), self.bound());
        let sealed = key.cipher().encrypt(&nonce, Payload { msg: value, aad: &bound });
        // Only a value of 256 GiB is too long for the cipher.
        sealed.unwrap_or_else(|_| unreachable!("a value is shorter than a body"))
    }

    pub(crate) fn open(&self, key: &Key, sealed: &[u8]) -> Result<Vec<u8>, DoesNotOpen> {
        let (nonce, bound) = (self.nonce(), self.bound());
        let opened = key.cipher().decrypt(&nonce, Payload { msg: sealed, aad: &bound });
        opened.map_err(|_| DoesNotOpen)
    }

    fn nonce(&self) -> XNonce {
        let mut nonce = XNonce::default();
        nonce[..NONCE_BYTES].copy_from_slice(self.nonce);
        nonce[NONCE_BYTES..].copy_from_slice(&self.number.to_le_bytes());
        nonce
    }

    fn bound(&self) -> Vec<u8> {
        let Seat { kind, period, pseudonym, nonce: _, number: _ } = self;
        let mut bound = DOMAIN.to_vec();
        bound.push(kind.number());
        bound.extend_from_slice(&period.number().to_le_bytes());
        bound.extend_from_slice(pseudonym.bytes());
        bound
    }
}

#[cfg(test)]
mod tests {
    use weir_domain::Timestamp;

    use super::{DoesNotOpen, Key, Seat};
    use crate::{Kind, Period, Pseudonym};

    #[test]
    fn a_value_opens_with_its_key_in_its_seat_only() {
        let (key, nonce, other_nonce) = (Key::random(), [7; 20], [8; 20]);
        let seat = Seat {
            kind: Kind::EndUser,
            period: Period::of(Timestamp::from_micros(0)),
            pseudonym: Pseudonym::random(),
            nonce: &nonce,
            number: 0,
        };
        let sealed = seat.seal(&key, b"ann");
        assert_eq!(sealed.len(), 3 + 16);
        assert_eq!(seat.open(&key, &sealed), Ok(b"ann".to_vec()));
        let wrong = [
            Seat { kind: Kind::VendorData, ..seat },
            Seat { period: Period::MIN, ..seat },
            Seat { pseudonym: Pseudonym::random(), ..seat },
            Seat { nonce: &other_nonce, ..seat },
            Seat { number: 1, ..seat },
        ];
        for other in wrong {
            assert_eq!(other.open(&key, &sealed), Err(DoesNotOpen), "{other:?}");
        }
        assert_eq!(seat.open(&Key::random(), &sealed), Err(DoesNotOpen));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(seat.open(&key, &changed), Err(DoesNotOpen));
        }
    }
}
