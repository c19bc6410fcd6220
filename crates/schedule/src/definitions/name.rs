//! What a definition may be called.

/// The longest name: it is part of file names, addresses and subjects.
pub const NAME_CHARS_MAX: usize = 64;

/// Names that are parts of addresses below `/reports`: a definition of such a name would have no
/// page.
const RESERVED: [&str; 2] = ["new", "runs"];

/// Whether a definition may be called so: lower-case letters, digits and hyphens, a letter or a
/// digit first, and none of the names of the dashboard's own pages. So a name is always one file in
/// the folder, and never another place.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.len() <= NAME_CHARS_MAX
        && name.bytes().next().is_some_and(is_letter)
        && name.bytes().all(|byte| is_letter(byte) || byte == b'-')
        && !RESERVED.contains(&name)
}

/// What is right.
pub(super) const WANT: &str = "lower-case letters, digits and hyphens, a letter or digit first, at most 64, and not `new` or `runs`";
