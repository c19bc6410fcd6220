//! The report as a document of its own: to send, to keep, to print.

use maud::{DOCTYPE, PreEscaped, html as markup};
use weir_domain::Catalogue;

use super::{NoLinks, STYLE_SHEET, sections};
use crate::Report;
use crate::render::words::{answer, plain, range};

/// One file: the styles and charts are inside, there is no script and no outside address.
#[must_use]
pub fn html(report: &Report, catalogue: &Catalogue) -> String {
    let page = markup! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="description" content=(plain(&answer(report)));
                title { "Abandonment, " (range(report)) }
                style { (PreEscaped(STYLE_SHEET)) }
            }
            body { main { (sections(report, catalogue, &NoLinks)) } }
        }
    };
    page.into_string()
}

#[cfg(test)]
mod tests {
    use weir_domain::Catalogue;

    use super::html;
    use crate::Bucket;
    use crate::render::fixture;

    #[track_caller]
    fn check(report: &crate::Report) -> String {
        let page = html(report, &Catalogue::shipped());
        assert!(!page.contains("<script"), "a script came through");
        assert!(!page.contains("<img"), "an element came through");
        assert!(!page.contains("NaN") && !page.contains("inf\""), "no number is no coordinate");
        for outside in [" src=\"", "href=\"http", "url(", "@import", " style="] {
            assert!(!page.contains(outside), "{outside}");
        }
        page
    }

    #[test]
    fn a_page_needs_nothing_from_outside() {
        let page = check(&fixture::full());
        assert!(page.contains("Camera access blocked"));
        assert_eq!(page.matches("<h2>").count(), 7);
    }

    #[test]
    fn hostile_names_stay_text() {
        let page = check(&fixture::hostile());
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert!(page.contains("abc\\u{202e}txt.exe"));
        assert!(!page.contains('\u{202e}'));
        assert!(page.contains("شاشة الكاميرا محظورة"));
        // A name of 10,000 characters is shown many times, but never whole.
        assert!(page.len() < 1_000_000, "{}", page.len());
    }

    #[test]
    fn nothing_little_and_much_are_pages_too() {
        assert!(check(&fixture::empty()).contains("No sessions began in this range"));
        assert!(check(&fixture::tiny()).contains("too few to judge"));
        assert!(check(&fixture::many(500, 1_826, Bucket::Day)).contains("and 480 more"));
        check(&fixture::many(1, 43_824, Bucket::Hour));
        check(&fixture::many(0, 1, Bucket::Month));
    }
}
