//! A picture's size and content, as far as a test wants to know.

use std::io::Read;

use flate2::read::ZlibDecoder;

/// The eight bytes that every PNG begins with.
const MAGIC: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What the head of a PNG says: width and height.
#[track_caller]
pub fn size(bytes: &[u8]) -> (u32, u32) {
    assert!(bytes.starts_with(MAGIC), "a PNG begins as one");
    assert_eq!(&bytes[12..16], b"IHDR", "a PNG says its size first");
    assert!(bytes.ends_with(b"IEND\xae\x42\x60\x82"), "a PNG is whole");
    (number(&bytes[16..]), number(&bytes[20..]))
}

/// The picture as rows of pixels: red, green, blue.
///
/// # Panics
/// If it is not a PNG of 8 bits a channel in true colour, as browsers write them.
#[track_caller]
pub fn rows(bytes: &[u8]) -> Vec<Vec<[u8; 3]>> {
    let (width, height) = size(bytes);
    let channels = match (bytes[24], bytes[25]) {
        (8, 2) => 3,
        (8, 6) => 4,
        other => panic!("a PNG of another kind: {other:?}"),
    };
    let mut packed = Vec::new();
    let mut rest = &bytes[MAGIC.len()..];
    while rest.len() >= 12 {
        let length = number(rest) as usize;
        if &rest[4..8] == b"IDAT" {
            packed.extend_from_slice(&rest[8..8 + length]);
        }
        rest = &rest[12 + length..];
    }
    let mut lines = Vec::new();
    ZlibDecoder::new(&packed[..]).read_to_end(&mut lines).expect("its content can be unpacked");
    let length = width as usize * channels;
    assert_eq!(lines.len(), (length + 1) * height as usize, "it is as large as it says");
    let mut above = vec![0; length];
    lines
        .chunks(length + 1)
        .map(|line| {
            above = unfiltered(line[0], &line[1..], &above, channels);
            above.chunks(channels).map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect()
        })
        .collect()
}

/// A line of bytes, of which `filter` says what was taken from them. See the PNG specification, 9.2.
fn unfiltered(filter: u8, line: &[u8], above: &[u8], channels: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(line.len());
    for (place, byte) in line.iter().enumerate() {
        let earlier = place.checked_sub(channels);
        let left = earlier.map_or(0, |place| bytes[place]);
        let (up, corner) = (above[place], earlier.map_or(0, |place| above[place]));
        let taken = match filter {
            0 => 0,
            1 => left,
            2 => up,
            3 => u8::midpoint(left, up),
            4 => paeth(left, up, corner),
            other => panic!("there is no filter {other}"),
        };
        bytes.push(byte.wrapping_add(taken));
    }
    bytes
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(up) - i16::from(corner);
    let far = |byte: u8| (estimate - i16::from(byte)).abs();
    // The first of equally near ones.
    [left, up, corner].into_iter().min_by_key(|byte| far(*byte)).unwrap_or(corner)
}

fn number(bytes: &[u8]) -> u32 {
    u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}
