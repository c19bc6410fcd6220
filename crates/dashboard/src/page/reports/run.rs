//! One run: what was asked, what was made of it, and who has it.

use maud::{Markup, html};
use weir_report::Zone;
use weir_report::render::safe_text;
use weir_schedule::{Cause, Run, RunId, RunState, Sending, SendingState};

use super::Stage;
use super::words::{
    CAUSE_CHARS_MAX, NAME_CHARS_MAX, cause, code, counted, minute, moment, output, path, run_path,
    run_state, said, segment, sending_state, sentence, target, title, trouble,
};
use crate::health::bytes;
use crate::page::Page;
use crate::page::health::safe_block;
use weir_report::{Definition, Output};

/// A run whose next step lies further ahead is not followed.
const FOLLOWED_US: i64 = 90_000_000;

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
    /// The newest run of its name.
    pub(crate) newest: Option<RunId>,
    /// What was done just now.
    pub(crate) done: Option<&'a str>,
}

impl RunPage<'_> {
    /// The page.
    pub(crate) fn page(&self) -> Markup {
        let run = self.run;
        let summary = &run.summary;
        let named = format!("Run {}", summary.id.0);
        let waits_long = self.waits_long();
        let content = html! {
            p.back { a href=(path(&summary.name)) { (title(self.definition, &summary.name)) } }
            (self.stage.done(self.done))
            h1 { (self.answer()) }
            @if !summary.state.is_over() && !waits_long {
                p.about { "This page follows it until it is over." noscript { " Scripts are off: reload it in a moment." } }
            }
            // Who did not get it stands in the heading already, and why beside each.
            @if let Some(trouble) = summary.trouble.as_ref().filter(|_| run.sendings.is_empty()) { p.problem { (said(&sentence(trouble))) } }
            @if let Some(note) = &summary.note { p.note { (said(&sentence(note))) } }
            (self.facts())
            (self.files())
            (self.recipients())
            (self.asked())
        };
        if summary.state.is_over() || waits_long {
            self.stage.page(&named, &content)
        } else {
            self.stage.following(&named, &content)
        }
    }

    /// Whether nothing happens for a while: who looks at it does not wait for that.
    fn waits_long(&self) -> bool {
        let run = self.run;
        let next = match run.summary.state {
            RunState::Due => run.summary.next_try_at,
            RunState::Delivering => {
                let open = run.sendings.iter().filter(|one| !one.state.is_over());
                // One that is being handed over has no next try.
                open.map(|one| one.next_try_at).min().flatten()
            }
            _ => None,
        };
        next.is_some_and(|at| FOLLOWED_US < at.since_us(self.stage.now))
    }

    fn answer(&self) -> Markup {
        let summary = &self.run.summary;
        html! {
            "Run " (summary.id.0) " of " (title(self.definition, &summary.name)) " "
            (became(summary.state, &self.run.sendings)) "."
        }
    }

    fn facts(&self) -> Markup {
        let summary = &self.run.summary;
        let run_is_over = summary.state.is_over();
        html! {
            dl.told {
                div { dt { "State" } dd { (run_state(summary.state)) } }
                div { dt { "As of" } dd { (moment(summary.scheduled_at, self.zone, self.stage.now)) br; span.soft { (self.zone.name()) } } }
                div { dt { "Came about" } dd { (cause(summary)) } }
                @if let Some(at) = summary.next_try_at { div { dt { "Next try" } dd { (moment(at, self.zone, self.stage.now)) } } }
                div { dt { "Log position" } dd { @match self.run.position { Some(position) => (weir_report::render::count(position.get())), None if run_is_over => "none: it was not made", None => "not read yet" } } }
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
                @if run.files.is_empty() { p { @if run.summary.state.is_over() { "None were made." } @else { "None are made yet." } } }
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
                                        span.soft.line { (kind(name, media_type)) }
                                    }
                                    td data-label="Size" { (bytes(*size)) }
                                    td.sum data-label="SHA-256" { code { (safe_text(sha256, 64)) } }
                                }
                            }
                        }
                    } }
                }
                @if run.position.is_some() && run.summary.state != RunState::Quiet {
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
        // What is under way is not made two of.
        let may = self.stage.may() && run.position.is_some() && run.summary.state.is_over();
        html! {
            section #recipients {
                h2 { "Recipients" }
                @if run.sendings.is_empty() {
                    p { (self.nobody()) }
                    @if self.stage.may() && run.position.is_none() && run.summary.state.is_over() { (self.make()) }
                }
                @else {
                    div.scroll tabindex="0" role="region" aria-label="Recipients" { table.listed {
                        thead { tr {
                            th scope="col" { "Recipient" }
                            th scope="col" { "State" }
                            th scope="col" { "To know" }
                            @if may { th.send scope="col" { "Send" } }
                        } }
                        tbody { @for sending in &run.sendings { (self.sending(sending, may)) } }
                    } }
                    @if may && 1 < run.sendings.len() {
                        form.reset method="post" action=(run_path(run.summary.id.0)) {
                            (self.stage.csrf())
                            (self.stage.seen(self.newest))
                            button.second type="submit" name="do" value="again" { "Send again to all" }
                            span.soft { "Also to those who have it already." }
                        }
                    }
                }
            }
        }
    }

    /// The way on from a run that was never made.
    fn make(&self) -> Markup {
        let (words, about) = match self.run.summary.state {
            RunState::Skipped => (
                "Make it after all",
                "With the range and the definition of then, to all of its recipients.",
            ),
            _ => (
                "Try again",
                "With the range and the definition of then. Where the definition was wrong, mend it and run it from its own page.",
            ),
        };
        html! {
            form.reset method="post" action=(run_path(self.run.summary.id.0)) {
                (self.stage.csrf())
                (self.stage.seen(self.newest))
                button.second type="submit" name="do" value="again" { (words) }
                span.soft { (about) }
            }
        }
    }

    /// Why there is no recipient.
    fn nobody(&self) -> &'static str {
        match self.run.summary.state {
            RunState::Due | RunState::Rendering => "Who gets it stands here once it is made.",
            RunState::Quiet => "Nobody was told.",
            RunState::Skipped => "Nobody got it.",
            RunState::Failed => "Nobody got it: it was not made.",
            RunState::Delivering | RunState::Delivered if self.run.files.is_empty() => {
                "It goes to nobody, and has no files: add a recipient or a format to the definition."
            }
            RunState::Delivering | RunState::Delivered => "It goes to nobody; its files are here.",
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
                    @if let Some(why) = &one.trouble { (trouble(why)) }
                    @if let Some(receipt) = &one.receipt { p.soft { bdi { (safe_text(receipt, CAUSE_CHARS_MAX)) } } }
                    @if let Some(at) = one.next_try_at { p.soft { "Tried again " (moment(at, self.zone, self.stage.now)) } }
                    @if one.state == SendingState::Unknown { p.soft { "It is not sent again by itself, so that nobody gets it twice. Ask the recipient, then send it again." } }
                }
                @if may {
                    td.send data-label="Send" {
                        form.inline method="post" action=(run_path(self.run.summary.id.0)) {
                            (self.stage.csrf())
                            (self.stage.seen(self.newest))
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

/// What kind of file it is.
fn kind(name: &str, media_type: &str) -> String {
    let known = name.rsplit_once('.').and_then(|(_, end)| end.parse::<Output>().ok());
    known.map_or_else(
        || safe_text(media_type.split(';').next().unwrap_or_default(), NAME_CHARS_MAX),
        |known| output(known).to_owned(),
    )
}

/// What became of a run, as the end of a sentence.
fn became(state: RunState, sendings: &[Sending]) -> String {
    let (all, has) = (sendings.len(), in_state(sendings, SendingState::Delivered));
    let (failed, unknown) =
        (in_state(sendings, SendingState::Failed), in_state(sendings, SendingState::Unknown));
    let recipients = counted(all, "recipients");
    match state {
        RunState::Due => "is due".to_owned(),
        RunState::Rendering => "is being made".to_owned(),
        RunState::Quiet => "had nothing to send".to_owned(),
        RunState::Skipped => "was skipped: a newer one took its place".to_owned(),
        RunState::Failed if all == 0 => "failed".to_owned(),
        _ if all == 0 => "was made; it had nobody to go to".to_owned(),
        RunState::Delivered if all == 1 => "was delivered".to_owned(),
        RunState::Delivered => format!("was delivered to all {recipients}"),
        RunState::Delivering if all == 1 => "is being sent".to_owned(),
        RunState::Delivering => format!("is being sent: {has} of {recipients} have it"),
        RunState::Failed if all == 1 && failed == 1 => "did not reach its recipient".to_owned(),
        RunState::Failed if all == 1 => "may not have reached its recipient".to_owned(),
        RunState::Failed if unknown == 0 => format!("did not reach {failed} of {recipients}"),
        RunState::Failed if failed == 0 => {
            format!("may not have reached {unknown} of {recipients}")
        }
        RunState::Failed => {
            format!("did not reach {failed} of {recipients}, and perhaps not {unknown} more")
        }
    }
}

fn in_state(sendings: &[Sending], state: SendingState) -> usize {
    sendings.iter().filter(|one| one.state == state).count()
}

/// JSON with line breaks; as it came where it is none.
fn indented(json: &str) -> String {
    let read: Option<serde_json::Value> = serde_json::from_str(json).ok();
    let written = read.and_then(|value| serde_json::to_string_pretty(&value).ok());
    safe_block(written.as_deref().unwrap_or(json))
}
