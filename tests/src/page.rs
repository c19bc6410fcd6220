//! A page's text, taken apart just enough to find a number in it.

/// The text of a page or of a part of it: without tags, with entities resolved and runs of white
/// space as one blank.
pub fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        // A name may stand in two tags; words may not run together.
        text.push(' ');
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    let text = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&nbsp;", " "), ("&amp;", "&")]
        .iter()
        .fold(text, |text, (entity, meant)| text.replace(entity, meant));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The part of a page that begins with `id="…"` and ends with its section.
#[track_caller]
pub fn section<'a>(html: &'a str, id: &str) -> &'a str {
    let begins = html
        .find(&format!("id=\"{id}\""))
        .unwrap_or_else(|| panic!("the page has no section `{id}`"));
    let section = &html[begins..];
    section.find("</section>").map_or(section, |ends| &section[..ends])
}

/// A count as people read it: 1,234,567.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_taken_apart() {
        let html = "<section id=\"a\"><b>1,234</b> of\n<i>&lt;b&gt;</i></section><p>more</p>";
        assert_eq!(text_of(section(html, "a")), "id=\"a\"> 1,234 of <b>");
        assert_eq!(text_of(html), "1,234 of <b> more");
        assert_eq!([grouped(7), grouped(1_234_567)], ["7", "1,234,567"]);
    }
}
