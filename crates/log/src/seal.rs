//! What makes a changed, missing or reordered row visible.
//!
//! ```text
//! origin digest = SHA-256( text integration | text "1" or "0" | text secret or "" | text headers )
//! seal          = SHA-256( previous seal | row | row | … )
//! row           = seq | received_at | origin digest | len body | body
//! ```
//!
//! A text is its length and its bytes. Numbers are eight bytes, little-endian; the seal before the first is 32 zero bytes.

use sha2::{Digest, Sha256};
use weir_domain::{Seq, Timestamp};

/// The seal of a commit group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seal {
    /// The group's last delivery.
    pub last: Seq,
    /// SHA-256 over the previous seal and the group's rows.
    pub hash: [u8; 32],
}

impl Seal {
    /// What the first group is chained to.
    pub const GENESIS: Seal = Seal { last: Seq::START, hash: [0; 32] };
}

/// SHA-256 over an origin's content.
pub(crate) type OriginDigest = [u8; 32];

/// Digests an origin as the log keeps it.
pub(crate) fn origin_digest(
    integration: &str,
    secret: Option<&str>,
    headers: &str,
) -> OriginDigest {
    let mut sha = Sha256::new();
    let mut text = |text: &str| {
        sha.update((text.len() as u64).to_le_bytes());
        sha.update(text);
    };
    text(integration);
    text(secret.map_or("0", |_| "1"));
    text(secret.unwrap_or(""));
    text(headers);
    sha.finalize().into()
}

/// A group's seal in the making.
pub(crate) struct Sealer {
    sha: Sha256,
    last: Seq,
}

impl Sealer {
    pub(crate) fn after(previous: &Seal) -> Sealer {
        let mut sha = Sha256::new();
        sha.update(previous.hash);
        Sealer { sha, last: previous.last }
    }

    pub(crate) fn row(&mut self, seq: Seq, at: Timestamp, origin: &OriginDigest, body: &[u8]) {
        let mut head = [0_u8; 56];
        head[..8].copy_from_slice(&seq.get().to_le_bytes());
        head[8..16].copy_from_slice(&at.as_micros().to_le_bytes());
        head[16..48].copy_from_slice(origin);
        head[48..].copy_from_slice(&(body.len() as u64).to_le_bytes());
        self.sha.update(head);
        self.sha.update(body);
        self.last = seq;
    }

    pub(crate) fn seal(self) -> Seal {
        Seal { last: self.last, hash: self.sha.finalize().into() }
    }
}
