//! The keys: `keys.db`.

mod store; // opening and migrating the file
mod keyring; // subjects and keys for what is about to be appended
mod read; // keys for what is shown
mod erase; // keys that are gone
mod carry; // what another vault forgot, forgotten here too

pub use erase::{Erased, Subject, TOMBSTONE_US, Tombstones};
pub use keyring::Keyring;
pub use read::{Counts, opened};
pub use store::Vault;

use hmac::{Hmac, KeyInit, Mac};
use rand::TryRngCore;
use rand::rngs::OsRng;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::Kind;

/// What a subject is found by: it tells the value to whoever has the index key and guesses it.
pub(crate) type Tag = [u8; 16];

/// A key that was overwritten.
pub(crate) const GONE: [u8; 32] = [0; 32];

/// What tags are made with. It leaves memory when dropped.
pub(crate) struct IndexKey {
    bytes: Zeroizing<[u8; 32]>,
    /// With the key taken in, which is half of the work.
    keyed: Hmac<Sha256>,
}

impl IndexKey {
    pub(crate) fn new(bytes: [u8; 32]) -> IndexKey {
        // HMAC takes keys of any length.
        let Ok(keyed) = Hmac::<Sha256>::new_from_slice(&bytes) else {
            unreachable!("HMAC refused a key")
        };
        IndexKey { bytes: Zeroizing::new(bytes), keyed }
    }

    pub(crate) fn is(&self, other: &IndexKey) -> bool {
        self.bytes == other.bytes
    }

    pub(crate) fn tag(&self, kind: Kind, value: &[u8]) -> Tag {
        let mut mac = self.keyed.clone();
        mac.update(&[kind.number()]);
        mac.update(value);
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        let mut tag = Tag::default();
        tag.copy_from_slice(&digest[..16]);
        tag
    }
}

/// Chance from the operating system. Without it nothing here is safe, so that its absence ends us.
#[allow(clippy::expect_used)]
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    OsRng.try_fill_bytes(&mut bytes).expect("the operating system gives random bytes");
    bytes
}
