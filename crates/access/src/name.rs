//! What somebody can be called.

use crate::Refusal;

/// Characters of a name: of a person, or of what a token is for.
pub const NAME_CHARS_MAX: usize = 80;

/// The name as it is kept: without the blanks around it.
pub(crate) fn checked(name: &str) -> Result<&str, Refusal> {
    let name = name.trim();
    match name {
        "" => Err(Refusal::NameEmpty),
        long if NAME_CHARS_MAX < long.chars().count() => Err(Refusal::NameLong),
        odd if odd.chars().any(hides) => Err(Refusal::NameControl),
        fine => Ok(fine),
    }
}

/// What names are compared by.
pub(crate) fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Controls, and what changes how its neighbours look or is not seen at all.
fn hides(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::{checked, key};
    use crate::Refusal;

    #[test]
    fn a_name_is_short_and_hides_nothing() {
        assert_eq!(checked(" Õnne Ülo-Mägi "), Ok("Õnne Ülo-Mägi"));
        assert_eq!(checked("  "), Err(Refusal::NameEmpty));
        assert_eq!(checked(&"x".repeat(81)), Err(Refusal::NameLong));
        assert_eq!(checked(&"õ".repeat(80)).map(str::len), Ok(160));
        for odd in ["a\nb", "a\u{202e}b", "a\u{200b}b", "a\0"] {
            assert_eq!(checked(odd), Err(Refusal::NameControl), "{odd:?}");
        }
        assert_eq!(key(" ÕNNE "), key("õnne"));
    }
}
