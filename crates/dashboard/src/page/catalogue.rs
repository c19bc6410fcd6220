//! The catalogue: what has a name, what was seen without one, and the form for one entry.

use maud::{Markup, html};
use weir_domain::{Catalogue, Evidence, Overlay, Screen};
use weir_report::render::safe_text;

use super::form::{Query, address};
use super::{Frame, Page};
use crate::catalogue::{Draft, Kind};
use crate::fields::Fault;
use crate::reader::Reader;

const NAME_CHARS_MAX: usize = 200;
/// Values without a name that are listed; nobody names more in one go.
const UNNAMED_MAX: usize = 200;

/// All that the list shows.
pub(crate) struct CataloguePage<'a> {
    pub(crate) reader: &'a Reader,
    pub(crate) demo: bool,
    pub(crate) catalogue: &'a Catalogue,
    /// What operators changed.
    pub(crate) own: &'a Overlay,
    /// Screens that were seen and have no name.
    pub(crate) screens_unnamed: &'a [String],
    /// Reasons, likewise.
    pub(crate) reasons_unnamed: &'a [String],
    /// What was just changed: the sentence that says so.
    pub(crate) done: Option<&'a str>,
}

/// All that the form for one entry shows.
pub(crate) struct EntryPage<'a> {
    pub(crate) reader: &'a Reader,
    pub(crate) demo: bool,
    pub(crate) kind: Kind,
    pub(crate) value: &'a str,
    pub(crate) draft: &'a Draft,
    pub(crate) faults: &'a [Fault],
    /// The stages that there are, in the order of the flow.
    pub(crate) stages: &'a [String],
    pub(crate) evidence: Option<Evidence>,
    /// Whether an event brought this value.
    pub(crate) seen: bool,
    /// Whether operators changed it.
    pub(crate) changed: bool,
    /// Whether something lies below what operators changed.
    pub(crate) below: bool,
}

impl CataloguePage<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Markup {
        frame(self.reader, self.demo, Page::Catalogue.title()).around(&html! {
            main #main.plain.catalogue {
                @if let Some(done) = self.done { p.done role="status" { (done) } }
                h1 { (self.answer()) }
                p.about {
                    "A name, a stage and a place in the flow for each value that Veriff sends. Screens with a "
                    "place count in “of those who got there”: whoever left at a later screen had passed it. "
                    "A change holds at once, for every page, the API and the command line, and for the past too."
                }
                (self.unnamed())
                (self.screens())
                (self.reasons())
                (self.add())
                (export())
            }
        })
    }

    fn answer(&self) -> String {
        let named = format!(
            "{} and {} have a name",
            counted(self.catalogue.screens().count(), "screen"),
            counted(self.catalogue.reasons().count(), "reason"),
        );
        match self.screens_unnamed.len() + self.reasons_unnamed.len() {
            0 => format!("{named}; everything that was seen is among them."),
            1 => format!("{named}; 1 value was seen that has none."),
            n => format!("{named}; {n} values were seen that have none."),
        }
    }

    fn may_edit(&self) -> bool {
        weir_access::Role::Operator <= self.reader.role
    }

    fn unnamed(&self) -> Markup {
        let lists = [(Kind::Screen, self.screens_unnamed), (Kind::Reason, self.reasons_unnamed)];
        html! {
            @if lists.iter().any(|(_, values)| !values.is_empty()) {
                section #unnamed {
                    h2 { "Seen, without a name" }
                    p.about { "They are counted under their raw value, and have no place in the flow." }
                    div.scroll tabindex="0" role="region" aria-label="Values without a name" { table {
                        thead { tr { th scope="col" { "Value" } th scope="col" { "Is a" } th scope="col" { "Name" } } }
                        tbody {
                            @for (kind, values) in lists {
                                @for value in values.iter().take(UNNAMED_MAX) {
                                    tr {
                                        th scope="row" { code { (name(value)) } }
                                        td { (kind.word()) }
                                        td { @if self.may_edit() { (edit(kind, value, "Name it", value)) } @else { "none" } }
                                    }
                                }
                            }
                        }
                    } }
                    @for (kind, values) in lists.iter().filter(|(_, values)| UNNAMED_MAX < values.len()) {
                        p.soft { "And " (counted(values.len() - UNNAMED_MAX, kind.word())) " more." }
                    }
                }
            }
        }
    }

    fn screens(&self) -> Markup {
        let mut screens: Vec<&Screen> = self.catalogue.screens().collect();
        screens.sort_by(|a, b| Screen::by_place(a, b));
        html! {
            section #screens {
                h2 { "Screens, in the order of the flow" }
                div.scroll tabindex="0" role="region" aria-label="Screens" { table {
                    thead { tr {
                        th.num scope="col" { "Place" }
                        th scope="col" { "Screen" }
                        th scope="col" { "Stage" }
                        th scope="col" { "What the user sees" }
                        th scope="col" { "Value is" }
                        @if self.may_edit() { th scope="col" { "Change" } }
                    } }
                    tbody {
                        @for screen in screens {
                            tr {
                                td.num { @match screen.order { Some(order) => (order), None => "any" } }
                                (self.named(Kind::Screen, &screen.state, &screen.label))
                                td { bdi { (screen.stage.as_deref().map(short).unwrap_or_default()) } }
                                td { bdi { (safe_text(&screen.description, 1_000)) } }
                                td { (evidence(screen.evidence)) }
                                @if self.may_edit() { td { (edit(Kind::Screen, &screen.state, "Edit", &screen.label)) } }
                            }
                        }
                    }
                } }
            }
        }
    }

    fn reasons(&self) -> Markup {
        html! {
            section #reasons {
                h2 { "Reasons" }
                div.scroll tabindex="0" role="region" aria-label="Reasons" { table {
                    thead { tr {
                        th scope="col" { "Reason" }
                        th scope="col" { "What the user did" }
                        th scope="col" { "Value is" }
                        @if self.may_edit() { th scope="col" { "Change" } }
                    } }
                    tbody {
                        @for reason in self.catalogue.reasons() {
                            tr {
                                (self.named(Kind::Reason, &reason.reason, &reason.label))
                                td { bdi { (safe_text(&reason.description, 1_000)) } }
                                td { (evidence(reason.evidence)) }
                                @if self.may_edit() { td { (edit(Kind::Reason, &reason.reason, "Edit", &reason.label)) } }
                            }
                        }
                    }
                } }
            }
        }
    }

    fn named(&self, kind: Kind, value: &str, label: &str) -> Markup {
        html! {
            th scope="row" {
                bdi { (short(label)) }
                @if kind.is_in(self.own, value) { " " span.tag { "changed here" } }
                " " code { (name(value)) }
            }
        }
    }

    /// A value that no event has brought yet.
    fn add(&self) -> Markup {
        html! {
            @if self.may_edit() {
                section #add {
                    h2 { "Name a value before it is seen" }
                    p.about { "With the literal value that Veriff's documentation or support tells." }
                    @for kind in [Kind::Screen, Kind::Reason] {
                        form.add method="get" action=(kind.path()) {
                            label.field { "Value of a " (kind.word())
                                input.value type="text" name=(kind.parameter()) required autocomplete="off" spellcheck="false";
                            }
                            button type="submit" { "Name this " (kind.word()) }
                        }
                    }
                }
            }
        }
    }
}

impl EntryPage<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Markup {
        let title = if self.known() { "Edit" } else { "Name" };
        frame(self.reader, self.demo, &format!("{title} a {}", self.kind.word())).around(&html! {
            main #main.plain {
                p.back { a href=(Page::Catalogue.path()) { "Catalogue" } }
                h1 { (title) " the " (self.kind.word()) " " bdi { (short(self.heading())) } }
                (self.facts())
                @if !self.faults.is_empty() {
                    p.problem role="alert" { "Nothing was changed yet: mend what is marked below, and save again." }
                }
                (self.form())
            }
        })
    }

    fn known(&self) -> bool {
        self.below || self.changed
    }

    fn heading(&self) -> &str {
        if self.known() && !self.draft.label.trim().is_empty() {
            &self.draft.label
        } else {
            self.value
        }
    }

    fn facts(&self) -> Markup {
        html! {
            dl.facts {
                div { dt { "Raw value" } dd { code { (name(self.value)) } } }
                div { dt { "Value is" } dd { (self.evidence.map_or("not catalogued yet", evidence)) } }
                div { dt { "Seen" } dd { @if self.seen { "an event brought it" } @else { "no event has brought it yet" } } }
            }
        }
    }

    fn form(&self) -> Markup {
        let kind = self.kind;
        html! {
            form.entry method="post" action=(kind.href(self.value)) {
                input type="hidden" name="csrf" value=(self.reader.csrf);
                (self.field("label", "Label", "What it is called on every page.", |about| html! {
                    input #label type="text" name="label" value=(self.draft.label) required maxlength="200"
                        aria-describedby=(about) aria-invalid=[self.invalid("label")] autocomplete="off";
                }))
                @if kind == Kind::Screen {
                    (self.field("stage", "Stage", "The part of the flow: choose one, or write a new one.", |about| html! {
                        input #stage type="text" name="stage" value=(self.draft.stage) list="stages" maxlength="60"
                            aria-describedby=(about) aria-invalid=[self.invalid("stage")] autocomplete="off";
                        datalist #stages { @for stage in self.stages { option value=(stage) {} } }
                    }))
                    (self.field("order", "Place in the flow", "A whole number, such as 75; screens with the same number stand side by side. Empty: it can come anywhere, and has no “of those who got there”.", |about| html! {
                        input #order.short type="text" inputmode="numeric" name="order" value=(self.draft.order)
                            aria-describedby=(about) aria-invalid=[self.invalid("order")] autocomplete="off";
                    }))
                }
                (self.field("description", "Description", "What the end-user sees or does, in a sentence.", |about| html! {
                    textarea #description name="description" rows="3" maxlength="1000"
                        aria-describedby=(about) aria-invalid=[self.invalid("description")] { (self.draft.description) }
                }))
                div.buttons {
                    button type="submit" name="do" value="save" { "Save" }
                    a href=(Page::Catalogue.path()) { "Leave it as it is" }
                }
            }
            @if self.changed {
                form.reset method="post" action=(kind.href(self.value)) {
                    input type="hidden" name="csrf" value=(self.reader.csrf);
                    button.quiet type="submit" name="do" value="reset" {
                        @if self.below { "Back to the shipped entry" } @else { "Take the name off" }
                    }
                    span.soft {
                        @if self.below { "takes off what was changed here." }
                        @else { "the value is then shown as it came." }
                    }
                }
            }
        }
    }

    fn invalid(&self, field: &str) -> Option<&'static str> {
        self.faults.iter().any(|fault| fault.name == field).then_some("true")
    }

    fn field(
        &self,
        id: &str,
        label: &str,
        hint: &str,
        input: impl FnOnce(&str) -> Markup,
    ) -> Markup {
        let about = format!("{id}-about");
        let fault = self.faults.iter().find(|fault| fault.name == id);
        html! {
            div.entry-field {
                label for=(id) { (label) }
                (input(&about))
                p id=(about) {
                    @if let Some(fault) = fault { strong.fault { (label) ": " (fault.sentence) "." } " " }
                    (hint)
                }
            }
        }
    }
}

fn frame<'a>(reader: &'a Reader, demo: bool, title: &'a str) -> Frame<'a> {
    Frame { title, page: Some(Page::Catalogue), form: None, reader, demo }
}

fn export() -> Markup {
    let own = {
        let mut query = Query::default();
        query.push("only", "own");
        address("/catalogue.toml", &query.0)
    };
    html! {
        section #export {
            h2 { "As a file" }
            p.about {
                "TOML, to read, to keep, or to name as " code { "catalog" } " in the configuration of another Weir."
            }
            ul.files {
                li { a href="/catalogue.toml" { "The whole catalogue" } }
                li { a href=(own) { "Only what was changed here" } }
            }
        }
    }
}

fn edit(kind: Kind, value: &str, words: &str, of: &str) -> Markup {
    html! {
        a.act href=(kind.href(value)) { (words) span.hidden { " " (kind.word()) " " bdi { (short(of)) } } }
    }
}

fn name(text: &str) -> Markup {
    html! { bdi { (short(text)) } }
}

fn short(text: &str) -> String {
    safe_text(text, NAME_CHARS_MAX)
}

/// How sure the literal value is.
const fn evidence(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Documented => "documented by Veriff",
        Evidence::Sdk => "in Veriff's SDK",
        Evidence::Pattern => "built on a pattern",
        Evidence::Operator => "added by an operator",
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
