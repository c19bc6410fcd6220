//! Markup that leads nowhere.
//!
//! A shared page shows its numbers and nothing else. Its body is that of a page of the dashboard,
//! which leads on from everywhere; here every way out is taken off what it wrote, whoever wrote it,
//! so that no body can forget to.

/// What takes a reader, or what they enter, somewhere else.
const WAYS: [&str; 5] = ["href", "xlink:href", "action", "formaction", "data-live"];
/// What is left out with all that is in it.
const LEFT_OUT: [&str; 4] = ["form", "nav", "script", "datalist"];

/// `html` without addresses to other pages, and without forms. It must be well-formed, with every
/// value between double quotes, as maud writes it.
pub(crate) fn sealed(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        out.push_str(&rest[..start]);
        let tag = &rest[start..start + tag_len(&rest[start..])];
        rest = &rest[start + tag.len()..];
        if let Some(name) = LEFT_OUT.into_iter().find(|name| is_tag(tag, name)) {
            rest = after_end(rest, name);
        } else if is_tag(tag, "details") && opens_a_form(rest) {
            rest = after_end(rest, "details");
        } else {
            push_without_ways(&mut out, tag);
        }
    }
    out.push_str(rest);
    out
}

/// What follows the end of the element that was begun.
fn after_end<'a>(text: &'a str, name: &str) -> &'a str {
    let end = format!("</{name}>");
    text.find(&end).map_or("", |at| &text[at + end.len()..])
}

/// Whether what a `details` unfolds has a form in it: without the form there is nothing to unfold.
fn opens_a_form(text: &str) -> bool {
    let inside = text.find("</details>").map_or(text, |end| &text[..end]);
    inside.contains("<form")
}

/// From `<` to the `>` that ends the tag, which may also stand in a value.
fn tag_len(text: &str) -> usize {
    let mut quoted = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn is_tag(tag: &str, name: &str) -> bool {
    let after = tag[1..].strip_prefix(name);
    after.is_some_and(|after| after.starts_with([' ', '>', '/', '\n']))
}

fn push_without_ways(out: &mut String, tag: &str) {
    let mut rest = tag;
    while let Some((start, end)) = first_way(rest) {
        out.push_str(&rest[..start]);
        rest = &rest[end..];
    }
    out.push_str(rest);
}

/// Where the first attribute that leads away stands, with the blank before it.
fn first_way(tag: &str) -> Option<(usize, usize)> {
    let mut quoted = false;
    for (at, byte) in tag.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b' ' | b'\n' if !quoted => {
                let after = &tag[at + 1..];
                if let Some(len) = WAYS.into_iter().find_map(|name| way_len(after, name)) {
                    return Some((at, at + 1 + len));
                }
            }
            _ => {}
        }
    }
    None
}

/// How long the attribute `name` is, if `text` begins with it and it leads to another page.
fn way_len(text: &str, name: &str) -> Option<usize> {
    let after = text.strip_prefix(name)?;
    let Some(value) = after.strip_prefix("=\"") else {
        let alone = after.starts_with([' ', '>', '/', '\n']);
        return alone.then_some(name.len());
    };
    // To another place of the same page: that is no way out.
    if value.starts_with('#') {
        return None;
    }
    let end = value.find('"')?;
    Some(name.len() + 2 + end + 1)
}

#[cfg(test)]
mod tests {
    use super::sealed;

    #[track_caller]
    fn check(html: &str, want: &str) {
        assert_eq!(sealed(html), want);
    }

    #[test]
    fn every_way_out_is_taken_off() {
        check("<p>7 <b>left</b></p>", "<p>7 <b>left</b></p>");
        check(
            "<a class=\"x\" href=\"/sessions?a=1&amp;b=2\" title=\"t\">147</a>",
            "<a class=\"x\" title=\"t\">147</a>",
        );
        check("<a href=\"https://elsewhere/\">x</a>", "<a>x</a>");
        check("<a xlink:href=\"/x\" href=\"/x\"/>", "<a/>");
        check("<main id=\"main\" data-live>", "<main id=\"main\">");
        check("<button formaction=\"/x\" type=\"submit\">", "<button type=\"submit\">");
    }

    #[test]
    fn what_stays_on_the_page_stays() {
        check("<use href=\"#hatch\"/>", "<use href=\"#hatch\"/>");
        check("<i title=\" href=&quot;/x&quot;\">", "<i title=\" href=&quot;/x&quot;\">");
        check("<i title=\"a > href=/x\">y</i>", "<i title=\"a > href=/x\">y</i>");
        check("<format-x hrefs=\"/x\">", "<format-x hrefs=\"/x\">");
    }

    #[test]
    fn forms_and_scripts_are_left_out_with_all_that_is_in_them() {
        check("a<form method=\"get\" action=\"/x\"><input name=\"y\"></form>b", "ab");
        check("a<script src=\"/x\"></script>b<datalist id=\"z\"><option></datalist>c", "abc");
        check("a<form>never closed", "a");
        check(
            "<details><summary>x</summary>y</details>z",
            "<details><summary>x</summary>y</details>z",
        );
        check("a<details><summary>x</summary><form>y</form></details>b", "ab");
        check("<details>x</details><form>y</form>", "<details>x</details>");
    }
}
