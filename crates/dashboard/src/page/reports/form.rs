//! Making and changing a definition: the common things as fields, everything as TOML.

use maud::{Markup, html};
use weir_domain::{OutcomeKind, Timestamp, Unit};
use weir_report::render::safe_text;
use weir_report::{Bucket, Dimension, Output, Range, Section, Zone};
use weir_schedule::{DEFINITION_BYTES_MAX, Trouble};

use super::Stage;
use super::words::{NAME_CHARS_MAX, code, moment, output, path, said, section, target};
use crate::fields::Fault;
use crate::page::filters::boxes;
use crate::page::{Choice, Choices, Page};
use crate::schedules::{AlertDraft, Draft, MEASURES, REPEATS, WEEKDAYS};

/// All that the page shows.
pub(crate) struct FormPage<'a> {
    pub(crate) stage: Stage<'a>,
    /// The definition that is changed; none where a new one is made.
    pub(crate) of: Option<&'a str>,
    /// The name of the new one, as it was entered.
    pub(crate) name: &'a str,
    /// What the fields are laid over.
    pub(crate) base: &'a str,
    /// What the file was when the form was opened.
    pub(crate) was: &'a str,
    /// What was entered.
    pub(crate) mode: Mode<'a>,
    /// What the filters offer.
    pub(crate) choices: &'a Choices,
    /// What is wrong, each beside its field.
    pub(crate) faults: &'a [Fault],
    /// What else is wrong.
    pub(crate) troubles: &'a [Trouble],
    /// Whether that is said of what is kept already, and nothing was sent.
    pub(crate) as_it_is: bool,
    /// Whether it can be kept in spite of that.
    pub(crate) may_keep: bool,
    /// What a check found, where nothing is wrong.
    pub(crate) checked: Option<&'a Checked>,
}

/// What was entered.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mode<'a> {
    /// The common things as fields.
    Fields(&'a Draft),
    /// All of it as TOML.
    Toml(&'a str),
}

/// What a check without saving says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Checked {
    /// The instants at which it would be due, and the zone of its schedule.
    pub(crate) next: Vec<Timestamp>,
    pub(crate) zone: Zone,
    /// The range of its next run.
    pub(crate) range: Option<(Timestamp, Timestamp)>,
    /// Who would get it.
    pub(crate) targets: Vec<String>,
}

impl FormPage<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Markup {
        let alert = self.is_alert();
        let what = if alert { "alert" } else { "report" };
        let title =
            if self.of.is_some() { format!("Edit a {what}") } else { format!("New {what}") };
        let action =
            self.of.map_or_else(|| "/reports/new".to_owned(), |of| format!("{}/edit", path(of)));
        self.stage.page(&title, &html! {
            p.back {
                @match self.of {
                    Some(of) => { a href=(path(of)) { (code(of)) } },
                    None => { a href=(Page::Reports.path()) { "Reports" } },
                }
            }
            h1 { @match self.of { Some(of) => { "Edit " (code(of)) }, None => { "New " (what) } } }
            (self.said())
            form.entry.definition method="post" action=(action) {
                (self.stage.csrf())
                input type="hidden" name="was" value=(self.was);
                @if matches!(self.mode, Mode::Fields(_)) { input type="hidden" name="base" value=(self.base); }
                @match self.mode {
                    Mode::Fields(_) => { input type="hidden" name="mode" value="fields"; },
                    Mode::Toml(_) => { input type="hidden" name="mode" value="toml"; },
                }
                // Enter in a field is the first button of the form: it saves nothing.
                button.unseen type="submit" name="do" value="check" tabindex="-1" aria-hidden="true" { "Check" }
                @if self.of.is_none() {
                    (self.field("name", "Name", "Lower-case letters, digits and hyphens: it names files and addresses, and stays.", |about| html! {
                        input #name type="text" name="name" value=(self.name) required maxlength="64" autocomplete="off" spellcheck="false" autocapitalize="none"
                            aria-describedby=(about) aria-invalid=[self.invalid("name")];
                    }))
                }
                @match self.mode {
                    Mode::Fields(draft) => (self.fields(draft)),
                    Mode::Toml(toml) => (self.toml(toml)),
                }
                div.buttons {
                    button type="submit" name="do" value="save" { "Save" }
                    button.second type="submit" name="do" value="check" { "Check" }
                    @match self.mode {
                        Mode::Fields(_) => { button.second type="submit" name="do" value="toml" { "Go on as TOML" } },
                        Mode::Toml(_) => { button.second type="submit" name="do" value="fields" { "Go on with fields" } },
                    }
                    @if self.may_keep { button.second type="submit" name="do" value="keep" { "Save as it is" } }
                    a href=(self.of.map_or_else(|| Page::Reports.path().to_owned(), path)) { "Leave it as it is" }
                }
            }
        })
    }

    fn is_alert(&self) -> bool {
        match self.mode {
            Mode::Fields(draft) => draft.alert.is_some(),
            Mode::Toml(text) => text.lines().any(|line| line.trim() == "[alert]"),
        }
    }

    /// What a check or a save found.
    fn said(&self) -> Markup {
        let wrong = self.faults.len() + self.troubles.len();
        html! {
            @if 0 < wrong {
                div.problem role="alert" {
                    p {
                        @if self.as_it_is { "As it is now, something is wrong with it:" }
                        @else if self.may_keep { "It is a definition, but not well: mend it, or save it as it is." }
                        @else { "Nothing was saved yet: mend what is said here, and save again." }
                    }
                    ul {
                        @for found in self.faults { li { a href={ "#" (found.name) } { (label(found.name)) } ": " (said(&found.sentence)) "." } }
                        @for found in self.troubles {
                            li {
                                @if let Some(line) = found.line.filter(|_| matches!(self.mode, Mode::Toml(_))) { "Line " (line) ": " }
                                (said(&found.message))
                            }
                        }
                    }
                }
            }
            @if let Some(checked) = self.checked { (self.well(checked)) }
        }
    }

    fn well(&self, checked: &Checked) -> Markup {
        let Checked { next, zone, range, targets } = checked;
        html! {
            div.done role="status" {
                p { "It is well. Nothing was saved or sent." }
                ul {
                    li {
                        @match next.split_first() {
                            None => { "It would run only when asked." },
                            Some((first, rest)) => {
                                "Due " (moment(*first, zone, self.stage.now))
                                @for at in rest { ", " (super::words::minute(*at, zone)) }
                                " (" (zone.name()) ")."
                            },
                        }
                    }
                    @if let Some((from, to)) = range {
                        li { "Its next range: " (super::words::minute(*from, zone)) " to " (super::words::minute(*to, zone)) "." }
                    }
                    li {
                        @if targets.is_empty() { "Nobody would get it." }
                        @else { "To " @for (at, one) in targets.iter().enumerate() { @if 0 < at { ", " } (target(one)) } "." }
                    }
                }
            }
        }
    }

    fn toml(&self, text: &str) -> Markup {
        let lines = text.lines().count().clamp(16, 40);
        html! {
            (self.field("toml", "Definition", "Everything that a definition can say: docs/reports.md has every key.", |about| html! {
                textarea #toml.toml name="toml" rows=(lines) maxlength=(DEFINITION_BYTES_MAX) spellcheck="false" autocomplete="off" autocapitalize="none" wrap="off"
                    aria-describedby=(about) aria-invalid=[(!self.troubles.is_empty()).then_some("true")] { "\n" (text) }
            }))
        }
    }

    fn fields(&self, draft: &Draft) -> Markup {
        html! {
            (self.text("title", "Title", "What stands above it, on paper and in the mail's subject.", &draft.title, None))
            @if let Some(alert) = &draft.alert { (self.alert(alert)) }
            (self.timing(draft))
            (self.contents(draft))
            (self.filters(draft))
            @if self.of.is_some() && self.base.lines().any(|line| line.trim_start().starts_with('#')) {
                p.soft { "The file has comments. Saving with fields writes it anew without them; “Go on as TOML” keeps them." }
            }
            (self.recipients(draft))
        }
    }

    fn timing(&self, draft: &Draft) -> Markup {
        html! {
            fieldset.group #when {
                legend { @if draft.alert.is_some() { "When it is judged" } @else { "When it is sent" } }
                div.entry-field {
                    div.picks {
                        @for (value, words) in REPEATS {
                            label.pick { input type="radio" name="repeats" value=(value) checked[draft.repeats == value]; (words) }
                        }
                    }
                }
                div.beside {
                    div.entry-field.for-weekly {
                        label for="weekday" { "On" }
                        select #weekday name="weekday" {
                            @for day in WEEKDAYS { option value=(day) selected[draft.weekday == day] { (capital(day)) } }
                        }
                    }
                    div.entry-field.for-monthly {
                        label for="day" { "On day" }
                        input #day type="text" name="day" value=(draft.day) maxlength="10" autocomplete="off" aria-describedby="day-about" aria-invalid=[self.invalid("day")];
                        p #day-about { "1 to 31, or " code { "last" } "." }
                    }
                    div.entry-field.for-time {
                        label for="time" { "At" }
                        input #time type="text" name="time" value=(draft.time) maxlength="10" autocomplete="off" placeholder="08:00" aria-invalid=[self.invalid("time")];
                    }
                    div.entry-field.for-zone {
                        label for="zone" { "In the zone" }
                        input #zone type="text" name="zone" value=(draft.zone) maxlength="60" list="zones" autocomplete="off" spellcheck="false" placeholder="Europe/Tallinn" aria-invalid=[self.invalid("zone")];
                    }
                }
                div.entry-field.for-text {
                    label for="pattern" { "Pattern" }
                    input #pattern type="text" name="when" value=(draft.when) maxlength="200" autocomplete="off" spellcheck="false" placeholder="0 8 * * MON-FRI Europe/Tallinn"
                        aria-describedby="pattern-about" aria-invalid=[self.invalid("when")];
                    p #pattern-about { "The five fields of cron and a zone: minute, hour, day, month, day of the week." }
                }
                details.more-of-it open[draft.missed == "all" || draft.when_empty == "skip"] {
                    summary { @if draft.alert.is_some() { "After a stop" } @else { "After a stop, and with nothing in it" } }
                    div.entry-field role="radiogroup" aria-labelledby="missed-about" {
                        p #missed-about { "Of the runs that were due while Weir did not run, it makes up for" }
                        label.pick { input type="radio" name="missed" value="newest" checked[draft.missed != "all"]; "the newest, and says which it left out" }
                        label.pick { input type="radio" name="missed" value="all" checked[draft.missed == "all"]; "each of them, the oldest first" }
                    }
                    // An alert is never sent for having nothing in it: what the file says stays.
                    @if draft.alert.is_some() { input type="hidden" name="when_empty" value=(draft.when_empty); }
                    @else {
                        div.entry-field role="radiogroup" aria-labelledby="empty-about" {
                            p #empty-about { "A report with nothing in it" }
                            label.pick { input type="radio" name="when_empty" value="send" checked[draft.when_empty != "skip"]; "is sent, and says so" }
                            label.pick { input type="radio" name="when_empty" value="skip" checked[draft.when_empty == "skip"]; "is not sent" }
                        }
                    }
                }
                datalist #zones { @for zone in &self.choices.zones { option value=(zone); } }
            }
        }
    }

    fn contents(&self, draft: &Draft) -> Markup {
        let sections: Vec<(&str, &str)> =
            Section::ALL.into_iter().map(|one| (one.name(), section(one))).collect();
        let outputs: Vec<(&str, &str)> =
            Output::ALL.into_iter().map(|one| (one.name(), output(one))).collect();
        let units = Unit::ALL.map(|unit| (unit.name(), unit.plural()));
        let buckets = Bucket::ALL.map(|bucket| (bucket.name(), bucket.name()));
        let by: Vec<(&str, &str)> = std::iter::once(("", "nothing"))
            .chain(Dimension::ALL.into_iter().map(|one| (one.name(), one.name())))
            .collect();
        html! {
            fieldset.group {
                legend { "What it shows" }
                div.entry-field {
                    label for="range" { "Range" }
                    input #range type="text" name="range" value=(draft.range) maxlength="100" list="ranges" autocomplete="off" aria-describedby="range-about" aria-invalid=[self.invalid("range")];
                    p #range-about { (self.fault("range")) "Relative to each run, such as " code { "previous week" } ". Empty: as the TOML says, else the 30 days before." }
                    datalist #ranges { @for range in Range::OFFERED { option value=(range); } }
                }
                div.beside {
                    (choice("unit", "Counts", &draft.unit, "session", &units))
                    (choice("bucket", "Trend by", &draft.bucket, "day", &buckets))
                    (choice("by", "Broken down by", &draft.by, "", &by))
                    div.entry-field {
                        label for="tz" { "Days begin in" }
                        input #tz type="text" name="tz" value=(draft.tz) maxlength="60" list="zones" autocomplete="off" spellcheck="false" placeholder="as above" aria-invalid=[self.invalid("tz")];
                    }
                    div.entry-field {
                        label for="window" { "Silent is stalled after" }
                        input #window type="text" name="window" value=(draft.window) maxlength="20" autocomplete="off" placeholder="7d" aria-invalid=[self.invalid("window")];
                    }
                }
                div.entry-field { label.pick { input type="checkbox" name="compare" value="yes" checked[draft.compare]; "Held against the period before" } }
                div.entry-field #sections role="group" aria-labelledby="sections-label" {
                    p.label #sections-label { "Sections" }
                    (self.fault("sections"))
                    div.picks { (picks("sections", &sections, &draft.sections)) }
                }
                div.entry-field #formats role="group" aria-labelledby="formats-label" {
                    p.label #formats-label { "Files" }
                    (self.fault("formats"))
                    div.picks { (picks("formats", &outputs, &draft.formats)) }
                    p { "Attached to mails, written to folders and stores. A mail and a Slack message carry the numbers by themselves." }
                }
            }
        }
    }

    fn filters(&self, draft: &Draft) -> Markup {
        let chosen =
            [&draft.integration, &draft.feature, &draft.state, &draft.reason, &draft.outcome];
        let count: usize = chosen.iter().map(|list| list.len()).sum();
        let named = |values: &[String]| {
            values.iter().map(|value| Choice::new(value, value)).collect::<Vec<_>>()
        };
        let outcomes: Vec<Choice> = OutcomeKind::ALL
            .into_iter()
            .map(|kind| Choice::new(kind.name(), kind.label()))
            .collect();
        html! {
            details.more-of-it #filters open[0 < count] {
                summary { @if count == 0 { "Filters: all sessions" } @else { "Filters: " (count) " chosen" } }
                div.lists {
                    (boxes("integration", "Integration", &named(&self.choices.integrations), &draft.integration))
                    (boxes("feature", "Feature", &named(&self.choices.features), &draft.feature))
                    (boxes("outcome", "Outcome", &outcomes, &draft.outcome))
                    (boxes("state", "Screen", &self.choices.screens, &draft.state))
                    (boxes("reason", "Reason", &self.choices.reasons, &draft.reason))
                }
            }
        }
    }

    fn recipients(&self, draft: &Draft) -> Markup {
        html! {
            fieldset.group #to {
                legend { "Who gets it" }
                p.soft { "One a line. Which of them can be sent to is said by the configuration; “Check” tells." }
                (self.lines("mail", "Mail", "Addresses; each gets a mail of its own.", &draft.mail, 3))
                (self.lines("file", "Folder", "A path below the folder of outputs, such as weekly/{name}-{date}.{format}.", &draft.file, 1))
                (self.lines("slack", "Slack", "Names of Slack webhooks in the configuration.", &draft.slack, 1))
                (self.lines("webhook", "Webhook", "Names of webhooks in the configuration.", &draft.webhook, 1))
                (self.lines("s3", "Object store", "The store's name in the configuration, a space, and the key: archive {name}/{date}.{format}.", &draft.s3, 1))
            }
        }
    }

    fn alert(&self, alert: &AlertDraft) -> Markup {
        html! {
            fieldset.group #alert {
                legend { "What calls for a message" }
                div.beside {
                    div.entry-field {
                        label for="on" { "Watch" }
                        select #on name="on" aria-invalid=[self.invalid("on")] {
                            @for (_, value, words) in MEASURES { option value=(value) selected[alert.on == value] { (words) } }
                        }
                    }
                    div.entry-field {
                        label for="screen" { "At the screen" }
                        input #screen type="text" name="screen" value=(alert.screen) maxlength="200" list="screens" autocomplete="off" spellcheck="false" placeholder="all screens" aria-invalid=[self.invalid("screen")];
                        datalist #screens { @for screen in &self.choices.screens { option value=(screen.value) {} } }
                    }
                }
                p.soft { "It fires above or below a threshold, on a change against the period before, or both. Silence needs neither." }
                div.beside {
                    (self.short("above", "Above", &alert.above, "0.35 or 35 %"))
                    (self.short("below", "Below", &alert.below, ""))
                    (self.short("change_by", "Changed by at least", &alert.change_by, "5 %"))
                    (self.short("change_level", "Test at the level", &alert.change_level, "0.01"))
                }
                details.more-of-it {
                    summary { "When it is judged, and for how long" }
                    div.beside {
                        (self.short("minimum", "On at least so many", &alert.minimum, "100"))
                        (self.short("matured", "The youngest this old", &alert.matured, "24h"))
                        (self.short("runs", "So many times in a row", &alert.runs, "1"))
                        (self.short("margin", "Over when back by", &alert.margin, "0"))
                        (self.short("quiet", "No message between", &alert.quiet, "22:00-07:00"))
                        (self.short("remind", "Said again after", &alert.remind, "never"))
                    }
                }
            }
        }
    }

    fn short(&self, name: &'static str, words: &str, value: &str, example: &str) -> Markup {
        let about = format!("{name}-about");
        html! {
            div.entry-field {
                label for=(name) { (words) }
                input id=(name) type="text" name=(name) value=(value) maxlength="40" autocomplete="off" placeholder=(example)
                    aria-describedby=[self.invalid(name).map(|_| about.as_str())] aria-invalid=[self.invalid(name)];
                @if self.invalid(name).is_some() { p id=(about) { (self.fault(name)) } }
            }
        }
    }

    fn text(
        &self,
        name: &'static str,
        words: &str,
        hint: &str,
        value: &str,
        list: Option<&str>,
    ) -> Markup {
        self.field(name, words, hint, |about| html! {
            input id=(name) type="text" name=(name) value=(value) maxlength="200" list=[list] autocomplete="off"
                aria-describedby=(about) aria-invalid=[self.invalid(name)];
        })
    }

    fn lines(
        &self,
        name: &'static str,
        words: &str,
        hint: &str,
        value: &str,
        rows: usize,
    ) -> Markup {
        let rows = value.lines().count().clamp(rows, 12);
        self.field(name, words, hint, |about| html! {
            textarea id=(name) name=(name) rows=(rows) maxlength=(DEFINITION_BYTES_MAX) spellcheck="false" autocomplete="off" autocapitalize="none"
                aria-describedby=(about) aria-invalid=[self.invalid(name)] { "\n" (value) }
        })
    }

    fn field(
        &self,
        name: &str,
        words: &str,
        hint: &str,
        input: impl FnOnce(&str) -> Markup,
    ) -> Markup {
        let about = format!("{name}-about");
        html! {
            div.entry-field {
                label for=(name) { (words) }
                (input(&about))
                p id=(about) { (self.fault(name)) (hint) }
            }
        }
    }

    fn fault(&self, name: &str) -> Markup {
        html! {
            @for found in self.faults.iter().filter(|found| found.name == name) {
                strong.fault { (label(found.name)) ": " (said(&found.sentence)) "." } " "
            }
        }
    }

    fn invalid(&self, name: &str) -> Option<&'static str> {
        self.faults.iter().any(|found| found.name == name).then_some("true")
    }
}

fn choice(name: &str, words: &str, value: &str, default: &str, options: &[(&str, &str)]) -> Markup {
    let chosen = if value.is_empty() { default } else { value };
    let known = options.iter().any(|(option, _)| *option == chosen);
    html! {
        div.entry-field {
            label for=(name) { (words) }
            select id=(name) name=(name) {
                // A value that is none of the options is shown as it came: nothing is lost.
                @if !known { option value=(chosen) selected { (safe_text(chosen, NAME_CHARS_MAX)) } }
                @for (option, words) in options { option value=(option) selected[*option == chosen] { (words) } }
            }
        }
    }
}

fn picks(name: &str, all: &[(&str, &str)], chosen: &[String]) -> Markup {
    html! {
        @for (value, words) in all {
            label.pick { input type="checkbox" name=(name) value=(value) checked[chosen.iter().any(|one| one == value)]; (words) }
        }
    }
}

/// What the fields are called, where something is wrong with one.
fn label(name: &str) -> &'static str {
    match name {
        "name" => "Name",
        "title" => "Title",
        "when" => "Pattern",
        "range" => "Range",
        "tz" => "Days begin in",
        "sections" => "Sections",
        "formats" => "Files",
        "mail" => "Mail",
        "file" => "Folder",
        "slack" => "Slack",
        "webhook" => "Webhook",
        "s3" => "Object store",
        "on" => "Watch",
        "above" => "Above",
        "below" => "Below",
        "change_by" => "Changed by at least",
        "change_level" => "Test at the level",
        "minimum" => "On at least so many",
        "margin" => "Over when back by",
        "runs" => "So many times in a row",
        "toml" => "Definition",
        _ => "Field",
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
