//! A definition from TOML, and back. What is wrong is said in one sentence, with its line.

use std::fmt;

use toml::de::{DeTable, DeValue};

use super::{Definition, Range, range};

/// A text that is no definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionError {
    /// Where, counted from 1; none where a key is missing.
    pub line: Option<usize>,
    /// What is wrong, and what would be right: a sentence without a full stop.
    pub message: String,
}

impl fmt::Display for DefinitionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for DefinitionError {}

impl Definition {
    /// Reads a definition.
    ///
    /// # Errors
    /// If it is no TOML, has a key that there is not or a value that its key does not take, has no
    /// title, or says its range in words that are not known or both in words and by instants.
    pub fn read(text: &str) -> Result<Definition, DefinitionError> {
        // An editor on another system may have put its mark at the beginning.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let file = toml::Deserializer::parse(text).map_err(|error| no_toml(text, &error))?;
        let definition: Definition = serde_path_to_error::deserialize(file)
            .map_err(|error| wrong_key(text, &error.path().to_string(), error.inner()))?;
        definition.check(text)?;
        Ok(definition)
    }

    fn check(&self, text: &str) -> Result<(), DefinitionError> {
        let at = |key: &[&str], message: String| {
            Err(DefinitionError { line: Definition::line_of(text, key), message })
        };
        if self.title.trim().is_empty() {
            return at(
                &["title"],
                "`title` is empty: it says what the report is called".to_owned(),
            );
        }
        let Some(words) = &self.range else { return Ok(()) };
        if words.parse::<Range>().is_err() {
            return at(&["range"], format!("`range` is {words:?}: {}", range::WANT));
        }
        for (key, given) in [("from", &self.ask.from), ("to", &self.ask.to)] {
            if given.is_some() {
                return at(&["ask", key], range::both(key));
            }
        }
        Ok(())
    }

    /// [`line_of`], of a definition's text.
    #[must_use]
    pub fn line_of(text: &str, path: &[&str]) -> Option<usize> {
        line_of(text, path)
    }

    /// As TOML: what has its default or is empty is left out. Reads back equal.
    #[must_use]
    pub fn to_toml(&self) -> String {
        // Every value of it is a text, a number, a list or a table: none that TOML has not.
        toml::to_string(self).unwrap_or_default()
    }
}

/// The line of a text of TOML in which the key stands that `path` leads to, counted from 1:
/// `["schedule", "when"]`, or `["recipient", "1", "mail"]` of the second recipient. None where it is
/// not there.
#[must_use]
pub fn line_of(text: &str, path: &[&str]) -> Option<usize> {
    let table = DeTable::parse(text).ok()?;
    let (mut at, mut place) = (Step::Table(table.get_ref()), None);
    for step in path {
        let (next, start) = at.to(step)?;
        // The number of a recipient has no place of its own: its table's begins there.
        (at, place) = (next, Some(start));
    }
    Some(line(text, place?))
}

/// Where a path has led.
enum Step<'a, 'i> {
    Table(&'a DeTable<'i>),
    Value(&'a DeValue<'i>),
}

impl<'a, 'i> Step<'a, 'i> {
    /// One step on, and where in the text that is.
    fn to(&self, step: &str) -> Option<(Step<'a, 'i>, usize)> {
        let table = match self {
            Step::Table(table) => *table,
            Step::Value(DeValue::Table(table)) => table,
            Step::Value(DeValue::Array(list)) => {
                let value = list.get(step.parse::<usize>().ok()?)?;
                return Some((Step::Value(value.get_ref()), value.span().start));
            }
            Step::Value(_) => return None,
        };
        let (key, value) = table.iter().find(|(key, _)| key.get_ref() == step)?;
        Some((Step::Value(value.get_ref()), key.span().start))
    }
}

fn line(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

fn no_toml(text: &str, error: &toml::de::Error) -> DefinitionError {
    DefinitionError {
        line: error.span().map(|span| line(text, span.start)),
        message: format!("it is not TOML: {}", one_line(error.message())),
    }
}

/// What serde says of a key, in our words.
fn wrong_key(text: &str, path: &str, error: &toml::de::Error) -> DefinitionError {
    let said = one_line(error.message());
    let of = |what: &str| {
        let mut rest = said.strip_prefix(what)?.splitn(2, ", ");
        Some((rest.next()?, rest.next()?.trim_start_matches("expected ").to_owned()))
    };
    let message = if let Some((key, known)) = of("unknown field ") {
        let place = match path.rsplit_once('.') {
            Some((table, _)) => format!(" in `{table}`"),
            None => String::new(),
        };
        format!("there is no key {key}{place}: it must be {known}")
    } else if let Some((value, known)) = of("unknown variant ") {
        format!("`{path}` is {value}: it must be {known}")
    } else if let Some((value, wanted)) = of("invalid type: ").or_else(|| of("invalid value: ")) {
        format!("`{path}` is {value}: it must be {wanted}")
    } else if let Some(key) = said.strip_prefix("missing field ") {
        let place = if path == "." { String::new() } else { format!(" in `{path}`") };
        format!("the key {key} is missing{place}")
    } else {
        format!("`{path}`: {said}")
    };
    let is_missing = message.starts_with("the key ") && path == ".";
    DefinitionError {
        line: error.span().filter(|_| !is_missing).map(|span| line(text, span.start)),
        message: one_line(&message),
    }
}

/// A sentence that repeats a key or a value, which may hold anything, in one line.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => line.push(' '),
            c if c.is_control() => line.extend(c.escape_default()),
            c => line.push(c),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Definition;
    use crate::definition::is_default;
    use crate::{
        Against, Alert, Asked, Measure, Missed, Output, Range, Recipient, Section, Timing,
        WhenEmpty,
    };

    #[track_caller]
    fn refused(text: &str, want: &str) {
        let got =
            Definition::read(text).map_or_else(|error| error.to_string(), |_| "fine".to_owned());
        assert_eq!(got, want);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line_and_what_would_be_right() {
        refused("", "the key `title` is missing");
        refused("title = \"A\"", "fine");
        refused("title = \" \"", "line 1: `title` is empty: it says what the report is called");
        refused(
            "title = \"A\"\nrange = ",
            "line 2: it is not TOML: string values must be quoted, expected literal string",
        );
        refused(
            "title = \"A\"\nshedule = 3",
            "line 2: there is no key `shedule`: it must be one of `title`, `range`, `ask`, `compare`, \
             `sections`, `formats`, `schedule`, `alert`, `recipient`",
        );
        refused(
            "title = \"A\"\n[schedule]\nwhen = \"daily 08:00 UTC\"\nmised = \"all\"",
            "line 4: there is no key `mised` in `schedule`: it must be one of `when`, `missed`, `when_empty`, `paused`",
        );
        refused(
            "title = \"A\"\n\n[[recipient]]\nmail = [\"a@example.com\"]\n[[recipient]]\nmale = []",
            "line 6: there is no key `male` in `recipient[1]`: it must be one of `mail`, `file`, `keep`, \
             `slack`, `webhook`, `s3`, `key`, `formats`",
        );
        refused(
            "title = \"A\"\nformats = [\"pdf\", \"docx\"]",
            "line 2: `formats[1]` is `docx`: it must be one of `html`, `pdf`, `png`, `svg`, `csv`, `xlsx`, \
             `parquet`, `json`",
        );
        refused("title = 5", "line 1: `title` is integer `5`: it must be a string");
        refused(
            "title = \"A\"\n[schedule]\nmissed = \"all\"",
            "line 2: the key `when` is missing in `schedule`",
        );
        refused(
            "title = \"A\"\nrange = \"last fortnight\"",
            "line 2: `range` is \"last fortnight\": it must be `previous hour`, `previous day`, `previous \
             week`, `previous month`, `previous quarter` or `previous year`, several of them such as \
             `previous 7 days`, `yesterday`, `today`, or `this week`, `this month`, `this quarter` or \
             `this year` so far",
        );
        refused(
            "title = \"A\"\nrange = \"yesterday\"\n[ask]\nby = \"hour\"\nto = \"now\"",
            "line 5: both `range` and `ask.to` are given: leave out the one or the other",
        );
    }

    #[test]
    fn a_key_has_a_line() {
        let text = "title = \"A\"\nask.tz = \"UTC\"\n[schedule]\n# so\nwhen = \"hourly UTC\"\n\n[[recipient]]\nfile = \"a\"\n[[recipient]]\nfile = \"b\"\n";
        for (path, want) in [
            (&["title"][..], Some(1)),
            (&["ask", "tz"], Some(2)),
            (&["schedule"], Some(3)),
            (&["schedule", "when"], Some(5)),
            (&["recipient", "1"], Some(9)),
            (&["recipient", "1", "file"], Some(10)),
            (&["recipient", "2"], None),
            (&["alert"], None),
        ] {
            assert_eq!(Definition::line_of(text, path), want, "{path:?}");
        }
    }

    /// A text that TOML must quote, or a plain one.
    fn text() -> impl Strategy<Value = String> {
        prop_oneof!["[a-z]{1,8}", "[ -~]{1,8}", "\\PC{1,6}", Just("a\nb\t\"'\\#".to_owned())]
    }

    fn few<T: Clone + std::fmt::Debug + 'static>(
        all: &[T],
    ) -> impl Strategy<Value = Vec<T>> + use<T> {
        let most = all.len().min(3);
        prop::sample::subsequence(all.to_vec(), 0..=most)
    }

    prop_compose! {
        fn asked()(
            texts in prop::array::uniform9(prop::option::weighted(0.3, text())),
            lists in prop::array::uniform5(prop::collection::vec(text(), 0..3)),
        ) -> Asked {
            let [from, to, tz, as_of, unit, window, bucket, by, _] = texts;
            let [integration, feature, state, reason, outcome] = lists;
            Asked {
                from, to, tz, as_of, unit, window, bucket, by,
                integration, feature, state, reason, outcome,
            }
        }
    }

    prop_compose! {
        fn timing()(
            when in text(),
            missed in prop::sample::select(vec![Missed::Newest, Missed::All]),
            when_empty in prop::sample::select(vec![WhenEmpty::Send, WhenEmpty::Skip]),
            paused in any::<bool>(),
        ) -> Timing {
            Timing { when, missed, when_empty, paused }
        }
    }

    prop_compose! {
        fn alert()(
            on in prop::sample::select(vec![Measure::DropOffRate, Measure::Silence, Measure::Started]),
            (state, quiet, remind) in
                (prop::option::of(text()), prop::option::of(text()), prop::option::of(text())),
            (above, below) in (prop::option::of(0.0..1.0), prop::option::of(-1e9..1e9)),
            change in prop::option::of((0.0..1.0, prop::sample::select(vec![0.01, 0.05]))),
            (minimum, runs) in (prop::sample::select(vec![0, 100, 5]), 1..3_u32),
            matured in prop_oneof![Just("24h".to_owned()), text()],
            margin in prop::sample::select(vec![0.0, 0.1]),
        ) -> Alert {
            let change = change.map(|(by, level)| Against { by, level });
            Alert { on, state, above, below, change, minimum, matured, margin, runs, quiet, remind }
        }
    }

    prop_compose! {
        fn recipient()(
            mail in prop::collection::vec(text(), 0..3),
            texts in prop::array::uniform5(prop::option::weighted(0.3, text())),
            keep in prop::option::of(any::<u32>()),
            formats in few(&Output::ALL),
        ) -> Recipient {
            let [file, slack, webhook, s3, key] = texts;
            Recipient { mail, file, keep, slack, webhook, s3, key, formats }
        }
    }

    prop_compose! {
        fn definition()(
            title in "[A-Za-z]\\PC{0,9}",
            range in prop::option::of(prop::sample::select(Range::OFFERED.to_vec())),
            (ask, compare) in (asked(), any::<bool>()),
            sections in few(&Section::ALL),
            formats in few(&Output::ALL),
            schedule in prop::option::of(timing()),
            alert in prop::option::of(alert()),
            recipient in prop::collection::vec(recipient(), 0..3),
        ) -> Definition {
            let range = range.map(str::to_owned);
            let mut ask = ask;
            if range.is_some() {
                (ask.from, ask.to) = (None, None);
            }
            Definition { title, range, ask, compare, sections, formats, schedule, alert, recipient }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_equal(definition in definition()) {
            let text = definition.to_toml();
            prop_assert_eq!(Definition::read(&text), Ok(definition), "{}", text);
        }

        #[test]
        fn no_text_brings_it_down(text in "(\\[\\[?[a-z]{0,9}\\]?\\]?\n|[a-z]{0,9} ?= ?[\"0-9a-z\\[{\\]}]{0,9}\n|\\PC{0,9}){0,5}") {
            if let Err(error) = Definition::read(&text) {
                prop_assert!(error.line.is_none_or(|line| line <= text.matches('\n').count() + 1));
                prop_assert!(!error.to_string().contains('\n'));
            }
        }
    }

    #[test]
    fn what_is_written_is_as_a_person_would_write_it() {
        let mut definition = Definition::read("title = \"Daily\"").unwrap();
        assert_eq!(definition.to_toml(), "title = \"Daily\"\n");
        definition.range = Some("yesterday".to_owned());
        definition.ask.by = Some("hour".to_owned());
        definition.formats = vec![Output::Pdf, Output::Xlsx];
        definition.schedule = Some(Timing {
            when: "daily 08:00 UTC".to_owned(),
            missed: Missed::Newest,
            when_empty: WhenEmpty::Skip,
            paused: false,
        });
        definition.recipient =
            vec![Recipient { mail: vec!["a@example.com".to_owned()], ..Recipient::default() }];
        assert!(is_default(&Missed::Newest));
        let want = "title = \"Daily\"\nrange = \"yesterday\"\nformats = [\"pdf\", \"xlsx\"]\n\n\
                    [ask]\nby = \"hour\"\n\n\
                    [schedule]\nwhen = \"daily 08:00 UTC\"\nwhen_empty = \"skip\"\n\n\
                    [[recipient]]\nmail = [\"a@example.com\"]\n";
        assert_eq!(definition.to_toml(), want);
    }
}
