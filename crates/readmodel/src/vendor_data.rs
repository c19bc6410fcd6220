//! The customer's own reference, as a number: enough to find the sessions that have it.
//!
//! The text is personal data of up to 1,000 characters, and stands in the log. The model keeps its
//! FNV-1a hash of 64 bits, so that a session costs eight bytes. Two texts may have one hash:
//! whoever shows what was found holds it against the log first.

const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;

/// The hash of a `vendorData`: FNV-1a over its UTF-8 bytes. It is saved in checkpoints, so it is
/// the same for ever. 0 stands for none; a text whose hash would be 0 has 1.
#[must_use]
pub fn vendor_data_hash(text: &str) -> u64 {
    let mut hash = OFFSET_BASIS;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(PRIME);
    }
    hash.max(1)
}

#[cfg(test)]
mod tests {
    use super::vendor_data_hash;

    /// The vectors that the algorithm's authors publish (draft-eastlake-fnv).
    #[test]
    fn the_hash_is_fnv_1a() {
        for (text, want) in [
            ("", 0xcbf2_9ce4_8422_2325),
            ("a", 0xaf63_dc4c_8601_ec8c),
            ("foobar", 0x8594_4171_f739_67e8),
        ] {
            assert_eq!(vendor_data_hash(text), want, "{text}");
        }
    }
}
