//! A picture's size and content, as far as a test wants to know.

/// The eight bytes that every PNG begins with.
const MAGIC: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What the head of a PNG says: width and height.
#[track_caller]
pub fn size(bytes: &[u8]) -> (u32, u32) {
    assert!(bytes.starts_with(MAGIC), "a PNG begins as one");
    assert_eq!(&bytes[12..16], b"IHDR", "a PNG says its size first");
    assert!(bytes.ends_with(b"IEND\xae\x42\x60\x82"), "a PNG is whole");
    let number = |at: usize| {
        u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes are four bytes"))
    };
    (number(16), number(20))
}
