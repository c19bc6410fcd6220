//! A message, from any words: none of them becomes a header, or leads it to somebody else.
//!
//! The input is the recipient, the subject, the name of a file, a line each, and the text.

use weir_channel::mail_of;
use weir_report::render::Mail;

use crate::text;

/// The headers of a message, each there once.
const HEADERS: [&str; 8] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
];
/// The longest line that a server need take, in bytes (RFC 5321, section 4.5.3.1.6).
const LINE_BYTES_MAX: usize = 998;

pub(super) fn run(data: &[u8]) {
    let Some(input) = text::of(data) else { return };
    let mut parts = input.splitn(4, '\n');
    let mut part = || parts.next().unwrap_or_default().to_owned();
    let (to, subject, file_name, body) = (part(), part(), part(), part());
    let html = format!("<p>{}</p>", body.replace('<', "&lt;"));
    let mail = Mail { subject, html, text: body, images: Vec::new() };
    let bytes = match mail_of(mail, &file_name, &to) {
        Ok(bytes) => bytes,
        Err(said) => {
            assert!(!said.chars().any(char::is_control), "more than a line: {said:?}");
            return;
        }
    };
    let message = String::from_utf8(bytes).expect("a message is text");
    assert_eq!(message.matches('\r').count(), message.matches('\n').count(), "{message:?}");
    assert_eq!(message.matches("\r\n").count(), message.matches('\n').count(), "{message:?}");
    assert!(message.split("\r\n").all(|line| line.len() <= LINE_BYTES_MAX), "{message:?}");
    let (head, _) = message.split_once("\r\n\r\n").expect("a head and a body");
    // A recipient's own name alone may have other letters: it goes to servers that take them.
    let other = head.split("\r\n").filter(|line| !line.is_ascii()).collect::<Vec<_>>();
    assert!(other.iter().all(|line| line.starts_with("To: ") && !to.is_ascii()), "{other:?}");
    let mut found: Vec<&str> = head
        .split("\r\n")
        .filter(|line| !line.starts_with([' ', '\t']))
        .map(|line| line.split_once(':').map_or(line, |(name, _)| name))
        .collect();
    found.sort_unstable();
    let mut wanted = HEADERS;
    wanted.sort_unstable();
    assert_eq!(found, wanted, "{head:?}");
    let line = head.split("\r\n").find_map(|line| line.strip_prefix("To: "));
    let to = line.expect("it goes to somebody");
    assert!(to.ends_with("@example.com") && to.matches('@').count() == 1, "{to:?}");
}
