//! What others said, made fit to be shown: short, on one line, without what only we may know.

/// Longer answers are cut: a cause is a sentence, not a page.
const CHARS_MAX: usize = 200;

/// What the other side said, in the words of its answer; `hidden` are texts that it may repeat and
/// nobody may read.
pub(crate) fn said(text: &str, hidden: &[&str]) -> String {
    let mut text = text.to_owned();
    for secret in hidden.iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret, "…");
    }
    one_line(&text, CHARS_MAX)
}

/// A text on one line: every run of white space and control characters becomes a blank, what turns
/// the writing direction is left out, and what goes beyond `chars_max` characters is cut.
pub(crate) fn one_line(text: &str, chars_max: usize) -> String {
    let mut line = String::new();
    let mut chars = 0;
    let mut blank = false;
    for character in text.chars().filter(|character| !turns_direction(*character)) {
        if character.is_whitespace() || character.is_control() {
            blank = chars > 0;
            continue;
        }
        if chars_max <= chars + usize::from(blank) {
            line.push('…');
            return line;
        }
        if blank {
            line.push(' ');
            chars += 1;
            blank = false;
        }
        line.push(character);
        chars += 1;
    }
    line
}

/// Whether a character is invisible and makes what follows run the other way: with one, the end of
/// a name can be made to look like another.
fn turns_direction(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::{one_line, said};

    #[test]
    fn a_text_stays_on_its_line() {
        assert_eq!(one_line("a\r\nBcc: b\t\u{0}c ", 99), "a Bcc: b c");
        assert_eq!(one_line("report\u{202e}fdp.exe", 99), "reportfdp.exe");
        assert_eq!(one_line("Ünïcode 中文", 99), "Ünïcode 中文");
        assert_eq!(one_line("abcdef", 3), "abc…");
        assert_eq!(one_line("ab cd", 3), "ab…");
        assert_eq!(one_line(" \n ", 3), "");
    }

    #[test]
    fn a_secret_is_cut_out() {
        assert_eq!(said("no /services/T0/B0/x here", &["/services/T0/B0/x", ""]), "no … here");
    }
}
