//! Whether a path is meant.

/// Whether `text` is as `pattern` says, where `*` stands for anything.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.into_iter().any(|at| matches(rest, &text[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_anything() {
        assert!(matches("*/log.db-wal", "/a/b/log.db-wal"));
        assert!(!matches("*/log.db", "/a/b/log.db-wal"));
        assert!(matches("*/back*/log.db*", "/a/backup-1/log.db-wal"));
        assert!(matches("*", ""));
        assert!(!matches("a*b", "a"));
    }
}
