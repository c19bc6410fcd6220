//! What can be done with a view, at the right of the line of filters: keep it, show it to others,
//! take it away as a file.

use maud::{Markup, html};
use weir_access::Role;
use weir_report::Query;

use super::form::{self, Form, address};
use super::{Page, View};

const FORMATS: [(&str, &str); 5] = [
    ("csv", "CSV, for a spreadsheet"),
    ("json", "JSON, for a program"),
    ("html", "HTML, one file to send"),
    ("svg", "SVG picture"),
    ("png", "PNG picture"),
];

/// The actions; none where there is no answer to do anything with.
pub(super) fn actions(view: &View<'_>) -> Markup {
    html! {
        div.view-actions {
            @if let (Ok(_), Some(query), 1..) = (view.body, view.query, view.deliveries_total) {
                @if view.form.search().is_none() {
                    a.do href=(keeps("/views/new", view)) { "Save view" }
                }
                @if view.page.can_be_shared() && Role::Operator <= view.reader.role {
                    a.do href=(keeps("/shares/new", view)) { "Share" }
                }
                (export(view.page, view.form, query))
            }
        }
    }
}

/// The address of a form that is about this page with its filters: a relative range stays one.
fn keeps(path: &str, view: &View<'_>) -> String {
    let here = view.form.href(view.page);
    let mut query = form::Query::default();
    query.push("page", view.page.name());
    query.push("query", here.split_once('?').map_or("", |(_, query)| query));
    address(path, &query.0)
}

/// The same view as a file: with the instants in place of "now", so that it stays the same.
fn export(page: Page, form: &Form, query: &Query) -> Markup {
    html! {
        details.menu {
            summary { "Export" }
            ul {
                @for (href, words) in files(page, &form.pinned(query)) {
                    li { a href=(href) { (words) } }
                }
            }
        }
    }
}

/// Where the files are that say what the page says.
fn files(page: Page, pinned: &Form) -> Vec<(String, &'static str)> {
    // How much of it stands on the page is nothing that a file asks for.
    let whole = pinned.with_own("page", "").with_own("show", "");
    let same = |path: &str| whole.href(page).replacen(page.path(), path, 1);
    let report =
        |format: &str| format!("/api/v1/reports/abandonment?{}&format={format}", pinned.query());
    match page {
        Page::Sessions => vec![
            (same("/sessions.csv"), "CSV, the whole list"),
            (same("/api/v1/sessions"), "JSON, the first page of it"),
        ],
        Page::Compare => vec![(same("/api/v1/reports/comparison"), "JSON, for a program")],
        _ => {
            let mut files: Vec<_> =
                FORMATS.into_iter().map(|(format, words)| (report(format), words)).collect();
            if matches!(page, Page::Screens | Page::Reasons | Page::Time) {
                let below = format!("/api/v1/reports/profile?{}", pinned.query());
                files.push((below, "JSON of times and recoveries"));
            }
            files
        }
    }
}

#[cfg(test)]
mod tests {
    use weir_access::Role;

    use crate::fixture::{Fixture, LOG};
    use crate::reader::Reader;
    use crate::routes::ANALYSES;

    /// The addresses in the part of a page between two marks.
    fn hrefs(body: &str, from: &str, to: &str) -> Vec<String> {
        let part = body.split_once(from).unwrap().1.split_once(to).unwrap().0;
        let hrefs = part.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        hrefs.map(|href| href.replace("&amp;", "&")).collect()
    }

    #[actix_web::test]
    async fn every_file_of_every_page_is_there() {
        let fixture = Fixture::of(LOG);
        let mut files = 0;
        for analysis in ANALYSES {
            let path = format!("{}?from=-30d&state=camera&unit=attempt", analysis.page.path());
            let page = fixture.get(&path).await.body;
            for href in hrefs(&page, "<details class=\"menu\">", "</details>") {
                assert!(href.contains("as_of=2026-03-31T12:00:00Z"), "{href}");
                assert_eq!(fixture.get(&href).await.status, 200, "{href}");
                files += 1;
            }
        }
        assert!(30 < files, "{files}");
    }

    #[actix_web::test]
    async fn what_is_kept_is_this_page_with_its_relative_range() {
        let fixture = Fixture::of(LOG);
        let page = fixture.get("/screens?from=-7d&state=a%26b&sort=hazard").await.body;
        let actions = hrefs(&page, "class=\"view-actions\"", "<details class=\"menu\">");
        let asked = "page=screens&query=from%3D-7d%26state%3Da%2526b%26sort%3Dhazard";
        assert_eq!(actions, [format!("/views/new?{asked}"), format!("/shares/new?{asked}")]);
        for action in actions {
            let form = fixture.get(&action).await;
            assert_eq!(form.status, 200, "{}", form.body);
            assert!(form.body.contains("screen <bdi>a&amp;b</bdi>"), "{}", form.body);
        }
    }

    #[actix_web::test]
    async fn nobody_is_offered_what_they_may_not() {
        let fixture = Fixture::of(LOG);
        let viewer = Reader {
            name: None,
            role: Role::Viewer,
            csrf: String::new(),
            notes: crate::audit::Notes::default(),
        };
        for (reader, path) in [(&viewer, "/?from=-7d"), (&Reader::open(), "/sessions?from=-30d")] {
            let page = fixture.get_as(reader, path).await.body;
            assert!(page.contains("/views/new?") && !page.contains("/shares/new?"), "{path}");
        }
        let search = fixture.get("/sessions?from=-30d&q=ann").await.body;
        assert!(search.contains("view-actions") && !search.contains("/views/new?"), "{search}");
        let empty = Fixture::of("").get("/").await.body;
        assert!(!empty.contains("/views/new?"), "there is nothing to keep yet");
    }
}
