//! Saved views and share links: the list, and the forms for one of them.

use maud::{Markup, html};
use weir_access::{Role, Share, View};
use weir_domain::Timestamp;
use weir_report::Zone;
use weir_report::render::safe_text;

use super::form::{Query, address};
use super::{Frame, Page};
use crate::analysis::local;
use crate::fields::Fault;
use crate::reader::Reader;

const NAME_CHARS_MAX: usize = 80;

/// What the pages of views share.
pub(crate) struct Around<'a> {
    pub(crate) reader: &'a Reader,
    pub(crate) demo: bool,
    /// In which zone instants are told.
    pub(crate) zone: &'a Zone,
    pub(crate) now: Timestamp,
}

/// Where a view or a link leads, if it can still be asked for, and its filters in words.
pub(crate) struct Way {
    pub(crate) page: &'static str,
    pub(crate) href: Option<String>,
    pub(crate) words: Markup,
}

/// Every view, and for who may revoke them, every link.
pub(crate) fn views(
    around: &Around<'_>,
    views: &[(View, Way)],
    shares: &[(Share, Way)],
    done: Option<&str>,
) -> Markup {
    around.page("Views", &html! {
        @if let Some(done) = done { p.done role="status" { (done) } }
        h1 {
            @match views.len() {
                0 => "No view is saved yet",
                1 => "1 saved view",
                n => { (n) " saved views" },
            }
        }
        p.about {
            "A view is a page with its filters, under a name that everybody here sees. A range like "
            "“the last 7 days” moves on with the clock. Save one with “Save view”, beside the filters of a page."
        }
        @if !views.is_empty() { (around.view_table(views)) }
        @if around.may_share() { (around.shares_section(shares)) }
    })
}

/// The form that saves a view.
pub(crate) fn new_view(
    around: &Around<'_>,
    (page, query): (&str, &str),
    way: &Way,
    name: &str,
    wrong: Option<&Fault>,
) -> Markup {
    around.page("Save a view", &html! {
        p.back { a href=(Page::Views.path()) { "Views" } }
        h1 { "Save this view" }
        (facts(way))
        form.entry method="post" action=(Page::Views.path()) {
            (around.csrf())
            input type="hidden" name="page" value=(page);
            input type="hidden" name="query" value=(query);
            (name_field("name", "Name", "What everybody here will see in the list.", name, wrong))
            div.buttons {
                button type="submit" { "Save view" }
                @if let Some(href) = &way.href { a href=(href) { "Back without saving" } }
            }
        }
    })
}

/// One view: its name, what it shows, its end.
pub(crate) fn view(
    around: &Around<'_>,
    view: &View,
    way: &Way,
    name: &str,
    wrong: Option<&Fault>,
) -> Markup {
    let here = format!("{}/{}", Page::Views.path(), view.id.get());
    let may = around.may_change(view);
    around.page("A view", &html! {
        p.back { a href=(Page::Views.path()) { "Views" } }
        h1 { bdi { (short(&view.name)) } }
        (facts(way))
        div.buttons.first {
            @if let Some(href) = &way.href { a.act href=(href) { "Open it" } }
            @if around.may_share() { a.act href=(share_of(view)) { "Make a share link" } }
        }
        @if may {
            form.entry method="post" action=(here) {
                (around.csrf())
                (name_field("name", "Name", "It keeps its address and its share links.", name, wrong))
                div.buttons { button type="submit" name="do" value="rename" { "Rename" } }
            }
            form.reset method="post" action=(here) {
                (around.csrf())
                button.quiet type="submit" name="do" value="remove" { "Delete this view" }
                span.soft { "and stop its share links." }
            }
        } @else {
            p.soft { "It can be renamed and deleted by who saved it, and by operators." }
        }
    })
}

/// The form that makes a link.
pub(crate) fn new_share(
    around: &Around<'_>,
    hidden: &[(&str, &str)],
    way: &Way,
    title: &str,
    (days, until): (&str, &str),
    wrong: Option<&Fault>,
) -> Markup {
    let invalid = wrong.filter(|wrong| wrong.name == "until");
    around.page("Make a share link", &html! {
        p.back { a href=(Page::Views.path()) { "Views" } }
        h1 { "Make a share link" }
        p.about {
            "Whoever has the link sees this page with these filters, without an account: the numbers, and nothing "
            "behind them. It stops when it ends, or at once when it is revoked."
        }
        (facts(way))
        form.entry method="post" action="/shares" {
            (around.csrf())
            @for (name, value) in hidden { input type="hidden" name=(name) value=(value); }
            (name_field("title", "Title", "What stands above it for whoever opens it.", title, wrong))
            fieldset.entry-field {
                legend { "It ends" }
                @for (value, words) in [("7", "in 7 days"), ("30", "in 30 days"), ("90", "in 90 days")] {
                    label.pick { input type="radio" name="days" value=(value) checked[days == value]; (words) }
                }
                label.pick { input type="radio" name="days" value="until" checked[days == "until"]; "at the end of the day" }
                input.short type="date" name="until" value=(until) aria-label="The day" aria-describedby="until-about"
                    aria-invalid=[invalid.map(|_| "true")];
                p #until-about {
                    @if let Some(wrong) = invalid { strong.fault { (wrong.sentence) "." } " " }
                    "Within a year; days are of " (around.zone.name()) "."
                }
            }
            div.buttons {
                button type="submit" { "Make the link" }
                @if let Some(href) = &way.href { a href=(href) { "Back without a link" } }
            }
        }
    })
}

/// The link, which is shown this once.
pub(crate) fn made(around: &Around<'_>, share: &Share, way: &Way, address: &str) -> Markup {
    let image = format!("{address}/chart.svg?width=800&theme=light");
    let tag = format!("<img src=\"{image}\" width=\"800\" alt=\"{}\">", attribute(&share.title));
    let frame = format!(
        "<iframe src=\"{address}/embed\" width=\"800\" height=\"600\" title=\"{}\"></iframe>",
        attribute(&share.title)
    );
    around.page("The share link", &html! {
        h1 { "The link to " bdi { (short(&share.title)) } }
        p.done role="status" {
            "Copy it now: it is shown this once, and nobody can look it up later. It ends "
            (around.at(share.expires_at)) "."
        }
        (facts(way))
        dl.links {
            dt { "To open" } dd { pre tabindex="0" { (address) } }
            dt { "As a picture in another page" } dd { pre tabindex="0" { (tag) } }
            dt { "As a frame in another page" } dd { pre tabindex="0" { (frame) } }
        }
        p.about {
            "A picture is also at " code { "chart.png" } "; " code { "width" } " is 280 to 2400, " code { "theme" }
            " light or dark, " code { "chart" } " trend or screens. Whoever sees a page with it can find the link in it."
        }
        p { a.act href=(Page::Views.path()) { "All views and share links" } }
    })
}

impl Around<'_> {
    fn page(&self, title: &str, content: &Markup) -> Markup {
        let (reader, demo) = (self.reader, self.demo);
        Frame { title, page: Some(Page::Views), form: None, reader, demo }
            .around(&html! { main #main.plain { (content) } })
    }

    fn csrf(&self) -> Markup {
        html! { input type="hidden" name="csrf" value=(self.reader.csrf); }
    }

    fn may_share(&self) -> bool {
        Role::Operator <= self.reader.role
    }

    /// Whoever saved it, and operators.
    pub(crate) fn may_change(&self, view: &View) -> bool {
        self.may_share() || (view.maker.is_some() && view.maker == self.reader.name)
    }

    fn at(&self, at: Timestamp) -> String {
        local(at, self.zone).unwrap_or_else(|| at.to_string())
    }

    /// The day is enough where nobody needs to know the minute.
    fn day(&self, at: Timestamp) -> String {
        self.at(at).chars().take(10).collect()
    }

    fn view_table(&self, views: &[(View, Way)]) -> Markup {
        html! {
            section #views {
                h2.hidden { "The views" }
                div.scroll tabindex="0" role="region" aria-label="Saved views" { table {
                    thead { tr {
                        th scope="col" { "View" }
                        th scope="col" { "Page" }
                        th scope="col" { "Filters" }
                        th scope="col" { "By" }
                        th scope="col" { "Saved" }
                        th scope="col" { "Change" }
                    } }
                    tbody {
                        @for (view, way) in views {
                            tr {
                                th scope="row" {
                                    @match &way.href {
                                        Some(href) => { a href=(href) { bdi { (short(&view.name)) } } },
                                        None => { bdi { (short(&view.name)) } },
                                    }
                                }
                                td { (way.page) }
                                td { (way.words) }
                                td { (by(view.maker.as_deref())) }
                                td.nowrap { (self.day(view.created_at)) }
                                td.nowrap {
                                    @if self.may_change(view) {
                                        a.act href={ (Page::Views.path()) "/" (view.id.get()) } {
                                            "Change" span.hidden { " " bdi { (short(&view.name)) } }
                                        }
                                    }
                                    @if self.may_share() {
                                        " "
                                        a.act href=(share_of(view)) { "Share" span.hidden { " " bdi { (short(&view.name)) } } }
                                    }
                                }
                            }
                        }
                    }
                } }
            }
        }
    }

    fn shares_section(&self, shares: &[(Share, Way)]) -> Markup {
        let open = shares.iter().filter(|(share, _)| share.is_open(self.now)).count();
        html! {
            section #shares {
                h2 {
                    @match open {
                        0 => "No share link is open",
                        1 => "1 share link is open",
                        n => { (n) " share links are open" },
                    }
                }
                p.about { "Each shows one page with its filters to whoever has the link, until it ends or is revoked." }
                @if !shares.is_empty() {
                    div.scroll tabindex="0" role="region" aria-label="Share links" { table {
                        thead { tr {
                            th scope="col" { "Link" }
                            th scope="col" { "Shows" }
                            th scope="col" { "By" }
                            th scope="col" { "Ends" }
                            th.num scope="col" { "Opened" }
                            th scope="col" { "Last" }
                            th scope="col" { "State" }
                        } }
                        tbody { @for (share, way) in shares { (self.share_row(share, way)) } }
                    } }
                }
            }
        }
    }

    fn share_row(&self, share: &Share, way: &Way) -> Markup {
        html! {
            tr {
                th scope="row" { bdi { (short(&share.title)) } }
                td { (way.page) ": " (way.words) }
                td { (by(share.maker.as_deref())) }
                td.nowrap { (self.day(share.expires_at)) }
                td.num { @if share.uses == 1 { "once" } @else { (share.uses) " times" } }
                td.nowrap { (share.used_at.map_or_else(|| "never".to_owned(), |at| self.day(at))) }
                td.nowrap {
                    @if share.revoked_at.is_some() {
                        span.soft { "revoked" }
                    } @else if !share.is_open(self.now) {
                        span.soft { "ended" }
                    } @else {
                        form method="post" action={ "/shares/" (share.id.get()) } {
                            (self.csrf())
                            button.quiet type="submit" name="do" value="revoke" {
                                "Revoke" span.hidden { " " bdi { (short(&share.title)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn facts(way: &Way) -> Markup {
    html! {
        dl.facts {
            div { dt { "Page" } dd { (way.page) } }
            div { dt { "Filters" } dd { (way.words) } }
        }
        @if way.href.is_none() {
            p.problem { "Its filters cannot be asked for any more. Delete it, and save the page anew." }
        }
    }
}

fn name_field(id: &str, label: &str, hint: &str, value: &str, wrong: Option<&Fault>) -> Markup {
    let about = format!("{id}-about");
    let wrong = wrong.filter(|wrong| wrong.name == id);
    html! {
        div.entry-field {
            label for=(id) { (label) }
            input id=(id) type="text" name=(id) value=(value) required maxlength=(NAME_CHARS_MAX) autocomplete="off"
                aria-describedby=(about) aria-invalid=[wrong.map(|_| "true")];
            p id=(about) {
                @if let Some(wrong) = wrong { strong.fault { (wrong.sentence) "." } " " }
                (hint)
            }
        }
    }
}

fn share_of(view: &View) -> String {
    let mut query = Query::default();
    query.push("view", &view.id.get().to_string());
    address("/shares/new", &query.0)
}

fn by(maker: Option<&str>) -> Markup {
    html! { @match maker { Some(name) => { bdi { (short(name)) } }, None => "this machine" } }
}

fn short(text: &str) -> String {
    safe_text(text, NAME_CHARS_MAX)
}

/// As it stands in an attribute that somebody copies.
fn attribute(text: &str) -> String {
    html! { (short(text)) }.into_string().replace('"', "&quot;")
}
