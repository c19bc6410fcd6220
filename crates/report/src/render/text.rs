//! Names that came from outside, made safe to show.

use std::fmt::Write as _;

/// The longest name that is shown in full, in characters. A name may have 10,000.
pub const NAME_CHARS_MAX: usize = 200;

/// A raw value as it may stand on a terminal, on a page and in a picture: what could move the
/// cursor, break the line, turn the direction of writing or hide is written as `\u{..}`, and
/// what is longer than `chars_max` ends in an ellipsis. Markup is left to whoever writes markup.
#[must_use]
pub fn safe_text(raw: &str, chars_max: usize) -> String {
    let mut safe = String::with_capacity(raw.len().min(4 * chars_max));
    let mut shown = 0;
    for c in raw.chars() {
        if chars_max <= shown {
            safe.push('…');
            break;
        }
        if is_unsafe(c) {
            let before = safe.len();
            let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
            // An escape is several characters to the eye.
            shown += safe.len() - before;
        } else {
            safe.push(c);
            shown += 1;
        }
    }
    safe
}

/// A name at its usual greatest length.
#[must_use]
pub(crate) fn safe_name(raw: &str) -> String {
    safe_text(raw, NAME_CHARS_MAX)
}

/// What a catalogue says of a screen or a reason; a file of it may say anything.
#[must_use]
pub(crate) fn safe_description(raw: &str) -> String {
    const DESCRIPTION_CHARS_MAX: usize = 1_000;
    safe_text(raw, DESCRIPTION_CHARS_MAX)
}

/// A name in a sentence or in large type, where its end may be left to the tables.
#[must_use]
pub(crate) fn short_name(name: &str) -> String {
    const SHORT_CHARS_MAX: usize = 72;
    safe_text(name, SHORT_CHARS_MAX)
}

/// Whether a character acts instead of being seen. Letters of right-to-left scripts are seen;
/// the marks that turn or embed a direction act.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}'
            | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::safe_text;

    #[track_caller]
    fn check(raw: &str, want: &str) {
        assert_eq!(safe_text(raw, 40), want);
    }

    #[test]
    fn what_acts_is_made_visible_and_what_is_seen_stays() {
        check("Camera access blocked", "Camera access blocked");
        check("kaamera_õigus 相机 كاميرا 👩‍💻", "kaamera_õigus 相机 كاميرا 👩‍💻");
        check("two\nlines\r\n", "two\\u{a}lines\\u{d}\\u{a}");
        check("\u{1b}[31mred", "\\u{1b}[31mred");
        check("abc\u{202e}fdp.exe", "abc\\u{202e}fdp.exe");
        check("zero\u{200b}width\u{feff}", "zero\\u{200b}width\\u{feff}");
        check("a\u{34f}b\u{115f}\u{1160}", "a\\u{34f}b\\u{115f}\\u{1160}");
        check("\u{3164}\u{ffa0}", "\\u{3164}\\u{ffa0}");
        check("\u{17b4}\u{17b5}ក", "\\u{17b4}\\u{17b5}ក");
        check("\u{1d173}\u{1d17a}𝄞", "\\u{1d173}\\u{1d17a}𝄞");
        check("<b>& \"quoted\"</b>", "<b>& \"quoted\"</b>");
        check("", "");
    }

    #[test]
    fn a_long_name_ends_in_an_ellipsis() {
        let safe = safe_text(&"x".repeat(10_000), 40);
        assert_eq!(safe.chars().count(), 41);
        assert!(safe.ends_with('…'));
        assert_eq!(safe_text("forty", 5), "forty");
        assert!(safe_text(&"\u{7}".repeat(10_000), 40).len() < 60);
    }
}
