//! Bytes as the parts of an input.

/// The bytes as text, if they are.
pub(crate) fn of(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// What stands before the first line that is only `---`, and what stands after it.
pub(crate) fn halves(text: &str) -> (&str, &str) {
    if let Some(rest) = text.strip_prefix("---\n") {
        return ("", rest);
    }
    text.split_once("\n---\n").unwrap_or((text, ""))
}
