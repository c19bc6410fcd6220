//! What the pages of reports say in common: states with a sign beside the colour, instants that
//! somebody waits for, recipients.

use maud::{Markup, html};
use weir_domain::{Timestamp, Unit};
use weir_report::render::safe_text;
use weir_report::{Definition, Output, Section, Zone};
use weir_schedule::{Cause, RunState, RunSummary, SendingState};

use crate::page::when;

pub(super) use crate::page::when::from_now;

/// The longest title, name or address that is shown in full.
pub(super) const NAME_CHARS_MAX: usize = 120;
/// The longest cause that is shown in full.
pub(super) const CAUSE_CHARS_MAX: usize = 1_000;

/// How something is: a shape and a sign, and only then a colour; and the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// It is done.
    Well,
    /// It will be done.
    Waits,
    /// There is nothing to do.
    Nothing,
    /// Somebody should look.
    Look,
    /// It will not be done by itself.
    Trouble,
}

/// The sign and its word.
pub(super) fn state(sign: Sign, word: &str) -> Markup {
    let (class, drawn) = match sign {
        Sign::Well => ("mark m-well", "✓"),
        Sign::Waits => ("mark m-waits", "…"),
        Sign::Nothing => ("mark m-nothing", "–"),
        Sign::Look => ("mark m-attention", "!"),
        Sign::Trouble => ("mark m-trouble", "✕"),
    };
    html! { span.state { span class=(class) aria-hidden="true" { (drawn) } (word) } }
}

/// How far a run is.
pub(super) fn run_state(of: RunState) -> Markup {
    let (sign, word) = match of {
        RunState::Due => (Sign::Waits, "due"),
        RunState::Rendering => (Sign::Waits, "being made"),
        RunState::Delivering => (Sign::Waits, "being sent"),
        RunState::Delivered => (Sign::Well, "delivered"),
        RunState::Failed => (Sign::Trouble, "failed"),
        RunState::Quiet => (Sign::Nothing, "nothing to send"),
        RunState::Skipped => (Sign::Nothing, "skipped"),
    };
    state(sign, word)
}

/// How far one recipient's sending is.
pub(super) fn sending_state(of: SendingState) -> Markup {
    let (sign, word) = match of {
        SendingState::Waiting => (Sign::Waits, "waits"),
        SendingState::Handing => (Sign::Waits, "being sent"),
        SendingState::Delivered => (Sign::Well, "delivered"),
        SendingState::Failed => (Sign::Trouble, "failed"),
        SendingState::Unknown => (Sign::Look, "unknown whether it arrived"),
    };
    state(sign, word)
}

/// How a run came about.
pub(super) fn cause(run: &RunSummary) -> Markup {
    html! {
        @match run.cause {
            Cause::Scheduled => "on schedule",
            Cause::Asked => "asked for",
            Cause::Again(of) => { "run " a href=(run_path(of.0)) { (of.0) } " again" },
        }
    }
}

/// `Mon 5 Jan 2026 09:14`, with the UTC instant for programs.
pub(super) fn minute(at: Timestamp, zone: &Zone) -> Markup {
    html! { time datetime=(at) { (when::minute(at, zone)) } }
}

/// The same, with how far away it is.
pub(super) fn moment(at: Timestamp, zone: &Zone, now: Timestamp) -> Markup {
    html! { (minute(at, zone)) " " span.soft.relative { (when::from_now(at, now)) } }
}

/// A title, or a name where there is none to read.
pub(super) fn title(of: Option<&Definition>, name: &str) -> Markup {
    let title = of.map(|of| of.title.trim()).filter(|title| !title.is_empty()).unwrap_or(name);
    html! { bdi { (safe_text(title, NAME_CHARS_MAX)) } }
}

/// A name as it is written.
pub(super) fn code(text: &str) -> Markup {
    html! { code { bdi { (safe_text(text, NAME_CHARS_MAX)) } } }
}

/// What a section is called.
pub(super) const fn section(of: Section) -> &'static str {
    match of {
        Section::Summary => "Summary",
        Section::Screens => "Where they leave",
        Section::Trend => "Trend",
        Section::Funnel => "Funnel",
        Section::Reasons => "Reasons",
        Section::Matrix => "Screen × reason",
        Section::Times => "Times",
        Section::Breakdown => "Breakdown",
        Section::Quality => "Data quality",
    }
}

/// What a kind of file is called.
pub(super) const fn output(of: Output) -> &'static str {
    match of {
        Output::Html => "HTML",
        Output::Pdf => "PDF",
        Output::Png => "PNG",
        Output::Svg => "SVG",
        Output::Csv => "CSV",
        Output::Xlsx => "XLSX",
        Output::Parquet => "Parquet",
        Output::Json => "JSON",
    }
}

/// `Summary, Trend`.
pub(super) fn sections(of: &[Section]) -> String {
    of.iter().map(|one| section(*one)).collect::<Vec<_>>().join(", ")
}

/// `PDF, CSV`.
pub(super) fn files(of: &[Output]) -> String {
    of.iter().map(|one| output(*one)).collect::<Vec<_>>().join(", ")
}

/// What is counted, in words; as it is written, where that is no unit.
pub(super) fn units(of: Option<&str>) -> String {
    let of = of.unwrap_or(Unit::Session.name());
    of.parse::<Unit>()
        .map_or_else(|()| safe_text(of, NAME_CHARS_MAX), |unit| unit.plural().to_owned())
}

/// A recipient as the ledger names it, its kind apart: `mail` and `a@example.com`.
pub(super) fn target(text: &str) -> Markup {
    let (kind, rest) = text.split_once(':').unwrap_or(("", text));
    html! { @if !kind.is_empty() { span.soft { (kind) } " " } bdi { (safe_text(rest, NAME_CHARS_MAX)) } }
}

/// Why something is not as it should be, and what to do.
pub(super) fn trouble(text: &str) -> Markup {
    html! { p.trouble { (said(text)) } }
}

/// A sentence of ours as it stands by itself.
pub(super) fn sentence(text: &str) -> String {
    let text = safe_text(text, CAUSE_CHARS_MAX);
    let mut chars = text.chars();
    let first = chars.next().map(char::to_uppercase);
    let end = if text.ends_with(['.', '!', '?', '…']) { "" } else { "." };
    first.into_iter().flatten().chain(chars).chain(end.chars()).collect()
}

/// A sentence that came from elsewhere, with what it quotes in backticks as code.
pub(super) fn said(text: &str) -> Markup {
    let text = safe_text(text, CAUSE_CHARS_MAX);
    // An odd one out quotes nothing.
    let quotes = text.matches('`').count().is_multiple_of(2);
    html! {
        bdi {
            @if quotes {
                @for (at, part) in text.split('`').enumerate() {
                    @if at % 2 == 0 { (part) } @else { code { (part) } }
                }
            } @else { (text) }
        }
    }
}

/// `1 report`, `3 reports`.
pub(super) fn counted(count: usize, plural: &str) -> String {
    weir_report::render::counted(count as u64, plural)
}

/// Where a definition's page is.
pub(crate) fn path(name: &str) -> String {
    format!("/reports/{}", segment(name))
}

/// Where a run's page is.
pub(crate) fn run_path(id: u64) -> String {
    format!("/reports/runs/{id}")
}

/// A text as one part of a path.
pub(crate) fn segment(text: &str) -> String {
    let mut query = crate::page::form::Query::default();
    query.push("", text);
    query.0.split_off(1)
}

#[cfg(test)]
mod tests {
    use super::{said, segment, sentence};

    #[test]
    fn a_sentence_begins_and_ends_as_one() {
        assert_eq!(sentence("there is no run 7"), "There is no run 7.");
        assert_eq!(sentence("`x` is no name."), "`x` is no name.");
    }

    #[test]
    fn what_a_sentence_quotes_is_code() {
        let shown = |text| said(text).into_string();
        assert_eq!(
            shown("no key `a<b`: write `title`"),
            "<bdi>no key <code>a&lt;b</code>: write <code>title</code></bdi>"
        );
        assert_eq!(shown("a ` alone"), "<bdi>a ` alone</bdi>");
        assert_eq!(shown(""), "<bdi></bdi>");
    }

    #[test]
    fn a_name_is_one_part_of_a_path() {
        assert_eq!(segment("weekly-abandonment.2"), "weekly-abandonment.2");
        assert_eq!(segment("a/b?c#d õ"), "a%2Fb%3Fc%23d%20%C3%B5");
    }
}
