//! A definition with what the ledger says of it: what a row of the list and an answer of the API
//! are made of.

use weir_domain::Timestamp;
use weir_report::{Definition, Output, Zone};
use weir_schedule::alert::Standing;
use weir_schedule::{Listed, Plan, RunState, RunSummary, Trouble, When, is_name, targets};

/// A definition with what the ledger says of it.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Its name: the file's, without `.toml`.
    pub(crate) name: String,
    /// As it is written.
    pub(crate) text: String,
    /// Whether it ships, and is no operator's own.
    pub(crate) shipped: bool,
    /// As it is read.
    pub(crate) read: Result<Definition, Trouble>,
    /// When it is due, where that can be read.
    pub(crate) when: Option<When>,
    /// The next instant; none where it is not due by itself.
    pub(crate) next_at: Option<Timestamp>,
    /// Its newest run.
    pub(crate) last: Option<RunSummary>,
    /// How it stands, where it is an alert that was judged.
    pub(crate) standing: Option<Standing>,
    /// What is wrong with it, and what to do.
    pub(crate) troubles: Vec<Trouble>,
    targets: Vec<(String, Vec<Output>)>,
}

impl Entry {
    /// What is known of a definition at `now`.
    pub(crate) fn of(
        listed: &Listed,
        plan: Option<Plan>,
        standing: Option<Standing>,
        now: Timestamp,
    ) -> Entry {
        let Listed { name, text, shipped, definition: read } = listed.clone();
        let definition = read.as_ref().ok();
        let timing = definition.and_then(|of| of.schedule.as_ref());
        let when = timing.and_then(|timing| When::parse(&timing.when).ok());
        let due = timing.is_some_and(|timing| !timing.paused) && !shipped;
        // Before the scheduler has seen a new definition, or another schedule, the clock tells.
        let of_now = |at: &Timestamp| when.as_ref()?.after(at.plus_us(-1)).map(|next| next == *at);
        let planned = plan.as_ref().and_then(|plan| plan.next_at);
        let planned = planned.filter(|at| of_now(at) == Some(true));
        let next_at = planned.or_else(|| when.as_ref()?.after(now)).filter(|_| due);
        let targets = definition.map_or_else(Vec::new, |of| {
            targets(of).into_iter().map(|(to, formats)| (to.to_string(), formats)).collect()
        });
        let (last, said) = plan.map_or((None, None), |plan| (plan.last, plan.trouble));
        let troubles = match &read {
            Err(trouble) => vec![trouble.clone()],
            Ok(_) => said.unwrap_or_default().lines().map(told).collect(),
        };
        Entry { name, text, shipped, read, when, next_at, last, standing, troubles, targets }
    }

    /// Whether it has a page of its own: a file that is no definition has none.
    pub(crate) fn has_page(&self) -> bool {
        is_name(&self.name)
    }

    /// As it is read, if it can be.
    pub(crate) fn definition(&self) -> Option<&Definition> {
        self.read.as_ref().ok()
    }

    /// What it is called on paper; its name, where that cannot be read.
    pub(crate) fn title(&self) -> &str {
        self.definition()
            .map(|of| of.title.trim())
            .filter(|title| !title.is_empty())
            .unwrap_or(&self.name)
    }

    /// Whether it is sent only when a number calls for it.
    pub(crate) fn is_alert(&self) -> bool {
        self.definition().is_some_and(|of| of.alert.is_some())
    }

    /// Whether it is switched off for now.
    pub(crate) fn is_paused(&self) -> bool {
        let timing = self.definition().and_then(|of| of.schedule.as_ref());
        timing.is_some_and(|timing| timing.paused)
    }

    /// Whether its name or title has these words, in whatever case.
    pub(crate) fn is_called(&self, words: &str) -> bool {
        let said = format!("{} {}", self.name, self.title()).to_lowercase();
        words.to_lowercase().split_whitespace().all(|word| said.contains(word))
    }

    /// Whether its last run failed.
    pub(crate) fn failed(&self) -> bool {
        self.last.as_ref().is_some_and(|last| last.state == RunState::Failed)
    }

    /// Whether somebody should look at it.
    pub(crate) fn needs_attention(&self) -> bool {
        !self.troubles.is_empty() || self.failed()
    }

    /// The zone of its schedule, or another where it has none.
    pub(crate) fn zone_or<'a>(&'a self, other: &'a Zone) -> &'a Zone {
        self.when.as_ref().map_or(other, When::zone)
    }

    /// `every Monday at 08:00, Europe/Tallinn`.
    pub(crate) fn when_words(&self) -> String {
        let timing = self.definition().and_then(|of| of.schedule.as_ref());
        match (timing, &self.when) {
            (_, Some(when)) => when.in_words(),
            (Some(timing), None) => weir_report::render::safe_text(&timing.when, 80),
            (None, None) if self.read.is_err() => "it cannot be read".to_owned(),
            (None, None) => "only when asked".to_owned(),
        }
    }

    /// Its recipients, as the ledger names them.
    pub(crate) fn targets(&self) -> Vec<&str> {
        self.targets.iter().map(|(to, _)| to.as_str()).collect()
    }

    /// The same, each with its files in words.
    pub(crate) fn parcels(&self) -> impl ExactSizeIterator<Item = (&str, String)> {
        self.targets.iter().map(|(to, formats)| {
            let formats: Vec<_> = formats.iter().map(|format| format.name()).collect();
            (to.as_str(), formats.join(", "))
        })
    }

    /// What the first paragraph of its comment says of it.
    pub(crate) fn about(&self) -> Option<String> {
        let lines = self.text.lines().map_while(|line| line.strip_prefix('#')).map(str::trim);
        let said = lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        (!said.is_empty()).then_some(said)
    }
}

/// One of the troubles that the ledger keeps a line each: `line 4: …`, or without a line.
fn told(text: &str) -> Trouble {
    let parts = text.strip_prefix("line ").and_then(|rest| rest.split_once(": "));
    let numbered = parts.and_then(|(number, said)| Some((number.parse().ok()?, said)));
    match numbered {
        Some((line, said)) => Trouble { line: Some(line), message: said.to_owned() },
        None => Trouble { line: None, message: text.to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn a_trouble_reads_back_from_the_ledger() {
        for text in ["line 4: the zone is unknown: name another", "nobody gets it", "line x: y"] {
            assert_eq!(told(text).to_string(), text);
        }
        assert_eq!(told("line 4: a: b").line, Some(4));
    }
}
