//! A definition as the fields of a form, and back. What the form has no field for stays as it was.

use std::collections::BTreeSet;
use std::str::FromStr;

use weir_report::{
    Against, Alert, Definition, Measure, Missed, Output, Recipient, Section, Timing, WhenEmpty,
};

use crate::fields::{Fault, Fields};

/// The fields, as they were entered. Lists have one entry a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)] // the names are those of the fields
pub(crate) struct Draft {
    pub(crate) title: String,
    /// How its instants come about: one of [`REPEATS`].
    pub(crate) repeats: String,
    pub(crate) weekday: String,
    pub(crate) day: String,
    pub(crate) time: String,
    pub(crate) zone: String,
    /// The schedule as text, for what the fields before cannot say.
    pub(crate) when: String,
    pub(crate) missed: String,
    pub(crate) when_empty: String,
    pub(crate) range: String,
    pub(crate) tz: String,
    pub(crate) unit: String,
    pub(crate) bucket: String,
    pub(crate) by: String,
    pub(crate) window: String,
    pub(crate) compare: bool,
    pub(crate) integration: Vec<String>,
    pub(crate) feature: Vec<String>,
    pub(crate) state: Vec<String>,
    pub(crate) reason: Vec<String>,
    pub(crate) outcome: Vec<String>,
    pub(crate) sections: Vec<String>,
    pub(crate) formats: Vec<String>,
    pub(crate) mail: String,
    pub(crate) file: String,
    pub(crate) slack: String,
    pub(crate) webhook: String,
    pub(crate) s3: String,
    /// When it is worth a message, where it is an alert.
    pub(crate) alert: Option<AlertDraft>,
}

/// The fields of an alert.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)] // the names are those of the fields
pub(crate) struct AlertDraft {
    pub(crate) on: String,
    pub(crate) screen: String,
    pub(crate) above: String,
    pub(crate) below: String,
    pub(crate) change_by: String,
    pub(crate) change_level: String,
    pub(crate) minimum: String,
    pub(crate) matured: String,
    pub(crate) margin: String,
    pub(crate) runs: String,
    pub(crate) quiet: String,
    pub(crate) remind: String,
}

/// How instants come about, and how the form says it.
pub(crate) const REPEATS: [(&str, &str); 7] = [
    ("never", "Only when asked"),
    ("hourly", "Every hour"),
    ("daily", "Every day"),
    ("weekdays", "Monday to Friday"),
    ("weekly", "Every week"),
    ("monthly", "Every month"),
    ("text", "As a pattern"),
];

/// The days of the week, as a schedule names them.
pub(crate) const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// What is watched, and how the form says it.
pub(crate) const MEASURES: [(Measure, &str, &str); 5] = [
    (Measure::DropOffRate, "drop_off_rate", "Drop-off rate"),
    (Measure::ConversionRate, "conversion_rate", "Conversion rate"),
    (Measure::StalledRate, "stalled_rate", "Part that stalled"),
    (Measure::Started, "started", "How many started"),
    (Measure::Silence, "silence", "No deliveries come"),
];

impl Draft {
    /// The fields of a definition.
    pub(crate) fn of(definition: &Definition) -> Draft {
        // Every field is named, so that a new one does not compile until it has a place.
        let Definition {
            title,
            range,
            ask,
            compare,
            sections,
            formats,
            schedule,
            alert,
            recipient,
        } = definition;
        let of = |text: &Option<String>| text.clone().unwrap_or_default();
        let sections = if sections.is_empty() { Section::ALL.to_vec() } else { sections.clone() };
        let lines = |kind: Kind| {
            let all = recipient.iter().flat_map(|one| kind.values(one));
            all.collect::<Vec<_>>().join("\n")
        };
        let mut draft = Draft {
            title: title.clone(),
            range: of(range),
            tz: of(&ask.tz),
            unit: of(&ask.unit),
            bucket: of(&ask.bucket),
            by: of(&ask.by),
            window: of(&ask.window),
            compare: *compare,
            integration: ask.integration.clone(),
            feature: ask.feature.clone(),
            state: ask.state.clone(),
            reason: ask.reason.clone(),
            outcome: ask.outcome.clone(),
            sections: sections.iter().map(|section| section.name().to_owned()).collect(),
            formats: formats.iter().map(|format| format.name().to_owned()).collect(),
            mail: lines(Kind::Mail),
            file: lines(Kind::File),
            slack: lines(Kind::Slack),
            webhook: lines(Kind::Webhook),
            s3: lines(Kind::S3),
            missed: "newest".to_owned(),
            when_empty: "send".to_owned(),
            alert: alert.as_ref().map(AlertDraft::of),
            ..Draft::default()
        };
        match schedule {
            None => draft.repeats = "never".to_owned(),
            Some(timing) => draft.read_timing(timing),
        }
        draft
    }

    fn read_timing(&mut self, timing: &Timing) {
        self.missed = if timing.missed == Missed::All { "all" } else { "newest" }.to_owned();
        self.when_empty =
            if timing.when_empty == WhenEmpty::Skip { "skip" } else { "send" }.to_owned();
        self.when.clone_from(&timing.when);
        let words: Vec<&str> = timing.when.split(' ').collect();
        let own = |word: &str| word.to_owned();
        (self.repeats, self.weekday, self.day, self.time, self.zone) = match words[..] {
            ["hourly", zone] => (own("hourly"), own(""), own(""), own(""), own(zone)),
            [kind @ ("daily" | "weekdays"), time, zone] => {
                (own(kind), own(""), own(""), own(time), own(zone))
            }
            ["weekly", day, time, zone] if WEEKDAYS.contains(&day) => {
                (own("weekly"), own(day), own(""), own(time), own(zone))
            }
            ["monthly", day, time, zone] => {
                (own("monthly"), own(""), own(day), own(time), own(zone))
            }
            _ => (own("text"), own(""), own(""), own(""), own("")),
        };
        // What the fields would write otherwise is kept as it is written.
        if self.schedule() != timing.when {
            self.repeats = own("text");
        }
    }

    /// The fields as they were sent.
    pub(crate) fn read(fields: &Fields) -> Draft {
        let one = |name: &str| fields.get(name).trim().to_owned();
        let many = |name: &str| fields.all(name).map(str::to_owned).collect();
        let lines = |name: &str| fields.get(name).replace("\r\n", "\n");
        Draft {
            title: one("title"),
            repeats: one("repeats"),
            weekday: one("weekday"),
            day: one("day"),
            time: one("time"),
            zone: one("zone"),
            when: one("when"),
            missed: one("missed"),
            when_empty: one("when_empty"),
            range: one("range"),
            tz: one("tz"),
            unit: one("unit"),
            bucket: one("bucket"),
            by: one("by"),
            window: one("window"),
            compare: !fields.get("compare").is_empty(),
            integration: many("integration"),
            feature: many("feature"),
            state: many("state"),
            reason: many("reason"),
            outcome: many("outcome"),
            sections: many("sections"),
            formats: many("formats"),
            mail: lines("mail"),
            file: lines("file"),
            slack: lines("slack"),
            webhook: lines("webhook"),
            s3: lines("s3"),
            alert: (!fields.get("on").is_empty()).then(|| AlertDraft {
                on: one("on"),
                screen: one("screen"),
                above: one("above"),
                below: one("below"),
                change_by: one("change_by"),
                change_level: one("change_level"),
                minimum: one("minimum"),
                matured: one("matured"),
                margin: one("margin"),
                runs: one("runs"),
                quiet: one("quiet"),
                remind: one("remind"),
            }),
        }
    }

    /// The schedule that the fields say.
    fn schedule(&self) -> String {
        let Draft { repeats, weekday, day, time, zone, when, .. } = self;
        match repeats.as_str() {
            "hourly" => format!("hourly {zone}"),
            "daily" | "weekdays" => format!("{repeats} {time} {zone}"),
            "weekly" => format!("weekly {weekday} {time} {zone}"),
            "monthly" => format!("monthly {day} {time} {zone}"),
            _ => when.clone(),
        }
    }

    /// `base` with what the fields say; what they say nothing of stays.
    ///
    /// # Errors
    /// What cannot be taken, each beside its field.
    pub(crate) fn apply(&self, base: &Definition) -> Result<Definition, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut made = base.clone();
        if self.title.is_empty() {
            faults.push(fault("title", "it has none; say what stands above the report"));
        }
        made.title.clone_from(&self.title);
        if self.repeats == "never" {
            made.schedule = None;
        } else {
            let paused = base.schedule.as_ref().is_some_and(|timing| timing.paused);
            made.schedule = Some(Timing {
                when: self.schedule(),
                missed: if self.missed == "all" { Missed::All } else { Missed::Newest },
                when_empty: if self.when_empty == "skip" {
                    WhenEmpty::Skip
                } else {
                    WhenEmpty::Send
                },
                paused,
            });
        }
        if !self.range.is_empty() {
            (made.ask.from, made.ask.to) = (None, None);
        }
        made.range = some(&self.range);
        made.ask.tz = some(&self.tz);
        made.ask.unit = or_default(&self.unit, "session", base.ask.unit.as_deref());
        made.ask.bucket = or_default(&self.bucket, "day", base.ask.bucket.as_deref());
        made.ask.by = some(&self.by);
        made.ask.window = some(&self.window);
        made.compare = self.compare;
        for (values, into) in [
            (&self.integration, &mut made.ask.integration),
            (&self.feature, &mut made.ask.feature),
            (&self.state, &mut made.ask.state),
            (&self.reason, &mut made.ask.reason),
            (&self.outcome, &mut made.ask.outcome),
        ] {
            if !same(values, into) {
                into.clone_from(values);
            }
        }
        match self.sections(&base.sections) {
            Ok(sections) => made.sections = sections,
            Err(found) => faults.push(found),
        }
        match chosen(&self.formats, &base.formats) {
            Some(formats) => made.formats = formats,
            None => faults.push(fault("formats", "one of them is no kind of file")),
        }
        made.recipient = self.recipients(&base.recipient);
        made.alert = match &self.alert {
            None => None,
            Some(draft) => match draft.alert() {
                Ok(alert) => Some(alert),
                Err(found) => {
                    faults.extend(found);
                    None
                }
            },
        };
        if faults.is_empty() { Ok(made) } else { Err(faults) }
    }

    fn sections(&self, base: &[Section]) -> Result<Vec<Section>, Fault> {
        let all: BTreeSet<&str> = Section::ALL.iter().map(|section| section.name()).collect();
        let chosen: BTreeSet<&str> = self.sections.iter().map(String::as_str).collect();
        let was: BTreeSet<&str> = base.iter().map(|section| section.name()).collect();
        if chosen == was || (base.is_empty() && chosen == all) {
            return Ok(base.to_vec());
        }
        if chosen.is_empty() {
            return Err(fault("sections", "there must be one at least"));
        }
        Ok(Section::ALL.into_iter().filter(|section| chosen.contains(section.name())).collect())
    }

    fn recipients(&self, base: &[Recipient]) -> Vec<Recipient> {
        let mut made = base.to_vec();
        for (kind, text) in [
            (Kind::Mail, &self.mail),
            (Kind::File, &self.file),
            (Kind::Slack, &self.slack),
            (Kind::Webhook, &self.webhook),
            (Kind::S3, &self.s3),
        ] {
            let lines: Vec<&str> = text
                .split('\n')
                .flat_map(
                    |line| if kind == Kind::Mail { line.split(',') } else { line.split('\n') },
                )
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .collect();
            let known: Vec<String> = base.iter().flat_map(|one| kind.values(one)).collect();
            made.retain_mut(|one| kind.keep(one, &lines));
            for line in lines.iter().filter(|line| !known.iter().any(|known| known == *line)) {
                kind.add(&mut made, line);
            }
        }
        made
    }
}

/// A kind of recipient that has a field of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Mail,
    File,
    Slack,
    Webhook,
    S3,
}

impl Kind {
    /// The lines that a recipient has in the field of this kind.
    fn values(self, of: &Recipient) -> Vec<String> {
        let one = |text: &Option<String>| text.iter().cloned().collect();
        match self {
            Kind::Mail => of.mail.clone(),
            Kind::File => one(&of.file),
            Kind::Slack => one(&of.slack),
            Kind::Webhook => one(&of.webhook),
            Kind::S3 => of
                .s3
                .iter()
                .map(|store| match &of.key {
                    Some(key) => format!("{store} {key}"),
                    None => store.clone(),
                })
                .collect(),
        }
    }

    /// Leaves those of the lines; false where nothing of the recipient is left.
    fn keep(self, of: &mut Recipient, lines: &[&str]) -> bool {
        let had = self.values(of);
        if had.is_empty() {
            return true;
        }
        if self == Kind::Mail {
            of.mail.retain(|address| lines.contains(&address.as_str()));
            return !of.mail.is_empty();
        }
        had.iter().all(|value| lines.contains(&value.as_str()))
    }

    fn add(self, to: &mut Vec<Recipient>, line: &str) {
        let text = Some(line.to_owned());
        let new = match self {
            Kind::Mail => {
                let plain = |one: &&mut Recipient| !one.mail.is_empty() && one.formats.is_empty();
                if let Some(one) = to.iter_mut().find(plain) {
                    one.mail.push(line.to_owned());
                    return;
                }
                Recipient { mail: vec![line.to_owned()], ..Recipient::default() }
            }
            Kind::File => Recipient { file: text, ..Recipient::default() },
            Kind::Slack => Recipient { slack: text, ..Recipient::default() },
            Kind::Webhook => Recipient { webhook: text, ..Recipient::default() },
            Kind::S3 => {
                let (store, key) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
                let (s3, key) = (Some(store.to_owned()), some(key.trim()));
                Recipient { s3, key, ..Recipient::default() }
            }
        };
        to.push(new);
    }
}

impl AlertDraft {
    fn of(alert: &Alert) -> AlertDraft {
        let Alert {
            on,
            state,
            above,
            below,
            change,
            minimum,
            matured,
            margin,
            runs,
            quiet,
            remind,
        } = alert;
        let number =
            |value: &Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        let name = MEASURES.iter().find(|(measure, _, _)| measure == on);
        AlertDraft {
            on: name.map_or("", |(_, name, _)| name).to_owned(),
            screen: state.clone().unwrap_or_default(),
            above: number(above),
            below: number(below),
            change_by: number(&change.map(|change| change.by)),
            change_level: number(&change.map(|change| change.level)),
            minimum: minimum.to_string(),
            matured: matured.clone(),
            margin: margin.to_string(),
            runs: runs.to_string(),
            quiet: quiet.clone().unwrap_or_default(),
            remind: remind.clone().unwrap_or_default(),
        }
    }

    fn alert(&self) -> Result<Alert, Vec<Fault>> {
        let mut faults = Vec::new();
        let on =
            MEASURES.iter().find(|(_, name, _)| *name == self.on).map(|(measure, _, _)| *measure);
        if on.is_none() {
            faults.push(fault("on", "choose what is watched"));
        }
        let above = fraction("above", &self.above, &mut faults);
        let below = fraction("below", &self.below, &mut faults);
        let by = fraction("change_by", &self.change_by, &mut faults);
        let level = fraction("change_level", &self.change_level, &mut faults);
        let margin = fraction("margin", &self.margin, &mut faults).unwrap_or(0.0);
        let minimum = whole("minimum", &self.minimum, 100, &mut faults);
        let runs = whole("runs", &self.runs, 1, &mut faults);
        let change = (by.is_some() || level.is_some())
            .then(|| Against { by: by.unwrap_or(0.0), level: level.unwrap_or(0.01) });
        let matured = if self.matured.is_empty() { "24h" } else { &self.matured };
        let alert = Alert {
            on: on.unwrap_or(Measure::DropOffRate),
            state: some(&self.screen),
            above,
            below,
            change,
            minimum,
            matured: matured.to_owned(),
            margin,
            runs,
            quiet: some(&self.quiet),
            remind: some(&self.remind),
        };
        if faults.is_empty() { Ok(alert) } else { Err(faults) }
    }
}

fn fault(name: &'static str, sentence: &str) -> Fault {
    Fault { name, sentence: sentence.to_owned() }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// What is chosen; left out where it is the default and was left out before.
fn or_default(chosen: &str, default: &str, was: Option<&str>) -> Option<String> {
    if was.is_none() && chosen == default { None } else { some(chosen) }
}

fn same(a: &[String], b: &[String]) -> bool {
    a.iter().collect::<BTreeSet<_>>() == b.iter().collect::<BTreeSet<_>>()
}

/// The files that are chosen, in the order that they had.
fn chosen(names: &[String], base: &[Output]) -> Option<Vec<Output>> {
    let names: Option<BTreeSet<Output>> =
        names.iter().map(|name| Output::from_str(name).ok()).collect();
    let names = names?;
    if names == base.iter().copied().collect() {
        return Some(base.to_vec());
    }
    Some(Output::ALL.into_iter().filter(|output| names.contains(output)).collect())
}

/// `0.35`, or `35 %`.
fn fraction(name: &'static str, text: &str, faults: &mut Vec<Fault>) -> Option<f64> {
    if text.is_empty() {
        return None;
    }
    let (number, of) = text.strip_suffix('%').map_or((text, 1.0), |number| (number, 100.0));
    let read = number.trim().parse::<f64>().ok().filter(|value| value.is_finite());
    if read.is_none() {
        faults
            .push(Fault { name, sentence: format!("`{text}` is no number; write 0.35, or 35 %") });
    }
    read.map(|value| value / of)
}

fn whole<T: FromStr + Copy>(
    name: &'static str,
    text: &str,
    default: T,
    faults: &mut Vec<Fault>,
) -> T {
    if text.is_empty() {
        return default;
    }
    text.parse().unwrap_or_else(|_| {
        faults.push(Fault { name, sentence: format!("`{text}` is no whole number") });
        default
    })
}

#[cfg(test)]
mod tests {
    use weir_report::Definition;

    use super::Draft;
    use crate::schedules::beginning;

    /// What the form has fields for, and what it has none for.
    const WHOLE: &str = r#"
title = "Weekly"
range = "previous week"
compare = false
sections = ["trend", "summary"]
formats = ["xlsx", "pdf"]

[ask]
as_of = "2026-03-01"
tz = "Europe/Tallinn"
unit = "attempt"
window = "3d"
bucket = "hour"
integration = ["web", "main"]
feature = [""]
state = ["camera"]
reason = ["quit"]
outcome = ["cancelled"]
by = "feature"

[schedule]
when = "weekly tuesday 08:00 Europe/Tallinn"
missed = "all"
when_empty = "skip"
paused = true

[alert]
on = "started"
state = "camera"
above = 0.35
below = 0.1
change = { by = 0.03, level = 0.05 }
minimum = 30
matured = "2d"
margin = 0.01
runs = 2
quiet = "22:00-07:00"
remind = "24h"

[[recipient]]
mail = ["a@example.com", "b@example.com"]
formats = ["pdf"]

[[recipient]]
mail = ["c@example.com"]

[[recipient]]
file = "{name}.{format}"
keep = 3

[[recipient]]
slack = "team"

[[recipient]]
webhook = "ops"
formats = ["json"]

[[recipient]]
s3 = "archive"
key = "weir/{date}.parquet"

[[recipient]]
s3 = "plain"
"#;

    fn read(text: &str) -> Definition {
        Definition::read(text).unwrap()
    }

    /// `WHOLE`, after the form that shows it was changed.
    fn changed(change: impl FnOnce(&mut Draft)) -> Definition {
        let base = read(WHOLE);
        let mut draft = Draft::of(&base);
        change(&mut draft);
        draft.apply(&base).unwrap()
    }

    #[test]
    fn a_form_that_nobody_touched_changes_nothing() {
        let whens = [
            "hourly UTC",
            "hourly :15 UTC",
            "daily 08:00 UTC",
            "weekdays 8:00 UTC",
            "weekly  monday 08:00 UTC",
            "weekly Monday 08:00 UTC",
            "monthly last 08:00 Europe/Tallinn",
            "0 8 * * MON-FRI Europe/Tallinn",
            "nonsense",
            "",
        ];
        let mut texts: Vec<String> = whens
            .iter()
            .map(|when| format!("title = \"x\"\n[schedule]\nwhen = \"{when}\"\n"))
            .collect();
        texts.extend(
            Definition::shipped_names().filter_map(Definition::shipped_text).map(String::from),
        );
        texts.extend([WHOLE.to_owned(), beginning(true, "UTC"), beginning(false, "UTC")]);
        texts.push("title = \"x\"\n[ask]\nfrom = \"-30d\"\nunit = \"session\"\n".to_owned());
        for text in texts {
            let base = read(&text);
            assert_eq!(Draft::of(&base).apply(&base).unwrap(), base, "{text}");
        }
    }

    #[test]
    fn what_the_form_has_no_field_for_stays() {
        let made = changed(|draft| draft.title = "Other".to_owned());
        let mut want = read(WHOLE);
        want.title = "Other".to_owned();
        assert_eq!(made, want);
    }

    #[test]
    fn recipients_are_added_and_taken_away_one_by_one() {
        let made = changed(|draft| {
            assert_eq!(draft.mail, "a@example.com\nb@example.com\nc@example.com");
            draft.mail = "b@example.com, c@example.com\n\n d@example.com ".to_owned();
            draft.file = String::new();
            draft.s3 = "plain\narchive weir/{date}.parquet\nnew a b".to_owned();
        });
        let mut want = read(WHOLE);
        want.recipient[0].mail.remove(0);
        want.recipient[1].mail.push("d@example.com".to_owned());
        want.recipient.remove(2);
        let new = weir_report::Recipient {
            s3: Some("new".to_owned()),
            key: Some("a b".to_owned()),
            ..Default::default()
        };
        want.recipient.push(new);
        assert_eq!(made, want);
    }

    #[test]
    fn a_range_takes_the_place_of_instants() {
        let base = read("title = \"x\"\n[ask]\nfrom = \"-30d\"\nto = \"now\"\n");
        let mut draft = Draft::of(&base);
        draft.range = "yesterday".to_owned();
        let made = draft.apply(&base).unwrap();
        assert_eq!((made.range.as_deref(), made.ask.from), (Some("yesterday"), None));
        read(&draft.apply(&base).unwrap().to_toml());
    }

    #[test]
    fn what_cannot_be_taken_is_named_beside_its_field() {
        let base = read(WHOLE);
        let mut draft = Draft::of(&base);
        draft.title = String::new();
        draft.sections.clear();
        draft.formats.push("docx".to_owned());
        let alert = draft.alert.as_mut().unwrap();
        (alert.above, alert.runs) = ("many".to_owned(), "-1".to_owned());
        alert.below = "12.5 %".to_owned();
        let faults = draft.apply(&base).unwrap_err();
        let names: Vec<_> = faults.iter().map(|fault| fault.name).collect();
        assert_eq!(names, ["title", "sections", "formats", "above", "runs"]);
    }
}
