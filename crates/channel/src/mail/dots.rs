//! A message as it goes over the wire.

/// The lines of a message, each ended by both characters, and none of them a lone dot: that alone
/// ends a message. Servers differ in what they take for the end of a line, so nothing else that one
/// of them takes for it is left.
pub(super) fn dotted(message: &[u8]) -> Vec<u8> {
    let mut wire = Vec::with_capacity(message.len() + message.len() / 64);
    let mut rest = message;
    while let Some(first) = rest.first() {
        if *first == b'.' {
            wire.push(b'.');
        }
        let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len());
        wire.extend_from_slice(&rest[..end]);
        wire.extend_from_slice(b"\r\n");
        let after = &rest[end..];
        rest = after.strip_prefix(b"\r\n").or_else(|| after.get(1..)).unwrap_or_default();
    }
    wire
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::dotted;

    #[test]
    fn lines_end_alike_and_no_dot_stands_alone() {
        for (message, wire) in [
            ("", ""),
            ("a", "a\r\n"),
            ("a\r\n", "a\r\n"),
            (".", "..\r\n"),
            ("a\n.\nb", "a\r\n..\r\nb\r\n"),
            ("a\r.\rb", "a\r\n..\r\nb\r\n"),
            ("a\n\r.\r\n", "a\r\n\r\n..\r\n"),
            ("a\r\n\r\n.b..\r\n", "a\r\n\r\n..b..\r\n"),
        ] {
            assert_eq!(String::from_utf8_lossy(&dotted(message.as_bytes())), wire, "{message:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_sent_ends_where_it_ends(message in "[.a\r\n]{0,40}") {
            let wire = dotted(message.as_bytes());
            let text = String::from_utf8(wire).unwrap();
            prop_assert!(text.is_empty() || text.ends_with("\r\n"));
            let lines: Vec<&str> = text.split_terminator("\r\n").collect();
            prop_assert!(lines.iter().all(|line| *line != "." && !line.contains(['\r', '\n'])));
            // A reader that takes the dots away again has the message, with its own ends of lines.
            let read: Vec<&str> =
                lines.iter().map(|line| line.strip_prefix('.').unwrap_or(line)).collect();
            let sent = message.replace("\r\n", "\n").replace('\r', "\n");
            prop_assert_eq!(read, sent.split_terminator('\n').collect::<Vec<&str>>());
        }
    }
}
