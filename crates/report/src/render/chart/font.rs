//! The embedded typeface, and how wide a text is.

use std::sync::OnceLock;

use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};

/// What plotters knows the typeface by, and what a file's SVG asks for first.
pub(crate) const FAMILY: &str = "DejaVu Sans";

/// plotters takes the height of a line, we say the size of the type.
pub(super) const LINE_PER_SIZE: f64 = 1.24;

/// The typeface at a size in pixels. plotters panics or fails without a registered font, so
/// there is no other way to one.
pub(crate) fn font(size: f64, bold: bool) -> FontDesc<'static> {
    static REGISTERED: OnceLock<()> = OnceLock::new();
    REGISTERED.get_or_init(|| {
        // A font that cannot be read leaves the family empty; painting then says so.
        let _ = register_font(FAMILY, FontStyle::Normal, dejavu::sans::regular());
        let _ = register_font(FAMILY, FontStyle::Bold, dejavu::sans::bold());
    });
    let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
    FontDesc::new(FontFamily::Name(FAMILY), size * LINE_PER_SIZE, style)
}

/// How wide a text is, in pixels. The fonts of systems are narrower, so what fits here fits there.
pub(crate) fn width(text: &str, size: f64, bold: bool) -> f64 {
    font(size, bold).layout_box(text).map_or(0.0, |((left, _), (right, _))| f64::from(right - left))
}

/// The text, or as much of its start as fits into `room` pixels with an ellipsis.
pub(crate) fn fit(text: &str, size: f64, bold: bool, room: f64) -> String {
    if width(text, size, bold) <= room {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let cut = |kept: usize| {
        let start: String = chars[..kept].iter().collect();
        format!("{}…", start.trim_end())
    };
    // The longest start that fits, by halving: names may have thousands of characters.
    let (mut fits, mut over) = (0, chars.len());
    while fits + 1 < over {
        let middle = usize::midpoint(fits, over);
        if width(&cut(middle), size, bold) <= room {
            fits = middle;
        } else {
            over = middle;
        }
    }
    cut(fits)
}

/// The text in lines of at most `room` pixels, broken at spaces.
pub(crate) fn wrap(text: &str, size: f64, bold: bool, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size, bold) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(fit(word, size, bold, room)),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{fit, width, wrap};

    #[test]
    fn a_long_name_is_cut_to_its_room() {
        let name = "Wide ".repeat(2_000);
        let cut = fit(&name, 13.0, false, 120.0);
        assert!(cut.ends_with("Wide…") || cut.ends_with('…'), "{cut}");
        assert!(width(&cut, 13.0, false) <= 120.0);
        assert_eq!(fit("short", 13.0, false, 120.0), "short");
        assert_eq!(fit("", 13.0, false, 0.0), "");
        assert_eq!(fit("x", 13.0, false, 0.0), "…");
    }

    #[test]
    fn a_sentence_breaks_at_spaces() {
        let lines = wrap("one two three four", 13.0, false, width("one two ", 13.0, false));
        assert_eq!(lines, ["one two", "three", "four"]);
    }
}
