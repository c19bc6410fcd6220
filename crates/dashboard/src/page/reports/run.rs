//! One run: what was asked, what was made of it, and who has it.

use maud::{Markup, html};
use weir_report::Zone;
use weir_report::render::safe_text;
use weir_schedule::{Cause, Run, RunState, Sending, SendingState};

use super::Stage;
use super::words::{
    CAUSE_CHARS_MAX, NAME_CHARS_MAX, cause, code, counted, minute, moment, path, run_path,
    run_state, segment, sending_state, target, title, trouble,
};
use crate::health::bytes;
use crate::page::Page;
use crate::page::health::safe_block;
use weir_report::Definition;

/// All that the page shows.
pub(crate) struct RunPage<'a> {
    pub(crate) stage: Stage<'a>,
    pub(crate) run: &'a Run,
    /// The definition as it was then, where it can be read.
    pub(crate) definition: Option<&'a Definition>,
    /// The zone of its schedule.
    pub(crate) zone: &'a Zone,
    /// For each file, whether it is still kept.
    pub(crate) kept: &'a [bool],
    /// What was done just now.
    pub(crate) done: Option<&'a str>,
}

impl RunPage<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Markup {
        let summary = &self.run.summary;
        let named = format!("Run {}", summary.id.0);
        self.stage.page(&named, &html! {
            p.back { a href=(path(&summary.name)) { (title(self.definition, &summary.name)) } }
            (self.stage.done(self.done))
            h1 { (self.answer()) }
            @if let Some(said) = &summary.trouble { p.problem { bdi { (safe_text(said, CAUSE_CHARS_MAX)) } } }
            @if let Some(note) = &summary.note { p.note { bdi { (safe_text(note, CAUSE_CHARS_MAX)) } } }
            (self.facts())
            (self.files())
            (self.recipients())
            (self.asked())
        })
    }

    fn answer(&self) -> Markup {
        let summary = &self.run.summary;
        let has =
            self.run.sendings.iter().filter(|one| one.state == SendingState::Delivered).count();
        let all = self.run.sendings.len();
        html! {
            "Run " (summary.id.0) " of " (title(self.definition, &summary.name)) " "
            @match summary.state {
                RunState::Due => { "is due." },
                RunState::Rendering => { "is being made." },
                RunState::Quiet => { "had nothing to send." },
                RunState::Skipped => { "was skipped: a newer one took its place." },
                RunState::Failed if all == 0 => { "failed." },
                _ if all == 0 => { "was made; it had nobody to go to." },
                RunState::Delivered => { @if all == 1 { "was delivered." } @else { "was delivered to all " (all) " recipients." } },
                RunState::Delivering => { "is being sent: " (has) " of " (counted(all, "recipients")) " have it." },
                RunState::Failed => { "failed for " (all - has) " of " (counted(all, "recipients")) "." },
            }
        }
    }

    fn facts(&self) -> Markup {
        let summary = &self.run.summary;
        html! {
            dl.told {
                div { dt { "State" } dd { (run_state(summary.state)) } }
                div { dt { "As of" } dd { (moment(summary.scheduled_at, self.zone, self.stage.now)) br; span.soft { (self.zone.name()) } } }
                div { dt { "Came about" } dd { (cause(summary)) } }
                @if let Some(at) = summary.next_try_at { div { dt { "Next try" } dd { (moment(at, self.zone, self.stage.now)) } } }
                div { dt { "Log position" } dd { @match self.run.position { Some(position) => (weir_report::render::count(position.get())), None => "not read yet" } } }
                @if !self.run.version.is_empty() { div { dt { "Made by" } dd { "Weir " (safe_text(&self.run.version, NAME_CHARS_MAX)) } } }
                div { dt { "Last changed" } dd { (minute(summary.changed_at, self.zone)) } }
            }
        }
    }

    fn files(&self) -> Markup {
        let run = self.run;
        html! {
            section #files {
                h2 { "Files" }
                @if run.files.is_empty() { p { "None were made." } }
                @else {
                    div.scroll tabindex="0" role="region" aria-label="Files" { table.listed {
                        thead { tr {
                            th scope="col" { "File" }
                            th scope="col" { "Size" }
                            th scope="col" { "SHA-256" }
                        } }
                        tbody {
                            @for ((name, media_type, size, sha256), kept) in run.files.iter().zip(self.kept) {
                                tr {
                                    th scope="row" {
                                        @if *kept {
                                            a href={ (run_path(run.summary.id.0)) "/" (segment(name)) } { bdi { (safe_text(name, NAME_CHARS_MAX)) } }
                                        } @else {
                                            bdi { (safe_text(name, NAME_CHARS_MAX)) }
                                            span.soft.line { "not kept any more" }
                                        }
                                        span.soft.line { (safe_text(media_type.split(';').next().unwrap_or_default(), NAME_CHARS_MAX)) }
                                    }
                                    td data-label="Size" { (bytes(*size)) }
                                    td.sum data-label="SHA-256" { code { (safe_text(sha256, 64)) } }
                                }
                            }
                        }
                    } }
                }
                @if run.position.is_some() {
                    p.soft { "The same bytes again, today or in years: " code { "weir schedule again " (self.original()) } "." }
                }
            }
        }
    }

    /// The run that was the first of its kind.
    fn original(&self) -> u64 {
        match self.run.summary.cause {
            Cause::Again(of) => of.0,
            Cause::Scheduled | Cause::Asked => self.run.summary.id.0,
        }
    }

    fn recipients(&self) -> Markup {
        let run = self.run;
        let may = self.stage.may() && run.position.is_some();
        html! {
            section #recipients {
                h2 { "Recipients" }
                @if run.sendings.is_empty() { p { "It goes to nobody; its files are here." } }
                @else {
                    div.scroll tabindex="0" role="region" aria-label="Recipients" { table.listed {
                        thead { tr {
                            th scope="col" { "Recipient" }
                            th scope="col" { "State" }
                            th scope="col" { "To know" }
                            @if may { th scope="col" { "Send" } }
                        } }
                        tbody { @for sending in &run.sendings { (self.sending(sending, may)) } }
                    } }
                    @if may && 1 < run.sendings.len() {
                        form.reset method="post" action=(run_path(run.summary.id.0)) {
                            (self.stage.csrf())
                            button.second type="submit" name="do" value="again" { "Send again to all" }
                            span.soft { "Also to those who have it already." }
                        }
                    }
                }
            }
        }
    }

    fn sending(&self, one: &Sending, may: bool) -> Markup {
        html! {
            tr {
                th scope="row" { (target(&one.target)) }
                td data-label="State" {
                    (sending_state(one.state))
                    @if 1 < one.tries { span.soft.line { "after " (one.tries) " tries" } }
                    span.soft.line { (minute(one.changed_at, self.zone)) }
                }
                td.said data-label="To know" {
                    @if let Some(said) = &one.trouble { (trouble(said)) }
                    @if let Some(receipt) = &one.receipt { p.soft { bdi { (safe_text(receipt, CAUSE_CHARS_MAX)) } } }
                    @if let Some(at) = one.next_try_at { p.soft { "Tried again " (moment(at, self.zone, self.stage.now)) } }
                    @if one.state == SendingState::Unknown { p.soft { "It is not sent again by itself, so that nobody gets it twice. Ask the recipient, then send it again." } }
                }
                @if may {
                    td data-label="Send" {
                        form.inline method="post" action=(run_path(self.run.summary.id.0)) {
                            (self.stage.csrf())
                            input type="hidden" name="target" value=(one.target);
                            button.quiet type="submit" name="do" value="again" { "Send again" span.hidden { " to " (target(&one.target)) } }
                        }
                    }
                }
            }
        }
    }

    /// What was recorded, so that the same can be made again.
    fn asked(&self) -> Markup {
        let run = self.run;
        html! {
            section #asked {
                h2 { "What was asked" }
                p.about { "As it was then; later changes of the definition or the catalogue do not change this run." }
                @if let Some(input) = &run.input {
                    details { summary { "The question" } pre tabindex="0" aria-label="The question as JSON" { (indented(input)) } }
                }
                details { summary { "The definition" } pre tabindex="0" aria-label="The definition as TOML" { (safe_block(&run.definition)) } }
                @if let Some(catalogue) = &run.catalogue {
                    details { summary { "The catalogue" } pre tabindex="0" aria-label="The catalogue as TOML" { (safe_block(catalogue)) } }
                }
                p { a href=(path(&run.summary.name)) { "The definition as it is now" } " and all its runs. " (code(&run.summary.name)) }
                p { a href=(Page::Reports.path()) { "All reports" } }
            }
        }
    }
}

/// JSON with line breaks; as it came where it is none.
fn indented(json: &str) -> String {
    let read: Option<serde_json::Value> = serde_json::from_str(json).ok();
    let written = read.and_then(|value| serde_json::to_string_pretty(&value).ok());
    safe_block(written.as_deref().unwrap_or(json))
}
