//! What a mail server answers, and what it offers.

/// An answer: a code, and what it says beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    pub(super) lines: Vec<String>,
}

/// What a server can do, as far as we ask.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Offers {
    pub(super) starttls: bool,
    pub(super) utf8: bool,
    pub(super) size: bool,
    pub(super) plain: bool,
    pub(super) login: bool,
}

impl Reply {
    /// One line of an answer: its code, whether it is the last, and its text.
    pub(super) fn line(line: &[u8]) -> Option<(u16, bool, String)> {
        let (digits, rest) = line.split_at_checked(3)?;
        if !digits.iter().all(u8::is_ascii_digit) || !(b'2'..=b'5').contains(&digits[0]) {
            return None;
        }
        let code = digits.iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
        let (last, text) = match rest.split_first() {
            None => (true, rest),
            Some((b' ', text)) => (true, text),
            Some((b'-', text)) => (false, text),
            Some(_) => return None,
        };
        // A server may write in any letters.
        Some((code, last, String::from_utf8_lossy(text).into_owned()))
    }

    /// In a line: `250 2.0.0 queued as 4F2`.
    pub(super) fn words(&self) -> String {
        format!("{} {}", self.code, self.lines.join(" "))
    }

    /// What it offers, as an answer to EHLO.
    pub(super) fn offers(&self) -> Offers {
        let mut offers = Offers::default();
        // The first line is the server's name.
        for line in self.lines.iter().skip(1) {
            let line = line.to_ascii_uppercase();
            let mut words = line.split([' ', '=']).filter(|word| !word.is_empty());
            match words.next() {
                Some("STARTTLS") => offers.starttls = true,
                Some("SMTPUTF8") => offers.utf8 = true,
                Some("SIZE") => offers.size = true,
                // Some write `AUTH=PLAIN`, as an early draft did.
                Some("AUTH") => words.for_each(|mechanism| match mechanism {
                    "PLAIN" => offers.plain = true,
                    "LOGIN" => offers.login = true,
                    _ => {}
                }),
                _ => {}
            }
        }
        offers
    }
}

#[cfg(test)]
mod tests {
    use super::{Offers, Reply};

    #[test]
    fn a_line_is_three_digits_and_what_follows() {
        let line = |text: &[u8]| Reply::line(text);
        assert_eq!(line(b"250 fine"), Some((250, true, "fine".to_owned())));
        assert_eq!(line(b"250-more"), Some((250, false, "more".to_owned())));
        assert_eq!(line(b"354"), Some((354, true, String::new())));
        assert_eq!(line(b"550 d\xe9sol\xe9"), Some((550, true, "d\u{fffd}sol\u{fffd}".to_owned())));
        for nonsense in [&b""[..], b"25", b"2500", b"150 x", b"650 x", b"+50 x", b"abc", b"25x y"] {
            assert_eq!(line(nonsense), None, "{nonsense:?}");
        }
    }

    #[test]
    fn offers_are_read_in_any_case() {
        let reply = |lines: &[&str]| Reply {
            code: 250,
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        };
        let none = reply(&["STARTTLS"]).offers();
        assert_eq!(none, Offers::default(), "a name offers nothing");
        let all =
            reply(&["mx", "starttls", "Auth=plain", "AUTH CRAM-MD5 LOGIN", "SIZE 9", "SMTPUTF8"]);
        let offers = Offers { starttls: true, utf8: true, size: true, plain: true, login: true };
        assert_eq!(all.offers(), offers);
    }
}
