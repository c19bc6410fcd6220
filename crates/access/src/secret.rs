//! Tokens: made of chance, shown once, kept as a digest.

use std::fmt;

use rand::TryRngCore;
use rand::rngs::OsRng;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// As many as no one guesses.
const TOKEN_BYTES: usize = 32;

/// Letters and digits that are not mistaken for one another when they are read out or typed.
const READABLE: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
/// 20 of 32 letters: 100 random bits.
const READABLE_GROUPS: usize = 4;
const READABLE_GROUP_CHARS: usize = 5;

/// A text that nobody but its holder may see. It leaves memory when dropped, and prints as nothing.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// 256 random bits in hexadecimal.
    #[must_use]
    pub fn random() -> Secret {
        Secret::token("")
    }

    /// 256 random bits in hexadecimal, after `prefix`.
    pub(crate) fn token(prefix: &str) -> Secret {
        let bytes = Zeroizing::new(random::<TOKEN_BYTES>());
        Secret(Zeroizing::new(format!("{prefix}{}", *Zeroizing::new(hex::encode(*bytes)))))
    }

    /// 100 random bits in groups of letters that can be read out.
    pub(crate) fn readable() -> Secret {
        let bytes = Zeroizing::new(random::<{ READABLE_GROUPS * READABLE_GROUP_CHARS }>());
        let mut text = Zeroizing::new(String::new());
        for (at, byte) in bytes.iter().enumerate() {
            if at > 0 && at % READABLE_GROUP_CHARS == 0 {
                text.push('-');
            }
            text.push(char::from(READABLE[usize::from(byte % 32)]));
        }
        Secret(text)
    }

    /// The text, for the one place that shows it or sends it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether `other` is the same text. Says nothing about how much of it is.
    pub(crate) fn is(&self, other: &str) -> bool {
        // Of digests, so that not even the length tells in time.
        digest(&self.0).ct_eq(&digest(other)).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// What is kept of a token.
pub(crate) fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// What of `token` may stand in a form: whoever knows it does not know the token.
pub(crate) fn derived(purpose: &str, token: &str) -> String {
    let mut sha = Sha256::new();
    sha.update(purpose.as_bytes());
    sha.update([0]);
    sha.update(token.as_bytes());
    hex::encode(&sha.finalize()[..16])
}

/// Chance from the operating system. Without it nothing here is safe, so that its absence ends us.
#[allow(clippy::expect_used)]
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    OsRng.try_fill_bytes(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

#[cfg(test)]
mod tests {
    use super::{Secret, derived};

    #[test]
    fn a_token_is_another_each_time_and_prints_as_nothing() {
        let (one, other) = (Secret::token("weir_"), Secret::token("weir_"));
        assert_ne!(one.reveal(), other.reveal());
        assert_eq!(one.reveal().len(), "weir_".len() + 64);
        assert_eq!(format!("{one:?}"), "Secret");
        assert!(one.is(one.reveal()) && !one.is(other.reveal()) && !one.is(""));
    }

    #[test]
    fn a_readable_one_has_four_groups() {
        let secret = Secret::readable();
        let groups: Vec<_> = secret.reveal().split('-').map(str::len).collect();
        assert_eq!(groups, [5, 5, 5, 5]);
        assert_ne!(secret.reveal(), Secret::readable().reveal());
    }

    #[test]
    fn what_is_derived_depends_on_both() {
        assert_ne!(derived("csrf", "a"), derived("csrf", "b"));
        assert_ne!(derived("csrf", "a"), derived("csr", "fa"));
    }
}
